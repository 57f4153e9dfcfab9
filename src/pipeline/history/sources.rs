//! Where earlier runs are: in the committed baselines, in the builds directory, in directories of stored runs.

use super::super::{environment, read_stored};
use crate::baseline::{self, Kept, Store};
use crate::config::{HistoryQuery, HistorySources, Plan};
use crate::limits::HISTORY_RUNS_MAX;
use crate::model::{Before, Earlier, Environment, LoadFacts, LoadModel, Note, Run, SeriesKey};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Earlier runs of one suite in one environment.
pub struct Suite {
    pub suite: String,
    pub of: Environment,
    /// Where they were read.
    pub source: String,
    /// Whether somebody accepted them.
    pub is_accepted: bool,
    pub runs: usize,
    /// Of the runs, as far as they are known.
    pub starts: BTreeSet<u64>,
    /// Oldest first.
    pub series: BTreeMap<SeriesKey, Vec<Earlier>>,
    /// What a next run would be compared with.
    pub before: Before,
}

/// Everything that was found.
pub struct Gathered {
    pub suites: Vec<Suite>,
    pub notes: Vec<Note>,
    /// Names of the suites that are there, those that nobody asked for as well.
    names: BTreeSet<String>,
}

/// Reads what is asked for. What is damaged is an error with its place: a history with a hole would be believed.
pub fn gather(plan: &Plan, query: &HistoryQuery) -> Result<Gathered, String> {
    let gathered = match &query.sources {
        HistorySources::Accepted => accepted(plan, query)?,
        HistorySources::Stored { from, builds } => stored(query, from, builds.as_deref())?,
    };
    match query.suites.iter().find(|name| !gathered.names.contains(*name)) {
        Some(name) => {
            let names: Vec<&str> = gathered.names.iter().map(String::as_str).collect();
            let listed = if names.is_empty() { "none".to_string() } else { names.join(", ") };
            Err(format!("expected runs of the suite {name:?}, found those of {listed}; name one of them"))
        }
        None => Ok(gathered),
    }
}

impl HistoryQuery {
    fn wants(&self, suite: &str) -> bool {
        self.suites.is_empty() || self.suites.iter().any(|name| name == suite)
    }
}

/// The committed baselines of this environment, and of those that suites name.
fn accepted(plan: &Plan, query: &HistoryQuery) -> Result<Gathered, String> {
    let held = baseline::held(&plan.baselines).map_err(|error| error.to_string())?;
    let own = environment(query.environment.as_deref().or(plan.environment.as_deref())).key;
    let is_shown = |key: &String| *key == own || (query.environment.is_none() && query.environments.contains(key));
    let store = Store::Directory(plan.baselines.clone());
    let mut suites = Vec::new();
    let mut known = BTreeSet::new();
    for (key, names) in held.iter().filter(|(key, _)| is_shown(key)) {
        known.extend(names.iter().cloned());
        for name in names.iter().filter(|name| query.wants(name)) {
            let kept = baseline::history(&store, key, name).map_err(|error| error.to_string())?;
            suites.extend(kept.map(|kept| Suite::of_baseline(name, kept)));
        }
    }
    let others: Vec<String> = held
        .iter()
        .filter(|(key, names)| !is_shown(key) && names.iter().any(|name| query.wants(name)))
        .map(|(key, _)| key.clone())
        .collect();
    if suites.is_empty() && held.iter().all(|(key, _)| !is_shown(key)) {
        return Err(nothing_accepted(plan, &own, &others));
    }
    let note = format!("other environments hold accepted runs, too: {}; `--environment NAME` shows them", others.join(", "));
    Ok(Gathered { suites, notes: if others.is_empty() { Vec::new() } else { vec![Note::text(note)] }, names: known })
}

/// Nothing here: what there is elsewhere, and what to do.
fn nothing_accepted(plan: &Plan, own: &str, others: &[String]) -> String {
    let place = plan.baselines.display();
    let program = &plan.program;
    if let Some(first) = others.first() {
        return format!(
            "{place}: expected accepted runs of the environment {own:?}, found those of {}; \
             show one of them: `{program} history --environment {first}`",
            others.join(", ")
        );
    }
    let builds = if baseline::builds::exists(&plan.builds) {
        format!("; or show earlier builds: `{program} history --builds {}`", plan.builds.display())
    } else {
        String::new()
    };
    format!(
        "{place}: expected accepted runs, found none; measure and accept some: `{program} run`, then `{program} accept`; or show stored \
         runs of a CI: `{program} history --from DIR`{builds}"
    )
}

impl Suite {
    fn of_baseline(suite: &str, kept: Kept) -> Suite {
        let Kept { source, environment, series, before } = kept;
        // Runs of unknown start are told apart by their place.
        let starts: BTreeSet<u64> = series.values().flatten().filter_map(|one| one.started_ns).collect();
        let longest = series.values().map(Vec::len).max().unwrap_or(0);
        let runs = starts.len().max(longest);
        Suite { suite: suite.to_string(), of: environment, source, is_accepted: true, runs, starts, series, before }
    }

    /// Runs of one suite and environment, oldest first.
    fn of_runs(source: &str, runs: Vec<Stored>) -> Option<Suite> {
        let (newest, _) = runs.last()?;
        let (suite, of) = (newest.suite.clone(), newest.environment.clone());
        let mut series: BTreeMap<SeriesKey, Vec<Earlier>> = BTreeMap::new();
        for (run, build) in &runs {
            for (key, one) in &run.series {
                series.entry(key.clone()).or_default().push(Earlier {
                    series: one.clone(),
                    started_ns: run.started_ns,
                    commit: run.commit.clone(),
                    build: *build,
                    reason: None,
                    is_pinned: false,
                });
            }
        }
        let starts = runs.iter().filter_map(|(run, _)| run.started_ns).collect();
        let count = runs.len();
        let newest_first: Vec<Run> = runs.into_iter().rev().map(|(run, _)| run).collect();
        let before = baseline::from_runs(source.to_string(), newest_first, &of);
        Some(Suite { suite, of, source: source.to_string(), is_accepted: false, runs: count, starts, series, before })
    }
}

/// Stored runs, of whichever environment; those of different ones are never put in one row.
fn stored(query: &HistoryQuery, from: &[PathBuf], builds: Option<&Path>) -> Result<Gathered, String> {
    let wanted = query.environment.as_deref().map(|name| environment(Some(name)).key);
    let mut runs = Runs {
        query,
        wanted,
        kept: BTreeMap::new(),
        skipped: BTreeMap::new(),
        names: BTreeSet::new(),
        elsewhere: BTreeSet::new(),
        seen: 0,
    };
    let mut places: Vec<String> = Vec::new();
    if let Some(directory) = builds {
        places.push(directory.display().to_string());
        for build in baseline::builds::list(directory).map_err(|error| error.to_string())? {
            let number = build.facts.number;
            if build.facts.aborted {
                runs.skip("of builds that were interrupted");
                continue;
            }
            let suites = build.suites().map_err(|error| error.to_string())?;
            runs.names.extend(suites.iter().cloned());
            for suite in suites.iter().filter(|suite| query.wants(suite)) {
                let run = build.run(suite).map_err(|error| error.to_string())?;
                run.map_or(Ok(()), |run| runs.add(run, Some(number)))?;
            }
        }
    }
    for place in from {
        places.push(place.display().to_string());
        for file in files(place)? {
            runs.add(read_stored(&file)?, None)?;
        }
    }
    let source = places.join(", ");
    let Runs { kept, skipped, names, elsewhere, .. } = runs;
    if kept.is_empty() && query.suites.iter().all(|suite| names.contains(suite)) {
        let skipped = skipped.iter().map(|(what, count)| format!("{count} {what}"));
        let elsewhere = elsewhere.iter().map(|key| format!("those of the environment {key:?}"));
        let found: Vec<String> = skipped.chain(elsewhere).collect();
        let found = if found.is_empty() { "none".to_string() } else { format!("only {}", found.join(", ")) };
        return Err(format!("{source}: expected stored runs (*.run.json), found {found}; name a directory of results, or of CI artifacts"));
    }
    let suites = kept.into_values().filter_map(|mut runs| {
        // Builds that do not tell their start stay in the order of their numbers.
        runs.sort_by_key(|(run, build)| (run.started_ns, *build));
        Suite::of_runs(&source, runs)
    });
    let notes = skipped.into_iter().map(|(what, count)| Note::text(format!("not shown: {count} {what}"))).collect();
    Ok(Gathered { suites: suites.collect(), notes, names })
}

/// A stored run, and the number of its build.
type Stored = (Run, Option<u64>);

/// Stored runs as they are read.
struct Runs<'a> {
    query: &'a HistoryQuery,
    /// Key of the only environment that is shown.
    wanted: Option<String>,
    /// By suite and environment.
    kept: BTreeMap<(String, String), Vec<Stored>>,
    /// Runs that say nothing, by why.
    skipped: BTreeMap<&'static str, usize>,
    /// Of all suites.
    names: BTreeSet<String>,
    /// Keys of environments that are not shown.
    elsewhere: BTreeSet<String>,
    seen: usize,
}

impl Runs<'_> {
    fn skip(&mut self, why: &'static str) {
        *self.skipped.entry(why).or_default() += 1;
    }

    fn add(&mut self, run: Run, build: Option<u64>) -> Result<(), String> {
        self.seen += 1;
        if self.seen > HISTORY_RUNS_MAX {
            return Err(format!("expected at most {HISTORY_RUNS_MAX} stored runs, found more; name a directory with fewer"));
        }
        let is_elsewhere = self.wanted.as_ref().is_some_and(|wanted| *wanted != run.environment.key);
        self.names.insert(run.suite.clone());
        if !self.query.wants(&run.suite) {
            return Ok(());
        }
        if is_elsewhere {
            self.elsewhere.insert(run.environment.key);
            return Ok(());
        }
        let is_void = run.load.as_ref().is_some_and(|load| load.model == LoadModel::Open && LoadFacts::is_generator_late(load));
        match () {
            () if run.partial => self.skip("cut or interrupted"),
            () if run.is_empty() => self.skip("in which nothing was measured"),
            () if is_void => self.skip("whose load generator was late"),
            () => {
                let runs = self.kept.entry((run.suite.clone(), run.environment.key.clone())).or_default();
                // The same run may lie in several artifacts.
                let is_known = |(known, _): &Stored| run.started_ns.is_some() && known.started_ns == run.started_ns;
                if !runs.iter().any(is_known) {
                    runs.push((run, build));
                }
            }
        }
        Ok(())
    }
}

/// Stored runs below a directory, however deep. Of a suite that was measured several times in a row those are the single
/// measurements, and not what they make together; those that confirmed a failure are not among them.
fn files(place: &Path) -> Result<Vec<PathBuf>, String> {
    if place.is_file() {
        return Ok(vec![place.to_path_buf()]);
    }
    let pattern = format!("{}/**/*.run.json", glob::Pattern::escape(&place.display().to_string()));
    let matches = glob::glob(&pattern).map_err(|error| error.to_string())?.take(HISTORY_RUNS_MAX + 1);
    let mut files = matches.collect::<Result<Vec<PathBuf>, _>>().map_err(|error| error.to_string())?;
    let name = |file: &Path| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_single = |file: &&PathBuf| name(file).starts_with(|c: char| c.is_ascii_digit());
    let pooled: BTreeSet<PathBuf> =
        files.iter().filter(is_single).filter_map(|file| Some(PathBuf::from(format!("{}.run.json", file.parent()?.display())))).collect();
    files.retain(|file| !pooled.contains(file) && !name(file).starts_with("confirm-"));
    files.sort();
    Ok(files)
}
