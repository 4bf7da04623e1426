//! The program as users and scripts meet it, on the real system.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod config;
mod elsewhere;
mod env;
mod formats;
#[cfg(feature = "request")]
mod gateway;
mod guide;
#[cfg(feature = "request")]
mod journey;
mod labels;
mod last;
mod picker;
mod readme;
#[cfg(feature = "request")]
mod request;
mod run;
mod screens;
mod secrets;
mod support;
mod tmux;
#[cfg(feature = "request")]
mod trust;
