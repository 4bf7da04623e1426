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

    const fn triple(self) -> &'static str {
        match self {
            Self::Gnu => "x86_64-unknown-linux-gnu",
            Self::Musl => "x86_64-unknown-linux-musl",
        }
    }

    /// `jackin` as it is released, built as the README says.
    ///
    /// # Errors
    /// A build that fails.
    pub fn release(self) -> Answer<PathBuf> {
        self.released(&directory()?, &[])
    }

    /// The same without any feature.
    ///
    /// # Errors
    /// A build that fails.
    pub fn bare(self) -> Answer<PathBuf> {
        self.released(&directory()?.join("bare"), &["--no-default-features"])
    }

    fn released(self, dir: &Path, options: &[&str]) -> Answer<PathBuf> {
        let triple = (self == Self::Musl).then_some(self.triple());
        let target = triple.map(|triple| ["--target", triple]);
        cargo("release", dir, &[options, target.as_slice().as_flattened()].concat())?;
        program(&dir.join(triple.unwrap_or_default()).join("release"))
    }

    /// The release with the names of its functions. Both are built at once, since what they take
    /// longest for uses one processor each.
    ///
    /// # Errors
    /// A build that fails.
    pub fn measured(self) -> Answer<PathBuf> {
        let dir = directory()?;
        cargo("measure", &dir, &Self::ALL.map(|target| ["--target", target.triple()]).concat())?;
        program(&dir.join(self.triple()).join("measure"))
    }
}

/// `jackin` as the tests have it, for asking whether the benches run at all.
///
/// # Errors
/// A build that fails.
pub fn debug() -> Answer<PathBuf> {
    let dir = directory()?;
    cargo("dev", &dir, &[])?;
    program(&dir.join("debug"))
}

fn cargo(profile: &str, dir: &Path, options: &[&str]) -> Answer<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package=jackin-cli", "--profile", profile]);
    cargo.args(options).arg("--target-dir").arg(dir).current_dir(env!("CARGO_MANIFEST_DIR"));
    // What Cargo tells this program of its own package would have others built again.
    for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        if OWN.iter().any(|prefix| name.starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo build {options:?}: {status}").into()) }
}

/// The program, as the kernel names it.
fn program(dir: &Path) -> Answer<PathBuf> {
    Ok(fs::canonicalize(dir.join("jackin"))?)
}

/// The target directory in which this very program was built.
///
/// # Errors
/// A program that was moved.
pub fn directory() -> Answer<PathBuf> {
    let program = env::current_exe()?;
    Ok(program.ancestors().nth(3).ok_or("not in a target directory")?.to_owned())
}
