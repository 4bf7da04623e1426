//! What a command of the user's prints, such as `pass show zai`: started as it is written, without a
//! shell.

use std::path::PathBuf;

use jackin_core::{Secret, SecretError, plan::Vars, secret::CommandRef};

use super::expanded;
use crate::os::{self, Helper, Messages, ask, one_line};

pub(super) fn read(vars: &Vars, reference: &CommandRef) -> Result<Secret, SecretError> {
    let helper =
        Helper::new(vars, reference.program(), &program(vars, reference)?, reference.args());
    let helper = Helper { messages: Messages::Passed, terminal: true, ..helper };
    ask(helper, &[]).map(|secret| one_line(&secret))
}

/// The command's own file.
pub(super) fn program(vars: &Vars, reference: &CommandRef) -> Result<PathBuf, SecretError> {
    let name = reference.program();
    os::program(vars, &expanded(vars, name)?)
        .ok_or_else(|| SecretError::new("there is no such program", None))
}
