//! The one effect: becoming the agent, or giving a program the command that starts it. Its environment is
//! exactly what the core worked out. This room decides nothing about it.

mod arg_too_large;
mod self_reference;
pub mod version;

use std::{
    convert::Infallible,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::Command,
};

use jackin_core::{
    ExecPlan, ReadyPlan,
    plan::{Vars, child_vars, same_name},
};

use crate::error::HostError;

/// The exit code where the system does not tell the agent's.
#[cfg(not(unix))]
const UNKNOWN: i32 = 125;

/// The variables of a child.
type Env<'a> = [(&'a OsStr, &'a OsStr)];

/// Where programs are looked for when the child has no PATH, as the C library does it.
const USUAL_PATH: &str = "/bin:/usr/bin";

/// Becomes the agent, and returns only if that fails. Where a process cannot become another, as on
/// Windows, it waits for the agent and ends with its exit code. The parent's environment is
/// [`Ambient`](crate::Ambient)'s, or any other.
///
/// # Errors
/// A program that is not there or cannot be executed.
pub fn launch(
    ready: &ReadyPlan<'_>,
    parent: &(impl AsRef<Vars> + ?Sized),
) -> Result<Infallible, HostError> {
    start(ready, parent.as_ref(), None)
}

/// The command that starts the agent as a child process: its program, arguments and whole environment.
/// Standard input and output, the directory and the process group are the caller's to set.
///
/// Nothing is read when the command runs, so it can run at any time and more than once. For tokio, write
/// `tokio::process::Command::from(command)`.
///
/// # Errors
/// A program that is not on the child's PATH or is not executable.
///
/// ```
/// use jackin_core::{Config, Document, NameOrigin, choice, resolve};
/// use jackin_host::{Sources, command};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let text = "[env]\nZAI_API_KEY = 'demo'\nMY_OWN = 'x'\n";
/// let config = Config { global: Some(Document::global("config.toml", text)?), ..Config::default() };
/// let layers = config.layers(None)?;
/// let agent = layers.registry.agent("claude").ok_or("no such agent")?;
/// let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument)))?;
/// let plan = resolve(&layers, agent, provider)?.with_program(std::env::current_exe()?);
///
/// let parent = [("PATH".into(), "/usr/bin".into()), ("ANTHROPIC_API_KEY".into(), "mine".into())];
/// let ready = plan.materialize(&Sources::new(&parent[..]))?;
/// let command = command(&ready, &parent)?;
///
/// let vars: Vec<_> = command.get_envs().map(|(name, _)| name).collect();
/// assert!(vars.contains(&"ANTHROPIC_AUTH_TOKEN".as_ref()) && vars.contains(&"MY_OWN".as_ref()));
/// assert!(!vars.contains(&"ANTHROPIC_API_KEY".as_ref()));
/// # Ok(())
/// # }
/// # run().unwrap();
/// ```
pub fn command(ready: &ReadyPlan<'_>, parent: &Vars) -> Result<Command, HostError> {
    let env = child_vars(ready, parent);
    let plan = ready.plan();
    let program = find(&plan.program, path_of(&env))?;
    Ok(command_of(&program, plan, &env))
}

fn command_of(program: &Path, plan: &ExecPlan, env: &Env<'_>) -> Command {
    let mut command = Command::new(program);
    // Some programs ask by what name they were started.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, &plan.program);
    command.args(&plan.args).env_clear().envs(env.iter().copied());
    command
}

/// The child's PATH counts, as with `env`; the system does not search it once the environment is
/// replaced.
fn path_of<'a>(env: &Env<'a>) -> Option<&'a OsStr> {
    env.iter().find(|(name, _)| same_name(name, "PATH".as_ref())).map(|(_, path)| *path)
}

/// Becomes the agent, in the file that was found for it or else on the child's PATH.
///
/// # Errors
/// Those of [`launch`].
pub fn start(
    ready: &ReadyPlan<'_>,
    parent: &Vars,
    found: Option<PathBuf>,
) -> Result<Infallible, HostError> {
    let env = child_vars(ready, parent);
    #[cfg(jackin_leak)]
    crate::leak::of_launch(&env);
    let plan = ready.plan();
    let program = found.map_or_else(|| find(&plan.program, path_of(&env)), Ok)?;
    become_it(&program, plan, &env).map_err(|error| match error.kind() {
        io::ErrorKind::ArgumentListTooLong => arg_too_large::explain(&program, plan, &env),
        _ => HostError::Exec { program, error },
    })
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
    let Err(error) = execve(&program, &words, &vars);
    if error != Errno::ENOEXEC || is_binary(found) {
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
    let mut command = command_of(program, plan, env);
    // Ctrl-C is for the agent, which may go on after it. Without a console there is no Ctrl-C.
    #[cfg(windows)]
    let _ = ctrlc::set_handler(|| {});
    let code = command.status()?.code();
    std::process::exit(code.unwrap_or(UNKNOWN))
}

/// The program's file on a search path. Files that would only start jackin again are passed over.
///
/// # Errors
/// A program that is not there, or is not executable.
pub fn find(program: &OsStr, path: Option<&OsStr>) -> Result<PathBuf, HostError> {
    if program.is_empty() {
        return Err(HostError::NoProgram);
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
        if is_path || !self_reference::leads_back(&file) {
            return Ok(file);
        }
        passed.get_or_insert(file);
    }
    let dirs = if is_path { vec![here] } else { std::env::split_paths(path).collect() };
    let there = dirs.iter().map(|dir| dir.join(program)).find(|file| file.is_file());
    Err(missing(program, is_path, passed, there))
}

/// Why a program was not found: of the files that were passed over, or cannot be executed, the first.
fn missing(
    program: &OsStr,
    is_path: bool,
    passed: Option<PathBuf>,
    there: Option<PathBuf>,
) -> HostError {
    let program = program.display().to_string();
    match (passed, there) {
        (Some(file), _) => HostError::OnlySelf { program, file },
        (None, Some(file)) => HostError::NotExecutable { file },
        (None, None) if is_path => HostError::NoSuchProgram { program },
        (None, None) => HostError::NotOnPath { program },
    }
}
