//! The real Claude Code behind jackin: one endpoint, one key and the mapped models, whatever the
//! parent's environment and the user's own files say.

use std::{process::Command, time::Duration};

use serde_json::{Value, json};

use super::{
    install::Package,
    stage::{
        Agent, FOREIGN, KIMI, LONGEST_RUN, Login, MINIMAX, PROVIDERS, Provider, Stage, TEAM, Way,
        ZAI, assert_none, assert_some,
    },
};

pub(crate) static CLAUDE: Agent = of_version("2.1.329", "2.1.329 (Claude Code)");

/// Claude Code in one version, and what it says of that.
pub(crate) const fn of_version(version: &'static str, says: &'static str) -> Agent {
    Agent {
        id: "claude",
        package: Package::new("@anthropic-ai/claude-code", version, "claude", says, None),
        ways: WAYS,
        calls_home: &[],
    }
}

static WAYS: &[Way] = &[
    way(ZAI, "/api/anthropic/v1/messages?beta=true"),
    way(KIMI, "/coding/v1/messages?beta=true"),
    way(MINIMAX, "/anthropic/v1/messages?beta=true"),
    way(TEAM, "/team/v1/messages?beta=true"),
];

const fn way(provider: &'static Provider, path: &'static str) -> Way {
    Way { provider, path, login: Login::Bearer }
}

/// Variables of a parent that would each steer or betray a redirect, or leak to the provider.
/// `ELSEWHERE` stands for the other server's URL.
const HOSTILE: &[(&str, &str)] = &[
    ("ANTHROPIC_API_KEY", "sentinel-foreign-api-key"),
    ("ANTHROPIC_AUTH_TOKEN", "sentinel-foreign-token"),
    ("ANTHROPIC_BASE_URL", "ELSEWHERE/base"),
    ("ANTHROPIC_BETAS", "sentinel-foreign-beta"),
    // Prints every request, its key included.
    ("BUN_CONFIG_VERBOSE_FETCH", "curl"),
    ("ANTHROPIC_CUSTOM_HEADERS", "x-leak: sentinel-foreign-header"),
    ("ANTHROPIC_DEFAULT_FABLE_MODEL", "claude-sentinel-foreign"),
    ("ANTHROPIC_DEFAULT_MODEL", "claude-sentinel-foreign"),
    ("ANTHROPIC_DEFAULT_OPUS_MODEL", "claude-sentinel-foreign"),
    ("ANTHROPIC_MODEL", "claude-sentinel-foreign"),
    ("ANTHROPIC_UNIX_SOCKET", "/nonexistent/sentinel-foreign"),
    ("AWS_BEARER_TOKEN_BEDROCK", "sentinel-foreign-bearer"),
    ("CLAUDE_CODE_API_BASE_URL", "ELSEWHERE/api"),
    ("CLAUDE_CODE_CHILD_SESSION", "1"),
    ("CLAUDE_CODE_EXTRA_BODY", r#"{"model":"claude-sentinel-foreign"}"#),
    ("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-sentinel-foreign"),
    ("CLAUDE_CODE_SUBAGENT_MODEL", "claude-sentinel-foreign"),
    ("CLAUDE_CODE_USE_ANTHROPIC_AWS", "1"),
    ("CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD", "1"),
    ("CLAUDE_CODE_USE_BEDROCK", "1"),
    ("CLAUDE_CODE_USE_FOUNDRY", "1"),
    ("CLAUDE_CODE_USE_MANTLE", "1"),
    ("CLAUDE_CODE_USE_VERTEX", "1"),
    // Other providers' keys, and one under another name.
    ("KIMI_CODE_API_KEY", "sentinel-foreign-kimi"),
    ("MINIMAX_API_KEY", "sentinel-foreign-minimax"),
    ("MY_BACKUP", "sentinel-foreign-kimi"),
];

/// What it would take for a parent's `CLAUDE_CODE_USE_*` to work.
const CLOUDS: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "unused"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_SECRET_ACCESS_KEY", "unused"),
    ("ANTHROPIC_BEDROCK_BASE_URL", "ELSEWHERE/bedrock"),
    ("ANTHROPIC_FOUNDRY_BASE_URL", "ELSEWHERE/foundry"),
    ("ANTHROPIC_VERTEX_BASE_URL", "ELSEWHERE/vertex"),
    ("ANTHROPIC_VERTEX_PROJECT_ID", "unused"),
    ("CLAUDE_CODE_SKIP_BEDROCK_AUTH", "1"),
    ("CLAUDE_CODE_SKIP_FOUNDRY_AUTH", "1"),
    ("CLAUDE_CODE_SKIP_VERTEX_AUTH", "1"),
    ("CLOUD_ML_REGION", "us-east5"),
];

/// What a settings file could say to take a redirect over.
fn hostile_settings() -> Value {
    json!({
        "apiKeyHelper": "echo sentinel-foreign-helper",
        "model": "claude-sentinel-foreign",
        "env": {
            "ANTHROPIC_API_KEY": "sentinel-foreign-settings-key",
            "ANTHROPIC_AUTH_TOKEN": "sentinel-foreign-settings-token",
            "ANTHROPIC_BASE_URL": "ELSEWHERE",
            "ANTHROPIC_BEDROCK_BASE_URL": "ELSEWHERE",
            "ANTHROPIC_CUSTOM_HEADERS": "x-leak: sentinel-foreign-settings-header",
            "ANTHROPIC_MODEL": "claude-sentinel-foreign",
            "AWS_REGION": "us-east-1",
            "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1",
            "CLAUDE_CODE_USE_BEDROCK": "1",
        },
    })
}

/// A prompt that makes the server call a tool, whose output comes back to it.
const CALL_ENV: &str = r#"CALL {"name": "Bash", "input": {"command": "env"}}"#;

pub(crate) const USER_SETTINGS: &str = "home/.claude/settings.json";
pub(crate) const PROJECT_SETTINGS: &str = "work/.claude/settings.json";
pub(crate) const LOCAL_SETTINGS: &str = "work/.claude/settings.local.json";

fn plant_hostile_settings(stage: &Stage, files: &[&str]) {
    files.iter().for_each(|file| stage.plant(file, &format!("{:#}\n", hostile_settings())));
}

/// A user who is logged in twice.
fn write_logins(stage: &Stage) {
    let login = json!({"claudeAiOauth": {
        "accessToken": "sk-ant-oat01-sentinel-foreign", "expiresAt": 9_999_999_999_999_u64,
        "refreshToken": "sk-ant-ort01-sentinel-foreign", "scopes": ["user:inference"],
        "subscriptionType": "max",
    }});
    stage.write("home/.claude/.credentials.json", &login.to_string());
    let key = json!({"primaryApiKey": "sk-ant-sentinel-foreign-primary"});
    stage.write("home/.claude.json", &key.to_string());
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn every_tier_asks_for_the_mapped_model() {
    let rows: &[(&Provider, &str, &str)] = &[
        (ZAI, "", "glm-5.1"),
        (ZAI, "opus", "glm-5.1"),
        (ZAI, "sonnet", "glm-5-turbo"),
        (ZAI, "haiku", "glm-4.5-air"),
        (ZAI, "fable", "glm-5.1"),
        (ZAI, "best", "glm-5.1"),
        (ZAI, "opusplan", "glm-5-turbo"),
        (KIMI, "", "kimi-for-coding"),
        (KIMI, "sonnet", "kimi-for-coding"),
        (KIMI, "fable", "kimi-for-coding"),
        (MINIMAX, "", "MiniMax-M3"),
        (MINIMAX, "haiku", "MiniMax-M3"),
        (MINIMAX, "fable", "MiniMax-M3"),
        (TEAM, "", "glm-4.6"),
        (TEAM, "sonnet", "glm-4.6"),
        (TEAM, "haiku", "glm-4.5-air"),
        (TEAM, "fable", "glm-4.6"),
    ];
    for (provider, tier, model) in rows {
        let stage = Stage::new(&CLAUDE);
        let mut command = stage.jackin(provider.id, &["-p", "say hi"]);
        if !tier.is_empty() {
            command.args(["--model", tier]);
        }
        let outcome = stage.run(command);
        let row = format!("{} {tier}", provider.id);
        assert_none(&stage.complaints(&outcome, provider, &[model]), &row);
    }
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn no_single_variable_of_the_parent_gets_through() {
    for row in HOSTILE {
        let stage = Stage::new(&CLAUDE);
        let mut command = stage.jackin(ZAI.id, &["-p", "say hi"]);
        stage.add(&mut command, CLOUDS);
        stage.add(&mut command, [row]);
        let outcome = stage.run(command);
        assert_none(&stage.complaints(&outcome, ZAI, &["glm-5.1"]), row.0);
    }
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn all_variables_of_the_parent_together_do_not_get_through() {
    for provider in PROVIDERS {
        let stage = Stage::new(&CLAUDE);
        let mut command = stage.jackin(provider.id, &["-p", "say hi", "--model", "haiku"]);
        stage.add(&mut command, CLOUDS);
        stage.add(&mut command, HOSTILE);
        let outcome = stage.run(command);
        let model = match provider.id {
            "kimi" => "kimi-for-coding",
            "minimax" => "MiniMax-M3",
            _ => "glm-4.5-air",
        };
        assert_none(&stage.complaints(&outcome, provider, &[model]), provider.id);
    }
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn no_settings_file_takes_it_over_and_none_is_changed() {
    let one_each = [USER_SETTINGS, PROJECT_SETTINGS, LOCAL_SETTINGS].map(|file| vec![file]);
    let all = vec![USER_SETTINGS, PROJECT_SETTINGS, LOCAL_SETTINGS];
    for files in one_each.into_iter().chain([all]) {
        let stage = Stage::new(&CLAUDE);
        plant_hostile_settings(&stage, &files);
        let outcome = stage.run(stage.jackin(ZAI.id, &["-p", "say hi"]));
        assert_none(&stage.complaints(&outcome, ZAI, &["glm-5.1"]), &format!("{files:?}"));
    }
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn no_stored_login_reaches_the_provider() {
    let stage = Stage::new(&CLAUDE);
    write_logins(&stage);
    let outcome = stage.run(stage.jackin(KIMI.id, &["-p", "say hi"]));
    assert_none(&stage.complaints(&outcome, KIMI, &["kimi-for-coding"]), "logged in");
}

/// With the key in the parent only, so that it comes the other way.
#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn everything_at_once_changes_nothing() {
    let stage = Stage::new(&CLAUDE);
    stage.configure("", &[]);
    plant_hostile_settings(&stage, &[USER_SETTINGS, PROJECT_SETTINGS, LOCAL_SETTINGS]);
    write_logins(&stage);
    let mut command = stage.jackin(ZAI.id, &["-p", "say hi", "--model", "sonnet"]);
    stage.add(&mut command, CLOUDS);
    stage.add(&mut command, HOSTILE);
    command.env(ZAI.variable, ZAI.key);
    let outcome = stage.run(command);
    assert_none(&stage.complaints(&outcome, ZAI, &["glm-5-turbo"]), "everything");
}

/// The tool's output goes to the provider, and so into the record.
#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn a_command_that_the_agent_runs_finds_no_key() {
    let stage = Stage::new(&CLAUDE);
    let mut command = stage.jackin(ZAI.id, &["-p", CALL_ENV, "--allowedTools", "Bash"]);
    stage.add(&mut command, HOSTILE);
    // Passed on, as it is nobody's key: the proof that the output is all there.
    command.env("HARMLESS", "passed on to tools");
    let outcome = stage.run(command);
    assert_none(&stage.complaints(&outcome, ZAI, &["glm-5.1"]), "a command");
    let requests = stage.provider.requests();
    assert!(requests.iter().any(|r| r.body_holds("HARMLESS=passed on to tools")), "{outcome:?}");
    assert!(!requests.iter().any(|r| r.body_holds(ZAI.key)), "the command saw the key");
}

/// A prompt for a sub-agent, as the agent's own tool takes it.
pub(crate) fn call_agent(input: &Value) -> String {
    let mut input = input.clone();
    input["description"] = "say hi".into();
    input["prompt"] = "say hi".into();
    format!("CALL {}", json!({"name": "Agent", "input": input}))
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn a_sub_agent_asks_for_a_mapped_model() {
    let rows: [(&str, &[&str]); 4] = [
        ("opus", &["glm-5.1"]),
        ("sonnet", &["glm-5.1", "glm-5-turbo"]),
        ("haiku", &["glm-5.1", "glm-4.5-air"]),
        ("fable", &["glm-5.1"]),
    ];
    for (tier, models) in rows {
        let stage = Stage::new(&CLAUDE);
        let call = call_agent(&json!({"subagent_type": "general-purpose", "model": tier}));
        let outcome = stage.run(stage.jackin(ZAI.id, &["-p", &call]));
        assert_none(&stage.complaints(&outcome, ZAI, models), tier);
        let messages = stage.messages();
        assert!(messages >= 3, "{tier}: {messages} messages, none of them the sub-agent's");
    }
}

/// The seven variables of a redirect, by hand.
fn redirect(stage: &Stage, command: &mut Command) {
    command.envs([
        ("ANTHROPIC_AUTH_TOKEN", ZAI.key),
        ("ANTHROPIC_BASE_URL", &format!("{}/api/anthropic", stage.provider.url())),
        ("ANTHROPIC_DEFAULT_OPUS_MODEL", "glm-5.1"),
        ("ANTHROPIC_DEFAULT_SONNET_MODEL", "glm-5-turbo"),
        ("ANTHROPIC_DEFAULT_HAIKU_MODEL", "glm-4.5-air"),
        ("API_TIMEOUT_MS", "3000000"),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
    ]);
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn without_jackin_a_redirect_works_and_does_not_hold() {
    let stage = Stage::new(&CLAUDE);
    let mut command = stage.bare(&["-p", "say hi"]);
    redirect(&stage, &mut command);
    let outcome = stage.run(command);
    assert_none(&stage.complaints(&outcome, ZAI, &["glm-5.1"]), "a clean home and a clean parent");

    let stage = Stage::new(&CLAUDE);
    plant_hostile_settings(&stage, &[USER_SETTINGS]);
    let mut command = stage.bare(&["-p", "say hi"]);
    redirect(&stage, &mut command);
    let outcome = stage.run(command);
    assert_some(&stage.complaints(&outcome, ZAI, &["glm-5.1"]), "went elsewhere");
    assert!(stage.elsewhere.requests().iter().any(|r| r.holds(FOREIGN)), "{outcome:?}");
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn without_jackin_the_parent_leaks_and_every_check_notices() {
    let stage = Stage::new(&CLAUDE);
    stage.write("home/notes.txt", ZAI.key);
    let mut command = stage.bare(&["-p", CALL_ENV, "--allowedTools", "Bash"]);
    redirect(&stage, &mut command);
    let taken =
        ["ANTHROPIC_API_KEY", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_MODEL", "MINIMAX_API_KEY"];
    let taken = HOSTILE.iter().filter(|(name, _)| taken.contains(name));
    stage.add(&mut command, taken.chain([&("ANTHROPIC_AUTH_TOKEN", "sentinel-foreign-token")]));
    let outcome = stage.run(command);
    let complaints = stage.complaints(&outcome, ZAI, &["glm-5.1"]);
    for what in [
        "x-api-key in",
        "`sentinel-foreign` in",
        "authorization in",
        "models {\"claude-sentinel-foreign\"} in place of",
        "the key is in",
    ] {
        assert_some(&complaints, what);
    }
    let requests = stage.provider.requests();
    assert!(
        requests.iter().any(|r| r.holds("MINIMAX_API_KEY=sentinel-foreign")),
        "{complaints:#?}"
    );
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn without_jackin_another_cloud_takes_it_over() {
    for cloud in ["BEDROCK", "FOUNDRY", "VERTEX"] {
        let stage = Stage::new(&CLAUDE);
        let mut command = stage.bare(&["-p", "say hi"]);
        redirect(&stage, &mut command);
        stage.add(&mut command, CLOUDS);
        command.env(format!("CLAUDE_CODE_USE_{cloud}"), "1");
        let asked = || stage.elsewhere.requests().iter().any(|r| r.method == "POST");
        let outcome = stage.run_until(command, LONGEST_RUN, asked);
        assert_some(&stage.complaints(&outcome, ZAI, &["glm-5.1"]), "went elsewhere: POST");
    }
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn without_the_guard_settings_take_it_over() {
    let stage = Stage::new(&CLAUDE);
    stage.configure("guard = \"off\"", &PROVIDERS);
    plant_hostile_settings(&stage, &[USER_SETTINGS]);
    let outcome = stage.run(stage.jackin(ZAI.id, &["-p", "say hi"]));
    assert_some(&stage.complaints(&outcome, ZAI, &["glm-5.1"]), "went elsewhere");
}

/// What an earlier redirect left must not send the user's own login to that provider. Where there
/// is none, there is nothing to send.
#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn a_native_launch_sends_the_provider_nothing() {
    for (marked, exported) in [(false, true), (true, true), (true, false)] {
        let stage = Stage::new(&CLAUDE);
        let login = json!({"primaryApiKey": "sk-ant-sentinel-own-login"});
        stage.write("home/.claude.json", &login.to_string());
        let mut command = stage.jackin("anthropic", &["-p", "say hi"]);
        redirect(&stage, &mut command);
        command.env("ANTHROPIC_MODEL", "glm-5.1");
        command.env("ANTHROPIC_SMALL_FAST_MODEL", "glm-4.5-air");
        if marked {
            command.env("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "1");
        }
        if exported {
            command.env("ANTHROPIC_API_KEY", "sk-ant-sentinel-own-login");
        }
        // It would go on trying.
        let is_home = |path: &str| path == "api.anthropic.com:443";
        let at_home = || stage.elsewhere.requests().iter().any(|r| is_home(&r.path));
        let outcome = stage.run_until(command, Duration::from_secs(15), at_home);
        assert!(stage.provider.requests().is_empty(), "{:#?}", stage.provider.requests());
        assert!(at_home(), "{marked} {exported} {outcome:?}");
    }
}
