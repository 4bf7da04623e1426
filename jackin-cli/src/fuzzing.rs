//! What the targets in `fuzz/` reach beyond the public part of this crate. It is there with
//! `--cfg fuzzing` alone; it decides nothing.

use std::ffi::OsString;

use crate::{
    args::{Arguments, Command},
    commands,
};

/// The agent and its arguments in a command line, or what is printed in place of running it.
pub fn arguments(words: &[OsString]) -> Result<Vec<OsString>, String> {
    let (arguments, _) = Arguments::read_from(words)
        .map_err(|error| commands::without_values(error).render().to_string())?;
    let target = match arguments.command {
        Command::Run(run) => run.target,
        Command::Plan(plan) => plan.target,
        _ => None,
    };
    let (agent, rest) = commands::words(target);
    Ok(agent.into_iter().chain(rest).collect())
}
