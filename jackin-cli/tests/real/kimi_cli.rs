//! The real kimi-cli from PyPI, which is called `kimi`, too, and does not read what the agent `kimi` reads.

use super::{
    install::Package,
    stage::{Agent, PROVIDERS, Stage, ZAI},
};

static KIMI_CLI: Agent = Agent {
    id: "kimi",
    package: Package::new("kimi-cli", "1.48.0", "kimi", "kimi, version 1.48.0", None).on_pypi(),
    ways: &[],
    calls_home: &[],
};

const SETTINGS: &str = r#"default_model = "foreign"

[providers.foreign]
type = "openai_legacy"
base_url = "ELSEWHERE/foreign"
api_key = "sentinel-foreign-settings"

[models.foreign]
provider = "foreign"
model = "sentinel-foreign-model"
max_context_size = 100000
"#;

#[test]
#[ignore = "needs Python 3.13 and the real kimi-cli from PyPI; .ci/run runs it"]
fn another_kimi_is_refused_since_it_asks_the_provider_of_its_own_settings() {
    for (guard, code) in [("on", 125), ("off", 0)] {
        let stage = Stage::new(&KIMI_CLI);
        stage.configure(&format!("guard = \"{guard}\""), &PROVIDERS);
        stage.write(
            "home/.kimi/config.toml",
            &SETTINGS.replace("ELSEWHERE", &stage.elsewhere.url()),
        );
        let outcome = stage.run(stage.jackin(ZAI.id, &["--print", "-c", "say hi"]));
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        let said = "is kimi-cli from PyPI, not the agent `kimi`";
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        let asked = stage.elsewhere.requests();
        let went = asked.iter().any(|request| request.path == "/foreign/chat/completions");
        assert_eq!(went, code == 0, "{asked:?}");
        assert!(stage.provider.requests().is_empty());
    }
}
