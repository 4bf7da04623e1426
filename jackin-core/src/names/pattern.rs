//! Comparing variable names, and matching them against patterns, as the system does: on Windows the case
//! of a name does not matter.

use std::ffi::OsStr;

use crate::names::EnvName;

/// Whether a pattern covers a name; `*` matches any run of characters. Backtracks to the last star only,
/// so the time is bounded by the product of both lengths.
pub(crate) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let same = |a: u8, b: u8| if cfg!(windows) { a.eq_ignore_ascii_case(&b) } else { a == b };
    let (mut at, mut to, mut star) = (0, 0, None);
    while to < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, to));
                at += 1;
            }
            Some(byte) if same(*byte, name[to]) => (at, to) = (at + 1, to + 1),
            _ => {
                let Some((from, taken)) = star else { return false };
                star = Some((from, taken + 1));
                (at, to) = (from + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// Whether the system takes both for the same variable.
pub(crate) fn is_name(known: &EnvName, name: &OsStr) -> bool {
    same_name(known.as_str().as_ref(), name)
}

/// The same for a name in bytes.
pub(crate) fn is_named(known: &EnvName, name: &[u8]) -> bool {
    let known = known.as_str().as_bytes();
    if cfg!(windows) { known.eq_ignore_ascii_case(name) } else { known == name }
}

/// Whether the system takes two names for the same variable: Windows says `Path` for `PATH`.
#[must_use]
pub fn same_name(one: &OsStr, other: &OsStr) -> bool {
    if cfg!(windows) { one.eq_ignore_ascii_case(other) } else { one == other }
}

/// The first letters of some names and patterns. A name that begins otherwise matches none of them, which
/// spares most names of an environment a closer look.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstLetters {
    /// Sorted.
    heads: Vec<[u8; LETTERS]>,
    /// Whether a pattern matches names that begin with anything.
    any: bool,
}

const LETTERS: usize = 3;

impl FirstLetters {
    pub(crate) fn add(&mut self, pattern: &str) {
        let head = Self::head(pattern.as_bytes());
        self.any |= head.contains(&b'*');
        if let Err(at) = self.heads.binary_search(&head) {
            self.heads.insert(at, head);
        }
    }

    /// Whether one of the patterns may match a name.
    pub(crate) fn may_match(&self, name: &[u8]) -> bool {
        self.any || self.heads.binary_search(&Self::head(name)).is_ok()
    }

    /// The first letters, as the system compares them, with zeros in place of missing ones.
    fn head(name: &[u8]) -> [u8; LETTERS] {
        let letter = |at: usize| name.get(at).copied().unwrap_or_default();
        std::array::from_fn(|at| match cfg!(windows) {
            true => letter(at).to_ascii_uppercase(),
            false => letter(at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_matches_begins_like_it() {
        let patterns = ["ANTHROPIC_*", "A", "AB", "*_KEY", "A*B", "OPENAI_API_KEY"];
        let names =
            ["ANTHROPIC_X", "A", "AB", "ABC", "MY_KEY", "AXB", "HOME", "", "OPENAI_API_KEY"];
        for pattern in patterns {
            let mut letters = FirstLetters::default();
            letters.add(pattern);
            for name in names.map(str::as_bytes) {
                assert!(!matches(pattern.as_bytes(), name) || letters.may_match(name));
            }
        }
        let mut letters = FirstLetters::default();
        letters.add("ANTHROPIC_*");
        assert!(
            !letters.may_match(b"HOME") && !letters.may_match(b"AN") && !letters.may_match(b"")
        );
    }
}
