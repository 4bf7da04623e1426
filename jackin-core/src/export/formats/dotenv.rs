//! A `.env` file, of which there is no standard: what Node's `--env-file` and python-dotenv read
//! alike. Both take a text in quotes as it is, as far as it holds none of the escapes that one of
//! them knows; python-dotenv replaces `${NAME}` even there, and turns carriage returns into line
//! breaks.

use super::{Changes, lines};
use crate::export::ExportError;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, ExportError> {
    lines(changes, "a `.env` file", |name, value| Ok(format!("{name}={}\n", quoted(value)?)))
}

fn quoted(value: &str) -> Result<String, &'static str> {
    if value.contains('\r') {
        return Err("holds a carriage return");
    }
    if value.contains("${") {
        return Err("holds `${`, which some readers replace");
    }
    // `\\` and `\'` are one character to python-dotenv, and two to Node.
    if !value.contains('\'') && !value.contains(r"\\") && !value.ends_with('\\') {
        return Ok(format!("'{value}'"));
    }
    if value.contains(['"', '\\']) {
        return Err("holds quotes or backslashes that no two readers take alike");
    }
    Ok(format!("\"{value}\""))
}
