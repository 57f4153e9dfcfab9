//! `history`: earlier runs over time.

use super::{Failure, Session};
use crate::cli::HistoryArgs;
use crate::config::{self, Request};
use crate::pipeline;

/// Shows them; 3 where something crept in or changed for the worse that nobody accepted as such.
pub fn history(request: Request<'_>, arguments: &HistoryArgs) -> Result<u8, Failure> {
    let (plan, query) = config::history(request, arguments)?;
    let session = Session::reading(&plan);
    let history = pipeline::history(&plan, &query).map_err(Failure::NoVerdict)?;
    pipeline::report_history(&plan, &history, session.around())?;
    Ok(history.exit_code)
}
