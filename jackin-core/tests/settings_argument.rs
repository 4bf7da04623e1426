//! The settings that a plan gives its agent in an argument, and what becomes of the user's own.
#![expect(clippy::unwrap_used, reason = "a test ends where something it needs is missing")]

use std::{collections::BTreeMap, ffi::OsString};

use jackin_core::{
    Config, Document, ExecPlan, NameOrigin, Secret,
    agent::Version,
    choice,
    plan::{ArgsError, SettingsProblem},
    resolve,
};
use serde_json::{Value, json};

const KEY: &str = "sk-a-key-of-zai";

fn plan(first: &str) -> ExecPlan {
    let text = format!("{first}\n[env]\nZAI_API_KEY = '{KEY}'\n");
    let global = Some(Document::global("config.toml", &text).unwrap());
    let layers = Config { global, ..Config::default() }.layers(None).unwrap();
    let agent = layers.registry().agent("claude").unwrap();
    let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument))).unwrap();
    resolve(&layers, agent, provider).unwrap()
}

fn words(line: &[&str]) -> Vec<OsString> {
    line.iter().map(Into::into).collect()
}

/// The plan's settings and what follows them.
fn given(plan: &ExecPlan) -> (Value, Vec<&str>) {
    let args: Vec<_> = plan.args.iter().map(|arg| arg.to_str().unwrap()).collect();
    assert_eq!(args[..3], ["--teammate-mode", "in-process", "--settings"], "{args:?}");
    assert_eq!(args.iter().filter(|arg| arg.starts_with("--settings")).count(), 1, "{args:?}");
    (serde_json::from_str(args[3]).unwrap(), args[4..].to_vec())
}

fn problem(line: &[&str], file: Option<&str>) -> (SettingsProblem, String) {
    match plan("").with_args_and_settings(words(line), file) {
        Err(ArgsError::Settings(error)) => (error.problem, error.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_users_settings_stay_under_those_of_the_plan() {
    let own = json!({
        "theme": "dark", "skipWebFetchPreflight": false,
        "env": {"EDITOR": "vi", "CLAUDE_CODE_EXTRA_BODY": "{}"},
        "availableModels": ["glm-6", "claude-opus-4-6", "glm-5.1"],
    })
    .to_string();
    let joined = format!("--settings={own}");
    for line in [
        vec!["-p", "hi", "--settings", &own],
        vec!["--settings", r#"{"theme": "light"}"#, "-p", "--settings", &own, "hi"],
        vec![&joined, "-p", "hi"],
    ] {
        let plan = plan("").with_args(words(&line)).unwrap();
        let (settings, rest) = given(&plan);
        assert_eq!(rest, ["-p", "hi"]);
        assert_eq!(settings["theme"], "dark");
        assert_eq!(settings["skipWebFetchPreflight"], true);
        assert_eq!(settings["env"]["EDITOR"], "vi");
        assert_eq!(settings["env"]["CLAUDE_CODE_EXTRA_BODY"], "");
        let models = json!(["glm-5.1", "glm-5-turbo", "glm-4.5-air", "glm-6"]);
        assert_eq!(settings["availableModels"], models);
    }
}

#[test]
fn what_is_no_table_there_gives_way_to_one() {
    let plan = plan("").with_args(words(&["--settings", r#"{"env": 5}"#])).unwrap();
    assert_eq!(given(&plan).0["env"]["ANTHROPIC_BETAS"], "");
}

#[test]
fn a_file_is_asked_for_and_becomes_inline() {
    let line = words(&["-p", "hi", "--settings", "mine.json"]);
    assert_eq!(plan("").settings_file(&line), Some("mine.json".into()));
    let text = "\u{feff}{\"env\": {\"MINE\": \"a secret text\"}, \"theme\": \"dark\"}";
    let plan = plan("").with_args_and_settings(line, Some(text)).unwrap();
    let (settings, rest) = given(&plan);
    assert_eq!((&settings["theme"], rest), (&json!("dark"), vec!["-p", "hi"]));
    // What is shown is not the user's.
    let shown = serde_json::to_string(&plan.redacted()).unwrap();
    assert!(shown.contains("glm-5.1") && !shown.contains("a secret text"), "{shown}");
    let warned = plan.warnings.iter().any(|text| text.contains("the variables in mine.json"));
    assert!(warned, "{:?}", plan.warnings);
}

#[test]
fn only_a_path_before_the_end_of_options_is_a_file() {
    for line in [
        &["--settings", r#"{"a": 1}"#][..],
        &["--settings", "  "],
        &["--settings"],
        &["--", "--settings", "mine.json"],
        &["-p", "hi"],
        &["daemon", "--settings", "mine.json"],
    ] {
        assert_eq!(plan("").settings_file(&words(line)), None, "{line:?}");
        plan("").with_args(words(line)).unwrap();
    }
    let off = plan("guard = 'off'");
    let line = words(&["--settings", "mine.json"]);
    assert_eq!(off.settings_file(&line), None);
    assert_eq!(off.with_args(line.clone()).unwrap().args, line);
}

#[test]
fn logins_that_the_agent_ignores_are_no_part_of_an_argument() {
    let text = json!({
        "apiKeyHelper": "cat key", "model": "opus",
        "env": {"ANTHROPIC_AUTH_TOKEN": "of another", "ANTHROPIC_BASE_URL": "https://example.com"},
    });
    let line = words(&["--settings", "other.json"]);
    let plan = plan("").with_args_and_settings(line, Some(&text.to_string())).unwrap();
    let (settings, _) = given(&plan);
    assert!(settings.get("apiKeyHelper").is_none() && settings.get("model").is_none());
    assert!(settings["env"].as_object().unwrap().values().all(|value| value == ""));
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
}

/// One program takes the `--` for the end of options, another for a value.
#[test]
fn settings_after_a_double_dash_that_may_be_a_value_are_refused() {
    for line in [
        &["--append-system-prompt", "--", "--settings", "{}"][..],
        &["-p", "--", "--settings=a.json"],
        &["--settings", "{}", "-p", "--", "--settings", "{}"],
    ] {
        let (what, text) = problem(line, Some("{}"));
        assert_eq!(what, SettingsProblem::Unclear, "{line:?}");
        assert!(text.starts_with("`--settings` may be an option"), "{text}");
    }
    for line in [&["-p", "hi", "--", "--settings", "{}"][..], &["-p", "--", "hi"]] {
        assert!(plan("").with_args(words(line)).is_ok(), "{line:?}");
    }
}

#[test]
fn a_file_with_a_login_or_headers_does_not_go_into_an_argument_in_silence() {
    let login = json!({"env": {"OPENROUTER_API_KEY": "sk-or-of-mine"}}).to_string();
    let (what, text) = problem(&["--settings", "a.json"], Some(&login));
    assert_eq!(what, SettingsProblem::HoldsKey, "{text}");
    let hook = json!({"hooks": {"Stop": [{"hooks": [
        {"type": "http", "url": "https://example.com", "headers": {"Authorization": "sentinel"}}
    ]}]}});
    let line = words(&["--settings", "a.json"]);
    let plan = plan("").with_args_and_settings(line, Some(&hook.to_string())).unwrap();
    let warned =
        plan.warnings.iter().any(|text| text.starts_with("the keys or headers in a.json become"));
    assert!(warned, "{:?}", plan.warnings);
}

/// Where the guard is off, they are passed on as they are.
#[test]
fn settings_in_the_users_own_words_are_not_shown() {
    let own = r#"{"env": {"A": "sentinel"}}"#;
    for (words_, shown) in [
        (vec!["--settings", own], r#"["--settings","••••"]"#),
        (vec![&*format!("--settings={own}")], r#"["--settings=••••"]"#),
        (vec!["--settings", "a.json"], r#"["--settings","a.json"]"#),
    ] {
        let plan = plan("guard = 'off'").with_args(words(&words_)).unwrap();
        let json = serde_json::to_value(plan.redacted()).unwrap();
        assert_eq!(json["args"].to_string(), shown);
    }
}

#[test]
fn an_argument_that_holds_what_was_read_starts_nothing() {
    let text = "[env]\nZAI_API_KEY = 'op://a/b/c'\n";
    let global = Some(Document::global("config.toml", text).unwrap());
    let layers = Config { global, ..Config::default() }.layers(None).unwrap();
    let (agent, zai) = (layers.registry().agent("claude"), layers.registry().provider("zai"));
    let plan = resolve(&layers, agent.unwrap(), zai.unwrap()).unwrap();
    let secrets = |key: &str| -> BTreeMap<_, _> {
        plan.references().into_iter().map(|from| (from.clone(), Secret::from(key))).collect()
    };
    let own = json!({"hooks": [KEY]}).to_string();
    let shown =
        plan.clone().with_args_and_settings(words(&["--settings", "a"]), Some(&own)).unwrap();
    let error = shown.with_secrets(&secrets(KEY)).err().unwrap().to_string();
    assert!(error.contains("it is also in an argument of the agent"), "{error}");
    assert!(!error.contains(KEY), "{error}");
    assert!(shown.with_secrets(&secrets("sk-another-key")).is_ok());
    // What users write themselves is theirs.
    let typed = plan.clone().with_args(words(&["-p", KEY])).unwrap();
    assert!(typed.with_secrets(&secrets(KEY)).is_ok());
}

#[test]
fn what_cannot_be_joined_is_an_error_without_its_text() {
    let (what, text) = problem(&["--settings", "{\"a\": \n sk-secret}"], None);
    assert_eq!(what, SettingsProblem::NotJson { line: 2, column: 2 });
    assert_eq!(text, "the text after `--settings` is not JSON (line 2, column 2)");
    let (what, text) = problem(&["--settings", "a.json"], Some("[sk-secret"));
    assert_eq!(what, SettingsProblem::NotJson { line: 1, column: 2 });
    assert!(text.starts_with("`--settings a.json` is not JSON"), "{text}");
    assert_eq!(problem(&["--settings", "a.json"], Some("[]")).0, SettingsProblem::NotAnObject);
    assert_eq!(problem(&["--settings", "a.json"], None).0, SettingsProblem::NotRead);
    let holds = json!({"hooks": [KEY]}).to_string();
    let (what, text) = problem(&["--settings", "a.json"], Some(&holds));
    assert_eq!(what, SettingsProblem::HoldsKey);
    assert!(!text.contains(KEY), "{text}");
}

#[test]
fn a_model_that_the_user_names_may_be_used_unless_it_is_the_agents_own() {
    let line = ["--model", "glm-9", "--fallback-model=glm-8", "--model", "claude-opus-4-6"];
    let plan = plan("").with_args(words(&line)).unwrap();
    let models = json!(["glm-5.1", "glm-5-turbo", "glm-4.5-air", "glm-9", "glm-8"]);
    assert_eq!(given(&plan).0["availableModels"], models);
}

#[test]
fn no_argument_comes_before_a_word_that_must_be_the_first() {
    for word in ["remote-control", "rc", "daemon"] {
        let plan = plan("").with_args(words(&[word, "x"])).unwrap();
        assert_eq!(plan.args, [word, "x"]);
    }
    // In the first place alone, these hand the session on; behind anything else they are a prompt.
    let prompts = [&["-p", "attach"][..], &["--verbose", "respawn"]];
    for line in [&["mcp", "list"][..], &["update"], &["-p", "logs"]].into_iter().chain(prompts) {
        assert_eq!(given(&plan("").with_args(words(line)).unwrap()).1, line);
    }
    for word in ["attach", "respawn", "stop", "kill", "logs", "rm", "self-hosted-runner"] {
        assert!(plan("").with_args(words(&[word, "x"])).is_err(), "{word}");
    }
}

#[test]
fn a_version_gets_what_it_needs() {
    let telemetry = |version| {
        let plan = plan("").for_version(version).with_args(words(&["-p"])).unwrap();
        given(&plan).0["env"].get("CLAUDE_CODE_ENABLE_TELEMETRY").is_some()
    };
    assert!(telemetry(Version::new(2, 1, 281)));
    assert!(!telemetry(Version::new(2, 1, 282)));
    let tools =
        |version| plan("").open_project_tools(Some(version)).map(|tools| tools.file.clone());
    assert_eq!(tools(Version::new(2, 1, 256)).as_deref(), Some(".mcp.json"));
    assert_eq!(tools(Version::new(2, 1, 257)), None);
    let unknown = plan("").open_project_tools(None).map(|tools| tools.file.clone());
    assert_eq!(unknown.as_deref(), Some(".mcp.json"));
    assert_eq!(plan("guard = 'off'").open_project_tools(Some(Version::new(2, 1, 198))), None);
    let own = r#"{"disabledMcpjsonServers": ["mine"]}"#;
    let plan = plan("").with_args(words(&["--settings", own])).unwrap();
    let plan = plan.without_project_tools(vec!["theirs".into()]);
    assert_eq!(given(&plan).0["disabledMcpjsonServers"], json!(["theirs", "mine"]));
}

#[test]
fn a_script_that_leads_back_adds_nothing_twice() {
    let first = plan("").with_args(words(&["--settings", r#"{"theme": "dark"}"#, "hi"])).unwrap();
    let again = plan("").with_args(first.args.iter().cloned()).unwrap();
    let (settings, rest) = (given(&first).0, again.args[4..].to_vec());
    assert_eq!(given(&again).0, settings);
    assert_eq!(rest, ["--teammate-mode", "in-process", "hi"]);
}

/// What stands where a model should may be a key, and an argument is seen by every user of the machine.
#[test]
fn a_key_that_was_written_as_a_model_is_in_no_argument() {
    let plan = plan("[providers.zai]\nanthropic.models.opus = 'sk-sentinel'\n");
    assert!(
        plan.args.iter().all(|word| !word.to_string_lossy().contains("sentinel")),
        "{:?}",
        plan.args
    );
    assert_eq!(given(&plan).0["availableModels"], json!(["glm-5-turbo", "glm-4.5-air"]));
}
