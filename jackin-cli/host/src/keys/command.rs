//! What a command of the user's prints, such as `pass show zai`: started as it is written, without a
//! shell.

use std::{path::PathBuf, process::Command};

use jackin_core::{Secret, SecretError, plan::Vars, secret::CommandRef};

use super::{expanded, question_chain};
use crate::os::{self, LIMIT, Messages, Question, one_line};

pub(super) fn read(vars: &Vars, reference: &CommandRef) -> Result<Secret, SecretError> {
    let name = reference.program();
    let mut command = Command::new(program(vars, reference)?);
    command.args(reference.args());
    let words = std::iter::once(name).chain(reference.args());
    question_chain::mark(&mut command, vars, name, words)?;
    let question = Question {
        command,
        name,
        messages: Messages::Passed,
        hidden: Vec::new(),
        limit: LIMIT,
        terminal: true,
    };
    question.ask().map(|secret| one_line(&secret))
}

/// The command's own file.
pub(super) fn program(vars: &Vars, reference: &CommandRef) -> Result<PathBuf, SecretError> {
    let name = reference.program();
    os::program(vars, &expanded(vars, name)?)
        .ok_or_else(|| SecretError::new("there is no such program", None))
}
