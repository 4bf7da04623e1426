//! The one effect: becoming the agent. Its environment is exactly what the core worked out.

use std::{
    convert::Infallible,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::Command,
};

use jackin_core::{ReadyPlan, child_vars};

use crate::{
    ambient::{Ambient, is_name},
    report::{FAILED, Failure, NOT_EXECUTABLE, NOT_FOUND},
};

/// Where programs are looked for when the child has no PATH, as the C library does it.
const USUAL_PATH: &str = "/bin:/usr/bin";

/// Becomes the agent, and returns only if that fails. Where a process cannot become another, as on
/// Windows, it waits for the agent and ends with its exit code.
///
/// # Errors
/// A program that is not there or cannot be executed.
pub fn launch(ready: &ReadyPlan, ambient: &Ambient) -> Result<Infallible, Failure> {
    start(ready, ambient, None, None)
}

/// Becomes the agent, in the file that was found for it or else on the child's PATH.
pub(crate) fn start(
    ready: &ReadyPlan,
    ambient: &Ambient,
    found: Option<PathBuf>,
    install: Option<&str>,
) -> Result<Infallible, Failure> {
    let env = child_vars(ready, &ambient.vars);
    let plan = ready.plan();
    // The child's PATH counts, as with `env`; it is not searched by itself once the environment
    // is replaced.
    let path = env.iter().find(|(name, _)| is_name(name, "PATH")).map(|(_, path)| *path);
    let program = found.map_or_else(|| find(&plan.program, path, install), Ok)?;
    let mut command = Command::new(&program);
    command.args(&plan.args).env_clear().envs(env.iter().copied());
    become_it(command, &plan.program).map_err(|error| refused(&program, &error, &env))
}

#[cfg(unix)]
fn become_it(mut command: Command, name: &OsStr) -> io::Result<Infallible> {
    use std::os::unix::process::CommandExt as _;
    Err(command.arg0(name).exec())
}

#[cfg(not(unix))]
#[expect(clippy::exit, reason = "an exit code has 32 bits here, of which `ExitCode` takes eight")]
fn become_it(mut command: Command, _name: &OsStr) -> io::Result<Infallible> {
    // Ctrl-C is for the agent, which may go on after it; without a console there is none.
    #[cfg(windows)]
    let _ = ctrlc::set_handler(|| {});
    let code = command.status()?.code();
    std::process::exit(code.unwrap_or(FAILED.into()))
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

fn refused(program: &Path, error: &io::Error, env: &[(&OsStr, &OsStr)]) -> Failure {
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
        // Elsewhere it may also be what a batch file would misread, which the error says.
        io::ErrorKind::InvalidInput if cfg!(unix) => {
            Failure::new(FAILED, format!("cannot execute {shown}: an argument holds a NUL"))
        }
        _ => Failure::new(NOT_EXECUTABLE, format!("cannot execute {shown}: {error}")),
    }
}
