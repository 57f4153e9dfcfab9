//! A suite as it is measured in one of two versions, such that nothing of the other one is taken for it.

use super::{Version, VersionError};
use crate::measure::error::quoted;
use crate::model::{Against, LoadWork, ServerWork, SuiteWork, Work};
use std::path::Path;

#[cfg(test)]
mod tests;

/// Variables that name a place to build into: outside of the checkout they get a place of base's own.
const BUILT: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"];

/// The variables of base's commands: where ours name the checkout of head they name that of base, and a build directory that both
/// would share becomes one beside base's checkout. A relative one is relative to each version anyway.
pub fn environment(shared: &[(String, String)], head: &Path, base: &Path, beside: &Path) -> Vec<(String, String)> {
    let own = |(name, value): &(String, String)| {
        let moved = moved(value, &head.to_string_lossy(), &base.to_string_lossy());
        if moved != *value {
            return Some((name.clone(), moved));
        }
        let is_shared = BUILT.contains(&name.as_str()) && Path::new(value).is_absolute();
        is_shared.then(|| (name.clone(), beside.join("target").to_string_lossy().into_owned()))
    };
    shared.iter().filter_map(own).collect()
}

/// A text with one directory in place of another, wherever that is named.
fn moved(text: &str, from: &str, to: &str) -> String {
    let mut moved = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        // `/home/me/shop` is named neither by `/home/me/shop2` nor by `/x/home/me/shop`.
        let of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_whole = !before.ends_with(of_name) && !after.starts_with(of_name);
        moved.push_str(before);
        moved.push_str(if is_whole { to } else { from });
        rest = after;
    }
    moved + rest
}

/// The suite as it is measured in this version: its commands run there. A base that is a server takes the place of head's.
///
/// A suite that names head's checkout by its absolute path is refused: base would run head's files, and prove nothing.
pub fn work_of(version: &Version, head: &Path, against: &Against, work: &SuiteWork) -> Result<SuiteWork, VersionError> {
    let environment = version.environment.clone();
    let own = |kind: Work| SuiteWork { directory: version.directory.clone(), environment: environment.clone(), work: kind, ..work.clone() };
    let is_head = version.name == super::HEAD;
    match (&work.work, against) {
        (Work::Load { server, load }, Against::Url(url)) if !is_head => {
            let front = server.as_ref().map_or_else(|| front_of(load), |server| origin(&server.ready));
            Ok(own(Work::Load { server: None, load: moved_load(load, front, url) }))
        }
        (Work::Load { server: Some(server), load }, Against::Command(command)) if !is_head => {
            let server = ServerWork { command: command.clone(), ..server.clone() };
            Ok(own(Work::Load { server: Some(server), load: load.clone() }))
        }
        _ => {
            let named = head.to_string_lossy();
            let is_tied = |command: &&str| moved(command, &named, "") != **command;
            match commands(work).into_iter().find(is_tied) {
                Some(command) if against.is_commit() => Err(VersionError::NotThere(format!(
                    "suite {}: {} names this checkout by its absolute path, so base would run the files of head; write it relative to \
                     the configuration",
                    work.name,
                    quoted(command)
                ))),
                _ => Ok(own(work.work.clone())),
            }
        }
    }
}

/// Every command of a suite.
fn commands(work: &SuiteWork) -> Vec<&str> {
    let measured = match &work.work {
        Work::Benchmark(harness) => Some(harness.command.as_str()),
        Work::Command(command) => Some(command.run.as_str()),
        Work::Tool(tool) => Some(tool.run.as_str()),
        Work::Load { server, .. } => server.as_ref().map(|server| server.command.as_str()),
    };
    work.build.as_deref().into_iter().chain(measured).collect()
}

/// Scheme, host and port of a URL.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end =
        url.get(start..).and_then(|rest| rest.find(['/', '?']).into_iter().chain(rest.find("{{")).min()).map_or(url.len(), |at| start + at);
    url.get(..end).unwrap_or(url)
}

/// The server that a load of a running server is about: that of its first request.
fn front_of(load: &LoadWork) -> &str {
    load.requested().next().map_or("", |target| origin(&target.url))
}

/// The same requests, sent to another server; those that went elsewhere still do.
fn moved_load(load: &LoadWork, from: &str, to: &str) -> LoadWork {
    let to = to.trim_end_matches('/');
    let url =
        |url: &String| url.strip_prefix(from).filter(|_| origin(url) == from).map_or_else(|| url.clone(), |rest| format!("{to}{rest}"));
    let mut load = load.clone();
    load.requested_mut().for_each(|target| target.url = url(&target.url));
    load.scrape.iter_mut().for_each(|scrape| scrape.url = url(&scrape.url));
    load
}
