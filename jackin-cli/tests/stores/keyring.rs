//! GNOME Keyring on a session bus of its own.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::support::{Home, JACKIN, Seen, seen};

/// Far shorter than the keyring's own limit, and far longer than an answer takes.
const SOON: Duration = Duration::from_secs(60);

/// A daemon whose keyring is unlocked, with one entry in it.
const STORED: &str = "\
    printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n\
    printf key-in-keyring | secret-tool store --label=test service jackin username ZAI_API_KEY\n";

fn home(entry: &str) -> Home {
    let home = Home::with_config(&format!("[env]\nZAI_API_KEY = {{ keyring = '{entry}' }}\n"));
    home.script("bin/claude", r#"touch started; printf '%s' "$ANTHROPIC_AUTH_TOKEN""#);
    home
}

/// Runs lines of shell, where `launch` is jackin, on a bus that ends with them.
fn on_a_bus(home: &Home, lines: &str) -> Seen {
    let script = lines.replace("launch", &format!("'{JACKIN}' run --provider zai claude"));
    let mut command = home.program("dbus-run-session", ["--", "sh", "-c", &script]);
    fs::create_dir_all(home.path().join("run")).unwrap();
    answered(command.env("XDG_RUNTIME_DIR", home.path().join("run")))
}

/// Runs a command in a process group of its own, and ends the group with it.
///
/// A daemon that the bus starts while the bus ends can miss that end. It would keep the pipes open
/// for ever, and with them the test.
fn answered(command: &mut Command) -> Seen {
    let started = Instant::now();
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.process_group(0).spawn().unwrap();
    while child.try_wait().unwrap().is_none() && started.elapsed() < SOON {
        thread::sleep(Duration::from_millis(10));
    }
    let in_time = started.elapsed() < SOON;
    // An empty group is no failure.
    let _ = killpg(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGKILL);
    let seen = seen(child.wait_with_output().unwrap());
    assert!(in_time, "{}", seen.err);
    seen
}

fn refused(home: &Home, seen: &Seen, why: &str) {
    assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{}", seen.err);
    // The daemon writes there as well, and not always whole lines.
    let (_, line) = seen.err.split_once("error: cannot read ").unwrap();
    assert!(line.starts_with("`ZAI_API_KEY` (global, ") && line.contains(why), "{}", seen.err);
    assert!(!home.path().join("started").exists());
}

#[test]
#[ignore = "needs gnome-keyring, libsecret-tools and dbus"]
fn a_key_reaches_the_agent() {
    let home = home("jackin/ZAI_API_KEY");
    let seen = on_a_bus(&home, &format!("{STORED} launch"));
    assert_eq!((seen.code, &*seen.out), (Some(0), "key-in-keyring"), "{}", seen.err);
}

/// One entry for each scope; what is unset is gone from the keyring as well.
#[test]
#[ignore = "needs gnome-keyring, libsecret-tools and dbus"]
fn keys_are_kept_there_and_forgotten() {
    let home = Home::new();
    home.write(".config/jackin/workspaces/acme.toml", "");
    home.script("bin/claude", r#"printf '%s ' "$ANTHROPIC_AUTH_TOKEN""#);
    let keep = format!(
        "printf key-for-all | '{JACKIN}' auth set zai --keyring --stdin\n\
         printf key-for-acme | '{JACKIN}' auth set zai --keyring --stdin --workspace acme\n"
    );
    let launches = "launch; JACKIN_WORKSPACE=acme launch\n";
    let look = "secret-tool search --all service jackin 2>&1 | grep -c key-for\n";
    let forget = format!("'{JACKIN}' auth unset zai; '{JACKIN}' auth list --all >list\n");
    let unlocked = STORED.lines().next().unwrap();
    let seen = on_a_bus(&home, &format!("{unlocked}\n{keep}{launches}{look}{forget}{look}"));
    assert_eq!(seen.out, "key-for-all key-for-acme 2\n1\n", "{}", seen.err);
    let list = home.read("list");
    assert!(list.contains("keyring:jackin/workspaces/acme/ZAI_API_KEY"), "{list}");
    assert!(!list.contains("keyring:jackin/ZAI_API_KEY"), "{list}");
    assert!(!home.read(".config/jackin/workspaces/acme.toml").contains("key-for"));
}

/// The entry of the file stays the same, and another key is in it.
#[test]
#[ignore = "needs gnome-keyring, libsecret-tools and dbus"]
fn a_key_that_is_replaced_there_is_told() {
    let home = home("jackin/ZAI_API_KEY");
    let set = format!("printf another | '{JACKIN}' auth set zai --keyring --stdin 2>said\n");
    let seen = on_a_bus(&home, &format!("{STORED}{set}launch"));
    assert_eq!((seen.code, &*seen.out), (Some(0), "another"), "{}", seen.err);
    let said = home.read("said");
    assert!(said.starts_with("stored: `ZAI_API_KEY` for Z.AI, keyring:jackin/ZAI_API_KEY"));
    assert!(said.contains("\nreplaced keyring:jackin/ZAI_API_KEY (`ZAI_API_KEY`)\n"), "{said}");
}

#[test]
#[ignore = "needs gnome-keyring, libsecret-tools and dbus"]
fn an_entry_that_is_missing_is_said() {
    let home = home("jackin/acme/ZAI_API_KEY");
    let seen = on_a_bus(&home, &format!("{STORED} launch"));
    refused(&home, &seen, "from keyring:jackin/acme/ZAI_API_KEY: there is no such entry");
}

#[test]
#[ignore = "needs gnome-keyring, libsecret-tools and dbus"]
fn two_entries_of_one_name_are_said() {
    let home = home("jackin/ZAI_API_KEY");
    let more = "printf other | secret-tool store --label=other \
                service jackin username ZAI_API_KEY more yes\n";
    let seen = on_a_bus(&home, &format!("{STORED} {more} launch"));
    refused(&home, &seen, "there is more than one such entry");
}

/// Nobody is there who could unlock it.
#[test]
#[ignore = "needs gnome-keyring, libsecret-tools and dbus"]
fn a_locked_keyring_is_said_at_once() {
    let home = home("jackin/ZAI_API_KEY");
    assert_eq!(on_a_bus(&home, STORED).code, Some(0));
    let seen = on_a_bus(&home, "launch");
    refused(&home, &seen, "the keyring cannot be used: ");
}

#[test]
#[ignore = "needs gnome-keyring, libsecret-tools and dbus"]
fn without_a_bus_that_is_said_at_once() {
    let home = home("jackin/ZAI_API_KEY");
    for bus in [None, Some("unix:path=/nonexistent")] {
        let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
        let seen = answered(command.envs(bus.map(|bus| ("DBUS_SESSION_BUS_ADDRESS", bus))));
        refused(&home, &seen, "the keyring cannot be used: ");
        assert!(seen.err.contains("\nhint: unlock it, or keep the secret in"), "{}", seen.err);
    }
}
