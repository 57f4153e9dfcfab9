//! Pure mathematics; knows no word of the domain.

mod beta;
mod binomial;
mod coarse;
mod counts;
mod fisher;
mod histogram;
mod moments;
mod rank_sum;
mod robust;
mod search;
mod shift;
mod sketch;
mod student;

pub use binomial::{lower_rank, rate_lower_bound, rate_upper_bound, upper_rank};
pub use coarse::Coarse;
pub use counts::Counts;
pub use fisher::fisher_higher;
pub use histogram::{Histogram, HistogramError};
pub use moments::Moments;
pub use rank_sum::{rank_shift, u_counts};
pub use robust::{median, nearest_rank, scaled_mad};
pub use search::{Ceiling, Search, Trial};
pub use shift::{Shift, Spread, percentile_shift, spread_shift};
pub use sketch::Sketch;
pub use student::{student_cdf, student_quantile};
