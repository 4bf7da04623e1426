//! One tiny prompt through the real agent, in the environment that a launch would give it, within a
//! limit of time. What it prints is kept with its secrets masked, and what went wrong is read off it.

use std::{
    ffi::OsString,
    io::{self, Read},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use jackin_core::{Agent, ExecPlan, PlannedValue, child_env};

use super::verdict::Verdict;
use crate::{
    ambient::Ambient,
    failure::{FAILED, Failure, USAGE},
    group::Group,
    launch,
    secrets::Sources,
};

/// How much of the agent's output is kept, in bytes.
const LONGEST_OUTPUT: usize = 64 << 10;
/// How long an agent may go on after it has said that it was refused: it may be about to say more.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often a running agent is looked at.
const POLL: Duration = Duration::from_millis(20);
/// How long a value must be for its characters to be no coincidence, if it is no key.
const TELLING: usize = 8;

/// How the prompt ended, and what the agent printed, without secrets.
pub(crate) struct Tried {
    pub(crate) verdict: Verdict,
    pub(crate) output: String,
}

/// Tries a plan; it reads the plan's secrets.
pub(crate) fn attempt(
    plan: ExecPlan,
    agent: &Agent,
    ambient: &Ambient,
    limit: Duration,
) -> Result<Tried, Failure> {
    let Some(prompt) = &agent.prompt else {
        let message =
            format!("`{}` cannot be tried: how to ask it one thing is not known", agent.id);
        return Err(Failure::new(USAGE, message));
    };
    let plan = plan.with_args(prompt.args.iter().map(|arg| OsString::from(&**arg)));
    let ready = plan.materialize(&Sources::new(ambient))?;
    let env = child_env(&ready, ambient.vars.iter().cloned());
    let path = env.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path.as_os_str());
    let program = launch::find(&plan.program, path, Some(&agent.install))?;
    let mut command = Command::new(&program);
    command.args(&plan.args).env_clear().envs(env.iter().map(|(name, value)| (name, value)));
    command.envs(prompt.vars.iter().map(|var| (var.name.as_str(), &*var.value)));
    let (code, output) = watched(command, limit).map_err(|error| {
        Failure::new(FAILED, format!("cannot execute {}: {error}", program.display()))
    })?;
    let output = masked(&output, &plan, &env);
    Ok(Tried { verdict: Verdict::of(code, &output), output })
}

/// Runs it in a group of its own until it ends, until it has been refused, or for as long as that.
/// Without a code it was ended.
fn watched(mut command: Command, limit: Duration) -> io::Result<(Option<i32>, String)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, group) = Group::spawn(&mut command, false)?;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let readers = [keep(child.stdout.take(), &kept), keep(child.stderr.take(), &kept)];
    let readers: io::Result<Vec<_>> = readers.into_iter().collect();
    let code = readers.is_ok().then(|| wait(&mut child, &kept, limit)).flatten();
    group.end(&mut child);
    let readers = readers?;
    // What has left the group may hold a pipe open for as long as it likes.
    let deadline = Instant::now() + LAST_WORDS;
    while !readers.iter().all(thread::JoinHandle::is_finished) && Instant::now() < deadline {
        thread::sleep(POLL);
    }
    let output = String::from_utf8_lossy(&locked(&kept)).into_owned();
    Ok((code, output))
}

type Kept = Mutex<Vec<u8>>;

fn locked(kept: &Kept) -> std::sync::MutexGuard<'_, Vec<u8>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what comes out of a pipe, up to a limit; what is beyond it is thrown away.
fn keep(
    pipe: Option<impl Read + Send + 'static>,
    kept: &Arc<Kept>,
) -> io::Result<thread::JoinHandle<()>> {
    let kept = Arc::clone(kept);
    thread::Builder::new().spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut part = [0; 4096];
        // A pipe that breaks ends the text.
        while let Ok(length @ 1..) = pipe.read(&mut part) {
            let mut kept = locked(&kept);
            let room = LONGEST_OUTPUT.saturating_sub(kept.len());
            kept.extend(&part[..length.min(room)]);
        }
    })
}

fn wait(child: &mut Child, kept: &Kept, limit: Duration) -> Option<i32> {
    let mut deadline = Instant::now() + limit;
    let mut refused = false;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status.code().unwrap_or(-1));
        }
        if Instant::now() >= deadline {
            return None;
        }
        if !refused && Verdict::refused(&String::from_utf8_lossy(&locked(kept))).is_some() {
            refused = true;
            deadline = deadline.min(Instant::now() + LAST_WORDS);
        }
        thread::sleep(POLL);
    }
}

/// The output without what the plan's secrets hold.
fn masked(output: &str, plan: &ExecPlan, env: &[(OsString, OsString)]) -> String {
    let secret = plan.set.iter().filter(|var| matches!(var.value, PlannedValue::Secret(_)));
    let values = secret.filter_map(|var| {
        let (_, value) = env.iter().find(|(name, _)| name == var.name.as_str())?;
        let is_telling = |value: &&str| value.len() >= if var.key.is_some() { 1 } else { TELLING };
        value.to_str().map(str::trim).filter(is_telling)
    });
    values.fold(output.to_owned(), |output, value| output.replace(value, "••••"))
}
