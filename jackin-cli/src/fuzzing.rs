//! What the targets in `fuzz/` reach beyond the public part of this crate. It is there with
//! `--cfg fuzzing` alone; it decides nothing.

use std::ffi::OsString;

use jackin_core::{EnvName, ExposeSecret as _};

use crate::{
    args::{Arguments, Command},
    bundle::Bundle,
    commands, edit,
};

/// The URL, the key and the two models of a bundle, or the words of the refusal.
pub fn bundle(text: &str, request_token: &EnvName) -> Result<[String; 4], String> {
    let mut bundle = Bundle::parse(text, Some(request_token))
        .map_err(|error| format!("{error:?} {}", error.reason))?;
    // A model or a note may hold the same text; what is shown must not depend on the key.
    let shown = format!("{bundle:?}");
    let key = std::mem::replace(&mut bundle.key, "".into());
    assert_eq!(format!("{bundle:?}"), shown);
    let Bundle { base_url, main, small_fast, .. } = bundle;
    Ok([base_url, key.expose_secret().to_owned(), main, small_fast])
}

/// The agent and its arguments in a command line, or what is printed in place of running it.
pub fn arguments(words: &[OsString]) -> Result<Vec<OsString>, String> {
    let (arguments, _) = Arguments::read_from(|| words.iter().cloned())
        .map_err(|error| commands::without_values(error).render().to_string())?;
    let target = match arguments.command {
        Command::Run(run) => run.target,
        Command::Plan(plan) => plan.target,
        _ => None,
    };
    let (agent, rest) = commands::words(target);
    Ok(agent.into_iter().chain(rest).collect())
}

/// The text with a value under a path, or why it was not edited.
pub fn set(text: &str, path: &[&str], value: &str, note: Option<&str>) -> Result<String, String> {
    edit::set(text, path, value, note).map_err(|problem| format!("{problem:?}"))
}

/// The text without what stands under a path, if something does.
pub fn unset(text: &str, path: &[&str]) -> Result<Option<String>, String> {
    edit::unset(text, path).map_err(|problem| format!("{problem:?}"))
}

/// A string as jackin writes it into a configuration.
pub fn string(text: &str) -> String {
    edit::string(text)
}
