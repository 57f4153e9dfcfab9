//! The plan of a load test from the command line.

use super::Request;
use crate::cli::LoadArgs;
use crate::config::error::ConfigError;
use crate::config::plan::{self, Keep, Plan, SuitePlan};
use crate::config::report::ReportRequest;
use crate::config::{against, conditions, load};
use crate::model::{Statistic, SuiteWork, Work};
use std::path::PathBuf;

impl Plan {
    /// `load`: a configuration is read only where `--config` names one, so that a load test means the same everywhere.
    pub fn for_load(request: Request<'_>, args: &LoadArgs) -> Result<Plan, ConfigError> {
        let found = if request.options.config.is_some() { request.configuration(None)? } else { None };
        let mut plan = request.base(found.as_ref(), None)?;
        against::only_run("load", &plan.baseline)?;
        if args.json && plan.reports.iter().any(|report| report.path.is_none()) {
            return Err(ConfigError::new("--json", "one thing on standard output", "a report there too"));
        }
        match &args.out {
            Some(directory) => plan.results = directory.clone(),
            None => plan.keep = Keep::OnlyAsked,
        }
        // Standard output carries what was measured: for programs, or for people.
        if plan.reports.iter().all(|report| report.path.is_some()) {
            plan.reports.insert(0, ReportRequest::new(if args.json { "run-json" } else { "summary" }));
        }
        // What vegeta's users mean by `text`; the verdict's own text is on standard error anyway.
        plan.reports.iter_mut().filter(|report| report.kind == "text").for_each(|report| report.kind = "summary".to_string());
        let load = load::from_arguments(args, request.around)?;
        let judged_here = conditions::rules(&args.fail_if, &args.unstable_if)?;
        if load.shard.is_some() && !judged_here.is_empty() {
            let error = ConfigError::new("--shard", "no --fail-if or --unstable-if beside it", "one");
            return Err(error.hint("a shard is not judged alone; write [[threshold]]s, which `check` holds against all shards together"));
        }
        plan.rules.splice(0..0, judged_here);
        // A load of which nothing succeeded must not end well because nobody thought of it.
        if !plan.rules.iter().any(|rule| rule.statistic == Some(Statistic::ErrorRate)) {
            plan.rules.extend(plan::default_rules().into_iter().filter(|rule| rule.statistic == Some(Statistic::ErrorRate)));
        }
        let work = Work::Load { server: None, load };
        plan.environment = Some(request.foreign_environment(None)?);
        plan.suites = vec![SuitePlan {
            work: SuiteWork {
                name: plan::LOAD_SUITE.to_string(),
                build: None,
                artefacts: Vec::new(),
                work,
                timeout: plan::SUITE_TIMEOUT,
                // What was typed is meant from here.
                directory: PathBuf::from("."),
                environment: Vec::new(),
            },
            expect: Vec::new(),
            environment: plan.environment.clone(),
        }];
        plan.is_selection = true;
        // One measurement from the command line, and no build that others compare with.
        (plan.repeat, plan.confirm, plan.build_number) = (plan::REPEAT_RUNS, plan::CONFIRM, None);
        Ok(plan)
    }
}
