//! The types of agents, providers and endpoints. This room holds no table and looks nothing up.

mod agent;
mod key;
mod provider;
mod settings;
mod small_map;

pub use agent::{Agent, AuthForward, Feed, Guard, Prompt, Redirect, Scrub, Var, Version, Wiring};
pub use key::{KeyProblem, check_key};
pub use provider::{Endpoint, Mode, Protocol, Provider, Slot, Tier};
pub use settings::{Answer, Setting, SettingKey, SettingsFile, SettingsPlace};
pub use small_map::SmallMap;
pub(crate) use {
    agent::NAME_PREFIX,
    key::KeyShape,
    provider::{Text, check_base_url, host, is_loopback, is_open_http},
};
