//! Real keepers of secrets behind jackin, and a real terminal. 1Password is not among them, since
//! its program needs an account.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test ends where something it needs is missing"
)]

mod keyring;
mod pass;
#[path = "../cli/support.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod support;
mod terminal;
