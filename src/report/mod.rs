//! What people and other tools read: one file per report, all proved on the same outcomes (`fixtures.rs`). A report
//! computes no statistic.

mod bars;
mod checkup;
mod csv;
mod document;
mod drawing;
mod entry;
mod escape;
mod facts;
mod github;
mod hist;
pub mod history;
mod json;
mod jtl;
mod jtl_rows;
mod jtl_xml;
mod junit;
mod markdown;
mod page;
mod pairs;
mod plot;
mod run_json;
mod summary;
mod table;
mod text;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

pub use checkup::text as checkup;
pub use entry::{Entry, Needs, Style, UnknownReport};

/// Every report, in the order in which `list reports` shows them.
pub static REPORTS: &[Entry] = &[
    text::ENTRY,
    markdown::ENTRY,
    junit::ENTRY,
    json::ENTRY,
    run_json::ENTRY,
    pairs::ENTRY,
    summary::ENTRY,
    hist::ENTRY,
    plot::ENTRY,
    csv::ENTRY,
    jtl::ENTRY,
    jtl_xml::ENTRY,
    github::ENTRY,
];

/// The report with that name; an unknown one is answered with the nearest.
pub fn by_name(name: &str) -> Result<&'static Entry, UnknownReport> {
    REPORTS.iter().find(|entry| entry.name == name).ok_or_else(|| UnknownReport::new(name, REPORTS))
}

/// The report that `convert --to` means: there `json` is the stored run, because nothing was judged.
pub fn for_convert(name: &str) -> Result<&'static Entry, UnknownReport> {
    by_name(if name == json::ENTRY.name { run_json::ENTRY.name } else { name })
}
