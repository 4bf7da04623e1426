//! The scripts for the linker are for released programs on Linux, and for no linker that was chosen.

use std::{env, fs, path::Path, process::Command};

use crate::support::Home;

/// The build script, compiled for a package in that directory.
struct Script<'a> {
    package: &'a Path,
    home: Home,
}

impl<'a> Script<'a> {
    fn of(package: &'a Path) -> Self {
        let home = Home::new();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/build.rs");
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
        rustc.args(["--edition=2024", source, "-o"]).arg(home.path().join("build-script"));
        assert!(rustc.env("CARGO_MANIFEST_DIR", package).status().unwrap().success());
        Self { package, home }
    }

    /// What it gives the linker of a release for Linux where a variable is set as well.
    fn gives(&self, name: &str, value: &str) -> Vec<String> {
        let mut build = Command::new(self.home.path().join("build-script"));
        build.env_remove("RUSTC_LINKER").env("CARGO_ENCODED_RUSTFLAGS", "-l\u{1f}dylib=gcc_eh");
        build.env("CARGO_CFG_TARGET_OS", "linux").env("PROFILE", "release").env(name, value);
        let said = String::from_utf8(build.output().unwrap().stdout).unwrap();
        let given = said.lines().filter_map(|line| line.strip_prefix("cargo:rustc-link-arg-bins="));
        let package = format!("{}/", self.package.display());
        given.map(|option| option.replace(&package, "")).collect()
    }
}

#[test]
fn a_linker_that_was_chosen_is_left_alone() {
    let build = Script::of(Path::new(env!("CARGO_MANIFEST_DIR")));
    let scripts = ["-Tlaunch.ld", "-Taborts.ld"];
    assert_eq!(build.gives("PROFILE", "release"), scripts);
    assert_eq!(build.gives("CARGO_CFG_TARGET_ENV", "gnu"), scripts);
    let packed = "-Wl,-z,pack-relative-relocs";
    assert_eq!(build.gives("CARGO_CFG_TARGET_ENV", "musl"), [scripts[0], scripts[1], packed]);
    for (name, value) in [
        ("PROFILE", "debug"),
        ("CARGO_CFG_TARGET_OS", "macos"),
        ("RUSTC_LINKER", "wild"),
        ("CARGO_ENCODED_RUSTFLAGS", "-Clink-arg=-fuse-ld=mold"),
        ("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}link-arg=--ld-path=/usr/bin/mold"),
        ("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}linker=wild"),
        ("CARGO_ENCODED_RUSTFLAGS", "-Clink-self-contained=no"),
    ] {
        assert!(build.gives(name, value).is_empty(), "{name}: {value}");
    }
}

/// Panics of a thread are caught there.
#[test]
fn what_unwinds_keeps_its_tables() {
    let build = Script::of(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(build.gives("CARGO_PROFILE_RELEASE_PANIC", "unwind"), ["-Tlaunch.ld"]);
    let home = Home::new();
    let package = home.path().join("package");
    fs::create_dir(&package).unwrap();
    let alone = Script::of(&package);
    assert_eq!(alone.gives("PROFILE", "release"), ["-Tlaunch.ld"]);
    fs::write(home.path().join("Cargo.toml"), "[profile.release]\nopt-level = 3\n").unwrap();
    assert_eq!(alone.gives("PROFILE", "release"), ["-Tlaunch.ld"]);
    fs::write(home.path().join("Cargo.toml"), "[profile.release]\npanic = \"abort\"\n").unwrap();
    assert_eq!(alone.gives("PROFILE", "release"), ["-Tlaunch.ld", "-Taborts.ld"]);
}
