//! `jackin`: starts a coding agent on the provider you choose, for one process.

mod ambient;
mod args;
mod commands;
mod expiry;
mod formats;
mod launch;
mod report;
mod secrets;
mod version;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
