//! A command line into words, as a POSIX shell splits it (XCU 2.2 Quoting), without a shell.

use std::fmt;

/// A command line that does not split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WordsError {
    /// 1-based, in characters.
    pub column: usize,
    pub problem: &'static str,
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.problem)
    }
}

const OPEN_SINGLE: &str = "this ' is never closed";
const OPEN_DOUBLE: &str = "this \" is never closed";
const LONE_BACKSLASH: &str = "a backslash needs a character after it";
const SHELL_ONLY: &str = "the program is run without a shell, which this character needs; quote it, or run `sh -c '…'`";

/// Characters that mean something to a shell where they stand bare; passing them on silently would run something else.
const BARE: [char; 9] = ['|', '&', ';', '<', '>', '(', ')', '$', '`'];

/// Single quotes keep everything, double quotes keep all but `\` before `$`, `` ` ``, `"` and `\`; a backslash keeps the next
/// character; blanks separate. Nothing is expanded: neither variables (an error) nor `*`, `?` and `~` (plain characters).
pub(super) fn split(line: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    // `None` between words: quotes can make an empty word.
    let mut word: Option<String> = None;
    let mut rest = line.chars().enumerate().map(|(index, c)| (index + 1, c));
    while let Some((column, c)) = rest.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' => single(&mut rest, word.get_or_insert_default()).ok_or(WordsError { column, problem: OPEN_SINGLE })?,
            '"' => double(&mut rest, word.get_or_insert_default(), column)?,
            '\\' => match rest.next() {
                // A continued line.
                Some((_, '\n')) => {}
                Some((_, next)) => word.get_or_insert_default().push(next),
                None => return Err(WordsError { column, problem: LONE_BACKSLASH }),
            },
            bare if BARE.contains(&bare) => return Err(WordsError { column, problem: SHELL_ONLY }),
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Everything up to the closing single quote; `None` when there is none.
fn single(rest: &mut impl Iterator<Item = (usize, char)>, word: &mut String) -> Option<()> {
    loop {
        match rest.next()?.1 {
            '\'' => return Some(()),
            c => word.push(c),
        }
    }
}

/// Everything up to the closing double quote; `opened` is its column.
fn double(rest: &mut impl Iterator<Item = (usize, char)>, word: &mut String, opened: usize) -> Result<(), WordsError> {
    let open = WordsError { column: opened, problem: OPEN_DOUBLE };
    loop {
        match rest.next().ok_or(open.clone())? {
            (_, '"') => return Ok(()),
            (_, '\\') => match rest.next().ok_or(open.clone())?.1 {
                '\n' => {}
                c @ ('$' | '`' | '"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            (column, '$' | '`') => return Err(WordsError { column, problem: SHELL_ONLY }),
            (_, c) => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[track_caller]
    fn check(line: &str, expected: Result<&[&str], usize>) {
        let found = split(line);
        match expected {
            Ok(words) => assert_eq!(found.unwrap(), words, "{line}"),
            Err(column) => assert_eq!(found.unwrap_err().column, column, "{line}"),
        }
    }

    #[test]
    fn words_are_split_as_by_a_shell() {
        check("tool --version", Ok(&["tool", "--version"]));
        check("  a\t b\n c ", Ok(&["a", "b", "c"]));
        check("", Ok(&[]));
        check("a '' \"\"", Ok(&["a", "", ""]));
        check("a'b c'\"d e\"f", Ok(&["ab cd ef"]));
        check(r#"'\' "\$ \` \" \\ \n""#, Ok(&["\\", "$ ` \" \\ \\n"]));
        check(r"a\ b \' \\", Ok(&["a b", "'", "\\"]));
        check("a\\\nb \"c\\\nd\"", Ok(&["ab", "cd"]));
        check("grep * ~ {x} #", Ok(&["grep", "*", "~", "{x}", "#"]));
        check("'a|b' \"c>d\" \\$x", Ok(&["a|b", "c>d", "$x"]));
        check("größe 'ü'", Ok(&["größe", "ü"]));
    }

    #[test]
    fn what_a_shell_would_treat_otherwise_is_an_error() {
        check("a 'b", Err(3));
        check("ä \"b", Err(3));
        check("a \"b\\", Err(3));
        check("a\\", Err(2));
        check("a | b", Err(3));
        check("a > b", Err(3));
        check("a $HOME", Err(3));
        check("a \"x $HOME\"", Err(6));
        check("a && b", Err(3));
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(words in proptest::collection::vec(any::<String>(), 0..5)) {
            let line: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
            prop_assert_eq!(split(&line.join(" ")).unwrap(), words);
        }
    }
}
