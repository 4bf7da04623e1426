//! The core is pure. Clippy bans the calls it knows of; this looks for the modules as such, so that
//! none can be forgotten.
#![expect(clippy::disallowed_methods, reason = "a test reads the source")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{fs, path::Path};

/// What the source may name of the modules that reach outside.
const ALLOWED: [&str; 2] = ["std::net::IpAddr", "std::net::Ipv6Addr"];

fn sources(dir: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![(path.display().to_string(), fs::read_to_string(&path).unwrap())],
        })
        .collect()
}

#[test]
fn no_module_that_reaches_outside_is_named() {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(sources.len() > 15, "only {} files", sources.len());
    for (file, mut text) in sources {
        for allowed in ALLOWED {
            text = text.replace(allowed, "");
        }
        for outside in ["env", "fs", "net", "process", "thread", "os", "io", "time"] {
            let grouped = text.contains("use std::{") && text.contains(&format!("    {outside}::"));
            assert!(
                !text.contains(&format!("std::{outside}")) && !grouped,
                "{file} names std::{outside}"
            );
        }
    }
}
