//! The interpreter that a script's first line names, where that is a shim: it would set its manager's
//! variables before the script begins. Then the real one is executed with the script.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use jackin_core::plan::Vars;

use super::{
    managers::Shim,
    real_program::{self, RealProgram},
};
use crate::error::HostError;

/// An interpreter that is executed in the place of the one that a script names.
#[derive(Debug)]
pub(super) struct Interpreter {
    /// Its file.
    pub(super) file: PathBuf,
    /// Its name, and the words that the script's first line gives it.
    pub(super) words: Vec<OsString>,
    /// The shim that the script's first line leads to.
    pub(super) shim: Shim,
}

/// What a first line says.
#[derive(Debug, PartialEq, Eq)]
struct FirstLine {
    program: OsString,
    words: Vec<OsString>,
    /// Whether these are all of it: none is quoted, none sets a variable.
    is_plain: bool,
}

/// The interpreter of a program, if that is a script whose interpreter is a shim.
///
/// # Errors
/// A shim that leads to no interpreter.
pub(super) fn of(
    script: &RealProgram,
    path: Option<&OsStr>,
    vars: &Vars,
) -> Result<Option<Interpreter>, HostError> {
    let Some(line) = script.head.text().and_then(|text| FirstLine::of(&text)) else {
        return Ok(None);
    };
    let found = real_program::search(&line.program, path, vars, false);
    let (file, mut shims) = match (found, script.shims.last()) {
        (Ok(real), _) => (real.file, real.shims),
        // Only the manager of the script has it.
        (Err(HostError::NotOnPath { .. }), Some(shim)) => match shim.ask(&line.program, vars) {
            Ok(file) => (file, vec![shim.clone()]),
            Err(_) => return Ok(None),
        },
        (Err(error @ HostError::Shim { .. }), _) => return Err(error),
        (Err(_), _) => return Ok(None),
    };
    if shims.is_empty() {
        return Ok(None);
    }
    let shim = shims.swap_remove(0);
    if !line.is_plain {
        let script = script.file.display();
        return Err(shim.error(format!("the first line of {script} gives it more than a name")));
    }
    let words = std::iter::once(line.program).chain(line.words).collect();
    Ok(Some(Interpreter { file, words, shim }))
}

impl FirstLine {
    /// Reads `#!/usr/bin/env NAME`, or a path among shims. Any other path is the interpreter itself.
    fn of(text: &str) -> Option<Self> {
        let line = text.strip_prefix("#!")?.lines().next()?.trim();
        let (program, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if Path::new(program).file_name()? != "env" {
            let words = Some(rest.trim()).filter(|rest| !rest.is_empty());
            let words = words.into_iter().map(OsString::from).collect();
            let is_shim = program.contains("/shims/");
            return is_shim.then(|| Self { program: program.into(), words, is_plain: true });
        }
        let rest = rest.trim_start();
        let rest = rest.strip_prefix("-S").unwrap_or(rest);
        let mut words = rest.split_whitespace();
        let is_set = |word: &str| word.contains('=') && !word.starts_with('-');
        let program = words.by_ref().find(|word| !is_set(word))?;
        let is_plain = !rest.contains(['"', '\'', '\\', '$'])
            && rest.split_whitespace().next() == Some(program);
        (!program.starts_with('-')).then(|| Self {
            program: program.into(),
            words: words.map(OsString::from).collect(),
            is_plain,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, usize, bool)> {
        let line = FirstLine::of(line)?;
        Some((line.program.into_string().unwrap(), line.words.len(), line.is_plain))
    }

    #[test]
    fn first_lines_name_their_interpreter() {
        for (line, program, words, is_plain) in [
            ("#!/usr/bin/env node\nx", "node", 0, true),
            ("#! /usr/bin/env  node", "node", 0, true),
            ("#!/usr/bin/env -S node --no-warnings -x\n", "node", 2, true),
            ("#!/usr/bin/env -Snode", "node", 0, true),
            ("#!/usr/bin/env -S A=1 node", "node", 0, false),
            ("#!/usr/bin/env -S node '-x y'", "node", 2, false),
            ("#!/home/me/.pyenv/shims/python -I\r\n", "/home/me/.pyenv/shims/python", 1, true),
        ] {
            assert_eq!(read(line), Some((program.to_owned(), words, is_plain)), "{line}");
        }
        for line in ["", "node", "#!", "#!/bin/sh", "#!/usr/bin/env", "#!/usr/bin/env -i node"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
