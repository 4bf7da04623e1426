//! What surrounds a launch: the configuration directory, the places secrets are read from, and the
//! exec. The program `jackin` is made of it; another tool gets the whole behaviour of `jackin run`
//! from the same parts, and what is decided from [`jackin_core`].
//!
//! ```no_run
//! use jackin_cli::{Ambient, Failure, Sources, launch};
//! use jackin_core::{Agent, NameOrigin, choice, resolve};
//!
//! fn run() -> Result<(), Failure> {
//!     let ambient = Ambient::read(None);
//!     let layers = ambient.layers(None, None)?;
//!     let agent = layers.registry.agent("claude").expect("built in");
//!     let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument)))?;
//!     let plan = resolve(&layers, agent, provider)?.with_args(std::env::args_os().skip(1));
//!     match launch(&plan.materialize(&Sources::new(&ambient))?, &ambient)? {}
//! }
//! ```

#![forbid(unsafe_code)]

mod ambient;
mod args;
mod commands;
#[cfg(feature = "manual")]
mod complete;
#[cfg(feature = "terminal")]
mod console;
mod doctor;
mod expiry;
mod failure;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod group;
mod input;
mod keys;
#[cfg(feature = "terminal")]
mod last;
mod launch;
#[cfg(jackin_leak)]
mod leak;
#[cfg(feature = "terminal")]
mod line;
#[cfg(feature = "request")]
mod mcp;
#[cfg(feature = "terminal")]
mod picker;
mod report;
mod schema;
#[cfg(feature = "terminal")]
mod screen;
mod secrets;
mod signals;
mod store;
mod terminal;
mod version;

pub use crate::{
    ambient::Ambient, commands::main, failure::Failure, launch::launch, secrets::Sources,
};
