//! Text: which characters may be shown, what looks like a secret, moments in words. This room reads the
//! clock and nothing else of the machine.

pub mod moments;
mod secrets;

use std::{borrow::Cow, ffi::OsStr};

pub use secrets::{last_four, masked, names_a_secret};

/// The text with the characters written out that a terminal obeys or does not show: control characters,
/// those that turn the writing round, and those without a sign or a width of their own. Nothing from a
/// file or a program can then move the cursor, recolour the terminal, or look like something else. Line
/// breaks stay.
///
/// ```
/// assert_eq!(jackin_host::text::visible("a\x1b[31m\nb\u{202e}"), "a\\u{1b}[31m\nb\\u{202e}");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    written_out(text, |c| c != '\n' && is_hidden(c), |c| c.escape_unicode().to_string())
}

/// The same on one line.
///
/// ```
/// assert_eq!(jackin_host::text::visible_line("a\nb"), "a\\u{a}b");
/// ```
#[must_use]
pub fn visible_line(text: &str) -> String {
    written_out(text, is_hidden, |c| c.escape_unicode().to_string())
}

/// A text of JSON with the same characters written out, as JSON does it: it says what it said.
///
/// ```
/// assert_eq!(jackin_host::text::visible_json("\"\u{9b}\u{e0041}\""), r#""\u009b\udb40\udc41""#);
/// ```
#[must_use]
pub fn visible_json(json: &str) -> String {
    let escaped = |c: char| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    // Those of ASCII are written out in strings already, and between them there are line breaks.
    written_out(json, |c| (!c.is_ascii() || c == '\x7f') && is_hidden(c), escaped)
}

/// Control characters, and what Unicode calls ignorable by default, with the line and paragraph separators and
/// the marks of annotations.
///
/// Variation selectors are among them: two names that look the same are not printed the same.
const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn written_out(text: &str, hides: fn(char) -> bool, write: fn(char) -> String) -> String {
    text.chars().map(|c| if hides(c) { write(c) } else { c.into() }).collect()
}

/// The longest word of a message, in characters: as long as a file's name can be.
const LONGEST_WORD: usize = 255;

/// The text with the end of each word left out that is longer than any name that a person would give. The parts
/// of a path are words.
///
/// ```
/// use jackin_host::text::cut;
///
/// let cut = cut(&format!("`{}` is not set", "A".repeat(65536)));
/// assert_eq!(cut, format!("`{}… is not set", "A".repeat(254)));
/// ```
#[must_use]
pub fn cut(text: &str) -> String {
    let ends_word = |c: char| c.is_whitespace() || c == '/';
    let words = text.split_inclusive(ends_word).map(|word| {
        let shown = word.trim_end_matches(ends_word);
        match shown.char_indices().nth(LONGEST_WORD) {
            Some((end, _)) => Cow::Owned(format!("{}…{}", &word[..end], &word[shown.len()..])),
            None => Cow::Borrowed(word),
        }
    });
    words.collect()
}

/// A name from the environment on one line.
#[must_use]
pub fn name(name: &OsStr) -> String {
    visible_line(&name.to_string_lossy().escape_debug().to_string())
}

/// A text without the line break that ends its last line, as editors and `echo` leave one.
///
/// ```
/// use jackin_host::text::without_line_break;
///
/// assert_eq!(without_line_break("key\r\n"), "key");
/// assert_eq!(without_line_break("key\n\n"), "key\n");
/// assert_eq!(without_line_break("key\r"), "key\r");
/// ```
#[must_use]
pub fn without_line_break(text: &str) -> &str {
    text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line))
}
