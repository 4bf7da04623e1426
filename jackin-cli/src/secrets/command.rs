//! What a command of the user's prints, such as `pass show zai`: started as it is written, without a
//! shell.

use std::{path::PathBuf, process::Command};

use jackin_core::{Secret, SecretError, secret::CommandRef};

use super::{
    expanded,
    process::{LIMIT, Messages, Question, without_line_feed},
};
use crate::ambient::Ambient;

pub(super) fn read(ambient: &Ambient, reference: &CommandRef) -> Result<Secret, SecretError> {
    let name = reference.program();
    let mut command = Command::new(program(ambient, reference)?);
    command.args(reference.args());
    let question = Question {
        command,
        name,
        messages: Messages::Passed,
        hidden: Vec::new(),
        limit: LIMIT,
        terminal: true,
    };
    question.ask().map(|secret| without_line_feed(&secret))
}

/// The command's own file.
pub(super) fn program(ambient: &Ambient, reference: &CommandRef) -> Result<PathBuf, SecretError> {
    let name = reference.program();
    super::program(ambient, &expanded(ambient, name)?)
        .ok_or_else(|| SecretError::new("there is no such program", None))
}
