//! Reads what other tools wrote; one file per producing tool.
//!
//! Adding a format: a new file with a [`Reader`], its line in `READERS`, and fixtures under `fixtures/<name>/`.

mod criterion;
mod failure;
mod go;
mod jtl;
mod jtl_csv;
mod jtl_xml;
mod oddities;
mod pairs;
mod plain;
mod reader;
mod stored_run;
mod vegeta;
mod vegeta_csv;
mod vegeta_json;

pub use reader::{Claim, ReadError, Reader};

use crate::record::Sink;
use crate::source::{Head, Input, Source};

/// Every format that can be read.
pub static READERS: &[&dyn Reader] = &[
    &jtl_csv::JtlCsv,
    &jtl_xml::JtlXml,
    &go::Go,
    &criterion::Criterion,
    &vegeta_json::VegetaJson,
    &vegeta_csv::VegetaCsv,
    &stored_run::StoredRunReader,
    &pairs::Pairs,
    &plain::Plain,
];

/// A `--format` that nobody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat {
    pub name: String,
    /// The most similar known name.
    pub nearest: &'static str,
}

impl std::fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown format {:?}: did you mean {:?}?", self.name, self.nearest)
    }
}

impl std::error::Error for UnknownFormat {}

/// The reader of that name.
pub fn by_name(name: &str) -> Result<&'static dyn Reader, UnknownFormat> {
    if let Some(reader) = READERS.iter().find(|reader| reader.name() == name) {
        return Ok(*reader);
    }
    let similarity = |reader: &&&dyn Reader| (strsim::jaro_winkler(reader.name(), name) * 1e6) as u64;
    let nearest = READERS.iter().max_by_key(similarity).map_or("", |reader| reader.name());
    Err(UnknownFormat { name: name.to_string(), nearest })
}

/// Reads an input into the sink, as the format of that name or as the one its content shows. Gives the name of the format.
pub fn read(input: &Input, format: Option<&str>, sink: &mut dyn Sink) -> Result<&'static str, ReadError> {
    let named = format.map(by_name).transpose();
    let named = named.map_err(|unknown| ReadError::at(&input.name(), 0, "a known format", unknown.to_string(), ""))?;
    let source = Source::open(input)?;
    let reader = match named {
        Some(reader) => reader,
        None => detect(source.name(), source.head())?,
    };
    reader.read(source, sink)?;
    Ok(reader.name())
}

/// The one reader that is certain, else the only one that takes the input for possible.
fn detect(path: &str, head: &Head) -> Result<&'static dyn Reader, ReadError> {
    let claims: Vec<(Claim, &'static dyn Reader)> = READERS.iter().map(|reader| (reader.detect(head), *reader)).collect();
    for level in [Claim::Certain, Claim::Maybe] {
        let claiming: Vec<&'static dyn Reader> = claims.iter().filter(|(claim, _)| *claim == level).map(|(_, reader)| *reader).collect();
        match claiming.as_slice() {
            [] => {}
            [reader] => return Ok(*reader),
            several => {
                let names = several.iter().map(|reader| reader.name()).collect::<Vec<_>>().join(" and ");
                return Err(ReadError::at(path, 0, "one format", format!("something that {names} claim"), "use --format to choose"));
            }
        }
    }
    Err(ReadError::at(path, 0, "results of a known tool", "nothing that a format recognises", "use --format to choose"))
}

#[cfg(test)]
mod tests;
