//! The program `jackin`: its arguments, what it shows and asks, its exit codes. What surrounds a launch is
//! [`jackin_host`], what is decided is [`jackin_core`]; another program builds on those.

#![forbid(unsafe_code)]
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "a test makes files and programs"))]

mod allowance;
mod args;
mod commands;
#[cfg(feature = "manual")]
mod complete;
#[cfg(feature = "terminal")]
mod console;
mod doctor;
mod failure;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "request")]
mod mcp;
mod schema;
mod scope_file;
mod ui;

pub use crate::commands::main;
