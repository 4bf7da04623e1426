//! What a plan asks of a source that somebody else brings, and what becomes of the answers.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{cell::RefCell, ffi::OsString};

use jackin_core::{
    Config, Document, ExecPlan, HostVar, MaterializeError, NameOrigin, Secret, SecretError,
    SecretRef, SecretSource, child_env, choice, resolve,
};

const CONFIG: &str = "[env]
ZAI_API_KEY = { command = ['pass', 'zai'] }
KIMI_CODE_API_KEY = 'op://v/kimi/key'
OVER = { file = '/over' }
A = { file = '/a' }
B = { keyring = 'jackin/b' }
C = { command = ['pass', 'c'] }
D = '$HOST'
E = { file = '/a' }
F = { op = 'op://v/f/key', account = 'mine' }
G = 'op://v/f/key'
[roles.dev.env]
OVER = 'here'
[roles.other.env]
X = { file = '/other' }
";

/// What they are, in the order of the plan: the agent's own variables first, then by name.
const ASKED: [&str; 7] = [
    "command:pass",
    "file:/a",
    "keyring:jackin/b",
    "command:pass",
    "$HOST",
    "op://v/f/key (account mine)",
    "op://v/f/key",
];

fn plan() -> ExecPlan {
    let global = Some(Document::global("config.toml", CONFIG).unwrap());
    let config = Config { global, ..Config::default() };
    let layers = config.layers(Some(("dev", NameOrigin::Argument))).unwrap();
    let layers = layers.with_environment(|_| HostVar::Unset);
    let agent = layers.registry().agent("claude").unwrap();
    let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument))).unwrap();
    resolve(&layers, agent, provider).unwrap()
}

/// Notes what it is asked for; its answers are numbered from 0.
#[derive(Default)]
struct Counting(RefCell<Vec<String>>);

impl SecretSource for Counting {
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        self.0.borrow_mut().push(reference.to_string());
        Ok(format!("answer-{}", self.0.borrow().len() - 1).into())
    }
}

#[test]
fn each_reference_of_this_plan_is_read_once() {
    let source = Counting::default();
    let plan = plan();
    let ready = plan.materialize(&source).unwrap();
    assert_eq!(source.0.into_inner(), ASKED);
    let child = child_env(&ready, []);
    let names = ["ANTHROPIC_AUTH_TOKEN", "A", "B", "C", "D", "E", "F", "G", "OVER"];
    let got = names.map(|name| child.iter().find(|(known, _)| known == name).unwrap().1.clone());
    let answers = ["0", "1", "2", "3", "4", "1", "5", "6"].map(|at| format!("answer-{at}"));
    assert_eq!(got[..8], answers.map(OsString::from));
    assert_eq!(got[8], "here");
}

fn failed(source: &impl SecretSource) -> MaterializeError {
    plan().materialize(source).err().unwrap()
}

#[test]
fn every_variable_of_a_reference_that_fails_is_named() {
    struct Bad;
    impl SecretSource for Bad {
        fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
            match reference.kind() {
                "file" | "keyring" => Err(SecretError::new("it is not there", None)),
                _ => Ok("key".into()),
            }
        }
    }
    let error = failed(&Bad);
    assert_eq!(
        error.to_string(),
        "cannot read these values
  `A` (global, config.toml:5) from file:/a: it is not there
  `B` (global, config.toml:6) from keyring:jackin/b: it is not there
  `E` (global, config.toml:9) from file:/a: it is not there"
    );
}

#[test]
fn a_source_that_forgets_some_is_found_out() {
    struct Short;
    impl SecretSource for Short {
        fn read(&self, _: &SecretRef) -> Result<Secret, SecretError> {
            Ok("key".into())
        }

        fn read_all(&self, _: &[&SecretRef]) -> Vec<Result<Secret, SecretError>> {
            vec![Ok("key".into()); 5]
        }
    }
    let error = failed(&Short);
    let named: Vec<_> = error.failures.iter().map(|failure| failure.variable.as_str()).collect();
    assert_eq!(named, ["F", "G"]);
    assert!(error.failures.iter().all(|f| f.error.reason == "the source gave no answer"));
}

/// A server that is told to want an empty password wants none.
#[test]
fn a_password_that_arguments_need_is_not_blank() {
    struct Blank;
    impl SecretSource for Blank {
        fn read(&self, _: &SecretRef) -> Result<Secret, SecretError> {
            Ok(" ".into())
        }
    }
    let text =
        "[env]\nZAI_API_KEY = 'demo'\nOPENCODE_SERVER_PASSWORD = 'op://v/opencode/password'\n";
    let global = Some(Document::global("config.toml", text).unwrap());
    let layers = Config { global, ..Config::default() }.layers(None).unwrap();
    let agent = layers.registry().agent("opencode").unwrap();
    let plan = resolve(&layers, agent, layers.registry().provider("zai").unwrap()).unwrap();
    assert!(plan.materialize(&Blank).is_ok());
    let plan = plan.with_args(["serve".into()]).unwrap();
    assert_eq!(
        plan.materialize(&Blank).err().unwrap().to_string(),
        "cannot read `OPENCODE_SERVER_PASSWORD` (global, config.toml:3) from op://v/opencode/password: it \
         is blank, and these arguments need it"
    );
}
