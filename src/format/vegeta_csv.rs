//! `vegeta encode --to csv`: twelve columns without a header.

use super::vegeta::{Hit, Hits};
use super::{Claim, ReadError, Reader};
use crate::record::Sink;
use crate::source::{CsvRecord, Head, Input, Source, digits};

/// `vegeta-csv`.
pub(super) struct VegetaCsv;

/// timestamp, code, latency, bytes out, bytes in, error, body, attack, sequence number, method, url, headers.
const COLUMNS: usize = 12;
const NS_DIGITS: usize = 19;

impl Reader for VegetaCsv {
    fn name(&self) -> &'static str {
        "vegeta-csv"
    }

    fn about(&self) -> &'static str {
        "results of vegeta attack, as `vegeta encode --to csv` writes them"
    }

    fn detect(&self, head: &Head) -> Claim {
        if !head.is_directory && is_vegeta(head).is_some() { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let mut hits = Hits::new(source.name().to_string(), sink);
        let mut records = source.csv(b',')?;
        while let Some(record) = records.next()? {
            match hit(&record) {
                _ if !record.is_terminated => hits.cut(record.line),
                Some(hit) => hits.push(&hit, record.line)?,
                None => hits.unreadable(record.line),
            }
        }
        hits.finish()
    }
}

fn hit<'a>(record: &CsvRecord<'a>) -> Option<Hit<'a>> {
    if record.len() != COLUMNS {
        return None;
    }
    Some(Hit {
        start_ns: Some(digits(record.get(0)?.as_bytes())?),
        code: record.get(1).filter(|code| digits(code.as_bytes()).is_some())?,
        latency_ns: digits(record.get(2)?.as_bytes())?,
        bytes_out: digits(record.get(3)?.as_bytes())?,
        bytes_in: digits(record.get(4)?.as_bytes())?,
        error: record.get(5)?,
        attack: record.get(7)?,
        method: record.get(9)?,
        url: record.get(10)?,
    })
}

fn is_vegeta(head: &Head) -> Option<()> {
    let mut records = Source::open(&Input::bytes("head", &head.bytes)).ok()?.csv(b',').ok()?;
    let record = records.next().ok()??;
    let (timestamp, code) = (record.get(0)?, record.get(1)?);
    digits(timestamp.as_bytes()).filter(|_| timestamp.len() == NS_DIGITS)?;
    digits(code.as_bytes()).filter(|_| code == "0" || code.len() == 3)?;
    digits(record.get(2)?.as_bytes())?;
    // A long body may reach beyond the head.
    (record.len() == COLUMNS || !record.is_terminated).then_some(())
}
