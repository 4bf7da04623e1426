//! `pass`, with a GnuPG key made for the test.

use std::process::Command;

use crate::support::{Home, Seen, see};

/// A password store in a throwaway home.
struct Store(Home);

impl Store {
    fn new() -> Self {
        let store = Self(Home::with_config(
            "[env]\nZAI_API_KEY = { command = ['pass', 'show', 'zai/key'] }\n",
        ));
        for line in [
            "mkdir -m 700 \"$GNUPGHOME\"",
            "gpg --batch --quiet --passphrase '' --quick-generate-key you@example.com",
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
