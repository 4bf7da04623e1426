//! What the real agents start, and whether that finds the key: rows of the table in SECURITY.md.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::json;

use super::{
    claude::CLAUDE,
    codex::{self, CODEX},
    kimi::{self, CLI},
    opencode::{self, OPENCODE},
    stage::{Agent, MINIMAX, PROVIDERS, Provider, Stage, ZAI},
};

/// Other providers' keys, under their own names and under another.
const OTHERS: [(&str, &str); 4] = [
    ("ANTHROPIC_API_KEY", "sentinel-foreign-anthropic"),
    ("KIMI_CODE_API_KEY", "sentinel-foreign-kimi"),
    ("OPENROUTER_API_KEY", "sentinel-foreign-openrouter"),
    ("MY_COPY", "sentinel-foreign-openrouter"),
];

/// A run of an agent in which `prepare` has it start programs, each of which notes its environment in a
/// file of its own. Which of them found the key.
fn who(agent: &'static Agent, of: &Provider, args: &[&str], prepare: impl Fn(&Stage)) -> String {
    let stage = Stage::new(agent);
    fs::create_dir_all(stage.path("home/seen")).unwrap();
    prepare(&stage);
    let mut command = stage.jackin(of.id, args);
    command.envs(OTHERS);
    let outcome = stage.run(command);
    let mut seen = Vec::new();
    for file in fs::read_dir(stage.path("home/seen")).unwrap() {
        let file = file.unwrap();
        let text = String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned();
        assert!(text.contains("HOME="), "{:?} is no environment", file.file_name());
        assert!(!text.contains("sentinel-foreign"), "{:?}: {text}", file.file_name());
        let what = file.file_name().into_string().unwrap();
        seen.push(format!("{what}: {}", if text.contains(of.key) { "yes" } else { "no" }));
    }
    assert!(!seen.is_empty(), "nothing was started: {outcome:?}");
    seen.sort();
    seen.join(", ")
}

/// The command that notes its environment.
fn noting(stage: &Stage, what: &str) -> String {
    format!("env > {}", stage.path("home/seen").join(what).display())
}

/// A program that does, and then waits for its input to end, as an MCP server would.
fn program(stage: &Stage, what: &str) -> String {
    let file = stage.path("home").join(what);
    fs::write(&file, format!("#!/bin/sh\n{}\nexec cat\n", noting(stage, what))).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file.display().to_string()
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn claude_code_shows_the_key_to_nothing_that_it_starts() {
    for (guard, found) in [("on", "no"), ("off", "yes")] {
        let seen =
            who(&CLAUDE, ZAI, &["-p", "say hi", "--mcp-config", "../home/mcp.json"], |stage| {
                stage.configure(&format!("guard = \"{guard}\""), &PROVIDERS);
                let hook =
                    json!([{"hooks": [{"type": "command", "command": noting(stage, "hook")}]}]);
                let settings = json!({"hooks": {"SessionStart": hook}}).to_string();
                stage.plant("home/.claude/settings.json", &settings);
                let server = json!({"mcpServers": {"any": {"command": program(stage, "server")}}});
                stage.write("home/mcp.json", &server.to_string());
            });
        assert_eq!(seen, format!("hook: {found}, server: {found}"), "{guard}");
    }
}

#[test]
#[ignore = "needs npm and the real Codex; .ci/run runs it"]
fn codex_shows_the_key_to_hooks_and_to_servers_that_name_it() {
    let args = [&["exec", "--dangerously-bypass-hook-trust"], &codex::SAY_HI[1..]].concat();
    let seen = who(&CODEX, MINIMAX, &args, |stage| {
        let settings = format!(
            "notify = [\"{}\"]\n[mcp_servers.plain]\ncommand = \"{}\"\n\
             [mcp_servers.naming]\ncommand = \"{}\"\nenv_vars = [\"CODEX_JACKIN_KEY\"]\n",
            program(stage, "notify"),
            program(stage, "server"),
            program(stage, "naming"),
        );
        stage.plant("home/.codex/config.toml", &settings);
        let hook = json!([{"hooks": [{"type": "command", "command": noting(stage, "hook")}]}]);
        stage
            .write("home/.codex/hooks.json", &json!({"hooks": {"SessionStart": hook}}).to_string());
    });
    assert_eq!(seen, "hook: yes, naming: yes, notify: yes, server: no");
}

#[test]
#[ignore = "needs npm and the real OpenCode; .ci/run runs it"]
fn opencode_shows_the_key_to_servers_and_plugins() {
    let seen = who(&OPENCODE, ZAI, opencode::SAY_HI, |stage| {
        let server = json!({"any": {"type": "local", "command": [program(stage, "server")]}});
        let settings = json!({"$schema": "https://opencode.ai/config.json", "mcp": server});
        stage.plant("home/.config/opencode/opencode.json", &settings.to_string());
        let note = noting(stage, "plugin");
        let plugin = format!(
            "import {{ execSync }} from 'child_process';\n\
             export const Any = async () => {{ execSync({note:?}); return {{}} }}\n"
        );
        stage.write("home/.config/opencode/plugin/any.js", &plugin);
    });
    assert_eq!(seen, "plugin: yes, server: yes");
}

#[test]
#[ignore = "needs npm and the real Kimi CLI; .ci/run runs it"]
fn kimi_shows_the_key_to_hooks_and_servers() {
    let seen = who(&CLI, ZAI, kimi::SAY_HI, |stage| {
        let hook =
            format!("[[hooks]]\nevent = \"SessionStart\"\ncommand = {:?}\n", noting(stage, "hook"));
        stage.plant("home/.kimi-code/config.toml", &hook);
        let server = json!({"mcpServers": {"any": {"command": program(stage, "server")}}});
        stage.write("home/.kimi-code/mcp.json", &server.to_string());
    });
    assert_eq!(seen, "hook: yes, server: yes");
}
