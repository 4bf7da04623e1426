//! A throwaway home with a configuration, in which every launch has the same environment wherever
//! it is measured. It starts nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// What a login session on a terminal has.
const USUAL: [(&str, &str); 12] = [
    ("COLORTERM", "truecolor"),
    ("EDITOR", "vi"),
    ("HOME", "/home/me"),
    ("LANG", "C.UTF-8"),
    ("LOGNAME", "me"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("PWD", "/home/me"),
    ("SHELL", "/bin/bash"),
    ("SSH_AUTH_SOCK", "/run/user/1000/ssh"),
    ("TERM", "xterm-256color"),
    ("USER", "me"),
    ("XDG_RUNTIME_DIR", "/run/user/1000"),
];

const LAUNCH: [&str; 6] = ["run", "--provider", "zai", "--program", "/bin/true", "claude"];
const EXPORT: [&str; 4] = ["env", "--export", "--provider", "zai"];

/// A directory with a configuration, gone when dropped.
pub struct Stage(TempDir);

impl Stage {
    /// With this text as the global configuration.
    ///
    /// # Errors
    /// A temporary directory that cannot be written.
    pub fn new(config: &str) -> io::Result<Self> {
        let stage = Self(tempfile::tempdir()?);
        stage.write("config/config.toml", config)?;
        Ok(stage)
    }

    /// With as many workspaces, each with a directory of its own.
    ///
    /// # Errors
    /// A temporary directory that cannot be written.
    pub fn with_workspaces(self, count: usize) -> io::Result<Self> {
        for n in 0..count {
            let dir = self.workdir(n);
            fs::create_dir_all(&dir)?;
            let text = format!("workdir = {dir:?}\n\n[env]\nWORKSPACE_VARIABLE = \"{n}\"\n");
            self.write(&format!("config/workspaces/work-{n}.toml"), &text)?;
        }
        Ok(self)
    }

    /// Writes a file.
    ///
    /// # Errors
    /// A temporary directory that cannot be written.
    pub fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(self.path()))?;
        fs::write(path, text)
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The directory of a workspace.
    fn workdir(&self, n: usize) -> PathBuf {
        self.path().join("work").join(n.to_string())
    }

    /// A program on this stage, which sees nothing else and is not seen.
    #[must_use]
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.path()).env_clear().envs(USUAL);
        // The same length everywhere, so that instructions can be compared.
        command.env("JACKIN_CONFIG_DIR", self.path().join("config"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// The launch that everything is about.
    #[must_use]
    pub fn launch(&self, jackin: &Path) -> Command {
        let mut command = self.command(jackin);
        command.args(LAUNCH);
        command
    }

    /// The same with the name of a workspace.
    #[must_use]
    pub fn launch_named(&self, jackin: &Path) -> Command {
        let mut command = self.launch(jackin);
        command.env("JACKIN_WORKSPACE", "work-0");
        command
    }

    /// The same from the directory of a workspace.
    #[must_use]
    pub fn launch_inside(&self, jackin: &Path) -> Command {
        self.inside(self.launch(jackin))
    }

    /// The same from the directory of a workspace, with 60 further variables.
    #[must_use]
    pub fn launch_crowded(&self, jackin: &Path) -> Command {
        self.crowded(self.launch(jackin))
    }

    fn inside(&self, mut command: Command) -> Command {
        command.current_dir(self.workdir(0));
        command
    }

    fn crowded(&self, command: Command) -> Command {
        let mut command = self.inside(command);
        command
            .envs((0..60).map(|n| (format!("SOME_VARIABLE_{n}"), format!("/usr/share/some/{n}"))));
        command
    }

    /// The same environment as a script.
    #[must_use]
    pub fn export(&self, jackin: &Path) -> Command {
        let mut command = self.command(jackin);
        command.args(EXPORT);
        command
    }

    /// The same launch, watched by another program that takes it behind its own arguments.
    #[must_use]
    pub fn watched(&self, by: &[&str], jackin: &Path) -> Command {
        let mut command = self.command(by[0]);
        command.args(&by[1..]).arg(jackin).args(LAUNCH);
        command
    }

    /// What to measure [`Self::launch_crowded`] against: `env -i` in the same environment.
    #[must_use]
    pub fn env_i_crowded(&self) -> Command {
        self.crowded(self.env_i())
    }

    /// What to measure against: `env -i A=1 /bin/true`.
    #[must_use]
    pub fn env_i(&self) -> Command {
        let mut command = self.command("/usr/bin/env");
        command.args(["-i", "A=1", "/bin/true"]);
        command
    }
}
