//! The conformance cases through the program, which must print them to the byte. With
//! `JACKIN_BLESS=1` it writes what the program prints as what is expected; read the difference before
//! you commit it.
// Elsewhere paths in messages have other separators, and no program starts without variables.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a test reads files and runs programs")]

#[path = "../../fixtures/case.rs"]
mod case;

use std::{env, fs, process::Command, sync::Once};

use case::{
    CONFIG_DIR, Case, FIXTURES, Outcome,
    plan::{self, Plan},
    removals::{self, RemovalSets},
};
use jackin_core::Registry;

#[test]
fn the_program_prints_what_is_expected() {
    bless();
    case::verify(outcome, |error| error);
}

#[test]
fn each_kind_of_launch_removes_its_set() {
    bless();
    assert_eq!(RemovalSets::load().names().collect::<Vec<_>>(), kinds());
    case::verify_removals(outcome);
}

/// A name for each kind of launch of each agent.
fn kinds() -> Vec<String> {
    let registry = Registry::built_in();
    let kinds = registry.agents().iter().flat_map(|agent| {
        let bindings = agent.bindings.iter();
        let redirects = bindings.map(|binding| format!("redirect/{}", binding.protocol));
        let native = registry.provider(agent.native.as_str()).expect("it is built in");
        let key = Some(&native.key.value).filter(|key| **key == agent.native_key);
        let logins = key.into_iter().chain(&agent.token).map(|login| format!("native/{login}"));
        let all = redirects.chain(["native".to_owned()]).chain(logins);
        // Where nothing names the provider, only what sends the agent elsewhere is left.
        let unnamed = (!agent.detours.is_empty()).then(|| "unnamed".to_owned());
        let all = all.chain(unnamed);
        all.map(move |kind| format!("{}/{kind}", agent.id))
    });
    kinds.collect()
}

fn outcome(case: &Case) -> Outcome {
    let dir = configured(case);
    let mut command = Command::new(env!("CARGO_BIN_EXE_jackin"));
    command.current_dir(dir.path()).env_clear().envs(&case.env);
    command.args(["--config-dir", CONFIG_DIR, "plan", "--json"]);
    let options =
        [("--provider", &case.provider), ("--workspace", &case.workspace), ("--role", &case.role)];
    for (option, value) in options {
        command.args(value.iter().flat_map(|value| [option, value]));
    }
    command.args(case.pure.then_some("--pure"));
    command.args(&case.agent).args(&case.args);
    let output = command.output().expect("the program starts");
    Outcome {
        code: output.status.code().expect("the program was not killed"),
        stdout: text(output.stdout),
        stderr: words(&text(output.stderr)),
    }
}

/// A directory with the case's configuration directory in it.
fn configured(case: &Case) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("there is room");
    let create = |file| fs::create_dir_all(dir.path().join(Case::path(file)));
    create("").expect("there is room");
    if !case.workspaces.is_empty() {
        create("workspaces").expect("there is room");
    }
    let workspaces = case.workspaces.iter();
    let workspaces = workspaces.map(|(name, text)| (format!("workspaces/{name}.toml"), text));
    let config = case.config.iter().map(|text| ("config.toml".to_owned(), text));
    for (file, text) in config.chain(workspaces) {
        fs::write(dir.path().join(Case::path(&file)), text).expect("there is room");
    }
    dir
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

/// Writes the sets, then the cases, which name the sets, once.
fn bless() {
    static BLESSED: Once = Once::new();
    if env::var("JACKIN_BLESS").is_ok_and(|value| value == "1") {
        BLESSED.call_once(|| {
            bless_removals();
            case::all().iter().flatten().for_each(bless_case);
        });
    }
}

/// Writes the set of each kind of launch, below the comment at the top.
fn bless_removals() {
    let path = format!("{FIXTURES}/removals.txt");
    let old = fs::read_to_string(&path).expect("the sets are there");
    let comment = old.split_inclusive('\n').take_while(|line| line.starts_with('#'));
    let mut text: String = comment.collect();
    for name in kinds() {
        let Outcome { stdout, stderr, .. } = outcome(&removals::launch(&name));
        let plan = Plan::read(&stdout).unwrap_or_else(|why| panic!("{name}: {why}: {stderr}"));
        let all = RemovalSets::load().full(&plan).expect("it names no sets");
        text += &format!("\n{}", removals::text(&name, &removals::contracted(&all, &plan)));
    }
    fs::write(path, text).expect("the sets can be written");
}

/// Writes the end of a case: its plan or its error. The exit code is for a person to change.
fn bless_case(case: &Case) {
    let Outcome { code, stdout, stderr } = outcome(case);
    let so_far = case.plan.as_deref().unwrap_or_default();
    let (key, text) = match code {
        0 => ("plan", plan::short(&stdout, &RemovalSets::load(), so_far)),
        _ => ("error", case::short_error(&stderr)),
    };
    let path = format!("{FIXTURES}/cases/{}.toml", case.name);
    let old = fs::read_to_string(&path).expect("the case is there");
    let end = ["\nplan = '''", "\nerror = '''"].iter().find_map(|key| old.find(key));
    let request = &old[..end.map_or(old.len(), |end| end + 1)];
    fs::write(path, format!("{request}{key} = '''\n{text}'''\n")).expect("it can be written");
}
