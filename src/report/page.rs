//! A page of text for the terminal: wrapped, harmless, and with colour only in addition to words.

use super::Style;
use super::escape::{log, shorten};
use crate::limits::{REPORT_ROWS_MAX, TEXT_COLUMNS_MAX, TEXT_COLUMNS_MIN};
use crate::model::Verdict;

/// What is written so far, and how it is to look.
pub struct Page<'a> {
    pub text: String,
    pub style: &'a Style,
}

impl Page<'_> {
    /// A sentence that names a verdict.
    pub fn told(&mut self, verdict: Verdict, text: &str) {
        let start = self.text.len();
        self.wrapped("", text);
        let told = self.text.split_off(start);
        self.colored(&told, verdict);
    }

    /// Colours the word of the verdict where it stands first.
    pub fn colored(&mut self, text: &str, verdict: Verdict) {
        // SGR: bold, then red, magenta, yellow or green.
        let color = match verdict {
            Verdict::Fail => 31,
            Verdict::NoVerdict => 35,
            Verdict::Unstable => 33,
            Verdict::Pass => 32,
        };
        let word = verdict.word();
        let colored =
            if self.style.color { text.replacen(word, &format!("\u{1b}[1;{color}m{word}\u{1b}[0m"), 1) } else { text.to_string() };
        self.text.push_str(&colored);
    }

    /// Foreign words, broken between words; lines after the first are indented by two more.
    pub fn wrapped(&mut self, indent: &str, text: &str) {
        let mut line = indent.to_string();
        let mut is_empty = true;
        for word in log(text).split_whitespace() {
            let room = self.width() - indent.len() - 2;
            let word = if self.style.verbose { word.into() } else { shorten(word, room) };
            if !is_empty && line.chars().count() + 1 + word.chars().count() > self.width() {
                self.line(&line);
                line = format!("{indent}  ");
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&word);
            is_empty = false;
        }
        self.line(&line);
    }

    /// Something to copy: never broken.
    pub fn command(&mut self, title: &str, text: &str) {
        self.line(&format!("  {title}{}", log(text)));
    }

    pub fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Columns of the page.
    pub fn width(&self) -> usize {
        self.style.width.clamp(TEXT_COLUMNS_MIN, TEXT_COLUMNS_MAX)
    }

    /// Rows of something of which `usual` are shown, unless everything is asked for.
    pub fn rows(&self, usual: usize) -> usize {
        if self.style.verbose { REPORT_ROWS_MAX } else { usual }
    }
}
