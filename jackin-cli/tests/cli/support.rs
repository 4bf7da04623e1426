//! A throwaway home with a configuration, and jackin run in it with nothing else in its environment.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// The program under test.
pub(crate) const JACKIN: &str = env!("CARGO_BIN_EXE_jackin");

/// A home directory of its own, gone when dropped.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
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
        let mut command = Command::new(program);
        let path = format!("{}/bin:/usr/local/bin:/usr/bin:/bin", self.path().display());
        command.args(args).current_dir(self.path()).env_clear();
        command.env("HOME", self.path()).env("PATH", path);
        command
    }
}

/// What a command left behind, as text.
pub(crate) struct Seen {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command to its end, with nothing to read on standard input.
pub(crate) fn see(command: &mut Command) -> Seen {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Seen { code: status.code(), out: text(stdout), err: text(stderr) }
}
