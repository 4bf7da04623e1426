//! What only the parent's environment tells about a launch.

use std::ffi::{OsStr, OsString};

use crate::{
    model::{Guard, NativeVar, host, is_open_http},
    names::{Scope, Source, is_named},
    plan::{ExecPlan, PlannedValue, PlannedVar, Reason, Vars, is_address_of},
};

/// Variables that send requests by plain HTTP to a proxy.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

impl ExecPlan {
    /// The same plan for a launch in which nothing names the provider: on the agent's native provider
    /// it follows a redirect of the parent's, if there is one. The label then names its host, and a
    /// warning names the variable.
    #[must_use]
    pub fn unnamed(mut self, parent: &Vars) -> Self {
        if self.is_redirect() {
            return self;
        }
        self.removals.follow_parent();
        self = self.without_guard_args();
        let dropped = self.dropped(parent);
        if let Some((name, host)) = self.detour(parent).filter(|(name, _)| !dropped.contains(name))
        {
            self.label = format!("{} ({host})", self.agent_entry().label);
            self.warnings.push(format!(
                "`{}` in the environment sends `{}` to {host}: name a provider to use another",
                name.display(),
                self.agent
            ));
        }
        self
    }

    /// The same plan for a launch whose provider is named. The agent's own settings cannot send it
    /// elsewhere if the agent has a means against that. A warning names the redirect of the parent's that
    /// is left out with its key.
    #[must_use]
    pub fn named(mut self, parent: &Vars) -> Self {
        if !self.is_redirect()
            && let Some((name, host)) = self.detour(parent)
        {
            self.warnings.push(format!(
                "`{}` in the environment would send `{}` to {host}: it is left out, with its key",
                name.display(),
                self.agent
            ));
        }
        if !self.is_redirect() && self.guard > Guard::Off {
            self.hold_natively(parent);
        }
        self
    }

    /// Sets what keeps the agent's own settings from sending it elsewhere. A value of the layers is the
    /// user's word for this launch, and stays.
    fn hold_natively(&mut self, parent: &Vars) {
        let vars = self.agent_entry().native_vars.clone();
        for NativeVar { name, value } in vars.iter() {
            if self.set.iter().any(|var| var.name == *name) {
                continue;
            }
            let is_it = |known: &OsStr| is_named(name, known.as_encoded_bytes());
            if parent.iter().any(|(known, own)| is_it(known) && !own.is_empty() && own != &**value)
            {
                self.warnings.push(format!(
                    "`{name}` in the environment is left out: it could send `{}` elsewhere",
                    self.agent
                ));
            }
            self.set.push(PlannedVar {
                name: name.clone(),
                value: PlannedValue::Plain(value.clone()),
                reason: Reason::Guard,
                key: None,
                source: Source::new(Scope::BuiltIn),
                shadowed: Vec::new(),
            });
        }
    }

    /// The variable of the parent's that would send the agent to another host than its own, and that
    /// host.
    fn detour<'a>(&self, parent: &'a Vars) -> Option<(&'a OsString, String)> {
        let agent = self.agent_entry();
        let (name, url) = parent.iter().find(|(name, value)| {
            is_address_of(agent, name) && self.stale.is_elsewhere(value.as_encoded_bytes())
        })?;
        Some((name, host(url.to_string_lossy().trim()).to_owned()))
    }

    /// The same plan with a warning if a proxy of the parent's would see its key.
    #[must_use]
    pub fn warned_of_proxy(mut self, parent: &Vars) -> Self {
        let is_url =
            |var: &&PlannedVar| is_address_of(self.agent_entry(), var.name.as_str().as_ref());
        let open = self.set.iter().filter(is_url).find_map(|var| match &var.value {
            PlannedValue::Plain(url) if is_open_http(url) => Some(host(url).to_owned()),
            _ => None,
        });
        let proxy = |name: &OsStr| PROXIES.iter().any(|proxy| name == *proxy);
        let proxy = parent.iter().find(|(name, value)| proxy(name) && !value.is_empty());
        if let (Some(host), Some((proxy, _))) = (open, proxy) {
            self.warnings.push(format!(
                "the proxy in `{}` can read the key: {host} is reached without encryption",
                proxy.display()
            ));
        }
        self
    }
}
