//! The client of a container runtime, asked one question: what a container's own environment holds.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use crate::{
    error::HostError,
    os::{Answered, ask_plainly},
};

/// What a container runtime's client answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientAnswer {
    /// The variables inside the container.
    Variables(Vec<(OsString, OsString)>),
    /// It failed with this exit code, if it had one; it has said why on standard error.
    Failed(Option<i32>),
}

/// Asks a client, whose file this is, with these arguments; its output is variables, each ended by a NUL.
///
/// # Errors
/// [`HostError::Exec`], where the client cannot be started.
pub fn ask_client(
    client: &Path,
    question: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<ClientAnswer, HostError> {
    let Answered { status, output } = ask_plainly(client, question)
        .map_err(|error| HostError::Exec { program: client.to_owned(), error })?;
    if !status.success() {
        return Ok(ClientAnswer::Failed(status.code()));
    }
    let pairs = output.split(|byte| *byte == 0).filter_map(|entry| {
        let at = entry.iter().position(|byte| *byte == b'=')?;
        Some((os_string(&entry[..at]), os_string(&entry[at + 1..])))
    });
    Ok(ClientAnswer::Variables(pairs.collect()))
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
