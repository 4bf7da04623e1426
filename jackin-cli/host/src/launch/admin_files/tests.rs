use jackin_core::{Config, Document, NameOrigin, choice, resolve};

use super::*;

/// What the files below a root do to a launch: the warnings, or the error.
fn checked(
    first: &str,
    agent: &str,
    provider: &str,
    files: &[(&str, &str)],
) -> Result<Vec<String>, String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = dir.path().join("etc").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let keys = "ZAI_API_KEY = 'demo'\nMINIMAX_API_KEY = 'sk-cp-demo'\n";
    let text = format!("{first}\n[env]\n{keys}");
    let config = Config {
        global: Some(Document::global("config.toml", &text).unwrap()),
        ..Config::default()
    };
    let layers = config.layers(None).unwrap();
    let agent = layers.registry().agent(agent).unwrap();
    let asked = Some((provider, NameOrigin::Argument));
    let provider = choice::select(&layers, agent, asked).unwrap();
    let plan = resolve(&layers, agent, provider).unwrap();
    let shown = |text: &str| text.replace(dir.path().to_str().unwrap(), "");
    let warnings = check_below(dir.path(), &plan).map_err(|error| shown(&error.to_string()));
    warnings.map(|warnings| warnings.iter().map(|text| shown(text)).collect())
}

const MANAGED: &str = "claude-code/managed-settings.json";
const ELSEWHERE: &str = "sends the prompts elsewhere";

/// Each was measured to send the real agent elsewhere, with the key or without it.
const DIVERTING: [(&str, &str, &str, &str, &str); 8] = [
    (
        "codex",
        "minimax",
        "codex/managed_config.toml",
        "model_provider = 'x'",
        "`model_provider` sends the prompts to another provider",
    ),
    (
        "codex",
        "minimax",
        "codex/managed_config.toml",
        "[model_providers.jackin-minimax]\nbase_url = 'x'",
        "`model_providers.jackin-minimax` is merged with what jackin sets, and can send the key to another address",
    ),
    (
        "codex",
        "minimax",
        "codex/requirements.toml",
        "model_provider = 'x'",
        "`model_provider` sends the prompts to another provider",
    ),
    (
        "codex",
        "openai",
        "codex/managed_config.toml",
        "openai_base_url = 'x'",
        "`openai_base_url` sends the prompts elsewhere",
    ),
    (
        "opencode",
        "zai",
        "opencode/opencode.json",
        "{\"provider\": {\"jackin-zai\": {}}}",
        "`provider.jackin-zai` is merged with what jackin sets, and can send the key to another address",
    ),
    (
        "opencode",
        "zai",
        "opencode/opencode.jsonc",
        "{// mine\n\"enabled_providers\": [\"x\"],}",
        "`enabled_providers` leaves other providers than the chosen one to the agent",
    ),
    (
        "claude",
        "anthropic",
        MANAGED,
        "{\"env\": {\"ANTHROPIC_BASE_URL\": \"x\"}}",
        "`env.ANTHROPIC_BASE_URL` sends the prompts elsewhere",
    ),
    (
        "claude",
        "anthropic",
        "claude-code/managed-settings.d/10-x.json",
        "{\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": \"1\"}}",
        "`env.CLAUDE_CODE_USE_BEDROCK` sends the prompts elsewhere",
    ),
];

#[test]
#[cfg(target_os = "linux")]
fn settings_that_send_a_launch_elsewhere_are_refused() {
    for (agent, provider, file, text, what) in DIVERTING {
        let message = format!("/etc/{file} beats what jackin sets for `{agent}`: {what}");
        let files = [(file, text)];
        assert_eq!(checked("", agent, provider, &files), Err(message.clone()), "{text}");
        let off = checked("guard = 'off'", agent, provider, &files);
        assert_eq!(off, Ok(vec![message]), "{text}");
    }
}

#[test]
fn other_settings_do_not_count() {
    for (agent, provider, file, text) in [
        ("codex", "minimax", "codex/managed_config.toml", "model_provider = "),
        ("codex", "minimax", "codex/managed_config.toml", "approval_policy = 'never'"),
        ("codex", "minimax", "codex/managed_config.toml", "openai_base_url = 'x'"),
        ("codex", "minimax", "codex/config.toml", "model_provider = 'x'"),
        ("codex", "openai", "codex/managed_config.toml", "model_provider = 'openai'"),
        ("opencode", "zai", "opencode/opencode.json", "{\"provider\": {\"mine\": {}}}"),
        // The guard holds against these.
        (
            "claude",
            "zai",
            MANAGED,
            "{\"env\": {\"ANTHROPIC_BASE_URL\": \"x\"}, \"apiKeyHelper\": \"x\"}",
        ),
        (
            "claude",
            "anthropic",
            MANAGED,
            "{\"env\": {\"ANTHROPIC_MODEL\": \"x\"}, \"model\": \"x\"}",
        ),
        // The provider's own.
        (
            "claude",
            "anthropic",
            MANAGED,
            "{\"env\": {\"ANTHROPIC_BASE_URL\": \"https://api.anthropic.com\", \"CLAUDE_CODE_USE_VERTEX\": \"0\"}}",
        ),
        ("claude", "zai", "opencode/opencode.json", "{\"enabled_providers\": []}"),
    ] {
        assert_eq!(checked("", agent, provider, &[(file, text)]), Ok(Vec::new()), "{file}: {text}");
    }
    assert_eq!(checked("", "claude", "zai", &[]), Ok(Vec::new()));
}

#[test]
#[cfg(target_os = "linux")]
fn without_the_guard_the_agents_own_wiring_counts() {
    let text = "{\"env\": {\"ANTHROPIC_BASE_URL\": \"sentinel-url\"}}";
    let warnings = checked("guard = 'off'", "claude", "zai", &[(MANAGED, text)]).unwrap();
    let what = "`env.ANTHROPIC_BASE_URL` takes effect, since the guard is off";
    assert_eq!(warnings, [format!("/etc/{MANAGED} beats what jackin sets for `claude`: {what}")]);
    let native = checked("guard = 'off'", "claude", "anthropic", &[(MANAGED, text)]).unwrap();
    assert!(native[0].ends_with(ELSEWHERE) && !native[0].contains("sentinel"), "{native:?}");
}
