//! What a person sees, whole; every change to a screen is a change to a file that somebody reads.

use insta::assert_snapshot;
use jackin_core::Registry;
use serde_json::Value;

use crate::{
    guide::timeless,
    listed::{self, few, few_of_json, is_shown},
    statement::documented::{providers::providers, redirect},
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

/// Reasons under which every agent or provider adds names.
const OF_ALL: [&str; 3] = [
    "is a provider's key",
    "is another agent's login",
    "is left over from a redirect to another provider (only where there was one)",
];

/// The screen of a plan, without the names under these reasons. What it shows as removed must be what
/// `--json` lists.
fn plan(home: &Home, args: &[&str]) -> String {
    let text = screen(home, &[&["plan"], args].concat());
    let json = see(&mut home.jackin([&["plan", "--json"], args].concat()));
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let (before, rest) = text.split_once("\nremove\n").unwrap();
    let (groups, after) = rest.split_once("\n\n").unwrap();
    let (mut shown, mut kept, mut reason) = (Vec::new(), Vec::new(), "");
    for line in groups.lines() {
        let names = line.strip_prefix("    ");
        match names {
            Some(names) => shown.extend(names.split(' ').map(|name| (reason.to_owned(), name))),
            None => reason = line.trim_start(),
        }
        match names.is_some() && OF_ALL.contains(&reason) {
            true if kept.last() == Some(&"    …") => {}
            true => kept.push("    …"),
            false => kept.push(line),
        }
    }
    let listed: Vec<_> = json["remove"].as_array().unwrap().iter().map(reason_and_name).collect();
    assert_eq!(shown, listed);
    format!("{before}\nremove\n{}\n\n{after}", kept.join("\n"))
}

/// Of an entry of `remove`, what the screen has: the reason and the name.
fn reason_and_name(removal: &Value) -> (String, &str) {
    let [reason, name] = ["reason", "pattern"].map(|key| removal[key].as_str().unwrap());
    let when = if removal["if_redirected"] == true { " (only where there was one)" } else { "" };
    (format!("{reason}{when}"), name)
}

#[test]
fn plans() {
    let home = Home::with_config(CONFIG);
    assert_snapshot!(
        "plan-redirect",
        plan(&home, &["--provider", "zai", "claude", "-p", "it's \u{1b}[31m"])
    );
    assert_snapshot!("plan-shadowed", plan(&home, &["--provider", "minimax"]));
    assert_snapshot!("plan-native", plan(&home, &["--provider", "anthropic"]));
}

#[test]
fn lists() {
    let home = Home::with_config(CONFIG);
    let (providers, agents) = (listed::providers(), listed::agents());
    assert_snapshot!("providers", few(&screen(&home, &["providers"]), &providers));
    let json = screen(&home, &["providers", "--json"]);
    assert_snapshot!("providers-json", few_of_json(&json, "providers", &providers));
    assert_snapshot!("agents", few(&screen(&home, &["agents"]), &agents));
    let json = screen(&home, &["agents", "--json"]);
    assert_snapshot!("agents-json", few_of_json(&json, "agents", &agents));
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

/// Every agent on every provider, each with a key and with models where the user names them: which
/// can be used is what the documents say.
#[test]
fn the_matrix() {
    let mut config = String::from("[env]\n");
    for provider in providers() {
        config += &format!("{} = '{}-sentinel'\n", provider.variable, provider.key());
    }
    for provider in providers() {
        for endpoint in provider.endpoints.iter().filter(|endpoint| endpoint.has_own_models()) {
            config += &format!("[providers.{}.{}]\n", provider.id, endpoint.protocol);
            config += &format!("base_url = '{}'\n", endpoint.base_url);
            config += "models = { main = 'm', small_fast = 's' }\n";
        }
    }
    let home = Home::with_config(&config);
    let mut matrix = Vec::new();
    for agent in Registry::built_in().agents() {
        let table = screen(&home, &["providers", "--agent", agent.id.as_str()]);
        for (provider, row) in providers().iter().zip(table.lines().skip(1)) {
            let is_native = agent.native.as_str() == provider.id;
            let is_served = redirect(agent.id.as_str(), provider).is_some();
            assert_eq!(row.contains("  ready: "), is_native || is_served, "{row}");
        }
        if is_shown(agent.id.as_str()) {
            matrix.push(unnumbered(&few(&table, &listed::providers())));
        }
    }
    assert_snapshot!("matrix", timeless(&matrix.join("\n\n")));
}

/// A text without the numbers of lines, which depend on how many providers there are.
fn unnumbered(text: &str) -> String {
    let mut parts = text.split("config.toml:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "config.toml" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}
