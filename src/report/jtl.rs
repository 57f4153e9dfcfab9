//! JMeter's result file as CSV: the 17 default columns, read by JMeter and the Jenkins Performance Plugin.

use super::escape::push_csv;
use super::jtl_rows::{self, Form, Row, push_number};
use super::{Entry, Needs, Style};
use crate::output::Output;
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "jtl", about: "every request as a row of a JMeter CSV file", needs: Needs::Samples, extension: "jtl", open };

/// In JMeter's order, which its reader insists on.
const HEADER: &[u8] = b"timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,\
bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n";

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    jtl_rows::open(out, style, Form { head: HEADER, push, tail: b"" })
}

/// The columns are fixed and readers (`jmeter -g`) demand a number in each, so what is not known is 0 here.
fn known(value: Option<u64>) -> u64 {
    value.unwrap_or(0)
}

fn push(out: &mut Vec<u8>, row: &Row<'_>) {
    push_number(out, row.start_ms);
    out.push(b',');
    push_number(out, row.elapsed_ms);
    for field in [row.label, row.code, &row.message, row.thread] {
        out.push(b',');
        push_csv(out, field);
    }
    out.extend_from_slice(if row.is_ok { b",text,true," } else { b",text,false," });
    push_csv(out, row.failure);
    for number in [known(row.bytes_in), known(row.bytes_out), u64::from(row.workers), u64::from(row.workers)] {
        out.push(b',');
        push_number(out, number);
    }
    out.push(b',');
    push_csv(out, if row.url.is_empty() { "null" } else { row.url });
    for number in [known(row.first_byte_ms), 0, known(row.connect_ms)] {
        out.push(b',');
        push_number(out, number);
    }
    out.push(b'\n');
}
