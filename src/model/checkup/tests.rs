use super::{Batch, Jitter, Repetition, TimerLag};

/// Batches of one repetition, wall and CPU time in µs.
fn repetition(lags_ns: &[u64], batches: &[(u64, Option<u64>)]) -> Repetition {
    let batch = |(wall, cpu): &(u64, Option<u64>)| Batch { wall_ns: wall * 1000, cpu_ns: cpu.map(|cpu| cpu * 1000) };
    Repetition { lags_ns: lags_ns.to_vec(), batches: batches.iter().map(batch).collect() }
}

#[track_caller]
fn check(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn two_repetitions_differ_by_the_logarithm_of_their_ratio() {
    let one = repetition(&[10, 30], &[(500, Some(500)), (500, Some(499)), (1000, Some(500))]);
    let other = repetition(&[20], &[(600, Some(500)), (550, Some(495)), (600, Some(541))]);
    let jitter = Jitter::of(7, &[one, other, Repetition::default()]).unwrap();
    assert_eq!((jitter.measured_ns, jitter.repetitions, jitter.batches), (7, 2, 6));
    assert_eq!(jitter.timer_lag, Some(TimerLag { sleeps: 3, p50_ns: 20, p99_ns: 30, max_ns: 30 }));
    assert_eq!((jitter.wall.lower_quartile_ns, jitter.wall.p50_ns, jitter.wall.p99_ns), (500_000, 550_000, 1_000_000));
    // Two logarithms a distance d apart: sd = d/√2, MAD = d/2, so 1.4826·MAD is the larger.
    check(jitter.wall.between, 1.4826 * 0.5 * 1.2f64.ln());
    check(jitter.wall.between_lower_quartile, 1.4826 * 0.5 * 1.1f64.ln());
    check(jitter.cpu.unwrap().between, 0.0);
    // 500 of 1000 and 500 of 600 are below 0.9; 495 of 550 is exactly 0.9.
    check(jitter.interrupted_share.unwrap(), 2.0 / 6.0);
}

#[test]
fn what_was_not_measured_is_absent() {
    let one = repetition(&[], &[(500, None)]);
    let jitter = Jitter::of(1, &[one.clone(), one.clone()]).unwrap();
    assert_eq!((jitter.timer_lag, jitter.cpu, jitter.interrupted_share), (None, None, None));
    assert_eq!(Jitter::of(1, &[one]), None);
    assert_eq!(Jitter::of(1, &[]), None);
    let stopped = repetition(&[], &[(0, Some(0))]);
    assert_eq!(Jitter::of(1, &[stopped.clone(), stopped]), None);
}
