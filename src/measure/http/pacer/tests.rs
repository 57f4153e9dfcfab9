use super::{Pacer, Ticket};
use crate::limits::LOAD_BACKLOG_STRETCHES_MAX;
use crate::model::{Arrival, LoadWork, Stop};
use std::time::Duration;

const MS: u64 = 1_000_000;

fn work(arrival: Arrival, stop: Stop, warm_up_ms: u64) -> LoadWork {
    LoadWork {
        targets: Vec::new(),
        arrival,
        connections: 1,
        stop,
        warm_up: Duration::from_millis(warm_up_ms),
        timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(1),
        grace: Duration::from_millis(500),
        max_lag: Duration::from_millis(10),
        transport: crate::model::Transport::default(),
    }
}

/// 1000 requests per second, started at 5 ms.
fn open(stop: Stop, warm_up_ms: u64) -> Pacer {
    let mut pacer = Pacer::new(&work(Arrival::Constant(1000.0), stop, warm_up_ms)).expect("a plan");
    pacer.start(5 * MS);
    pacer
}

fn closed(stop: Stop, warm_up_ms: u64) -> Pacer {
    let mut pacer = Pacer::new(&work(Arrival::Closed, stop, warm_up_ms)).expect("a plan");
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
    check(pacer.take(5 * MS), 0, 5, 0);
    assert_eq!(pacer.take(5 * MS), None);
    assert_eq!(pacer.due_ns(), Some(6 * MS));
    // Two milliseconds late: the lag is ours.
    check(pacer.take(8 * MS), 1, 6, 2);
    check(pacer.take(8 * MS), 2, 7, 1);
    assert_eq!((pacer.take(99 * MS), pacer.due_ns()), (None, None));
    assert!(pacer.is_exhausted(8 * MS));
}

#[test]
fn waiting_for_a_connection_is_no_lag() {
    let mut pacer = open(Stop::Requests(4), 0);
    pacer.defer(5 * MS);
    pacer.defer(7 * MS);
    // Taken up a second later: when the loop had got to them is what counts.
    check(pacer.take(1005 * MS), 0, 5, 0);
    check(pacer.take(1005 * MS), 1, 6, 1);
    check(pacer.take(1005 * MS), 2, 7, 0);
    // This one it gets to only now.
    check(pacer.take(1005 * MS), 3, 8, 997);
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
    // t(13) + grace.
    assert_eq!(pacer.deadline_ns(), Some((5 + 13 + 500) * MS));
    let tickets: Vec<Ticket> = std::iter::from_fn(|| pacer.take(100 * MS)).collect();
    let recorded: Vec<u64> = tickets.iter().filter(|ticket| ticket.is_recorded).map(|ticket| ticket.sequence).collect();
    assert_eq!(recorded, (4..14).collect::<Vec<u64>>());
    // All are more than 10 ms late, but only the measured ones count.
    assert_eq!(pacer.late(), 10);
}

#[test]
fn the_achieved_rate_is_the_asked_one_when_punctual() {
    let mut punctual = open(Stop::Requests(10), 0);
    (0..10).for_each(|n| assert!(punctual.take((5 + n) * MS).is_some()));
    assert_eq!(punctual.rates(), Some((1000.0, 1000.0)));
    let mut slow = open(Stop::Requests(10), 0);
    (0..10).for_each(|n| assert!(slow.take((5 + 2 * n) * MS).is_some()));
    let (_, achieved) = slow.rates().expect("an open loop");
    assert!((achieved - 10_000.0 / 19.0).abs() < 1e-6, "{achieved}");
}

#[test]
fn an_interruption_plans_no_more_than_was_due() {
    let mut pacer = open(Stop::Requests(1000), 0);
    check(pacer.take(5 * MS), 0, 5, 0);
    pacer.stop(7 * MS);
    assert_eq!(pacer.planned(), 3);
    check(pacer.take_unsent(), 1, 6, 1);
    check(pacer.take_unsent(), 2, 7, 0);
    assert_eq!(pacer.take_unsent(), None);
    let mut pacer = closed(Stop::Requests(1000), 0);
    assert!(pacer.take(0).is_some());
    pacer.stop(MS);
    assert_eq!((pacer.take(MS), pacer.planned()), (None, 1));
}

#[test]
fn a_closed_loop_counts_what_it_hands_out() {
    let mut pacer = closed(Stop::Requests(3), 2);
    let recorded: Vec<bool> = (0..9).map_while(|ms| pacer.take(ms * MS)).map(|ticket| ticket.is_recorded).collect();
    assert_eq!(recorded, [false, false, true, true, true]);
    assert_eq!((pacer.planned(), pacer.deadline_ns()), (3, None));
    let mut pacer = closed(Stop::After(Duration::from_millis(3)), 2);
    assert_eq!((0..9).map_while(|ms| pacer.take(ms * MS)).count(), 5);
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
    ] {
        assert!(Pacer::new(&work(arrival, stop, 0)).is_err(), "{arrival:?} {stop:?}");
    }
}
