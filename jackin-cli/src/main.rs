//! `jackin`: starts a coding agent on the provider you choose, for one process.

mod ambient;
mod args;
mod commands;
mod expiry;
mod launch;
mod report;
mod secrets;
mod signals;
mod version;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
