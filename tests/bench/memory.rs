//! The memory of a process and all that it has started.

use std::collections::HashMap;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use crate::start::clock;

/// What a tree of processes holds, in KiB.
pub(crate) struct Memory {
    /// Pages that are shared count in parts (PSS). `None`: the system refuses to say, as it does of a process
    /// that keeps its memory private from its own user.
    pub(crate) proportional: Option<f64>,
    /// Pages that are shared count in full (RSS).
    pub(crate) resident: f64,
    /// The processes by name, in the same terms as the sum.
    pub(crate) parts: Vec<(String, f64)>,
}

/// A tree of processes that has come to rest.
pub(crate) struct AtRest {
    pub(crate) memory: Memory,
    pub(crate) processes: Vec<u32>,
}

/// Waits until three looks in a row differ by at most one percent, over a second and more.
pub(crate) fn at_rest(root: u32, limit: Duration) -> AtRest {
    let begin = clock();
    let mut last: Vec<f64> = Vec::new();
    loop {
        sleep(Duration::from_millis(500));
        let processes = tree(root);
        let memory = Memory::of(&processes);
        last.push(memory.proportional.unwrap_or(memory.resident));
        if let [.., first, second, third] = last.as_slice() {
            let (least, most) = (first.min(*second).min(*third), first.max(*second).max(*third));
            if most <= least * 1.01 {
                return AtRest { memory, processes };
            }
        }
        assert!(begin.elapsed() < limit, "the memory does not come to rest: {last:?} KiB");
    }
}

impl Memory {
    fn of(processes: &[u32]) -> Self {
        let each: Vec<(String, Option<f64>, f64)> = processes
            .iter()
            .map(|id| {
                let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
                let (shared, full) = (field(*id, "smaps_rollup", "Pss:"), field(*id, "status", "VmRSS:"));
                (name.trim().to_owned(), shared, full.unwrap_or(0.0))
            })
            .collect();
        let proportional = each.iter().map(|(_, shared, _)| *shared).sum::<Option<f64>>();
        Self {
            proportional,
            resident: each.iter().map(|(_, _, full)| full).sum(),
            parts: each
                .into_iter()
                .map(|(name, shared, full)| {
                    (role(&name), shared.filter(|_| proportional.is_some()).unwrap_or(full))
                })
                .collect(),
        }
    }
}

/// What a process is for; the system cuts names at 15 bytes.
fn role(name: &str) -> String {
    match name {
        "WebKitWebProces" => "the page's process".to_owned(),
        "WebKitNetworkPr" => "the network process".to_owned(),
        "scaikey-compani" | "bare-window" => "the program itself".to_owned(),
        other => other.to_owned(),
    }
}

fn field(process: u32, file: &str, name: &str) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/{file}")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A process and all below it.
fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").expect("the processes").flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name comes before, in brackets, and may hold anything; then state and parent.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![root];
    let mut at = 0;
    while let Some(id) = found.get(at) {
        found.extend(children.remove(id).unwrap_or_default());
        at += 1;
    }
    found
}
