//! Programs that are installed where PATH does not lead, that the configuration names, or that only the
//! current directory has.

use std::fs;

use super::{ZAI, bounded};
use crate::support::{Home, Seen, see};

const LAUNCH: [&str; 5] = ["run", "--provider", "zai", "claude", "-p"];

fn launch(home: &Home, path: &str) -> Seen {
    let mut command = home.jackin(LAUNCH);
    // Not `bounded`, whose own program is on PATH.
    see(command.env("PATH", path))
}

#[test]
fn an_agent_that_is_not_on_path_is_told_with_its_file() {
    for (dir, npmrc) in [
        (".claude/local", ""),
        (".local/bin", ""),
        (".npm-global/bin", ""),
        (".bun/bin", ""),
        (".local/share/pnpm", ""),
        ("from-npmrc/bin", "prefix=${HOME}/from-npmrc\n"),
        ("from npmrc/bin", "a=b\nprefix = \"~/from npmrc\"\n"),
    ] {
        let home = Home::with_config(ZAI);
        home.write(".npmrc", npmrc);
        let file = home.script(&format!("{dir}/claude"), "echo the agent");
        let seen = launch(&home, "/usr/bin:/bin");
        let file = file.display();
        let message = format!(
            "error: `claude` is not on PATH, but installed: {file}\n\nhint: `--program {file}` starts it \
             once; `[agents.claude]` with `program = \"{file}\"` in the configuration keeps it\n"
        );
        assert_eq!((seen.code, seen.err), (Some(127), message), "{dir}");
        // What it says to do works.
        home.write(
            ".config/jackin/config.toml",
            format!("{ZAI}[agents.claude]\nprogram = \"{file}\"\n"),
        );
        assert_eq!(launch(&home, "/usr/bin:/bin").out, "the agent\n", "{dir}");
    }
    let home = Home::with_config(ZAI);
    home.write(".local/bin/claude", "text");
    let seen = launch(&home, "/usr/bin:/bin");
    assert!(
        seen.err.starts_with("error: `claude` is not on PATH\n\nhint: install it"),
        "{}",
        seen.err
    );
}

#[test]
fn each_agents_own_directory_is_known() {
    for (agent, dir) in [
        ("opencode", ".opencode/bin"),
        ("kimi", ".kimi-code/bin"),
        ("grok", ".grok/bin"),
        ("amp", ".local/bin"),
    ] {
        let home = Home::new();
        let file = home.script(&format!("{dir}/{agent}"), "echo the agent");
        let seen = see(home.jackin(["run", agent]).env("PATH", "/usr/bin:/bin"));
        let message = format!("`{agent}` is not on PATH, but installed: {}\n", file.display());
        assert!(seen.err.contains(&message), "{}", seen.err);
        // Another agent's directory means nothing.
        let home = Home::new();
        home.script(&format!(".claude/local/{agent}"), "");
        let seen = see(home.jackin(["run", agent]).env("PATH", "/usr/bin:/bin"));
        assert_eq!((seen.code, seen.err.contains("installed")), (Some(127), false), "{}", seen.err);
    }
}

#[test]
fn the_most_specific_program_of_the_configuration_is_started() {
    let table = |program: &str| format!("[agents.claude]\nprogram = '{program}'\n");
    let home = Home::with_config(&format!("{ZAI}{}", table("~/global")));
    home.script("global", "echo global \"$0\"");
    home.script("own", "echo own");
    home.script("bin/claude", "echo on path");
    home.write(
        ".config/jackin/workspaces/w.toml",
        format!("workdir = '/nowhere'\n{}", table("~/own")),
    );
    let start = |options: &[&str]| {
        let mut command = home.jackin(["run", "--provider", "zai"]);
        bounded(command.args(options).arg("claude")).out
    };
    assert_eq!(start(&[]), format!("global {}/global\n", home.path().display()));
    assert_eq!(start(&["--workspace", "w"]), "own\n");
    assert_eq!(start(&["--program", "claude"]), "on path\n");
    let plan = home.does("plan --provider zai --workspace w --json claude", "");
    assert!(
        plan.contains("\"program\": \"~/own\"") && plan.contains("\"program_source\""),
        "{plan}"
    );
    let plan = home.does("plan --provider zai claude", "");
    assert!(plan.contains("program    global, ~/.config/jackin/config.toml:4\n"), "{plan}");
    assert!(home.does("agents", "").contains("~/global"));
    // A path of this machine means nothing in a container.
    fs::remove_file(home.path().join("global")).unwrap();
    let seen = bounded(&home.jackin(["doctor"]));
    assert!(seen.out.contains("problem: no such program: "), "{}", seen.out);
    assert_eq!(bounded(&home.jackin(LAUNCH)).code, Some(127));
}

#[test]
fn a_program_that_cannot_be_meant_is_refused() {
    for (table, message) in [
        (
            "[agents.claude]\nprogram = 'claude'",
            "`agents.claude.program` must be an absolute path, or begin with ~/",
        ),
        ("[agents.claude]\nprogram = './claude'", "must be an absolute path, or begin with ~/"),
        ("[agents.claude]\nprogram = 1", "must be a string in quotes"),
        ("[agents]\nclaud = { program = '/x' }", "unknown agent `claud`"),
    ] {
        let home = Home::with_config(&format!("{ZAI}{table}\n"));
        for words in ["config check", "run --provider zai claude", "plan --provider zai claude"] {
            let seen = home.fed(words, "");
            assert!(matches!(seen.code, Some(125 | 2 | 1)), "{table}: {:?}", seen.code);
            assert!(seen.err.contains(message), "{words}: {table}: {}", seen.err);
        }
    }
    let home = Home::with_config(&format!("agents = {{ claude = {{ other = 1 }}, x = 2 }}\n{ZAI}"));
    home.does("config check", "");
}

/// A cloned repository must not choose which program gets the key.
#[test]
fn entries_of_path_that_depend_on_the_directory_are_not_searched() {
    let home = Home::with_config("[env]\nZAI_API_KEY = { command = ['vault'] }\n");
    home.script("claude", "echo from the directory");
    home.script("vault", "echo sentinel-key");
    home.script("relative/claude", "echo from the directory");
    for path in
        ["", ":/usr/bin:/bin", "/usr/bin:/bin:", "/usr/bin::/bin", ".:/usr/bin", "relative:/bin"]
    {
        let seen = launch(&home, path);
        assert_eq!((seen.code, &*seen.out), (Some(127), ""), "{path}: {}", seen.err);
        assert!(seen.err.starts_with("error: `claude` is not on PATH\n"), "{path}: {}", seen.err);
        let doctor = see(home.jackin(["doctor"]).env("PATH", path));
        assert!(doctor.out.contains("problem: PATH has a"), "{path}: {}", doctor.out);
    }
    // What is named by a relative path is meant.
    let mut named =
        home.jackin(["run", "--provider", "minimax", "--program", "./claude", "claude"]);
    let named = bounded(named.env("MINIMAX_API_KEY", "demo").env("PATH", ":/usr/bin:/bin"));
    assert_eq!(named.out, "from the directory\n", "{}", named.err);
    // Nor is a helper found there.
    home.script("bin/claude", "echo \"$ANTHROPIC_AUTH_TOKEN\"");
    let bin = home.path().join("bin");
    let seen = launch(&home, &format!(":relative:{}:/usr/bin:/bin", bin.display()));
    assert!(
        seen.code == Some(125) && seen.err.contains("there is no such program"),
        "{}",
        seen.err
    );
    let doctor = bounded(home.jackin(["doctor"]).env("PATH", "/usr/bin:/bin"));
    assert!(!doctor.out.contains("PATH has a"), "{}", doctor.out);
}
