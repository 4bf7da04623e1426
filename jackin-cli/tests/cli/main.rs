//! The program as users and scripts meet it, on the real system.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

mod auth;
#[cfg(not(any(feature = "manual", feature = "request", feature = "terminal")))]
mod bare;
mod bundle;
mod config;
#[cfg(feature = "terminal")]
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
mod hidden;
#[cfg(target_os = "linux")]
mod injected;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(feature = "request")]
mod journey;
mod keeping;
mod labels;
#[cfg(feature = "terminal")]
mod last;
#[cfg_attr(not(feature = "terminal"), expect(dead_code, reason = "fewer lists are shown"))]
mod listed;
mod machine;
#[cfg(feature = "manual")]
mod manual;
mod many;
mod misplaced;
mod no_keys;
mod ownership;
#[cfg(feature = "terminal")]
mod picker;
#[path = "../../../fixtures/promised.rs"]
mod promised;
#[cfg(feature = "terminal")]
mod prompt;
mod readme;
#[cfg(feature = "request")]
mod request;
mod roundtrip;
mod run;
#[cfg(feature = "terminal")]
mod screens;
mod secrecy;
mod secrets;
mod settings;
mod shells;
#[path = "../../../fixtures/isolation.rs"]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "the launches are for Linux"))]
mod statement;
mod store;
mod support;
#[cfg_attr(not(feature = "terminal"), expect(dead_code, reason = "less is typed"))]
mod tmux;
#[cfg(feature = "request")]
mod trust;
mod undo;
mod waiting;
mod writers;
