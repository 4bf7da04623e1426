//! Scripts called like the agent that change the agent's variables before they start it. Words tell them,
//! no language's grammar: `export X=…`, `env X=…`, `set -x X`, `unset X`, `os.environ["X"] = …`,
//! `{...process.env, X: …}`. Values are not looked at.

use std::fmt;

use super::program_file::{self, ProgramFile};

/// A line of a script that changes variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangingLine {
    /// Its number, counted from 1.
    pub line: usize,
    /// The variables.
    pub names: Vec<String>,
}

impl fmt::Display for ChangingLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names.iter().map(|name| format!("`{name}`")).collect();
        f.write_str(&names.join(", "))
    }
}

/// Commands whose every argument is a variable that they remove.
const REMOVING: [&str; 3] = ["unset", "del", "delete"];

/// What is directly before a variable that is set or removed otherwise than by `=`.
const BEFORE: [&str; 6] = ["setenv ", "putenv(", "unsetenv(", "environ.pop(", " -u ", "--unset="];

/// The lines of a program that change a variable which counts, if it is a script.
pub(super) fn changing(head: &ProgramFile, counts: impl Fn(&str) -> bool) -> Vec<ChangingLine> {
    let Some(text) = head.text() else { return Vec::new() };
    let is_shell = is_shell(&text);
    // A program that was bundled into one script is long, and changes variables that are its own.
    let text = if is_shell { head.long_text().unwrap_or(text) } else { text };
    let lines = program_file::commands(&text).map(|(line, text)| {
        let text = text.split(" #").next().unwrap_or_default();
        let changed = words(text).filter(|(start, word)| {
            let (before, after) = (&text[..*start], &text[start + word.len()..]);
            counts(word) && is_changed(before, after, is_shell)
        });
        let mut names: Vec<_> = changed.map(|(_, word)| word.to_owned()).collect();
        names.dedup();
        ChangingLine { line, names }
    });
    lines.filter(|line| !line.names.is_empty()).collect()
}

/// Words that may be names of variables, as these are written by custom, and where they begin.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut end = 0;
    line.split(move |c| !is_part(c)).filter_map(move |word| {
        let start = end;
        // What separates words has one byte, or is skipped with the empty words around it.
        end = start
            + word.len()
            + line[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        let is_name = word.contains('_') && !word.contains(|c: char| c.is_ascii_lowercase());
        is_name.then_some((start, word))
    })
}

/// Whether a variable is changed between these parts of a line.
fn is_changed(before: &str, after: &str, is_shell: bool) -> bool {
    if before.ends_with(['$', '-']) || before.ends_with("${") {
        return false;
    }
    let bare = after.strip_prefix(['"', '\'']).unwrap_or(after);
    let rest = bare.strip_prefix([']', '}']).unwrap_or(bare).trim_start();
    let is_entry = rest.starts_with(':') && !rest.starts_with("::");
    if rest.starts_with('=') && !rest.starts_with("==") {
        return !rest.starts_with("=>") || after != bare;
    }
    if is_entry && (bare != after || !is_shell) {
        return true;
    }
    let unquoted = before.trim_end_matches(['"', '\'']);
    let command = before.rsplit([';', '&', '|', '(', '{']).next().unwrap_or_default();
    let mut words = command.split_whitespace();
    let first = words.next().unwrap_or_default();
    REMOVING.contains(&first)
        || BEFORE.iter().any(|call| unquoted.ends_with(call))
        || first == "set" && words.clone().count() > 0 && words.all(|word| word.starts_with('-'))
}

/// Whether a script is for a shell, where an entry `NAME: …` means nothing.
fn is_shell(text: &str) -> bool {
    let Some(line) = text.strip_prefix("#!").and_then(|text| text.lines().next()) else {
        return true;
    };
    line.split(['/', ' ']).any(|word| word.ends_with("sh"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> Vec<String> {
        let counts = |name: &str| name.starts_with("ANTHROPIC_");
        let found = changing(&ProgramFile::holding(text.as_bytes()), counts);
        found.into_iter().map(|line| format!("{}: {line}", line.line)).collect()
    }

    #[test]
    fn lines_that_change_a_variable_are_found() {
        for (line, count) in [
            ("export ANTHROPIC_BASE_URL=https://x", 1),
            ("  ANTHROPIC_BASE_URL='x' exec claude \"$@\"", 1),
            ("exec env A=1 ANTHROPIC_BASE_URL=x ANTHROPIC_MODEL=$ANTHROPIC_MODEL claude", 2),
            ("[ -t 0 ] && export EDITOR=vi ANTHROPIC_API_KEY=\"$(cat key)\"", 1),
            ("export \"ANTHROPIC_API_KEY=$key\"", 1),
            ("declare -gx ANTHROPIC_API_KEY=x", 1),
            ("unset ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL", 2),
            ("exec env -u ANTHROPIC_AUTH_TOKEN claude", 1),
            ("exec env -i --unset=ANTHROPIC_MODEL claude", 1),
            ("set -gx ANTHROPIC_BASE_URL https://x", 1),
            ("set --export --global ANTHROPIC_BASE_URL https://x; exec claude $argv", 1),
            ("set -e ANTHROPIC_BASE_URL", 1),
            ("setenv ANTHROPIC_BASE_URL https://x", 1),
            ("$env:ANTHROPIC_BASE_URL = 'x'", 1),
            ("os.environ[\"ANTHROPIC_BASE_URL\"] = 'x'", 1),
            ("os.environ['ANTHROPIC_BASE_URL']='x'", 1),
            ("os.putenv(\"ANTHROPIC_BASE_URL\", x)", 1),
            ("os.environ.pop('ANTHROPIC_BASE_URL', None)", 1),
            ("del os.environ[\"ANTHROPIC_BASE_URL\"]", 1),
            ("env = {**os.environ, \"ANTHROPIC_BASE_URL\": url}", 1),
            ("os.environ.update(ANTHROPIC_BASE_URL=url)", 1),
            ("process.env.ANTHROPIC_BASE_URL = 'x'", 1),
            ("ENV['ANTHROPIC_BASE_URL'] = x", 1),
            ("exec({'ANTHROPIC_BASE_URL' => x}, 'claude')", 1),
            ("$ENV{ANTHROPIC_BASE_URL} = 'x';", 1),
        ] {
            let found = changed(&format!("#!/bin/sh\n\n# a comment\n{line}\n"));
            let names: usize = found.iter().map(|line| line.matches("ANTHROPIC_").count()).sum();
            assert_eq!((names, found.len()), (count, 1), "{line}: {found:?}");
            assert!(found[0].starts_with("4: "), "{found:?}");
        }
        let entry = "spawn('claude', {env: {...process.env, ANTHROPIC_BASE_URL: url}})";
        assert_eq!(changed(&format!("#!/usr/bin/env node\n{entry}")), ["2: `ANTHROPIC_BASE_URL`"]);
    }

    #[test]
    fn lines_that_read_a_variable_are_not() {
        for line in [
            "# export ANTHROPIC_BASE_URL=x",
            "// process.env.ANTHROPIC_BASE_URL = x",
            "exec claude \"$@\" # ANTHROPIC_BASE_URL=x",
            "echo \"$ANTHROPIC_BASE_URL ${ANTHROPIC_MODEL:-none} ${ANTHROPIC_API_KEY}\"",
            "[ \"$ANTHROPIC_BASE_URL\" = x ] || exit 1",
            "export ANTHROPIC_BASE_URL",
            "if (process.env.ANTHROPIC_BASE_URL === 'x') run()",
            "url = os.environ[\"ANTHROPIC_BASE_URL\"]",
            "if os.environ['ANTHROPIC_BASE_URL'] == 'x':",
            "case ANTHROPIC_BASE_URL: return url",
            "export OTHER=$ANTHROPIC_BASE_URL MY_ANTHROPIC_BASE_URL=x",
            "claude --ANTHROPIC_BASE_URL=x",
            "const f = ANTHROPIC_BASE_URL => x",
        ] {
            assert_eq!(changed(&format!("#!/bin/sh\n{line}\n")), [""; 0], "{line}");
        }
        assert_eq!(changed("\0\nexport ANTHROPIC_BASE_URL=x\n"), [""; 0]);
    }
}
