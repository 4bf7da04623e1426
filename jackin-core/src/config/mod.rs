//! Configuration text to scoped layers, provider overrides and defaults. This room opens no file; keys
//! that jackin does not know are passed over, and errors never quote the text.

mod document;
mod error;
/// How to get a provider's key, and why the provider may refuse it. No launch reads this.
pub mod guide;
mod isolation;
mod layers;
mod misplaced;
mod programs;
mod provider_table;
mod providers;
pub(crate) mod reader;

pub use document::{Config, Document};
pub use error::{ConfigError, ConfigPlace};
pub use isolation::Isolation;
pub use layers::{EnvLayer, EnvLayers, HostVar};
pub(crate) use {
    layers::EnvEntry, programs::ProgramTable, provider_table::ProviderTable, providers::Refused,
};
