//! Configuration files as they are written: whole, private, one writer at a time.

use std::{
    fs::{self, Permissions},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
        process::ExitStatusExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    faults::bound,
    promised::promised,
    support::{Home, feed, see},
    tmux::LIMIT,
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
    assert_eq!(names(&root), [".jackin.lock", "config.toml", "workspaces"]);
    assert_eq!(names(&root.join("workspaces")), [".jackin.lock", "acme.toml"]);
    for file in [".jackin.lock", "config.toml", "workspaces/.jackin.lock", "workspaces/acme.toml"] {
        assert_eq!(mode(&root.join(file)), 0o600, "{file}");
    }
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
        assert_eq!(names(&home.path().join("dots")), [".jackin.lock", "jackin.toml"]);
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

#[test]
fn what_a_killed_writer_left_is_in_nobodys_way() {
    let home = Home::with_config(BEFORE);
    let left = home.write(".config/jackin/.config.toml.jackin-new", "[env]\nZAI_API_KEY = 'half");
    fs::set_permissions(&left, Permissions::from_mode(0o400)).unwrap();
    home.write(".config/jackin/.jackin.lock", "");
    home.does(SET, "");
    assert_eq!(home.config(), AFTER);
    assert_eq!(names(file(&home).parent().unwrap()), [".jackin.lock", "config.toml"]);
    // A link in its place is not written through.
    let other = home.write("other", "other");
    symlink(&other, &left).unwrap();
    home.does("config env unset EDITOR", "");
    assert_eq!((home.read("other").as_str(), home.config().as_str()), ("other", BEFORE));
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
    home.does(SET, "");
    let after = fs::metadata(file(&home)).unwrap();
    assert_eq!((after.uid(), after.gid(), mode(&file(&home))), (65534, 65534, 0o600));
}

/// Another program that holds the lock, until its standard input ends.
fn holder(home: &Home) -> Child {
    let lock = home.write(".config/jackin/.jackin.lock", "");
    let mut python = Command::new("python3");
    let hold = "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()";
    python.args(["-c", hold]).arg(lock).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    child
}

#[test]
fn another_writer_is_waited_for_and_its_work_kept() {
    let home = Home::with_config(BEFORE);
    let mut holder = holder(&home);
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

#[test]
#[ignore = "waits half a minute for a lock that is not given up; .ci/run runs it"]
fn a_lock_that_is_not_given_up_is_said() {
    let home = Home::with_config(BEFORE);
    let mut holder = holder(&home);
    let said = home.refuses(125, SET, "");
    assert_eq!(
        said,
        "error: another program holds ~/.config/jackin/.jackin.lock locked\n\nhint: nothing was changed; try again\n"
    );
    assert_eq!(home.config(), BEFORE);
    drop(holder.stdin.take());
    holder.wait().unwrap();
}

#[test]
fn forty_writers_at_once_lose_nothing() {
    const EACH: &str =
        "for n in $(seq 25); do \"$0\" config env set V_$1_$n of-$1-$n 2>>err || exit; done";
    let home = Home::with_config(BEFORE);
    let jackin = home.jackin([""; 0]);
    let writers: Vec<_> = (0..40)
        .map(|writer: u32| {
            let mut shell = Command::new("sh");
            shell.args(["-c", EACH]).arg(jackin.get_program()).arg(writer.to_string());
            shell.current_dir(home.path()).env("HOME", home.path()).spawn().unwrap()
        })
        .collect();
    let codes: Vec<_> =
        writers.into_iter().map(|mut writer| writer.wait().unwrap().code()).collect();
    assert!(codes.iter().all(|code| *code == Some(0)), "{codes:?} {}", home.read("err"));
    let config = home.config();
    for writer in 0..40 {
        for n in 1..=25 {
            assert!(
                config.contains(&format!("\nV_{writer}_{n} = \"of-{writer}-{n}\"\n")),
                "{writer} {n}"
            );
        }
    }
    assert_eq!(config.lines().count(), BEFORE.lines().count() + 40 * 25);
    assert!(config.starts_with(BEFORE));
}

/// How many writers are killed.
const KILLED: u32 = 200;

#[test]
fn a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new_one() {
    let filler: String = (0..500).map(|n| format!("# {n}\nA_{n} = 'x'\n")).collect();
    let home = Home::with_config(&format!("[env]\n{filler}V = \"of-0\"\n"));
    let texts = |n: u32| format!("[env]\n{filler}V = \"of-{n}\"\n");
    let mut whole = Duration::ZERO;
    for _ in 0..3 {
        let begin = Instant::now();
        home.does("config env set V of-9", "");
        home.does("config env set V of-0", "");
        whole = whole.max(begin.elapsed() / 2);
    }
    let temporary = home.path().join(".config/jackin/.config.toml.jackin-new");
    let mut seed = 0x9e37_79b9_u32;
    let (mut alive, mut writing, mut value) = (0, 0, 0);
    for n in 1..=KILLED {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut set = home.jackin(["config", "env", "set", "V", &format!("of-{n}")]);
        let mut child = set.stderr(Stdio::null()).spawn().unwrap();
        let moment = f64::from(seed >> 8) / f64::from(1 << 24);
        if n % 2 == 0 {
            thread::sleep(whole.mul_f64(moment * 1.1));
        } else {
            // Few of these moments are the write's own: here all are, or are just behind it.
            let deadline = Instant::now() + LIMIT;
            while !temporary.exists() && child.try_wait().unwrap().is_none() {
                assert!(Instant::now() < deadline, "it neither writes nor ends");
            }
            thread::sleep(Duration::from_micros(300).mul_f64(moment));
        }
        child.kill().unwrap();
        alive += u32::from(child.wait().unwrap().signal() == Some(9));
        writing += u32::from(temporary.exists());
        // The next one is watched for anew.
        let _ = fs::remove_file(&temporary);
        let text = home.config();
        assert!(text == texts(value) || text == texts(n), "neither the old file nor the new one");
        value = if text == texts(n) { n } else { value };
    }
    let told = format!(
        "{alive} of {KILLED} were killed while they ran, {writing} of them while they wrote"
    );
    writeln!(std::io::stderr(), "{told}").unwrap();
    assert!(writing > 0, "{told}");
    promised(alive as usize, "writers killed");
    let begin = Instant::now();
    home.does("config env set V last", "");
    assert!(begin.elapsed() < LIMIT, "a lock was left");
    assert_eq!(names(file(&home).parent().unwrap()), [".jackin.lock", "config.toml"]);
}
