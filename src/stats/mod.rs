//! Pure mathematics; knows no word of the domain.

mod beta;
mod binomial;
mod change_points;
mod coarse;
mod counter;
mod counts;
mod fisher;
mod histogram;
mod moments;
mod multiplicity;
mod random;
mod rank_sum;
mod robust;
mod search;
mod shift;
mod signed_rank;
mod sketch;
mod student;

pub use binomial::{lower_rank, rate_lower_bound, rate_upper_bound, upper_rank};
pub use change_points::{CHANGE_POINT_LEVEL, CHANGE_POINT_LEVEL_OF_SERIES, ChangePoint, VALUES_AFTER, VALUES_BEFORE, change_points};
pub use coarse::Coarse;
pub use counter::{random_below, random_word};
pub use counts::Counts;
pub use fisher::fisher_higher;
pub use histogram::{Histogram, HistogramError};
pub use moments::Moments;
pub use multiplicity::benjamini_hochberg;
pub use random::Random;
pub use rank_sum::{rank_shift, u_counts};
pub use robust::{median, nearest_rank, scaled_mad};
pub use search::{Ceiling, Search, Trial};
pub use shift::{Shift, Spread, percentile_shift, spread_shift};
pub use signed_rank::{WalshAverages, signed_rank_index, signed_rank_p};
pub use sketch::Sketch;
pub use student::{student_cdf, student_quantile};
