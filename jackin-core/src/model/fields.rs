//! The keys of `[providers.ID]` and of the tables below it, listed once: the reader, the build script,
//! the JSON Schema and the comment of `data/providers.toml` follow these lists. Since the build script
//! compiles this file too, it uses no other.

/// A key.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) about: &'static str,
}

/// What a key has as its value.
pub(crate) enum Kind {
    Text,
    Flag,
    /// A positive whole number.
    Count,
    /// A text, or a list of texts.
    Texts,
    /// A list of variables.
    Variables,
    Mode,
    Models,
    Endpoint,
    /// A table that no launch reads.
    Guide,
    /// Hosts, and why its keys work on none of them.
    Hosts,
}

/// Where a key may be.
#[derive(PartialEq)]
pub(crate) enum Place {
    Anywhere,
    /// In the built-in data alone.
    BuiltIn,
    /// In a user's configuration alone.
    User,
}

use Kind::{Count, Endpoint, Flag, Guide, Hosts, Mode, Models, Text, Texts, Variables};
use Place::{Anywhere, BuiltIn, User};

const fn field(name: &'static str, kind: Kind, place: Place, about: &'static str) -> Field {
    Field { name, kind, place, about }
}

/// The keys of `[providers.ID]`.
pub(crate) const PROVIDER: &[Field] = &[
    field("label", Text, Anywhere, "The name that people see."),
    field("key", Text, Anywhere, "The variable that holds the key."),
    field("extends", Text, User, "The built-in provider to start from."),
    field("mode", Mode, User, "Whether the provider may be chosen."),
    field("key_prefix", Texts, Anywhere, "How its keys begin: a text, or a list of them."),
    field("key_bound", Flag, Anywhere, "Whether keys with that prefix work nowhere else."),
    field("token", Text, Anywhere, "What is sent when no key is configured."),
    field("expires_at", Text, User, "When the key expires, as in 2026-11-21T18:00:00Z."),
    field("expired", Text, Anywhere, "What to do when the key has expired."),
    field("insecure", Flag, User, "Whether the key may be sent without TLS."),
    field("request_token", Text, Anywhere, "The variable of the token that requests keys."),
    field("request_url", Text, Anywhere, "Where keys are requested: https, or on loopback."),
    field("host", Text, Anywhere, "The host, if no base URL has it."),
    field("refused_hosts", Hosts, BuiltIn, "Hosts that do not take its keys, and why."),
    field("tier", Text, BuiltIn, "`verified` with the real agents, or `community`."),
    field("source", Text, Anywhere, "Where these data come from."),
    field("checked", Text, Anywhere, "The day when they were last compared with the source."),
    field("anthropic", Endpoint, Anywhere, "The endpoint that speaks Anthropic Messages."),
    field("openai-responses", Endpoint, Anywhere, "The endpoint that speaks OpenAI Responses."),
    field("openai-chat", Endpoint, Anywhere, "The endpoint that speaks OpenAI Chat Completions."),
    field("guide", Guide, BuiltIn, "How to get a key."),
    field("allowance", Guide, BuiltIn, "When a member's allowance is renewed."),
    field("request", Guide, BuiltIn, "How to request a key."),
    field("causes", Guide, BuiltIn, "Why it may refuse a key, instead of the general causes."),
];

/// The keys of a protocol's table below it.
pub(crate) const ENDPOINT: &[Field] = &[
    field("base_url", Text, Anywhere, "The URL to which the agent's client appends its paths."),
    field("models", Models, Anywhere, "The model for each slot."),
    field("window", Count, Anywhere, "The context window, in tokens."),
    field("timeout_ms", Count, Anywhere, "How long the client waits for an answer, in ms."),
    field("empty", Variables, Anywhere, "Variables that must be set and empty."),
];

/// The keys of `models`.
pub(crate) const SLOTS: [&str; 6] = ["opus", "sonnet", "haiku", "fable", "main", "small_fast"];

/// The name of a key, at compile time: a key that is in no list does not compile.
pub(crate) const fn named(fields: &[Field], name: &'static str) -> &'static str {
    let mut at = 0;
    while at < fields.len() {
        if is_same(fields[at].name.as_bytes(), name.as_bytes()) {
            return name;
        }
        at += 1;
    }
    panic!("no list in fields.rs has this key")
}

const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, rest @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (rest, others);
    }
    one.is_empty() && other.is_empty()
}
