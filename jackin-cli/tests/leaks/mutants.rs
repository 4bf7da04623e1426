//! The sweep can fail: a program that leaks on purpose is caught, each leak where it is. It is built
//! with `--cfg jackin_leak` for this workspace's own crates alone, so that nothing else is built anew.

use std::{env, ffi::OsStr, fs, path::Path, process::Command};

use crate::{
    failures, lines,
    planted::Stage,
    promised::promised,
    support::{Home, JACKIN, see},
    sweep::{Run, Sweep},
};

/// What only a leaky program holds.
const MARK: &[u8] = b"JACKIN_LEAK";

/// A leak's name, the secret that gets out and where it must be found.
const LEAKS: &[(&str, &str)] = &[
    ("plan", "`zai-global` as Plain in Stdout of `jackin plan"),
    ("plan", "`zai-global` as Plain in Stderr of `jackin run --debug"),
    ("error", "`op` as Plain in Stderr of `jackin run"),
    ("op", "`host` as Plain in Arguments of `jackin run"),
    ("agent", "`zai-global` as Plain in Arguments of `jackin run"),
    ("file", "`zai-global` as Plain in File(\"tmp/jackin.log\") of `jackin run"),
    ("state", "`zai-global` as Hex in File(\"tmp/state\") of `jackin run"),
    ("gone", "`zai-global` as Plain in File(\"tmp/gone\") of `jackin run"),
    ("panic", "`zai-global` as Plain in Stderr of `jackin run"),
];

/// Cargo, where the workspace's crates leak.
fn leaky_cargo(args: &[&str]) -> Command {
    let home = Home::new();
    let wrapper = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leaky-rustc");
    let script = home.script("rustc", "exec \"$@\" --cfg jackin_leak");
    fs::copy(script, &wrapper).unwrap();
    let mut command = Command::new(env!("CARGO"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env("CARGO_INCREMENTAL", "0");
    command
}

/// The leaky program.
fn leaky() -> String {
    let built = leaky_cargo(&["build", "--quiet", "--example", "leaky"]).status().unwrap();
    assert!(built.success());
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = tmp.with_file_name("debug").join("examples/leaky");
    assert!(holds_mark(program.as_os_str()), "{} does not leak", program.display());
    program.into_os_string().into_string().unwrap()
}

fn holds_mark(program: &OsStr) -> bool {
    fs::read(program).unwrap().windows(MARK.len()).any(|bytes| bytes == MARK)
}

/// Some lines, with nothing wrong and with an `op` that says too much.
fn runs() -> Vec<Run> {
    let mut runs = Vec::new();
    for (wrong, stage) in [("", Stage::new())].into_iter().chain(failures::of_op()) {
        for command in ["run", "plan"] {
            let lines = lines::few(command);
            runs.extend(lines.iter().map(|words| Run::new(words, wrong, &stage)));
        }
    }
    runs
}

/// What is found where this leak is asked for.
fn leaks(program: &str, leak: &str) -> Vec<String> {
    // A file that is gone again is seen only while it is written.
    let mut sweep = Sweep::new(program, leak == "gone");
    sweep.vars.push(("JACKIN_LEAK".to_owned(), leak.to_owned()));
    sweep.over(&runs());
    sweep.tally.leaks()
}

#[test]
#[ignore = "builds the two crates once more, needs strace; .ci/run runs it"]
fn every_planted_leak_is_caught() {
    let program = leaky();
    for none in ["", "innocent panic"] {
        assert_eq!(leaks(&program, none), [""; 0], "{none}");
    }
    for (leak, found) in LEAKS {
        let leaks = leaks(&program, leak);
        assert!(leaks.iter().any(|told| told.starts_with(found)), "{leak}: {leaks:#?}");
    }
    promised(LEAKS.len(), "leaks made on purpose");
}

#[test]
#[ignore = "builds the core once more; .ci/run runs it"]
fn a_type_that_shows_its_secret_is_caught() {
    let test = ["test", "--quiet", "-p", "jackin-core", "--test", "secrecy"];
    let output = leaky_cargo(&test).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("EnvValue shows"), "{said}");
}

/// Every line that leaks is behind the cfg, and nothing of it is in the program.
#[test]
fn the_program_has_no_leak_on_purpose() {
    assert!(!holds_mark(JACKIN.as_ref()));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut grep = Command::new("grep");
    grep.args([
        "-rnE",
        "leak::|mod leak|jackin_leak",
        "jackin-cli/src",
        "jackin-cli/host/src",
        "jackin-core/src",
    ]);
    let text = see(grep.current_dir(root)).out;
    let behind = |line: &str| line.contains("#[cfg(jackin_leak)]");
    let lines: Vec<_> = text.lines().filter(|line| !line.contains("//")).collect();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !behind(line)) {
        let attribute = line.contains("cfg_attr(not(jackin_leak), derive(Debug))");
        assert!(attribute || (at > 0 && behind(lines[at - 1])), "{line}");
    }
    assert_eq!(lines.iter().filter(|line| behind(line)).count(), 6, "{text}");
}
