//! What processes use: CPU time and memory of a group, or of a tree.

use super::{parse, text};
use std::collections::BTreeSet;

/// What the living processes of a group or a tree used so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupUsage {
    /// User and system time of the processes and of their ended, reaped children, ns; at most two steps too low per process.
    pub cpu_ns: u64,
    /// 1 ns where the scheduler tells the time of every thread, else the kernel's tick (10 ms).
    pub cpu_step_ns: u64,
    /// Sum of the processes' largest resident sizes, bytes: memory shared between them counts once for each.
    pub peak_bytes: u64,
    /// Processes, without those that ended and wait to be reaped.
    pub living: u32,
}

/// What the processes of a group (led by the process of the same number) used so far; `None` where there is no /proc.
pub fn group_usage(group: u32) -> Option<GroupUsage> {
    Some(usage_of(processes()?.iter().filter(|(_, process)| process.group == group)))
}

/// The same of a group and of everything that its processes started, into whatever group that went.
pub fn tree_usage(group: u32) -> Option<GroupUsage> {
    let all = processes()?;
    let mut members: BTreeSet<u32> = all.iter().filter(|(_, process)| process.group == group).map(|(id, _)| *id).collect();
    // A child may be listed before its parent: until nobody joins.
    loop {
        let found = members.len();
        members.extend(all.iter().filter(|(_, process)| members.contains(&process.parent)).map(|(id, _)| *id).collect::<Vec<_>>());
        if members.len() == found {
            break;
        }
    }
    Some(usage_of(all.iter().filter(|(id, _)| members.contains(id))))
}

/// Every process by its number. One may end at any moment: then it no longer counts, and its parent holds its times.
fn processes() -> Option<Vec<(u32, Process)>> {
    let entries = std::fs::read_dir("/proc").ok()?.flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Some(ids.filter_map(|id: u32| Some((id, process(&text(format!("/proc/{id}/stat"))?)?))).collect())
}

fn usage_of<'a>(processes: impl Iterator<Item = &'a (u32, Process)>) -> GroupUsage {
    let tick_ns = 1_000_000_000 / ticks_per_second();
    let mut usage = GroupUsage { cpu_step_ns: 1, ..GroupUsage::default() };
    for (id, process) in processes {
        let (own_ns, step_ns) = own_ns(process.own_ticks, tick_ns, threads_ns(*id));
        let children_ns = process.reaped_ticks.saturating_mul(tick_ns);
        usage.cpu_ns = usage.cpu_ns.saturating_add(own_ns).saturating_add(children_ns);
        usage.cpu_step_ns = usage.cpu_step_ns.max(if children_ns > 0 { tick_ns } else { step_ns });
        usage.living += u32::from(process.is_living);
        let peak = text(format!("/proc/{id}/status")).and_then(|status| parse::peak_bytes(&status));
        usage.peak_bytes = usage.peak_bytes.saturating_add(peak.unwrap_or(0));
    }
    usage
}

/// Time that a process's living threads ran, ns (`/proc/<pid>/task/<tid>/schedstat`); `None` where the kernel does not count it.
fn threads_ns(id: u32) -> Option<u64> {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).ok()?.flatten();
    let ran = |thread: std::fs::DirEntry| parse::ran_ns(&text(thread.path().join("schedstat"))?);
    threads.map(ran).try_fold(0u64, |sum, ran_ns| Some(sum.saturating_add(ran_ns?)))
}

/// A process's own time and its step, both ns. What its living threads ran is taken where it agrees with the kernel's account in
/// ticks, which is up to two ticks behind; of ended threads only that account knows.
pub(super) fn own_ns(ticks: u64, tick_ns: u64, threads_ns: Option<u64>) -> (u64, u64) {
    let counted_ns = ticks.saturating_mul(tick_ns);
    let agrees = |ran_ns: &u64| (counted_ns..=counted_ns.saturating_add(2 * tick_ns)).contains(ran_ns);
    threads_ns.filter(agrees).map_or((counted_ns, tick_ns), |ran_ns| (ran_ns, 1))
}

#[cfg(unix)]
fn ticks_per_second() -> u64 {
    rustix::param::clock_ticks_per_second().max(1)
}

#[cfg(not(unix))]
fn ticks_per_second() -> u64 {
    100
}

/// What `/proc/<pid>/stat` says of a process.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub parent: u32,
    pub group: u32,
    /// User and system time, its own and of its reaped children.
    pub own_ticks: u64,
    pub reaped_ticks: u64,
    /// Neither a zombie nor dead.
    pub is_living: bool,
}

/// `pid (name) state ppid pgrp …`; utime, stime, cutime, cstime are the fields 14 to 17. The name may hold blanks and brackets.
pub(super) fn process(stat: &str) -> Option<Process> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let times: Vec<u64> = fields.skip(8).take(4).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [utime, stime, cutime, cstime] = times.try_into().ok()?;
    let (own_ticks, reaped_ticks) = (utime.saturating_add(stime), cutime.saturating_add(cstime));
    Some(Process { parent, group, own_ticks, reaped_ticks, is_living: !matches!(state, "Z" | "X" | "x") })
}
