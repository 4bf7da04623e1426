//! What other programs rely on: JSON that is what its schema says, for lists and for errors.

use std::fs;

use serde_json::Value;

use crate::support::{Home, see};

const CONFIG: &str = r#"
[env]
ZAI_API_KEY = "op://Work/zai/key"
MINIMAX_API_KEY = "sentinel"
EDITOR = "$HOME"

[providers.zai]
expires_at = 2026-01-01T00:00:00Z
"#;

/// A schema that jackin prints.
fn schema(of: &str) -> jsonschema::Validator {
    let seen = see(&mut Home::new().jackin(["config", "schema", of]));
    let schema = serde_json::from_str(&seen.out).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn assert_valid(schema: &jsonschema::Validator, value: &Value, what: &str) {
    let errors: Vec<_> = schema.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?} in {value:#}");
}

#[test]
fn what_is_printed_is_what_its_schema_says() {
    let home = Home::with_config(CONFIG);
    home.script("bin/claude", "");
    for (of, args) in [
        ("plan", &["plan", "--json", "--provider", "zai", "claude", "-p"][..]),
        ("plan", &["plan", "--json", "--provider", "minimax", "codex"]),
        ("plan", &["plan", "--json", "--provider", "anthropic"]),
        ("providers", &["providers", "--json"]),
        ("providers", &["providers", "--json", "--agent", "codex"]),
        ("agents", &["agents", "--json"]),
        ("keys", &["auth", "list", "--json"]),
        ("doctor", &["doctor", "--json"]),
        ("error", &["plan", "--json", "--provider", "zia"]),
        ("error", &["plan", "--json", "--provider", "kimi", "codex"]),
    ] {
        let seen = see(&mut home.jackin(args));
        let text = if of == "error" { seen.err } else { seen.out };
        let printed: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        assert_eq!(printed["schema"], 1);
        assert_valid(&schema(of), &printed, &args.join(" "));
    }
    assert!(!schema("plan").is_valid(&serde_json::json!({ "schema": 1 })));
}

/// A configuration as JSON; what TOML has more is text there.
fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Table(table) => {
            table.into_iter().map(|(key, value)| (key, as_json(value))).collect()
        }
        toml::Value::Array(values) => values.into_iter().map(as_json).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn the_schema_of_the_configuration_takes_what_is_taken() {
    let schema = schema("config");
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/cases");
    let mut configs = 0;
    for file in fs::read_dir(cases).unwrap().map(|case| case.unwrap().path()) {
        let case: toml::Table = fs::read_to_string(&file).unwrap().parse().unwrap();
        let config = case.get("config").filter(|_| case.contains_key("plan"));
        let Some(text) = config else { continue };
        let config = as_json(toml::Value::Table(text.as_str().unwrap().parse().unwrap()));
        // An editor reports keys that jackin ignores because other programs may use them.
        if file.ends_with("unknown-keys-are-tolerated.toml") {
            assert!(!schema.is_valid(&config));
            continue;
        }
        assert_valid(&schema, &config, &file.display().to_string());
        configs += 1;
    }
    assert!(configs > 90, "{configs}");
    for wrong in
        ["guard = 'no'", "env.A = 1", "providers.zai.lable = ''", "claude.auth_forward = 1"]
    {
        let config = as_json(toml::Value::Table(wrong.parse().unwrap()));
        assert!(!schema.is_valid(&config), "{wrong}");
    }
}

#[test]
fn errors_are_json_where_json_was_asked_for() {
    let home = Home::new();
    let told = |args: &[&str]| {
        let seen = see(&mut home.jackin(args));
        let told: Value =
            serde_json::from_str(&seen.err).unwrap_or_else(|_| panic!("{}", seen.err));
        assert_eq!((seen.out.as_str(), &told["schema"]), ("", &Value::from(1)));
        assert_eq!(told["error"]["code"], seen.code.unwrap());
        let text = |key: &str| told["error"][key].as_str().unwrap_or("-").to_owned();
        [text("kind"), text("message"), text("hint")]
    };
    assert_eq!(
        told(&["plan", "--json", "--provider", "zia"]),
        ["usage", "unknown provider `zia`", "did you mean `zai`?"]
    );
    assert_eq!(
        told(&["providers", "--json", "--rolle", "x"]),
        ["usage", "unexpected argument '--rolle' found", "a similar argument exists: '--role'"]
    );
    let [kind, message, _] = told(&["plan", "--json", "--provider", "zai"]);
    assert_eq!((kind.as_str(), message.lines().count()), ("key", 2));
    home.write(".config/jackin/config.toml", "[env");
    let [kind, message, _] = told(&["agents", "--json"]);
    assert!(kind == "config" && message.ends_with("not valid TOML"), "{kind} {message}");
    let seen = see(&mut home.jackin(["run", "claude", "--json"]));
    assert!(seen.err.starts_with("error: "), "the agent's own argument: {}", seen.err);
}

#[test]
fn every_error_of_the_configuration_is_said() {
    let home = Home::with_config("[env]\nA = 1\n");
    home.write(".config/jackin/workspaces/one.toml", "workdir = 1\n");
    let seen = see(&mut home.jackin(["config", "check"]));
    assert_eq!(
        (seen.code, seen.out.as_str(), seen.err.matches("error: ").count()),
        (Some(125), "", 2)
    );
    home.write(".config/jackin/config.toml", "default_provider = 'zia'\n[roles.a]\nguard = 'on'\n");
    home.write(".config/jackin/workspaces/one.toml", "workdir = '/x'\ndefault_role = 'b'\n");
    let seen = see(&mut home.jackin(["config", "check"]));
    assert!(seen.err.contains("unknown role `b`") && seen.err.contains("unknown provider `zia`"));
    assert_eq!(seen.code, Some(125), "{}", seen.err);
    home.write(".config/jackin/config.toml", "[roles.b]\n");
    let seen = see(&mut home.jackin(["config", "check"]));
    assert_eq!((seen.code, seen.err.as_str()), (Some(0), "2 files, no error\n"));
}
