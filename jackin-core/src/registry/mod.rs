//! The agents and providers of one program: the built-in ones, and those that are added. Nothing that
//! the registry does not know can be joined. This room reads no text of a user's.

mod agents;
mod built_in;
mod check;
mod error;
mod key_like;
mod paths;
mod tables;
mod unknown;

pub use error::RegistryError;
pub use tables::Registry;
pub use unknown::{NameOrigin, Unknown};
pub(crate) use {
    check::{NO_NATIVE_KEY, OF_A_LOGIN, TAKEN},
    paths::below_home,
    tables::OtherUrl,
};
