//! Has the functions that a launch runs stand side by side in the released program, on Linux: fewer
//! pages of it are read and mapped. `launch.ld` says which they are. A program that aborts gets no
//! tables for unwinding. A linker that was chosen for this build may not know such scripts, and is
//! left alone.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = |name| {
        println!("cargo:rerun-if-changed={name}");
        println!("cargo:rustc-link-arg-bins=-T{}", here.join(name).display());
    };
    let is = |name, value: &str| env::var(name).is_ok_and(|found| found == value);
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let chosen = env::var_os("RUSTC_LINKER").is_some()
        || ["linker=", "-fuse-ld=", "--ld-path=", "link-self-contained"]
            .iter()
            .any(|by| flags.contains(by));
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") && !chosen {
        script("launch.ld");
        if aborts(here) {
            script("aborts.ld");
        }
        // 150 KB of relocations become 2. musl knows it from 1.2.4 on, as Rust's own is; of glibc
        // not every one that the program is to run on does.
        if is("CARGO_CFG_TARGET_ENV", "musl") {
            println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
}

/// Whether a panic ends the program. Cargo does not say; it takes profiles from the workspace, and
/// the package by itself has none.
fn aborts(here: &Path) -> bool {
    let manifest = here.join("../Cargo.toml");
    let Ok(text) = fs::read_to_string(&manifest) else { return false };
    println!("cargo:rerun-if-changed={}", manifest.display());
    println!("cargo:rerun-if-env-changed=CARGO_PROFILE_RELEASE_PANIC");
    text.contains("\npanic = \"abort\"\n") && env::var_os("CARGO_PROFILE_RELEASE_PANIC").is_none()
}
