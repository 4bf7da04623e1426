//! The one effect: becoming the agent. Its environment is exactly what the core worked out.

mod ours;
mod size;

use std::{
    convert::Infallible,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
};

use jackin_core::{ExecPlan, ReadyPlan, plan::child_vars};

use crate::{
    ambient::{Ambient, is_name},
    failure::{FAILED, Failure, NOT_EXECUTABLE, NOT_FOUND},
    report::{self},
};

/// The variables of a child.
type Env<'a> = [(&'a OsStr, &'a OsStr)];

/// Where programs are looked for when the child has no PATH, as the C library does it.
const USUAL_PATH: &str = "/bin:/usr/bin";

/// Becomes the agent, and returns only if that fails. Where a process cannot become another, as on
/// Windows, it waits for the agent and ends with its exit code.
///
/// # Errors
/// A program that is not there or cannot be executed.
pub fn launch(ready: &ReadyPlan<'_>, ambient: &Ambient) -> Result<Infallible, Failure> {
    start(ready, ambient, None, None)
}

/// Becomes the agent, in the file that was found for it or else on the child's PATH.
pub(crate) fn start(
    ready: &ReadyPlan<'_>,
    ambient: &Ambient,
    found: Option<PathBuf>,
    install: Option<&str>,
) -> Result<Infallible, Failure> {
    let env = child_vars(ready, &ambient.vars);
    #[cfg(jackin_leak)]
    crate::leak::of_launch(&env);
    let plan = ready.plan();
    // The child's PATH counts, as with `env`; it is not searched by itself once the environment
    // is replaced.
    let path = env.iter().find(|(name, _)| is_name(name, "PATH")).map(|(_, path)| *path);
    let program = found.map_or_else(|| find(&plan.program, path, install), Ok)?;
    become_it(&program, plan, &env).map_err(|error| refused(&program, &error, plan, &env))
}

/// By the system's own call: `Command` would sort the environment and copy it twice.
#[cfg(unix)]
fn become_it(found: &Path, plan: &ExecPlan, env: &Env<'_>) -> io::Result<Infallible> {
    use std::{ffi::CString, os::unix::ffi::OsStrExt as _};

    use nix::{errno::Errno, unistd::execve};

    let text = |text: &OsStr| CString::new(text.as_bytes());
    let vars = env.iter().map(|(name, value)| {
        // With room for the NUL, so that nothing is copied for that.
        let mut var = Vec::with_capacity(name.len() + value.len() + 2);
        [name.as_bytes(), b"=", value.as_bytes()].iter().for_each(|part| var.extend(*part));
        CString::new(var)
    });
    let (program, vars) = (text(found.as_os_str())?, vars.collect::<Result<Vec<_>, _>>()?);
    let words = std::iter::once(&plan.program).chain(&plan.args);
    let mut words = words.map(|word| text(word)).collect::<Result<Vec<_>, _>>()?;
    // Rust ignores it from the start, which the agent would inherit.
    sigpipe::reset();
    if let Err(error) = execve(&program, &words, &vars)
        && (error != Errno::ENOEXEC || is_binary(found))
    {
        return Err(error.into());
    }
    // A script that does not name its interpreter is the shell's.
    words.splice(..1, [c"/bin/sh".into(), program]);
    Ok(execve(c"/bin/sh", &words, &vars)?)
}

/// Whether a file is no script at all, as shells tell it: its first line holds a NUL.
#[cfg(unix)]
fn is_binary(file: &Path) -> bool {
    use std::io::Read as _;
    let mut text = [0; 256];
    let length = std::fs::File::open(file).and_then(|mut file| file.read(&mut text));
    let text = &text[..length.unwrap_or_default()];
    text.split(|byte| *byte == b'\n').next().is_some_and(|line| line.contains(&0))
}

#[cfg(not(unix))]
#[expect(clippy::exit, reason = "an exit code has 32 bits here, of which `ExitCode` takes eight")]
fn become_it(program: &Path, plan: &ExecPlan, env: &Env<'_>) -> io::Result<Infallible> {
    let mut command = std::process::Command::new(program);
    command.args(&plan.args).env_clear().envs(env.iter().copied());
    // Ctrl-C is for the agent, which may go on after it; without a console there is none.
    #[cfg(windows)]
    let _ = ctrlc::set_handler(|| {});
    let code = command.status()?.code();
    std::process::exit(code.unwrap_or(FAILED.into()))
}

/// The program's file on a search path. Files that would only start jackin again are passed over.
pub(crate) fn find(
    program: &OsStr,
    path: Option<&OsStr>,
    install: Option<&str>,
) -> Result<PathBuf, Failure> {
    if program.is_empty() {
        return Err(Failure::new(NOT_FOUND, "no program is named"));
    }
    let path = path.unwrap_or(OsStr::new(USUAL_PATH));
    // What is named by its path is meant, whatever it is. Only for a relative one the current
    // directory counts; without one, those fail to be found.
    let is_path = Path::new(program).components().count() > 1;
    let here = match is_path && Path::new(program).is_relative() {
        true => std::env::current_dir().unwrap_or_default(),
        false => PathBuf::new(),
    };
    let mut passed = None;
    for file in which::which_in_all(program, Some(path), &here).into_iter().flatten() {
        if is_path || !ours::leads_back(&file) {
            return Ok(file);
        }
        passed.get_or_insert(file);
    }
    let dirs = if is_path { vec![here] } else { std::env::split_paths(path).collect() };
    let there = dirs.iter().map(|dir| dir.join(program)).find(|file| file.is_file());
    Err(missing(program, is_path, passed, there, install))
}

/// What to say of a program that was not found: of the files that were passed over, or cannot be
/// executed, the first.
fn missing(
    program: &OsStr,
    is_path: bool,
    passed: Option<PathBuf>,
    there: Option<PathBuf>,
    install: Option<&str>,
) -> Failure {
    let shown = program.display();
    let message = match (passed, there) {
        (Some(file), _) => {
            format!("of `{shown}` there is only {} on PATH, which starts jackin", file.display())
        }
        (None, Some(file)) => {
            let message = format!("{} is not an executable file", file.display());
            let hint = format!("`chmod +x {}` makes it one, if it is a program", file.display());
            return Failure::new(NOT_EXECUTABLE, message).hint(hint);
        }
        (None, None) if is_path => {
            return Failure::new(NOT_FOUND, format!("no such program: {shown}"));
        }
        (None, None) => format!("`{shown}` is not on PATH"),
    };
    let failure = Failure::new(NOT_FOUND, message);
    match install {
        Some(install) => {
            failure.hint(format!("install it with `{install}`, or name another with `--program`"))
        }
        None => failure,
    }
}

fn refused(program: &Path, error: &io::Error, plan: &ExecPlan, env: &Env<'_>) -> Failure {
    let shown = program.display();
    let failed = |why: &str| Failure::new(NOT_EXECUTABLE, format!("cannot execute {shown}: {why}"));
    match error.kind() {
        io::ErrorKind::ArgumentListTooLong => size::too_large(program, plan, env),
        io::ErrorKind::NotFound => {
            failed("the interpreter in its first line, or a library, is missing")
        }
        // Elsewhere it may also be what a batch file would misread, which the error says.
        io::ErrorKind::InvalidInput if cfg!(unix) => {
            Failure::new(FAILED, format!("cannot execute {shown}: an argument holds a NUL"))
        }
        io::ErrorKind::PermissionDenied => failed(&error.to_string())
            .hint("it, or the interpreter in its first line, may not be executed there"),
        _ => match report::exhausted(error) {
            Some(hint) => failed(&error.to_string()).hint(hint),
            None => failed(&error.to_string()),
        },
    }
}
