//! The conformance cases through the program, which must print to the byte what the library gives;
//! it writes nothing.
// Elsewhere paths in messages have other separators, and no program starts without variables.
#![cfg(unix)]

#[path = "../../fixtures/case.rs"]
mod case;

use std::process::Command;

use case::{Case, Outcome, ROOT};

#[test]
fn the_program_prints_what_is_expected() {
    case::verify(outcome, |error| error);
}

fn outcome(case: &Case) -> Outcome {
    let request = &case.request;
    let mut command = Command::new(env!("CARGO_BIN_EXE_jackin"));
    command.current_dir(ROOT).env_clear().envs(&request.env);
    command.args(["--config-dir", &case.dir(), "plan", "--json"]);
    let options = [
        ("--provider", &request.provider),
        ("--workspace", &request.workspace),
        ("--role", &request.role),
    ];
    for (option, value) in options {
        command.args(value.iter().flat_map(|value| [option, value]));
    }
    command.args(request.pure.then_some("--pure"));
    command.args(&request.agent).args(&request.args);
    let output = command.output().expect("the program starts");
    Outcome {
        code: output.status.code().expect("the program was not killed"),
        stdout: text(output.stdout),
        stderr: words(&text(output.stderr)),
    }
}

/// An error in the words in which people read it.
fn words(told: &str) -> String {
    let Ok(told) = serde_json::from_str::<serde_json::Value>(told) else { return told.to_owned() };
    let text = |key: &str| told["error"][key].as_str().map(str::to_owned);
    let hint = text("hint").map_or_else(String::new, |hint| format!("\nhint: {hint}\n"));
    format!("error: {}\n{hint}", text("message").unwrap_or_default())
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("everything printed is UTF-8")
}
