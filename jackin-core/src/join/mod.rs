//! Layers, an agent and a provider to a plan. This room names no agent and no provider, and knows no
//! clock, file or environment.

/// Which providers can be chosen for an agent, and what a session is called.
pub mod choice;
mod error;
mod fill;
mod pass_on;
mod proxies;
mod resolve;

pub use error::{ResolveError, SelectError};
pub use resolve::resolve;
