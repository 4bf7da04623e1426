//! The one effect: becoming the agent. Its environment is exactly what the core worked out.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use jackin_core::{ReadyPlan, child_env};

use crate::{
    ambient::Ambient,
    report::{FAILED, Failure, NOT_EXECUTABLE, NOT_FOUND},
};

/// Where programs are looked for when the child has no PATH, as the C library does it.
const USUAL_PATH: &str = "/bin:/usr/bin";

/// Becomes the agent. On Unix it returns only if that fails; elsewhere it waits for the agent and
/// returns its exit code.
///
/// # Errors
/// A program that is not there or cannot be executed.
pub fn launch(ready: &ReadyPlan, ambient: &Ambient) -> Result<u8, Failure> {
    start(ready, ambient, None, None)
}

/// Becomes the agent, in the file that was found for it or else on the child's PATH.
pub(crate) fn start(
    ready: &ReadyPlan,
    ambient: &Ambient,
    found: Option<PathBuf>,
    install: Option<&str>,
) -> Result<u8, Failure> {
    let env = child_env(ready, ambient.vars.iter().cloned());
    #[cfg(jackin_leak)]
    crate::leak::of_launch(&env);
    let plan = ready.plan();
    // The child's PATH counts, as with `env`; it is not searched by itself once the environment
    // is replaced.
    let path = env.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path.as_os_str());
    let program = found.map_or_else(|| find(&plan.program, path, install), Ok)?;
    let mut command = Command::new(&program);
    command.args(&plan.args).env_clear().envs(env.iter().map(|(name, value)| (name, value)));
    become_it(command, &plan.program).map_err(|error| refused(&program, &error, &env))
}

#[cfg(unix)]
fn become_it(mut command: Command, name: &OsStr) -> io::Result<u8> {
    use std::os::unix::process::CommandExt as _;
    Err(command.arg0(name).exec())
}

#[cfg(not(unix))]
fn become_it(mut command: Command, _name: &OsStr) -> io::Result<u8> {
    let code = command.status()?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// The program's file on a search path.
pub(crate) fn find(
    program: &OsStr,
    path: Option<&OsStr>,
    install: Option<&str>,
) -> Result<PathBuf, Failure> {
    // Without a current directory only relative names fail to be found.
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.unwrap_or(OsStr::new(USUAL_PATH));
    if program.is_empty() {
        return Err(Failure::new(NOT_FOUND, "no program is named"));
    }
    which::which_in(program, Some(path), &here).map_err(|_| {
        let shown = program.display();
        let is_path = Path::new(program).components().count() > 1;
        let dirs = if is_path { vec![here] } else { std::env::split_paths(path).collect() };
        match dirs.iter().map(|dir| dir.join(program)).find(|file| file.exists()) {
            Some(file) => Failure::new(
                NOT_EXECUTABLE,
                format!("{} is not an executable file", file.display()),
            ),
            None if is_path => Failure::new(NOT_FOUND, format!("no such program: {shown}")),
            None => {
                let failure = Failure::new(NOT_FOUND, format!("`{shown}` is not on PATH"));
                match install {
                    Some(install) => failure.hint(format!(
                        "install it with `{install}`, or name another with `--program`"
                    )),
                    None => failure,
                }
            }
        }
    })
}

fn refused(program: &Path, error: &io::Error, env: &[(OsString, OsString)]) -> Failure {
    let shown = program.display();
    match error.kind() {
        io::ErrorKind::ArgumentListTooLong => {
            let size: usize = env.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
            Failure::new(
                NOT_EXECUTABLE,
                format!("cannot execute {shown}: its arguments and its environment are too large"),
            )
            .hint(format!(
                "the environment alone has {} variables and {} KiB",
                env.len(),
                size >> 10
            ))
        }
        io::ErrorKind::NotFound => Failure::new(
            NOT_EXECUTABLE,
            format!(
                "cannot execute {shown}: the interpreter in its first line, or a library, is missing"
            ),
        ),
        io::ErrorKind::InvalidInput => {
            Failure::new(FAILED, format!("cannot execute {shown}: an argument holds a NUL"))
        }
        _ => Failure::new(NOT_EXECUTABLE, format!("cannot execute {shown}: {error}")),
    }
}
