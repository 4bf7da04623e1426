//! How processes lead from one to another: the marks that a chain of them passes on in a variable, and
//! what Linux tells of a process's ancestors.

use std::process;

use crate::{os::process_text, text::visible};

/// How many ancestors are named.
const LONGEST_CHAIN: usize = 8;
/// How many ancestors are looked at.
const LONGEST_WAY: usize = 64;

/// FNV-1a over parts that are kept apart: the same parts give the same number in every process.
pub(crate) fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let bytes = parts.into_iter().flat_map(|part| part.iter().chain(&[0]));
    bytes.for_each(|byte| hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash
}

/// This process and those that started it, the outermost first, for people: `sh (12) → jackin (13)`.
/// It begins at the process with this number if that is among them. Only Linux tells the others.
pub(crate) fn ancestors(from: u32) -> String {
    let mut names = Vec::new();
    let mut id = process::id();
    while names.len() < LONGEST_CHAIN {
        let Some((name, parent)) = seen(id) else { break };
        names.push(format!("{name} ({id})"));
        if id == from || parent <= 1 {
            break;
        }
        id = parent;
    }
    names.reverse();
    names.join(" → ")
}

/// How many of the processes that started this one are called like it, counted up to a limit. Where a helper
/// has dropped its mark, this tells that it led back. Only Linux tells.
pub(crate) fn namesakes(limit: usize) -> usize {
    let Some((own, mut id)) = seen(process::id()) else { return 0 };
    let mut found = 0;
    for _ in 0..LONGEST_WAY {
        let Some((name, parent)) = seen(id).filter(|_| found < limit) else { break };
        found += usize::from(name == own);
        id = parent;
    }
    found
}

/// A process's name and its parent's number.
fn seen(id: u32) -> Option<(String, u32)> {
    let stat = process_text(format!("/proc/{id}/stat").as_ref())?;
    let (head, fields) = stat.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    // The state stands before the parent.
    let parent = fields.split_whitespace().nth(1)?.parse().ok()?;
    Some((visible(name), parent))
}
