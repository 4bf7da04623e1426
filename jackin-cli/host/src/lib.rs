//! What surrounds a launch of [`jackin_core`]: the configuration directory, the places that secrets
//! are read from, the agent's program, and the exec. jackin-core decides and touches nothing; this
//! crate touches the machine and decides nothing about keys. It prints nothing and never prompts.
//!
//! The program `jackin` is built on it. Another program gets all of `jackin run` like this:
//!
//! ```no_run
//! use jackin_core::{NameOrigin, choice, resolve};
//! use jackin_host::{Ambient, Sources, launch};
//!
//! fn run() -> Result<(), Box<dyn std::error::Error>> {
//!     let ambient = Ambient::read(None);
//!     let layers = ambient.layers(None, None)?;
//!     let agent = layers.registry().agent("claude").ok_or("no such agent")?;
//!     let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument)))?;
//!     let plan = resolve(&layers, agent, provider)?.with_args(std::env::args_os().skip(1))?;
//!     match launch(&plan.materialize(&Sources::new(&ambient))?, &ambient)? {}
//! }
//! ```
//!
//! - [`Ambient`] is the process's environment and the user's configuration files.
//! - [`Sources`] reads secrets: 1Password, commands, files, host variables, the system's keyring
//!   (feature `keyring`).
//! - [`launch()`] becomes the agent. [`command`] gives a [`std::process::Command`] to a program that
//!   goes on running beside the agent.
//! - [`HostError`] is every error of this crate as data. Its text never holds a secret.
//!
//! The modules hold the parts that these are made of.

#![forbid(unsafe_code)]
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "a test makes files and programs"))]

mod error;
pub mod keys;
pub mod launch;
#[doc(hidden)]
#[cfg(jackin_leak)]
pub mod leak;
pub mod os;
pub mod place;
pub mod text;

pub use crate::{
    error::{FileKind, HelperProblem, HostError, HostErrorKind, ReadProblem, Untrusted},
    keys::Sources,
    launch::{command, launch},
    place::Ambient,
};
