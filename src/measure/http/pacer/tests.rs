use super::{Pacer, Ticket};
use crate::limits::LOAD_BACKLOG_STRETCHES_MAX;
use crate::model::{Arrival, LoadWork, Shard, Spacing, Stage, Start, Stop};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use std::sync::Arc;
use std::time::Duration;

const MS: u64 = 1_000_000;

fn work(arrival: Arrival, stop: Stop, warm_up_ms: u64) -> LoadWork {
    LoadWork {
        targets: Vec::new(),
        scenarios: Vec::new(),
        feeders: Vec::new(),
        targets_file: None,
        arrival,
        connections: 1,
        stop,
        warm_up: Duration::from_millis(warm_up_ms),
        timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(1),
        grace: Duration::from_millis(500),
        max_lag: Duration::from_millis(10),
        spacing: Spacing::Even,
        think_time: Duration::ZERO,
        shard: None,
        start: Start::AtOnce,
        abort_if: None,
        scrape: None,
        transport: crate::model::Transport::default(),
    }
}

fn pacer(work: &LoadWork) -> Pacer {
    Pacer::new(work, &Arc::default()).expect("a plan")
}

/// 1000 requests per second, started at 5 ms.
fn open(stop: Stop, warm_up_ms: u64) -> Pacer {
    let mut pacer = pacer(&work(Arrival::Constant(1000.0), stop, warm_up_ms));
    pacer.start(5 * MS);
    pacer
}

fn closed(stop: Stop, warm_up_ms: u64) -> Pacer {
    let mut pacer = pacer(&work(Arrival::Closed, stop, warm_up_ms));
    pacer.start(0);
    pacer
}

fn check(ticket: Option<Ticket>, sequence: u64, intended_ms: u64, lag_ms: u64) {
    let expected = Ticket { sequence, intended_ns: intended_ms * MS, lag_ns: Some(lag_ms * MS), is_recorded: true };
    assert_eq!(ticket, Some(expected));
}

#[test]
fn a_free_connection_gets_what_is_due() {
    let mut pacer = open(Stop::Requests(3), 0);
    check(pacer.take(5 * MS, 0), 0, 5, 0);
    assert_eq!(pacer.take(5 * MS, 0), None);
    assert_eq!(pacer.due_ns(5 * MS), Some(6 * MS));
    // Two milliseconds late: the lag is ours.
    check(pacer.take(8 * MS, 0), 1, 6, 2);
    check(pacer.take(8 * MS, 0), 2, 7, 1);
    assert_eq!((pacer.take(99 * MS, 0), pacer.due_ns(99 * MS)), (None, None));
    assert!(pacer.is_exhausted(8 * MS));
}

#[test]
fn waiting_for_a_connection_is_no_lag() {
    let mut pacer = open(Stop::Requests(4), 0);
    pacer.defer(5 * MS);
    pacer.defer(7 * MS);
    // Taken up a second later: when the loop had got to them is what counts.
    check(pacer.take(1005 * MS, 0), 0, 5, 0);
    check(pacer.take(1005 * MS, 0), 1, 6, 1);
    check(pacer.take(1005 * MS, 0), 2, 7, 0);
    // This one it gets to only now.
    check(pacer.take(1005 * MS, 0), 3, 8, 997);
    assert_eq!(pacer.late(), 1);
}

#[test]
fn a_full_backlog_errs_against_the_generator() {
    let mut pacer = open(Stop::Requests(1_000_000), 0);
    let stretches = LOAD_BACKLOG_STRETCHES_MAX as u64;
    (0..stretches).for_each(|n| pacer.defer((5 + n) * MS));
    // The first that finds no stretch of its own is 3 ms late, the next on time.
    pacer.defer((5 + stretches + 3) * MS);
    pacer.defer((5 + stretches + 4) * MS);
    let tickets: Vec<Ticket> = std::iter::from_fn(|| pacer.take_unsent()).collect();
    assert_eq!(tickets.len() as u64, stretches + 5);
    assert!(tickets.iter().enumerate().all(|(n, ticket)| ticket.sequence == n as u64));
    assert!(tickets.iter().take(LOAD_BACKLOG_STRETCHES_MAX - 1).all(|ticket| ticket.lag_ns == Some(0)));
    assert!(tickets.iter().skip(LOAD_BACKLOG_STRETCHES_MAX - 1).all(|ticket| ticket.lag_ns == Some(3 * MS)));
}

#[test]
fn warm_up_keeps_the_pace_and_is_not_counted() {
    let mut pacer = open(Stop::After(Duration::from_millis(10)), 4);
    assert_eq!((pacer.planned(), pacer.measured_from_ns(), pacer.window_end_ns()), (10, 9 * MS, Some(19 * MS)));
    assert_eq!(pacer.deadline_ns(), None);
    let tickets: Vec<Ticket> = std::iter::from_fn(|| pacer.take(100 * MS, 0)).collect();
    // t(13) + grace.
    assert_eq!(pacer.deadline_ns(), Some((5 + 13 + 500) * MS));
    let recorded: Vec<u64> = tickets.iter().filter(|ticket| ticket.is_recorded).map(|ticket| ticket.sequence).collect();
    assert_eq!(recorded, (4..14).collect::<Vec<u64>>());
    // All are more than 10 ms late, but only the measured ones count.
    assert_eq!(pacer.late(), 10);
}

#[test]
fn the_achieved_rate_is_the_asked_one_when_punctual() {
    let mut punctual = open(Stop::Requests(10), 0);
    (0..10).for_each(|n| assert!(punctual.take((5 + n) * MS, 0).is_some()));
    assert_eq!(punctual.rates(), Some((1000.0, 1000.0)));
    let mut slow = open(Stop::Requests(10), 0);
    (0..10).for_each(|n| assert!(slow.take((5 + 2 * n) * MS, 0).is_some()));
    let (_, achieved) = slow.rates().expect("an open loop");
    assert!((achieved - 10_000.0 / 19.0).abs() < 1e-6, "{achieved}");
}

#[test]
fn an_interruption_plans_no_more_than_was_due() {
    let mut pacer = open(Stop::Requests(1000), 0);
    check(pacer.take(5 * MS, 0), 0, 5, 0);
    pacer.stop(7 * MS);
    assert_eq!(pacer.planned(), 3);
    check(pacer.take_unsent(), 1, 6, 1);
    check(pacer.take_unsent(), 2, 7, 0);
    assert_eq!(pacer.take_unsent(), None);
    let mut pacer = closed(Stop::Requests(1000), 0);
    assert!(pacer.take(0, 0).is_some());
    pacer.stop(MS);
    assert_eq!((pacer.take(MS, 0), pacer.planned()), (None, 1));
}

#[test]
fn a_closed_loop_counts_what_it_hands_out() {
    let mut pacer = closed(Stop::Requests(3), 2);
    let recorded: Vec<bool> = (0..9).map_while(|ms| pacer.take(ms * MS, 0)).map(|ticket| ticket.is_recorded).collect();
    assert_eq!(recorded, [false, false, true, true, true]);
    assert_eq!((pacer.planned(), pacer.deadline_ns()), (3, None));
    let mut pacer = closed(Stop::After(Duration::from_millis(3)), 2);
    assert_eq!((0..9).map_while(|ms| pacer.take(ms * MS, 0)).count(), 5);
    assert_eq!((pacer.planned(), pacer.deadline_ns()), (3, Some(505 * MS)));
}

#[test]
fn a_plan_of_nothing_is_an_error() {
    for (arrival, stop) in [
        (Arrival::Constant(0.0), Stop::Requests(1)),
        (Arrival::Constant(0.5), Stop::After(Duration::from_secs(1))),
        (Arrival::Constant(1.0), Stop::Requests(0)),
        (Arrival::Closed, Stop::Requests(0)),
        (Arrival::Closed, Stop::After(Duration::ZERO)),
        (Arrival::Stages(vec![stage(0.0, 0.0, 10)]), Stop::Requests(1)),
        (Arrival::ClosedStages(vec![stage(0, 0, 10)]), Stop::Requests(1)),
        (Arrival::Trace("empty".into()), Stop::Requests(1)),
    ] {
        assert!(Pacer::new(&work(arrival.clone(), stop, 0), &Arc::default()).is_err(), "{arrival:?} {stop:?}");
    }
}

fn stage<T>(from: T, to: T, ms: u64) -> Stage<T> {
    Stage { from, to, duration: Duration::from_millis(ms) }
}

/// Every ticket of a loop that is always punctual and has always a free connection: number, intended start, recorded.
fn run(work: &LoadWork, recorded: &[u64]) -> (Pacer, Vec<(u64, u64, bool)>) {
    let mut pacer = Pacer::new(work, &recorded.into()).expect("a plan");
    pacer.start(0);
    let mut tickets = Vec::new();
    while let Some(due_ns) = pacer.due_ns(0) {
        let ticket = pacer.take(due_ns, 0).expect("what is due");
        assert_eq!((ticket.intended_ns, ticket.lag_ns), (due_ns, Some(0)));
        tickets.push((ticket.sequence, due_ns, ticket.is_recorded));
    }
    (pacer, tickets)
}

#[test]
fn stages_go_on_where_the_one_before_ended() {
    // 10 ms of warm-up at 1/ms, 4.5 arrivals, then 10 of them in 5 ms.
    let stages = vec![stage(1000.0, 1000.0, 4), stage(1000.0, 3000.0, 5)];
    let (pacer, tickets) = run(&work(Arrival::Stages(stages), Stop::Requests(1), 10), &[]);
    assert_eq!((pacer.planned(), tickets.len(), pacer.measured_from_ns(), pacer.window_end_ns()), (14, 24, 10 * MS, Some(19 * MS)));
    assert_eq!((tickets[9], tickets[10], tickets[14]), ((9, 9 * MS, false), (10, 10 * MS, true), (14, 14 * MS, true)));
    assert_eq!(pacer.describe().as_deref(), Some("1000/s for 10ms, 1000/s for 4ms, 1000..3000/s for 5ms"));
    let (planned, achieved) = pacer.rates().expect("an open loop");
    assert!((planned - 14_000.0 / 9.0).abs() < 1e-6 && (achieved - planned).abs() < 1e-9, "{planned} {achieved}");
}

#[test]
fn random_starts_fill_the_time() {
    let poisson = |stop| LoadWork { spacing: Spacing::Poisson { seed: 5 }, ..work(Arrival::Constant(1000.0), stop, 100) };
    let (pacer, tickets) = run(&poisson(Stop::After(Duration::from_secs(2))), &[]);
    let measured: Vec<u64> = tickets.iter().filter(|ticket| ticket.2).map(|ticket| ticket.1).collect();
    let (from_ns, end_ns) = (pacer.measured_from_ns(), pacer.window_end_ns().expect("an end"));
    assert_eq!((end_ns - from_ns, pacer.planned(), measured[0]), (2000 * MS, measured.len() as u64, from_ns));
    assert!((1850..2150).contains(&measured.len()) && measured.iter().all(|start| (from_ns..end_ns).contains(start)));
    let (planned, achieved) = pacer.rates().expect("an open loop");
    assert!((planned - achieved).abs() < 1e-9 && (planned - measured.len() as f64 / 2.0).abs() < 2.0, "{planned}");
    let (pacer, tickets) = run(&poisson(Stop::Requests(7)), &[]);
    assert_eq!((pacer.planned(), tickets.iter().filter(|ticket| ticket.2).count()), (7, 7));
}

#[test]
fn a_trace_is_its_own_warm_up() {
    let starts = [0, 4 * MS, 5 * MS, 5 * MS, 9 * MS];
    let (pacer, tickets) = run(&work(Arrival::Trace("t".into()), Stop::Requests(1), 5), &starts);
    let found: Vec<(u64, bool)> = tickets.iter().map(|ticket| (ticket.1 / MS, ticket.2)).collect();
    assert_eq!(found, [(0, false), (4, false), (5, true), (5, true), (9, true)]);
    assert_eq!((pacer.planned(), pacer.window_end_ns()), (3, Some(9 * MS)));
    // All at once: there is no rate.
    let (pacer, _) = run(&work(Arrival::Trace("t".into()), Stop::Requests(1), 0), &[MS, MS]);
    assert_eq!((pacer.planned(), pacer.rates()), (2, None));
}

#[test]
fn stages_of_connections_bound_the_busy_ones() {
    let mut pacer = pacer(&work(Arrival::ClosedStages(vec![stage(1, 1, 2), stage(3, 3, 2)]), Stop::Requests(1), 0));
    pacer.start(0);
    assert!(pacer.take(0, 0).is_some() && pacer.take(0, 1).is_none());
    assert_eq!(pacer.due_ns(0), Some(2 * MS));
    assert!(pacer.take(2 * MS, 2).is_some() && pacer.take(2 * MS, 3).is_none());
    assert_eq!((pacer.take(4 * MS, 0), pacer.planned(), pacer.window_end_ns()), (None, 2, Some(4 * MS)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Shards hand out together what one generator would: numbers, starts, what is recorded, and how many are planned.
    #[test]
    fn shards_together_are_one_generator(
        total in 1u32..6, kind in 0usize..4, warm_up_ms in 0u64..50, count in 8u64..200, rate in 100.0f64..3000.0, seed in 0u64..9
    ) {
        let arrival = match kind {
            0 => Arrival::Stages(vec![stage(rate, rate, 60), stage(rate, 2.0 * rate, 90)]),
            1 => Arrival::Trace("t".into()),
            _ => Arrival::Constant(rate),
        };
        let recorded: Vec<u64> = (0..count).map(|n| n * n * 100_000).collect();
        let spacing = if kind == 3 { Spacing::Poisson { seed } } else { Spacing::Even };
        let stop = if kind == 2 { Stop::Requests(count) } else { Stop::After(Duration::from_millis(150)) };
        let whole = LoadWork { spacing, ..work(arrival, stop, warm_up_ms) };
        let Ok(one) = Pacer::new(&whole, &recorded.as_slice().into()) else { return Ok(()) };
        let (all, expected) = run(&whole, &recorded);
        prop_assert_eq!(one.measured_from_ns(), all.measured_from_ns());
        let (mut union, mut planned) = (Vec::new(), 0);
        for index in 1..=total {
            let work = LoadWork { shard: Shard::new(index, total), ..whole.clone() };
            // A shard of too small a load may have no request at all.
            if Pacer::new(&work, &recorded.as_slice().into()).is_err() {
                continue;
            }
            let (pacer, tickets) = run(&work, &recorded);
            prop_assert_eq!(pacer.measured_from_ns(), all.measured_from_ns());
            planned += pacer.planned();
            union.extend(tickets);
        }
        union.sort_unstable();
        let recorded_only = |tickets: &[(u64, u64, bool)]| tickets.iter().filter(|ticket| ticket.2).copied().collect::<Vec<_>>();
        prop_assert_eq!(recorded_only(&union), recorded_only(&expected));
        prop_assert_eq!(planned, all.planned());
    }
}
