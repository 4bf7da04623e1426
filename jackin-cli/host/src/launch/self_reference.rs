//! Files called like an agent that only start jackin: a link to it, or a script of the user's such as
//! `exec jackin run claude "$@"`. Launched, the one would be a usage error and the other would never
//! end; behind them on PATH stands the agent that is meant. What they hold tells them. Those that hide
//! it are found out when they lead back ([`launches`](super::launches)).

use super::program_file::ProgramFile;
#[cfg(unix)]
use crate::os::{FileId, own_program};

/// Whether a file is this program, or a script that starts it.
pub(super) fn leads_back(file: &ProgramFile) -> bool {
    if file.is_script() { starts_jackin(file.head()) } else { is_this(file) }
}

/// Whether a line, other than a comment, has the words `jackin` and, behind it, `run`.
fn starts_jackin(script: &[u8]) -> bool {
    let is_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    // A line that ends in a backslash goes on.
    let mut last = b'\n';
    let lines = script.split(|byte| {
        let before = std::mem::replace(&mut last, *byte);
        *byte == b'\n' && before != b'\\'
    });
    let lines = lines.map(<[u8]>::trim_ascii_start);
    lines.filter(|line| !line.starts_with(b"#")).any(|line| {
        let mut words = line.split(|byte| !is_word(byte));
        words.any(|word| word.split(|byte| *byte == b'/').next_back() == Some(b"jackin"))
            && words.any(|word| word == b"run")
    })
}

#[cfg(unix)]
fn is_this(file: &ProgramFile) -> bool {
    let Some(file) = file.file() else { return false };
    let this = own_program().ok().and_then(|this| FileId::of(&this));
    this.is_some_and(|this| file.metadata().is_ok_and(|data| FileId::of_metadata(&data) == this))
}

/// Elsewhere programs on PATH are hardly ever links.
#[cfg(not(unix))]
fn is_this(_: &ProgramFile) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::starts_jackin;

    #[test]
    fn a_script_that_starts_jackin_is_told_from_one_that_speaks_of_it() {
        for script in [
            "#!/bin/sh\nexec jackin run claude \"$@\"\n",
            "#!/bin/bash\n# mine\n\t/usr/local/bin/jackin --config-dir x run --provider zai claude",
            "#!/bin/sh\nexec jackin \\\n  run --provider zai claude \"$@\"\n",
            "#!/usr/bin/env python3\nos.execvp('jackin', ['jackin', 'run', 'claude'])\n",
        ] {
            assert!(starts_jackin(script.as_bytes()), "{script}");
        }
        for script in [
            "#!/bin/sh\nexec claude \"$@\"\n",
            "#!/bin/sh\n# not by jackin run\nexec /opt/claude\n",
            "#!/bin/sh\neval \"$(jackin env --export)\"\nexec /opt/claude run\n",
            "#!/usr/bin/env node\nimport './jackin-run.js'\nrun(jackin)\n",
            "#!/bin/sh\nexec /opt/jackin/bin/run \"$@\"\n",
            "#!/bin/sh\ncd /home/jackin/src && npm run claude\n",
        ] {
            assert!(!starts_jackin(script.as_bytes()), "{script}");
        }
    }
}
