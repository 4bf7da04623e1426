//! What an agent reads: for each protocol, which variable and which argument takes what, and what
//! must not reach it. Types alone; the built-in agents are in the registry's table.

use std::{borrow::Cow, fmt, ptr};

use crate::{
    model::{Endpoint, Protocol, Provider, SettingsFile, Slot, Text},
    names::{AgentId, EnvName, ProviderId},
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
    /// The protocols it speaks, the preferred one first, and how it is told.
    pub bindings: Cow<'static, [ProtocolBinding]>,
    /// Its own settings that could fight a redirect.
    pub settings: Cow<'static, [SettingsFile]>,
    /// A prompt that tries a provider without a person; none where this is not known.
    pub prompt: Option<Prompt>,
    /// Marks of a running session, which a new session must not inherit.
    pub nesting: Cow<'static, [Scrub]>,
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

/// A version as `major.minor.patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl Version {
    /// A version of three numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }
}

/// A text that is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version of the form MAJOR.MINOR.PATCH")]
pub struct VersionError;

impl std::str::FromStr for Version {
    type Err = VersionError;

    /// Reads three numbers and ignores a suffix after them.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let digits = |part: &str| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().map_err(|_| VersionError)
        };
        let mut parts = text.splitn(3, '.').map(digits);
        let mut next = || parts.next().ok_or(VersionError)?;
        Ok(Self::new(next()?, next()?, next()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// How an agent is told to use an endpoint of one protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtocolBinding {
    /// The protocol.
    pub protocol: Protocol,
    /// The slots it needs a model for.
    pub slots: Cow<'static, [Slot]>,
    /// The variables that make the redirect, and those that make it hold.
    pub vars: Cow<'static, [Var]>,
    /// The arguments of the redirect, before the user's own. No argument holds a secret.
    pub args: Template<Vec<String>>,
    /// Variables of the environment that would break or betray the redirect.
    pub scrub: Cow<'static, [Scrub]>,
    /// The mark of an environment that is already redirected.
    pub mark: Option<RedirectMark>,
}

/// A variable that shows that an environment is already redirected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedirectMark {
    /// Its name.
    pub variable: EnvName,
    /// What its value contains.
    pub contains: Text,
}

/// A text or a list of arguments, made from a redirect.
///
/// A template never sees the key, so it cannot put the key into an argument.
pub struct Template<T>(pub fn(&Redirect<'_>) -> T);

impl<T> Clone for Template<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Template<T> {}

impl<T> PartialEq for Template<T> {
    fn eq(&self, other: &Self) -> bool {
        ptr::fn_addr_eq(self.0, other.0)
    }
}

impl<T> Eq for Template<T> {}

impl<T> fmt::Debug for Template<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Template")
    }
}

/// What an agent can be told about the endpoint it is redirected to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Redirect<'a> {
    /// The provider.
    pub provider: &'a Provider,
    /// The protocol.
    pub protocol: Protocol,
    /// The provider's endpoint for it, with a base URL and a model for every slot of the binding.
    pub endpoint: &'a Endpoint,
}

impl Redirect<'_> {
    /// A name for the provider in the agent's own configuration. Its prefix keeps it from being
    /// merged with a block of the user's.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{NAME_PREFIX}{}", self.provider.id)
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.endpoint.base_url.as_ref().map_or("", |url| url.value.trim_end_matches('/'))
    }

    /// The model for a slot.
    #[must_use]
    pub fn model(&self, slot: Slot) -> &str {
        self.endpoint.model(slot).map_or("", |(model, _)| &model.value)
    }
}

/// How jackin's own names begin in an agent's configuration.
pub(crate) const NAME_PREFIX: &str = "jackin-";

/// One variable of a redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Var {
    /// Its name; none for the variable in which the provider's key is configured.
    pub name: Option<EnvName>,
    /// Where its value comes from.
    pub source: VarSource,
    /// The lowest guard level that sets it.
    pub guard: Guard,
}

impl Var {
    /// A variable that every redirect sets.
    #[must_use]
    pub const fn new(name: EnvName, source: VarSource) -> Self {
        Self { name: Some(name), source, guard: Guard::Off }
    }

    /// The provider's key, under the name of the variable in which it is configured.
    #[must_use]
    pub const fn key_as_configured() -> Self {
        Self { name: None, source: VarSource::Key, guard: Guard::Off }
    }

    /// The same variable, set from this guard level on.
    #[must_use]
    pub const fn from_guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Whether it takes the provider's key.
    pub(crate) const fn is_key(&self) -> bool {
        matches!(self.source, VarSource::Key)
    }
}

/// Where the value of a redirect's variable comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VarSource {
    /// The provider's key.
    Key,
    /// The base URL.
    BaseUrl,
    /// The model for a slot.
    Model(Slot),
    /// The model for one of several tiers. A tier that the provider does not name is filled from
    /// another one; it then belongs to the guard, which keeps foreign model names out.
    Tier(Slot),
    /// The context window in tokens, where it is known.
    Window,
    /// The provider's timeout, else this one; milliseconds.
    TimeoutMs(u64),
    /// Always the same text.
    Fixed(Text),
    /// A text made from the redirect; it holds no secret.
    Text(Template<String>),
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

/// Names that are removed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scrub {
    /// Why, for people.
    pub reason: Text,
    /// Variable names; `*` matches any run of characters.
    pub patterns: Cow<'static, [Text]>,
}

impl Scrub {
    /// Names under the reason that they share.
    pub fn new<T: Into<Text>>(
        reason: impl Into<Text>,
        patterns: impl IntoIterator<Item = T>,
    ) -> Self {
        Self { reason: reason.into(), patterns: patterns.into_iter().map(Into::into).collect() }
    }
}

impl ProtocolBinding {
    /// A binding that sets nothing yet.
    #[must_use]
    pub const fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            slots: Cow::Borrowed(&[]),
            vars: Cow::Borrowed(&[]),
            args: Template(|_| Vec::new()),
            scrub: Cow::Borrowed(&[]),
            mark: None,
        }
    }

    /// Adds a slot that needs a model.
    #[must_use]
    pub fn with_slot(mut self, slot: Slot) -> Self {
        self.slots.to_mut().push(slot);
        self
    }

    /// Adds a variable.
    #[must_use]
    pub fn with_var(mut self, var: Var) -> Self {
        self.vars.to_mut().push(var);
        self
    }

    /// Sets the arguments of the redirect.
    #[must_use]
    pub const fn with_args(mut self, args: fn(&Redirect<'_>) -> Vec<String>) -> Self {
        self.args = Template(args);
        self
    }

    /// Adds variables that must not be inherited, with the reason for people.
    #[must_use]
    pub fn with_scrub<T: Into<Text>>(
        mut self,
        reason: impl Into<Text>,
        patterns: impl IntoIterator<Item = T>,
    ) -> Self {
        self.scrub.to_mut().push(Scrub::new(reason, patterns));
        self
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
            bindings: Cow::Borrowed(&[]),
            settings: Cow::Borrowed(&[]),
            prompt: None,
            nesting: Cow::Borrowed(&[]),
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

    /// The package that it comes in: the last word of the command that installs it.
    #[must_use]
    pub fn package(&self) -> &str {
        self.install.rsplit(' ').next().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let version = |text: &str| text.parse::<Version>();
        assert!(version("2.1.98").unwrap() < version("2.1.198").unwrap());
        assert_eq!(version("2.1.329-beta.1"), Ok(Version::new(2, 1, 329)));
        for bad in ["", "2", "2.1", "2.1.", "a.b.c", "2..1", "claude", "99999999999.1.1"] {
            assert_eq!(version(bad), Err(VersionError), "{bad}");
        }
    }
}
