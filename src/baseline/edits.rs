//! Whether a change edits the baseline that it is judged by.

use super::error::BaselineError;
use super::file;
use super::store::Store;
use std::collections::BTreeMap;

/// Whether the baseline of a suite, of any environment, differs between two places.
pub fn differs(before: &Store, now: &Store, suite: &str) -> Result<bool, BaselineError> {
    Ok(texts(before, suite)? != texts(now, suite)?)
}

/// Its texts by environment. Line ends are git's to choose.
fn texts(store: &Store, suite: &str) -> Result<BTreeMap<String, String>, BaselineError> {
    let mut texts = BTreeMap::new();
    for key in store.environments(suite)? {
        if let Some(text) = store.read(&file::path(store.path(), &key, suite)?)? {
            texts.insert(key, text.replace("\r\n", "\n"));
        }
    }
    Ok(texts)
}
