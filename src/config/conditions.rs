//! `--fail-if` and `--unstable-if`: rules of the judge from the command line.

use super::error::{ConfigError, typed};
use crate::judge::condition::parse_condition;
use crate::judge::{Limit, Rule};
use crate::model::{Condition, Side, Statistic};

/// A rule for each statistic, with both limits where both are given: of two rules only the first would be heard.
pub fn rules(fail: &[String], unstable: &[String]) -> Result<Vec<Rule>, ConfigError> {
    let mut rules: Vec<Rule> = Vec::new();
    for condition in parse_all("--fail-if", fail)? {
        rules.push(Rule { fail: Some(limit(&condition)), ..rule_about(condition.statistic) });
    }
    for condition in parse_all("--unstable-if", unstable)? {
        match rules.iter_mut().find(|rule| rule.statistic == Some(condition.statistic)) {
            None => rules.push(Rule { unstable: Some(limit(&condition)), ..rule_about(condition.statistic) }),
            Some(rule) => {
                let fail = rule.fail.as_ref().filter(|fail| !is_crossed_first(&condition, fail));
                if let Some(fail) = fail {
                    let expected = format!("a limit that is crossed before that of --fail-if ({})", fail.text());
                    return Err(ConfigError::new("--unstable-if", expected, format!("`{condition}`")));
                }
                rule.unstable = Some(limit(&condition));
            }
        }
    }
    Ok(rules)
}

fn parse_all(flag: &str, texts: &[String]) -> Result<Vec<Condition>, ConfigError> {
    let mut all: Vec<Condition> = Vec::new();
    for text in texts {
        let condition = typed(flag, text, parse_condition)?;
        if condition.statistic == Statistic::Count {
            return Err(ConfigError::new(flag, "a statistic that says how good the load was", format!("`{condition}`")));
        }
        if let Some(earlier) = all.iter().find(|earlier| earlier.statistic == condition.statistic) {
            let expected = format!("one condition about {}", condition.statistic);
            return Err(ConfigError::new(flag, expected, format!("`{earlier}` and `{condition}`")));
        }
        all.push(condition);
    }
    Ok(all)
}

fn is_crossed_first(unstable: &Condition, fail: &Limit) -> bool {
    match (unstable.side, fail) {
        (Side::Above | Side::AtLeast, Limit::Absolute { value, .. }) => unstable.limit <= *value,
        (Side::Below | Side::AtMost, Limit::Absolute { value, .. }) => unstable.limit >= *value,
        (_, Limit::Relative { .. } | Limit::Band { .. }) => true,
    }
}

fn limit(condition: &Condition) -> Limit {
    Limit::Absolute { value: condition.limit, text: condition.limit_text.clone() }
}

/// Every label is judged by it; without a metric it is about latency.
fn rule_about(statistic: Statistic) -> Rule {
    Rule { statistic: Some(statistic), ..Rule::everywhere() }
}

#[cfg(test)]
mod tests {
    use super::rules;

    fn check(fail: &[&str], unstable: &[&str], expected: &str) {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_string()).collect::<Vec<_>>();
        let found = match rules(&texts(fail), &texts(unstable)) {
            Ok(rules) => {
                let limit = |limit: &Option<super::Limit>| limit.as_ref().map_or("-".to_string(), |limit| limit.text().to_string());
                let line = |rule: &super::Rule| format!("{} {} {}", rule.statistic.unwrap(), limit(&rule.unstable), limit(&rule.fail));
                rules.iter().map(line).collect::<Vec<_>>().join("; ")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn conditions_about_one_statistic_are_one_rule() {
        check(
            &["p99 > 200ms", "error rate > 5%"],
            &["p99>100ms", "throughput < 9/s"],
            "p99 100ms 200ms; error rate - 5%; throughput 9/s -",
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        check(&["p99 > 1s", "p99 > 2s"], &[], "--fail-if: expected one condition about p99, found `p99 > 1s` and `p99 > 2s`");
        let expected = "--unstable-if: expected a limit that is crossed before that of --fail-if (1s), found `p99 > 2s`";
        check(&["p99 > 1s"], &["p99 > 2s"], expected);
        let expected = "--unstable-if: expected a limit that is crossed before that of --fail-if (9/s), found `throughput < 8/s`";
        check(&["throughput < 9/s"], &["throughput < 8/s"], expected);
        check(&["count > 5"], &[], "--fail-if: expected a statistic that says how good the load was, found `count > 5`");
        check(
            &["p99 > x"],
            &[],
            "--fail-if: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found `x`\n | p99 > x\n |       ^",
        );
    }
}
