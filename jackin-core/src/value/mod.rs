//! Configured values: literals, references to secrets, and the trait that reads references. This room
//! reads nothing and shows no literal.

mod env_value;
mod reference;
mod secret;
mod source;

pub use env_value::{EnvValue, ValueError};
pub use reference::{CommandRef, FileRef, KeyringRef, OpRef, SecretRef};
pub use secret::Secret;
pub use source::{MaterializeError, SecretError, SecretFailure, SecretSource};
pub(crate) use {env_value::has_nul, reference::is_absolute};
