//! The mark of helpers, by which one that starts jackin to be asked the same again is found out. Helpers
//! alone get it, never an agent.

use std::{
    iter,
    process::{self, Command},
};

use jackin_core::plan::Vars;

use crate::os::{ancestors, fingerprint, namesakes, var};

/// The variable that holds the mark: the asking process, then a fingerprint of every question that led
/// to this one.
pub(crate) const VARIABLE: &str = "JACKIN_ASKING";

/// How many questions may lead one into another.
const DEEPEST: usize = 4;

/// Marks a helper. The question is its name and all its arguments.
///
/// # Errors
/// The chain of processes by which a question led to itself.
pub(super) fn mark(command: &mut Command, vars: &Vars, name: &str) -> Result<(), String> {
    let args = command.get_args().map(|arg| arg.as_encoded_bytes());
    let this = format!("{:x}", fingerprint(iter::once(name.as_bytes()).chain(args)));
    let before = var(vars, VARIABLE).and_then(|mark| mark.to_str()).unwrap_or_default();
    let (process, asked) = before.split_once(':').unwrap_or_default();
    let asked: Vec<_> = asked.split(',').filter(|asked| !asked.is_empty()).collect();
    let is_deep = asked.len() >= DEEPEST || namesakes(DEEPEST) >= DEEPEST;
    if is_deep || asked.contains(&this.as_str()) {
        return Err(ancestors(process.parse().unwrap_or_default()));
    }
    let asked = asked.into_iter().chain([this.as_str()]).collect::<Vec<_>>().join(",");
    command.env(VARIABLE, format!("{}:{asked}", process::id()));
    Ok(())
}
