//! The one effect: becoming the agent, or giving a program the command that starts it. Its environment is
//! exactly what the core worked out. This room decides nothing about it.

mod admin_files;
mod arg_too_large;
mod find;
pub mod impostor;
mod interpreter;
mod launches;
mod located;
mod managers;
mod off_path;
pub mod own_settings;
mod program_file;
mod real_program;
mod self_reference;
pub mod settings;
mod shim_script;
pub mod version;
mod wrapper_script;

use std::{convert::Infallible, ffi::OsStr, io, process::Command};

use jackin_core::{
    ExecPlan, ReadyPlan,
    plan::{ChildVar, Vars, child_vars, same_name},
};

#[cfg(unix)]
use self::program_file::ProgramFile;
pub use self::{
    admin_files::{check_admin_files, system_files},
    find::find,
    located::{Located, find_agent, locate, seek, seek_agent},
    off_path::installed_off_path,
    wrapper_script::ChangingLine,
};
use crate::error::HostError;

/// The exit code where the system does not tell the agent's.
#[cfg(not(unix))]
const UNKNOWN: i32 = 125;

/// The variables of a child.
type Env<'a> = [ChildVar<'a>];

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
/// A program that is not on the child's PATH or is not executable; what would send the launch elsewhere
/// though the plan's guard is on.
///
/// ```
/// use jackin_core::{Config, Document, NameOrigin, choice, resolve};
/// use jackin_host::{Sources, command};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let text = "[env]\nZAI_API_KEY = 'demo'\nMY_OWN = 'x'\n";
/// let config = Config { global: Some(Document::global("config.toml", text)?), ..Config::default() };
/// let layers = config.layers(None)?;
/// let agent = layers.registry().agent("claude").ok_or("no such agent")?;
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
    check_admin_files(plan)?;
    let located = locate(plan, parent, path_of(&env))?.told();
    Ok(command_of(&located, plan, &located.marked(env)))
}

fn command_of(located: &Located, plan: &ExecPlan, env: &Env<'_>) -> Command {
    let words = located.first_words(&plan.program);
    let mut command = match located.needs_shell() {
        true => {
            let mut shell = Command::new("/bin/sh");
            shell.arg(located.executed());
            shell
        }
        false => Command::new(located.executed()),
    };
    // Some programs ask by what name they were started.
    #[cfg(unix)]
    if !located.needs_shell() {
        std::os::unix::process::CommandExt::arg0(&mut command, words[0]);
    }
    command
        .args(&words[1..])
        .args(&plan.args)
        .env_clear()
        .envs(env.iter().map(|(name, value)| (name, value)));
    command
}

/// The child's PATH counts, as with `env`; the system does not search it once the environment is
/// replaced.
fn path_of<'a>(env: &'a Env<'_>) -> Option<&'a OsStr> {
    env.iter().find(|(name, _)| same_name(name, "PATH".as_ref())).map(|(_, path)| &**path)
}

/// Finds the file of a plan's program on the PATH that the child will have.
///
/// # Errors
/// Those of [`locate`].
pub fn locate_for_child(ready: &ReadyPlan<'_>, parent: &Vars) -> Result<Located, HostError> {
    locate(ready.plan(), parent, path_of(&child_vars(ready, parent)))
}

/// Becomes the agent, in the file that was found for it or else on the child's PATH.
///
/// # Errors
/// Those of [`launch`].
pub fn start(
    ready: &ReadyPlan<'_>,
    parent: &Vars,
    found: Option<Located>,
) -> Result<Infallible, HostError> {
    let env = child_vars(ready, parent);
    #[cfg(jackin_leak)]
    crate::leak::of_launch(&env);
    let plan = ready.plan();
    let located = found.map_or_else(|| locate(plan, parent, path_of(&env)), Ok)?;
    let (program, env) = (located.executed(), located.marked(env));
    become_it(&located, plan, &env).map_err(|error| match error.kind() {
        io::ErrorKind::ArgumentListTooLong => arg_too_large::explain(program, plan, &env),
        _ => HostError::Exec { program: program.to_owned(), error },
    })
}

/// By the system's own call: `Command` would sort the environment and copy it twice.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "a launch becomes the agent")]
fn become_it(located: &Located, plan: &ExecPlan, env: &Env<'_>) -> io::Result<Infallible> {
    use std::{ffi::CString, os::unix::ffi::OsStrExt as _};

    use nix::{errno::Errno, unistd::execve};

    let found = located.executed();
    let text = |text: &OsStr| CString::new(text.as_bytes());
    let vars = env.iter().map(|(name, value)| {
        // With room for the NUL, so that nothing is copied for that.
        let mut var = Vec::with_capacity(name.len() + value.len() + 2);
        [name.as_bytes(), b"=", value.as_bytes()].iter().for_each(|part| var.extend(*part));
        CString::new(var)
    });
    let (program, vars) = (text(found.as_os_str())?, vars.collect::<Result<Vec<_>, _>>()?);
    let arguments = plan.args.iter().map(|argument| &**argument);
    let words = located.first_words(&plan.program).into_iter().chain(arguments);
    let mut words = words.map(text).collect::<Result<Vec<_>, _>>()?;
    // Rust ignores it from the start, which the agent would inherit.
    sigpipe::reset();
    let Err(error) = execve(&program, &words, &vars);
    if error != Errno::ENOEXEC || ProgramFile::open(found).is_binary() {
        return Err(error.into());
    }
    // A script that does not name its interpreter is the shell's.
    words.splice(..1, [c"/bin/sh".into(), program]);
    Ok(execve(c"/bin/sh", &words, &vars)?)
}

#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "a launch waits for the agent instead")]
#[expect(clippy::exit, reason = "an exit code has 32 bits here, of which `ExitCode` takes eight")]
fn become_it(located: &Located, plan: &ExecPlan, env: &Env<'_>) -> io::Result<Infallible> {
    let mut command = command_of(located, plan, env);
    // Ctrl-C is for the agent, which may go on after it. Without a console there is no Ctrl-C.
    #[cfg(windows)]
    let _ = ctrlc::set_handler(|| {});
    let code = command.status()?.code();
    std::process::exit(code.unwrap_or(UNKNOWN))
}
