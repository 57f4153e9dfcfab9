#![allow(warnings)]
use neverslower::measure::http::*;
use neverslower::model::*;
use neverslower::record::*;
use neverslower::stats::*;
use std::collections::BTreeMap;
use std::time::Duration;
struct S {
    h: Histogram,
    lag: Histogram,
    q: Histogram,
    svc: Histogram,
    n: u64,
    e: BTreeMap<String, u64>,
    f: Option<RunFacts>,
}
impl Sink for S {
    fn sample(&mut self, s: &Sample<'_>) -> Result<(), Rejected> {
        if let Sample::Request(r) = s {
            self.h.add(r.latency_ns, 1);
            if let Some(l) = r.schedule_lag_ns {
                self.lag.add(l, 1);
                self.q.add(r.queue_wait_ns.unwrap(), 1);
                self.svc.add(r.service_time_ns.unwrap_or(0), 1);
            }
            self.n += 1;
            if let Some(e) = r.error {
                *self.e.entry(format!("{e} {}", r.error_detail)).or_insert(0) += 1;
            }
        }
        Ok(())
    }
    fn histogram(&mut self, _: &SeriesKey, _: &Histogram, _: bool) -> Result<(), Rejected> {
        Ok(())
    }
    fn summary(&mut self, _: Series) -> Result<(), Rejected> {
        Ok(())
    }
    fn pair(&mut self, _: &Pair<'_>) -> Result<(), Rejected> {
        Ok(())
    }
    fn facts(&mut self, f: RunFacts) {
        self.f = Some(f)
    }
    fn note(&mut self, _: Note) {}
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    // load URL -n N | -z secs  -c C  -q rate
    let mut url = String::new();
    let (mut n, mut z, mut c, mut q, mut w) = (None, None, 50u32, None, 0.0);
    let mut i = 1;
    let mut g = 5.0;
    while i < a.len() {
        match a[i].as_str() {
            "load" | "--json" => {}
            "-n" => {
                i += 1;
                n = Some(a[i].parse::<u64>().unwrap())
            }
            "-z" | "-d" => {
                i += 1;
                z = Some(a[i].trim_end_matches('s').parse::<f64>().unwrap())
            }
            "-c" => {
                i += 1;
                c = a[i].parse().unwrap()
            }
            "-q" => {
                i += 1;
                q = Some(a[i].parse::<f64>().unwrap())
            }
            "-g" => {
                i += 1;
                g = a[i].parse().unwrap()
            }
            "-w" => {
                i += 1;
                w = a[i].parse().unwrap()
            }
            u => url = u.into(),
        }
        i += 1
    }
    let work = LoadWork {
        targets: vec![Target { label: "GET /".into(), method: "GET".into(), url, headers: vec![], body: vec![] }],
        arrival: q.map_or(Arrival::Closed, Arrival::Constant),
        connections: c,
        stop: n.map_or(Stop::After(Duration::from_secs_f64(z.unwrap_or(10.0))), Stop::Requests),
        warm_up: Duration::from_secs_f64(w),
        timeout: Duration::from_secs(30),
        connect_timeout: Duration::from_secs(5),
        grace: Duration::from_secs_f64(g),
        max_lag: Duration::from_millis(10),
    };
    let mut s =
        S { h: Histogram::new(), lag: Histogram::new(), q: Histogram::new(), svc: Histogram::new(), n: 0, e: BTreeMap::new(), f: None };
    let flag = std::sync::atomic::AtomicBool::new(false);
    let r = drive(Drive { work: &work, port: None, interrupted: &flag, progress: &mut |_| {} }, &mut s);
    if let Err(e) = r {
        eprintln!("{e}");
        std::process::exit(4)
    }
    let p = |h: &Histogram, x: f64| h.value_at_rank(((h.total() as f64 * x).ceil() as u64).max(1)).unwrap_or(0) as f64 / 1e3;
    for (name, h) in [("latency", &s.h), ("lag", &s.lag), ("queue", &s.q), ("service", &s.svc)] {
        println!(
            "{name} us: p50 {:.1} p90 {:.1} p99 {:.1} p99.9 {:.1} max {:.1}",
            p(h, 0.5),
            p(h, 0.9),
            p(h, 0.99),
            p(h, 0.999),
            p(h, 1.0)
        );
    }
    let f = s.f.unwrap();
    let l = f.load.unwrap();
    println!("n {} errors {:?} cpu/req us {:.3}\n{l:?}", s.n, s.e, l.client_cpu_ns.unwrap_or(0) as f64 / 1e3 / s.n as f64);
    println!("throughput {:.0}/s", s.n as f64 * 1e9 / l.measured_ns as f64);
}
