//! The mark of programs that are asked for secrets, by which one that starts jackin to be asked the same
//! again is found out. Helpers alone get it, never an agent.

use std::process::{self, Command};

use jackin_core::{SecretError, plan::Vars};

use crate::os::{self, ancestors, fingerprint};

/// The variable that holds the mark: the asking process, then a fingerprint of every question that led
/// to this one.
pub(crate) const VARIABLE: &str = "JACKIN_ASKING";

/// How many questions may lead one into another.
const DEEPEST: usize = 4;

/// Marks a program that is asked this question.
///
/// # Errors
/// A question that led to itself.
pub(super) fn mark<'a>(
    command: &mut Command,
    vars: &Vars,
    name: &str,
    question: impl IntoIterator<Item = &'a str>,
) -> Result<(), SecretError> {
    let this = format!("{:x}", fingerprint(question.into_iter().map(str::as_bytes)));
    let before = os::var(vars, VARIABLE).and_then(|mark| mark.to_str()).unwrap_or_default();
    let (process, asked) = before.split_once(':').unwrap_or_default();
    let asked: Vec<_> = asked.split(',').filter(|asked| !asked.is_empty()).collect();
    if asked.contains(&this.as_str()) || asked.len() >= DEEPEST {
        let chain = ancestors(process.parse().unwrap_or_default());
        let reason = format!("`{name}` starts jackin, which asks `{name}` again: {chain}");
        let hint = "name a command that reads the secret without jackin";
        return Err(SecretError::new(reason, Some(hint.into())));
    }
    let asked = asked.into_iter().chain([this.as_str()]).collect::<Vec<_>>().join(",");
    command.env(VARIABLE, format!("{}:{asked}", process::id()));
    Ok(())
}
