//! `doctor`: reads what the machine tells, measures its jitter, says what both mean.

use super::{OutputFailed, Surroundings, environment};
use crate::config::{CheckupAsked, Plan};
use crate::judge;
use crate::machine;
use crate::model::humanize::quantity;
use crate::model::{CHECKUP_SCHEMA, Checkup, Environment, Jitter, MachineFacts, MeasuredNoise, Unit, Weight};
use crate::target::Target;
use std::io::{self, Write};
use std::path::Path;

/// The checkup of this machine.
pub fn checkup(plan: &Plan, asked: &CheckupAsked, around: Surroundings<'_>) -> Checkup {
    let Environment { key, hard, .. } = environment(plan.environment.as_deref());
    // Read before, so that it is what others do here and not what we do.
    let facts = machine::machine_facts(&asked.programs);
    let phase = around.terminal.phase(&format!("measuring this machine for {}", quantity(asked.duration.as_nanos() as f64, &Unit::Ns)));
    let (pressure, started_ns) = (machine::pressure(), around.clock.elapsed_ns());
    let repetitions = machine::measure_jitter(asked.duration);
    let measured_ns = around.clock.elapsed_ns() - started_ns;
    let since = machine::pressure().zip(pressure);
    drop(phase);
    let facts = MachineFacts {
        steal_percent: since.and_then(|(after, before)| after.steal_percent_since(&before)),
        throttled_periods: since.and_then(|(after, before)| after.throttled_since(&before)),
        ..facts
    };
    let jitter = Jitter::of(measured_ns, &repetitions);
    let (verdict, signs) = judge::checkup(&facts, jitter.as_ref());
    let is_noisy = signs.iter().any(|sign| sign.weight == Weight::Noisy);
    let noise = jitter.as_ref().map(|jitter| MeasuredNoise { environment: key.clone(), scale: jitter.wall.between, is_noisy });
    let prior = noise.filter(|_| asked.file.is_some()).map(|noise| judge::prior(&noise));
    Checkup {
        schema: CHECKUP_SCHEMA,
        verdict: verdict.as_str(),
        exit_code: plan.exit.code(verdict),
        recorded: jiff::Timestamp::from_nanosecond(i128::from(plan.now_ns)).map(|moment| moment.to_string()).unwrap_or_default(),
        environment: key,
        hard,
        facts,
        jitter,
        signs,
        prior,
    }
}

/// Keeps it in the results directory, where `run` finds it.
pub fn keep_checkup(checkup: &Checkup, file: &Path) -> Result<(), OutputFailed> {
    let (mut writer, pending) = Target::File(file.to_path_buf()).open()?;
    let written = serde_json::to_writer_pretty(&mut writer, checkup).map_err(io::Error::from).and_then(|()| writeln!(writer));
    written.map_err(|error| OutputFailed(format!("{}: cannot write it: {error}", file.display())))?;
    drop(writer);
    pending.commit()?;
    Ok(())
}
