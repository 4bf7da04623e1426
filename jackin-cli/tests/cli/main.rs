//! The program as users and scripts meet it, on the real system.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod config;
mod doctor;
mod elsewhere;
mod env;
mod formats;
mod labels;
mod last;
mod machine;
mod manual;
mod picker;
mod readme;
mod run;
mod screens;
mod support;
mod tmux;
