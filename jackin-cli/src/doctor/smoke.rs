//! One tiny prompt through the real agent, in the environment that a launch would give it, within a
//! limit of time. What it prints is kept with its secrets masked, and what went wrong is read off it.

use std::{ffi::OsString, time::Duration};

use jackin_core::{Agent, ExecPlan, PlannedValue, child_env};
use jackin_host::{
    Ambient, Sources, command,
    launch::{own_settings, settings},
    os::watch,
};

use super::verdict::Verdict;
use crate::failure::{FAILED, Failure, USAGE, with_install};

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
    let plan = own_settings::held(plan, agent, ambient)?;
    let plan = settings::for_version(plan, None)?;
    let plan = plan.with_args(prompt.args.iter().map(|arg| OsString::from(&**arg)))?;
    let ready = plan.materialize(&Sources::new(ambient))?;
    let env = child_env(&ready, ambient.vars().iter().cloned());
    let mut command = command(&ready, ambient.vars())
        .map_err(|error| with_install(error, Some(&agent.install)))?;
    command.envs(prompt.vars.iter().map(|var| (var.name.as_str(), &*var.value)));
    let program = command.get_program().to_owned();
    let refused = |output: &str| Verdict::refused(output).is_some();
    let tried = watch(command, limit, refused).map_err(|error| {
        Failure::new(FAILED, format!("cannot execute {}: {error}", program.display()))
    })?;
    let output = masked(&tried.output, &plan, &env);
    Ok(Tried { verdict: Verdict::of(tried.code, &output), output })
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
