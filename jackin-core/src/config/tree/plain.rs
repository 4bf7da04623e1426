//! Texts so plain that one look at each line tells what a tree of them would: plain lines, and headers
//! of one word. Of any other text, and of one that uses a name twice, it says nothing; the tests hold
//! what it says against the tree.

use super::build::{PUNCTUATION, is_bare, plain_line};

/// How many names are told apart by comparing each with all before it.
const NAMES: usize = 16;

/// The string under a key of the root table, if there is one.
pub(crate) fn root_str<'a>(text: &'a str, key: &str) -> Option<Option<&'a str>> {
    let mut names = [""; NAMES];
    let (mut rest, mut in_root, mut found) = (text, true, None);
    for at in 0..NAMES {
        rest = rest.trim_start_matches('\n');
        let name = if let Some((name, string)) = plain_line(rest) {
            if in_root && name == key {
                found = Some(string);
            }
            rest = rest.get(name.len() + PUNCTUATION + string.len()..)?;
            name
        } else if rest.is_empty() {
            return Some(found);
        } else {
            in_root = false;
            let (name, behind) = rest.strip_prefix('[')?.split_once("]\n")?;
            // A table under the key is no string, and somebody may want to say so.
            if name == key {
                return None;
            }
            rest = behind;
            name
        };
        if !is_bare(name) || names[..at].contains(&name) {
            return None;
        }
        names[at] = name;
    }
    None
}
