//! `jackin env --format`: what other programs are given to read.

use crate::support::{Home, see};

const CONFIG: &str = "guard = 'off'\ndefault_provider = 'gateway'\n[env]\nGATEWAY_API_KEY = 'agt_k'\n\
    EDITOR = '$ODD'\n[providers.gateway.anthropic]\nbase_url = 'https://gateway.example.com'\n\
    models = { main = 'm', small_fast = 's' }\n";

fn format(format: &str, odd: &str) -> crate::support::Seen {
    let home = Home::with_config(CONFIG);
    let mut jackin = home.jackin(["env", "--format", format]);
    see(jackin.env("ODD", odd).env("ANTHROPIC_API_KEY", "of-the-host"))
}

#[test]
fn an_env_file_has_a_line_for_each_variable() {
    let seen = format("docker", " \"x\" # $Y \\n ");
    let expected = "ANTHROPIC_AUTH_TOKEN=agt_k\nANTHROPIC_BASE_URL=https://gateway.example.com\n\
        ANTHROPIC_MODEL=m\nANTHROPIC_SMALL_FAST_MODEL=s\nEDITOR= \"x\" # $Y \\n \n";
    assert_eq!((seen.code, seen.out.as_str()), (Some(0), expected), "{}", seen.err);
}

#[test]
fn what_an_env_file_cannot_hold_is_refused() {
    let long = "x".repeat(70_000);
    for (odd, why) in [
        ("sentinel\n", "holds a line break"),
        ("sentinel\r", "holds a line break"),
        (&*long, "is too long"),
    ] {
        let seen = format("docker", odd);
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
        let said = format!("error: `EDITOR` cannot stand in an env-file: its value {why}\n");
        assert!(seen.err.ends_with(&said) && !seen.err.contains("sentinel"), "{}", seen.err);
    }
    let fits = "x".repeat((64 << 10) - "EDITOR=\n".len() - 1);
    assert_eq!(format("docker", &fits).code, Some(0));
    assert_eq!(format("docker", &(fits + "x")).code, Some(125));
}

#[test]
fn a_secret_of_kubernetes_holds_any_value() {
    let seen = format("k8s-secret", "a\nb\u{e9}");
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let secret: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    let expected = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "jackin-claude-gateway" },
        "type": "Opaque",
        "data": {
            "ANTHROPIC_AUTH_TOKEN": "YWd0X2s=",
            "ANTHROPIC_BASE_URL": "aHR0cHM6Ly9nYXRld2F5LmV4YW1wbGUuY29t",
            "ANTHROPIC_MODEL": "bQ==",
            "ANTHROPIC_SMALL_FAST_MODEL": "cw==",
            "EDITOR": "YQpiw6k=",
        },
    });
    assert_eq!(secret, expected);
}

#[test]
fn what_a_format_cannot_say_is_said() {
    for name in ["docker", "k8s-secret"] {
        let seen = format(name, "x");
        assert!(seen.err.starts_with("warning: this format removes nothing; "), "{}", seen.err);
        assert!(
            seen.err.contains("    ANTHROPIC_*\n") && seen.err.contains(" ZAI_API_KEY"),
            "{}",
            seen.err
        );
        assert!(!(seen.out + &seen.err).contains("of-the-host"));
    }
}

/// Where the agent does not inherit this environment, the login that it would find here is named.
#[test]
fn a_native_login_that_is_exported_goes_with_the_rest() {
    let home = Home::new();
    let mut jackin = home.jackin(["env", "--format", "docker", "--provider", "anthropic"]);
    let seen = see(jackin.env("ANTHROPIC_API_KEY", "mine"));
    assert_eq!(
        (seen.code, seen.out.as_str()),
        (Some(0), "ANTHROPIC_API_KEY=mine\n"),
        "{}",
        seen.err
    );
}

#[test]
fn a_name_that_kubernetes_takes() {
    let home = Home::with_config(
        "[providers.my_own_-]\nextends = 'zai'\nkey = 'MY_KEY'\n[env]\nMY_KEY = 'k'\n",
    );
    let seen = see(&mut home.jackin(["env", "--format", "k8s-secret", "--provider", "my_own_-"]));
    assert!(seen.out.contains("\"name\": \"jackin-claude-my-own\"\n"), "{} {}", seen.out, seen.err);
}
