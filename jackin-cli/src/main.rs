//! `jackin`: starts a coding agent on the provider you choose, for one process.

mod ambient;
mod args;
mod bundle;
mod commands;
mod edit;
mod expiry;
mod formats;
mod input;
mod last;
mod launch;
mod picker;
mod report;
mod secrets;
mod signals;
mod store;
mod terminal;
mod version;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
