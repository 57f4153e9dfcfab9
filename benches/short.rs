//! Short settings for every bench: the whole repository is measured in less than a minute.

use criterion::{Criterion, SamplingMode};
use std::time::Duration;

/// Every sample of as many iterations as the others: the settings below are too short for growing ones.
pub const SAMPLING: SamplingMode = SamplingMode::Flat;

/// Twenty samples in less than half a second.
pub fn short() -> Criterion {
    Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
}
