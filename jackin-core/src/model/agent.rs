//! What is known of an agent: its program, its own provider and login, what it reads. Types alone; the
//! built-in agents are in the registry's table.

use std::borrow::Cow;

use crate::{
    model::{
        HandOver, HandOverFate, Impostor, Outlet, ProtocolBinding, Scrub, SettingsFile,
        SettingsOption, Text, Var, Version,
    },
    names::{AgentId, EnvName, ProviderId, matches},
};

/// A coding agent. Start from [`Agent::new`] to describe one of your own, and add it to a
/// [`Registry`](crate::Registry).
///
/// ```
/// use jackin_core::{Agent, AgentId, EnvName, Protocol, ProviderId, Slot};
/// use jackin_core::agent::{ProtocolBinding, Var, VarSource};
///
/// let native = ProviderId::from_static("openai");
/// let agent = Agent::new(AgentId::from_static("aider"), native, EnvName::from_static("OPENAI_API_KEY"))
///     .with_label("Aider")
///     .with_binding(
///         ProtocolBinding::new(Protocol::OpenaiChat)
///             .with_slot(Slot::Main)
///             .with_var(Var::new(EnvName::from_static("OPENAI_API_KEY"), VarSource::Key))
///             .with_var(Var::new(EnvName::from_static("OPENAI_API_BASE"), VarSource::BaseUrl))
///             .with_scrub("could name another endpoint", ["OPENAI_*"]),
///     );
/// assert_eq!(agent.program, "aider");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agent {
    /// Its name on the command line.
    pub id: AgentId,
    /// Its name for people.
    pub label: Text,
    /// The program to start.
    pub program: Text,
    /// The provider that it uses with its own login.
    pub native: ProviderId,
    /// The variable in which it finds a key for that provider.
    pub native_key: EnvName,
    /// The variable in which it finds the token of a login, if it takes one.
    pub token: Option<EnvName>,
    /// Other variables in which it finds a login.
    pub other_keys: Cow<'static, [EnvName]>,
    /// How the names of its native provider's models begin, and the options that take a model.
    pub own_models: Option<OwnModels>,
    /// The package and the first version in which its guard holds.
    pub guarded_from: Option<PackageVersion>,
    /// A command that installs it.
    pub install: Text,
    /// Directories below the home directory in which its own installers put it, whether or not they
    /// are on PATH.
    pub install_dirs: Cow<'static, [Text]>,
    /// The protocols it speaks, the preferred one first, and how it is told.
    pub bindings: Cow<'static, [ProtocolBinding]>,
    /// Its own settings that could fight a redirect.
    pub settings: Cow<'static, [SettingsFile]>,
    /// Its own settings that send what it is told to other hosts.
    pub outlets: Cow<'static, [Outlet]>,
    /// A prompt that tries a provider without a person; none where this is not known.
    pub prompt: Option<Prompt>,
    /// Marks of a running session, which a new session must not inherit.
    pub nesting: Cow<'static, [Scrub]>,
    /// Variables that send it elsewhere on its native provider. A launch on that provider removes
    /// them.
    pub detours: Cow<'static, [Scrub]>,
    /// Arguments that keep its own settings from sending a launch on its native provider elsewhere.
    pub native_args: Cow<'static, [Text]>,
    /// Variables that do the same where the provider is named. They take the place of the parent's.
    pub native_vars: Cow<'static, [NativeVar]>,
    /// Ways in which it hands a session on to another process.
    pub hand_overs: Cow<'static, [HandOver]>,
    /// Its options that take the next word as their value.
    pub valued_options: Cow<'static, [Text]>,
    /// Words that it knows as the first alone. The guard adds no argument before them.
    pub first_words: Cow<'static, [Text]>,
    /// Whether it uses whatever provider's key it finds, on its native provider.
    pub uses_any_key: bool,
    /// The option in which it takes settings, if it has one.
    pub settings_option: Option<SettingsOption>,
    /// Other programs that are called like it.
    pub impostors: Cow<'static, [Impostor]>,
}

/// The models of an agent's native provider.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnModels {
    /// How their names begin.
    pub prefix: Text,
    /// The agent's options that take a model.
    pub options: Cow<'static, [Text]>,
}

/// A version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageVersion {
    /// The package.
    pub package: Text,
    /// The version.
    pub version: Version,
}

/// One prompt, small enough to try a provider with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prompt {
    /// The arguments, the prompt among them.
    pub args: Cow<'static, [Text]>,
    /// Variables that make it fail fast.
    pub vars: Cow<'static, [PromptVar]>,
}

/// A variable that is set for a [`Prompt`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromptVar {
    /// Its name.
    pub name: EnvName,
    /// Its value.
    pub value: Text,
}

/// A variable that is set where an agent's native provider is named.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NativeVar {
    /// Its name.
    pub name: EnvName,
    /// Its value, which anybody may see.
    pub value: Text,
}

impl NativeVar {
    /// A variable.
    #[must_use]
    pub fn new(name: EnvName, value: impl Into<Text>) -> Self {
        Self { name, value: value.into() }
    }
}

/// How much is set beyond the bare redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Guard {
    /// The redirect alone.
    Off,
    /// The redirect, and what makes it hold against the user's own settings and unmapped models.
    #[default]
    On,
    /// In addition, sub-agents with a pinned model use the main model.
    Strict,
}

impl Guard {
    /// All levels, the least first.
    pub const ALL: [Self; 3] = [Self::Off, Self::On, Self::Strict];

    /// The text in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Strict => "strict",
        }
    }
}

/// `auth_forward`: how an agent reaches its native provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthForward {
    /// By its own login, which is left alone.
    Sync,
    /// By the key that is configured.
    ApiKey,
    /// By the token of a login that is configured.
    OauthToken,
    /// Not at all.
    Ignore,
}

impl AuthForward {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sync, Self::ApiKey, Self::OauthToken, Self::Ignore];
    pub(crate) const EXPECTED: &str = "\"sync\", \"api_key\", \"oauth_token\" or \"ignore\"";

    /// The text in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::ApiKey => "api_key",
            Self::OauthToken => "oauth_token",
            Self::Ignore => "ignore",
        }
    }
}

impl Agent {
    /// An agent whose program is called like it, and that speaks no protocol yet: it can only use
    /// its native provider, with a key from this variable or with its own login.
    #[must_use]
    pub fn new(id: AgentId, native: ProviderId, native_key: EnvName) -> Self {
        Self {
            label: id.to_string().into(),
            program: id.to_string().into(),
            id,
            native,
            native_key,
            token: None,
            other_keys: Cow::Borrowed(&[]),
            own_models: None,
            guarded_from: None,
            install: Cow::Borrowed(""),
            install_dirs: Cow::Borrowed(&[]),
            bindings: Cow::Borrowed(&[]),
            settings: Cow::Borrowed(&[]),
            outlets: Cow::Borrowed(&[]),
            prompt: None,
            nesting: Cow::Borrowed(&[]),
            detours: Cow::Borrowed(&[]),
            native_args: Cow::Borrowed(&[]),
            native_vars: Cow::Borrowed(&[]),
            hand_overs: Cow::Borrowed(&[]),
            valued_options: Cow::Borrowed(&[]),
            first_words: Cow::Borrowed(&[]),
            uses_any_key: false,
            settings_option: None,
            impostors: Cow::Borrowed(&[]),
        }
    }

    /// Sets its name for people.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Text>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets the program to start: a name to be found on `PATH`, or a path.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<Text>) -> Self {
        self.program = program.into();
        self
    }

    /// Sets the command that installs it.
    #[must_use]
    pub fn with_install(mut self, command: impl Into<Text>) -> Self {
        self.install = command.into();
        self
    }

    /// Adds a directory below the home directory in which an installer of its own puts it.
    #[must_use]
    pub fn with_install_dir(mut self, dir: impl Into<Text>) -> Self {
        self.install_dirs.to_mut().push(dir.into());
        self
    }

    /// Sets the variable in which it finds the token of a login.
    #[must_use]
    pub fn with_token(mut self, variable: EnvName) -> Self {
        self.token = Some(variable);
        self
    }

    /// Adds another variable in which it finds a login.
    #[must_use]
    pub fn with_other_key(mut self, variable: EnvName) -> Self {
        self.other_keys.to_mut().push(variable);
        self
    }

    /// Adds a protocol that it speaks, after those that are preferred.
    #[must_use]
    pub fn with_binding(mut self, binding: ProtocolBinding) -> Self {
        self.bindings.to_mut().push(binding);
        self
    }

    /// Adds marks of a running session, with the reason for people.
    #[must_use]
    pub fn with_nesting<T: Into<Text>>(
        mut self,
        reason: impl Into<Text>,
        patterns: impl IntoIterator<Item = T>,
    ) -> Self {
        self.nesting.to_mut().push(Scrub::new(reason, patterns));
        self
    }

    /// Adds variables that send it elsewhere on its native provider, with the reason for people.
    #[must_use]
    pub fn with_detours<T: Into<Text>>(
        mut self,
        reason: impl Into<Text>,
        patterns: impl IntoIterator<Item = T>,
    ) -> Self {
        self.detours.to_mut().push(Scrub::new(reason, patterns));
        self
    }

    /// Adds a variable that is set where its native provider is named.
    #[must_use]
    pub fn with_native_var(mut self, var: NativeVar) -> Self {
        self.native_vars.to_mut().push(var);
        self
    }

    /// Adds a way in which it hands a session on to another process.
    #[must_use]
    pub fn with_hand_over(mut self, hand_over: HandOver) -> Self {
        self.hand_overs.to_mut().push(hand_over);
        self
    }

    /// Adds another program that is called like it.
    #[must_use]
    pub fn with_impostor(mut self, impostor: Impostor) -> Self {
        self.impostors.to_mut().push(impostor);
        self
    }

    /// Adds options that take the next word as their value.
    #[must_use]
    pub fn with_valued_options<T: Into<Text>>(
        mut self,
        options: impl IntoIterator<Item = T>,
    ) -> Self {
        self.valued_options.to_mut().extend(options.into_iter().map(Into::into));
        self
    }

    /// Adds words that it knows as the first alone.
    #[must_use]
    pub fn with_first_words<T: Into<Text>>(mut self, words: impl IntoIterator<Item = T>) -> Self {
        self.first_words.to_mut().extend(words.into_iter().map(Into::into));
        self
    }

    /// Sets the option in which it takes settings.
    #[must_use]
    pub fn with_settings_option(mut self, option: SettingsOption) -> Self {
        self.settings_option = Some(option);
        self
    }

    /// The package that it comes in: the last word of the command that installs it.
    #[must_use]
    pub fn package(&self) -> &str {
        self.install.rsplit(' ').next().unwrap_or_default()
    }

    /// Whether a variable of this name can steer it or carry a login of it.
    #[must_use]
    pub fn is_steered_by(&self, name: &str) -> bool {
        let scrubs = self.bindings.iter().flat_map(|binding| &*binding.scrub);
        let mut patterns = scrubs.flat_map(|scrub| &*scrub.patterns);
        let mut names = self.binding_vars().filter_map(|var| var.name.as_ref());
        patterns.any(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
            || names.any(|known| known.as_str() == name)
            || self.credentials().any(|known| known.as_str() == name)
    }

    /// Every variable without which some of its words are refused.
    pub(crate) fn needed(&self) -> impl Iterator<Item = &EnvName> {
        self.hand_overs.iter().filter_map(|hand_over| match &hand_over.fate {
            HandOverFate::Needs { variable, .. } => Some(variable),
            _ => None,
        })
    }

    /// Every variable of every binding.
    pub(crate) fn binding_vars(&self) -> impl Iterator<Item = &Var> {
        self.bindings.iter().flat_map(|binding| binding.vars.iter())
    }

    /// Every variable in which it finds its own login.
    pub(crate) fn logins(&self) -> impl Iterator<Item = &EnvName> {
        std::iter::once(&self.native_key).chain(&self.token).chain(&*self.other_keys)
    }

    /// Every variable in which it may find a key or a login.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = &EnvName> {
        let keys = self.binding_vars().filter(|var| var.is_key());
        self.logins().chain(keys.filter_map(|var| var.name.as_ref()))
    }
}
