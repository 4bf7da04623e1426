//! Something else in the place of a file that jackin reads: nothing hangs, nothing is read without end,
//! and the message says which file it is and what stands there. A new place is one row.

use std::{
    fs::{self, File},
    os::unix::{
        fs::{PermissionsExt as _, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    process::Command,
};

use super::bounded;
use crate::{
    promised::promised,
    support::{Home, Seen},
};

/// What stands there, and how it is told.
const KINDS: [(&str, &str); 5] = [
    ("fifo", "it is a FIFO, not a file"),
    ("zero", "it is a device, not a file"),
    ("directory", "it is a directory, not a file"),
    ("socket", "it is a socket, not a file"),
    ("huge", LARGE),
];

/// Larger, or of a key longer, than it may be.
const LARGE: &str = "er than ";

fn put(kind: &str, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match kind {
        "fifo" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "zero" => symlink("/dev/zero", path).unwrap(),
        "directory" => fs::create_dir(path).unwrap(),
        "socket" => drop(UnixListener::bind(path).unwrap()),
        // No disk holds it: it is all hole.
        _ => {
            File::create(path).unwrap().set_len(1 << 40).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// A place where jackin reads a file.
struct Place {
    file: &'static str,
    config: &'static str,
    words: &'static str,
    code: i32,
    /// Whether the message says what stands there.
    told: bool,
}

const RUN: &str = "run --provider zai claude";
const KEY: &str = "[env]\nZAI_API_KEY = 'sentinel-key'\n";

const fn place(file: &'static str, config: &'static str, words: &'static str, code: i32) -> Place {
    Place { file, config, words, code, told: true }
}

/// One where a file that is none counts as none.
const fn silent(file: &'static str, words: &'static str, code: i32) -> Place {
    Place { file, config: KEY, words, code, told: false }
}

const PLACES: [Place; 14] = [
    place(".config/jackin/config.toml", "", RUN, 125),
    place(".config/jackin/config.toml", "", "config env set EDITOR vi", 125),
    place(".config/jackin/config.toml", "", "auth list", 125),
    place(
        ".config/jackin/workspaces/acme.toml",
        KEY,
        "run --workspace acme --provider zai claude",
        125,
    ),
    place(".config/jackin/workspaces/acme.toml", KEY, "config check", 125),
    place("key", "[env]\nZAI_API_KEY = { file = '~/key' }\n", RUN, 125),
    place("bin/package.json", KEY, RUN, 0),
    place("bin/package.json", KEY, "doctor", 1),
    place("package.json", KEY, RUN, 0),
    place("settings.json", KEY, "run --provider zai claude --settings settings.json", 2),
    place(".claude/settings.json", KEY, "doctor", 1),
    place(".claude/settings.json", "", "doctor", 1),
    place("github", KEY, "env --format github --provider zai", 125),
    silent(".npmrc", "run --provider zai opencode", 127),
];

impl Place {
    fn try_with(&self, kind: &str) -> (Seen, PathBuf) {
        let home = Home::with_config(self.config);
        home.script("bin/claude", "echo started");
        let path = home.path().join(self.file);
        // It may be the configuration itself.
        let _ = fs::remove_file(&path);
        put(kind, &path);
        let mut jackin = home.jackin(self.words.split(' '));
        (bounded(jackin.env("GITHUB_ENV", home.path().join("github"))), path)
    }

    /// To a file that is no larger than the disk, lines are added.
    fn takes(&self, kind: &str) -> bool {
        self.file == "github" && kind == "huge"
    }
}

#[test]
fn what_is_no_file_is_told_and_never_waited_for() {
    let mut tried = 0;
    for place in &PLACES {
        for (kind, said) in KINDS.iter().filter(|(kind, _)| !place.takes(kind)) {
            let (seen, path) = place.try_with(kind);
            let all = format!("{}{}", seen.out, seen.err);
            let told = format!("{} is {kind}, {}: {all}", place.file, place.words);
            assert_eq!(seen.code, Some(place.code), "{told}");
            assert!(!all.contains("sentinel") && !all.contains("panicked"), "{told}");
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(!place.told || (all.contains(said) && all.contains(name)), "{told}");
            tried += 1;
        }
    }
    promised(tried, "replaced files");
}
