//! What the benches share: inputs of a chosen size, and the ways to build, time and count.

#![forbid(unsafe_code)]

pub mod build;
pub mod count;
pub mod race;
pub mod stage;

use std::fmt::Write as _;

use jackin_core::{Config, Document, EnvLayers, HostVar, NameOrigin, Provider};

/// Whatever went wrong, for a person who reads it.
pub type Answer<T> = Result<T, Box<dyn std::error::Error>>;

/// Whether this is `cargo bench`; `cargo test`, and `--test`, only ask whether a bench runs at all.
#[must_use]
pub fn is_bench() -> bool {
    let given = |option: &str| std::env::args().any(|argument| argument == option);
    given("--bench") && !given("--test")
}

/// A configuration text with a key for every provider, `entries` other variables and as many roles.
#[must_use]
pub fn config(entries: usize) -> String {
    let mut text = String::from(
        "[env]\nZAI_API_KEY = \"key-of-zai\"\nKIMI_CODE_API_KEY = \"op://vault/kimi/key\"\n",
    );
    for n in 0..entries {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "VARIABLE_{n} = \"value {n} of some usual length\"");
    }
    for n in 0..entries {
        let _ = writeln!(text, "[roles.role-{n}.env]\nROLE_VARIABLE = \"{n}\"");
    }
    text
}

/// A configuration text of about that many bytes.
#[must_use]
pub fn config_of(bytes: usize) -> String {
    config(bytes * 1000 / config(1000).len())
}

/// A configuration text with as many providers of the user's own.
#[must_use]
pub fn providers(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "[providers.own-{n}]\nlabel = \"Own {n}\"\nkey = \"OWN_{n}_API_KEY\"\n\
             [providers.own-{n}.anthropic]\nbase_url = \"https://own-{n}.example.com\"\n\
             models = {{ opus = \"large\", sonnet = \"middle\", haiku = \"small\" }}"
        );
    }
    text
}

/// The commands that read all of a configuration.
pub const LISTS: [&[&str]; 6] = [
    &["auth", "list", "--all"],
    &["auth", "guide"],
    &["config", "check"],
    &["providers"],
    &["providers", "--json"],
    &["plan", "--provider", "zai", "claude"],
];

/// A name, and a configuration with as many as are asked for.
pub type Kind = (&'static str, fn(usize) -> String);

/// What there may be many of, and a configuration with as many of them.
pub const KINDS: [Kind; 3] = [
    ("roles", roles),
    ("roles with providers", roles_with_providers),
    ("providers", keyed_providers),
];

/// A configuration text with as many roles, each with a key and a note.
#[must_use]
pub fn roles(count: usize) -> String {
    let mut text = String::from("[env]\nZAI_API_KEY = \"key-of-zai\"\n");
    for n in 0..count {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "[roles.role-{n}.env]\nZAI_API_KEY = \"key-{n}\" # note {n}");
    }
    text
}

/// A configuration text with as many roles, each with a provider of its own and its key.
#[must_use]
pub fn roles_with_providers(count: usize) -> String {
    let mut text = String::from("[env]\nZAI_API_KEY = \"key-of-zai\"\n");
    for n in 0..count {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "[roles.role-{n}.env]\nOWN_{n}_API_KEY = \"key-{n}\"\n\
             [roles.role-{n}.providers.own-{n}]\nkey = \"OWN_{n}_API_KEY\"\n\
             anthropic.base_url = \"https://own-{n}.example.com\""
        );
    }
    text
}

/// A configuration text with as many providers of the user's own, each with a key.
#[must_use]
pub fn keyed_providers(count: usize) -> String {
    let keys = (0..count).map(|n| format!("OWN_{n}_API_KEY = \"key-{n}\"\n"));
    let keys: String = keys.collect();
    format!("[env]\nZAI_API_KEY = \"key-of-zai\"\n{keys}{}", providers(count))
}

/// All four layers, each with the same `keys` keys.
#[must_use]
pub fn layers(keys: usize) -> EnvLayers {
    let mut values = String::from("ZAI_API_KEY = \"key-of-zai\"\n");
    for n in 1..keys {
        // Writing to a String cannot fail.
        let _ = writeln!(values, "VARIABLE_{n} = \"value {n} of some usual length\"");
    }
    let text = format!("[env]\n{values}[roles.dev.env]\n{values}");
    let global = Document::global("config.toml", &text).ok();
    let workspace =
        "acme".parse().ok().zip(Document::workspace("workspaces/acme.toml", &text).ok());
    let layers = Config { global, workspace, ..Config::default() }
        .layers(Some(("dev", NameOrigin::Argument)))
        .expect("the text above is a configuration");
    layers.with_environment(|_| HostVar::Unset)
}

/// The first provider that an agent is redirected to.
#[must_use]
pub fn redirected(layers: &EnvLayers) -> &Provider {
    let provider =
        layers.registry().providers().iter().find(|provider| provider.endpoints().next().is_some());
    provider.expect("some provider can be redirected to")
}

/// A usual configuration: 2 KB with one literal key.
#[must_use]
pub fn small_config() -> String {
    let mut text = String::from("[env]\nZAI_API_KEY = \"key-of-zai\"\n");
    let mut n = 0;
    while text.len() < 2000 {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "VARIABLE_{n} = \"value {n} of some usual length\"");
        n += 1;
    }
    text
}
