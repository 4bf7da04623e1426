//! The real Claude Code on its own provider, with a vendor's redirect in its settings. Nothing can reach that
//! provider from here: a connection to it shows where the prompt would have gone.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    claude::{LOCAL_SETTINGS, PROJECT_SETTINGS, USER_SETTINGS, of_version},
    stage::{Agent, Outcome, Stage},
};

static OLDEST: Agent = of_version("2.1.198", "2.1.198 (Claude Code)");
static NEWEST: Agent = of_version("2.1.332", "2.1.332 (Claude Code)");

const HOME: &str = "api.anthropic.com:443";
/// It goes on trying, since there is no way to its provider.
const LONGEST: Duration = Duration::from_secs(20);

/// What vendors' wizards write, and what sends the prompts to another cloud.
fn redirects() -> [Value; 3] {
    [
        json!({"model": "glm-5.1", "env": {
            "ANTHROPIC_BASE_URL": "ELSEWHERE/wizard", "ANTHROPIC_AUTH_TOKEN": "sentinel-foreign",
            "ANTHROPIC_MODEL": "glm-5.1", "ANTHROPIC_CUSTOM_HEADERS": "x-foreign: sentinel-foreign",
        }}),
        json!({"apiKeyHelper": "echo sentinel-foreign", "env": {"ANTHROPIC_BASE_URL": "ELSEWHERE/helper"}}),
        json!({"env": {
            "CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": "ELSEWHERE/bedrock",
            "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1", "AWS_REGION": "us-east-1",
        }}),
    ]
}

/// A user with a login of their own.
fn stage(agent: &'static Agent) -> Stage {
    let stage = Stage::new(agent);
    let login = json!({"claudeAiOauth": {
        "accessToken": "sk-ant-oat01-sentinel-own", "expiresAt": 9_999_999_999_999_u64,
        "refreshToken": "sk-ant-ort01-sentinel-own", "scopes": ["user:inference"],
        "subscriptionType": "max",
    }});
    stage.write("home/.claude/.credentials.json", &login.to_string());
    stage
}

/// Where the prompt went: home, or to a server that is none of the provider's.
fn went(stage: &Stage, words: &[&str]) -> (bool, bool, Outcome) {
    let foreign = |stage: &Stage| stage.elsewhere.requests().iter().any(|r| r.method == "POST");
    let at_home = |stage: &Stage| stage.elsewhere.requests().iter().any(|r| r.path == HOME);
    let mut command = stage.surrounded(std::process::Command::new(env!("CARGO_BIN_EXE_jackin")));
    command.arg("--config-dir").arg(stage.path("config")).args(words);
    // Which connects to its provider for more than the prompt.
    command.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
    let outcome = stage.run_until(command, LONGEST, || foreign(stage) || at_home(stage));
    (at_home(stage), foreign(stage), outcome)
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn a_redirect_in_the_settings_does_not_take_a_named_launch() {
    for agent in [&OLDEST, &NEWEST] {
        for settings in redirects() {
            for file in [USER_SETTINGS, PROJECT_SETTINGS, LOCAL_SETTINGS] {
                let stage = stage(agent);
                stage.plant(file, &settings.to_string());
                let launch = ["run", "--provider", "anthropic", "claude", "-p", "say hi"];
                let (home, foreign, outcome) = went(&stage, &launch);
                let row = format!("{} {file} {settings} {outcome:?}", agent.package.version);
                assert!(home && !foreign, "{row}");
                assert!(outcome.stderr.contains("override it and its key"), "{row}");
            }
        }
    }
}

/// Without a name the agent follows its settings, and the label says so.
#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn without_a_name_or_a_guard_the_settings_are_followed() {
    let [wizard, ..] = redirects();
    for (first, words) in [
        ("", &["run", "claude", "-p", "say hi"][..]),
        ("guard = 'off'", &["run", "--provider", "anthropic", "claude", "-p", "say hi"]),
    ] {
        let stage = stage(&NEWEST);
        // With several keys, every launch names its provider.
        stage.configure(first, &[]);
        stage.plant(USER_SETTINGS, &wizard.to_string());
        let (_, foreign, outcome) = went(&stage, words);
        assert!(foreign, "{words:?} {outcome:?}");
        assert!(outcome.stderr.contains("`env.ANTHROPIC_BASE_URL` in "), "{outcome:?}");
        let label = stage.surrounded(std::process::Command::new(env!("CARGO_BIN_EXE_jackin")));
        let mut label = label;
        label.arg("--config-dir").arg(stage.path("config")).args(["label", "claude"]);
        let label = stage.run(label).stdout;
        assert_eq!(label, "Claude (127.0.0.1)\n");
    }
}
