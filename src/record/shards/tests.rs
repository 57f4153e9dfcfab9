use super::join_shards;
use crate::model::{LoadFacts, LoadModel, Request, Run, RunFacts, Sample, Shard, StoredRun, metric};
use crate::record::{Keep, Recorder, Sink as _};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

const START_NS: u64 = 1_700_000_000_000_000_000;

/// A recorded request: which target, when, how long, and whether it failed.
type Row = (u8, u64, u64, bool);

fn facts(rows: u64, failed: u64) -> LoadFacts {
    LoadFacts {
        model: LoadModel::Open,
        connections: 2,
        planned: rows,
        completed: rows - failed,
        failed,
        unsent: 0,
        rate_planned: Some(rows as f64),
        rate_achieved: Some(rows as f64),
        late: 0,
        max_lag_ns: 5,
        reconnects: 1,
        client_cpu_ns: Some(rows),
        measured_ns: 1_000_000_000,
        schedule: None,
        transport: None,
    }
}

/// The run of these rows, stored and read again as `check` gets it.
fn recorded(rows: &[Row], shard: Option<Shard>) -> Run {
    let mut recorder = Recorder::new(Keep::Histogram);
    for (target, start_ms, latency_ns, is_failed) in rows {
        let label = ["GET /", "GET /a", "PUT /b"][usize::from(*target) % 3];
        let request = Request {
            label,
            start_ns: Some(START_NS + start_ms * 1_000_000),
            latency_ns: *latency_ns,
            service_time_ns: Some(latency_ns / 2),
            bytes_in: Some(latency_ns % 7),
            code: if *is_failed { "503" } else { "200" },
            error: is_failed.then_some("http-5xx"),
            ..Request::default()
        };
        recorder.sample(&Sample::Request(&request)).unwrap();
    }
    let failed = rows.iter().filter(|row| row.3).count() as u64;
    let duration_ns = Some(1_000_000_000);
    recorder.facts(RunFacts {
        started_ns: Some(START_NS),
        duration_ns,
        load: Some(facts(rows.len() as u64, failed)),
        ..RunFacts::default()
    });
    let run = Run { shard, ..recorder.finish("shop") };
    let text = serde_json::to_string(&StoredRun::from_run(&run)).unwrap();
    serde_json::from_str::<StoredRun>(&text).unwrap().into_run().unwrap()
}

fn parts(rows: &[Row], total: u32) -> Vec<Run> {
    let part = |index: u32| {
        let own: Vec<Row> = rows.iter().skip(index as usize - 1).step_by(total as usize).copied().collect();
        recorded(&own, Shard::new(index, total).map(|shard| Shard { fingerprint: 9, ..shard }))
    };
    (1..=total).map(part).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// K shards give exactly the numbers of one generator that recorded everything.
    #[test]
    fn shards_equal_one_generator(
        rows in proptest::collection::vec((0u8..3, 0u64..900, 1u64..5_000_000_000, proptest::bool::weighted(0.1)), 9..120), total in 1u32..5
    ) {
        let whole = recorded(&rows, None);
        let mut shuffled = parts(&rows, total);
        shuffled.reverse();
        let joined = join_shards(shuffled).unwrap();
        prop_assert_eq!(joined.series.keys().collect::<Vec<_>>(), whole.series.keys().collect::<Vec<_>>());
        for (key, one) in &whole.series {
            let joined = &joined.series[key];
            prop_assert_eq!(&joined.distribution, &one.distribution);
            prop_assert_eq!(&joined.error_kinds, &one.error_kinds);
            prop_assert_eq!((joined.summary.count, joined.summary.errors), (one.summary.count, one.summary.errors));
            let (ours, theirs) = (joined.judged(), one.judged());
            prop_assert_eq!((ours.count, ours.min, ours.max), (theirs.count, theirs.min, theirs.max));
            prop_assert_eq!(&ours.percentiles, &theirs.percentiles);
            let is_near = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1.0));
            prop_assert!(is_near(ours.mean, theirs.mean), "{:?} {:?}", ours.mean, theirs.mean);
            prop_assert!(is_near(joined.summary.throughput, one.summary.throughput), "{:?} {:?}", joined.summary, one.summary);
        }
        let (ours, theirs) = (joined.load.unwrap(), whole.load.unwrap());
        prop_assert_eq!((ours.planned, ours.completed, ours.failed, ours.rate_planned), (theirs.planned, theirs.completed, theirs.failed, theirs.rate_planned));
        prop_assert_eq!((ours.measured_ns, ours.connections), (theirs.measured_ns, 2 * total));
        prop_assert_eq!((joined.shard, joined.started_ns, joined.duration_ns), (None, whole.started_ns, whole.duration_ns));
        prop_assert_eq!(&joined.status_codes, &whole.status_codes);
        prop_assert_eq!(joined.status_codes.values().sum::<u64>(), rows.len() as u64);
        let counted = |run: &[crate::model::Window]| run.iter().map(|window| window.count).sum::<u64>();
        prop_assert_eq!(counted(&joined.windows), counted(&whole.windows));
        prop_assert_eq!(joined.exemplars.first().map(|one| one.latency_ns), whole.exemplars.first().map(|one| one.latency_ns));
    }
}

/// Three good shards, changed: why they make no whole.
fn check(change: impl Fn(&mut Vec<Run>), expected: &str) {
    let rows: Vec<Row> = (0..12).map(|n| (0, n, 1000 + n, false)).collect();
    let mut parts = parts(&rows, 3);
    change(&mut parts);
    assert_eq!(join_shards(parts).map(|run| run.series.len()).unwrap_err(), expected);
}

#[test]
fn what_is_no_whole_is_refused() {
    let missing =
        |which: &str| format!("shard {which} of 3 is missing; give the files of all shards together, with --suite if their names differ");
    check(|parts| drop(parts.remove(1)), &missing("2"));
    check(|parts| parts.truncate(1), &missing("2, 3"));
    check(|parts| parts.push(parts[0].clone()), "shard 1 of 3 was given more than once; give each file once");
    check(|parts| parts[1].shard = None, "1 of 3 files are of no shard; give all shards of one load test, and nothing else");
    check(|parts| parts[1].shard = Shard::new(2, 4), "a shard of 3 and one of 4 are of different load tests");
    let differ = "shards 1 and 3 differ in their configuration: they measured different loads, or with different versions of neverslower";
    check(|parts| parts[2].shard = Shard::new(3, 3), differ);
    check(|parts| parts[2].environment.key = "x".into(), "the shards are of different environments, one of them \"x\"");
    let apart = "the shards started 2.5 s apart and were no load together; start them with --start-at or --barrier";
    check(|parts| parts[2].started_ns = Some(START_NS + 2_500_000_000), apart);
}

#[test]
fn what_a_shard_did_not_finish_is_not_finished() {
    let rows: Vec<Row> = (0..12).map(|n| (0, n, 1000 + n, false)).collect();
    let mut parts = parts(&rows, 3);
    parts[1].aborted = Some("error rate > 50%".to_string());
    parts[1].partial = true;
    let joined = join_shards(parts).unwrap();
    assert_eq!((joined.partial, joined.aborted.as_deref()), (true, Some("shard 2 of 3: error rate > 50%")));
    assert_eq!(joined.series.keys().filter(|key| key.metric == metric::LATENCY).count(), 1);
}
