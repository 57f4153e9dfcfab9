//! Plain-text tables: aligned by spaces, no lines drawn, so that a screen reader reads words and numbers only.

use super::escape::shorten;

/// A column.
pub struct Column {
    pub title: &'static str,
    /// Numbers stand at the right.
    pub is_number: bool,
    /// Characters that it may be shortened to; `None` where a part would mislead.
    pub least: Option<usize>,
    /// Left out where the table is too wide without it.
    pub is_optional: bool,
}

/// What stands in a cell without a value: an empty one would shift the row for somebody who hears it.
const EMPTY: &str = "-";
/// Spaces between columns, and before the first.
const GAP: usize = 2;

/// Lines of a table no wider than `width` where shortening can reach that; `None` for no limit. A column without any
/// value is left out. Each line starts with the gap.
pub fn lines(columns: &[Column], rows: &[Vec<Option<String>>], width: Option<usize>) -> Vec<String> {
    let cell = |row: &[Option<String>], index: usize| row.get(index).cloned().flatten();
    let natural = |index: usize, column: &Column| {
        let values = rows.iter().filter_map(|row| cell(row, index));
        values.map(|text| text.chars().count()).max().map(|widest| widest.max(column.title.len()))
    };
    let mut shown: Vec<(usize, &Column, usize)> =
        columns.iter().enumerate().filter_map(|(index, column)| Some((index, column, natural(index, column)?))).collect();
    if let Some(width) = width {
        fit(&mut shown, width);
    }
    let line = |text_of: &dyn Fn(usize, &Column) -> String| {
        let mut line = String::new();
        for (index, column, wide) in &shown {
            let text = text_of(*index, column);
            let text = shorten(&text, *wide);
            let padding = " ".repeat(wide.saturating_sub(text.chars().count()));
            line.push_str(&" ".repeat(GAP));
            line.push_str(&if column.is_number { format!("{padding}{text}") } else { format!("{text}{padding}") });
        }
        let line = line.trim_end();
        width.map_or_else(|| line.to_string(), |width| shorten(line, width).into_owned())
    };
    let header = line(&|_, column| column.title.to_string());
    let body = rows.iter().map(|row| line(&|index, _| cell(row, index).unwrap_or_else(|| EMPTY.to_string())));
    std::iter::once(header).chain(body).collect()
}

fn total(shown: &[(usize, &Column, usize)]) -> usize {
    shown.iter().map(|(_, _, wide)| wide + GAP).sum()
}

/// Narrows what may be narrowed, widest first; leaves optional columns out, the last first, where that is not enough.
fn fit(shown: &mut Vec<(usize, &Column, usize)>, width: usize) {
    let least = |shown: &[(usize, &Column, usize)]| -> usize {
        shown.iter().map(|(_, column, wide)| column.least.map_or(*wide, |least| least.min(*wide)) + GAP).sum()
    };
    while least(shown) > width {
        match shown.iter().rposition(|(_, column, _)| column.is_optional) {
            Some(index) => drop(shown.remove(index)),
            None => break,
        }
    }
    while total(shown) > width {
        let narrowable = shown.iter_mut().filter(|(_, column, wide)| column.least.is_some_and(|least| *wide > least));
        match narrowable.max_by_key(|(_, _, wide)| *wide) {
            Some((_, _, wide)) => *wide -= 1,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, lines};

    /// A label, a number and an optional note, as rows of words separated by `;`.
    #[track_caller]
    fn check(rows: &[&str], width: Option<usize>, expected: &[&str]) {
        let columns = [
            Column { title: "label", is_number: false, least: Some(6), is_optional: false },
            Column { title: "value", is_number: true, least: None, is_optional: false },
            Column { title: "note", is_number: false, least: None, is_optional: true },
        ];
        let cells = |row: &&str| row.split(';').map(|word| (!word.is_empty()).then(|| word.to_string())).collect();
        let rows: Vec<Vec<Option<String>>> = rows.iter().map(cells).collect();
        assert_eq!(lines(&columns, &rows, width), expected);
    }

    #[test]
    fn numbers_stand_at_the_right_and_gaps_are_marked() {
        check(&["a;1;x", "bb;100;"], None, &["  label  value  note", "  a          1  x", "  bb       100  -"]);
    }

    #[test]
    fn a_column_without_values_is_left_out() {
        check(&["a;1;"], None, &["  label  value", "  a          1"]);
    }

    #[test]
    fn labels_are_shortened_before_anything_is_left_out() {
        check(&["abcdefghij;1;xxxx"], Some(22), &["  label    value  note", "  abc…hij      1  xxxx"]);
        check(&["abcdefghij;1;xxxx"], Some(15), &["  label   value", "  abc…ij      1"]);
    }
}
