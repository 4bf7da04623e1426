//! The agents and providers of one program: the built-in ones, and those that are added. Nothing that a
//! registry does not know can be joined. This room reads no text of a user.

mod agents;
mod built_in;
mod catalog;
mod unknown;

pub(crate) use agents::{AGENTS, scrub};
pub use catalog::Catalog;
pub use unknown::{Given, Unknown};
