//! Has the functions that a launch runs stand side by side in the released program, on Linux: fewer
//! pages of it are read and mapped. `launch.ld` says which they are, and leaves out what a program
//! that aborts has no use for. A linker that was chosen for this build may not know such scripts,
//! and is left alone.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=launch.ld");
    let is = |name, value: &str| env::var(name).is_ok_and(|found| found == value);
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let chosen = env::var_os("RUSTC_LINKER").is_some()
        || ["linker=", "-fuse-ld=", "--ld-path="].iter().any(|by| flags.contains(by));
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") && !chosen {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("launch.ld");
        println!("cargo:rustc-link-arg-bins=-T{}", script.display());
        // 150 KB of relocations become 2; glibc knows that only from 2.36 on.
        if is("CARGO_CFG_TARGET_ENV", "musl") {
            println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
}
