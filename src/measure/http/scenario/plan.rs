//! The steps of a scenario, and the requests that they become.

use super::extract::{self, Source};
use crate::measure::http::LoadError;
use crate::measure::http::feed::Feed;
use crate::measure::http::kept::Keep;
use crate::measure::http::request::Message;
use crate::measure::http::url::Url;
use crate::model::{Assertions, ITERATION, Step, Target, Transport, pieces, variables};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// A scenario ready to be begun.
#[derive(Debug)]
pub struct Plan {
    /// Empty where it is the only one.
    pub name: String,
    pub steps: Vec<Prepared>,
}

/// A step with everything about it that is the same for every session.
#[derive(Debug)]
pub struct Prepared {
    pub step: Step,
    pub sources: Vec<(String, Source)>,
    keep: Keep,
    assertions: Option<Rc<Assertions>>,
    /// The request with `/` for every variable: for its names and its server. It is sent where there are no variables.
    pub shape: Rc<Message>,
    is_fixed: bool,
}

/// How requests are made, for all of them.
#[derive(Debug, Clone)]
pub struct Making {
    pub transport: Transport,
    pub port: Option<u16>,
}

/// What is known in a session.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub iteration: u64,
    pub variables: &'a BTreeMap<String, String>,
    pub feed: &'a Feed,
    pub cookies: &'a BTreeMap<String, String>,
}

impl<'a> Known<'a> {
    fn value(&self, name: &str) -> Option<Cow<'a, str>> {
        if name == ITERATION {
            return Some(Cow::Owned(self.iteration.to_string()));
        }
        let extracted = self.variables.get(name).map(String::as_str);
        extracted.or_else(|| self.feed.value(name, self.iteration)).map(Cow::Borrowed)
    }
}

impl Plan {
    /// An error where a step can be no request.
    pub fn new(name: &str, steps: &[Step], making: &Making) -> Result<Plan, LoadError> {
        let prepared = steps.iter().enumerate().map(|(index, step)| {
            // Cookies matter to whoever comes next.
            let needs_head = index + 1 < steps.len() || making.transport.redirects > 0;
            Prepared::new(step, needs_head, making)
        });
        Ok(Plan { name: name.to_string(), steps: prepared.collect::<Result<_, _>>()? })
    }
}

impl Plan {
    /// One request as it stands: what looks like a variable is none.
    pub fn literal(target: Target, making: &Making) -> Result<Plan, LoadError> {
        let shape = Message::new(&target, making.port, &making.transport)?;
        let step = Prepared {
            sources: Vec::new(),
            keep: shape.keep,
            assertions: shape.assertions.clone(),
            shape: Rc::new(shape),
            is_fixed: true,
            step: Step { target, extract: Vec::new(), think_time: Duration::ZERO },
        };
        Ok(Plan { name: String::new(), steps: vec![step] })
    }

    /// Where its first step leads.
    pub fn url(&self) -> Option<&Url> {
        self.steps.first().map(|step| &step.shape.url)
    }

    /// Bytes of its requests.
    pub fn bytes(&self) -> u64 {
        self.steps.iter().map(|step| step.shape.wire.len() as u64).sum()
    }
}

impl Prepared {
    fn new(step: &Step, needs_head: bool, making: &Making) -> Result<Prepared, LoadError> {
        // A path may be a variable, and a path is what every place takes.
        let shape = render(&step.target, &|_| Some(Cow::Borrowed("/")), &BTreeMap::new()).map_err(LoadError)?;
        let sources: Vec<(String, Source)> = step
            .extract
            .iter()
            .map(|extraction| Ok((extraction.variable.clone(), Source::new(&extraction.from).map_err(LoadError)?)))
            .collect::<Result<_, LoadError>>()?;
        let shape = Message::new(&Target { assertions: step.target.assertions.clone(), ..shape }, making.port, &making.transport)?;
        let keep = if shape.keep == Keep::Body || sources.iter().any(|(_, source)| source.is_of_body()) {
            Keep::Body
        } else if needs_head || !sources.is_empty() {
            Keep::Head
        } else {
            shape.keep
        };
        Ok(Prepared {
            step: step.clone(),
            sources,
            keep,
            assertions: shape.assertions.clone(),
            is_fixed: variables(&step.target).next().is_none(),
            shape: Rc::new(Message { keep, ..shape }),
        })
    }

    /// The request of a session; an error says why it cannot be made.
    pub fn message(&self, known: Known<'_>, making: &Making) -> Result<Rc<Message>, String> {
        if self.is_fixed && known.cookies.is_empty() {
            return Ok(Rc::clone(&self.shape));
        }
        let target = render(&self.step.target, &|name| known.value(name), known.cookies)?;
        let message = Message::new(&target, making.port, &making.transport).map_err(|error| error.0)?;
        if !message.url.is_same_origin(&self.shape.url) {
            return Err(format!("{} is of another server", message.url.text));
        }
        Ok(Rc::new(Message { keep: self.keep, assertions: self.assertions.clone(), ..message }))
    }
}

/// A target with the values of its variables, and the cookies of its user unless it has its own.
fn render<'a>(target: &Target, value: &dyn Fn(&str) -> Option<Cow<'a, str>>, cookies: &BTreeMap<String, String>) -> Result<Target, String> {
    let mut headers = Vec::with_capacity(target.headers.len() + 1);
    for (name, text) in &target.headers {
        headers.push((name.clone(), filled(text, value, str::to_string)?));
    }
    if !cookies.is_empty() && !has_own_cookies(target) {
        headers.push(("Cookie".to_string(), extract::cookie_line(cookies)));
    }
    // A body that is no text has no placeholders.
    let body = match str::from_utf8(&target.body) {
        Ok(text) => filled(text, value, str::to_string)?.into_bytes(),
        Err(_) => target.body.clone(),
    };
    // What is asserted is looked at by the step, for all of them alike.
    let assertions = Assertions::default();
    let url = filled(&target.url, value, extract::in_url)?;
    Ok(Target { label: target.label.clone(), method: target.method.clone(), url, headers, body, weight: target.weight, assertions })
}

/// Whether a target says itself which cookies are sent with it.
pub fn has_own_cookies(target: &Target) -> bool {
    target.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"))
}

fn filled<'a>(template: &str, value: &dyn Fn(&str) -> Option<Cow<'a, str>>, written: impl Fn(&str) -> String) -> Result<String, String> {
    pieces(template).try_fold(String::with_capacity(template.len()), |mut text, piece| {
        match piece {
            Ok(piece) => text.push_str(piece),
            Err(name) => text.push_str(&written(&value(name).ok_or_else(|| format!("there is no {{{{{name}}}}}"))?)),
        }
        Ok(text)
    })
}
