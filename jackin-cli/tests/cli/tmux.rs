//! A real terminal: a shell in a tmux server of its own, typed into and read like a person would.

use std::{
    fs,
    os::unix::fs::symlink,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::support::{Home, see};

/// Longer than any screen takes to appear.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Its usual size, in columns and rows.
pub(crate) const USUAL: (u16, u16) = (80, 24);

/// Runs jackin and shows how it ended; what the terminal was set to goes to two files.
const TRY: &str = r#"
stty -g </dev/tty >before; jackin "$@"; code=$?; stty -g </dev/tty >after
echo "exit $code" >/dev/tty"#;

/// A home with this configuration, in which two agents are installed that say where they are sent.
pub(crate) fn home(config: &str) -> Home {
    let home = Home::with_config(config);
    // What the guard adds is not what was typed.
    let claude = r#"while [ "$1" = --teammate-mode ] || [ "$1" = --settings ]; do shift 2; done
                   echo "claude at ${ANTHROPIC_BASE_URL:-home} with <$*>""#;
    home.script("bin/claude", claude);
    home.script("bin/codex", r#"echo "codex with <$*>""#);
    home
}

/// A terminal with a prompt, gone when dropped.
pub(crate) struct Tmux<'a> {
    home: &'a Home,
    /// Where the server listens.
    dir: TempDir,
}

impl<'a> Tmux<'a> {
    /// A terminal of that many columns and rows, with these variables beside HOME and PATH.
    pub(crate) fn start(home: &'a Home, size: (u16, u16), env: &[(&str, &str)]) -> Self {
        home.script("bin/try", TRY);
        let jackin = home.path().join("bin/jackin");
        if !jackin.exists() {
            symlink(env!("CARGO_BIN_EXE_jackin"), jackin).unwrap();
        }
        let tmux = Self { home, dir: tempfile::tempdir().unwrap() };
        let [width, height] = [size.0, size.1].map(|cells| cells.to_string());
        let mut command = tmux.command(&["new-session", "-d", "-x", &width, "-y", &height]);
        let path = format!("{}/bin:/usr/bin:/bin", home.path().display());
        command.arg("exec sh").current_dir(home.path()).env_clear();
        command.envs([("LC_ALL", "C.UTF-8"), ("PS1", "$ "), ("SHELL", "/bin/sh")]);
        command.env("HOME", home.path()).env("PATH", path).envs(env.iter().copied());
        let seen = see(&mut command);
        assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""));
        tmux.shows("$");
        tmux
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command
            .args(["-u", "-f", "/dev/null", "-S"])
            .arg(self.dir.path().join("socket"))
            .args(args);
        command
    }

    fn tell(&self, args: &[&str]) -> String {
        let seen = see(&mut self.command(args));
        assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""), "{args:?}");
        seen.out.trim_end().to_owned()
    }

    /// Presses keys, by tmux's names for them.
    pub(crate) fn press(&self, keys: &[&str]) {
        self.tell(&[&["send-keys"], keys].concat());
    }

    /// Types a command at the prompt.
    pub(crate) fn enter(&self, command: &str) {
        self.tell(&["send-keys", "-l", command]);
        self.press(&["Enter"]);
    }

    /// Pastes a text, marked as pasted if the program asked for that.
    pub(crate) fn paste(&self, text: &str) {
        self.tell(&["set-buffer", text]);
        self.tell(&["paste-buffer", "-p"]);
    }

    pub(crate) fn resize(&self, (width, height): (u16, u16)) {
        let [width, height] = [width, height].map(|cells| cells.to_string());
        self.tell(&["resize-window", "-x", &width, "-y", &height]);
    }

    /// The title of the terminal, or another of tmux's variables.
    pub(crate) fn variable(&self, name: &str) -> String {
        self.tell(&["display-message", "-p", &format!("#{{{name}}}")])
    }

    /// The screen, with its escape sequences.
    pub(crate) fn styled(&self) -> String {
        self.tell(&["capture-pane", "-pe"])
    }

    /// All that the terminal has shown and still remembers.
    pub(crate) fn history(&self) -> String {
        self.tell(&["capture-pane", "-p", "-S", "-"])
    }

    /// The screen as soon as it holds a text and no longer changes.
    pub(crate) fn shows(&self, text: &str) -> String {
        self.settles(text, |screen| screen.contains(text))
    }

    fn settles(&self, what: &str, ready: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + LIMIT;
        let mut last = String::new();
        loop {
            let screen = self.tell(&["capture-pane", "-p"]);
            if ready(&screen) && screen == last {
                return screen;
            }
            assert!(Instant::now() < deadline, "no `{what}` on this screen:\n{screen}");
            last = screen;
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// The screen after `try`, which must have left the terminal as it was.
    pub(crate) fn ended(&self, code: u8) -> String {
        let exit = format!("exit {code}\n");
        let screen =
            self.settles(&exit, |screen| screen.contains(&exit) && screen.ends_with("\n$"));
        let settings = |file| fs::read_to_string(self.home.path().join(file)).unwrap();
        assert!(settings("before").contains(':'));
        assert_eq!(settings("before"), settings("after"));
        assert_eq!(self.variable("cursor_flag"), "1", "the cursor is hidden");
        screen
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        // A server that has ended already is no failure.
        let _ = self.command(&["kill-server"]).output();
    }
}
