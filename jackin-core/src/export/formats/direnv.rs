//! `export` and `unset` for `eval` in an `.envrc`, which direnv runs in bash. direnv takes it back
//! itself when the directory is left.

use std::ffi::OsStr;

use super::{Changes, Format, lines};
use crate::export::{ExportError, shells::POSIX};

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, ExportError> {
    let removed = changes.removed().filter(|name| Format::Direnv.can_name(name));
    let removed: String = removed.filter_map(OsStr::to_str).map(POSIX.remove).collect();
    let set = lines(changes, "an `.envrc`", POSIX.set)?;
    Ok([removed.into_bytes(), set].concat())
}
