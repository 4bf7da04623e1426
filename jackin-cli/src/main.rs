//! `jackin`: starts a coding agent on the provider you choose, for one process.

#![forbid(unsafe_code)]

use std::process::ExitCode;

/// The C library's own is fast everywhere but there.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    jackin_cli::main()
}
