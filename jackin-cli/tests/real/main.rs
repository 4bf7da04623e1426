//! The real agents behind jackin, from npm, against recording servers on loopback.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test ends where something it needs is missing")]

mod claude;
mod codex;
mod dialect;
mod install;
mod kimi;
mod opencode;
mod recorder;
mod smoke;
mod stage;
