//! The program as users and scripts meet it, on the real system.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod auth;
mod bundle;
mod config;
mod console;
mod doctor;
mod elsewhere;
mod env;
mod exec;
mod faults;
mod formats;
#[cfg(feature = "request")]
mod gateway;
mod guide;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(feature = "request")]
mod journey;
mod keeping;
mod labels;
mod last;
mod machine;
mod manual;
mod picker;
#[path = "../../../fixtures/promised.rs"]
mod promised;
mod prompt;
mod readme;
#[cfg(feature = "request")]
mod request;
mod roundtrip;
mod run;
mod screens;
mod secrecy;
mod secrets;
mod shells;
mod store;
mod support;
mod tmux;
#[cfg(feature = "request")]
mod trust;
