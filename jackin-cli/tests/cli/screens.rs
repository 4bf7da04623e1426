//! What a person sees, whole; every change to a screen is a change to a file that somebody reads.

use insta::assert_snapshot;
use jackin_core::Registry;

use crate::{
    guide::timeless,
    support::{Home, see},
};

const CONFIG: &str = r#"
default_role = "review"

[env]
ZAI_API_KEY = "op://Work/zai/key"
MINIMAX_API_KEY = "sentinel-global"
EDITOR = "sentinel-editor"
ANTHROPIC_MODEL = "sentinel-model"

[providers.zai.anthropic]
models = { opus = "glm-6" }

[roles.review.env]
MINIMAX_API_KEY = "$REVIEW_KEY"
"#;

/// A screen with the home directory taken out.
fn screen(home: &Home, args: &[&str]) -> String {
    let mut command = home.jackin(args);
    command.env("CLAUDECODE", "1").env("ANTHROPIC_API_KEY", "sentinel-exported");
    let seen = see(&mut command);
    let text = format!("{}{}[exit {}]", seen.out, seen.err, seen.code.unwrap());
    assert!(!text.contains("sentinel"), "{text}");
    text.replace(home.path().to_str().unwrap(), "/home/you")
}

#[test]
fn plans() {
    let home = Home::with_config(CONFIG);
    assert_snapshot!(
        "plan-redirect",
        screen(&home, &["plan", "--provider", "zai", "claude", "-p", "it's \u{1b}[31m"])
    );
    assert_snapshot!("plan-shadowed", screen(&home, &["plan", "--provider", "minimax"]));
    assert_snapshot!("plan-native", screen(&home, &["plan", "--provider", "anthropic"]));
}

#[test]
fn lists() {
    let home = Home::with_config(CONFIG);
    assert_snapshot!("providers", screen(&home, &["providers"]));
    assert_snapshot!("providers-json", screen(&home, &["providers", "--json"]));
    assert_snapshot!("agents", screen(&home, &["agents"]));
    assert_snapshot!("agents-json", screen(&home, &["agents", "--json"]));
    assert_snapshot!("label-json", screen(&home, &["label", "--json", "--provider", "zai"]));
}

#[test]
fn help() {
    let home = Home::new();
    assert_snapshot!("help", screen(&home, &["--help"]));
    let commands = [
        "run",
        "plan",
        "env",
        "label",
        "console",
        "providers",
        "agents",
        "doctor",
        "completions",
        "man",
        "explain",
    ];
    for command in commands {
        assert_snapshot!(format!("help-{command}"), screen(&home, &[command, "--help"]));
    }
    for command in [
        "auth",
        "auth set",
        "auth guide",
        "auth import",
        "auth request",
        "config env set",
        "workspace",
        "workspace remove",
    ] {
        let name = format!("help-{}", command.replace(' ', "-"));
        let words: Vec<_> = command.split(' ').chain(["--help"]).collect();
        assert_snapshot!(name, screen(&home, &words));
    }
}

/// Every agent on every provider, each with a key and with models where the user names them.
#[test]
fn the_matrix() {
    let registry = Registry::built_in();
    let mut config = String::from("[env]\n");
    for provider in registry.providers().iter() {
        let prefix = provider.key_prefix.as_deref().unwrap_or_default();
        config += &format!("{} = '{prefix}sentinel'\n", provider.key.value);
    }
    for id in ["openrouter", "moonshot", "qwen", "ollama", "gateway"] {
        config +=
            &format!("[providers.{id}.anthropic]\nmodels = {{ main = 'm', small_fast = 's' }}\n");
    }
    config += "base_url = 'https://gateway.example.com'\n";
    let home = Home::with_config(&config);
    let matrix = registry
        .agents()
        .iter()
        .map(|agent| screen(&home, &["providers", "--agent", agent.id.as_str()]));
    assert_snapshot!("matrix", timeless(&matrix.collect::<Vec<_>>().join("\n\n")));
}
