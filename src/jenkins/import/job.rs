//! Finds the plugin's steps in a job's `config.xml`: the publisher of a freestyle job, wherever other plugins wrap it, or the script
//! of a pipeline job. Elements are the fields of the plugin's classes, as Jenkins stores objects (XStream).

use super::value::{Argument, Found, Step, Value, class};
use super::{ImportError, call};
use crate::limits;
use crate::source::unescape;
use quick_xml::Reader;
use quick_xml::events::Event;

/// An element with what it holds.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
    line: usize,
    /// Line of the first character within.
    inner_line: usize,
}

/// The plugin's steps in a job; `name` is the file's path as shown.
pub fn find(name: &str, text: &str) -> Result<Found, ImportError> {
    let root = read(name, text)?;
    let mut found = Found::default();
    collect(&root, &mut found);
    if let (true, Some(path)) = (found.steps.is_empty(), path_of_script(&root)) {
        let expected = "a job with a step or a script of its own";
        return Err(ImportError::new(name, expected, "a script from the repository", &format!("give that file: `{}`", path.trim())));
    }
    Ok(found)
}

fn collect(element: &Element, found: &mut Found) {
    if Step::is_report(&element.name) || Step::is_outside(&element.name) {
        let mut arguments: Vec<Argument> = element.children.iter().map(argument).collect();
        let absent = ABSENT.iter().filter(|(name, _)| !arguments.iter().any(|argument| argument.name == *name));
        let absent: Vec<Argument> = absent.map(|(name, value)| implied(name, value, element.line)).collect();
        if Step::is_report(&element.name) {
            arguments.extend(absent);
        }
        found.add(Step { name: class(&element.name).to_string(), line: element.line, arguments });
    } else if element.name == "script" && element.children.is_empty() {
        let script = call::find(&element.text, element.inner_line);
        found.steps.extend(script.steps);
        found.outside.extend(script.outside);
        found.is_cut |= script.is_cut;
    } else {
        element.children.iter().for_each(|child| collect(child, found));
    }
}

/// Fields whose default in the plugin is not zero. Jenkins makes objects without their constructors, so what the file does not hold
/// (older versions of the plugin did not have it) is zero or false there, and not the default of the step.
const ABSENT: [(&str, &str); 7] = [
    ("errorFailedThreshold", "0"),
    ("errorUnstableThreshold", "0"),
    ("relativeFailedThresholdPositive", "0"),
    ("relativeFailedThresholdNegative", "0"),
    ("relativeUnstableThresholdPositive", "0"),
    ("relativeUnstableThresholdNegative", "0"),
    ("failBuildIfNoResultFile", "false"),
];

fn implied(name: &str, value: &str, line: usize) -> Argument {
    Argument { name: name.to_string(), value: Value::Absent(value.to_string()), line }
}

fn argument(element: &Element) -> Argument {
    Argument { name: element.name.clone(), value: value(element), line: element.line }
}

fn value(element: &Element) -> Value {
    match element.name.as_str() {
        "constraints" | "parsers" => Value::List(element.children.iter().map(object).collect()),
        _ if element.children.is_empty() => Value::Text(element.text.clone()),
        _ => object(element),
    }
}

fn object(element: &Element) -> Value {
    Value::Call { name: element.name.clone(), arguments: element.children.iter().map(argument).collect() }
}

fn path_of_script(element: &Element) -> Option<&str> {
    if element.name == "scriptPath" {
        return Some(&element.text);
    }
    element.children.iter().find_map(path_of_script)
}

/// The root element. Types of documents are refused: a job has none, and entities can be bombs.
fn read(name: &str, text: &str) -> Result<Element, ImportError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut place = Place { text, offset: 0, line: 1 };
    loop {
        let line = place.go(reader.buffer_position());
        let refused = |found: String| ImportError::new(format!("{name}:{line}"), "the XML of a Jenkins job", found, REFUSED);
        let event = reader.read_event().map_err(|error| refused(error.to_string()))?;
        let inner_line = place.go(reader.buffer_position());
        match event {
            Event::Start(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                open.push(Element { name, line, inner_line, ..Element::default() });
            }
            Event::Empty(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                add(&mut open, Element { name, line, inner_line, ..Element::default() });
            }
            Event::End(_) => {
                let closed = open.pop().unwrap_or_default();
                add(&mut open, closed);
            }
            Event::Text(part) => put(&mut open, &part.xml_content().map_err(|error| refused(error.to_string()))?),
            Event::CData(part) => put(&mut open, &part.xml_content().map_err(|error| refused(error.to_string()))?),
            Event::GeneralRef(part) => {
                let entity = format!("&{};", part.xml_content().map_err(|error| refused(error.to_string()))?);
                let mut plain = String::new();
                unescape(&entity, &mut plain).ok_or_else(|| refused(entity.clone()))?;
                put(&mut open, &plain);
            }
            Event::DocType(_) => return Err(refused("<!DOCTYPE".to_string())),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
        if open.len() > limits::IMPORT_DEPTH_MAX {
            return Err(refused(format!("elements more than {} deep", limits::IMPORT_DEPTH_MAX)));
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err(ImportError::new(name, "the XML of a Jenkins job", "one that is cut", REFUSED)),
    }
}

const REFUSED: &str = "save the job in Jenkins, and take its config.xml as it is";

/// Counts lines as it goes.
struct Place<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl Place<'_> {
    /// The line of a later offset.
    fn go(&mut self, offset: u64) -> usize {
        let offset = usize::try_from(offset).unwrap_or(self.text.len());
        self.line += self.text.get(self.offset..offset).unwrap_or_default().matches('\n').count();
        self.offset = offset;
        self.line
    }
}

fn add(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn put(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
