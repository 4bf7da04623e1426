//! A program outside the workspace embeds the packages: it adds an agent and a provider, reads secrets
//! asynchronously and starts the agent with tokio. It is `fixtures/embedder`.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

use std::{env, fs, path::Path, process::Command};

/// Copies the program to a directory of its own, with the packages in place of the workspace's crates.
fn copied(packages: &Path, dir: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/embedder");
    fs::create_dir_all(dir.join("src")).unwrap();
    fs::copy(source.join("src/main.rs"), dir.join("src/main.rs")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let package = |name: &str| packages.join(format!("{name}-{version}")).display().to_string();
    let (core, host) = (package("jackin-core"), package("jackin-host"));
    let manifest = fs::read_to_string(source.join("Cargo.toml")).unwrap();
    let manifest = manifest
        .replace("\"../../jackin-core\"", &format!("\"{core}\""))
        .replace("\"../../jackin-cli/host\"", &format!("\"{host}\""));
    assert!(manifest.contains(&core) && manifest.contains(&host));
    let patch = format!("\n[patch.crates-io]\njackin-core = {{ path = \"{core}\" }}\n");
    fs::write(dir.join("Cargo.toml"), manifest + &patch).unwrap();
}

#[test]
#[ignore = "needs the packages: JACKIN_PACKAGES names their directory, as .ci/run does"]
fn a_program_of_its_own_builds_against_the_packages_and_starts_its_agent() {
    let packages = env::var_os("JACKIN_PACKAGES").expect("JACKIN_PACKAGES names a directory");
    let dir = tempfile::tempdir().unwrap();
    copied(Path::new(&packages), dir.path());
    let build =
        Command::new(env!("CARGO")).args(["build", "-q"]).current_dir(&dir).status().unwrap();
    assert!(build.success());
    let target = env::var_os("CARGO_TARGET_DIR").map_or(dir.path().join("target"), Into::into);
    let output = Command::new(target.join("debug/embedder"))
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("HELPER_TRACE", "1"), ("OPENAI_API_KEY", "sk-mine")])
        .env("MINIMAX_API_KEY", "sk-minimax")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let starting = |head: &str| -> Vec<&str> {
        text.lines().filter_map(|line| line.strip_prefix(head)).collect()
    };
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let choices = starting("choice ");
    assert!(choices.contains(&"house") && choices.contains(&"zai"), "{text}");
    let plan: serde_json::Value = serde_json::from_str(starting("plan ")[0]).unwrap();
    assert_eq!((&plan["label"], &plan["schema"]), (&"Helper (House)".into(), &1.into()));
    assert!(!starting("plan ")[0].contains("sk-"), "the plan shows a secret");
    let mut child = starting("child ");
    // The one variable of jackin's own, whose value is another in every process.
    let marks = child.extract_if(.., |var| var.starts_with("JACKIN_LAUNCHES=")).count();
    assert_eq!(marks, 1, "{text}");
    child.sort_unstable();
    let wanted = [
        "HELPER_KEY=sk-house",
        "HELPER_MODEL=house-1",
        "HELPER_URL=https://models.example.com/v1",
        "PATH=/usr/bin:/bin",
    ];
    assert_eq!(child, wanted);
}
