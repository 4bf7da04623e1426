//! Older versions of files, and how the last one comes back.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::support::Home;

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What was said, with every moment as `T`.
fn without_moments(said: &str) -> String {
    let (before, after) = said.split_once("until ").unwrap();
    let (moment, rest) = after.split_at(after.find('\n').unwrap());
    assert!(moment.len() == 20 && moment.ends_with('Z'), "{moment}");
    format!("{before}until T{rest}")
}

#[test]
fn the_last_change_is_taken_back_and_that_too() {
    let home = Home::with_config("# mine\n[env]\nZAI_API_KEY = \"sentinel-of-zai-1234\"\n");
    let before = home.config();
    let said = home.does("auth set zai --stdin", "sentinel-of-zai-5678");
    assert_eq!(
        said,
        "stored: `ZAI_API_KEY` for Z.AI, ••••5678 (global, ~/.config/jackin/config.toml)\n\
         replaced ••••1234 (`ZAI_API_KEY`)\n"
    );
    let after = home.config();
    let said = home.does("config undo", "");
    assert_eq!(
        without_moments(&said),
        "brought back: ~/.config/jackin/config.toml as it was until T\n\
         replaced ••••5678 (`ZAI_API_KEY`)\n\
         `jackin config undo` once more takes that back\n"
    );
    assert_eq!(home.config(), before);
    home.does("config undo", "");
    assert_eq!(home.config(), after);
    home.does("config undo", "");
    assert_eq!(home.config(), before);
}

#[test]
fn a_file_that_was_made_goes_and_one_that_was_removed_comes_back() {
    let home = Home::new();
    let file = home.path().join(".config/jackin/workspaces/acme.toml");
    home.does("workspace create acme --workdir /x", "");
    home.does("auth set zai --stdin --workspace acme", "sentinel-of-zai-1234");
    let text = fs::read_to_string(&file).unwrap();
    let said = home.does("workspace remove --force acme", "");
    assert!(said.ends_with("\nremoved ••••1234 (`ZAI_API_KEY`)\n"), "{said}");
    assert!(!file.exists());
    home.does("config env set EDITOR vi", "");
    home.does("config undo --workspace acme", "");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    // Of all files the one that was changed last.
    home.does("config env set PAGER less", "");
    home.does("config undo", "");
    assert_eq!(home.config(), "[env]\nEDITOR = \"vi\"\n");
    let home = Home::new();
    home.does("config env set EDITOR vi", "");
    let said = home.does("config undo", "");
    assert!(said.starts_with("removed: ~/.config/jackin/config.toml, which was not there until "));
    assert!(!home.path().join(".config/jackin/config.toml").exists());
    home.does("config undo", "");
    assert_eq!(home.config(), "[env]\nEDITOR = \"vi\"\n");
}

#[test]
fn five_versions_are_kept_or_as_many_as_are_wanted() {
    let home = Home::new();
    let dir = home.path().join(".config/jackin/.backup");
    for n in 0..9 {
        home.does(&format!("config env set EDITOR vi-{n}"), "");
    }
    let kept = (4..=8).map(|n| format!("config.toml.{:06}", n + 1));
    assert_eq!(names(&dir), [".gitignore".to_owned()].into_iter().chain(kept).collect::<Vec<_>>());
    assert_eq!(fs::read_to_string(dir.join(".gitignore")).unwrap(), "*\n");
    assert_eq!(
        fs::read_to_string(dir.join("config.toml.000009")).unwrap(),
        "[env]\nEDITOR = \"vi-7\"\n"
    );
    for file in names(&dir) {
        let mode = fs::metadata(dir.join(&file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    home.write(".config/jackin/config.toml", "[backup]\nkeep = 2\n");
    home.does("config env set EDITOR vi", "");
    assert_eq!(names(&dir).len(), 3);
    home.write(".config/jackin/config.toml", "[backup]\nkeep = 0\n");
    home.does("config env set EDITOR vi", "");
    assert_eq!(names(&dir), [".gitignore"], "what was kept goes, too");
    let said = home.refuses(125, "config undo", "");
    assert_eq!(
        said,
        "error: there is no change to take back\n\nhint: jackin keeps one of every change, \
         unless `keep` in `[backup]` of config.toml is 0\n"
    );
    let said = home.refuses(2, "config undo --workspace acme", "");
    assert!(said.starts_with("error: unknown workspace `acme`"), "{said}");
    let home = Home::with_config("[backup]\nkeep = 0\n");
    home.does("workspace create acme --workdir /x", "");
    home.does("config env set EDITOR vi", "");
    assert_eq!(names(&home.path().join(".config/jackin")), ["config.toml", "workspaces"]);
}

#[test]
fn without_a_place_for_the_older_version_nothing_is_changed() {
    let home = Home::with_config("[env]\nEDITOR = \"vi\"\n");
    home.write(".config/jackin/.backup", "");
    let said = home.refuses(125, "config env set EDITOR nano", "");
    assert!(
        said.starts_with("error: cannot write ~/.config/jackin/.backup: File exists"),
        "{said}"
    );
    assert!(said.ends_with("move away what stands in its place\n"), "{said}");
    assert_eq!(home.config(), "[env]\nEDITOR = \"vi\"\n");
}

#[test]
fn a_number_of_versions_that_is_none_is_an_error() {
    for keep in ["-1", "1001", "'5'", "1.0"] {
        let home = Home::with_config(&format!("[backup]\nkeep = {keep}\n"));
        let said = home.refuses(125, "config check", "");
        let problem = "`backup.keep` must be a whole number from 0 to 1000";
        assert!(said.contains(problem) && said.contains("config.toml:2"), "{said}");
    }
    // Other programs have such a table, too.
    let home = Home::with_config("[backup]\ndir = 'x'\n");
    home.does("config check", "");
}

/// Every command that takes a key's place, or takes it away, says so.
#[test]
fn every_key_that_is_gone_is_told() {
    const CONFIG: &str = "[env]\nZAI_API_KEY = 'sentinel-of-zai-1234'\nEDITOR = 'vi'\n\
                          GATEWAY_API_KEY = 'agt_sentinel_9876'\nMY_TOKEN = 'op://v/i/f'\n\
                          [providers.gateway.anthropic]\nbase_url = 'https://example.com'\n\
                          models = { main = 'm', small_fast = 's' }\n";
    const BUNDLE: &str = "ANTHROPIC_BASE_URL=https://gateway.example.com\n\
                          ANTHROPIC_AUTH_TOKEN=agt_another_5555\nANTHROPIC_MODEL=m\n\
                          ANTHROPIC_SMALL_FAST_MODEL=s\n";
    for (words, text, told) in [
        ("auth set zai --stdin", "another-of-zai", "replaced ••••1234 (`ZAI_API_KEY`)"),
        ("auth set zai --op op://v/i/f", "", "replaced ••••1234 (`ZAI_API_KEY`)"),
        ("auth unset zai", "", "removed ••••1234 (`ZAI_API_KEY`)"),
        ("auth import", BUNDLE, "replaced ••••9876 (`GATEWAY_API_KEY`)"),
        ("config env set ZAI_API_KEY --stdin", "another", "replaced ••••1234 (`ZAI_API_KEY`)"),
        ("config env unset ZAI_API_KEY", "", "removed ••••1234 (`ZAI_API_KEY`)"),
        ("config env set MY_TOKEN --stdin", "x", "replaced op://v/i/f (`MY_TOKEN`)"),
    ] {
        let home = Home::with_config(CONFIG);
        let said = home.does(words, text);
        assert!(said.lines().any(|line| line == told), "{words}: {said}");
        let told = said.matches("replaced").count() + said.matches("removed").count();
        assert_eq!(told, 1, "{words}: {said}");
        // What is no key, or the same, is not worth a word.
        let again = home.does(words, text);
        assert!(!again.contains("replaced") && !again.contains("removed "), "{words}: {again}");
    }
    let home = Home::with_config(CONFIG);
    assert_eq!(home.does("config env set EDITOR nano", "").lines().count(), 1);
}

/// The second account of a provider has a variable of its own.
#[test]
fn a_provider_that_extends_another_does_not_take_its_key() {
    let config = "[env]\nZAI_API_KEY = 'sentinel-of-zai-1234'\n[providers.work]\nextends = 'zai'\n";
    let home = Home::with_config(config);
    let said = home.does("auth set work --stdin", "sentinel-of-work-5678");
    assert_eq!(
        said,
        "stored: `WORK_API_KEY` for work, ••••5678 (global, ~/.config/jackin/config.toml)\n"
    );
    assert!(home.config().contains("ZAI_API_KEY = 'sentinel-of-zai-1234'"), "{}", home.config());
    home.script("bin/claude", "echo \"$ANTHROPIC_AUTH_TOKEN $ZAI_API_KEY$WORK_API_KEY\"");
    assert_eq!(home.does("run --provider work claude", ""), "sentinel-of-work-5678 \n");
    assert_eq!(home.does("run --provider zai claude", ""), "sentinel-of-zai-1234 \n");
}

/// A link may lead to any directory, and what is in one that jackin did not make is somebody else's.
#[test]
fn a_backup_directory_that_is_not_jackins_is_left_as_it_is() {
    let home = Home::with_config("");
    let (backup, other) = (home.path().join(".config/jackin/.backup"), home.path().join("other"));
    fs::create_dir(&other).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink(&other, &backup).unwrap();
    let said = home.refuses(125, "config env set EDITOR vi", "");
    assert!(said.contains("it is a link"), "{said}");
    assert_eq!((home.config(), names(&other)), (String::new(), Vec::new()));
    assert_eq!(fs::metadata(&other).unwrap().permissions().mode() & 0o777, 0o755);
    fs::remove_file(&backup).unwrap();
    fs::create_dir(&backup).unwrap();
    fs::set_permissions(&backup, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(backup.join("mine"), "").unwrap();
    fs::write(backup.join("config.toml.18446744073709551615"), "").unwrap();
    home.does("config env set EDITOR vi", "");
    let names = names(&backup);
    assert!(names.contains(&"config.toml.000001".to_owned()) && names.len() == 3, "{names:?}");
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o755);
}

/// A change that comes while another writer is waited for is not taken back unseen.
#[test]
fn what_was_changed_meanwhile_is_not_taken_back() {
    let home = Home::with_config("[env]\nEDITOR = \"ed\"\n");
    home.does("config env set EDITOR vi", "");
    let dir = home.path().join(".config/jackin");
    let lock = fs::File::open(&dir).unwrap();
    lock.lock().unwrap();
    let undo = std::process::Stdio::piped();
    let mut undo = home.jackin(["config", "undo"]).stderr(undo).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    home.write(".config/jackin/config.toml", "[env]\nEDITOR = \"emacs\"\n");
    lock.unlock().unwrap();
    assert_eq!(undo.wait().unwrap().code(), Some(125));
    let said = std::io::read_to_string(undo.stderr.take().unwrap()).unwrap();
    assert!(said.contains("was changed at the same time"), "{said}");
    assert_eq!(home.config(), "[env]\nEDITOR = \"emacs\"\n");
}

#[test]
fn without_versions_nothing_is_promised() {
    let home = Home::with_config("");
    home.does("config env set EDITOR vi", "");
    home.write(".config/jackin/config.toml", "[backup]\nkeep = 0\n");
    let said = home.does("config undo", "");
    assert!(said.contains("brought back") && !said.contains("once more"), "{said}");
}

/// A link goes without what it leads to.
#[test]
fn of_a_linked_workspace_the_file_and_its_key_stay() {
    let home = Home::with_config("");
    let file = home.write("acme.toml", "[env]\nZAI_API_KEY = \"sentinel-of-acme-1234\"\n");
    let link = home.path().join(".config/jackin/workspaces/acme.toml");
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let said = home.does("workspace remove acme --force", "");
    assert!(said.contains("that was a link: ~/acme.toml is there still"), "{said}");
    assert!(!said.contains("1234"), "{said}");
    assert!(file.exists() && !link.is_symlink());
}
