//! A shell command taken apart as far as options can be exchanged in it. What is not exchanged stays as it was written,
//! so that quotes, variables and globs keep their meaning.

use crate::measure::words;
use std::ops::Range;

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// As written.
    raw: String,
    /// What the program is given; `None` where only the shell knows (`$HOME`).
    text: Option<String>,
}

/// The last command of a line such as `cd bench && cargo bench`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLine {
    /// What stands before it.
    before: String,
    words: Vec<Word>,
}

impl CommandLine {
    /// `None` where the line is more than commands joined by `&&`: options at its end might then reach another program.
    pub(super) fn parse(line: &str) -> Option<CommandLine> {
        let mut words: Vec<Word> = Vec::new();
        let mut before = String::new();
        for raw in raw_words(line) {
            if raw == "&&" {
                words.drain(..).for_each(|word| before.extend([word.raw.as_str(), " "]));
                before.push_str("&& ");
                continue;
            }
            if is_more_than_a_word(raw) {
                return None;
            }
            let text = words::split(raw).ok().and_then(|mut texts| texts.pop().filter(|_| texts.is_empty()));
            words.push(Word { raw: raw.to_string(), text });
        }
        Some(CommandLine { before, words })
    }

    /// The line again.
    pub(super) fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.raw.as_str()).collect();
        format!("{}{}", self.before, words.join(" "))
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// What the program is given at that place; `None` where only the shell knows, or beyond the end.
    pub(super) fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at)?.text.as_deref()
    }

    /// Runs another command before it, after those that are there.
    pub(super) fn before(&mut self, words: &[&str]) {
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        self.before.push_str(&format!("{} && ", words.join(" ")));
    }

    /// The first place from `from` on with a word that is known and wanted.
    pub(super) fn find(&self, from: usize, wanted: impl Fn(&str) -> bool) -> Option<usize> {
        (from..self.len()).find(|at| self.word(*at).is_some_and(&wanted))
    }

    /// Where the arguments of `program subcommand …` begin, behind whatever it is run by (`FOO=1 nice cargo …`).
    pub(super) fn arguments_of(&self, program: &str, subcommand: &str) -> Option<usize> {
        let at = self.find(0, |word| word.rsplit('/').next() == Some(program))?;
        Some(self.find(at + 1, |word| word == subcommand)? + 1)
    }

    /// Takes words out; places beyond the end are ignored.
    pub(super) fn remove(&mut self, places: Range<usize>) {
        let end = places.end.min(self.len());
        self.words.drain(places.start.min(end)..end);
    }

    /// Puts words in, quoted where they need it.
    pub(super) fn insert<'a>(&mut self, at: usize, texts: impl IntoIterator<Item = &'a str>) {
        let new = texts.into_iter().map(|text| Word { raw: quoted(text), text: Some(text.to_string()) });
        let at = at.min(self.len());
        self.words.splice(at..at, new);
    }
}

/// A text as one word of a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-+=:,./@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_string() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The parts between blanks that are not quoted.
fn raw_words(line: &str) -> impl Iterator<Item = &str> {
    let mut outside = Outside::default();
    line.split(move |c: char| outside.goes_on_to(c) && c.is_ascii_whitespace()).filter(|word| !word.is_empty())
}

/// Whether it holds, outside quotes, what ends or joins commands, sends output elsewhere or begins a comment.
fn is_more_than_a_word(raw: &str) -> bool {
    let mut outside = Outside::default();
    raw.starts_with('#') || raw.chars().any(|c| outside.goes_on_to(c) && "|&;<>()`{}!".contains(c))
}

/// Knows whether a character stands outside quotes (POSIX XCU 2.2).
#[derive(Debug, Default)]
struct Outside {
    quote: Option<char>,
    is_escaped: bool,
}

impl Outside {
    fn goes_on_to(&mut self, c: char) -> bool {
        let was_escaped = std::mem::take(&mut self.is_escaped);
        match (self.quote, c) {
            _ if was_escaped => false,
            (None | Some('"'), '\\') => {
                self.is_escaped = true;
                false
            }
            (None, '\'' | '"') => {
                self.quote = Some(c);
                false
            }
            (Some(quote), _) => {
                // A command within double quotes is run all the same.
                let is_seen = quote == '"' && c == '`';
                self.quote = self.quote.filter(|quote| *quote != c);
                is_seen
            }
            (None, _) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, quoted};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    /// The words of the last command, `?` for those that only the shell knows; `None` for a line that is left alone.
    fn check(line: &str, before: &str, words: Option<&[&str]>) {
        let found = CommandLine::parse(line);
        let texts = found.as_ref().map(|found| (0..found.len()).map(|at| found.word(at).unwrap_or("?")).collect::<Vec<_>>());
        assert_eq!(texts.as_deref(), words, "{line}");
        if let Some(found) = found {
            assert_eq!(found.before, before, "{line}");
            assert_eq!(found.text().split_ascii_whitespace().collect::<Vec<_>>(), line.split_ascii_whitespace().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_line_is_taken_apart_and_put_together_again() {
        check("cargo bench --bench x", "", Some(&["cargo", "bench", "--bench", "x"]));
        check("A=\"b  c\" go test -bench 'a|b' ./...", "", Some(&["A=b  c", "go", "test", "-bench", "a|b", "./..."]));
        check("cd a && B=1 cargo  bench", "cd a && ", Some(&["B=1", "cargo", "bench"]));
        check("cargo bench $ARGS \"$X y\" ~/x", "", Some(&["cargo", "bench", "?", "?", "~/x"]));
        check(r"echo a\ b \'", "", Some(&["echo", "a b", "'"]));
    }

    #[test]
    fn lines_that_are_more_than_commands_in_a_row_are_left_alone() {
        for line in [
            "cargo bench | tee x",
            "cargo bench; true",
            "a || b",
            "cargo bench > x",
            "x 2>&1",
            "a&",
            "(a)",
            "a $(b)",
            "a `b`",
            "a \"`b`\"",
            "a # b",
            "{ a; }",
        ] {
            check(line, "", None);
        }
    }

    proptest! {
        #[test]
        fn words_put_in_come_out(words in proptest::collection::vec(any::<String>(), 0..4)) {
            let mut line = CommandLine::parse("x").unwrap();
            line.insert(1, words.iter().map(String::as_str));
            prop_assert_eq!(crate::measure::words::split(&line.text()).unwrap().split_off(1), words.clone());
            let joined: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            let again = CommandLine::parse(&joined.join(" ")).unwrap();
            prop_assert_eq!((0..again.len()).map(|at| again.word(at).unwrap().to_string()).collect::<Vec<_>>(), words);
        }
    }
}
