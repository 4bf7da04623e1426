//! A throwaway home with a configuration, and jackin run in it with nothing else in its environment.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

use tempfile::TempDir;

/// The program under test.
pub(crate) const JACKIN: &str = env!("CARGO_BIN_EXE_jackin");

/// What the guard adds for Claude Code on Z.AI, where its version is not known.
pub(crate) const GUARD_ARGS: [&str; 4] = [
    "--teammate-mode",
    "in-process",
    "--settings",
    r#"{"availableModels":["glm-5.1","glm-5-turbo","glm-4.5-air"],"env":{"ANTHROPIC_BETAS":"","CLAUDE_AGENT_SDK_CLIENT_APP":"","CLAUDE_AGENT_SDK_VERSION":"","CLAUDE_CODE_ADDITIONAL_PROTECTION":"","CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE":"","CLAUDE_CODE_CLIENT_DATA_URL":"","CLAUDE_CODE_ENABLE_TELEMETRY":"","CLAUDE_CODE_EXTRA_BODY":"","CLAUDE_CODE_GATEWAY_HINT_HEADERS":""},"skipWebFetchPreflight":true}"#,
];

/// What `env --export` and `--format` warn of for Claude Code.
pub(crate) const NO_ARGS: &str = "warning: an environment carries no arguments, so it does not keep away \
    models, headers and telemetry of the agent's own settings, and panes of tmux; `jackin run` does\n";

/// A home directory of its own, gone when dropped.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        // Among thousands of longer names one would hold the last four letters of a planted secret.
        Self(tempfile::Builder::new().rand_bytes(3).tempdir().unwrap())
    }

    /// A home whose config.toml holds this text.
    pub(crate) fn with_config(text: &str) -> Self {
        let home = Self::new();
        home.write(".config/jackin/config.toml", text);
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file below the home directory.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes a shell script that can be executed.
    ///
    /// Another process does it: a file that this one has open for writing can be inherited, for a
    /// moment, by whatever another test starts, and is then too busy to be executed.
    pub(crate) fn script(&self, name: &str, text: &str) -> PathBuf {
        self.executable(name, format!("#!/bin/sh\n{text}\n").as_bytes())
    }

    /// Writes a file that can be executed.
    pub(crate) fn executable(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(&path).stdin(Stdio::piped());
        let mut shell = shell.spawn().unwrap();
        shell.stdin.take().unwrap().write_all(bytes).unwrap();
        assert!(shell.wait().unwrap().success());
        path
    }

    /// jackin with these arguments; its environment is HOME and PATH, where `bin` below the home
    /// comes first.
    pub(crate) fn jackin<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        self.program(JACKIN, args)
    }

    /// Another program in the same surroundings.
    pub(crate) fn program<S: AsRef<OsStr>>(
        &self,
        program: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = with_usual_signals(program);
        let path = format!("{}/bin:/usr/local/bin:/usr/bin:/bin", self.path().display());
        command.args(args).current_dir(self.path()).env_clear();
        command.env("HOME", self.path()).env("PATH", path);
        command
    }

    /// The global configuration's text.
    pub(crate) fn config(&self) -> String {
        self.read(".config/jackin/config.toml")
    }

    /// The text of a file below the home directory.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs jackin with words that are split at blanks, with a text on standard input.
    pub(crate) fn fed(&self, words: &str, text: impl AsRef<[u8]>) -> Seen {
        feed(&mut self.jackin(words.split_whitespace()), text)
    }

    /// The same, which must go well; what it said, without the home's name.
    pub(crate) fn does(&self, words: &str, text: impl AsRef<[u8]>) -> String {
        let seen = self.fed(words, text);
        assert_eq!(seen.code, Some(0), "{words}: {}", seen.err);
        format!("{}{}", seen.out, seen.err).replace(self.path().to_str().unwrap(), "~")
    }

    /// The same, which must be refused with a code; what it said.
    pub(crate) fn refuses(&self, code: i32, words: &str, text: impl AsRef<[u8]>) -> String {
        let seen = self.fed(words, text);
        assert_eq!((seen.code, seen.out.as_str()), (Some(code), ""), "{words}: {}", seen.err);
        seen.err.replace(self.path().to_str().unwrap(), "~")
    }
}

/// A program that finds every signal as usual, even where the tests were started with some ignored, as
/// under `nohup`.
fn with_usual_signals(program: &str) -> Command {
    static IGNORED: LazyLock<Vec<String>> = LazyLock::new(ignored_signals);
    if IGNORED.is_empty() {
        return Command::new(program);
    }
    let mut command = Command::new("/usr/bin/env");
    command.arg(format!("--default-signal={}", IGNORED.join(","))).arg(program);
    command
}

/// The numbers of the usual signals that this process ignores, except the broken pipe, which Rust's library
/// ignores and gives back.
fn ignored_signals() -> Vec<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
    let ignored = (1..=31).filter(|signal| *signal != 13 && mask & (1 << (signal - 1)) != 0);
    ignored.map(|signal: u32| signal.to_string()).collect()
}

/// What a command left behind, as text.
pub(crate) struct Seen {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command to its end, with nothing to read on standard input.
pub(crate) fn see(command: &mut Command) -> Seen {
    seen(command.output().unwrap())
}

/// What a command that has ended left behind.
pub(crate) fn seen(output: Output) -> Seen {
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Seen { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Runs a command to its end, with a text on standard input.
pub(crate) fn feed(command: &mut Command, text: impl AsRef<[u8]>) -> Seen {
    seen(output(command, text))
}

/// The same, for what it left behind in bytes.
pub(crate) fn output(command: &mut Command, text: impl AsRef<[u8]>) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // One that ends without reading all is no failure.
    let _ = child.stdin.take().unwrap().write_all(text.as_ref());
    child.wait_with_output().unwrap()
}
