//! The client of a container runtime, asked one question: what a container's own environment holds.

use std::{ffi::OsString, path::Path, time::Duration};

use jackin_core::{place::ContainerName, plan::Vars};

use crate::{
    error::{HelperProblem, HostError},
    os::{Answer, Container, Helper, Messages},
};

/// The largest environment that is read, in bytes; Linux starts no program with a larger one.
const LARGEST: usize = 16 << 20;

/// What a container runtime's client answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientAnswer {
    /// The variables inside the container.
    Variables(Vec<(OsString, OsString)>),
    /// It failed with this exit code, if it had one; it has said why on standard error.
    Failed(Option<i32>),
}

/// A question to a client of a container runtime.
#[derive(Debug)]
pub struct ClientQuestion<'a> {
    /// The client's file.
    pub client: &'a Path,
    /// Its arguments; its output is variables, each ended by a NUL.
    pub args: Vec<OsString>,
    /// The container that it starts, which is ended where no answer comes.
    pub starts: Option<&'a ContainerName>,
    /// How long it may take.
    pub limit: Duration,
}

/// Asks a client.
///
/// # Errors
/// [`HostError::Exec`], where the client cannot be started; [`HostError::Helper`], where it gives no answer
/// within the limit, or more than 16 MiB.
pub fn ask_client(vars: &Vars, question: ClientQuestion<'_>) -> Result<ClientAnswer, HostError> {
    let ClientQuestion { client, args, starts, limit } = question;
    let name = client.file_name().unwrap_or_default().to_string_lossy();
    let container = starts.map(|name| Container { client, name: name.as_str() });
    let helper = Helper {
        messages: Messages::Passed,
        limit,
        largest: LARGEST,
        terminal: true,
        container,
        ..Helper::new(vars, &name, client, args)
    };
    let Answer { status, output, .. } = helper.run().map_err(|problem| match problem {
        HelperProblem::NotStarted(error) => HostError::Exec { program: client.to_owned(), error },
        problem => HostError::Helper { name: name.to_string(), problem },
    })?;
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
