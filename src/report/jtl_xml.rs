//! JMeter's result file as XML, version 1.2.

use super::escape::push_xml;
use super::jtl_rows::{self, Form, Row, push_number};
use super::{Entry, Needs, Style};
use crate::output::Output;
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "jtl-xml", about: "every request as an element of a JMeter XML file", needs: Needs::Samples, extension: "jtl", open };

/// The declaration stands alone on the first line: the Performance Plugin looks for it there.
const HEAD: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testResults version=\"1.2\">\n";

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    jtl_rows::open(out, style, Form { head: HEAD, push, tail: b"</testResults>\n" })
}

fn push(out: &mut Vec<u8>, row: &Row<'_>) {
    out.extend_from_slice(b"<httpSample");
    push_numbers(
        out,
        &[(b" t=\"", Some(row.elapsed_ms)), (b" it=\"", Some(0)), (b" lt=\"", row.first_byte_ms), (b" ct=\"", row.connect_ms)],
    );
    push_numbers(out, &[(b" ts=\"", Some(row.start_ms))]);
    out.extend_from_slice(if row.is_ok { b" s=\"true\"" } else { b" s=\"false\"" });
    for (name, text) in [(b" lb=\"", row.label), (b" rc=\"", row.code), (b" rm=\"", &*row.message), (b" tn=\"", row.thread)] {
        out.extend_from_slice(name);
        push_xml(out, text);
        out.push(b'"');
    }
    let workers = Some(u64::from(row.workers));
    out.extend_from_slice(b" dt=\"text\"");
    push_numbers(out, &[(b" by=\"", row.bytes_in), (b" sby=\"", row.bytes_out), (b" ng=\"", workers), (b" na=\"", workers)]);
    if row.failure.is_empty() && row.url.is_empty() {
        out.extend_from_slice(b"/>\n");
        return;
    }
    out.push(b'>');
    if !row.failure.is_empty() {
        out.extend_from_slice(b"<assertionResult><name>neverslower</name><failure>true</failure><error>false</error><failureMessage>");
        push_xml(out, row.failure);
        out.extend_from_slice(b"</failureMessage></assertionResult>");
    }
    if !row.url.is_empty() {
        out.extend_from_slice(b"<java.net.URL>");
        push_xml(out, row.url);
        out.extend_from_slice(b"</java.net.URL>");
    }
    out.extend_from_slice(b"</httpSample>\n");
}

/// Every attribute but the elapsed time may be absent: what is not known is.
fn push_numbers(out: &mut Vec<u8>, attributes: &[(&[u8], Option<u64>)]) {
    for (name, number) in attributes.iter().filter_map(|(name, number)| Some((name, (*number)?))) {
        out.extend_from_slice(name);
        push_number(out, number);
        out.push(b'"');
    }
}
