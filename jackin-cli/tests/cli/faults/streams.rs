//! Standard input, output and error that are closed.

use std::fs;

use super::{ZAI, bounded};
use crate::support::{Home, JACKIN};

/// A file that jackin opened could get the number of a closed stream, and a secret printed there
/// would stand in it.
#[test]
fn what_is_closed_is_no_file_of_jackins() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-"] {
        let home = Home::with_config(&format!("{ZAI}A = {{ command = ['asked'] }}\n"));
        home.script("bin/asked", "echo asked-sentinel; echo words-sentinel >&2");
        home.script("bin/claude", "for n in 0 1 2; do readlink /proc/$$/fd/$n; done > seen");
        for words in
            ["run --provider zai claude", "env --export --provider zai", "providers", "doctor"]
        {
            let script = format!("exec '{JACKIN}' {words} {closed}");
            let seen = bounded(&home.program("sh", ["-c", &script]));
            assert!(matches!(seen.code, Some(0 | 1)), "{closed} {words}: {}", seen.err);
        }
        let before = home.config();
        let script = format!(
            "printf another-sentinel | '{JACKIN}' auth set zai --stdin {}",
            closed.replace("<&-", "")
        );
        assert_eq!(bounded(&home.program("sh", ["-c", &script])).code, Some(0));
        assert_eq!(
            home.config(),
            before.replace("'sentinel-key'", "\"another-sentinel\""),
            "{closed}"
        );
        let files = home.read("seen");
        let expected = |at: usize, word: &str| {
            !closed.contains(word) || files.lines().nth(at) == Some("/dev/null")
        };
        assert!(expected(0, "<&-") && expected(2, "2>&-"), "{closed}: {files}");
        // Nothing but what was meant to be written holds a secret.
        assert!(!home.read("seen").contains("sentinel"), "{closed}");
        let files = fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().file_name());
        let mut files: Vec<_> = files.collect();
        files.sort();
        assert_eq!(files, [".config", "bin", "seen"], "{closed}");
    }
}

#[test]
fn a_key_from_a_closed_stream_is_none() {
    let home = Home::with_config(ZAI);
    let script = format!("'{JACKIN}' auth set zai --stdin <&-");
    let seen = bounded(&home.program("sh", ["-c", &script]));
    assert_eq!(seen.code, Some(2), "{}", seen.err);
    assert!(seen.err.contains("nothing was stored"), "{}", seen.err);
    assert_eq!(home.config(), ZAI);
}

/// Nor does one without an end fill the memory.
#[test]
fn a_key_from_a_stream_without_end_is_refused() {
    let home = Home::with_config(ZAI);
    for words in ["auth set zai --stdin", "auth import", "config env set A --stdin"] {
        let script = format!("'{JACKIN}' {words} < /dev/zero");
        let seen = bounded(&home.program("sh", ["-c", &script]));
        assert_eq!(seen.code, Some(2), "{}", seen.err);
        assert!(seen.err.contains("standard input is longer than 64 KiB"), "{}", seen.err);
    }
    assert_eq!(home.config(), ZAI);
}
