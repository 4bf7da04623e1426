//! Inserts and removes entries of inline tables. An entry on its own line, which TOML 1.1 allows,
//! comes and goes with that line; the comments of its neighbours stay.

use std::ops::Range;

use super::{
    EditError,
    lines::{indent, line_end, line_start, newline, next_line, splice},
};

/// The text with an entry after the one that ends at `last`, or as the first one.
pub(super) fn insert(
    text: &str,
    braces: &Range<usize>,
    last: Option<usize>,
    entry: &str,
) -> String {
    let after = last.unwrap_or(braces.start + 1);
    let own_line = next_line(text, after) < braces.end;
    let line = |indent, comma| format!("{}{indent}{entry}{comma}", newline(text));
    let at = line_end(text, after);
    match last {
        None if own_line => splice(text, at..at, &line(format!("{}    ", indent(text, after)), "")),
        None => splice(text, braces.clone(), &format!("{{ {entry} }}")),
        Some(end) if own_line => {
            let followed = text[end..at].trim_start().starts_with(',');
            let comma = if followed { "," } else { "" };
            let with_line = splice(text, at..at, &line(indent(text, end).to_owned(), comma));
            if followed { with_line } else { splice(&with_line, end..end, ",") }
        }
        Some(end) => splice(text, end..end, &format!(", {entry}")),
    }
}

/// The text without the entry that ends at `end`, and without one of the commas beside it; `ends`
/// tells where the table's entries end.
pub(super) fn cut(
    text: &str,
    braces: &Range<usize>,
    ends: &[usize],
    end: usize,
) -> Result<String, EditError> {
    let before = ends.iter().copied().filter(|other| *other < end).max();
    let start = start(text, before.unwrap_or(braces.start + 1));
    let line = line_start(text, start)..next_line(text, end);
    let tail = text[end..line.end].trim();
    let tail = tail.strip_prefix(',').unwrap_or(tail).trim_start();
    if text[line.start..start].trim().is_empty() && (tail.is_empty() || tail.starts_with('#')) {
        return Ok(splice(text, line, ""));
    }
    let rest = text[end..].trim_start();
    let rest = rest.strip_prefix(',').map(|rest| rest.trim_start_matches([' ', '\t']));
    let next = rest.map(|rest| text.len() - rest.len());
    match before {
        Some(before) if text[before..start].contains('\n') => {
            Ok(splice(text, start..next.unwrap_or(end), ""))
        }
        Some(before) => Ok(splice(text, before..end, "")),
        None if ends.len() == 1 && !text[braces.clone()].contains('\n') => {
            Ok(splice(text, braces.clone(), "{}"))
        }
        None => Ok(splice(text, start..next.unwrap_or(end), "")),
    }
}

/// Where the next entry begins: after blanks, a comma and comments.
fn start(text: &str, from: usize) -> usize {
    let mut rest = text[from..].trim_start_matches([' ', '\t', '\r', '\n', ',']);
    while rest.starts_with('#') {
        let line = rest.find('\n').unwrap_or(rest.len());
        rest = rest[line..].trim_start_matches([' ', '\t', '\r', '\n', ',']);
    }
    text.len() - rest.len()
}
