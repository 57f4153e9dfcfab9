//! `[[suite]]`: what is measured together.

use super::error::{ConfigError, did_you_mean};
use super::load;
use super::plan::{self, Tables};
use super::table::{Shape, Table, TableOrText};
use super::value::{parse_glob, parse_name};
use crate::limits;
use crate::model::{CommandWork, HarnessWork, ToolWork, Work};
use std::path::PathBuf;
use std::time::Duration;
use toml::Spanned;

/// `[[suite]]`.
pub const SUITE: Shape = Shape {
    name: "[[suite]]",
    keys: &["name", "build", "artefacts", "timeout", "expect", "results", "environment", "benchmark", "command", "tool", "load", "server"],
};
/// `benchmark = { … }`.
pub const BENCHMARK: Shape = Shape { name: "benchmark", keys: &["command", "format", "results", "single"] };
/// `command = { … }`.
pub const COMMAND: Shape = Shape { name: "command", keys: &["run", "repeat", "warm_up"] };
/// `tool = { … }`.
pub const TOOL: Shape = Shape { name: "tool", keys: &["run", "results", "format"] };

/// A suite as written, with the defaults of its own keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// Safe as a file name.
    pub name: String,
    pub build: Option<String>,
    /// Globs of what the measurement runs.
    pub artefacts: Vec<String>,
    pub timeout: Duration,
    pub expect: Vec<String>,
    pub results: Vec<String>,
    pub environment: Option<String>,
    /// Absent where the suite only gives a name to result files.
    pub work: Option<Work>,
}

const WORK: [&str; 4] = ["benchmark", "command", "tool", "load"];

/// All suites; their names differ also where a file system ignores case.
pub fn read_all(tables: Vec<Table<'_>>, known: &Tables<'_>) -> Result<Vec<Suite>, ConfigError> {
    let mut suites: Vec<Suite> = Vec::new();
    for mut table in tables {
        let name = table.required("name")?;
        let span = name.span();
        let document = table.document;
        parse_name(name.get_ref()).map_err(|mistake| document.inside(&span, name.get_ref(), mistake))?;
        if suites.iter().any(|suite| suite.name.to_lowercase() == name.get_ref().to_lowercase()) {
            return Err(document.error(&span, "a name that no other suite has (case is ignored)"));
        }
        suites.push(read(table, name.into_inner(), known)?);
    }
    Ok(suites)
}

fn read(mut table: Table<'_>, name: String, known: &Tables<'_>) -> Result<Suite, ConfigError> {
    let build = table.string("build")?;
    let artefacts = globs(&mut table, "artefacts")?;
    let timeout = load::some_time(&mut table, "timeout", plan::SUITE_TIMEOUT)?;
    let expect = table.texts("expect")?.into_iter().map(Spanned::into_inner).collect();
    let results = globs(&mut table, "results")?;
    let environment = table.expression("environment", parse_name)?.map(Spanned::into_inner);
    let kinds = table.written(&WORK);
    if kinds.len() > 1 {
        return Err(table.error("one kind of work: `benchmark`, `command`, `tool` or `load`", format!("`{}`", kinds.join("` and `"))));
    }
    let work = read_work(&mut table, known)?;
    if work.is_none() && results.is_empty() {
        return Err(table.error("one of `benchmark`, `command`, `tool`, `load`, or `results` for `check`", "none"));
    }
    Ok(Suite { name, build, artefacts, timeout, expect, results, environment, work })
}

fn read_work(suite: &mut Table<'_>, known: &Tables<'_>) -> Result<Option<Work>, ConfigError> {
    let benchmark = suite.table_or_text("benchmark", &BENCHMARK)?;
    let command = suite.table_or_text("command", &COMMAND)?;
    let tool = suite.table("tool", &TOOL)?;
    let load = suite.table("load", &load::LOAD)?;
    let server = suite.table("server", &load::SERVER)?;
    if let (Some(server), None) = (&server, &load) {
        return Err(server.error("a `load` for the server", "none"));
    }
    let benchmark = benchmark.map(|written| read_benchmark(written, known)).transpose()?;
    let command = command.map(read_command).transpose()?;
    let tool = tool.map(|written| read_tool(written, known)).transpose()?;
    let load = load.map(|written| load::read(written, server)).transpose()?;
    Ok(benchmark.or(command).or(tool).or(load))
}

fn read_benchmark(written: TableOrText<'_>, known: &Tables<'_>) -> Result<Work, ConfigError> {
    let mut table = match written {
        TableOrText::Text(command) => {
            return Ok(Work::Benchmark(HarnessWork { command: command.into_inner(), format: None, results: None, single: None }));
        }
        TableOrText::Table(table) => table,
    };
    let command = table.required("command")?.into_inner();
    let format = format(&mut table, known)?;
    let results = table.string("results")?.map(PathBuf::from);
    let single = table.text("single")?;
    if let Some(written) = single.as_ref().filter(|text| !text.get_ref().contains("{label}")) {
        return Err(table.document.error(&written.span(), "a command with `{label}`, where the name of the benchmark goes"));
    }
    Ok(Work::Benchmark(HarnessWork { command, format, results, single: single.map(Spanned::into_inner) }))
}

fn read_command(written: TableOrText<'_>) -> Result<Work, ConfigError> {
    let runs = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let mut table = match written {
        TableOrText::Text(run) => {
            let run = run.into_inner();
            return Ok(Work::Command(CommandWork { run, repeat: plan::REPEAT, warm_up: plan::WARM_UP_RUNS }));
        }
        TableOrText::Table(table) => table,
    };
    let run = table.required("run")?.into_inner();
    let repeat = table.integer("repeat", 1..=limits::REPEAT_MAX)?.map_or(plan::REPEAT, runs);
    let warm_up = table.integer("warm_up", 0..=limits::REPEAT_MAX)?.map_or(plan::WARM_UP_RUNS, runs);
    Ok(Work::Command(CommandWork { run, repeat, warm_up }))
}

fn read_tool(mut table: Table<'_>, known: &Tables<'_>) -> Result<Work, ConfigError> {
    let run = table.required("run")?.into_inner();
    let results = globs(&mut table, "results")?;
    if results.is_empty() {
        return Err(table.error("`results`: globs of the files that the tool writes", "none"));
    }
    let format = format(&mut table, known)?;
    Ok(Work::Tool(ToolWork { run, results, format }))
}

fn globs(table: &mut Table<'_>, key: &'static str) -> Result<Vec<String>, ConfigError> {
    let document = table.document;
    let check =
        |text: Spanned<String>| parse_glob(text.get_ref()).map_err(|mistake| document.inside(&text.span(), text.get_ref(), mistake));
    table.texts(key)?.into_iter().map(check).collect()
}

fn format(table: &mut Table<'_>, known: &Tables<'_>) -> Result<Option<String>, ConfigError> {
    let Some(name) = table.text("format")? else { return Ok(None) };
    let names = || known.formats.iter().map(|(name, _)| *name);
    if names().any(|known| known == name.get_ref()) {
        return Ok(Some(name.into_inner()));
    }
    let error = table.document.error(&name.span(), "a format of `neverslower list formats`");
    Err(error.hint(did_you_mean(name.get_ref(), names())))
}
