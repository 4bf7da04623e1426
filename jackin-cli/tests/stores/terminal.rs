//! A program that asks for a password at a real terminal, under a shell with job control.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::support::{Home, JACKIN, see};

/// Far longer than anything here takes.
const SOON: Duration = Duration::from_secs(60);

/// Asks as programs do that read passwords: at the terminal itself, without echo.
const ASKS: &str = "echo $$ > asks; stty -echo < /dev/tty; printf 'Password: ' > /dev/tty\n\
                    read -r word < /dev/tty; stty echo < /dev/tty; printf 'key-%s' \"$word\"";

/// A terminal with a shell in it; the plain one, since others put the terminal right themselves.
struct Terminal(Home);

impl Terminal {
    fn new(config: &str) -> Self {
        let terminal = Self(Home::with_config(config));
        terminal.0.script("bin/asks", ASKS);
        terminal
            .0
            .script("bin/claude", "read -r line; echo \"$line $ANTHROPIC_AUTH_TOKEN\" > agent");
        terminal.tmux(&["new-session", "-d", "-x", "150", "-y", "40", "sh -i"]);
        terminal.line("stty -g > before");
        terminal.file("before");
        terminal
    }

    fn tmux(&self, args: &[&str]) -> String {
        let own = ["-S", "tmux", "-f", "/dev/null"];
        let seen = see(&mut self.0.program("tmux", own.iter().chain(args)));
        assert_eq!(seen.code, Some(0), "{args:?}: {}", seen.err);
        seen.out
    }

    /// Types a line.
    fn line(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
        self.key("Enter");
    }

    fn key(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    fn launch(&self) {
        self.line(&format!("'{JACKIN}' run --provider zai claude"));
    }

    fn until<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(seen) = look() {
                return seen;
            }
            assert!(
                started.elapsed() < SOON,
                "waited too long for {what}:\n{}",
                self.tmux(&["capture-pane", "-p"])
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn shows(&self, text: &str) {
        self.until(text, || self.tmux(&["capture-pane", "-p", "-J"]).contains(text).then_some(()));
    }

    /// The first line of a file, once it is there.
    fn file(&self, name: &str) -> String {
        let path = self.0.path().join(name);
        self.until(name, || fs::read_to_string(&path).ok()?.strip_suffix('\n').map(str::to_owned))
    }

    /// The shell is back with this exit code, and the terminal is as it was.
    fn is_back_with(&self, code: &str) {
        // Who dies at the terminal may take something of what is typed along.
        let asks = format!("/proc/{}", self.file("asks"));
        self.until("the end of it", || (!Path::new(&asks).exists()).then_some(()));
        self.line("echo $? > code; stty -g > after");
        assert_eq!(self.file("code"), code);
        assert_eq!(self.file("after"), self.file("before"));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Not by `tmux`, which would panic here a second time.
        let _ = self.0.program("tmux", ["-S", "tmux", "kill-server"]).status();
    }
}

const ONE: &str = "[env]\nZAI_API_KEY = { command = ['asks'] }\n";

#[test]
#[ignore = "needs tmux"]
fn a_password_is_asked_for_and_then_the_agent_has_the_terminal() {
    let terminal = Terminal::new(ONE);
    terminal.launch();
    terminal.shows("Password:");
    terminal.line("swordfish");
    terminal.line("for the agent");
    assert_eq!(terminal.file("agent"), "for the agent key-swordfish");
    terminal.is_back_with("0");
    assert!(!terminal.tmux(&["capture-pane", "-p"]).contains("swordfish"), "it was echoed");
}

/// Whether the program dies of it or tells of it by its exit code.
#[test]
#[ignore = "needs tmux"]
fn an_interrupt_there_ends_the_launcher() {
    for catch in ["", "trap 'exit 130' INT\n"] {
        let terminal = Terminal::new(&format!("{ONE}NEXT = {{ command = ['touch', 'next'] }}\n"));
        terminal.0.script("bin/asks", &format!("{catch}{ASKS}"));
        terminal.launch();
        terminal.shows("Password:");
        terminal.key("C-c");
        // The shell's answer for one that ended by an interrupt.
        terminal.is_back_with("130");
        for name in ["next", "agent"] {
            assert!(!terminal.0.path().join(name).exists(), "{name}");
        }
    }
}

#[test]
#[ignore = "needs tmux"]
fn one_that_is_killed_leaves_the_terminal_as_it_was() {
    let terminal = Terminal::new(ONE);
    terminal.launch();
    terminal.shows("Password:");
    let killed = terminal.0.program("kill", ["-9", &terminal.file("asks")]).status().unwrap();
    assert!(killed.success());
    terminal.shows("`asks` failed (signal: 9 (SIGKILL))");
    terminal.is_back_with("125");
}

#[test]
#[ignore = "needs tmux"]
fn a_signal_to_the_launcher_leaves_the_terminal_as_it_was() {
    let terminal = Terminal::new(ONE);
    terminal.line(&format!(
        "sh -c 'echo $$ > jackin; exec \"$@\"' sh '{JACKIN}' run --provider zai claude"
    ));
    terminal.shows("Password:");
    let killed = terminal.0.program("kill", [&terminal.file("jackin")]).status().unwrap();
    assert!(killed.success());
    terminal.is_back_with("143");
}

#[test]
#[ignore = "needs tmux"]
fn one_that_is_stopped_there_does_not_keep_the_terminal() {
    let terminal = Terminal::new(ONE);
    terminal.launch();
    terminal.shows("Password:");
    terminal.key("C-z");
    terminal.shows("`asks` was stopped");
    terminal.is_back_with("125");
}

/// Those that are asked at once cannot all have it.
#[test]
#[ignore = "needs tmux"]
fn one_that_wants_a_terminal_it_has_not_got_is_said_at_once() {
    let terminal = Terminal::new("[env]\nZAI_API_KEY = 'op://v/i/f'\nNEXT = 'op://v/next/f'\n");
    terminal.0.script("bin/op", &format!("case $* in *next*) {ASKS};; esac; printf key"));
    terminal.launch();
    terminal.shows("`op` was stopped");
    terminal.is_back_with("125");
}
