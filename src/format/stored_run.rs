//! A run that neverslower stored (`*.run.json`, `load --json`, `convert --to json`).

use super::{Claim, ReadError, Reader};
use crate::model::{RunFacts, STORED_RUN_SCHEMA, StoredError, StoredRun};
use crate::record::Sink;
use crate::source::{Head, Source};

/// `run`.
pub(super) struct StoredRunReader;

/// What the schema of every version starts with.
const SCHEMA_FAMILY: &[u8] = b"\"neverslower.run.";

impl Reader for StoredRunReader {
    fn name(&self) -> &'static str {
        "run"
    }

    fn about(&self) -> &'static str {
        "a run stored by neverslower (neverslower.run.v1)"
    }

    fn detect(&self, head: &Head) -> Claim {
        let is_object = head.bytes.trim_ascii_start().first() == Some(&b'{');
        let has = |text: &[u8]| memchr::memmem::find(&head.bytes, text).is_some();
        if !head.is_directory && is_object && has(b"\"schema\"") && has(SCHEMA_FAMILY) { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let path = source.name().to_string();
        let document = source.document()?;
        let stored: StoredRun = serde_json::from_slice(&document).map_err(|error| ReadError {
            column: error.column() as u64,
            ..ReadError::at(&path, error.line() as u64, &format!("a stored run ({STORED_RUN_SCHEMA})"), error.to_string(), "")
        })?;
        let unsound = |error: StoredError| ReadError::at(&path, 0, "a sound stored run", error.0, "write it again");
        let is_empty = stored.series.iter().all(|series| series.summary.count == 0);
        let (run, series) = stored.into_parts().map_err(unsound)?;
        if is_empty {
            return Err(ReadError::at(&path, 0, "a run that measured something", "none", ""));
        }
        sink.facts(RunFacts {
            suite: Some(run.suite),
            started_ns: run.started_ns,
            duration_ns: (run.duration_ns > 0).then_some(run.duration_ns),
            partial: run.partial,
            aborted: run.aborted,
            commit: run.commit,
            environment: (!run.environment.key.is_empty()).then_some(run.environment),
            shard: run.shard,
            session_ns: run.session_ns,
            load: run.load,
            pairs: None,
            status_codes: run.status_codes,
            windows: run.windows,
            exemplars: run.exemplars,
        });
        run.notes.into_iter().for_each(|note| sink.note(note));
        for series in series {
            sink.summary(series.map_err(unsound)?).map_err(|rejected| ReadError::rejected(&path, 0, rejected))?;
        }
        Ok(())
    }
}
