//! `jackin auth import`: a gateway's bundle, from the clipboard to the launched child.

use serde_json::json;

use crate::support::Home;

const BLOCK: &str = "\
# Paste this into your shell
export ANTHROPIC_BASE_URL=https://gateway.example.com/zai
export ANTHROPIC_AUTH_TOKEN=agt_sentinel_0123456789
export ANTHROPIC_MODEL=glm-4.6
export ANTHROPIC_SMALL_FAST_MODEL=\"glm-4.5-air\"
npm install -g @anthropic-ai/claude-code && touch evaluated
claude
";

fn json(change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut bundle = json!({
        "base_url": "https://gateway.example.com/zai",
        "env_lines": BLOCK.lines().skip(1).take(4).collect::<Vec<_>>(),
        "install_line": "npm install -g @anthropic-ai/claude-code && touch evaluated",
        "copy_paste": "touch evaluated",
        "expires_at": "2099-01-01T00:00:00Z",
        "note": "workshop\u{1b}\nof November",
    });
    change(&mut bundle);
    bundle.to_string()
}

const STORED: &str = r#"[env]
GATEWAY_API_KEY = "agt_sentinel_0123456789"

[providers.gateway.anthropic]
base_url = "https://gateway.example.com/zai"
models = { main = "glm-4.6", small_fast = "glm-4.5-air" }
"#;

#[test]
fn a_pasted_block_is_stored_and_launched_from_every_scope() {
    for (scope, file, role) in [
        ("", "config.toml", ""),
        ("--role dev", "config.toml", "roles.dev."),
        ("--workspace acme", "workspaces/acme.toml", ""),
        ("--workspace acme --role dev", "workspaces/acme.toml", "roles.dev."),
    ] {
        let home = Home::new();
        home.write(".config/jackin/workspaces/acme.toml", "");
        let said = home.does(&format!("auth import {scope}"), BLOCK);
        assert!(
            said.starts_with("stored: Gateway, ••••6789 (") && !said.contains("sentinel"),
            "{said}"
        );
        let stored = STORED
            .replace("[env]", &format!("[{role}env]"))
            .replace("[prov", &format!("[{role}prov"));
        assert_eq!(home.read(&format!(".config/jackin/{file}")), stored);
        assert!(
            home.does(&format!("auth import {scope}"), BLOCK).starts_with("nothing to change: ")
        );
        let env = home.does(&format!("run --provider gateway {scope} --program env claude"), "");
        for line in BLOCK.lines().skip(1).take(4) {
            let line = line.replace("export ", "").replace('"', "");
            assert!(env.lines().any(|set| set == line), "{scope}: {line}\n{env}");
        }
        assert!(!home.path().join("evaluated").exists());
    }
}

#[test]
fn json_brings_an_end_and_a_note_and_the_next_bundle_replaces_all() {
    let home = Home::with_config(
        "# mine\n[providers.gateway]\nmode = \"ignore\" # for now\nlabel = \"Ours\"\n\n[providers.gateway.anthropic.models]\nmain = 'old'\nopus = 'old'\n",
    );
    let said = home.does("auth import", json(|_| {}));
    assert!(!said.contains("warning"), "{said}");
    let config = home.config();
    assert!(
        config.starts_with(
            "# mine\n[providers.gateway]\nlabel = \"Ours\"\nexpires_at = \"2099-01-01T00:00:00Z\"\n"
        ),
        "{config}"
    );
    assert!(
        config.contains("GATEWAY_API_KEY = \"agt_sentinel_0123456789\" # workshop of November\n"),
        "{config}"
    );
    assert!(!config.contains("old") && !config.contains("ignore"), "{config}");
    let plan = home.does("plan --provider gateway claude", "");
    assert!(plan.contains("glm-4.6") && !plan.contains("sentinel"), "{plan}");
    let list = home.does("auth list", "");
    assert!(list.contains("workshop of November") && list.contains("expires in "), "{list}");
    // A bundle without an end does not keep the end of the last one.
    let next = json(|bundle| {
        bundle["expires_at"].take();
        bundle["env_lines"] = bundle["env_lines"]
            .to_string()
            .replace("0123456789", "next-9876543210")
            .parse()
            .unwrap();
    });
    home.does("auth import --note second", next);
    let config = home.config();
    assert!(
        config.contains("GATEWAY_API_KEY = \"agt_sentinel_next-9876543210\" # second\n"),
        "{config}"
    );
    assert!(!config.contains("expires_at"), "{config}");
}

#[test]
fn a_provider_that_another_scope_withdraws_is_said() {
    let home = Home::with_config("[providers.gateway]\nmode = 'ignore'\n");
    home.write(".config/jackin/workspaces/acme.toml", "");
    let said = home.does("auth import --workspace acme", BLOCK);
    assert!(
        said.contains(
            "warning: its mode is still `ignore` (global, ~/.config/jackin/config.toml:2)"
        ),
        "{said}"
    );
}

#[test]
fn what_cannot_be_the_gateways_is_refused_and_nothing_is_stored() {
    let home = Home::new();
    let refused = |text: &str, why: &str| {
        let said = home.refuses(2, "auth import", text);
        assert!(said.contains(why) && said.contains("nothing was stored"), "{text}\n{said}");
        assert!(!said.contains("sentinel"), "{said}");
        assert!(!home.path().join(".config").exists());
    };
    let url = "https://gateway.example.com/zai";
    for other in [
        "https://api.anthropic.com",
        "https://API.Anthropic.COM/v1",
        "https://api.anthropic.com./",
        "https://api.anthropic.com:443",
        "'https://api.anthropic.com:0443/x'",
    ] {
        refused(
            &BLOCK.replace(url, other),
            "its base URL cannot be used: it is `anthropic`'s own host",
        );
    }
    for other in [
        "https://user@api.anthropic.com",
        "https://api.anthropic.com%2f.example.com",
        "https:api.anthropic.com",
        "https:///api.anthropic.com",
        "https://api\u{3002}anthropic.com",
        "https://api.anthropic.com#.example.com",
        "http://gateway.example.com",
        "file:///etc/passwd",
        "",
    ] {
        refused(&BLOCK.replace(url, other), "its base URL ");
        refused(
            &json(|bundle| {
                bundle["base_url"].take();
                bundle["env_lines"] = BLOCK.replace(url, other).into();
            }),
            "its base URL ",
        );
    }
    for model in ["claude-opus-4-8", "Claude-Opus", "anthropic/claude-x"] {
        for place in ["glm-4.6", "glm-4.5-air"] {
            refused(&BLOCK.replace(place, model), "it names a model that begins with `claude-`");
        }
    }
    for place in ["glm-4.6", "\"glm-4.5-air\""] {
        refused(&BLOCK.replace(place, ""), "not a model id");
    }
    for line in ["export FLOOR10_AGENT_TOKEN=agt_sentinel", "FLOOR10_AGENT_TOKEN='sentinel'"] {
        let said = home.refuses(2, "auth import", line);
        assert!(
            said.contains("it holds `FLOOR10_AGENT_TOKEN`, the token that asks for keys"),
            "{said}"
        );
        home.refuses(2, "auth import", format!("{BLOCK}{line}"));
    }
    for when in ["soon", "", "2027-01-01", "2027-13-01T00:00:00Z"] {
        refused(&json(|bundle| bundle["expires_at"] = when.into()), "must be a moment such as");
    }
    refused(
        &json(|bundle| bundle["base_url"] = "https://sentinel.example.com".into()),
        "its `base_url` is not the one",
    );
    refused(&json(|_| {})[1..], "it lacks ANTHROPIC_BASE_URL");
    refused(
        &json(|_| {}).replace("\"note\"", "sentinel"),
        "it is not a bundle's JSON (line 1, column ",
    );
    refused(
        &BLOCK.replace("agt_sentinel_0123456789", "'agt sentinel'"),
        "the key for provider `gateway` holds white space",
    );
    refused("", "it lacks");
    let said = home.refuses(2, "auth import zai", BLOCK);
    assert!(said.contains("is a key of `gateway`, which is good there alone"), "{said}");
}

#[test]
fn nothing_is_evaluated() {
    let home = Home::new();
    for value in [
        "$(touch evaluated)",
        "`touch evaluated`",
        "\"$(touch evaluated)\"",
        "$HOME",
        "x;touch evaluated",
        "x|touch evaluated",
        "<(touch evaluated)",
    ] {
        let text = BLOCK.replace("agt_sentinel_0123456789", value);
        let said = home.refuses(2, "auth import", &text);
        assert!(said.contains("line 3: the value of `ANTHROPIC_AUTH_TOKEN` is not plain text; nothing is evaluated here"), "{said}");
        assert!(!home.path().join("evaluated").exists() && !said.contains("touch"), "{said}");
    }
}

#[test]
fn a_key_in_a_models_place_is_no_model() {
    let home = Home::new();
    let said = home.refuses(2, "auth import", BLOCK.replace("glm-4.6", "agt_sentinel_model"));
    assert!(said.contains("what it gives as a model looks like a key"), "{said}");
    assert!(!said.contains("sentinel") && !home.path().join(".config").exists());
}

#[test]
fn a_bundle_whose_note_holds_a_key_is_refused() {
    for note in ["agt_sentinel_0123456789", "key:agt_sentinel_0123456789!", "old agt_sentinel_1"] {
        let home = Home::new();
        let text = json(|bundle| bundle["note"] = note.into());
        let seen = home.fed("auth import", text);
        assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""), "{note}");
        let said = "error: the note holds a key, and notes are shown\n\nhint: leave the key out of \
            the note; nothing was stored or sent\n";
        assert_eq!(seen.err, said);
        assert!(!home.path().join(".config/jackin/config.toml").exists());
        home.does("auth import --note mine", json(|bundle| bundle["note"] = note.into()));
    }
}
