//! How the load generator did, and what that says of the numbers: without it nobody knows whom they describe.

use crate::model::humanize::{percent, quantity};
use crate::model::{LoadFacts, LoadModel, Overall, Percentile, Run, TransportFacts, Unit, metric};

/// Share of a core from which on the generator may be what limits the rate.
const BUSY: f64 = 0.9;
/// Share of the latency from which on the generator's own lag can no longer be told from the service.
const LARGE: f64 = 0.5;

/// Name and value of each line.
pub fn lines(run: &Run, load: &LoadFacts) -> Vec<(&'static str, String)> {
    let model = match load.model {
        LoadModel::Open => "open loop: the schedule decides when requests start",
        LoadModel::Closed => "closed loop: each connection sends when its answer has come",
    };
    let mut lines = vec![
        ("model", format!("{model}; {} connections", load.connections)),
        ("requests", format!("{} planned = {} answered + {} failed + {} unsent", load.planned, load.completed, load.failed, load.unsent)),
    ];
    if let (Some(planned), Some(achieved)) = (load.rate_planned, load.rate_achieved) {
        let rate = |rate: f64| quantity(rate, &Unit::PerSecond);
        // Finer than a hundredth of a per cent nobody wants to know.
        let missed = percent((10_000.0 * (achieved / planned - 1.0)).round() / 100.0);
        lines.push(("rate", format!("{} planned, {} kept ({missed})", rate(planned), rate(achieved))));
        let limit = ns(load.max_lag_ns as f64);
        let lag = percentile(run, metric::SCHEDULE_LAG, Percentile::P99);
        let lag = lag.map_or_else(String::new, |lag| format!("; lag p99 {}", ns(lag)));
        lines.push(("late", format!("{} of {} requests handled more than {limit} late{lag}", load.late, load.planned)));
    }
    lines.extend(load.schedule.clone().map(|schedule| ("schedule", schedule)));
    if let Some(share) = load.cpu_share() {
        let each = load.client_cpu_ns.filter(|_| load.completed > 0).map(|cpu_ns| ns(cpu_ns as f64 / load.completed as f64));
        let each = each.map_or_else(String::new, |each| format!(", {each} an answer"));
        lines.push(("CPU", format!("{} of one core{each}", quantity(share, &Unit::Ratio))));
    }
    lines.extend(load.transport.iter().flat_map(transport));
    lines.push(("reconnects", load.reconnects.to_string()));
    lines.extend(reading(run, load).map(|sentence| ("reading", sentence)));
    lines
}

/// How requests reached the server.
fn transport(transport: &TransportFacts) -> Vec<(&'static str, String)> {
    let streams = transport.streams.map_or_else(String::new, |streams| format!(" ({streams} at a time on each connection)"));
    let mut lines = vec![("server", format!("{}, {}{streams}", transport.addresses.join(" "), transport.protocol))];
    if transport.retries > 0 {
        lines.push(("retries", format!("{} requests that the server had not looked at", transport.retries)));
    }
    if let Some(tls) = &transport.tls {
        let trust = if tls.verified { "verified" } else { "NOT VERIFIED" };
        let handshakes = if tls.resumption { format!("{} sessions resumed", tls.resumed) } else { "full handshakes".to_string() };
        lines.push(("TLS", format!("{}, {}, {trust}, {handshakes}", tls.version, tls.cipher)));
    }
    if transport.redirects > 0 {
        lines.push(("redirects", format!("{} followed", transport.redirects)));
    }
    lines
}

/// Whose numbers these are. A frozen server leaves lag low and latency high: that is the service, not the generator.
fn reading(run: &Run, load: &LoadFacts) -> Option<String> {
    let is_busy = load.cpu_share().is_some_and(|share| share >= BUSY);
    if load.model == LoadModel::Closed {
        let waited = "percentiles are conditional on the generator having waited for each answer; -q RATE has no such condition";
        let busy = "the generator used a whole core, so the rate may be its limit and not the service's; ";
        return Some(format!("{}{waited}", if is_busy { busy } else { "" }));
    }
    if load.is_generator_late() {
        return Some("the generator itself was late: these numbers tell of this machine, not of the service".to_string());
    }
    let latency = percentile(run, metric::LATENCY, Percentile::P99)?;
    let lag = percentile(run, metric::SCHEDULE_LAG, Percentile::P99)?;
    let (shown, own) = (ns(latency), ns(lag));
    Some(if lag < LARGE * latency {
        format!("p99 latency {shown}, of which the generator's own lag is at most {own}: the time is the service's")
    } else {
        format!("p99 latency {shown}, and the generator's own lag reached {own}: this machine's timing shows in the numbers")
    })
}

fn percentile(run: &Run, metric: &str, percentile: Percentile) -> Option<f64> {
    Overall::of(run, metric)?.percentile(percentile)
}

fn ns(value: f64) -> String {
    quantity(value, &Unit::Ns)
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::model::{Better, LoadFacts, LoadModel, Run, Series, SeriesKey, Unit, metric};

    /// The reading of a run with that p99 of latency and lag, in ms, and that many of 1000 requests late.
    #[track_caller]
    fn check(model: LoadModel, latency_ms: f64, lag_ms: f64, late: u64, cpu_ms: u64, expected: &str) {
        let load = LoadFacts {
            model,
            connections: 50,
            planned: 1000,
            completed: 1000,
            failed: 0,
            unsent: 0,
            rate_planned: Some(100.0),
            rate_achieved: Some(100.0),
            late,
            max_lag_ns: 10_000_000,
            reconnects: 0,
            client_cpu_ns: Some(cpu_ms * 1_000_000),
            measured_ns: 10_000_000_000,
            schedule: None,
            transport: None,
        };
        let series = [(metric::LATENCY, latency_ms), (metric::SCHEDULE_LAG, lag_ms)].map(|(name, ms)| {
            let key = SeriesKey::new("GET /", name);
            let mut series = Series::point(key.clone(), Unit::Ns, Better::Lower, ms * 1e6);
            series.summary.percentiles.insert(crate::model::Percentile::P99, ms * 1e6);
            (key, series)
        });
        let run = Run { series: series.into(), ..Run::default() };
        let reading = lines(&run, &load).into_iter().find(|(name, _)| *name == "reading").map(|(_, text)| text).unwrap_or_default();
        assert!(reading.contains(expected), "{reading}");
    }

    #[test]
    fn a_frozen_server_is_not_a_starved_generator() {
        check(LoadModel::Open, 900.0, 0.2, 0, 100, "the time is the service's");
        check(LoadModel::Open, 0.3, 0.25, 0, 100, "this machine's timing shows");
        check(LoadModel::Open, 900.0, 890.0, 100, 100, "the generator itself was late");
    }

    #[test]
    fn a_closed_loop_says_what_its_percentiles_depend_on() {
        check(LoadModel::Closed, 900.0, 0.0, 0, 100, "percentiles are conditional on the generator having waited");
        check(LoadModel::Closed, 900.0, 0.0, 0, 9_500, "the generator used a whole core");
    }
}
