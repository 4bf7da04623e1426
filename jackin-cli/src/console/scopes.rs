//! What every scope says of the providers and agents, as the Auth screen shows it. It only reads; a
//! file that cannot be used is an error of its own scope and of no other.

use jackin_core::{
    Agent, Document, EnvLayers, EnvName, EnvValue, Mode, NameOrigin, Provider, Registry, Scope,
    Source, Sourced, WorkspaceName, agent::AuthForward,
};
use jackin_host::{
    Ambient,
    text::{moments, visible},
};

use crate::{
    failure::Failure,
    scope_file::{ScopeFile, keys},
};

/// A scope, and what there is in it.
pub(crate) struct Place {
    pub(crate) target: ScopeFile,
    pub(crate) seen: Result<Seen, Failure>,
}

/// What a scope holds or inherits.
pub(crate) struct Seen {
    pub(crate) registry: Registry,
    pub(crate) rows: Vec<Row>,
    /// What is missing from it.
    pub(crate) problem: Option<String>,
}

/// A provider, and the agent whose own it is.
#[derive(Clone)]
pub(crate) struct Row {
    /// The scope that is looked at.
    scope: Scope,
    pub(crate) provider: Provider,
    pub(crate) agent: Option<Agent>,
    pub(crate) key: Option<Held>,
    /// The token of the agent's login.
    pub(crate) token: Option<Held>,
    pub(crate) forward: Option<Sourced<AuthForward>>,
    pub(crate) expiry: Option<String>,
}

/// A value, and where it stands.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) value: EnvValue,
    pub(crate) note: Option<String>,
    pub(crate) source: Source,
    /// Whether this scope holds it.
    pub(crate) own: bool,
    /// Whether a wider one would be there without it.
    pub(crate) over: bool,
}

impl Place {
    /// What the screen calls it.
    pub(crate) fn name(&self) -> String {
        let ScopeFile { workspace, role, .. } = &self.target;
        let workspace = workspace.as_ref().map(|name| format!("workspace {name}"));
        let role = role.as_ref().map(|name| format!("role {name}"));
        let parts: Vec<_> = workspace.into_iter().chain(role).collect();
        if parts.is_empty() { "global".into() } else { visible(&parts.join(", ")) }
    }
}

/// Every scope there is: the global one and its roles, every workspace and the roles in it.
pub(crate) fn read(ambient: &Ambient) -> Result<Vec<Place>, Failure> {
    let mut places = of_file(None, ambient.global().ok().flatten(), ambient)?;
    for name in ambient.workspaces()? {
        let document = ambient.named_workspace(name.as_str(), NameOrigin::Argument);
        places.extend(of_file(Some(name), document.ok().map(|(_, document)| document), ambient)?);
    }
    Ok(places)
}

fn of_file(
    workspace: Option<WorkspaceName>,
    document: Option<Document>,
    ambient: &Ambient,
) -> Result<Vec<Place>, Failure> {
    let file = ambient.file(workspace.as_ref())?;
    let roles = document.iter().flat_map(Document::layers).filter_map(|(role, _)| role.cloned());
    let place = |role| {
        let target = ScopeFile { workspace: workspace.clone(), role, file: file.clone() };
        let seen = Seen::read(&target, ambient);
        Place { target, seen }
    };
    Ok(std::iter::once(None).chain(roles.map(Some)).map(place).collect())
}

impl Seen {
    fn read(target: &ScopeFile, ambient: &Ambient) -> Result<Self, Failure> {
        match target.own_layers(ambient, true) {
            Ok(layers) => Ok(Self::of(layers, target, ambient, None)),
            // A workspace can be seen to without the file that lies below it.
            Err(failure) if target.workspace.is_some() => {
                let Ok(layers) = target.own_layers(ambient, false) else { return Err(failure) };
                let problem = format!("what config.toml gives is not shown: {failure}");
                Ok(Self::of(layers, target, ambient, Some(problem)))
            }
            Err(failure) => Err(failure),
        }
    }

    fn of(
        layers: EnvLayers,
        target: &ScopeFile,
        ambient: &Ambient,
        problem: Option<String>,
    ) -> Self {
        let layers = layers.with_environment(|name| ambient.host(name));
        let scope = target.scope();
        let rows =
            layers.registry().providers().iter().map(|provider| Row::new(provider, &layers, scope));
        Self { rows: rows.collect(), registry: layers.registry().clone(), problem }
    }
}

impl Row {
    pub(crate) fn new(provider: &Provider, layers: &EnvLayers, scope: Scope) -> Self {
        let agent = layers.registry().agents().iter().find(|agent| agent.native == provider.id);
        let held = |name: &EnvName| Held::find(name, layers, scope);
        Self {
            scope,
            provider: provider.clone(),
            agent: agent.cloned(),
            key: held(&provider.key.value),
            token: agent.and_then(|agent| agent.token.as_ref()).and_then(held),
            forward: agent.and_then(|agent| layers.auth_forward.get(&agent.id)).cloned(),
            expiry: provider.expires_at.map(moments::words),
        }
    }

    /// Its name: the provider's, behind the agent's if that is another one.
    pub(crate) fn name(&self) -> String {
        let provider = &self.provider.label.value;
        visible(&match &self.agent {
            Some(agent) if agent.label != *provider => format!("{} ({provider})", agent.label),
            _ => provider.to_string(),
        })
    }

    /// Whether this scope says it, not a wider one.
    pub(crate) fn is_own(&self, source: &Source) -> bool {
        source.scope == self.scope
    }

    /// Whether the provider is withdrawn here, by whichever scope.
    pub(crate) fn is_ignored(&self) -> bool {
        self.provider.mode.as_ref().is_some_and(|mode| mode.value == Mode::Ignore)
    }
}

impl Held {
    fn find(name: &EnvName, layers: &EnvLayers, scope: Scope) -> Option<Self> {
        let found = layers.get(name).filter(|found| !found.value.is_blank())?;
        Some(Self {
            value: found.value.clone(),
            note: keys::note(&found.source, layers.role.as_ref(), name),
            own: found.source.scope == scope,
            over: !found.shadowed.is_empty(),
            source: found.source,
        })
    }
}
