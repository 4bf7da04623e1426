//! What a provider serves: protocols, base URLs, a model per slot. It knows nothing of agents.

use std::{borrow::Cow, fmt};

use serde::Serialize;

use crate::{
    model::{
        SmallMap,
        url::{authority, host, is_loopback, is_read_alike},
    },
    names::{EnvName, ProviderId, Scope, Source, Sourced},
};

/// A text of the built-in data, or of a configuration.
pub(crate) type Text = Cow<'static, str>;

/// A wire protocol between an agent and an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Protocol {
    /// Anthropic Messages.
    Anthropic,
    /// OpenAI Responses.
    OpenaiResponses,
    /// OpenAI Chat Completions.
    OpenaiChat,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Anthropic, Self::OpenaiResponses, Self::OpenaiChat];

    /// The name of the protocol's table in `[providers.<id>]`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenaiResponses => "openai-responses",
            Self::OpenaiChat => "openai-chat",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What an agent wants a model for. A provider may name a model for some of them only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Slot {
    /// Claude Code's largest tier.
    Opus,
    /// Claude Code's middle tier.
    Sonnet,
    /// Claude Code's smallest tier.
    Haiku,
    /// Claude Code's tier above opus.
    Fable,
    /// The model of the conversation, where there are no tiers.
    Main,
    /// The model for titles and other small calls.
    SmallFast,
}

impl Slot {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Opus, Self::Sonnet, Self::Haiku, Self::Fable, Self::Main, Self::SmallFast];

    /// The key of the slot in a `models` table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Sonnet => "sonnet",
            Self::Haiku => "haiku",
            Self::Fable => "fable",
            Self::Main => "main",
            Self::SmallFast => "small_fast",
        }
    }

    /// Which slots stand in, in order, when a provider names no model for this one: a provider with
    /// tiers fills `main` and `small_fast` from them, one with only those two fills every tier.
    const fn stand_ins(self) -> &'static [Self] {
        match self {
            Self::Opus | Self::Sonnet => &[Self::Main],
            Self::Haiku => &[Self::SmallFast],
            Self::Fable => &[Self::Opus, Self::Main],
            Self::Main => &[Self::Opus],
            Self::SmallFast => &[Self::Haiku],
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A provider, with every override applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// Its name for people.
    pub label: Sourced<Text>,
    /// The variable that holds its key in the layers.
    pub key: Sourced<EnvName>,
    /// How its keys begin, where that is known: with one of these. Providers of one vendor share theirs.
    pub key_prefixes: Cow<'static, [Text]>,
    /// Whether keys that begin so are good for this provider alone, and so are refused by others.
    pub key_bound: bool,
    /// The variable of the token with which keys are asked for; it is never a key itself.
    pub request_token: Option<EnvName>,
    /// What is sent in a key's place when none is configured, for a provider that needs none.
    pub token: Option<Sourced<Text>>,
    /// When the key ends, in seconds since 1970.
    pub expires_at: Option<i64>,
    /// What to do when it has ended.
    pub expired: Option<Text>,
    /// Whether it may be chosen.
    pub mode: Option<Sourced<Mode>>,
    /// How far its data can be relied on.
    pub tier: Tier,
    /// Where the data come from.
    pub source: Option<Text>,
    /// The day on which they were last compared with that.
    pub checked: Option<Text>,
    /// The host of the agent's own API, for a provider without a base URL.
    pub(crate) host: Option<Text>,
    /// Whether its key may be sent without TLS.
    pub insecure: bool,
    /// What it serves. Empty for a provider that only its own agent can use.
    pub(crate) endpoints: SmallMap<Protocol, Endpoint>,
}

impl Provider {
    /// A provider that serves nothing yet, whose key is configured in this variable.
    #[must_use]
    pub fn new(id: ProviderId, key: EnvName) -> Self {
        Self {
            label: of_program(id.to_string().into()),
            id,
            key: of_program(key),
            key_prefixes: Cow::Borrowed(&[]),
            key_bound: false,
            request_token: None,
            token: None,
            expires_at: None,
            expired: None,
            mode: None,
            tier: Tier::Own,
            source: None,
            checked: None,
            host: None,
            insecure: false,
            endpoints: SmallMap::default(),
        }
    }

    /// Sets its name for people.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Text>) -> Self {
        self.label = of_program(label.into());
        self
    }

    /// Adds a text with which its keys begin. A key that begins with none of them triggers a warning.
    #[must_use]
    pub fn with_key_prefix(mut self, prefix: impl Into<Text>) -> Self {
        self.key_prefixes.to_mut().push(prefix.into());
        self
    }

    /// Adds a protocol that it serves, or replaces the endpoint for that protocol.
    #[must_use]
    pub fn with_endpoint(mut self, protocol: Protocol, endpoint: Endpoint) -> Self {
        let others = self.endpoints.iter().filter(|(known, _)| **known != protocol);
        let others = others.map(|(known, endpoint)| (*known, endpoint.clone()));
        self.endpoints = others.chain([(protocol, endpoint)]).collect();
        self
    }

    /// The same with what another entry of its id says about where its keys work, unless it says so
    /// itself: a replaced provider keeps the limits of its keys.
    pub(crate) fn with_limits_of(mut self, known: &Self) -> Self {
        self.host = self.host.or_else(|| known.host.clone());
        if self.key_prefixes.is_empty() {
            self.key_prefixes.clone_from(&known.key_prefixes);
        }
        self.key_bound |= known.key_bound;
        self
    }

    /// Its endpoints, by protocol.
    pub fn endpoints(&self) -> impl Iterator<Item = (Protocol, &Endpoint)> {
        self.endpoints.iter().map(|(protocol, endpoint)| (*protocol, endpoint))
    }

    /// Its endpoint for a protocol, if it serves that.
    #[must_use]
    pub fn endpoint(&self, protocol: Protocol) -> Option<&Endpoint> {
        self.endpoints.get(&protocol)
    }

    /// The hosts that it names.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        let urls = self.endpoints.values().filter_map(|endpoint| endpoint.base_url.as_ref());
        self.host.as_deref().into_iter().chain(urls.map(|url| host(&url.value)))
    }

    /// Whether a URL leads to one of its hosts. On this machine, another port is another server.
    pub(crate) fn is_at(&self, url: &str) -> bool {
        let mut urls = self.endpoints.values().filter_map(|endpoint| endpoint.base_url.as_ref());
        match host(url) {
            // What programs read differently may lead one of them elsewhere.
            _ if !is_read_alike(url) => false,
            here if is_loopback(here) => urls.any(|own| authority(&own.value) == authority(url)),
            there => self.hosts().any(|own| own.eq_ignore_ascii_case(there)),
        }
    }
}

/// `mode` of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// It can be used with its key: as if nothing were said, to take back a wider scope's word.
    ApiKey,
    /// It is not to be used, although there may be a key.
    Ignore,
}

impl Mode {
    /// The name in configurations and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::Ignore => "ignore",
        }
    }
}

/// How far the data of a provider can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Tier {
    /// An agent's own provider: the agent knows the way.
    Native,
    /// Tried with the real agents against a recording server.
    Verified,
    /// Taken from the provider's documentation.
    Community,
    /// The user's own.
    Own,
}

impl Tier {
    /// The name used in text and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Verified => "verified",
            Self::Community => "community",
            Self::Own => "own",
        }
    }
}

/// One protocol of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The URL that the agent's client appends its paths to.
    pub base_url: Option<Sourced<Text>>,
    /// The model for each slot that has one.
    pub(crate) models: SmallMap<Slot, Sourced<Text>>,
    /// The context window of these models, in tokens.
    pub window: Option<Sourced<u64>>,
    /// How long the agent's client waits for an answer, in milliseconds.
    pub timeout_ms: Option<Sourced<u64>>,
    /// Variables that it wants set and empty.
    pub empty: Option<Sourced<Cow<'static, [EnvName]>>>,
}

impl Endpoint {
    /// An endpoint at a base URL.
    #[must_use]
    pub fn new(base_url: impl Into<Text>) -> Self {
        Self { base_url: Some(of_program(base_url.into())), ..Self::default() }
    }

    /// Sets the model for a slot.
    #[must_use]
    pub fn with_model(mut self, slot: Slot, model: impl Into<Text>) -> Self {
        let others = self.models.iter().filter(|(known, _)| **known != slot);
        let others = others.map(|(known, model)| (*known, model.clone()));
        self.models = others.chain([(slot, of_program(model.into()))]).collect();
        self
    }

    /// Sets the context window of its models, in tokens.
    #[must_use]
    pub fn with_window(mut self, tokens: u64) -> Self {
        self.window = Some(of_program(tokens));
        self
    }

    /// Sets how long the agent's client waits for an answer, in milliseconds.
    #[must_use]
    pub fn with_timeout_ms(mut self, timeout: u64) -> Self {
        self.timeout_ms = Some(of_program(timeout));
        self
    }

    /// The models that it names, by slot.
    pub fn models(&self) -> impl Iterator<Item = (Slot, &Sourced<Text>)> {
        self.models.iter().map(|(slot, model)| (*slot, model))
    }

    /// The model for a slot, and whether the provider names it for this very slot (`true`) or
    /// another slot stands in (`false`).
    #[must_use]
    pub fn model(&self, slot: Slot) -> Option<(&Sourced<Text>, bool)> {
        if let Some(model) = self.models.get(&slot) {
            return Some((model, true));
        }
        let stand_in = slot.stand_ins().iter().find_map(|other| self.models.get(other))?;
        Some((stand_in, false))
    }

    /// Puts the more specific fields of `other` over this one's.
    pub(crate) fn overlay(&mut self, other: Self) {
        Sourced::overlay(&mut self.base_url, other.base_url);
        Sourced::overlay(&mut self.window, other.window);
        Sourced::overlay(&mut self.timeout_ms, other.timeout_ms);
        Sourced::overlay(&mut self.empty, other.empty);
        let merged = Slot::ALL.into_iter().filter_map(|slot| {
            let mut merged = self.models.get(&slot).cloned();
            Sourced::overlay(&mut merged, other.models.get(&slot).cloned());
            merged.map(|model| (slot, model))
        });
        self.models = merged.collect();
    }
}

/// A value that a program gives.
fn of_program<T>(value: T) -> Sourced<T> {
    Sourced::new(value, Source::new(Scope::Program))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fields;

    fn endpoint(models: &[(Slot, &'static str)]) -> Endpoint {
        let sourced = |model: &'static str| Sourced::new(model.into(), Source::new(Scope::Global));
        Endpoint {
            models: models.iter().map(|(slot, model)| (*slot, sourced(model))).collect(),
            ..Endpoint::default()
        }
    }

    fn filled(endpoint: &Endpoint) -> Vec<(&str, bool)> {
        Slot::ALL
            .iter()
            .filter_map(|slot| endpoint.model(*slot))
            .map(|(model, own)| (&*model.value, own))
            .collect()
    }

    #[test]
    fn the_names_are_the_lists() {
        let endpoints =
            fields::PROVIDER.iter().filter(|f| matches!(f.kind, fields::Kind::Endpoint));
        assert!(endpoints.map(|field| field.name).eq(Protocol::ALL.map(Protocol::as_str)));
        assert_eq!(Slot::ALL.map(Slot::as_str), fields::SLOTS);
    }

    #[test]
    fn tiers_fill_main_and_small_fast() {
        let tiers = endpoint(&[(Slot::Opus, "o"), (Slot::Sonnet, "s"), (Slot::Haiku, "h")]);
        let wanted =
            [("o", true), ("s", true), ("h", true), ("o", false), ("o", false), ("h", false)];
        assert_eq!(filled(&tiers), wanted);
    }

    #[test]
    fn main_and_small_fast_fill_every_tier() {
        let two = endpoint(&[(Slot::Main, "m"), (Slot::SmallFast, "f")]);
        let wanted =
            [("m", false), ("m", false), ("f", false), ("m", false), ("m", true), ("f", true)];
        assert_eq!(filled(&two), wanted);
    }

    #[test]
    fn a_slot_without_a_stand_in_has_no_model() {
        assert!(endpoint(&[(Slot::Opus, "o")]).model(Slot::Sonnet).is_none());
    }
}
