//! `accept`: shows series by series what would change in the baselines and, when told so, changes it. The only writer of
//! baselines.

use super::review::{self, Paint, Reviewed};
use super::{Failure, Session};
use crate::baseline::{self, Acceptance, Override, Store};
use crate::cli::AcceptArgs;
use crate::config::{Plan, Request};
use crate::judge::Policy;
use crate::model::{Before, Run, SeriesKey};
use crate::pipeline;
use crate::terminal::{Reply, Terminal};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use wildmatch::WildMatch;

/// Reviews the pending runs; 0 when they were accepted or nothing changes.
pub fn accept(request: Request<'_>, arguments: &AcceptArgs) -> Result<u8, Failure> {
    let plan = Plan::for_accept(request)?;
    if plan.is_ci && !arguments.yes {
        return Err(Failure::Usage(
            "accept asks a person, and in CI there is none; add --yes if the baselines are to change here".to_string(),
        ));
    }
    let session = Session::reading(&plan);
    let folders = if arguments.from.is_empty() { vec![plan.results.clone()] } else { arguments.from.clone() };
    let offers = offers(&plan, &pending(&folders)?, arguments)?;
    let mut changed = Vec::new();
    for offer in &offers {
        if offer.is_changing(&plan, arguments, session.clock.epoch_ns())? {
            changed.push(offer);
        }
    }
    if changed.is_empty() {
        session.terminal.say("the baselines already hold these runs; nothing to change");
        return Ok(0);
    }
    let mut review = Review { terminal: &session.terminal, rest: arguments.yes.then_some(true), asked: 0, accepted: 0 };
    let mut decided = Vec::new();
    for offer in changed {
        decided.push((offer, review.of(&plan, offer)?));
    }
    if review.asked > 0 && review.accepted == 0 {
        return Err(nothing_changed());
    }
    write(&plan, arguments, &decided, &session)
}

fn nothing_changed() -> Failure {
    Failure::NoVerdict("nothing was changed".to_string())
}

/// The pending runs of one suite in one environment.
struct Offer {
    /// Oldest first.
    runs: Vec<Run>,
    before: Before,
    /// The file as it was when it was read for the review.
    text: Option<String>,
    /// Why series are accepted although they are worse.
    reasons: BTreeMap<SeriesKey, String>,
    /// What `--series` leaves.
    chosen: BTreeSet<SeriesKey>,
    /// Series that moved to another level in each of these runs.
    new_levels: BTreeSet<SeriesKey>,
}

impl Offer {
    fn acceptance<'a>(&'a self, plan: &Plan, arguments: &AcceptArgs, chosen: &'a BTreeSet<SeriesKey>, now_ns: u64) -> Acceptance<'a> {
        let Offer { runs, reasons, new_levels, .. } = self;
        Acceptance { runs, chosen, reasons, new_levels, pin: arguments.pin, keep_runs: plan.keep_runs, now_ns }
    }

    fn is_changing(&self, plan: &Plan, arguments: &AcceptArgs, now_ns: u64) -> Result<bool, Failure> {
        let acceptance = self.acceptance(plan, arguments, &self.chosen, now_ns);
        let (_, old, new) = baseline::preview(&plan.baselines, &acceptance).map_err(|error| Failure::NoVerdict(error.to_string()))?;
        Ok(old.as_deref() != Some(new.as_str()))
    }

    /// Of several runs all have to show the new level.
    fn level(&mut self, run: &Run, moved: &BTreeSet<SeriesKey>) {
        let is_first = |key: &&SeriesKey| !self.runs.iter().any(|other| other.series.contains_key(*key));
        let begun: Vec<SeriesKey> = moved.iter().filter(is_first).cloned().collect();
        self.new_levels.retain(|key| moved.contains(key) || !run.series.contains_key(key));
        self.new_levels.extend(begun);
    }

    /// What it is about: `shop` in `linux-x86_64-2c`.
    fn name(&self) -> String {
        self.runs.last().map(|run| format!("{} in {}", run.suite, run.environment.key)).unwrap_or_default()
    }
}

/// A review in progress.
struct Review<'a> {
    terminal: &'a Terminal,
    /// What becomes of everything that is still to be asked, where that is decided.
    rest: Option<bool>,
    asked: usize,
    accepted: usize,
}

impl Review<'_> {
    /// The series that are accepted of an offer. Those that look the same go with the others.
    fn of(&mut self, plan: &Plan, offer: &Offer) -> Result<BTreeSet<SeriesKey>, Failure> {
        let pending: Vec<&Run> = offer.runs.iter().rev().collect();
        let reviewed = review::beside(&offer.before.runs, &pending);
        let (changed, same): (Vec<&Reviewed<'_>>, Vec<&Reviewed<'_>>) =
            reviewed.iter().filter(|one| offer.chosen.contains(one.key)).partition(|one| one.is_changed());
        self.introduce(plan, offer, changed.len(), same.len());
        let mut accepted = BTreeSet::new();
        let mut is_any_skipped = false;
        for (index, one) in changed.iter().enumerate() {
            let paint = if self.terminal.color() { Paint::Color } else { Paint::Plain };
            self.terminal.text(&one.text(paint));
            if offer.new_levels.contains(one.key) {
                self.terminal.text("  a new level: once accepted, no run from before it judges this series\n");
            }
            if self.decide(&format!("{} of {}", index + 1, changed.len()))? {
                accepted.insert(one.key.clone());
            } else {
                is_any_skipped = true;
            }
        }
        // Nothing looks different: the run as a whole is still asked for.
        let is_wanted = if changed.is_empty() { self.decide("the same in three digits")? } else { !is_any_skipped || !accepted.is_empty() };
        if is_wanted {
            accepted.extend(same.into_iter().map(|one| one.key.clone()));
        }
        Ok(accepted)
    }

    fn introduce(&self, plan: &Plan, offer: &Offer, changed: usize, same: usize) {
        let runs = match offer.runs.len() {
            1 => String::new(),
            n => format!(", {n} runs, the newest of which is shown"),
        };
        self.terminal.text(&format!("{}: {changed} series changed, {same} the same{runs}\n", offer.name()));
        if self.terminal.is_verbose() {
            let acceptance = offer.acceptance(plan, &AcceptArgs::default(), &offer.chosen, 0);
            if let Ok((path, old, new)) = baseline::preview(&plan.baselines, &acceptance) {
                self.terminal.text(&review::of_files(&shown(&plan.root, &path), old.as_deref(), &new));
            }
        }
        let facts = &offer.before.facts;
        if let Some(pinned) = &facts.pinned {
            let commit = pinned.commit.as_deref().unwrap_or("of unknown commit");
            self.terminal.text(&format!("pinned: {commit}\n"));
        }
        facts.reasons.iter().for_each(|reason| self.terminal.text(&format!("accepted although worse: {reason}\n")));
    }

    /// Whether what was just shown is accepted.
    fn decide(&mut self, place: &str) -> Result<bool, Failure> {
        const QUESTION: &str = "[a]ccept, [s]kip, [A]ll, [S]kip the rest, [q]uit and change nothing?";
        self.asked += 1;
        let is_accepted = loop {
            if let Some(rest) = self.rest {
                break rest;
            }
            match self.terminal.ask(&format!("({place}) {QUESTION}")) {
                Reply::Nobody => {
                    return Err(Failure::Usage("nobody can answer here; review the diff above and add --yes".to_string()));
                }
                Reply::End => return Err(nothing_changed()),
                Reply::Line(line) => match line.as_str() {
                    "a" => break true,
                    "s" => break false,
                    "A" => self.rest = Some(true),
                    "S" => self.rest = Some(false),
                    "q" => return Err(nothing_changed()),
                    _ => {}
                },
            }
        };
        self.accepted += usize::from(is_accepted);
        Ok(is_accepted)
    }
}

fn write(plan: &Plan, arguments: &AcceptArgs, decided: &[(&Offer, BTreeSet<SeriesKey>)], session: &Session) -> Result<u8, Failure> {
    for (offer, chosen) in decided.iter().filter(|(_, chosen)| !chosen.is_empty()) {
        let acceptance = offer.acceptance(plan, arguments, chosen, session.clock.epoch_ns());
        // Who was asked must have seen the file that is changed.
        let reviewed = (!arguments.yes).then_some(&offer.text);
        let written = baseline::accept(&plan.baselines, &acceptance, reviewed).map_err(|error| Failure::NoVerdict(error.to_string()))?;
        if let Some(path) = written {
            session.terminal.say(&format!("accepted: {}", shown(&plan.root, &path)));
        }
    }
    session.terminal.say("commit these files: the next run is compared with them");
    Ok(0)
}

/// The reason that was given for accepting what a refusal names; `None` where none was.
fn reason(arguments: &AcceptArgs, by: Override) -> Option<&str> {
    match by {
        Override::Never => None,
        Override::Force => arguments.reason.as_deref().filter(|_| arguments.force),
        Override::AllowSlower => arguments.allow_slower.as_deref().or_else(|| reason(arguments, Override::Force)),
    }
}

/// The stored runs that wait in results directories. Of a suite that was measured several times in a row those are the single
/// measurements, and not what they make together.
fn pending(folders: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for folder in folders {
        let matching = |pattern: &str| {
            let pattern = format!("{}/runs/{pattern}", glob::Pattern::escape(&folder.display().to_string()));
            let matches = glob::glob(&pattern).map_err(|error| Failure::Usage(error.to_string()))?;
            matches.collect::<Result<Vec<PathBuf>, _>>().map_err(|error| Failure::NoVerdict(error.to_string()))
        };
        let single = matching("*/[0-9]*.run.json")?;
        let is_pooled = |run: &PathBuf| {
            let suite = run.to_string_lossy().strip_suffix(".run.json").map(PathBuf::from);
            single.iter().any(|one| one.parent() == suite.as_deref())
        };
        let mut here = matching("*.run.json")?;
        here.retain(|run| !is_pooled(run));
        here.extend(single.iter().cloned());
        here.sort();
        found.append(&mut here);
    }
    if found.is_empty() {
        let places = folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(Failure::NoVerdict(format!("no run waits to be accepted in {places}; measure first: neverslower run")));
    }
    Ok(found)
}

/// What may become of the baselines. Nothing is offered while one run is refused.
fn offers(plan: &Plan, files: &[PathBuf], arguments: &AcceptArgs) -> Result<Vec<Offer>, Failure> {
    let globs: Vec<WildMatch> = arguments.series.iter().map(|glob| WildMatch::new(glob)).collect();
    let matches =
        |key: &SeriesKey| globs.iter().any(|glob| glob.matches(&key.label) || glob.matches(&format!("{} {}", key.label, key.metric)));
    let is_chosen = |key: &SeriesKey| globs.is_empty() || matches(key);
    let mut offers: BTreeMap<(String, String), Offer> = BTreeMap::new();
    let mut refused = String::new();
    let mut runs = files.iter().map(|file| pipeline::read_stored(file)).collect::<Result<Vec<_>, _>>().map_err(Failure::NoVerdict)?;
    // Artifacts of several jobs may hold the same suite: the newest of them becomes the newest of the baseline.
    runs.sort_by_key(|run| run.started_ns);
    for run in runs {
        // What is only in quarantine does not become what the next run is compared with.
        let policy = Policy { quarantine: Vec::new(), ..plan.policy(&run.suite, &[]) };
        let (run, judged) = pipeline::review(plan, run, &policy).map_err(Failure::NoVerdict)?;
        let offer = match offers.entry((run.suite.clone(), run.environment.key.clone())) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => place.insert(offer(plan, &run)?),
        };
        for refusal in baseline::refusals(&run, &judged, &is_chosen) {
            match reason(arguments, refusal.by) {
                Some(reason) => refusal.keys.into_iter().for_each(|key| because(&mut offer.reasons, key, reason)),
                None => {
                    let _ = write!(refused, "\n  {}: {}; {}", run.suite, refusal.sentence, refusal.way_out);
                }
            }
        }
        offer.chosen.extend(run.series.keys().filter(|key| is_chosen(key)).cloned());
        offer.level(&run, &baseline::moved(&judged));
        offer.runs.push(run);
    }
    if !refused.is_empty() {
        return Err(Failure::NoVerdict(format!("refused, nothing was changed:{refused}")));
    }
    let mut offers: Vec<Offer> = offers.into_values().collect();
    for offer in &mut offers {
        offer.chosen.extend(offer.before.runs.iter().flat_map(|run| run.series.keys()).filter(|key| is_chosen(key)).cloned());
    }
    if offers.iter().all(|offer| offer.chosen.is_empty()) {
        return Err(Failure::Usage(format!("--series {:?} matches no series of these runs or their baselines", arguments.series)));
    }
    offers.retain(|offer| !offer.chosen.is_empty());
    Ok(offers)
}

/// An offer without its runs.
fn offer(plan: &Plan, run: &Run) -> Result<Offer, Failure> {
    let failed = |error: baseline::BaselineError| Failure::NoVerdict(error.to_string());
    let text = baseline::text(&plan.baselines, &run.environment.key, &run.suite).map_err(failed)?;
    let before = baseline::find(&Store::Directory(plan.baselines.clone()), &run.environment, &run.suite).map_err(failed)?;
    Ok(Offer { runs: Vec::new(), before, text, reasons: BTreeMap::new(), chosen: BTreeSet::new(), new_levels: BTreeSet::new() })
}

/// Adds a reason, once.
fn because(reasons: &mut BTreeMap<SeriesKey, String>, key: SeriesKey, reason: &str) {
    let known = reasons.entry(key).or_default();
    if !known.split("; ").any(|one| one == reason) {
        let between = if known.is_empty() { "" } else { "; " };
        known.push_str(&format!("{between}{reason}"));
    }
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
