//! What the agent's own settings do to a launch on its native provider.
#![expect(clippy::unwrap_used, reason = "a test ends where something it needs is missing")]

use std::ffi::OsString;

use jackin_core::{
    Config, Document, ExecPlan,
    agent::NativeEffect,
    plan::{ArgsError, LedAwayError, OwnSetting},
    resolve,
};
use serde_json::{Value, json};

const FILE: &str = "/home/me/.claude/settings.json";

/// Claude Code on Anthropic.
fn plan(text: &str) -> ExecPlan {
    let global = Some(Document::global("config.toml", text).unwrap());
    let layers = Config { global, ..Config::default() }.layers(None).unwrap();
    let (agent, provider) =
        (layers.registry().agent("claude"), layers.registry().provider("anthropic"));
    resolve(&layers, agent.unwrap(), provider.unwrap()).unwrap()
}

/// The settings of a file, with what the agent's table says of each.
fn settings(file: &str, pairs: &[(&str, &str)]) -> Vec<OwnSetting> {
    let registry = jackin_core::Registry::built_in();
    let agent = registry.agent("claude").unwrap();
    let own = |(key, value): &(&str, &str)| {
        let known = agent.settings[0].setting(agent, key);
        let effect = known.map_or(NativeEffect::None, |setting| setting.native);
        OwnSetting::new(file.into(), (*key).into(), (*value).into(), effect)
    };
    pairs.iter().map(own).collect()
}

/// What a vendor's wizard writes.
fn wizard() -> Vec<OwnSetting> {
    settings(
        FILE,
        &[
            ("env.ANTHROPIC_BASE_URL", "https://api.example.com/anthropic"),
            ("env.ANTHROPIC_AUTH_TOKEN", "sentinel"),
            ("env.EDITOR", "vi"),
            ("model", "glm-5.1"),
        ],
    )
}

fn voided(plan: &ExecPlan) -> Value {
    assert_eq!(plan.args[0], "--settings");
    serde_json::from_str(plan.args[1].to_str().unwrap()).unwrap()
}

#[test]
fn where_the_provider_is_named_a_redirect_is_voided_with_what_goes_with_it() {
    let plan = plan("").named(&[]).against_settings(&wizard(), &[]).unwrap();
    let empty = json!({"ANTHROPIC_BASE_URL": "", "ANTHROPIC_AUTH_TOKEN": ""});
    assert_eq!(voided(&plan), json!({"env": empty, "model": ""}));
    assert_eq!(plan.label, "Claude");
    assert_eq!(
        plan.warnings,
        [format!(
            "`env.ANTHROPIC_BASE_URL` in {FILE} sends `claude` to api.example.com: jackin's \
             arguments override it and its key"
        )]
    );
    assert!(!format!("{plan:?}").contains("sentinel"));
    let words = ["--settings", r#"{"model": "opus", "theme": "dark"}"#, "-p"].map(OsString::from);
    let plan = plan.with_args(words).unwrap();
    assert_eq!(voided(&plan), json!({"env": empty, "model": "", "theme": "dark"}));
    assert_eq!(plan.args[2..], ["-p"]);
}

#[test]
fn settings_without_a_redirect_are_left_alone() {
    for pairs in [
        &[("env.ANTHROPIC_AUTH_TOKEN", "mine"), ("model", "opus"), ("apiKeyHelper", "x")][..],
        &[("env.ANTHROPIC_BASE_URL", "https://api.anthropic.com"), ("model", "opus")],
        &[("env.ANTHROPIC_BASE_URL", " "), ("env.CLAUDE_CODE_USE_BEDROCK", "0")],
        &[],
    ] {
        let plan = plan("").named(&[]).against_settings(&settings(FILE, pairs), &[]).unwrap();
        assert!(plan.args.is_empty() && plan.warnings.is_empty(), "{:?}", plan.args);
    }
}

#[test]
fn another_cloud_is_voided_and_another_file_left_alone() {
    let mut all = settings("project", &[("env.CLAUDE_CODE_USE_BEDROCK", "1"), ("model", "a")]);
    all.extend(settings(FILE, &[("env.ANTHROPIC_AUTH_TOKEN", "mine")]));
    let plan = plan("").named(&[]).against_settings(&all, &[]).unwrap();
    let empty = json!({"env": {"CLAUDE_CODE_USE_BEDROCK": ""}, "model": ""});
    assert_eq!(voided(&plan), empty);
}

#[test]
fn where_nothing_names_the_provider_the_label_tells_where_it_leads() {
    let followed = plan("").unnamed(&[]).against_settings(&wizard(), &[]).unwrap();
    assert_eq!(followed.label, "Claude (api.example.com)");
    assert!(followed.args.is_empty());
    assert!(
        followed.warnings[0]
            .ends_with("sends `claude` to api.example.com: name a provider to use another")
    );
    let cloud = settings(FILE, &[("env.CLAUDE_CODE_USE_VERTEX", "1")]);
    let followed = plan("").unnamed(&[]).against_settings(&cloud, &[]).unwrap();
    assert_eq!(followed.label, "Claude (CLAUDE_CODE_USE_VERTEX)");
}

#[test]
fn with_the_guard_off_a_warning_is_all() {
    let plan = plan("guard = 'off'").named(&[]).against_settings(&wizard(), &[]).unwrap();
    assert!(plan.args.is_empty());
    assert!(plan.warnings[0].ends_with("sends `claude` to api.example.com: the guard is off"));
}

fn refused(plan: ExecPlan, own: &[OwnSetting], parent: &[(OsString, OsString)]) -> LedAwayError {
    plan.named(parent).against_settings(own, parent).unwrap_err()
}

#[test]
fn what_cannot_be_voided_is_refused() {
    let own = settings(
        FILE,
        &[("env.ANTHROPIC_API_KEY", "sentinel"), ("env.ANTHROPIC_BASE_URL", "https://example.com")],
    );
    let parent = [("ANTHROPIC_API_KEY".into(), "mine".into())];
    let text = format!(
        "`env.ANTHROPIC_API_KEY` in {FILE} replaces the login that this launch has in \
         `ANTHROPIC_API_KEY`, and jackin cannot override it"
    );
    assert_eq!(refused(plan(""), &own, &parent).to_string(), text);
    let stored = plan("[env]\nANTHROPIC_API_KEY = 'sk-ant-of-mine'\n");
    assert_eq!(refused(stored, &own, &[]).to_string(), text);
    // Without a login of its own, the launch has the one that the agent stores.
    assert!(plan("").named(&[]).against_settings(&own, &[]).is_ok());
    let elsewhere =
        [OwnSetting::new("f".into(), "model_provider".into(), "x".into(), NativeEffect::Elsewhere)];
    let text =
        "`model_provider` in f sends `claude` to another provider, and jackin cannot override it";
    assert_eq!(refused(plan(""), &elsewhere, &[]).to_string(), text);
}

#[test]
fn the_users_own_words_cannot_lead_a_named_launch_elsewhere() {
    let json = r#"{"env": {"ANTHROPIC_BASE_URL": "https://example.com"}}"#;
    for (words, file) in [(["--settings", json], None), (["--settings", "a.json"], Some(json))] {
        let words = words.map(OsString::from);
        let named = plan("").named(&[]);
        assert_eq!(named.settings_file(&words).is_some(), file.is_some());
        let error = named.with_args_and_settings(words.clone(), file).unwrap_err();
        assert!(matches!(error, ArgsError::LedAway(_)), "{error}");
        for plan in [plan("").unnamed(&[]), plan("guard = 'off'").named(&[])] {
            assert_eq!(plan.settings_file(&words), None);
            assert_eq!(plan.with_args(words.clone()).unwrap().args, words);
        }
    }
    let words = ["--settings", r#"{"model": "opus"}"#].map(OsString::from);
    assert_eq!(plan("").named(&[]).with_args(words.clone()).unwrap().args, words);
}

/// Programs read such a URL in different ways, so it is nobody's own.
#[test]
fn a_url_that_can_be_read_in_two_ways_leads_away() {
    for (url, leads) in [
        ("https://api.anthropic.com", false),
        (" HTTPS://API.Anthropic.com:443/v1 ", false),
        ("http:///127.0.0.1:8080", true),
        ("http:127.0.0.1:8080/://api.anthropic.com/", true),
        ("http:/127.0.0.1:8080/x://api.anthropic.com", true),
        ("https://api.anthropic.com@example.com/", true),
        (r"https://example.com\@api.anthropic.com/", true),
        ("https://api.anthropic.com.example.com", true),
        ("ftp://api.anthropic.com", true),
    ] {
        let own = settings(FILE, &[("env.ANTHROPIC_BASE_URL", url)]);
        assert_eq!(plan("").named(&[]).leads_away(&own[0]), leads, "{url}");
    }
}

#[test]
fn on_this_machine_another_port_is_another_server() {
    let here = "[providers.anthropic.openai-chat]\nbase_url = 'http://127.0.0.1:8080/a'\n";
    for (url, leads) in [
        ("http://127.0.0.1:8080", false),
        ("http://127.0.0.1:8081", true),
        ("http://127.0.0.1", true),
        ("http://localhost:8080", true),
    ] {
        let own = settings(FILE, &[("env.ANTHROPIC_BASE_URL", url)]);
        assert_eq!(plan(here).named(&[]).leads_away(&own[0]), leads, "{url}");
    }
}
