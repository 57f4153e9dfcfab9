use super::{Rates, Schedule};
use crate::model::Shard;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

const S: u64 = 1_000_000_000;

fn even(legs: &[(f64, f64, u64)]) -> Schedule {
    Schedule::Even(Rates::new(legs.iter().copied()).expect("rates"))
}

fn constant(rate: f64) -> Schedule {
    Schedule::Even(Rates::constant_at(rate).expect("a rate"))
}

fn check(schedule: &Schedule, starts_ns: &[(u64, u64)]) {
    for (slot, expected) in starts_ns {
        assert_eq!(schedule.at(*slot).start_ns, *expected, "slot {slot} of {schedule}");
    }
}

#[test]
fn starts_at_a_constant_rate_are_exact() {
    check(&constant(1000.0), &[(0, 0), (1, 1_000_000), (3_600_000, 3600 * S)]);
    check(&constant(3.0), &[(1, 333_333_333), (2, 666_666_666), (3, S), (3_000_000_000, S * S)]);
    check(&constant(0.1), &[(1, 10 * S), (7, 70 * S)]);
    check(&constant(33.3), &[(333, 10 * S)]);
    check(&constant(1e9), &[(1, 1)]);
}

#[test]
fn a_change_of_rate_goes_on_where_it_was() {
    // 4.5 arrivals in the first leg: slot 5 is half an interval into the second.
    let steps = even(&[(3.0, 3.0, 3 * S / 2), (10.0, 10.0, S), (0.0, 0.0, 2 * S), (1.0, 1.0, 10 * S)]);
    check(&steps, &[(0, 0), (4, 1_333_333_333), (5, 1_550_000_000), (6, 1_650_000_000), (14, 2_450_000_000)]);
    // The pause: half an arrival is open when it begins, and is due half a second after it.
    check(&steps, &[(15, 5 * S), (16, 6 * S)]);
    assert_eq!((steps.count_before(3 * S / 2), steps.count_before(4 * S), steps.count_before(5 * S)), (4, 14, 15));
    // A load that begins with a pause, and slot 0 therefore after it.
    check(&even(&[(0.0, 0.0, S), (2.0, 2.0, S)]), &[(0, S), (1, 3 * S / 2)]);
}

#[test]
fn a_ramp_is_the_inverse_of_its_area() {
    // From 0 to 100 per second in 10 s: 5·t² arrivals after t.
    let up = even(&[(0.0, 100.0, 10 * S)]);
    check(&up, &[(0, 0), (5, S), (20, 2 * S), (1, 447_213_595), (500, 10 * S), (600, 11 * S)]);
    assert_eq!((up.count_before(10 * S), up.count_before(S), up.count_before(S - 1)), (500, 5, 4));
    let down = even(&[(100.0, 0.0, 10 * S)]);
    check(&down, &[(0, 0), (95, S), (480, 8 * S), (495, 9 * S), (500, 10 * S), (900, 10 * S)]);
    // A ramp is followed by the rate at which it ends.
    check(&even(&[(100.0, 300.0, S), (300.0, 300.0, S)]), &[(200, S), (203, S + 10_000_000)]);
}

#[test]
fn traces_are_as_recorded() {
    let trace = Schedule::Trace([0, 5, 5, 900].into());
    check(&trace, &[(0, 0), (2, 5), (3, 900), (4, 900)]);
    assert_eq!((trace.count_before(5), trace.count_before(6), trace.count_before(S)), (1, 3, 4));
}

#[test]
fn senseless_rates_have_no_schedule() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-10, 2e9] {
        assert_eq!(Rates::constant_at(rate), None, "{rate}");
    }
    assert_eq!(Rates::new([(0.0, 0.0, S)]), None);
    assert_eq!(Rates::new([]), None);
}

#[test]
fn a_schedule_says_what_it_is() {
    assert_eq!(constant(0.5).to_string(), "0.5/s");
    assert_eq!(even(&[(1.0, 1.0, S), (1.0, 50.0, 90 * S)]).to_string(), "1/s for 1s, 1..50/s for 90s");
    let rates = Rates::constant_at(7.0).expect("a rate");
    assert_eq!(Schedule::Poisson(rates, 3).to_string(), "7/s, Poisson with seed 3");
}

#[test]
fn a_poisson_schedule_keeps_its_rate() {
    let rates = Rates::new([(1000.0, 1000.0, 50 * S), (1000.0, 3000.0, 50 * S)]).expect("rates");
    let poisson = Schedule::Poisson(rates.clone(), 42);
    // Standard deviation of the count: its root.
    for at in [50_000u64, 150_000] {
        let counted = rates.count_before(poisson.at(at).start_ns) as f64;
        assert!((counted - at as f64).abs() < 4.0 * (at as f64).sqrt(), "{counted} of {at}");
    }
}

fn a_schedule() -> impl Strategy<Value = Schedule> {
    let leg = (0u32..5_000_000, prop_oneof![Just(None), (0u32..5_000_000).prop_map(Some)], 1_000_000u64..3_600_000_000_000);
    let legs = proptest::collection::vec(leg, 1..5).prop_filter_map("something arrives", |legs| {
        let rate = |milli: u32| f64::from(milli) / 1000.0;
        Rates::new(legs.into_iter().map(|(from, to, length)| (rate(from), rate(to.unwrap_or(from)), length)))
    });
    let trace = proptest::collection::vec(0u64..100 * S, 1..200).prop_map(|mut starts| {
        starts.sort_unstable();
        Schedule::Trace(starts.into())
    });
    prop_oneof![
        legs.clone().prop_map(Schedule::Even),
        (legs, proptest::num::u64::ANY).prop_map(|(rates, seed)| Schedule::Poisson(rates, seed)),
        trace
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// However far, slot n is where rate × time says, to the nanosecond: rounding never adds up.
    #[test]
    fn no_drift(rate_milli in 1u64..1_000_000_000, n in 0u64..1_000_000_000_000) {
        let exact = u128::from(n) * 1_000_000_000_000 / u128::from(rate_milli);
        prop_assert_eq!(u128::from(constant(rate_milli as f64 / 1000.0).at(n).start_ns), exact.min(u128::from(u64::MAX)));
    }

    /// At its start a slot is not yet over, a nanosecond later it is: the inverse of the count is exact on every leg.
    #[test]
    fn starts_invert_the_count(schedule in a_schedule(), share in 0.0f64..1.0) {
        if let Schedule::Even(rates) = &schedule {
            let slot = (rates.count_before(4 * 3600 * S) as f64 * share) as u64;
            let start_ns = schedule.at(slot).start_ns;
            prop_assert!(rates.count_before(start_ns) <= slot, "{} at {}", slot, start_ns);
            prop_assert!(start_ns == u64::MAX || rates.count_before(start_ns + 1) >= slot, "{} at {}", slot, start_ns);
        }
    }

    /// Walking and jumping meet, and no start comes before the one before it.
    #[test]
    fn starts_ascend(schedule in a_schedule(), from in 0u64..1000) {
        let mut cursor = schedule.at(from);
        for slot in from + 1..from + 20 {
            let next = schedule.after(cursor, 1);
            prop_assert!(next.start_ns >= cursor.start_ns);
            prop_assert_eq!(next, schedule.at(slot));
            cursor = next;
        }
    }

    /// The slots of K shards together are exactly those of the one schedule, whatever its kind.
    #[test]
    fn shards_make_the_whole(schedule in a_schedule(), total in 1u32..9, slots in 0u64..300) {
        let mut union = Vec::new();
        for index in 1..=total {
            let shard = Shard::new(index, total).expect("a shard");
            let mut cursor = schedule.at(u64::from(index) - 1);
            let before = union.len();
            while cursor.slot < slots {
                union.push((cursor.slot, cursor.start_ns));
                cursor = schedule.after(cursor, u64::from(total));
            }
            prop_assert_eq!((union.len() - before) as u64, shard.share(slots));
        }
        union.sort_unstable();
        let whole: Vec<(u64, u64)> = (0..slots).map(|slot| (slot, schedule.at(slot).start_ns)).collect();
        prop_assert_eq!(union, whole);
    }
}
