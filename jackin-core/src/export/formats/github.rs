//! What a step of GitHub Actions appends to the file `$GITHUB_ENV` for the steps after it, and the
//! commands that keep the secrets of it out of the log.

use super::{Changes, lines};
use crate::export::ExportError;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, ExportError> {
    lines(changes, "$GITHUB_ENV", |name, value| {
        let name = name.as_str();
        if name == "NODE_OPTIONS" || name.starts_with("GITHUB_") || name.starts_with("RUNNER_") {
            return Err("is not taken from there by GitHub");
        }
        // A runner on Windows takes it as part of the line break.
        if value.ends_with('\r') {
            return Err("ends in a carriage return");
        }
        // The value is known here, so the delimiter need not be random.
        let mut end = String::from("JACKIN");
        while value.contains(&end) {
            end.push('_');
        }
        Ok(format!("{name}<<{end}\n{value}\n{end}\n"))
    })
}

/// The workflow commands that hide the secrets in the log of GitHub Actions: one for each line of
/// each secret, since a runner masks line by line. Print them before [`Format::Github`] is used.
///
/// [`Format::Github`]: crate::export::Format::Github
#[must_use]
pub fn masks(changes: &Changes<'_>) -> String {
    let secrets = changes.set.iter().filter(|var| var.is_secret);
    let lines = secrets.flat_map(|var| var.value.split(['\n', '\r']));
    let lines = lines.filter(|line| !line.trim().is_empty());
    lines.map(|line| format!("::add-mask::{}\n", line.replace('%', "%25"))).collect()
}
