//! Comparing variable names, and matching them against patterns, as the system does: on Windows the case
//! of a name does not matter.

use std::{borrow::Cow, ffi::OsStr};

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
    comparable(known.as_str().as_ref()) == comparable(name)
}

/// A name in the form in which the system compares it.
fn comparable(name: &OsStr) -> Cow<'_, OsStr> {
    if cfg!(windows) { name.to_ascii_uppercase().into() } else { name.into() }
}
