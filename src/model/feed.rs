//! Rows of values from which requests are filled.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A file of rows, and which of them an iteration takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Feeder {
    /// As the user named it.
    pub path: PathBuf,
    pub order: FeedOrder,
    pub rows: Arc<Rows>,
}

/// Which row iteration k takes, of n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedOrder {
    /// Row k mod n.
    Sequential,
    /// Any row, each as likely as the others, the same for the same seed and k.
    Random { seed: u64 },
    /// Row k; the load ends with the last one.
    Once,
}

/// A table of texts. It is shown nowhere: its values may be secrets.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Rows {
    columns: Vec<String>,
    /// All values, row after row, and the end of each in it.
    text: String,
    ends: Vec<u32>,
}

impl Rows {
    /// A table without rows.
    pub fn new(columns: Vec<String>) -> Rows {
        Rows { columns, ..Rows::default() }
    }

    /// The names of its columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Adds the next value of the row that is being written; rows are as long as there are columns. Text beyond 4 GiB is lost.
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Complete rows.
    pub fn len(&self) -> u64 {
        self.ends.len().checked_div(self.columns.len()).unwrap_or(0) as u64
    }

    /// Whether there is no complete row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> u64 {
        (self.text.len() + self.ends.len() * size_of::<u32>()) as u64
    }

    /// The value of a column in a row, both counted from 0.
    pub fn value(&self, row: u64, column: usize) -> Option<&str> {
        let cell = usize::try_from(row).ok()?.checked_mul(self.columns.len())?.checked_add(column)?;
        let end = *self.ends.get(cell).filter(|_| column < self.columns.len())?;
        let start = cell.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start as usize..end as usize)
    }

    /// A number that tells two tables apart (FNV-1a, 64 bits).
    fn digest(&self) -> u64 {
        let bytes = self.text.bytes().chain(self.ends.iter().flat_map(|end| end.to_le_bytes()));
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

/// Enough to tell two tables apart, and none of their values.
impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows of {:?}, digest {:016x}", self.len(), self.columns, self.digest())
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    fn rows(values: &[&str]) -> Rows {
        let mut rows = Rows::new(vec!["user".to_string(), "password".to_string()]);
        values.iter().for_each(|value| rows.push(value));
        rows
    }

    fn check(values: &[&str], row: u64, column: usize, expected: Option<&str>) {
        assert_eq!(rows(values).value(row, column), expected);
    }

    #[test]
    fn values_stand_in_rows() {
        let values = ["ann", "s3", "", "s4"];
        check(&values, 0, 0, Some("ann"));
        check(&values, 0, 1, Some("s3"));
        check(&values, 1, 0, Some(""));
        check(&values, 1, 1, Some("s4"));
        check(&values, 1, 2, None);
        check(&values, 2, 0, None);
        check(&values, u64::MAX, 1, None);
        assert_eq!((rows(&values).len(), rows(&values[..3]).len(), Rows::default().len()), (2, 1, 0));
    }

    #[test]
    fn what_is_shown_tells_tables_apart_and_no_values() {
        let shown = format!("{:?}", rows(&["ann", "s3cret"]));
        assert!(shown.starts_with("1 rows of [\"user\", \"password\"], digest ") && !shown.contains("s3cret"), "{shown}");
        assert_ne!(shown, format!("{:?}", rows(&["anns", "3cret"])));
    }
}
