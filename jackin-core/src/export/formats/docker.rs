//! An env-file: `NAME=VALUE` on a line, where nothing is quoted. Docker and Podman read lines of
//! UTF-8 up to 64 KiB and take a carriage return at the end as part of the line break.

use super::{Changes, lines};
use crate::export::ExportError;

/// The longest line that Docker reads, in bytes.
const LONGEST: usize = (64 << 10) - 1;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, ExportError> {
    lines(changes, "an env-file", |name, value| {
        if value.contains(['\n', '\r']) {
            return Err("holds a line break");
        }
        let line = format!("{name}={value}\n");
        if line.len() > LONGEST { Err("is too long") } else { Ok(line) }
    })
}
