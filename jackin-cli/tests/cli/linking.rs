//! The script for the linker is for released programs on Linux, and for no linker that was chosen.

use std::{env, path::Path, process::Command};

use crate::support::Home;

#[test]
fn a_linker_that_was_chosen_is_left_alone() {
    let home = Home::new();
    let program = home.path().join("build-script");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/build.rs");
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
    rustc.args(["--edition=2024", source, "-o"]).arg(&program);
    let dir = env!("CARGO_MANIFEST_DIR");
    assert!(rustc.env("CARGO_MANIFEST_DIR", dir).status().unwrap().success());
    let script = Path::new(dir).join("launch.ld").display().to_string();
    let is_given = |name: &str, value: &str| {
        let mut build = Command::new(&program);
        build.env_remove("RUSTC_LINKER").env("CARGO_ENCODED_RUSTFLAGS", "-l\u{1f}dylib=gcc_eh");
        build.env("CARGO_CFG_TARGET_OS", "linux").env("PROFILE", "release").env(name, value);
        let said = String::from_utf8(build.output().unwrap().stdout).unwrap();
        said.contains(&format!("cargo:rustc-link-arg-bins=-T{script}\n"))
    };
    assert!(is_given("PROFILE", "release"));
    for (name, value) in [
        ("PROFILE", "debug"),
        ("CARGO_CFG_TARGET_OS", "macos"),
        ("RUSTC_LINKER", "wild"),
        ("CARGO_ENCODED_RUSTFLAGS", "-Clink-arg=-fuse-ld=mold"),
        ("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}link-arg=--ld-path=/usr/bin/mold"),
        ("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}linker=wild"),
    ] {
        assert!(!is_given(name, value), "{name}: {value}");
    }
}
