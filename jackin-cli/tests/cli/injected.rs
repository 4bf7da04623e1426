//! System calls that fail, one at a time, under every command that writes: what jackin says and what is on
//! the disk agree. strace makes them fail.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, SystemTime},
};

use crate::{
    promised::promised,
    support::{Home, JACKIN, Seen, feed},
};

const CONFIG: &str = "# mine\n[env]\nZAI_API_KEY = 'sentinel-of-zai'\nOTHER = 'x'\n";
const OLDER: &str = "[env]\nZAI_API_KEY = 'sentinel-of-before'\n";
const ACME: &str = "workdir = '/x'\n[env]\nZAI_API_KEY = 'sentinel-of-acme'\n";
const BUNDLE: &str = "ANTHROPIC_BASE_URL=https://gateway.example.com\nANTHROPIC_AUTH_TOKEN=agt_sentinel\n\
                      ANTHROPIC_MODEL=m\nANTHROPIC_SMALL_FAST_MODEL=s\n";

/// Everything that writes, with what it reads.
const WRITERS: [(&str, &str); 9] = [
    ("config env set EDITOR vi", ""),
    ("config env unset OTHER", ""),
    ("config undo", ""),
    ("auth set zai --stdin", "sentinel-another"),
    ("auth unset zai", ""),
    ("auth import", BUNDLE),
    ("workspace create new --workdir /y", ""),
    ("workspace env set acme EDITOR vi", ""),
    ("workspace remove --force acme", ""),
];

/// What can be wrong with a disk, or with the process's rights and limits.
const ERRORS: [&str; 8] =
    ["EIO", "ENOSPC", "EACCES", "EROFS", "EDQUOT", "EPERM", "ENOMEM", "EMFILE"];

/// The calls that reading and writing are made of.
const CALLS: &str = "?open,openat,read,write,fsync,fchown,fchmod,?chmod,?mkdir,mkdirat,linkat,?link,\
                     renameat2,?renameat,?rename,unlinkat,?unlink,flock,utimensat,fstat,statx,?stat,\
                     ?lstat,?newfstatat,getdents64,flistxattr";

fn home() -> Home {
    let home = Home::with_config(CONFIG);
    home.write(".config/jackin/workspaces/acme.toml", ACME);
    home.write(".config/jackin/.backup/config.toml.000001", OLDER);
    home.write(".config/jackin/.backup/.gitignore", "*\n");
    // What was changed this very moment would be waited for.
    let old = SystemTime::now() - Duration::from_secs(60);
    for name in ["config.toml", "workspaces/acme.toml", "workspaces", ""] {
        let file = fs::File::open(home.path().join(".config/jackin").join(name)).unwrap();
        file.set_modified(old).unwrap();
    }
    home
}

/// What the configuration holds, and the files that writers have not finished.
fn held(home: &Home) -> (BTreeMap<PathBuf, String>, Vec<PathBuf>) {
    let root = home.path().join(".config/jackin");
    let dirs = [".", "workspaces", ".backup", "workspaces/.backup"].map(|dir| root.join(dir));
    let entries = dirs.iter().flat_map(|dir| fs::read_dir(dir).into_iter().flatten());
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let (mut held, mut left) = (BTreeMap::new(), Vec::new());
    for path in files {
        if path.to_str().unwrap().ends_with("jackin-new") {
            left.push(path);
        } else if !path.parent().unwrap().ends_with(".backup") {
            let text = fs::read_to_string(&path).unwrap();
            held.insert(path.strip_prefix(&root).unwrap().to_owned(), text);
        }
    }
    (held, left)
}

fn traced(home: &Home, words: &str, text: &str, inject: Option<&str>, trace: &Path) -> Seen {
    let mut strace = home.program("strace", ["-f", "-qq", "--seccomp-bpf", "-o"]);
    strace.arg(trace).arg("-e").arg(format!("trace={CALLS}"));
    strace.args(inject.into_iter().flat_map(|inject| ["-e", inject]));
    feed(strace.arg(JACKIN).args(words.split(' ')), text)
}

/// Which calls of which name a command makes once it is about the configuration, as each thread counts
/// its own. What goes to the terminal is none of them.
fn calls(trace: &str) -> BTreeMap<String, Vec<usize>> {
    let mut counts = BTreeMap::new();
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut begun = false;
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
        let Some((name, rest)) = call.trim_start().split_once('(') else { continue };
        if name.contains(' ') {
            continue;
        }
        let count = counts.entry((thread.to_owned(), name.to_owned())).or_insert(0);
        *count += 1;
        begun |= rest.contains(".config/jackin");
        let is_output = name == "write" && (rest.starts_with("1,") || rest.starts_with("2,"));
        let is_input = name == "read" && rest.starts_with("0,");
        if begun && !is_output && !is_input {
            found.entry(name.to_owned()).or_default().push(*count);
        }
    }
    found
}

/// One call of one command that fails.
struct Case {
    words: &'static str,
    text: &'static str,
    call: String,
    inject: String,
    after: BTreeMap<PathBuf, String>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (words, text) in WRITERS {
        let home = home();
        let trace = home.path().join("trace");
        let seen = traced(&home, words, text, None, &trace);
        assert_eq!(seen.code, Some(0), "{words}: {}", seen.err);
        let (after, left) = held(&home);
        assert_eq!(left, [] as [PathBuf; 0]);
        for (call, numbers) in calls(&fs::read_to_string(trace).unwrap()) {
            for (at, error) in ERRORS.iter().enumerate() {
                // The last one may be all that counts, and is easily missed.
                let number = numbers[numbers.len() - 1 - at % numbers.len()];
                let inject = format!("inject={call}:error={error}:when={number}");
                let after = after.clone();
                cases.push(Case { words, text, call: call.clone(), inject, after });
            }
        }
    }
    cases
}

/// What was said and what is there, compared; whether the command went well.
fn agrees(case: &Case) -> bool {
    let home = home();
    let (before, _) = held(&home);
    let seen = traced(&home, case.words, case.text, Some(&case.inject), Path::new("/dev/null"));
    let (now, left) = held(&home);
    let told = format!("{} with {}: {:?}\n{}", case.words, case.inject, seen.code, seen.err);
    assert!(!seen.err.contains("panicked") && !seen.err.contains("sentinel"), "{told}");
    match seen.code {
        Some(0) => assert!(now == case.after, "it says that it did, and did not: {told}\n{now:?}"),
        Some(125) => {
            assert!(now == before, "it says that it did not, and did: {told}\n{now:?}");
            assert!(seen.err.contains("error: "), "{told}");
            let is_done = ["stored:", "unset:", "removed:", "created:", "brought back:"];
            assert!(is_done.iter().all(|done| !seen.err.contains(done)), "{told}");
        }
        _ => panic!("{told}"),
    }
    // What cannot be removed is all that may be left.
    let is_unremovable = case.call.starts_with("unlink");
    assert!(left.is_empty() || is_unremovable, "{left:?} is left: {told}");
    seen.code == Some(0)
}

#[test]
#[ignore = "needs strace; .ci/run installs it"]
fn what_is_said_and_what_is_there_agree_whichever_call_fails() {
    let cases = cases();
    let (next, stored) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Relaxed)) {
                    stored.fetch_add(usize::from(agrees(case)), Relaxed);
                }
            });
        }
    });
    let stored = stored.into_inner();
    let failed = cases.len() - stored;
    assert!(
        stored > cases.len() / 10 && failed > cases.len() / 10,
        "{stored} stored, {failed} not"
    );
    promised(cases.len(), "injected errors");
}
