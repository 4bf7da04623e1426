//! How an agent is told to use an endpoint: for each protocol, which variable and which argument takes
//! what, and what must not reach it.

use std::{borrow::Cow, fmt, ptr};

use crate::{
    model::{Endpoint, GivenSetting, Guard, Protocol, Provider, Slot, Text},
    names::EnvName,
};

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
    /// The arguments that make the redirect hold, after those. The guard adds them.
    pub guard_args: Template<Vec<String>>,
    /// The settings that make the redirect hold, for the agent's
    /// [`settings_option`](crate::Agent::settings_option). The guard adds them.
    pub guard_settings: Cow<'static, [GivenSetting]>,
    /// What the guard's arguments keep away, as the end of a sentence. An environment alone does not.
    pub kept_away: Text,
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
            guard_args: Template(|_| Vec::new()),
            guard_settings: Cow::Borrowed(&[]),
            kept_away: Cow::Borrowed(""),
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

    /// Sets the arguments that the guard adds.
    #[must_use]
    pub const fn with_guard_args(mut self, args: fn(&Redirect<'_>) -> Vec<String>) -> Self {
        self.guard_args = Template(args);
        self
    }

    /// Adds a setting that the guard gives the agent.
    #[must_use]
    pub fn with_guard_setting(mut self, setting: GivenSetting) -> Self {
        self.guard_settings.to_mut().push(setting);
        self
    }

    /// Says what the guard's arguments keep away, as the end of a sentence.
    #[must_use]
    pub fn with_kept_away(mut self, what: impl Into<Text>) -> Self {
        self.kept_away = what.into();
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
