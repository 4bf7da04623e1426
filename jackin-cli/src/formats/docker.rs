//! An env-file: `NAME=VALUE` on a line, where nothing is quoted. Docker and Podman read lines of
//! UTF-8 up to 64 KiB and take a carriage return at the end for part of the line break.

use super::{Changes, refused};
use crate::report::Failure;

/// The longest line that Docker reads, in bytes.
const LONGEST: usize = (64 << 10) - 1;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, Failure> {
    let mut file = String::new();
    for (name, value) in &changes.set {
        let refused = |problem| Err(refused(name, "an env-file", problem));
        let Some(value) = value.to_str() else { return refused("is not UTF-8") };
        if value.contains(['\n', '\r']) {
            return refused("holds a line break");
        }
        let line = format!("{name}={value}\n");
        if line.len() > LONGEST {
            return refused("is too long");
        }
        file += &line;
    }
    Ok(file.into_bytes())
}
