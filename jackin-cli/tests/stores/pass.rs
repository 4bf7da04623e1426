//! `pass`, with a GnuPG key made for the test.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::support::{Home, JACKIN, Seen, see};

/// A password store in a throwaway home.
struct Store(Home);

impl Store {
    fn new() -> Self {
        Self::with_passphrase("")
    }

    fn with_passphrase(passphrase: &str) -> Self {
        let store = Self(Home::with_config(
            "[env]\nZAI_API_KEY = { command = ['pass', 'show', 'zai/key'] }\n",
        ));
        for line in [
            "mkdir -m 700 \"$GNUPGHOME\"",
            &format!(
                "gpg --batch --quiet --pinentry-mode loopback --passphrase '{passphrase}' \
                 --quick-generate-key you@example.com"
            ),
            "pass init you@example.com",
            "echo key-from-pass | pass insert --multiline zai/key",
        ] {
            let seen = store.shell(line);
            assert_eq!(seen.code, Some(0), "{line}: {}", seen.err);
        }
        store
    }

    fn shell(&self, line: &str) -> Seen {
        self.see(&mut self.0.program("sh", ["-c", line]))
    }

    fn see(&self, command: &mut Command) -> Seen {
        command.env("GNUPGHOME", self.0.path().join("gnupg"));
        see(command.env("PASSWORD_STORE_DIR", self.0.path().join("store")))
    }

    fn launch(&self) -> Seen {
        self.see(&mut self.0.jackin(["run", "--provider", "zai", "claude"]))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The agent of this GNUPGHOME alone; it would notice by itself, only later.
        self.shell("gpgconf --kill all");
    }
}

#[test]
#[ignore = "needs pass and gnupg"]
fn a_key_reaches_the_agent() {
    let store = Store::new();
    store.0.script("bin/claude", r#"printf '%s' "$ANTHROPIC_AUTH_TOKEN""#);
    let seen = store.launch();
    assert_eq!((seen.code, &*seen.out), (Some(0), "key-from-pass"), "{}", seen.err);
    // What has been started for the user, outside the group, is left alone.
    let agent = store.shell("gpg-connect-agent --no-autostart /bye");
    assert_eq!(agent.code, Some(0), "{}", agent.err);
}

#[test]
#[ignore = "needs pass and gnupg"]
fn an_entry_that_is_missing_is_said() {
    let store = Store::new();
    store.0.script("bin/claude", "touch started");
    assert_eq!(store.shell("pass rm -f zai/key").code, Some(0));
    let seen = store.launch();
    assert_eq!(seen.code, Some(125));
    let (said, ours) = seen.err.split_once('\n').unwrap();
    assert!(said.contains("zai/key is not in the password store"), "{}", seen.err);
    assert!(ours.contains("from command:pass: `pass` failed (exit status: 1)"), "{}", seen.err);
    assert!(!store.0.path().join("started").exists());
}

/// GnuPG's agent is no child of `pass`: it draws its dialog on the terminal from elsewhere, and what is waited
/// for must not be drawn over it.
#[test]
#[ignore = "needs pass, gnupg, pinentry-curses and tmux"]
fn a_dialog_for_the_passphrase_is_not_written_over() {
    let store = Store::with_passphrase("swordfish");
    store.0.script("bin/claude", r#"printf '%s' "$ANTHROPIC_AUTH_TOKEN" > agent"#);
    store.0.write("gnupg/gpg-agent.conf", "pinentry-program /usr/bin/pinentry-curses\n");
    assert_eq!(store.shell("gpgconf --kill all").code, Some(0));
    let tmux = |args: &[&str]| {
        let own = ["-S", "tmux", "-f", "/dev/null"];
        let seen = store.see(&mut store.0.program("tmux", own.iter().chain(args)));
        assert_eq!(seen.code, Some(0), "{args:?}: {}", seen.err);
        seen.out
    };
    let run = format!("export GPG_TTY=$(tty); exec {JACKIN} run --no-title --provider zai claude");
    tmux(&["new-session", "-d", "-x", "80", "-y", "24", &run]);
    let screen = || tmux(&["capture-pane", "-p"]);
    let dialog = until(|| Some(screen()).filter(|screen| screen.contains("<OK>")));
    // Two more seconds would have been told by then.
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(screen(), dialog);
    tmux(&["send-keys", "swordfish", "Enter"]);
    let key = || fs::read_to_string(store.0.path().join("agent")).ok();
    assert_eq!(until(|| key().filter(|key| !key.is_empty())), "key-from-pass");
}

/// What there is, as soon as it is there.
fn until<T>(look: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "nothing came");
        thread::sleep(Duration::from_millis(20));
    }
}
