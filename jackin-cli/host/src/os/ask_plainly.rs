//! A program of the user's that is asked something which is no secret. Its messages go where this
//! program's go; nothing is on its standard input.

use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

/// What a program answered.
pub(crate) struct Answered {
    pub(crate) status: ExitStatus,
    pub(crate) output: Vec<u8>,
}

/// Runs a program to its end and takes what it prints.
pub(crate) fn ask_plainly(
    program: &Path,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> io::Result<Answered> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output()?;
    Ok(Answered { status: output.status, output: output.stdout })
}

/// Whether a program, told apart by its name alone, says yes by its exit code; without a word.
#[must_use]
pub fn says_yes(program: &str, args: &[&OsStr]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
