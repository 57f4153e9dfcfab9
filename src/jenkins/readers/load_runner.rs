//! LoadRunner's Access database: known, not read. The plugin would read it, so to go on without it would be to judge less.

use super::Unread;
use crate::source::Source;

/// Always refuses.
pub(super) fn read(source: &Source) -> Result<(), Unread> {
    Err(Unread::Abort(format!(
        "{}: expected a text format, found LoadRunner's Access database, which cannot be read here; export its transactions as CSV with \
         the columns timeStamp, elapsed, label, responseCode, success, bytes",
        source.name()
    )))
}
