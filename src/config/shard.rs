//! Which shard this job is, as its CI or cluster tells: looked at only for `--shard auto`.

use super::error::ConfigError;
use super::plan::Surroundings;
use crate::limits;
use crate::model::Shard;

/// How a platform tells a job which one of several it is.
#[derive(Debug)]
pub struct ShardHost {
    /// Variable with the number of the job.
    pub index: &'static str,
    /// The number of the first job.
    pub first: u32,
    /// Variable with how many there are; empty where there is none.
    pub total: &'static str,
    /// Variables with the number of the first job and the step between two, where they can differ.
    pub min: &'static str,
    pub step: &'static str,
}

const fn shard_host(index: &'static str, first: u32, total: &'static str) -> ShardHost {
    ShardHost { index, first, total, min: "", step: "" }
}

/// Every variable of the table.
pub fn variables() -> impl Iterator<Item = &'static str> {
    SHARD_HOSTS.iter().flat_map(|host| [host.index, host.total, host.min, host.step]).filter(|name| !name.is_empty())
}

/// Where `--shard auto` looks, in this order.
const SHARD_HOSTS: [ShardHost; 10] = [
    shard_host("NEVERSLOWER_SHARD_INDEX", 0, "NEVERSLOWER_SHARD_TOTAL"),
    // Kubernetes, an indexed job: it does not say how many there are.
    shard_host("JOB_COMPLETION_INDEX", 0, ""),
    shard_host("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),
    shard_host("CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL"),
    shard_host("BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT"),
    shard_host("BITBUCKET_PARALLEL_STEP", 0, "BITBUCKET_PARALLEL_STEP_COUNT"),
    shard_host("SEMAPHORE_JOB_INDEX", 1, "SEMAPHORE_JOB_COUNT"),
    shard_host("SYSTEM_JOBPOSITIONINPHASE", 1, "SYSTEM_TOTALJOBSINPHASE"),
    shard_host("AWS_BATCH_JOB_ARRAY_INDEX", 0, "AWS_BATCH_JOB_ARRAY_SIZE"),
    ShardHost {
        min: "SLURM_ARRAY_TASK_MIN",
        step: "SLURM_ARRAY_TASK_STEP",
        ..shard_host("SLURM_ARRAY_TASK_ID", 0, "SLURM_ARRAY_TASK_COUNT")
    },
];

/// The first platform of the table whose variables say everything; `total` counts where they do not say how many there are.
pub fn detect(around: &Surroundings, total: Option<u32>) -> Result<Shard, ConfigError> {
    let has_all = |host: &&ShardHost| around.get(host.index).is_some() && (total.is_some() || around.get(host.total).is_some());
    let Some(host) = SHARD_HOSTS.iter().find(has_all) else {
        let known: Vec<&str> = SHARD_HOSTS.iter().map(|host| host.index).collect();
        let error = ConfigError::new("--shard auto", format!("a number of shards, and one of {}", known.join(", ")), "none");
        return Err(error.hint("name the shard, as in `--shard 2/3`, or how many there are, as in `--shard auto/3`"));
    };
    let total = match total {
        Some(total) => total,
        None => number(around, host.total)?.unwrap_or(0),
    };
    let first = if host.min.is_empty() { host.first } else { number(around, host.min)?.unwrap_or(host.first) };
    let step = if host.step.is_empty() { 1 } else { number(around, host.step)?.unwrap_or(1).max(1) };
    let place = number(around, host.index)?.and_then(|index| index.checked_sub(first)).map(|offset| offset / step);
    let shard = place.and_then(|place| Shard::new(place.checked_add(1)?, total)).filter(|_| u64::from(total) <= limits::SHARDS_MAX);
    shard.ok_or_else(|| {
        let found = format!("`{}`", around.get(host.index).unwrap_or_default());
        ConfigError::new(host.index, format!("one of {total} shards, counted from {first}"), found)
    })
}

fn number(around: &Surroundings, variable: &str) -> Result<Option<u32>, ConfigError> {
    let Some(text) = around.get(variable) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| ConfigError::new(variable, "a whole number", format!("`{}`", super::error::cut(text))))
}

#[cfg(test)]
mod tests {
    use super::{SHARD_HOSTS, detect};
    use crate::config::plan::Surroundings;

    fn check(variables: &[(&'static str, &str)], total: Option<u32>, expected: &str) {
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_string())).collect();
        let found = match detect(&Surroundings { variables, ..Surroundings::default() }, total) {
            Ok(shard) => format!("{}/{}", shard.index, shard.total),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn every_platform_counts_in_its_own_way() {
        // The second of five on each.
        for host in &SHARD_HOSTS {
            let second = (host.first + 1).to_string();
            check(&[(host.index, &second)], Some(5), "2/5");
            if !host.total.is_empty() {
                check(&[(host.index, &second), (host.total, "5")], None, "2/5");
            }
        }
        let slurm = [("SLURM_ARRAY_TASK_ID", "14"), ("SLURM_ARRAY_TASK_MIN", "10"), ("SLURM_ARRAY_TASK_STEP", "2")];
        check(&[slurm[0], slurm[1], slurm[2], ("SLURM_ARRAY_TASK_COUNT", "4")], None, "3/4");
    }

    #[test]
    fn what_is_not_said_is_not_guessed() {
        let hint = "; name the shard, as in `--shard 2/3`, or how many there are, as in `--shard auto/3`";
        let known: Vec<&str> = SHARD_HOSTS.iter().map(|host| host.index).collect();
        let nothing = format!("--shard auto: expected a number of shards, and one of {}, found none{hint}", known.join(", "));
        check(&[], None, &nothing);
        check(&[("JOB_COMPLETION_INDEX", "1")], None, &nothing);
        check(
            &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "2")],
            None,
            "CI_NODE_INDEX: expected one of 2 shards, counted from 1, found `0`",
        );
        check(
            &[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "2")],
            None,
            "CI_NODE_INDEX: expected one of 2 shards, counted from 1, found `3`",
        );
        check(&[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "2")], None, "CI_NODE_INDEX: expected a whole number, found `x`");
    }
}
