//! One table of a configuration file, with the keys it may have; values are read with their places.

use super::error::{ConfigError, Document, alternatives, did_you_mean};
use crate::judge::expression::ExpressionError;
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of a kind of table. A key that is not among them is an error before any value is looked at, so that a
/// misspelt key is never reported as a missing one.
#[derive(Debug)]
pub struct Shape {
    /// As people write it: `[gate]`, `load`.
    pub name: &'static str,
    pub keys: &'static [&'static str],
}

/// A table whose keys are all known and are taken out one by one.
pub struct Table<'d> {
    pub document: Document<'d>,
    shape: &'static Shape,
    entries: DeTable<'d>,
    span: Range<usize>,
}

impl<'d> Table<'d> {
    /// The whole file.
    pub fn parse(document: Document<'d>, shape: &'static Shape) -> Result<Table<'d>, ConfigError> {
        let root = DeTable::parse(document.text).map_err(|error| syntax_error(document, &error))?;
        Table::new(document, shape, root.span(), root.into_inner())
    }

    fn new(document: Document<'d>, shape: &'static Shape, span: Range<usize>, entries: DeTable<'d>) -> Result<Self, ConfigError> {
        let unknown = entries.keys().filter(|key| !shape.keys.contains(&key.get_ref().as_ref()));
        if let Some(key) = unknown.min_by_key(|key| key.span().start) {
            let expected = format!("a key of {}: {}", shape.name, alternatives(shape.keys.iter().copied()));
            let error = document.error(&key.span(), expected);
            return Err(error.hint(did_you_mean(key.get_ref(), shape.keys.iter().copied())));
        }
        Ok(Table { document, shape, entries, span })
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'d>>> {
        debug_assert!(self.shape.keys.contains(&key), "`{key}` is read but not among the keys of {}", self.shape.name);
        self.entries.remove(key)
    }

    /// Where the table stands.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Which of these keys are written here.
    pub fn written(&self, keys: &[&'static str]) -> Vec<&'static str> {
        keys.iter().copied().filter(|key| self.entries.contains_key(*key)).collect()
    }

    /// The first line of the table: its header, where it has one.
    pub fn head(&self) -> Range<usize> {
        let length = self.document.slice(&self.span).lines().next().unwrap_or_default().len();
        self.span.start..self.span.start + length
    }

    /// A mistake of the table as a whole.
    pub fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> ConfigError {
        self.document.error_found(&self.head(), expected, found)
    }

    fn wrong_type(&self, key: &str, expected: &str, value: &Spanned<DeValue<'d>>) -> ConfigError {
        self.document.error(&value.span(), format!("{expected} for `{key}`"))
    }

    /// A text that is not empty, with its place.
    pub fn text(&mut self, key: &'static str) -> Result<Option<Spanned<String>>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        self.non_empty(key, value).map(Some)
    }

    fn non_empty(&self, key: &str, value: Spanned<DeValue<'d>>) -> Result<Spanned<String>, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Ok(Spanned::new(value.span(), text.to_string())),
            DeValue::String(_) => Err(self.wrong_type(key, "a text that is not empty", &value)),
            _ => Err(self.wrong_type(key, "a text", &value)),
        }
    }

    /// A text whose place does not matter later.
    pub fn string(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        Ok(self.text(key)?.map(Spanned::into_inner))
    }

    /// A text that may be empty.
    pub fn any_string(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) => Ok(Some(text.to_string())),
            _ => Err(self.wrong_type(key, "a text", &value)),
        }
    }

    /// A text that must be there.
    pub fn required(&mut self, key: &'static str) -> Result<Spanned<String>, ConfigError> {
        self.text(key)?.ok_or_else(|| self.error(format!("`{key}` in {}", self.shape.name), "none"))
    }

    /// A text or a number, understood by `parse`; mistakes point into the text.
    pub fn expression<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, ExpressionError>,
    ) -> Result<Option<Spanned<T>>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            _ => return Err(self.wrong_type(key, "a text or a number", &value)),
        };
        let parsed = parse(&text).map_err(|error| self.document.inside(&value.span(), &text, error))?;
        Ok(Some(Spanned::new(value.span(), parsed)))
    }

    /// A whole number within bounds.
    pub fn integer(&mut self, key: &'static str, bounds: RangeInclusive<u64>) -> Result<Option<u64>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let expected = || format!("a whole number from {} to {}", bounds.start(), bounds.end());
        number.filter(|number| bounds.contains(number)).map(Some).ok_or_else(|| self.wrong_type(key, &expected(), &value))
    }

    /// A whole number of either sign.
    pub fn whole_number(&mut self, key: &'static str) -> Result<Option<i64>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| self.wrong_type(key, "a whole number", &value))
    }

    /// A finite number of either sign.
    pub fn number(&mut self, key: &'static str) -> Result<Option<f64>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse::<f64>().ok(),
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite()).map(Some).ok_or_else(|| self.wrong_type(key, "a number", &value))
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &'static str) -> Result<Option<bool>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Boolean(word) => Ok(Some(*word)),
            _ => Err(self.wrong_type(key, "`true` or `false`", &value)),
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.text(key)? else { return Ok(None) };
        let names = || words.iter().map(|(name, _)| *name);
        let found = words.iter().find(|(name, _)| *name == value.get_ref());
        found.map(|(_, meaning)| Some(*meaning)).ok_or_else(|| {
            let error = self.document.error(&value.span(), alternatives(names()));
            error.hint(did_you_mean(value.get_ref(), names()))
        })
    }

    /// A list of texts, empty when absent. An empty list is a mistake, because it would ask for nothing.
    pub fn texts(&mut self, key: &'static str) -> Result<Vec<Spanned<String>>, ConfigError> {
        let items = self.list(key, "a list of texts")?;
        items.into_iter().map(|item| self.non_empty(key, item)).collect()
    }

    /// A list of texts, or one text in which they are separated; empty when absent. Empty parts are left out.
    pub fn texts_or_text(&mut self, key: &'static str, separator: char) -> Result<Vec<String>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let span = value.span();
        let texts = match value.into_inner() {
            DeValue::String(text) => text.split(separator).filter(|part| !part.is_empty()).map(str::to_string).collect(),
            DeValue::Array(items) => items
                .into_iter()
                .map(|item| self.non_empty(key, item).map(Spanned::into_inner))
                .collect::<Result<Vec<String>, ConfigError>>()?,
            _ => Vec::new(),
        };
        if texts.is_empty() {
            return Err(self.document.error(&span, format!("a text or a list of texts for `{key}`")));
        }
        Ok(texts)
    }

    /// A table below a key.
    pub fn table(&mut self, key: &'static str, shape: &'static Shape) -> Result<Option<Table<'d>>, ConfigError> {
        self.take(key).map(|value| self.as_table(value, shape)).transpose()
    }

    /// A table below a key, or a text standing for it.
    pub fn table_or_text(&mut self, key: &'static str, shape: &'static Shape) -> Result<Option<TableOrText<'d>>, ConfigError> {
        self.take(key).map(|value| self.as_table_or_text(key, value, shape)).transpose()
    }

    fn as_table_or_text(&self, key: &str, value: Spanned<DeValue<'d>>, shape: &'static Shape) -> Result<TableOrText<'d>, ConfigError> {
        match value.get_ref() {
            DeValue::String(_) => self.non_empty(key, value).map(TableOrText::Text),
            DeValue::Table(_) => self.as_table(value, shape).map(TableOrText::Table),
            _ => Err(self.wrong_type(key, "a text or a table", &value)),
        }
    }

    /// A list of tables or texts below a key, in the order written; empty when absent. An empty list is a mistake.
    pub fn tables_or_texts(&mut self, key: &'static str, shape: &'static Shape) -> Result<Vec<TableOrText<'d>>, ConfigError> {
        let items = self.list(key, "a list of texts or tables")?;
        items.into_iter().map(|item| self.as_table_or_text(key, item, shape)).collect()
    }

    /// The tables of `[[key]]`, in the order written; empty when absent.
    pub fn tables(&mut self, key: &'static str, shape: &'static Shape) -> Result<Vec<Table<'d>>, ConfigError> {
        let items = self.list(key, &format!("`{}` with two brackets", shape.name))?;
        items.into_iter().map(|item| self.as_table(item, shape)).collect()
    }

    fn list(&mut self, key: &'static str, expected: &str) -> Result<Vec<Spanned<DeValue<'d>>>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(items) if !items.is_empty() => Ok(items.into_iter().collect()),
            _ => Err(self.document.error(&span, format!("{expected} for `{key}`"))),
        }
    }

    /// Texts below keys that the user chooses, in the order written; empty when absent.
    pub fn pairs(&mut self, key: &'static str) -> Result<Vec<NamedText>, ConfigError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let span = value.span();
        let DeValue::Table(entries) = value.into_inner() else {
            return Err(self.document.error(&span, format!("a table for `{key}`")));
        };
        let mut pairs = Vec::new();
        for (name, value) in entries {
            let text = self.non_empty(key, value)?;
            pairs.push((Spanned::new(name.span(), name.into_inner().into_owned()), text));
        }
        pairs.sort_by_key(|(name, _)| name.span().start);
        Ok(pairs)
    }

    fn as_table(&self, value: Spanned<DeValue<'d>>, shape: &'static Shape) -> Result<Table<'d>, ConfigError> {
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(entries) => Table::new(self.document, shape, span, entries),
            _ => Err(self.document.error(&span, format!("a table for `{}`", shape.name))),
        }
    }
}

/// A key that the user chose, and its text.
pub type NamedText = (Spanned<String>, Spanned<String>);

/// A table, or a text that stands for one.
pub enum TableOrText<'d> {
    Table(Table<'d>),
    Text(Spanned<String>),
}

fn syntax_error(document: Document<'_>, error: &toml::de::Error) -> ConfigError {
    let end = document.text.len();
    let span = error.span().unwrap_or(end..end);
    let (found, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), "TOML"));
    document.error_found(&span, expected, found)
}
