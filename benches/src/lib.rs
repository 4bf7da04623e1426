//! Inputs of a chosen size, shared by the benches.

#![forbid(unsafe_code)]

use std::fmt::Write as _;

use jackin_core::{Config, Document, EnvLayers, Given, HostVar};

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
    let layers = Config { global, workspace }
        .layers(Some(("dev", Given::Argument)))
        .expect("the text above is a configuration");
    layers.with_environment(|_| HostVar::Unset)
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
