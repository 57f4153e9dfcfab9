//! What processes use: CPU time and memory of a group, or of a tree.

use super::{parse, text};
use std::collections::BTreeSet;

/// What the living processes of a group or a tree used so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupUsage {
    /// User and system time of the processes and of their ended, reaped children, ns; in steps of the kernel's tick, at most
    /// two steps too low per process.
    pub cpu_ns: u64,
    /// The kernel's tick, ns (10 ms).
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
    let mut usage = GroupUsage { cpu_step_ns: 1_000_000_000 / ticks_per_second(), ..GroupUsage::default() };
    for (id, process) in processes {
        usage.cpu_ns = usage.cpu_ns.saturating_add(process.ticks.saturating_mul(usage.cpu_step_ns));
        usage.living += u32::from(process.is_living);
        let peak = text(format!("/proc/{id}/status")).and_then(|status| parse::peak_bytes(&status));
        usage.peak_bytes = usage.peak_bytes.saturating_add(peak.unwrap_or(0));
    }
    usage
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
    pub ticks: u64,
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
    let ticks = (times.len() == 4).then(|| times.iter().fold(0u64, |sum, ticks| sum.saturating_add(*ticks)))?;
    Some(Process { parent, group, ticks, is_living: !matches!(state, "Z" | "X" | "x") })
}
