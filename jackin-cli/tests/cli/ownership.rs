//! Files and directories that another user could have changed, as OpenSSH's StrictModes judges them.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Command,
};

use crate::{
    faults::{ZAI, bound},
    support::{Home, see},
};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// What reads the configuration, and what writes it.
const COMMANDS: [&str; 5] = [
    "env --export --provider zai",
    "providers",
    "config check",
    "config env set EDITOR vi",
    "config env unset ZAI_API_KEY",
];

#[test]
fn a_directory_that_others_may_write_is_refused_with_what_to_do() {
    for dir in ["", ".config", ".config/jackin"] {
        for mode in [0o707, 0o777, 0o702] {
            let home = Home::with_config(ZAI);
            let dir = home.path().join(dir);
            set_mode(&dir, mode);
            for words in COMMANDS {
                let said = home.refuses(125, words, "");
                let at = dir.display().to_string().replace(home.path().to_str().unwrap(), "~");
                let at = at.trim_end_matches('/');
                let told = format!(
                    "error: ~/.config/jackin/config.toml cannot be trusted: others may change {at}: \
                     its mode is {mode:o}\n\nhint: `chmod go-w {at}`\n"
                );
                assert_eq!(said, told, "{words}");
            }
            assert_eq!(home.config(), ZAI);
            set_mode(&dir, 0o755);
            home.does("config env set EDITOR vi", "");
        }
    }
}

#[test]
fn in_a_sticky_directory_the_users_own_is_good_and_a_link_is_judged_by_its_target() {
    let home = Home::with_config(ZAI);
    set_mode(&home.path().join(".config"), 0o1777);
    home.does("providers", "");
    // What is directly in it is good, too: others cannot replace it.
    set_mode(&home.path().join(".config/jackin"), 0o1777);
    home.does("providers", "");
    home.does("config env set EDITOR vi", "");
    set_mode(&home.path().join(".config/jackin"), 0o700);
    let open = home.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::rename(home.path().join(".config/jackin/config.toml"), open.join("config.toml")).unwrap();
    symlink("../../open/config.toml", home.path().join(".config/jackin/config.toml")).unwrap();
    home.does("providers", "");
    set_mode(&open, 0o777);
    let said = home.refuses(125, "providers", "");
    assert!(said.contains("others may change ~/open: its mode is 777"), "{said}");
}

/// Whoever can change the link to a directory decides what is read.
#[test]
fn the_way_to_a_directory_that_is_a_link_is_judged() {
    let home = Home::with_config(ZAI);
    fs::rename(home.path().join(".config/jackin"), home.path().join("dots")).unwrap();
    symlink("../dots", home.path().join(".config/jackin")).unwrap();
    home.does("providers", "");
    home.does("config env set EDITOR vi", "");
    for (dir, at) in [(".config", "~/.config"), ("dots", "~/dots")] {
        set_mode(&home.path().join(dir), 0o777);
        let said = home.refuses(125, "providers", "");
        assert!(said.contains(&format!("others may change {at}: its mode is 777")), "{said}");
        set_mode(&home.path().join(dir), 0o755);
    }
}

/// Many systems give every user a group of the same number, and let that write.
#[test]
fn a_group_may_write_where_it_is_the_users_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let home = Home::with_config(ZAI);
    let dir = home.path().join(".config/jackin");
    set_mode(&dir, 0o770);
    let own = fs::metadata(&dir).unwrap();
    let code = if own.uid() == own.gid() { 0 } else { 125 };
    assert_eq!(home.fed("providers", "").code, Some(code));
}

#[test]
#[ignore = "needs root, to give files away; .ci/run runs it"]
fn no_other_group_may_write() {
    let home = Home::with_config(ZAI);
    let dir = home.path().join(".config/jackin");
    assert!(Command::new("chgrp").arg("65533").arg(&dir).status().unwrap().success());
    home.does("providers", "");
    set_mode(&dir, 0o770);
    let said = home.refuses(125, "providers", "");
    assert!(said.contains("others may change ~/.config/jackin: its mode is 770"), "{said}");
}

#[test]
fn workspaces_are_judged_as_well() {
    let home = Home::with_config(ZAI);
    home.does("workspace create acme --workdir /x", "");
    set_mode(&home.path().join(".config/jackin/workspaces"), 0o777);
    for words in ["providers", "workspace show acme", "workspace env set acme A b"] {
        let said = home.refuses(125, words, "");
        assert!(said.contains("others may change ~/.config/jackin/workspaces"), "{words}: {said}");
    }
    let said = home.fed("doctor", "");
    assert!(said.out.contains("others may change"), "{}", said.out);
}

#[test]
fn a_key_file_in_such_a_directory_is_refused() {
    let home = Home::with_config("[env]\nZAI_API_KEY = { file = '~/keys/zai' }\n");
    set_mode(&home.write("keys/zai", "sentinel-key\n"), 0o600);
    home.script("bin/claude", "echo \"$ANTHROPIC_AUTH_TOKEN\"");
    assert_eq!(home.does("run --provider zai claude", ""), "sentinel-key\n");
    set_mode(&home.path().join("keys"), 0o777);
    let said = home.refuses(125, "run --provider zai claude", "");
    assert!(said.contains("others may change ~/keys: its mode is 777"), "{said}");
    assert!(said.contains("`chmod go-w ~/keys`") && !said.contains("sentinel"), "{said}");
}

#[test]
#[ignore = "needs root, to give files away; .ci/run runs it"]
fn what_belongs_to_another_user_is_refused_and_what_is_roots_is_not() {
    let give = |path: &Path, to: &str| {
        assert!(Command::new("chown").arg(to).arg(path).status().unwrap().success());
    };
    let home = Home::with_config("[env]\nZAI_API_KEY = { file = '~/keys/zai' }\n");
    let (config, key) =
        (home.path().join(".config/jackin/config.toml"), home.path().join("keys/zai"));
    set_mode(&home.write("keys/zai", "sentinel-key\n"), 0o600);
    set_mode(&config, 0o644);
    home.script("bin/claude", "echo \"$ANTHROPIC_AUTH_TOKEN\"");
    let mut run = bound(&home, "run --provider zai claude");
    assert_eq!(see(&mut run).out, "sentinel-key\n");
    for at in [&config, &home.path().join(".config/jackin"), &home.path().join(".config")] {
        give(at, "65533");
        let seen = see(&mut run);
        assert_eq!(seen.code, Some(125), "{}", at.display());
        assert!(seen.err.contains("belongs to another user (uid 65533)"), "{}", seen.err);
        assert!(seen.err.contains("sudo chown"), "{}", seen.err);
        give(at, "0");
        assert_eq!(see(&mut run).out, "sentinel-key\n", "{}", at.display());
        give(at, "65534");
    }
    set_mode(&key, 0o600);
    give(&home.path().join("keys"), "65533");
    let seen = see(&mut run);
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("belongs to another user (uid 65533)"), "{}", seen.err);
    give(&home.path().join("keys"), "65534");
    // And the other way round: root is no exception, but for the user who became root.
    let mut root = home.jackin(["providers"]);
    let seen = see(&mut root);
    assert_eq!(seen.code, Some(125), "{}", seen.err);
    assert!(seen.err.contains("belongs to another user (uid 65534)"), "{}", seen.err);
    assert_eq!(see(root.env("SUDO_UID", "65534")).code, Some(0));
}

#[test]
#[ignore = "needs root, to give files away; .ci/run runs it"]
fn the_doctor_names_what_sudo_left() {
    let home = Home::with_config(ZAI);
    let mut doctor = bound(&home, "doctor");
    let left = home.write(".config/jackin/.backup/config.toml.000001", "");
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    let seen = see(&mut doctor);
    let said = seen.out.replace(home.path().to_str().unwrap(), "~");
    let told = "problem: it belongs to another user (uid 0) than its directory (uid 65534)\n  \
                at: ~/.config/jackin/.backup/config.toml.000001\n";
    assert!(said.contains(told), "{said}");
}

/// What others may write, they decide, whoever owns it.
#[test]
fn a_file_that_others_may_write_is_refused() {
    for mode in [0o666, 0o646, 0o602] {
        let home = Home::with_config(ZAI);
        let file = home.path().join(".config/jackin/config.toml");
        set_mode(&file, mode);
        for words in COMMANDS {
            let said = home.refuses(125, words, "");
            let told = format!(
                "error: ~/.config/jackin/config.toml cannot be trusted: others may change \
                 ~/.config/jackin/config.toml: its mode is {mode:o}\n\n\
                 hint: `chmod go-w ~/.config/jackin/config.toml`\n"
            );
            assert_eq!(said, told, "{words}");
        }
        assert_eq!(home.config(), ZAI);
        set_mode(&file, 0o644);
        home.does("providers", "");
    }
}

/// The group of the user's own number may write, but not whom a list lets in.
#[test]
#[ignore = "needs setfacl; .ci/run installs it"]
fn a_directory_that_an_access_list_opens_is_refused() {
    let home = Home::with_config(ZAI);
    let dir = home.path().join(".config/jackin");
    set_mode(&dir, 0o775);
    home.does("providers", "");
    let acl = Command::new("setfacl").args(["-m", "u:65534:rwx"]).arg(&dir).status();
    assert!(acl.unwrap().success());
    let said = home.refuses(125, "providers", "");
    assert!(said.contains("others may change ~/.config/jackin: its mode is 775"), "{said}");
}
