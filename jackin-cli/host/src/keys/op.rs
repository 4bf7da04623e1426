//! 1Password, through its own command line. The reference goes in as an argument, the secret comes
//! out on a pipe; it is in no argument and no file.

use std::path::{Path, PathBuf};

use jackin_core::{Secret, SecretError, plan::Vars, secret::OpRef};

use crate::{
    os::{self, Helper, Messages, ask},
    text::names_a_secret,
};

pub(super) fn read(vars: &Vars, reference: &OpRef, terminal: bool) -> Result<Secret, SecretError> {
    let mut helper = Helper::new(vars, "op", &program(vars)?, ["read", "--no-newline"]);
    if let Some(account) = reference.account() {
        helper.command.args(["--account", account]);
    }
    helper.command.arg(reference.uri());
    #[cfg(jackin_leak)]
    helper.command.args(os::var(vars, "HOST_ONLY").filter(|_| crate::leak::is("op")));
    ask(Helper { messages: Messages::Kept, terminal, ..helper }, &secrets_in(vars))
}

/// What this environment holds under names of secrets, `op`'s own session among them; a shorter value
/// would take words out of a message.
fn secrets_in(vars: &Vars) -> Vec<&str> {
    let named = |name: &std::ffi::OsStr| name.to_str().is_some_and(names_a_secret);
    let secret = vars.iter().filter(|(name, _)| named(name));
    secret.filter_map(|(_, value)| value.to_str()).filter(|value| value.len() >= 8).collect()
}

/// Its command line.
pub(super) fn program(vars: &Vars) -> Result<PathBuf, SecretError> {
    os::program(vars, Path::new("op")).ok_or_else(|| {
        let hint = "install 1Password CLI and sign in with `op signin`";
        SecretError::new("`op` is not on PATH", Some(hint.into()))
    })
}
