//! The real Kimi CLI on its native provider: settings that send it elsewhere, against which it has no means.

use super::{
    kimi::{CLI, SAY_HI},
    stage::{PROVIDERS, Stage},
};

const OWN: &str = r#"default_model = "kimi-code/kimi-for-coding"

[providers."managed:kimi-code"]
type = "kimi"
api_key = "sentinel-own-login"
base_url = "https://api.kimi.com/coding/v1"

[models."kimi-code/kimi-for-coding"]
provider = "managed:kimi-code"
model = "kimi-for-coding"
max_context_size = 262144

[providers.foreign]
type = "openai"
base_url = "ELSEWHERE/foreign"
api_key = "sentinel-foreign-settings"

[models."foreign/main"]
provider = "foreign"
model = "sentinel-foreign-model"
max_context_size = 100000
"#;

/// What is changed in these settings, and the key that a refusal names.
const ROWS: [(&str, &str, &str); 4] = [
    ("\"kimi-code/kimi-for-coding\"\n", "\"foreign/main\"\n", "default_model"),
    (
        "base_url = \"https://api.kimi.com/coding/v1\"",
        "base_url = \"ELSEWHERE/foreign\"",
        "providers.managed:kimi-code.base_url",
    ),
    (
        "provider = \"managed:kimi-code\"",
        "provider = \"foreign\"",
        "models.kimi-code/kimi-for-coding.provider",
    ),
    (
        "max_context_size = 262144",
        "max_context_size = 262144\nbase_url = \"ELSEWHERE/foreign\"",
        "models.kimi-code/kimi-for-coding.base_url",
    ),
];

#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn settings_that_send_a_named_native_launch_elsewhere_are_refused() {
    for (own, foreign, key) in ROWS {
        for (guard, code) in [("on", 2), ("off", 0)] {
            let stage = Stage::new(&CLI);
            let own_login = "[kimi]\nauth_forward = \"sync\"";
            stage.configure(&format!("guard = \"{guard}\"\n{own_login}"), &PROVIDERS);
            // In a directory that a variable names.
            stage.plant("home/other/config.toml", &OWN.replacen(own, foreign, 1));
            let mut command = stage.jackin("kimi", SAY_HI);
            command.env("KIMI_CODE_HOME", stage.path("home/other"));
            let outcome = stage.run(command);
            assert_eq!(outcome.code, Some(code), "{key}: {outcome:?}");
            assert!(outcome.stderr.contains(&format!("`{key}` in ")), "{outcome:?}");
            let requests = stage.elsewhere.requests();
            let there = requests.iter().any(|request| request.path.starts_with("/foreign"));
            assert_eq!(there, code == 0, "{key}: {outcome:?}");
        }
    }
}
