//! A file for `EnvironmentFile=`, where a text in double quotes is taken as it is, line breaks too,
//! except for the four characters that a backslash goes before. systemd ignores a variable that is not
//! UTF-8 by its own rules, and older versions one with control characters.

use super::{Changes, lines};
use crate::export::ExportError;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, ExportError> {
    lines(changes, "an `EnvironmentFile=`", |name, value| {
        if value.chars().any(|c| c.is_ascii_control() && !matches!(c, '\t' | '\n')) {
            return Err("holds a control character");
        }
        if value.chars().any(is_no_character) {
            return Err("holds a code point that is no character");
        }
        let mut quoted = String::new();
        for c in value.chars() {
            quoted.extend(matches!(c, '"' | '\\' | '`' | '$').then_some('\\'));
            quoted.push(c);
        }
        Ok(format!("{name}=\"{quoted}\"\n"))
    })
}

/// The 66 code points that Unicode reserves for a program's own use.
const fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || (c as u32) & 0xfffe == 0xfffe
}
