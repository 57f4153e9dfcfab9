//! Pure mathematics; knows no word of the domain.

mod counts;
mod histogram;
mod moments;

pub use counts::Counts;
pub use histogram::{Histogram, HistogramError};
pub use moments::Moments;
