//! What the version of the agent that will start decides: which settings it needs, and which tools of the
//! project it would start with a key in reach.

use crate::{
    model::{ProjectTools, Version},
    names::EnvName,
    plan::{ExecPlan, PlannedValue, PlannedVar, Reason},
    value::{EnvValue, SecretRef},
};

impl ExecPlan {
    /// The same plan for this version of the agent: without the settings that it does not need.
    #[must_use]
    pub fn for_version(mut self, version: Version) -> Self {
        if let Some(mut given) = self.given.take() {
            given.for_version(version);
            self.give(given);
        }
        self
    }

    /// The project's tools that this version starts without asking, with a key in reach, if the plan
    /// can leave them out. A version that is not known counts as one that does. A key under another name than
    /// the agent's is in reach of every version.
    #[must_use]
    pub fn open_project_tools(&self, version: Option<Version>) -> Option<&ProjectTools> {
        self.given.as_ref().filter(|_| self.is_redirect())?;
        let tools = self.agent_entry().settings_option.as_ref()?.project_tools.as_ref();
        let is_old = |tools: &ProjectTools| version.is_none_or(|known| known < tools.safe_from);
        tools.filter(|tools| is_old(tools) || self.shared_key().is_some())
    }

    /// The variable in which the user has a provider's key reach the agent's tools, if there is one.
    #[must_use]
    pub fn shared_key(&self) -> Option<&EnvName> {
        let registry = self.removals.registry();
        let holds_key = |var: &PlannedVar| match &var.value {
            PlannedValue::Secret(EnvValue::Reference(SecretRef::Host(host))) => {
                registry.is_key(host)
            }
            PlannedValue::Secret(value) => self.known.iter().any(|known| known.value == *value),
            PlannedValue::Plain(_) | PlannedValue::Added(_) => false,
        };
        let shared = |var: &&PlannedVar| match var.reason {
            Reason::Passed => true,
            Reason::Layer => var.key.is_none() && holds_key(var),
            Reason::Redirect | Reason::Guard => false,
        };
        self.set.iter().find(shared).map(|var| &var.name)
    }

    /// The same plan without these tools of the project.
    #[must_use]
    pub fn without_project_tools(mut self, names: Vec<String>) -> Self {
        let option = self.agent_entry().settings_option.as_ref();
        let closed_by = option.and_then(|option| option.project_tools.as_ref());
        let closed_by = closed_by.map(|tools| tools.closed_by.clone());
        if let (Some(mut given), Some(key)) = (self.given.take(), closed_by) {
            given.add_list(&key, names);
            self.give(given);
        }
        self
    }
}
