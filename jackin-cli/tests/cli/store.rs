//! Configuration files as they are written: whole, private, one writer at a time.

use std::{
    fs::{self, Permissions},
    io::{BufRead as _, BufReader},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    faults::bound,
    support::{Home, feed, see},
};

const SET: &str = "config env set EDITOR vi";
const BEFORE: &str = "# mine\n[env]\nPAGER = 'less' # p\n";
const AFTER: &str = "# mine\n[env]\nPAGER = 'less' # p\nEDITOR = \"vi\"\n";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn file(home: &Home) -> PathBuf {
    home.path().join(".config/jackin/config.toml")
}

/// The names in a directory.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_made_is_its_owners_alone() {
    let home = Home::new();
    let command = "umask 0; \"$@\"";
    for words in [
        &["workspace", "create", "acme"][..],
        &["auth", "set", "zai", "--stdin"],
        &["auth", "set", "zai", "--stdin", "--workspace", "acme"],
    ] {
        let jackin = home.jackin(words);
        let mut open = Command::new("sh");
        open.args(["-c", command, "sh"]).arg(jackin.get_program()).args(jackin.get_args());
        open.current_dir(home.path()).env("HOME", home.path());
        assert_eq!(feed(&mut open, "sentinel").code, Some(0));
    }
    let root = home.path().join(".config/jackin");
    for dir in [home.path().join(".config"), root.clone(), root.join("workspaces")] {
        assert_eq!(mode(&dir), 0o700, "{}", dir.display());
    }
    assert_eq!(names(&root), [".backup", "config.toml", "workspaces"]);
    assert_eq!(names(&root.join("workspaces")), [".backup", "acme.toml"]);
    for file in ["config.toml", "workspaces/acme.toml"] {
        assert_eq!(mode(&root.join(file)), 0o600, "{file}");
    }
    for dir in [root.join(".backup"), root.join("workspaces/.backup")] {
        assert_eq!(mode(&dir), 0o700, "{}", dir.display());
        for file in names(&dir) {
            assert_eq!(mode(&dir.join(&file)), 0o600, "{file}");
        }
    }
}

/// A mask that takes every right away makes files and directories that even their owner cannot use.
#[test]
fn a_mask_takes_nothing_from_the_owner() {
    let home = Home::new();
    let set = bound(&home, SET);
    let mut masked = home.program("sh", ["-c", "umask 777; exec \"$@\"", "sh"]);
    let seen = see(masked.arg(set.get_program()).args(set.get_args()));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let root = home.path().join(".config/jackin");
    for dir in [home.path().join(".config"), root.clone(), root.join(".backup")] {
        assert_eq!(mode(&dir), 0o700, "{}", dir.display());
    }
    assert_eq!(mode(&file(&home)), 0o600);
}

#[test]
fn what_a_new_file_cannot_keep_is_told_and_attributes_are_kept() {
    let home = Home::with_config(BEFORE);
    assert_eq!(home.does(SET, "").lines().count(), 1);
    fs::hard_link(file(&home), home.path().join("other")).unwrap();
    let said = home.does("config env unset EDITOR", "");
    assert!(said.ends_with(
        "warning: another name of this file (a hard link) still leads to the old text\n"
    ));
    assert_eq!((home.read("other").as_str(), home.config().as_str()), (AFTER, BEFORE));
    let python = "import os, sys\nos.setxattr(sys.argv[1], 'user.mine', b'kept')";
    let set = Command::new("python3").args(["-c", python]).arg(file(&home)).status().unwrap();
    assert!(set.success());
    assert_eq!(home.does(SET, "").lines().count(), 1);
    let get = "import os, sys\nprint(os.getxattr(sys.argv[1], 'user.mine').decode())";
    let seen = see(Command::new("python3").args(["-c", get]).arg(file(&home)));
    assert_eq!((seen.code, seen.out.as_str()), (Some(0), "kept\n"), "{}", seen.err);
}

#[test]
#[ignore = "needs setfacl; .ci/run installs it"]
fn an_access_list_that_let_others_in_is_not_kept_and_that_is_told() {
    let home = Home::with_config(BEFORE);
    let acl = Command::new("setfacl").args(["-m", "u:65534:r"]).arg(file(&home)).status();
    assert!(acl.unwrap().success());
    let said = home.does(SET, "");
    let told = "warning: the file's access list (ACL) was not kept: it let others use the file\n";
    assert!(said.ends_with(told), "{said}");
    let seen = see(Command::new("getfacl").arg("-cp").arg(file(&home)));
    assert_eq!(seen.out.trim(), "user::rw-\ngroup::---\nother::---");
    assert_eq!(home.does("config env unset EDITOR", "").lines().count(), 1);
}

#[test]
fn an_open_file_is_closed_and_a_stricter_mode_stays() {
    for (before, after) in [(0o644, 0o600), (0o664, 0o600), (0o600, 0o600), (0o400, 0o400)] {
        let home = Home::with_config(BEFORE);
        fs::set_permissions(file(&home), Permissions::from_mode(before)).unwrap();
        home.does(SET, "");
        assert_eq!((mode(&file(&home)), home.config().as_str()), (after, AFTER), "{before:o}");
    }
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let relative = |home: &Home| {
        symlink("../../dots/jackin.toml", file(home)).unwrap();
    };
    let absolute = |home: &Home| {
        symlink(home.path().join("dots/jackin.toml"), file(home)).unwrap();
    };
    let chain = |home: &Home| {
        symlink("next.toml", file(home)).unwrap();
        symlink("../../dots/jackin.toml", file(home).with_file_name("next.toml")).unwrap();
    };
    for link in [relative, absolute, chain] as [fn(&Home); 3] {
        let home = Home::new();
        fs::create_dir_all(file(&home).parent().unwrap()).unwrap();
        let target = home.write("dots/jackin.toml", BEFORE);
        link(&home);
        let leads = fs::read_link(file(&home)).unwrap();
        home.does(SET, "");
        assert_eq!(fs::read_link(file(&home)).unwrap(), leads);
        assert!(!target.is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), AFTER);
        assert_eq!(mode(&target), 0o600);
        assert_eq!(names(&home.path().join("dots")), [".backup", "jackin.toml"]);
    }
}

#[test]
fn a_directory_may_be_a_link_and_a_link_to_nothing_is_no_file() {
    let home = Home::new();
    home.write("dots/acme.toml", "");
    fs::create_dir_all(home.path().join(".config/jackin")).unwrap();
    symlink("../../dots", home.path().join(".config/jackin/workspaces")).unwrap();
    home.does("workspace env set acme EDITOR vi", "");
    assert_eq!(home.read("dots/acme.toml"), "[env]\nEDITOR = \"vi\"\n");

    symlink("nowhere/config.toml", file(&home)).unwrap();
    let said = home.refuses(125, SET, "");
    assert!(said.starts_with("error: cannot read ~/.config/jackin/config.toml: "), "{said}");
    assert_eq!(names(&home.path().join(".config/jackin")), ["config.toml", "workspaces"]);
}

#[test]
fn what_cannot_be_understood_is_not_touched() {
    for text in [
        "[env\nZAI_API_KEY = 'sentinel'\n",
        "[env]\nA = 1\nA = 2\n",
        "env = 'sentinel'\n",
        "[[env]]\nA = 'x'\n",
        "guard = 'sentinel'\n",
        "\u{feff}\u{feff}[env]\n",
    ] {
        let home = Home::with_config(text);
        let before = fs::metadata(file(&home)).unwrap();
        for words in [
            SET,
            "config env unset EDITOR",
            "auth set zai --stdin",
            "auth unset zai",
            "auth import",
        ] {
            let said = home.refuses(125, words, "sentinel");
            assert!(!said.contains("sentinel") && said.contains("config.toml"), "{said}");
        }
        let after = fs::metadata(file(&home)).unwrap();
        assert_eq!(
            (before.ino(), before.mtime_nsec(), before.mode()),
            (after.ino(), after.mtime_nsec(), after.mode())
        );
        assert_eq!(home.config(), text);
        assert_eq!(names(file(&home).parent().unwrap()), ["config.toml"]);
    }
    let home = Home::new();
    fs::create_dir_all(file(&home)).unwrap();
    assert_eq!(
        home.refuses(125, SET, ""),
        "error: cannot read ~/.config/jackin/config.toml: it is a directory, not a file\n\nhint: move away what stands there\n"
    );
    let home = Home::with_config("");
    fs::write(file(&home), b"[env]\nA = '\xff'\n").unwrap();
    assert!(home.refuses(125, SET, "").contains("line 2 is not UTF-8"));
    assert_eq!(fs::read(file(&home)).unwrap(), b"[env]\nA = '\xff'\n");
}

#[test]
fn what_would_be_refused_later_is_not_written() {
    let home = Home::with_config(BEFORE);
    let bundle = "ANTHROPIC_BASE_URL=https://gateway.example.com\nANTHROPIC_AUTH_TOKEN=agt_1\nANTHROPIC_MODEL=\nANTHROPIC_SMALL_FAST_MODEL=x\n";
    let said = home.refuses(2, "auth import", bundle);
    assert!(
        said.starts_with("error: this would be refused later: ~/.config/jackin/config.toml:"),
        "{said}"
    );
    assert_eq!(home.config(), BEFORE);
}

#[test]
fn nothing_is_written_where_nothing_changes() {
    let home = Home::new();
    home.does("config env unset EDITOR", "");
    home.does("auth unset zai", "");
    assert_eq!(names(home.path()), [] as [&str; 0]);
    home.does(SET, "");
    let before = fs::metadata(file(&home)).unwrap();
    home.does(SET, "");
    home.does("config env unset OTHER", "");
    let after = fs::metadata(file(&home)).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    home.does("config env unset EDITOR", "");
    assert_ne!(fs::metadata(file(&home)).unwrap().ino(), before.ino());
}

/// No writer touches what it did not make, under whatever name.
#[test]
fn what_another_writer_left_is_in_nobodys_way() {
    let home = Home::with_config(BEFORE);
    let left = home.write(".config/jackin/.config.toml.jackin-new", "[env]\nZAI_API_KEY = 'half");
    fs::set_permissions(&left, Permissions::from_mode(0o400)).unwrap();
    home.write(".config/jackin/.jackin.lock", "");
    home.does(SET, "");
    assert_eq!(home.config(), AFTER);
    assert_eq!(fs::read_to_string(&left).unwrap(), "[env]\nZAI_API_KEY = 'half");
    let said = home.fed("doctor", "").out.replace(home.path().to_str().unwrap(), "~");
    for told in [
        "problem: a writer that was killed left it; it may hold keys\n  at: ~/.config/jackin/.config.toml.jackin-new\n  hint: `rm ",
        "info: older versions of jackin locked it; this one does not need it\n  at: ~/.config/jackin/.jackin.lock\n  hint: `rm ",
    ] {
        assert!(said.contains(told), "{said}");
    }
}

#[test]
#[ignore = "needs root, to give a file away; .ci/run runs it"]
fn a_group_that_the_writer_is_not_in_is_no_obstacle() {
    let home = Home::with_config(BEFORE);
    let mut command = bound(&home, SET);
    assert!(Command::new("chgrp").arg("0").arg(file(&home)).status().unwrap().success());
    let seen = see(&mut command);
    assert_eq!((seen.code, home.config().as_str()), (Some(0), AFTER), "{}", seen.err);
}

#[test]
#[ignore = "needs root, to give a file away; .ci/run runs it"]
fn the_owner_stays_when_root_writes() {
    let home = Home::with_config(BEFORE);
    assert!(Command::new("chown").arg("65534:65534").arg(file(&home)).status().unwrap().success());
    let seen = see(home.jackin(SET.split(' ')).env("SUDO_UID", "65534"));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let after = fs::metadata(file(&home)).unwrap();
    assert_eq!((after.uid(), after.gid(), mode(&file(&home))), (65534, 65534, 0o600));
}

/// What `sudo` makes, the user can use without it.
#[test]
#[ignore = "needs root, to give a directory away; .ci/run runs it"]
fn what_root_makes_in_a_users_directory_is_the_users() {
    let home = Home::new();
    let bound = bound(&home, "config env list");
    let seen = see(home.jackin(SET.split(' ')).env("SUDO_UID", "65534"));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let seen = see(home.jackin(["workspace", "create", "acme"]).env("SUDO_UID", "65534"));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let list =
        see(Command::new("find").arg(home.path().join(".config")).args(["!", "-uid", "65534"]));
    assert_eq!((list.code, list.out.as_str()), (Some(0), ""));
    let mut list = bound;
    assert!(see(&mut list).out.starts_with("EDITOR"), "the user reads it");
}

/// Another program that holds a directory locked, until its standard input ends.
fn holder(dir: &Path) -> Child {
    let mut python = Command::new("python3");
    let hold = "import fcntl, os, sys; d = os.open(sys.argv[1], os.O_RDONLY); fcntl.flock(d, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()";
    python.args(["-c", hold]).arg(dir).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    child
}

#[test]
fn another_writer_is_waited_for_and_its_work_kept() {
    let home = Home::with_config(BEFORE);
    let mut holder = holder(file(&home).parent().unwrap());
    let mut waiting = home.jackin(SET.split(' ')).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(500));
    assert!(waiting.try_wait().unwrap().is_none(), "it did not wait");
    assert_eq!(home.config(), BEFORE);
    // Reading needs no lock, and what changes nothing neither.
    home.does("config env list", "");
    home.does("config env unset OTHER", "");
    home.write(".config/jackin/config.toml", format!("{BEFORE}OTHER = 'x'\n"));
    drop(holder.stdin.take());
    holder.wait().unwrap();
    assert!(waiting.wait().unwrap().success());
    assert_eq!(home.config(), format!("{BEFORE}OTHER = 'x'\nEDITOR = \"vi\"\n"));
}

/// What a workspace holds counts when it is removed, not when that was asked for.
#[test]
fn a_workspace_that_gets_a_key_meanwhile_is_not_removed() {
    let home = Home::new();
    home.does("workspace create acme --workdir /x", "");
    let acme = home.path().join(".config/jackin/workspaces/acme.toml");
    let mut holder = holder(acme.parent().unwrap());
    let mut remove = home.jackin(["workspace", "remove", "acme"]);
    let waiting = remove.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(300));
    let text = "workdir = \"/x\"\n[env]\nZAI_API_KEY = 'sentinel'\n";
    fs::write(&acme, text).unwrap();
    drop(holder.stdin.take());
    holder.wait().unwrap();
    let seen = crate::support::seen(waiting.wait_with_output().unwrap());
    assert_eq!(seen.code, Some(2), "{}", seen.err);
    assert!(seen.err.contains("holds more than its directory: `env`"), "{}", seen.err);
    assert_eq!(fs::read_to_string(acme).unwrap(), text);
}

#[test]
#[ignore = "waits half a minute for a lock that is not given up; .ci/run runs it"]
fn a_lock_that_is_not_given_up_is_said() {
    let home = Home::with_config(BEFORE);
    let mut holder = holder(file(&home).parent().unwrap());
    let said = home.refuses(125, SET, "");
    assert_eq!(
        said,
        "error: another program holds ~/.config/jackin locked\n\nhint: nothing was changed; try again\n"
    );
    assert_eq!(home.config(), BEFORE);
    drop(holder.stdin.take());
    holder.wait().unwrap();
}
