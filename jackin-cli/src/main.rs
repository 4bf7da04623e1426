//! `jackin`: starts a coding agent on the provider you choose, for one process.

mod ambient;
mod args;
mod bundle;
mod commands;
mod edit;
mod expiry;
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

/// The C library's own is fast everywhere but there.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    commands::main()
}
