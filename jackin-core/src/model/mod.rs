//! The types of agents, providers and endpoints. This room holds no table and looks nothing up.

mod agent;
mod binding;
mod check;
mod constructors;
#[expect(dead_code, reason = "the build script and the schema need the rest")]
pub(crate) mod fields;
mod hand_over;
mod impostor;
mod key;
mod key_shape;
mod provider;
mod settings;
mod settings_argument;
mod small_map;
mod url;
mod version;

pub use agent::{
    Agent, AuthForward, Guard, NativeVar, OwnModels, PackageVersion, Prompt, PromptVar,
};
pub use binding::{ProtocolBinding, Redirect, RedirectMark, Scrub, Template, Var, VarSource};
pub(crate) use hand_over::ends_of_options;
pub use hand_over::{HandOver, HandOverFate, Words};
pub use impostor::Impostor;
pub use key::{KeyProblem, check_key};
pub use provider::{Endpoint, Mode, Protocol, Provider, Slot, Tier};
pub use settings::{
    NativeEffect, Outlet, Setting, SettingEffect, SettingKey, SettingsFile, SettingsPlace,
    SystemDir,
};
pub use settings_argument::{GivenSetting, GivenValue, ProjectTools, SettingsOption};
pub use version::{Version, VersionError};
pub(crate) use {
    binding::NAME_PREFIX,
    check::{check_count, check_key_name, check_key_prefix, check_label, check_model, check_token},
    key_shape::{KeyShape, OtherPrefix},
    provider::Text,
    small_map::SmallMap,
    url::{check_base_url, host, is_loopback, is_open_http},
};
