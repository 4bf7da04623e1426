//! `jackin env --format dotenv` as its two readers read it: alike, and as it was meant.

use std::{collections::BTreeMap, process::Command};

use super::{
    shell::program,
    values::{SEED, all_characters, generated},
};
use crate::support::{Home, see};

const NODE: &str = "process.stdout.write(JSON.stringify(process.env))";
const PYTHON: &str = "import dotenv, json, sys
print(json.dumps({name: value for name, value in dotenv.dotenv_values(sys.argv[1]).items()}))";

fn read(command: &mut Command) -> BTreeMap<String, String> {
    let seen = see(command.env_clear().env("PATH", "/usr/bin:/bin"));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    serde_json::from_str(&seen.out).unwrap()
}

/// What jackin writes for a value under this name, unless it refuses to.
fn line(name: &str, value: &str) -> Option<String> {
    let home = Home::with_config(&format!("[env]\nZAI_API_KEY = 'k'\n{name} = '$HARD'\n"));
    let mut jackin = home.jackin(["env", "--format", "dotenv", "--provider", "zai"]);
    let seen = see(jackin.env("HARD", value));
    if seen.code == Some(0) {
        return seen.out.find(&format!("\n{name}=")).map(|at| seen.out[at + 1..].to_owned());
    }
    let said = format!("`{name}` cannot stand in a `.env` file: ");
    assert!(seen.code == Some(125) && seen.out.is_empty() && seen.err.contains(&said));
    None
}

/// The variables of a file as each of the two reads them.
fn read_both(text: &str) -> [BTreeMap<String, String>; 2] {
    let home = Home::new();
    let file = home.write("env", text);
    let mut node = Command::new(program("node"));
    let node = node.arg(format!("--env-file={}", file.display())).args(["-e", NODE]);
    let mut python = Command::new(program("python3"));
    [read(node), read(python.args(["-c", PYTHON]).arg(&file))]
}

/// How many of the values are written; those are read as they are.
fn check(values: &[String]) -> usize {
    let named = values.iter().enumerate().map(|(at, value)| (format!("V{at}"), value));
    let written: Vec<_> =
        named.filter_map(|(name, value)| Some((line(&name, value)?, name, value))).collect();
    let text: String = written.iter().map(|(line, ..)| &**line).collect();
    for (who, env) in ["node", "python-dotenv"].iter().zip(read_both(&text)) {
        for (_, name, value) in &written {
            let (seen, seed) = (env.get(name), SEED.escape_ascii());
            assert!(seen == Some(value), "{who}, seed {seed}: {value:?} came as {seen:?}");
        }
    }
    written.len()
}

#[test]
#[ignore = "needs node, and python-dotenv from PyPI"]
fn two_readers_agree() {
    let written: usize = generated(1000).chunks(250).map(check).sum();
    assert!(written > 400, "only {written} of 1000 were written");
    // All but what the format has trouble with.
    let trouble = ['\'', '\r', '\\'];
    let values = all_characters().into_iter().map(|value| value.replace(trouble, ""));
    let values: Vec<_> = values.collect();
    let written: usize = values.chunks(5).map(check).sum();
    assert_eq!(written, values.len());
}

/// What is refused is what they read as two texts, or as another one.
#[test]
#[ignore = "needs node, and python-dotenv from PyPI"]
fn what_is_refused_is_not_read_alike() {
    for (value, as_it_would_be) in [
        ("a\\\\b", r"'a\\b'"),
        ("a\\", r"'a\'"),
        ("it's \\n", r#""it's \n""#),
        ("${HOME}", "'${HOME}'"),
        ("a\rb", "'a\rb'"),
    ] {
        assert_eq!(line("V", value), None, "{value:?}");
        let both = read_both(&format!("V={as_it_would_be}\n"));
        let right = |env: &BTreeMap<String, String>| env.get("V").is_some_and(|seen| seen == value);
        assert!(!both.iter().all(right), "{value:?} could have been written");
    }
}
