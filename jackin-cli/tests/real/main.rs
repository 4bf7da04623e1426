//! The real agents behind jackin, from npm, against recording servers on loopback.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test ends where something it needs is missing"
)]

mod admin_files;
mod claude;
mod claude_handed_on;
mod claude_native;
mod claude_settings;
mod codex;
mod codex_guard;
mod codex_native;
mod dialect;
mod install;
mod kimi;
mod kimi_cli;
mod kimi_native;
mod mise;
mod opencode;
mod opencode_guard;
mod opencode_native;
mod opencode_server;
#[path = "../../../fixtures/promised.rs"]
mod promised;
mod proxies;
mod recorder;
mod sees;
mod smoke;
mod stage;
mod wrappers;

#[test]
fn are_counted() {
    let program = std::env::current_exe().unwrap();
    let list = std::process::Command::new(program).args(["--list", "--ignored"]).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let tests = list.lines().filter(|line| line.ends_with(": test")).count();
    promised::promised(tests, "tests on real agents");
}
