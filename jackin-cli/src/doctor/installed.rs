//! The agents: which are installed, where, in which version, and whether the guard holds in it.

use std::path::PathBuf;

use jackin_core::{Agent, EnvLayers, Guard};
use serde::Serialize;

use super::{Finding, Seen};
use jackin_host::{
    Ambient, HostError,
    launch::{self, Located, version},
};

/// An agent, installed or not.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Installed {
    /// The agent.
    #[serde(serialize_with = "id")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) agent: Agent,
    /// The program's file; null if it is not on PATH.
    pub(crate) path: Option<PathBuf>,
    /// What its package says; null where it cannot be told.
    pub(crate) version: Option<String>,
    /// Whether the guard of a redirect holds in this version; null where that cannot be told.
    pub(crate) guard_holds: Option<bool>,
    /// Why what its package says cannot be read.
    #[serde(skip)]
    unread: Option<String>,
}

fn id<S: serde::Serializer>(agent: &Agent, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(agent.id.as_str())
}

/// An agent's program, or why it cannot be started.
pub(super) type Program = Result<Located, HostError>;

/// Every agent, and its program. Nothing is started for it but the manager of a shim, which is asked.
pub(super) fn agents(layers: &EnvLayers, ambient: &Ambient) -> (Vec<Installed>, Vec<Program>) {
    let agents = layers.registry().agents().iter();
    agents.map(|agent| installed(agent, layers, ambient)).unzip()
}

fn installed(agent: &Agent, layers: &EnvLayers, ambient: &Ambient) -> (Installed, Program) {
    let program = launch::seek_agent(agent, layers, ambient.vars());
    let path = match &program {
        Ok(found) => Some(found.file().to_owned()),
        Err(HostError::Shim { file, .. }) => Some(file.clone()),
        Err(_) => None,
    };
    let version = path.as_ref().map(|path| version::installed(path, agent.package()));
    let (version, unread) = match version.transpose() {
        Ok(version) => (version.flatten(), None),
        Err(error) => (None, Some(error.to_string())),
    };
    // Where no version is needed, any known one will do; where nothing is redirected, there is no
    // guard. Of a program that is in no package nothing can be said: it may be anything.
    let guard_holds = version.filter(|_| !agent.bindings.is_empty());
    let needed = agent.guarded_from.as_ref().map(|needed| needed.version);
    let guard_holds = guard_holds.map(|version| needed.is_none_or(|needed| version >= needed));
    let version = version.map(|version| version.to_string());
    (Installed { agent: agent.clone(), path, version, guard_holds, unread }, program)
}

/// No agent at all.
pub(super) fn none(seen: &Seen<'_>) -> Vec<Finding> {
    if seen.agents.iter().any(|agent| agent.path.is_some()) {
        return Vec::new();
    }
    let first = &seen.agents[0].agent;
    let hint = format!("install one, for example with `{}`", first.install);
    vec![Finding::problem("agents", "no agent is on PATH").hint(hint)]
}

/// Agents whose package says nothing, since something else is in the place of its description.
pub(super) fn unread(seen: &Seen<'_>) -> Vec<Finding> {
    let unread = seen.agents.iter().filter_map(|found| {
        let (id, why) = (&found.agent.id, found.unread.as_ref()?);
        let what = format!("the version of `{id}` cannot be told: {why}");
        Some(Finding::problem("version", what).hint("move away what stands there"))
    });
    unread.collect()
}

/// Agents in which the guard does not hold, where they can be redirected.
pub(super) fn too_old(seen: &Seen<'_>) -> Vec<Finding> {
    let old = seen.agents.iter().filter(|found| {
        let redirected = !seen.redirects(&found.agent).is_empty();
        found.guard_holds == Some(false) && redirected && seen.layers.guard != Guard::Off
    });
    old.filter_map(|found| {
        let needed = found.agent.guarded_from.as_ref()?.version;
        let what = format!(
            "`{}` is version {}: before {needed} its own settings can send requests and logins \
             elsewhere",
            found.agent.id,
            found.version.as_ref()?,
        );
        let hint = format!("update it with `{}`", found.agent.install);
        Some(Finding::problem("version", what).at(found.path.as_ref()?.display()).hint(hint))
    })
    .collect()
}
