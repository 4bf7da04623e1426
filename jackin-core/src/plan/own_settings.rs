//! What the agent's own settings do to a launch on its native provider: they may send the prompts to
//! another one. No file is read here.

use std::{borrow::Cow, ffi::OsStr};

use crate::{
    model::{GivenSetting, GivenValue, Guard, NativeEffect, host},
    names::{AgentId, ErrorKind, ProviderId, is_name},
    plan::{ExecPlan, Vars},
};

/// A setting in a file of the agent's own. Its value may be a secret, so it cannot be printed.
#[derive(Clone)]
#[non_exhaustive]
pub struct OwnSetting {
    /// The file, for people.
    pub file: String,
    /// Its key; tables and keys are joined by dots.
    pub key: String,
    /// What it holds, if that is a text, a number or a truth value.
    pub value: String,
    /// What the agent's table says about it.
    pub effect: NativeEffect,
}

impl OwnSetting {
    /// The host of its URL, if it holds one.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.value.contains("://").then(|| host(self.value.trim()))
    }

    /// A setting.
    #[must_use]
    pub const fn new(file: String, key: String, value: String, effect: NativeEffect) -> Self {
        Self { file, key, value, effect }
    }

    /// The last part of its key: a variable's name, for the settings that are variables.
    fn name(&self) -> &str {
        self.key.rsplit('.').next().unwrap_or(&self.key)
    }
}

/// The agent's own settings send a launch on its native provider to another one, and jackin cannot hold
/// that off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` in {file} {does}, and jackin cannot override it")]
#[non_exhaustive]
pub struct LedAwayError {
    /// The agent.
    pub agent: AgentId,
    /// The provider that was named.
    pub provider: ProviderId,
    /// The file.
    pub file: String,
    /// The setting.
    pub key: String,
    /// What it does.
    does: String,
}

impl LedAwayError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

impl ExecPlan {
    /// The same plan in view of the agent's own settings. On the agent's native provider, a redirect in
    /// them is held off by arguments where the provider is named and the guard is on. Where nothing names
    /// the provider, label and warning tell where the prompts go.
    ///
    /// # Errors
    /// A redirect that cannot be held off.
    pub fn against_settings(
        mut self,
        settings: &[OwnSetting],
        parent: &Vars,
    ) -> Result<Self, LedAwayError> {
        let Some(leading) = settings.iter().find(|setting| self.leads_away(setting)) else {
            return Ok(self);
        };
        let (file, key) = (&leading.file, &leading.key);
        let sends = format!("`{key}` in {file} {}", self.sends(leading));
        if self.removals.follows_parent() {
            let to = leading.host().unwrap_or(leading.name());
            self.label = format!("{} ({to})", self.agent_entry().label);
            self.warnings.push(format!("{sends}: name a provider to use another"));
        } else if self.guard == Guard::Off {
            self.warnings.push(format!("{sends}: the guard is off"));
        } else {
            let voided = self.voided(settings, parent)?;
            self.kept_away = format!("`{key}` in {file}").into();
            self.give_settings(&voided, Vec::new());
            let means = if self.guard_args.is_empty() { "variables" } else { "arguments" };
            self.warnings.push(format!("{sends}: jackin's {means} override it and its key"));
        }
        Ok(self)
    }

    /// What it means for a native launch that a variable of this name, which names a directory of settings, is
    /// read only at launch: jackin cannot see those settings. Where the provider is named and nothing of the
    /// plan holds for any settings, the launch is refused, unless the guard is off.
    ///
    /// # Errors
    /// The settings there may send the launch elsewhere.
    pub fn with_unseen_settings(mut self, variable: &str) -> Result<Self, LedAwayError> {
        let agent = self.agent_entry();
        let is_held = !agent.native_args.is_empty() || !agent.native_vars.is_empty();
        let is_bound = self.guard > Guard::Off && !self.removals.follows_parent();
        if is_bound && is_held {
            return Ok(self);
        }
        if is_bound {
            let var = self.set.iter().find(|var| var.name.as_str() == variable);
            let file = var.map_or_else(|| "[env]".to_owned(), |var| var.source.to_string());
            let does = format!(
                "is read only at launch and may name settings that send `{}` elsewhere",
                self.agent
            );
            let setting = OwnSetting::new(file, variable.into(), String::new(), NativeEffect::None);
            return Err(self.led_away(&setting, does));
        }
        self.warnings.push(format!(
            "jackin cannot see the settings in the directory that `{variable}` names at launch: they may send \
             `{}` elsewhere",
            self.agent
        ));
        Ok(self)
    }

    /// Whether a setting sends a native launch to another provider.
    #[must_use]
    pub fn leads_away(&self, setting: &OwnSetting) -> bool {
        let leads = matches!(setting.effect, NativeEffect::Overridden | NativeEffect::Elsewhere);
        leads && !self.is_redirect() && self.is_of_another(&setting.value)
    }

    /// Whether the value of such a setting names another provider: by its id, its URL, or a switch.
    pub(super) fn is_of_another(&self, value: &str) -> bool {
        let value = value.trim();
        let is_set = !["", "0", "false", self.provider.as_str()].contains(&value);
        let is_url = value.contains("://");
        is_set && (!is_url || self.stale.is_elsewhere(value.as_bytes()))
    }

    fn sends(&self, setting: &OwnSetting) -> String {
        format!("sends `{}` to {}", self.agent, setting.host().unwrap_or("another provider"))
    }

    /// Refuses settings of the user's words that send a launch whose provider is named elsewhere.
    pub(super) fn check_own_words(&self, settings: &[OwnSetting]) -> Result<(), LedAwayError> {
        match settings.iter().find(|setting| self.leads_away(setting)) {
            Some(leading) => Err(self.led_away(leading, self.sends(leading))),
            None => Ok(()),
        }
    }

    fn led_away(&self, setting: &OwnSetting, does: String) -> LedAwayError {
        let (file, key) = (setting.file.clone(), setting.key.clone());
        LedAwayError { agent: self.agent.clone(), provider: self.provider.clone(), file, key, does }
    }

    /// What voids the redirects in these settings: each file that has one, with all that goes with it.
    fn voided(
        &self,
        settings: &[OwnSetting],
        parent: &Vars,
    ) -> Result<Vec<GivenSetting>, LedAwayError> {
        let mut voided: Vec<GivenSetting> = Vec::new();
        for file in settings.chunk_by(|one, other| one.file == other.file) {
            if !file.iter().any(|setting| self.leads_away(setting)) {
                continue;
            }
            for setting in file.iter().filter(|setting| setting.effect != NativeEffect::None) {
                self.check_voidable(setting, parent)?;
                if voided.iter().all(|known| known.key != *setting.key) {
                    let key = Cow::Owned(setting.key.clone());
                    voided.push(GivenSetting::new(key, GivenValue::Empty));
                }
            }
        }
        Ok(voided)
    }

    fn check_voidable(&self, setting: &OwnSetting, parent: &Vars) -> Result<(), LedAwayError> {
        let agent = self.agent_entry();
        let name = setting.name();
        let is_login = agent.logins().any(|login| login.as_str() == name);
        let is_set = self.set.iter().any(|var| var.name.as_str() == name);
        let inherited = || {
            let is_it = |known: &OsStr| {
                agent.logins().any(|own| own.as_str() == name && is_name(own, known))
            };
            parent.iter().any(|(known, value)| is_it(known) && !value.is_empty())
        };
        let does = match setting.effect {
            NativeEffect::Elsewhere => self.sends(setting),
            // An empty one would void the launch's own as well.
            _ if is_login && (is_set || inherited()) => {
                format!("replaces the login that this launch has in `{name}`")
            }
            _ => return Ok(()),
        };
        Err(self.led_away(setting, does))
    }
}
