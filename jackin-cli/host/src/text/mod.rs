//! Text: which characters may be shown, what looks like a secret, moments in words. This room reads the
//! clock and nothing else of the machine.

pub mod moments;
mod secrets;

use std::ffi::OsStr;

pub use secrets::{last_four, masked, names_a_secret};

/// The text with control characters made visible, so that nothing from a file or a program can
/// move the cursor, recolour the terminal or turn the writing round.
///
/// ```
/// assert_eq!(jackin_host::text::visible("a\x1b[31m\nb"), "a\u{fffd}[31m\nb");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hidden = |c: char| (c.is_control() && c != '\n') || turns(c);
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// A name from the environment on one line.
#[must_use]
pub fn name(name: &OsStr) -> String {
    name.to_string_lossy().escape_debug().to_string()
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
