//! The real Kimi CLI behind jackin: by its own variables, with a model of each protocol, against a
//! hostile parent and hostile settings.

use std::process::Command;

use super::{
    install::Package,
    stage::{
        Agent, FOREIGN, KIMI, Login, MINIMAX, Outcome, PROVIDERS, Provider, Stage, TEAM, Way, ZAI,
        assert_none, assert_some,
    },
};

/// The system's may be too old for it.
static NODE: Package = Package::new("node", "22.19.0", "node", "v22.19.0", None);

pub(crate) static CLI: Agent = Agent {
    id: "kimi",
    package: Package::new("@moonshot-ai/kimi-code", "2.1.0", "kimi", "2.1.0", Some(&NODE)),
    ways: &[
        Way { provider: KIMI, path: "/coding/v1/chat/completions", login: Login::Bearer },
        Way { provider: ZAI, path: "/api/coding/paas/v4/chat/completions", login: Login::Bearer },
        Way { provider: MINIMAX, path: "/anthropic/v1/messages?beta=true", login: Login::ApiKey },
        Way { provider: TEAM, path: "/team/v1/messages?beta=true", login: Login::ApiKey },
    ],
    calls_home: &[],
};

pub(crate) const SAY_HI: &[&str] = &["-p", "say hi"];

fn model(provider: &Provider) -> &'static str {
    match provider.id {
        "kimi" => "kimi-for-coding",
        "zai" => "glm-5.1",
        "minimax" => "MiniMax-M3",
        _ => "glm-4.6",
    }
}

const HOSTILE: &[(&str, &str)] = &[
    ("ANTHROPIC_API_KEY", "sentinel-foreign-anthropic"),
    ("ANTHROPIC_AUTH_TOKEN", "sentinel-foreign-token"),
    ("ANTHROPIC_BASE_URL", "ELSEWHERE/anthropic"),
    ("ANTHROPIC_CUSTOM_HEADERS", "x-leak: sentinel-foreign-header"),
    ("KIMI_API_KEY", "sentinel-foreign-kimi"),
    ("KIMI_BASE_URL", "ELSEWHERE/kimi"),
    ("KIMI_CODE_BASE_URL", "ELSEWHERE/code"),
    ("KIMI_CODE_CUSTOM_HEADERS", "x-leak: sentinel-foreign-header"),
    ("KIMI_CODE_OAUTH_HOST", "ELSEWHERE/oauth"),
    ("KIMI_MODEL_API_KEY", "sentinel-foreign-model-key"),
    ("KIMI_MODEL_BASE_URL", "ELSEWHERE/model"),
    ("KIMI_MODEL_NAME", "sentinel-foreign-model"),
    ("KIMI_MODEL_PROVIDER_TYPE", "openai_responses"),
    ("KIMI_OAUTH_HOST", "ELSEWHERE/oauth"),
    ("KIMI_SECONDARY_MODEL", "foreign/main"),
    // Would be sent what is searched for.
    ("KIMI_WEB_SEARCH_API_KEY", "sentinel-foreign-search"),
    ("KIMI_WEB_SEARCH_BASE_URL", "ELSEWHERE/search"),
    ("OPENAI_API_KEY", "sentinel-foreign-openai"),
    ("OPENAI_BASE_URL", "ELSEWHERE/openai"),
    // Go to the provider as headers.
    ("OPENAI_ORG_ID", "sentinel-foreign-organization"),
    ("OPENAI_PROJECT_ID", "sentinel-foreign-project"),
    ("MINIMAX_API_KEY", "sentinel-foreign-minimax"),
    ("ZAI_API_KEY", "sentinel-foreign-zai"),
    ("MY_BACKUP", "sentinel-foreign-zai"),
];

const SETTINGS: &str = r#"default_model = "foreign/main"

[providers.foreign]
type = "openai"
base_url = "ELSEWHERE/foreign"
api_key = "sentinel-foreign-settings"
custom_headers = { x-leak = "sentinel-foreign-header" }

[models."foreign/main"]
provider = "foreign"
model = "sentinel-foreign-model"
max_context_size = 100000
"#;

fn plant_hostile_settings(stage: &Stage) {
    stage.plant("home/.kimi-code/config.toml", SETTINGS);
}

fn complaints(stage: &Stage, outcome: &Outcome, provider: &Provider) -> Vec<String> {
    stage.complaints(outcome, provider, &[model(provider)])
}

/// The variables of a redirect, by hand.
fn redirect(stage: &Stage, command: &mut Command) {
    command.envs([
        ("KIMI_MODEL_API_KEY", ZAI.key),
        ("KIMI_MODEL_BASE_URL", &format!("{}/api/coding/paas/v4", stage.provider.url())),
        ("KIMI_MODEL_NAME", "glm-5.1"),
        ("KIMI_MODEL_PROVIDER_TYPE", "openai"),
        ("KIMI_DISABLE_TELEMETRY", "1"),
        ("KIMI_CODE_NO_AUTO_UPDATE", "1"),
    ]);
}

#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn every_pair_asks_for_the_mapped_model() {
    for provider in [KIMI, ZAI, MINIMAX, TEAM] {
        let stage = Stage::new(&CLI);
        let outcome = stage.run(stage.jackin(provider.id, SAY_HI));
        assert_none(&complaints(&stage, &outcome, provider), provider.id);
    }
}

/// It names a model of the user's own settings, at a provider of theirs: ours would hear nothing.
#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn a_model_of_the_users_settings_is_asked_only_without_the_guard() {
    let words = ["-m", "foreign/main", "-p", "say hi"];
    let stage = Stage::new(&CLI);
    plant_hostile_settings(&stage);
    let outcome = stage.run(stage.jackin(ZAI.id, &words));
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(stage.elsewhere.requests().is_empty() && stage.provider.requests().is_empty());
    stage.configure("guard = \"off\"", &PROVIDERS);
    let outcome = stage.run(stage.jackin(ZAI.id, &words));
    let requests = stage.elsewhere.requests();
    assert!(stage.provider.requests().is_empty(), "{outcome:?}");
    assert!(!requests.is_empty() && !requests.iter().any(|r| r.holds(ZAI.key)), "{outcome:?}");
    assert!(requests.iter().any(|r| r.model().as_deref() == Some("sentinel-foreign-model")));
}

#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn no_single_variable_of_the_parent_gets_through() {
    for row in HOSTILE {
        let stage = Stage::new(&CLI);
        let provider = if row.0.starts_with("ANTHROPIC_") { MINIMAX } else { ZAI };
        let mut command = stage.jackin(provider.id, SAY_HI);
        stage.add(&mut command, [row]);
        let outcome = stage.run(command);
        assert_none(&complaints(&stage, &outcome, provider), row.0);
    }
}

/// With the key in the parent only, so that it comes the other way.
#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn everything_at_once_changes_nothing() {
    for provider in [KIMI, ZAI, MINIMAX] {
        let stage = Stage::new(&CLI);
        stage.configure("", &[]);
        plant_hostile_settings(&stage);
        let mut command = stage.jackin(provider.id, SAY_HI);
        stage.add(&mut command, HOSTILE);
        command.env(provider.variable, provider.key);
        let outcome = stage.run(command);
        assert_none(&complaints(&stage, &outcome, provider), provider.id);
    }
}

#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn without_jackin_a_redirect_works_and_the_parent_leaks() {
    let stage = Stage::new(&CLI);
    let mut command = stage.bare(SAY_HI);
    redirect(&stage, &mut command);
    let outcome = stage.run(command);
    assert_none(&complaints(&stage, &outcome, ZAI), "a clean home and a clean parent");

    let stage = Stage::new(&CLI);
    stage.write("home/notes.txt", ZAI.key);
    let mut command = stage.bare(SAY_HI);
    redirect(&stage, &mut command);
    let taken =
        ["KIMI_CODE_CUSTOM_HEADERS", "KIMI_MODEL_API_KEY", "KIMI_MODEL_NAME", "OPENAI_ORG_ID"];
    stage.add(&mut command, HOSTILE.iter().filter(|(name, _)| taken.contains(name)));
    let outcome = stage.run(command);
    let complaints = complaints(&stage, &outcome, ZAI);
    for what in [
        "authorization in POST",
        "`sentinel-foreign` in",
        "models {\"sentinel-foreign-model\"} in place of",
        "the key is in",
    ] {
        assert_some(&complaints, what);
    }
    let requests = stage.provider.requests();
    let leaked =
        |name| requests.iter().any(|r| r.header(name).is_some_and(|v| v.contains(FOREIGN)));
    assert!(leaked("x-leak") && leaked("openai-organization"), "{complaints:#?}");
}

#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn without_jackin_settings_take_it_over() {
    let stage = Stage::new(&CLI);
    plant_hostile_settings(&stage);
    let outcome = stage.run(stage.bare(SAY_HI));
    let complaints = complaints(&stage, &outcome, ZAI);
    assert_some(&complaints, "went elsewhere: POST /foreign/chat/completions");
    assert!(stage.elsewhere.requests().iter().any(|r| r.holds(FOREIGN)), "{complaints:#?}");
}
