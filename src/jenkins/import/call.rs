//! Finds the plugin's steps in a Groovy script, declarative or scripted, and reads their arguments.

use super::token::{Kind, Token, tokens};
use super::value::{Argument, Found, Step, Value, class};
use crate::limits;

/// The plugin's calls; `line` is that of the script's first character.
pub fn find(script: &str, line: usize) -> Found {
    let tokens = tokens(script);
    let reader = Reader { script, tokens: &tokens, first_line: line, newlines: newlines(script) };
    let mut found = Found::default();
    // Each is read to its end, and one may hold the next.
    let calls: Vec<usize> = (0..tokens.len()).filter(|at| reader.is_candidate(*at)).take(limits::IMPORT_CALLS_MAX + 1).collect();
    found.is_cut = calls.len() > limits::IMPORT_CALLS_MAX;
    calls.into_iter().filter_map(|at| reader.step(at)).for_each(|step| found.add(step));
    found
}

fn newlines(script: &str) -> Vec<usize> {
    script.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect()
}

struct Reader<'a> {
    script: &'a str,
    tokens: &'a [Token],
    first_line: usize,
    newlines: Vec<usize>,
}

/// What ends a list of arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Bracket(char),
    /// A call without parentheses ends with its line, unless a comma stands there.
    Line,
}

impl<'a> Reader<'a> {
    fn kind(&self, at: usize) -> Option<&'a Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn is_mark(&self, at: usize, mark: char) -> bool {
        self.kind(at) == Some(&Kind::Mark(mark))
    }

    /// The name at a place; empty where none stands.
    fn word(&self, at: usize) -> &'a str {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Word);
        token.and_then(|token| self.script.get(token.start..token.end)).unwrap_or_default()
    }

    fn line(&self, at: usize) -> usize {
        let offset = self.tokens.get(at).map_or(self.script.len(), |token| token.start);
        self.first_line + self.newlines.partition_point(|newline| *newline < offset)
    }

    fn past_newlines(&self, mut at: usize) -> usize {
        while self.kind(at) == Some(&Kind::Newline) {
            at += 1;
        }
        at
    }

    /// Whether a call of the plugin may begin here: by a symbol, or as `step([$class: …])`.
    fn is_candidate(&self, at: usize) -> bool {
        let is_definition = at > 0 && matches!(self.word(at - 1), "def" | "void");
        !is_definition && (self.word(at) == "step" || self.is_symbol(at))
    }

    fn is_symbol(&self, at: usize) -> bool {
        matches!(self.word(at), "perfReport" | "performanceReport" | "bzt" | "performanceTest")
    }

    /// The call that begins at a candidate.
    fn step(&self, at: usize) -> Option<Step> {
        let (name, is_symbol) = (self.word(at), self.is_symbol(at));
        let arguments = self.call(at + 1)?;
        let line = self.line(at);
        if is_symbol {
            // `perfReport([a: 1])` is `perfReport(a: 1)`.
            let arguments = match arguments.as_slice() {
                [Argument { value: Value::Call { name, arguments }, .. }] if name.is_empty() => arguments.clone(),
                _ => arguments,
            };
            return Some(Step { name: name.to_string(), line, arguments });
        }
        // Symbols within are found on their own.
        let publisher = match self.with_class(arguments) {
            Value::Call { name, arguments } if name.is_empty() => arguments.into_iter().next()?.value,
            named => named,
        };
        match publisher {
            Value::Call { name, arguments } if class(&name).starts_with("Performance") => Some(Step { name, line, arguments }),
            _ => None,
        }
    }

    /// The arguments behind a name, where it is called.
    fn call(&self, at: usize) -> Option<Vec<Argument>> {
        match self.kind(at)? {
            Kind::Mark('(') => Some(self.arguments(at + 1, Ending::Bracket(')'), 0).0),
            Kind::Text(_) | Kind::Word | Kind::Mark('[') => Some(self.arguments(at, Ending::Line, 0).0),
            _ => None,
        }
    }

    /// Arguments up to the ending, and the place behind it.
    fn arguments(&self, mut at: usize, ending: Ending, depth: usize) -> (Vec<Argument>, usize) {
        let mut arguments = Vec::new();
        loop {
            at = self.past_newlines(at);
            match (self.kind(at), ending) {
                (None, _) => return (arguments, at),
                (Some(Kind::Mark(mark)), Ending::Bracket(close)) if *mark == close => return (arguments, at + 1),
                _ => {}
            }
            let line = self.line(at);
            let name = self.name(at);
            let start = if name.is_some() { at + 2 } else { at };
            let (value, next) = self.value(start, ending, depth);
            arguments.push(Argument { name: name.unwrap_or_default(), value, line });
            let next = if ending == Ending::Line { next } else { self.past_newlines(next) };
            if self.is_mark(next, ',') {
                at = next + 1;
            } else if ending == Ending::Line {
                return (arguments, next);
            } else if next == at {
                // A bracket that closes another kind: the script is broken here.
                at += 1;
            } else {
                at = next;
            }
        }
    }

    /// `name:`, also quoted.
    fn name(&self, at: usize) -> Option<String> {
        let name = match self.kind(at)? {
            Kind::Word => self.word(at).to_string(),
            Kind::Text(Some(text)) => text.clone(),
            _ => return None,
        };
        self.is_mark(at + 1, ':').then_some(name)
    }

    /// A literal, or code where more stands there than one.
    fn value(&self, at: usize, ending: Ending, depth: usize) -> (Value, usize) {
        let at = self.past_newlines(at);
        let (value, next) = if depth < limits::IMPORT_DEPTH_MAX { self.literal(at, depth) } else { (None, at) };
        let after = if ending == Ending::Line { next } else { self.past_newlines(next) };
        let is_end = matches!(self.kind(after), None | Some(Kind::Newline | Kind::Mark(',' | ')' | ']' | '}' | ';')));
        match value {
            Some(value) if is_end => (value, next),
            _ => self.code(at, ending),
        }
    }

    fn literal(&self, at: usize, depth: usize) -> (Option<Value>, usize) {
        let Some(kind) = self.kind(at) else { return (None, at) };
        match kind {
            Kind::Text(text) => (text.clone().map(Value::Text), at + 1),
            Kind::Number(number) => (Some(Value::Number(number.clone())), at + 1),
            Kind::Mark(sign @ ('-' | '+')) => match self.kind(at + 1) {
                Some(Kind::Number(number)) => {
                    let sign = if *sign == '-' { "-" } else { "" };
                    (Some(Value::Number(format!("{sign}{number}"))), at + 2)
                }
                _ => (None, at),
            },
            Kind::Mark('[') if self.is_mark(at + 1, ':') && self.is_mark(at + 2, ']') => (Some(Value::List(Vec::new())), at + 3),
            Kind::Mark('[') => {
                let (arguments, next) = self.arguments(at + 1, Ending::Bracket(']'), depth + 1);
                (self.collection(arguments), next)
            }
            Kind::Word => match self.word(at) {
                "true" => (Some(Value::Boolean(true)), at + 1),
                "false" => (Some(Value::Boolean(false)), at + 1),
                "null" => (Some(Value::Nothing), at + 1),
                name if self.is_mark(at + 1, '(') => {
                    let (arguments, next) = self.arguments(at + 2, Ending::Bracket(')'), depth + 1);
                    (Some(Value::Call { name: name.to_string(), arguments }), next)
                }
                _ => (None, at),
            },
            Kind::Mark(_) | Kind::Newline => (None, at),
        }
    }

    /// A list, or a map; `None` for a mixture.
    fn collection(&self, arguments: Vec<Argument>) -> Option<Value> {
        let named = arguments.iter().filter(|argument| !argument.name.is_empty()).count();
        if named == 0 {
            return Some(Value::List(arguments.into_iter().map(|argument| argument.value).collect()));
        }
        (named == arguments.len()).then(|| self.with_class(arguments))
    }

    /// A map is a call of its `$class`.
    fn with_class(&self, mut arguments: Vec<Argument>) -> Value {
        let class = arguments.iter().position(|argument| argument.name == "$class" && matches!(argument.value, Value::Text(_)));
        let name = match class.map(|at| arguments.remove(at).value) {
            Some(Value::Text(name)) => name,
            _ => String::new(),
        };
        Value::Call { name, arguments }
    }

    /// The source up to the next comma or ending.
    fn code(&self, start: usize, ending: Ending) -> (Value, usize) {
        let mut at = start;
        let mut open = 0_usize;
        while let Some(kind) = self.kind(at) {
            match kind {
                Kind::Mark('(' | '[' | '{') => open += 1,
                Kind::Mark(')' | ']' | '}' | ',' | ';') if open == 0 => break,
                Kind::Newline if open == 0 && ending == Ending::Line => break,
                Kind::Mark(')' | ']' | '}') => open -= 1,
                _ => {}
            }
            at += 1;
        }
        let from = self.tokens.get(start).map_or(self.script.len(), |token| token.start);
        let to = at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(from, |token| token.end);
        (Value::Code(self.script.get(from..to).unwrap_or_default().trim().to_string()), at)
    }
}
