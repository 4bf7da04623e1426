//! A secret shows nowhere: in no process's arguments while a command runs, in nothing a command says,
//! in no file that others may read.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::{
    support::{Home, Seen, see},
    tmux::LIMIT,
};

/// The secret of this test alone; the process's number keeps it from other runs.
fn secret() -> String {
    format!("sentinel-argv-{}-0123456789", std::process::id())
}

/// A home in which a key stands in every place that a scripted stand-in can serve; each takes a
/// while, so that it can be watched.
fn home() -> Home {
    let home = Home::new();
    let secret = secret();
    let slow = "sleep 0.3; cat \"$HOME/served\"";
    home.write("served", &secret);
    home.script("bin/op", slow);
    home.script("bin/pass", slow);
    home.script("bin/agent", "sleep 0.3");
    home.write(
        ".config/jackin/config.toml",
        format!(
            "[env]
ZAI_API_KEY = '{secret}-literal'
KIMI_CODE_API_KEY = 'op://Vault/Item/field'
MINIMAX_API_KEY = {{ command = ['pass', 'show', 'x'] }}
GATEWAY_API_KEY = 'agt_{secret}'
EDITOR = '{secret}-editor'
[roles.dev.env]
ZAI_API_KEY = '{secret}-role'
[providers.gateway.anthropic]
base_url = 'https://gateway.example.com'
models = {{ main = 'm', small_fast = 's' }}
"
        ),
    );
    home.write(".config/jackin/workspaces/acme.toml", format!("[env]\nA = '{secret}-acme'\n"));
    home
}

/// The arguments of every process there is.
fn arguments() -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect()
}

/// Runs a command that is held for a while, with every process watched until it ends.
fn watched(home: &Home, words: &str, text: &str) -> Seen {
    let mut command = home.jackin(words.split_whitespace());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stdin = child.stdin.take();
    stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    let (begin, mut itself) = (Instant::now(), false);
    while child.try_wait().unwrap().is_none() {
        for line in arguments() {
            assert!(!line.contains(&secret()), "{words}: {line}");
            itself |= line.trim_end().ends_with(words);
        }
        // What is read from standard input is held back for a while as well.
        if begin.elapsed() > Duration::from_millis(300) {
            stdin.take();
        }
        assert!(begin.elapsed() < LIMIT, "{words}");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(itself, "{words} was not seen");
    crate::support::seen(child.wait_with_output().unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn no_process_has_a_secret_among_its_arguments() {
    let home = home();
    let secret = secret();
    let bundle = format!(
        "ANTHROPIC_BASE_URL=https://gateway.example.com\nANTHROPIC_AUTH_TOKEN=agt_{secret}-2\nANTHROPIC_MODEL=m\nANTHROPIC_SMALL_FAST_MODEL=s\n"
    );
    for (words, text) in [
        ("auth set zai --stdin --note x", &*secret),
        ("auth set zai --workspace acme --role dev --stdin", &secret),
        ("config env set EDITOR --stdin", &secret),
        ("workspace env set acme A --stdin", &secret),
        ("auth import --workspace acme", &bundle),
        ("auth check --all", ""),
        ("run --provider kimi --program agent claude", ""),
        ("run --provider minimax --program agent codex", ""),
        ("run --provider minimax --program agent opencode", ""),
        ("run --provider kimi --program agent kimi", ""),
        ("env --export --provider kimi", ""),
    ] {
        let seen = watched(&home, words, text);
        assert_eq!(seen.code, Some(0), "{words}: {}", seen.err);
    }
    assert_private(&home.path().join(".config/jackin"));
}

/// Everything below a directory that was written here is its owner's alone.
fn assert_private(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_private(&path);
        } else {
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600, "{}", path.display());
        }
    }
}

#[test]
fn no_command_says_a_secret() {
    let secret = secret();
    for words in [
        "auth list",
        "auth list --all",
        "auth list --json --all",
        "auth list --role dev",
        "auth check",
        "auth check --all",
        "auth check --all --json",
        "auth check zai --role dev",
        "auth set zai --stdin",
        "auth set gateway --stdin",
        "auth set minimax --stdin --role dev",
        "auth set zai --op op://a/b/c",
        "auth set zai --command pass",
        "auth unset zai",
        "auth unset zai --role dev",
        "auth import",
        "auth import zai",
        "config path",
        "config env list",
        "config env list --role dev",
        "config env list --json",
        "config env set EDITOR --stdin",
        "config env set EDITOR --stdin --literal",
        "config env set 1 --stdin",
        "config env set GATEWAY_API_KEY --stdin",
        "config env unset EDITOR",
        "workspace list",
        "workspace list --json",
        "workspace show acme",
        "workspace show acme --json",
        "workspace env list acme",
        "workspace env set acme A --stdin",
        "workspace env unset acme A",
        "workspace create acme",
        "workspace remove acme",
        "workspace remove acme --force",
        "providers",
        "providers --json",
        "providers --agent claude",
        "agents",
        "label --provider zai",
        "plan --provider zai",
        "plan --provider kimi --json",
        "plan --workspace acme --role dev --provider gateway codex",
        "run --dry-run --provider zai claude",
        "run --debug --provider minimax --program true claude",
    ] {
        let home = home();
        let seen = home.fed(words, &secret);
        assert!(
            !format!("{}{}", seen.out, seen.err).contains(&secret),
            "{words}\n{}{}",
            seen.out,
            seen.err
        );
        assert_ne!(seen.code, None, "{words}");
        assert!(!seen.err.contains("panicked"), "{words}: {}", seen.err);
    }
    // One that does not parse is not quoted either.
    for text in [
        format!("[env]\nZAI_API_KEY = {secret}\n"),
        format!("[env]\n{secret}"),
        format!("'{secret}' = 1\n[env]\n1 = '{secret}'\n"),
    ] {
        let home = Home::with_config(&text);
        for words in [
            "auth list",
            "auth set zai --stdin",
            "auth check",
            "config env list",
            "workspace list",
            "auth import",
        ] {
            let seen = home.fed(words, &secret);
            assert!(
                !format!("{}{}", seen.out, seen.err).contains(&secret),
                "{words}\n{}",
                seen.err
            );
        }
    }
}

/// A key may stand behind a blank in a word that begins like an option.
#[test]
fn no_part_of_a_refused_word_is_repeated() {
    let (home, secret) = (Home::new(), secret());
    for word in
        [secret.clone(), format!("--{secret}"), format!("--key {secret}"), format!("--x={secret}")]
    {
        for words in [&[word.as_str()][..], &["plan", &word], &["env", "--shell", &word]] {
            let seen = see(&mut home.jackin(words));
            let told = format!("{}{}", seen.out, seen.err);
            assert!(!told.contains(&secret) && seen.code == Some(2), "{words:?}: {told}");
        }
    }
}
