//! A text as lines: where they begin and end, and lines put into it.

use std::ops::Range;

use super::value::key;

/// The line break of the text's first line.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line begins that a place is in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |before| before + 1)
}

/// Where the line ends that a place is in, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

/// Where the line after the one begins that a place is in.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// The blanks at the beginning of the line that a place is in.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The text with another one in place of a part.
pub(super) fn splice(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// The text with a line after the one that a place is in, or before all others.
pub(super) fn insert_line(text: &str, after: Option<usize>, line: &str) -> String {
    let newline = newline(text);
    let Some(after) = after else {
        let start = text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len();
        let gap = if text.len() > start { newline } else { "" };
        return splice(text, start..start, &format!("{line}{newline}{gap}"));
    };
    let indent = indent(text, after);
    let end = next_line(text, after);
    if text[..end].ends_with('\n') {
        splice(text, end..end, &format!("{indent}{line}{newline}"))
    } else {
        splice(text, end..end, &format!("{newline}{indent}{line}"))
    }
}

/// The text with a table of its own at the end, which holds one value.
pub(super) fn append_table(text: &str, path: &[&str], value: &str, comment: &str) -> String {
    let newline = newline(text);
    let is_empty = text.trim_start_matches(BYTE_ORDER_MARK).is_empty();
    let end = if is_empty || text.ends_with('\n') { "" } else { newline };
    let gap = if is_empty { "" } else { newline };
    let (name, table) = path.split_last().map_or(("", path), |(name, table)| (*name, table));
    let (header, name) = (key(table), key(&[name]));
    format!("{text}{end}{gap}[{header}]{newline}{name} = {value}{comment}{newline}")
}

const BYTE_ORDER_MARK: char = '\u{feff}';
