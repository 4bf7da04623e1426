//! Scripts that start a tool through its version manager, such as `exec asdf exec "claude" "$@"`: those
//! that the manager writes, and those of users that do the same. Words tell them, no shell's grammar.

use std::path::{Path, PathBuf};

use super::{
    managers::{MANAGERS, Manager, Shim},
    program_file::{self, ProgramFile},
};

/// What only scripts have that a manager has written.
const WRITTEN: [&str; 2] = ["# asdf-plugin: ", "program=\"${0##*/}\""];

/// How scripts name themselves, in place of the tool.
const OWN_NAME: [&str; 4] = ["$program", "$0", "${0", "%~n0"];

/// What may be before the manager's name on its line.
const BEFORE: [&str; 3] = ["exec", "command", "env"];

/// A script that starts the tool of its own name through a manager.
pub(super) fn recognised(file: &Path, head: &ProgramFile) -> Option<Shim> {
    let text = head.text()?;
    let name = file.file_stem()?.to_str()?;
    let commands: Vec<_> = program_file::commands(&text).map(|(_, line)| line).collect();
    let (manager, program) = commands.iter().find_map(|line| started(line, name))?;
    let root = manager.root.and_then(|variable| {
        let set =
            |line| str::strip_prefix(line, "export ")?.strip_prefix(variable)?.strip_prefix('=');
        commands.iter().copied().find_map(set).map(|value| bare(value).to_owned())
    });
    let is_written = WRITTEN.iter().any(|mark| text.contains(mark));
    let others = commands.iter().filter(|line| !is_nothing(line)).count();
    let does_more = !is_written && others > 1;
    Some(Shim { file: file.to_owned(), manager, program, root, does_more })
}

/// The manager that a line starts to run the tool of this name.
fn started(line: &str, name: &str) -> Option<(&'static Manager, PathBuf)> {
    let mut words = line.split_whitespace().map(bare);
    let program = words.find(|word| !BEFORE.contains(word) && !word.contains('='))?;
    let called = Path::new(program).file_stem()?;
    let manager = MANAGERS.iter().find(|manager| called == manager.name)?;
    let is_run = words.next().is_some_and(|word| manager.runs.contains(&word));
    let is_tool = |word: &str| {
        Path::new(word).file_name().is_some_and(|word| word == name)
            || OWN_NAME.iter().any(|own| word.contains(own))
    };
    (is_run && words.any(is_tool)).then(|| (manager, program.into()))
}

/// Whether a line leaves what it starts as it is.
fn is_nothing(line: &str) -> bool {
    line.starts_with("set ") || line.starts_with('@')
}

fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\'', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The manager and whether the script does more.
    fn told(text: &str) -> Option<(&'static str, bool)> {
        let head = ProgramFile::holding(text.as_bytes());
        let shim = recognised(Path::new("/x/claude"), &head)?;
        Some((shim.manager.name, shim.does_more))
    }

    #[test]
    fn what_managers_write_is_told() {
        let asdf = "#!/usr/bin/env bash\n# asdf-plugin: nodejs 22.0.0\nexec /opt/asdf/bin/asdf exec \
            \"claude\" \"$@\" # asdf_allow: ' asdf '\n";
        assert_eq!(told(asdf), Some(("asdf", false)));
        let nodenv = "#!/usr/bin/env bash\nset -e\n[ -n \"$NODENV_DEBUG\" ] && set -x\n\
            program=\"${0##*/}\"\nexport NODENV_ROOT=\"/home/me/.nodenv\"\n\
            exec \"/usr/bin/nodenv\" exec \"$program\" \"$@\"\n";
        assert_eq!(told(nodenv), Some(("nodenv", false)));
        let shim = recognised(Path::new("/x/claude"), &ProgramFile::holding(nodenv.as_bytes()));
        let shim = shim.unwrap();
        assert_eq!(shim.root.as_deref(), Some("/home/me/.nodenv"));
        assert_eq!(shim.program, Path::new("/usr/bin/nodenv"));
        let volta = "#!/bin/bash\nvolta run \"$(basename $0)\" \"$@\"";
        assert_eq!(told(volta), Some(("volta", false)));
        assert_eq!(told("@echo off\r\nvolta run %~n0 %*\r\n"), Some(("volta", false)));
    }

    #[test]
    fn a_users_script_that_does_the_same_is_told() {
        assert_eq!(told("#!/bin/sh\nexec mise exec -- claude \"$@\"\n"), Some(("mise", false)));
        assert_eq!(told("#!/bin/sh\nmise x node@22 -- claude \"$@\"\n"), Some(("mise", false)));
        let more = "#!/bin/sh\nexport A=1\nexec env B=2 proto run claude -- \"$@\"\n";
        assert_eq!(told(more), Some(("proto", true)));
    }

    #[test]
    fn other_scripts_are_none() {
        for text in [
            "",
            "#!/bin/sh\nexec /opt/claude \"$@\"\n",
            "#!/bin/sh\n# mise exec claude\nexec /opt/claude\n",
            "#!/bin/sh\nmise exec -- npm run build\nexec /opt/claude \"$@\"\n",
            "#!/bin/sh\nexec \"$(mise which claude)\" \"$@\"\n",
            "#!/bin/sh\necho asdf exec claude\n",
            "\0asdf exec claude",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
