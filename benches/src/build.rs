//! The programs that are measured, built by Cargo where they are not yet.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::Answer;

/// How variables begin that Cargo sets for the program that it runs.
const OWN: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// What a program is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// This system, as `cargo build --release` does it.
    Gnu,
    /// Static, and the fastest.
    Musl,
}

impl Target {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Musl, Self::Gnu];

    /// How it is called in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gnu => "gnu",
            Self::Musl => "musl",
        }
    }

    const fn triple(self) -> Option<&'static str> {
        match self {
            Self::Gnu => None,
            Self::Musl => Some("x86_64-unknown-linux-musl"),
        }
    }

    /// `jackin` as it is released.
    ///
    /// # Errors
    /// A build that fails.
    pub fn release(self) -> Answer<PathBuf> {
        self.build("release", &directory()?, &[])
    }

    /// The same with the names of its functions.
    ///
    /// # Errors
    /// A build that fails.
    pub fn measure(self) -> Answer<PathBuf> {
        self.build("measure", &directory()?, &[])
    }

    /// The release without any feature.
    ///
    /// # Errors
    /// A build that fails.
    pub fn bare(self) -> Answer<PathBuf> {
        self.build("release", &directory()?.join("bare"), &["--no-default-features"])
    }

    fn build(self, profile: &str, dir: &Path, options: &[&str]) -> Answer<PathBuf> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package=jackin-cli", "--profile", profile]);
        cargo.args(options).arg("--target-dir").arg(dir);
        cargo.args(self.triple().iter().flat_map(|triple| ["--target", triple]));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        // What Cargo tells this program of its own package would have others built again.
        let own = env::vars_os().map(|(name, _)| name).filter(|name| {
            name.to_str().is_some_and(|name| OWN.iter().any(|prefix| name.starts_with(prefix)))
        });
        own.for_each(|name| _ = cargo.env_remove(name));
        if !cargo.status()?.success() {
            return Err(format!("`jackin` cannot be built for {}", self.name()).into());
        }
        let dir = self.triple().map_or_else(|| dir.to_owned(), |triple| dir.join(triple));
        let folder = if profile == "dev" { "debug" } else { profile };
        // As the kernel names it.
        Ok(fs::canonicalize(dir.join(folder).join("jackin"))?)
    }
}

/// `jackin` as the tests have it, for asking whether the benches run at all.
///
/// # Errors
/// A build that fails.
pub fn debug() -> Answer<PathBuf> {
    Target::Gnu.build("dev", &directory()?, &[])
}

/// The target directory in which this very program was built.
///
/// # Errors
/// A program that was moved.
pub fn directory() -> Answer<PathBuf> {
    let program = env::current_exe()?;
    Ok(program.ancestors().nth(3).ok_or("not in a target directory")?.to_owned())
}
