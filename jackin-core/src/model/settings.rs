//! An agent's own settings that could fight a redirect: in which files, under which keys, and with which
//! effect. Types alone; no file is read here.

use std::borrow::Cow;

use crate::{
    model::{Agent, Scrub, Text},
    names::matches,
};

/// A file of an agent's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingsFile {
    /// Where it is.
    pub place: SettingsPlace,
    /// The settings in it that matter. If two match a key, the first wins.
    pub settings: Cow<'static, [Setting]>,
}

/// Where a file of settings is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsPlace {
    /// Below the directory that the variable names, else below one of the home directory.
    User {
        /// The variable, if there is one.
        variable: Option<Text>,
        /// The directory below the home directory.
        usual: Text,
        /// The file below either.
        file: Text,
    },
    /// Where a variable says.
    Variable(Text),
    /// Below the current directory.
    Project(Text),
    /// Where an administrator keeps settings for every user.
    System {
        /// The directory.
        dir: SystemDir,
        /// The file below it; `*.json` at its end stands for every such file.
        file: Text,
    },
}

/// A directory of the system's, by its whole path; empty where a system has none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SystemDir {
    /// On Linux.
    pub linux: Text,
    /// On macOS.
    pub macos: Text,
    /// On Windows.
    pub windows: Text,
}

impl SystemDir {
    /// The directory on each system.
    #[must_use]
    pub const fn new(linux: Text, macos: Text, windows: Text) -> Self {
        Self { linux, macos, windows }
    }
}

/// A setting, or several alike.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// Under which keys.
    pub key: SettingKey,
    /// What it does to a redirected launch.
    pub effect: SettingEffect,
    /// What it does to a launch on the agent's native provider.
    pub native: NativeEffect,
    /// The pattern of the values that keep such a launch there; `*` stands for any run of characters.
    pub own_values: Text,
}

impl Setting {
    /// A setting that matters to redirected launches alone.
    #[must_use]
    pub const fn new(key: SettingKey, effect: SettingEffect) -> Self {
        Self { key, effect, native: NativeEffect::None, own_values: Cow::Borrowed("") }
    }

    /// Sets what it does to a launch on the agent's native provider.
    #[must_use]
    pub const fn with_native(mut self, effect: NativeEffect) -> Self {
        self.native = effect;
        self
    }

    /// Sets the pattern of the values that keep a launch on the agent's native provider there.
    #[must_use]
    pub fn unless(self, own_values: Text) -> Self {
        Self { own_values, ..self }
    }

    /// Whether a value keeps a launch on the agent's native provider there.
    #[must_use]
    pub fn is_own(&self, value: &str) -> bool {
        matches(self.own_values.as_bytes(), value.as_bytes())
    }
}

/// What a setting does to a launch on the agent's native provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NativeEffect {
    /// It sends the prompts to no other provider.
    None,
    /// It would send them to another one, but jackin's own arguments win.
    Overridden,
    /// It sends them to another one.
    Elsewhere,
    /// It belongs to a redirect in the same file, if there is one: its key, its model.
    Beside,
}

/// A setting by which the agent sends what it is told to a host that is not a provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outlet {
    /// Its key: tables and keys are joined by dots, lists are passed through, and `*` stands for any run
    /// of characters.
    pub key: Text,
    /// What it holds then; any text but an empty one, `0` and `false` where this is not said.
    pub value: Option<Text>,
    /// What the agent sends where, as the object of "sends".
    pub sends: Text,
}

impl Outlet {
    /// Whether a setting is this one.
    #[must_use]
    pub fn is(&self, key: &str, value: &str) -> bool {
        let value = value.trim();
        let holds = match &self.value {
            Some(wanted) => value == wanted,
            None => !["", "0", "false"].contains(&value),
        };
        holds && matches(self.key.as_bytes(), key.as_bytes())
    }
}

/// The keys of a setting: tables and keys are joined by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingKey {
    /// Keys of this pattern; `*` stands for any run of characters.
    Named(Text),
    /// In this table, variables that a redirect of the agent sets or removes.
    Variables(Text),
}

/// What a setting does to a redirected launch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingEffect {
    /// The guard makes the agent ignore it.
    Guarded,
    /// What jackin sets wins.
    Overridden,
    /// It takes effect; this is what it does, as the end of a sentence.
    Effective(Text),
    /// It takes effect, and sends the key or the prompts elsewhere; this is how, as the end of a
    /// sentence.
    Diverts(Text),
}

impl SettingsFile {
    /// The setting of this file that matches a key, if one does.
    ///
    /// ```
    /// use jackin_core::{Registry, agent::SettingEffect};
    /// let registry = Registry::built_in();
    /// let claude = registry.agent("claude").unwrap();
    /// let find = |key| claude.settings[0].setting(claude, key).map(|setting| &setting.effect);
    /// assert_eq!(find("env.ANTHROPIC_BASE_URL"), Some(&SettingEffect::Guarded));
    /// assert_eq!(find("env.EDITOR"), None);
    /// ```
    #[must_use]
    pub fn setting(&self, agent: &Agent, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key.covers(agent, key))
    }
}

impl SettingKey {
    fn covers(&self, agent: &Agent, key: &str) -> bool {
        match self {
            Self::Named(pattern) => matches(pattern.as_bytes(), key.as_bytes()),
            Self::Variables(table) => key
                .strip_prefix(&**table)
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|name| steers(agent, name)),
        }
    }
}

/// Whether some redirect of the agent sets or removes a variable.
fn steers(agent: &Agent, name: &str) -> bool {
    let covers = |scrub: &Scrub| {
        scrub.patterns.iter().any(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
    };
    let mut set = agent.binding_vars().filter_map(|var| var.name.as_ref());
    agent.bindings.iter().any(|binding| binding.scrub.iter().any(covers))
        || set.any(|own| own.as_str() == name)
}
