//! `export` and `unset` lines for `eval` in a POSIX shell.

use jackin_core::EnvName;

use super::Changes;
use crate::report::{self, Report};

pub(super) fn write(changes: &Changes<'_>, report: &Report) -> Vec<u8> {
    let mut script = Vec::new();
    for name in &changes.remove {
        // A shell keeps what it cannot name out of its own reach; nothing here could remove it.
        match name.to_str().and_then(|name| name.parse::<EnvName>().ok()) {
            Some(name) => script.extend(format!("unset {name};\n").bytes()),
            None => report.warning(&format!(
                "a shell cannot unset `{}`; `jackin run` leaves it out",
                report::name(name)
            )),
        }
    }
    for (name, value) in &changes.set {
        script.extend(format!("export {name}=").bytes());
        script.extend(quoted(value.as_encoded_bytes()));
        script.extend(b";\n");
    }
    script
}

/// A value in single quotes, where a POSIX shell takes every byte but `'` for itself.
fn quoted(value: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in value {
        match byte {
            b'\'' => quoted.extend(br"'\''"),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}
