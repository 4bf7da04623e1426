//! The mark that a launch leaves in the agent's environment, by which a program that leads back to
//! jackin is told from a launch inside an agent.
//!
//! What a program holds cannot tell it: the name of jackin may be in a variable, in a second script or
//! in a binary. Nor can the processes: a script that runs `exec jackin` leaves no trace of itself, since
//! exec keeps the process. So [`VARIABLE`] holds the number of the process that became the agent, how
//! many launches led to it, and a fingerprint of what was started.
//!
//! - If a process was told to start the very same program with the same arguments before, it comes from
//!   that program by exec alone. No agent does that, and it would never end: the second time is an error.
//! - Otherwise an agent may be between. A launch inside an agent looks like a script that starts jackin
//!   and waits, so only the number of launches tells: more than [`DEEPEST`] are an error.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
    process,
};

use jackin_core::{ExecPlan, plan::Vars};

use crate::{
    error::HostError,
    os::{self, ancestors, fingerprint},
};

/// The variable that holds the mark.
pub(crate) const VARIABLE: &str = "JACKIN_LAUNCHES";

/// How many launches may lead one into another.
const DEEPEST: u32 = 6;

/// What the variable holds.
struct Mark {
    process: u32,
    launches: u32,
    what: u64,
}

impl Mark {
    /// Reads `PROCESS:LAUNCHES:FINGERPRINT`; anything else is no mark.
    fn of(vars: &Vars) -> Option<Self> {
        let mut parts = os::var(vars, VARIABLE)?.to_str()?.split(':');
        let mark = Self {
            process: parts.next()?.parse().ok()?,
            launches: parts.next()?.parse().ok()?,
            what: u64::from_str_radix(parts.next()?, 16).ok()?,
        };
        parts.next().is_none().then_some(mark)
    }
}

/// The mark for a launch of this file from these variables.
///
/// # Errors
/// [`HostError::Loop`], where the launch would lead to itself.
pub(super) fn next(file: &Path, plan: &ExecPlan, vars: &Vars) -> Result<OsString, HostError> {
    let words = std::iter::once(file.as_os_str()).chain(plan.args.iter().map(OsString::as_os_str));
    let what = fingerprint(words.map(OsStr::as_encoded_bytes));
    let id = process::id();
    let before = Mark::of(vars);
    let launches = before.as_ref().map_or(0, |mark| mark.launches);
    let is_same = before.as_ref().is_some_and(|mark| mark.process == id && mark.what == what);
    if is_same || launches >= DEEPEST {
        // By exec alone, one process is all of them.
        let chain = match before.filter(|mark| mark.process != id) {
            Some(mark) => ancestors(mark.process),
            None => format!("jackin → {} → jackin ({id})", file.display()),
        };
        return Err(HostError::Loop { file: file.to_owned(), launches, chain });
    }
    Ok(format!("{id}:{}:{what:x}", launches + 1).into())
}
