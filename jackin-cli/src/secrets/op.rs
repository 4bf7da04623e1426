//! 1Password, through its own command line. The reference goes in as an argument, the secret comes
//! out on a pipe; it is in no argument and no file.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use jackin_core::{Secret, SecretError, secret::OpRef};

use super::process::{LIMIT, Messages, Question};
use crate::{ambient::Ambient, keys::names_a_secret};

pub(super) fn read(
    ambient: &Ambient,
    reference: &OpRef,
    terminal: bool,
) -> Result<Secret, SecretError> {
    let mut command = Command::new(program(ambient)?);
    command.args(["read", "--no-newline"]);
    if let Some(account) = reference.account() {
        command.args(["--account", account]);
    }
    command.arg(reference.uri());
    #[cfg(jackin_leak)]
    command.args(ambient.var("HOST_ONLY").filter(|_| crate::leak::is("op")));
    let hidden = secrets_here(ambient);
    Question { command, name: "op", messages: Messages::Kept, hidden, limit: LIMIT, terminal }.ask()
}

/// What this environment holds under names of secrets, `op`'s own session among them; a shorter value
/// would take words out of a message.
fn secrets_here(ambient: &Ambient) -> Vec<&str> {
    let named = |name: &std::ffi::OsStr| name.to_str().is_some_and(names_a_secret);
    let secret = ambient.vars.iter().filter(|(name, _)| named(name));
    secret.filter_map(|(_, value)| value.to_str()).filter(|value| value.len() >= 8).collect()
}

/// Its command line.
pub(super) fn program(ambient: &Ambient) -> Result<PathBuf, SecretError> {
    super::program(ambient, Path::new("op")).ok_or_else(|| {
        let hint = "install 1Password CLI and sign in with `op signin`";
        SecretError::new("`op` is not on PATH", Some(hint.into()))
    })
}
