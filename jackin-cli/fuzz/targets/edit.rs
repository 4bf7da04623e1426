//! Configuration text, edited: the value reads back, all else says what it said and stays byte for
//! byte, and what was set can be unset.
#![no_main]

use jackin_core::edit::{TomlValue, set, unset};
use jackin_fuzz::toml::Data;
use libfuzzer_sys::fuzz_target;

/// Places where a text most likely has nothing yet.
const NEW: [&[&str]; 6] = [
    &["env", "NEW"],
    &["default_provider"],
    &["roles", "new role", "env", "A"],
    &["providers", "zai", "anthropic", "models", "main"],
    &["env", "NEW", "op"],
    &["\u{e9}", "a.b", "", "'\""],
];
/// Values as jackin writes them: on one line.
const VALUES: [&str; 5] =
    ["'x'", "\"x # y\"", "{ op = 'op://v/i/f', account = 'a' }", "[ 'a', 1 ]", "'''a'b'''"];
const NOTES: [Option<&str>; 4] = [None, Some(""), Some("note"), Some("a # b = 'c' \u{e9}")];

/// The lines of the one text that are not the other's, before and after.
fn changed<'a>(before: &'a str, after: &'a str) -> [Vec<&'a str>; 2] {
    let [mut before, mut after] =
        [before, after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    before.drain(..head);
    after.drain(..head);
    while !before.is_empty() && before.last() == after.last() {
        before.pop();
        after.pop();
    }
    [before, after]
}

/// Whether a text has a line break that is not CR LF.
fn has_bare_line_feed(text: &str) -> bool {
    text.matches('\n').count() > text.matches("\r\n").count()
}

fn check_set(text: &str, path: &[&str], value: &str, note: Option<&str>) {
    let before = Data::read(text).expect("TOML");
    let expected = Data::read(&format!("v = {value}")).expect("TOML");
    let value = &value.parse().expect("a value on one line");
    let Ok(after) = set(text, path, value, note) else { return };
    let data = Data::read(&after).expect("still TOML");
    assert_eq!(data.get(path), expected.get(&["v"]), "{text:?} {after:?}");
    assert_eq!(data.without(path), before.clone().without(path), "{text:?} {after:?}");
    assert_eq!(set(&after, path, value, note).as_ref(), Ok(&after), "{text:?}");
    let [gone, new] = changed(text, &after);
    match before.get(path) {
        // A table of its own takes an empty line and a header; a last line gets its end.
        None => assert!(gone.len() <= 1 && new.len() <= gone.len() + 3, "{gone:?} {new:?}"),
        Some(Data::Text(_) | Data::Other(_)) => {
            assert!(new.len() <= 1 || gone.len() == new.len(), "{gone:?} {new:?}");
        }
        Some(_) => {}
    }
    // The line breaks of a text with CR LF alone may all have been in the value that is replaced.
    let is_crlf = text.contains('\n') && !has_bare_line_feed(text);
    assert!(!is_crlf || !has_bare_line_feed(&after), "{text:?} {after:?}");
    check_unset(&after, path);
}

fn check_unset(text: &str, path: &[&str]) {
    let before = Data::read(text).expect("TOML");
    match unset(text, path) {
        Err(_) => {}
        Ok(None) => assert_eq!(before.get(path), None, "{text:?}"),
        Ok(Some(after)) => {
            let data = Data::read(&after).expect("still TOML");
            assert_eq!(data.get(path), None, "{text:?} {after:?}");
            assert_eq!(data.without(path), before.clone().without(path), "{text:?} {after:?}");
            if let Some(Data::Text(_) | Data::Other(_)) = before.get(path) {
                let [_, new] = changed(text, &after);
                assert!(new.len() <= 1, "{text:?} {after:?}");
            }
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let [which, how, text @ ..] = data else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let written = TomlValue::string(text);
    let written = written.as_toml();
    let read = Data::read(&format!("v = {written}"));
    assert_eq!(read.as_ref().and_then(|data| data.get(&["v"])?.text()), Some(text), "{written}");
    assert!(!written.contains('\n'), "{written}");

    let Some(data) = Data::read(text) else {
        assert!(
            set(text, NEW[0], &TomlValue::string("x"), None).is_err()
                && unset(text, NEW[0]).is_err()
        );
        return;
    };
    let known = data.paths();
    let which = usize::from(*which);
    let path: Vec<&str> = match known.get(which % (known.len() + NEW.len())) {
        Some(path) => path.iter().map(String::as_str).collect(),
        None => NEW[which % NEW.len()].to_vec(),
    };
    let how = usize::from(*how);
    check_set(text, &path, VALUES[how % VALUES.len()], NOTES[how % NOTES.len()]);
    check_unset(text, &path);
});
