//! JMeter's result file as CSV, and what other tools write in its likeness: columns in any order, by header.

use super::jtl::{COLUMNS, Column, Row, Rows, UNREADABLE};
use super::{Claim, ReadError, Reader};
use crate::record::Sink;
use crate::source::{CsvRecord, Head, Input, Source, Span, digits, quoted};

/// `jtl-csv`.
pub(super) struct JtlCsv;

/// Column names as JMeter writes them; case does not matter.
const NAMES: [(&str, Column); COLUMNS] = [
    ("timeStamp", Column::TimeStamp),
    ("elapsed", Column::Elapsed),
    ("label", Column::Label),
    ("responseCode", Column::Code),
    ("responseMessage", Column::Message),
    ("threadName", Column::Thread),
    ("success", Column::Success),
    ("failureMessage", Column::Failure),
    ("bytes", Column::Bytes),
    ("sentBytes", Column::SentBytes),
    ("Latency", Column::Latency),
    ("Connect", Column::Connect),
    ("URL", Column::Url),
    ("SampleCount", Column::SampleCount),
    ("ErrorCount", Column::ErrorCount),
];

/// The columns of a file without a header as JMeter 2 writes it, possibly cut short on the right.
const HEADERLESS: &str =
    "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,bytes,grpThreads,allThreads,Latency";
/// The same as JMeter 5 writes it.
const HEADERLESS_5: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,\
                            sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect";
/// What both begin with: all that is known of another number of columns.
const HEADERLESS_COMMON: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success";
/// Place of `success` among them.
const HEADERLESS_SUCCESS: usize = 7;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const REPEATED_HEADER: &str = "a repeated header (files put together): passed over";
const CUT: &str = "the last row is cut: the input ends within it, and it is not counted";
const MAYBE_CUT: &str = "the input ends without a line break: its last row may be cut";
const NOT_UTF8: &str = "some bytes are not UTF-8: they are replaced";

/// Where each column stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layout {
    places: [usize; COLUMNS],
    fields: usize,
}

impl Layout {
    /// The layout that a header tells; `None` if the record is not a header.
    fn of_header<'a>(names: impl Iterator<Item = &'a str>) -> Option<Layout> {
        let names: Vec<&str> = names.map(str::trim).collect();
        let mut layout = Layout { places: [usize::MAX; COLUMNS], fields: names.len() };
        for (name, column) in NAMES {
            let place = names.iter().position(|known| known.eq_ignore_ascii_case(name));
            if let (Some(place), Some(slot)) = (place, layout.places.get_mut(column as usize)) {
                *slot = place;
            }
        }
        (layout.has(Column::TimeStamp) && layout.has(Column::Elapsed)).then_some(layout)
    }

    /// The layout of rows of that many fields without a header.
    fn headerless(fields: usize) -> Option<Layout> {
        let names = match fields {
            17 => HEADERLESS_5,
            ..=12 => HEADERLESS,
            _ => HEADERLESS_COMMON,
        };
        Layout::of_header(names.split(',')).map(|layout| Layout { fields, ..layout })
    }

    fn has(&self, column: Column) -> bool {
        self.places.get(column as usize).is_some_and(|place| *place != usize::MAX)
    }

    /// What a header must name besides the times, and does not.
    fn missing(&self) -> Option<&'static str> {
        match self {
            layout if !layout.has(Column::Label) && !layout.has(Column::Url) => Some("a column label or URL"),
            layout if !layout.has(Column::Success) && !layout.has(Column::Code) => Some("a column success or responseCode"),
            _ => None,
        }
    }

    #[inline]
    fn row<'a>(&self, record: &CsvRecord<'a>) -> Row<'a> {
        let mut spans = [Span::default(); COLUMNS];
        for (span, place) in spans.iter_mut().zip(&self.places) {
            *span = record.span(*place);
        }
        Row { text: record.text, spans }
    }
}

impl Reader for JtlCsv {
    fn name(&self) -> &'static str {
        "jtl-csv"
    }

    fn about(&self) -> &'static str {
        "JMeter results (JTL) as CSV, with or without a header, any delimiter"
    }

    fn detect(&self, head: &Head) -> Claim {
        if !head.is_directory && dialect(head).is_some() { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let path = source.name().to_string();
        let Some((delimiter, has_header)) = dialect(source.head()) else {
            let first = String::from_utf8_lossy(&source.head().bytes).lines().next().map(quoted).unwrap_or_default();
            return Err(ReadError::at(&path, 1, "a header with timeStamp and elapsed", first, "see `neverslower list formats`"));
        };
        let mut records = source.csv(delimiter)?;
        let mut layout = None;
        let mut rows = Rows::new(path.clone(), sink);
        let mut is_first = true;
        while let Some(record) = records.next()? {
            let line = record.line;
            if is_first && !has_header {
                layout = Layout::headerless(record.len());
            }
            match &layout {
                Some(layout) if record.len() == layout.fields => {
                    let row = layout.row(&record);
                    if !record.is_terminated {
                        rows.odd(MAYBE_CUT, || line);
                    }
                    if row.is_transaction() {
                        rows.controller(|| line);
                    } else if row.may_be_header() && Layout::of_header(record.iter()).as_ref() == Some(layout) {
                        rows.odd(REPEATED_HEADER, || line);
                    } else {
                        rows.push(&row, &|| line)?;
                    }
                }
                Some(_) if !record.is_terminated => rows.cut(CUT, line),
                _ => match Layout::of_header(record.iter()) {
                    Some(header) => {
                        if let Some(missing) = header.missing() {
                            return Err(ReadError::at(&path, line, missing, "a header without it", "every row needs it"));
                        }
                        layout = Some(header);
                    }
                    None => rows.odd(UNREADABLE, || line),
                },
            }
            is_first = false;
        }
        if records.is_lossy() {
            rows.odd(NOT_UTF8, || 0);
        }
        rows.finish()
    }
}

/// Delimiter, and whether there is a header; `None` if this is no JTL.
fn dialect(head: &Head) -> Option<(u8, bool)> {
    DELIMITERS.into_iter().find_map(|delimiter| {
        let input = Input::bytes("head", &head.bytes);
        let mut records = Source::open(&input).ok()?.csv(delimiter).ok()?;
        let record = records.next().ok()??;
        if Layout::of_header(record.iter()).is_some() {
            return Some((delimiter, true));
        }
        let is_result = is_time(record.get(0)?) && digits(record.get(1)?.trim_start_matches('-').as_bytes()).is_some();
        let success = record.get(HEADERLESS_SUCCESS)?;
        (is_result && matches!(success, "true" | "false")).then_some((delimiter, false))
    })
}

/// Thirteen digits (epoch milliseconds until the year 2286), or a date.
fn is_time(text: &str) -> bool {
    let is_date = matches!(text.as_bytes(), [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'/' | b'-', b'0'..=b'9', ..]);
    is_date || (text.len() == 13 && digits(text.as_bytes()).is_some())
}

#[cfg(test)]
mod tests;
