//! Drives a load, and looks at the server before and after: what its processes used, what its counters rose by.

use super::Surroundings;
use super::live::{Board, Seen};
use crate::measure::http::{self, Drive, Phase, Progress, Targets};
use crate::measure::scrape::{Counters, Readings};
use crate::measure::{Server, ServerUsage};
use crate::model::{Better, LoadWork, Note, Pair, PairKey, Run, RunFacts, Sample, Scrape, Series, SeriesKey, Unit, metric};
use crate::record::{Rejected, Sink, Tee};
use crate::stats::Histogram;
use std::cell::RefCell;
use std::sync::Arc;

/// A load test with the starts of its trace.
pub struct Asked<'a> {
    pub work: &'a LoadWork,
    pub recorded: Arc<[u64]>,
    /// Its targets, where they are read as they are needed; taken by the load itself.
    pub targets: RefCell<Option<Targets>>,
}

/// What is around a load.
#[derive(Clone, Copy)]
pub struct Driving<'a> {
    pub server: Option<&'a Server>,
    pub around: Surroundings<'a>,
    /// Of the suite, for those who watch.
    pub name: &'a str,
}

/// What the server did in the measured phase.
#[derive(Default)]
pub struct Used {
    processes: Option<ServerUsage>,
    counters: Option<Readings>,
}

impl Driving<'_> {
    /// Drives the load into the sink. Where counters are read the warm-up is a load of its own, which ends before they are
    /// read: no request may count on one side only.
    pub fn drive(self, asked: &Asked<'_>, sink: &mut dyn Sink) -> Result<Used, String> {
        let Some(scrape) = &asked.work.scrape else {
            return Ok(Used { processes: self.measured(asked.work, asked, sink)?, counters: None });
        };
        let (warm_up, work) = asked.work.apart();
        if let Some(warm_up) = warm_up {
            self.once(&warm_up, asked, &mut Nowhere, &mut |progress| Progress { phase: Phase::WarmUp, ..progress })?;
        }
        let before = [self.counters(scrape)?, self.counters(scrape)?];
        let processes = self.measured(&work, asked, sink)?;
        let after = self.counters(scrape)?;
        let [first, second] = before;
        let counters = first.zip(second).zip(after).map(|((first, second), after)| Readings { first, second, after });
        Ok(Used { processes, counters })
    }

    /// The counters now; `None` once the run was interrupted, which nobody wants to wait for.
    fn counters(self, scrape: &Scrape) -> Result<Option<Counters>, String> {
        let port = self.server.map(Server::port);
        let url = port.map_or_else(|| scrape.url.clone(), |port| scrape.url.replace("{port}", &port.to_string()));
        match Counters::read(&url, self.around.interrupt.flag()) {
            _ if self.around.interrupt.exit_code().is_some() => Ok(None),
            read => read.map(Some).map_err(|error| error.to_string()),
        }
    }

    /// Drives a load; gives what the server's processes used from the start of the measured phase to its end.
    fn measured(self, work: &LoadWork, asked: &Asked<'_>, sink: &mut dyn Sink) -> Result<Option<ServerUsage>, String> {
        let usage = || self.server.and_then(Server::usage);
        let mut before = usage();
        let mut warming_up = false;
        let mut progress = |progress: Progress| {
            match progress.phase {
                Phase::WarmUp => warming_up = true,
                Phase::Measuring if warming_up => (before, warming_up) = (usage(), false),
                Phase::Measuring | Phase::Draining => {}
            }
            progress
        };
        self.once(work, asked, sink, &mut progress)?;
        let used = usage().zip(before);
        Ok(used.map(|(after, before)| ServerUsage {
            cpu_ns: after.cpu_ns.saturating_sub(before.cpu_ns),
            cpu_step_ns: after.cpu_step_ns.max(before.cpu_step_ns),
            ..after
        }))
    }

    /// Drives a load while a person may watch. `told` hears of the progress first, and says what is shown of it.
    fn once(
        self,
        work: &LoadWork,
        asked: &Asked<'_>,
        sink: &mut dyn Sink,
        told: &mut dyn FnMut(Progress) -> Progress,
    ) -> Result<(), String> {
        let drive = |progress: &mut dyn FnMut(Progress), sink: &mut dyn Sink| {
            let (recorded, port) = (Arc::clone(&asked.recorded), self.server.map(Server::port));
            let targets = asked.targets.take();
            http::drive(Drive { work, recorded, targets, port, interrupted: self.around.interrupt.flag(), progress }, sink)
        };
        let driven = match self.around.terminal.live() {
            None => drive(&mut |progress| _ = told(progress), sink),
            Some(view) => {
                let (mut board, seen) = (Board::new(self.name, work), RefCell::new(Seen::default()));
                let mut show = |progress: Progress| view.show(board.frame(&told(progress), &mut seen.borrow_mut()));
                let first = |sample: &Sample<'_>| {
                    seen.borrow_mut().see(sample);
                    Ok(())
                };
                drive(&mut show, &mut Tee { first, sink })
            }
        };
        driven.map_err(|error| error.to_string())
    }
}

impl Used {
    /// Adds it as series of the run as a whole. CPU time below one tick of the kernel is not known.
    pub fn add_to(self, run: &mut Run, work: &LoadWork) -> Result<(), String> {
        let completed = run.load.as_ref().map_or(0, |load| load.completed);
        if completed == 0 {
            return Ok(());
        }
        let mut series: Vec<Series> = self.processes.into_iter().flat_map(|used| of_processes(used, completed)).collect();
        match (&work.scrape, self.counters) {
            (Some(scrape), Some(readings)) => {
                let (counters, notes) = readings.per_request(&scrape.only, completed).map_err(|error| error.to_string())?;
                series.extend(counters);
                run.notes.extend(notes);
            }
            (Some(_), None) => run.notes.push(Note::text("the server's counters were not read, because the run was interrupted")),
            (None, _) => {}
        }
        run.series.extend(series.into_iter().map(|one| (one.key.clone(), one)));
        Ok(())
    }
}

fn of_processes(used: ServerUsage, completed: u64) -> impl Iterator<Item = Series> {
    let of_server = |name: &str, unit: Unit, value: f64| Series::point(SeriesKey::new("server", name), unit, Better::Lower, value);
    let mut cpu = of_server(metric::CPU_PER_REQUEST, Unit::Ns, used.cpu_ns as f64 / completed as f64);
    // A short run sees few ticks: what one of them is worth must not be taken for a change.
    cpu.summary.precision = Some(used.cpu_step_ns as f64 / used.cpu_ns as f64);
    let memory = of_server(metric::PEAK_MEMORY, Unit::Bytes, used.peak_bytes as f64);
    [Some(cpu).filter(|_| used.cpu_ns > 0), Some(memory)].into_iter().flatten()
}

/// Takes a warm-up that is a load of its own.
struct Nowhere;

impl Sink for Nowhere {
    fn sample(&mut self, _: &Sample<'_>) -> Result<(), Rejected> {
        Ok(())
    }

    fn histogram(&mut self, _: &SeriesKey, _: &Histogram, _: bool) -> Result<(), Rejected> {
        Ok(())
    }

    fn summary(&mut self, _: Series) -> Result<(), Rejected> {
        Ok(())
    }

    fn pair(&mut self, _: &PairKey, _: &Pair) -> Result<(), Rejected> {
        Ok(())
    }

    fn facts(&mut self, _: RunFacts) {}

    fn note(&mut self, _: Note) {}
}
