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
    let script = format!("-T{}", Path::new(dir).join("launch.ld").display());
    let packed = "-Wl,-z,pack-relative-relocs";
    let given = |name: &str, value: &str| {
        let mut build = Command::new(&program);
        build.env_remove("RUSTC_LINKER").env("CARGO_ENCODED_RUSTFLAGS", "-l\u{1f}dylib=gcc_eh");
        build.env("CARGO_CFG_TARGET_OS", "linux").env("PROFILE", "release").env(name, value);
        let said = String::from_utf8(build.output().unwrap().stdout).unwrap();
        let given = said.lines().filter_map(|line| line.strip_prefix("cargo:rustc-link-arg-bins="));
        given.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(given("PROFILE", "release"), [&*script]);
    assert_eq!(given("CARGO_CFG_TARGET_ENV", "gnu"), [&*script]);
    assert_eq!(given("CARGO_CFG_TARGET_ENV", "musl"), [&*script, packed]);
    for (name, value) in [
        ("PROFILE", "debug"),
        ("CARGO_CFG_TARGET_OS", "macos"),
        ("RUSTC_LINKER", "wild"),
        ("CARGO_ENCODED_RUSTFLAGS", "-Clink-arg=-fuse-ld=mold"),
        ("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}link-arg=--ld-path=/usr/bin/mold"),
        ("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}linker=wild"),
    ] {
        assert!(given(name, value).is_empty(), "{name}: {value}");
    }
}
