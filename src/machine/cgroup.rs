//! The cgroup that holds this process back, in both versions (`cgroup-v2` and `sched-bwc` of the kernel's documentation). A
//! quota of any group above holds for it too.

/// Folders of our cgroup and of those above it, in each hierarchy that may have a CPU controller, from the inmost one.
fn folders(own: &str) -> Vec<String> {
    let mut folders = Vec::new();
    for line in own.lines() {
        let mut fields = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let root = match controllers {
            "" => "/sys/fs/cgroup",
            _ if controllers.split(',').any(|one| one == "cpu") => "/sys/fs/cgroup/cpu",
            _ => continue,
        };
        let mut path = path.trim_end_matches('/');
        // A container may see the path of its host: what lies at the root is then its own group.
        while !path.is_empty() {
            folders.push(format!("{root}{path}"));
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
        }
        folders.push(root.to_string());
    }
    folders
}

/// CPUs that our cgroup may use at once; infinite without a quota, `None` where no CPU controller tells.
pub(super) fn cpu_limit(read: impl Fn(String) -> Option<String>) -> Option<f64> {
    let folders = folders(&read("/proc/self/cgroup".to_string())?);
    let quota = |folder: &String| {
        let second = read(format!("{folder}/cpu.max")).and_then(|text| cpu_max(&text));
        let first = || first_version(&read(format!("{folder}/cpu.cfs_quota_us"))?, &read(format!("{folder}/cpu.cfs_period_us"))?);
        // The group above all others has no `cpu.max`, as nothing limits it.
        let unlimited =
            || read(format!("{folder}/cgroup.controllers"))?.split_whitespace().any(|one| one == "cpu").then_some(f64::INFINITY);
        second.or_else(first).or_else(unlimited)
    };
    folders.iter().filter_map(quota).reduce(f64::min)
}

/// Periods in which our cgroup was throttled, since it was made.
pub(super) fn throttled_periods(read: impl Fn(String) -> Option<String>) -> Option<u64> {
    let folders = folders(&read("/proc/self/cgroup".to_string())?);
    folders.iter().find_map(|folder| nr_throttled(&read(format!("{folder}/cpu.stat"))?))
}

/// `max 100000`, or `50000 100000`: µs of CPU time in each period of so many µs.
fn cpu_max(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    if quota == "max" { Some(f64::INFINITY) } else { share(quota.parse().ok()?, period.parse().ok()?) }
}

/// `cpu.cfs_quota_us`, of which -1 is none, and `cpu.cfs_period_us`.
fn first_version(quota: &str, period: &str) -> Option<f64> {
    let quota: f64 = quota.trim().parse().ok()?;
    if quota < 0.0 { Some(f64::INFINITY) } else { share(quota, period.trim().parse().ok()?) }
}

fn share(quota: f64, period: f64) -> Option<f64> {
    (quota > 0.0 && period > 0.0).then_some(quota / period)
}

/// `nr_throttled` of `cpu.stat`.
fn nr_throttled(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("nr_throttled "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{cpu_limit, throttled_periods};

    /// The limit and the throttled periods that files of these names and texts tell.
    #[track_caller]
    fn check(files: &[(&str, &str)], limit: Option<f64>, throttled: Option<u64>) {
        let read = |path: String| files.iter().find(|(name, _)| *name == path).map(|(_, text)| text.to_string());
        assert_eq!((cpu_limit(read), throttled_periods(read)), (limit, throttled));
    }

    #[test]
    fn quotas_of_the_groups_above_hold_too() {
        let own = ("/proc/self/cgroup", "9:cpuset:/a\n0::/ci/job\n");
        let stat = ("/sys/fs/cgroup/ci/job/cpu.stat", "usage_usec 1\nnr_periods 5\nnr_throttled 3\n");
        let none = ("/sys/fs/cgroup/ci/job/cpu.max", "max 100000\n");
        check(&[own, none, stat], Some(f64::INFINITY), Some(3));
        check(&[own, none, ("/sys/fs/cgroup/ci/cpu.max", "150000 100000\n")], Some(1.5), None);
        check(&[own, ("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io\n")], Some(f64::INFINITY), None);
        check(&[own, ("/sys/fs/cgroup/cgroup.controllers", "memory\n")], None, None);
        check(&[own], None, None);
        check(&[own, ("/sys/fs/cgroup/ci/cpu.max", "0 0\n")], None, None);
    }

    #[test]
    fn the_first_version_is_read_too() {
        // The path is that of the host, and the container sees its own group at the root.
        let own = ("/proc/self/cgroup", "4:cpu,cpuacct:/docker/ab12\n3:cpuset:/\n");
        let period = ("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
        check(&[own, period, ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n")], Some(0.5), None);
        let stat = ("/sys/fs/cgroup/cpu/cpu.stat", "nr_periods 9\nnr_throttled 2\nthrottled_time 7\n");
        check(&[own, period, ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"), stat], Some(f64::INFINITY), Some(2));
        check(&[], None, None);
    }
}
