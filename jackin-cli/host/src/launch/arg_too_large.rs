//! What is too large about a program's arguments and environment: names and sizes, never a value.

use std::{ffi::OsStr, path::Path};

use jackin_core::ExecPlan;

use super::Env;
use crate::{error::HostError, text};

/// How much of a variable's name is shown, in characters: it may be what is large.
const LONGEST_NAME: usize = 40;

pub(super) fn explain(program: &Path, plan: &ExecPlan, env: &Env<'_>) -> HostError {
    // With what ends each of them.
    let variables: Vec<_> = env.iter().map(|(name, value)| name.len() + value.len() + 2).collect();
    let arguments: Vec<_> = plan.args.iter().map(|argument| argument.len() + 1).collect();
    let largest = |sizes: &[usize]| (0..sizes.len()).max_by_key(|at| sizes[*at]);
    let variable = largest(&variables).map(|at| (variables[at], variable(env[at].0, plan)));
    let argument = largest(&arguments).map(|at| {
        let hint = "a file, or standard input, can give the agent a text of that size";
        (arguments[at], (format!("argument {} after the agent's name", at + 1), hint))
    });
    let (size, (what, advice)) = variable.max(argument).unwrap_or_default();
    let size = format!(
        "its arguments and its environment are too large\n  the largest: {what}, {}\n  in all: {} \
         variables, {}; {} arguments, {}",
        shown(size),
        variables.len(),
        shown(variables.iter().sum()),
        arguments.len(),
        shown(arguments.iter().sum()),
    );
    HostError::TooLarge { program: program.to_owned(), size: size.into(), advice }
}

/// How a variable is shown, where it stands, and what helps.
fn variable(name: &OsStr, plan: &ExecPlan) -> (String, &'static str) {
    let whole = text::name(name);
    let short: String = whole.chars().take(LONGEST_NAME).collect();
    let more = if short.len() < whole.len() { "…" } else { "" };
    let set = plan.set.iter().find(|var| *name == *var.name.as_str());
    match set {
        Some(var) => (format!("`{short}{more}` ({})", var.source), "make it shorter there"),
        None => (format!("`{short}{more}`, exported here"), "`unset` it before the launch"),
    }
}

fn shown(bytes: usize) -> String {
    format!("{} KiB", bytes.div_ceil(1 << 10))
}
