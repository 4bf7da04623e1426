//! The changes as a script for a shell: one small table of syntax for each. A script holds the
//! values that are set, and of what it replaces or removes only the names. The shell itself keeps
//! the old values for undoing, where no child of it can see them.

mod elvish;
mod fish;
mod nu;
mod posix;
mod pwsh;
mod xonsh;

use std::{ffi::OsStr, path::Path, str::FromStr};

use super::{Changes, ExportError};
use crate::names::EnvName;

pub(super) use posix::SYNTAX as POSIX;

/// A shell that a script can be written for.
///
/// ```
/// use jackin_core::export::{ExportError, Shell};
/// assert_eq!("dash".parse(), Ok(Shell::Sh));
/// assert_eq!("tcsh".parse::<Shell>(), Err(ExportError::UnknownShell));
/// assert!(Shell::ALL.iter().all(|shell| shell.as_str().parse() == Ok(*shell)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shell {
    /// bash: `eval "$(…)"`.
    Bash,
    /// zsh: `eval "$(…)"`.
    Zsh,
    /// Every POSIX shell: `eval "$(…)"`.
    Sh,
    /// fish: `… | source`.
    Fish,
    /// Nushell: `source` of a file.
    Nu,
    /// PowerShell: `… | Out-String | Invoke-Expression`.
    Pwsh,
    /// Elvish: `eval (… | slurp)`.
    Elvish,
    /// xonsh: `execx($(…))`.
    Xonsh,
}

/// How to tell a shell what changes.
pub(super) struct Syntax {
    /// Makes it remember what these variables are, unless it does already; with each, whether it is
    /// in the environment.
    keep: fn(&[(&str, bool)]) -> String,
    /// Sets a variable, or says what is wrong with the value.
    pub(super) set: fn(&EnvName, &str) -> Result<String, &'static str>,
    /// Removes a variable.
    pub(super) remove: fn(&str) -> String,
    /// Restores everything that it remembers.
    undo: &'static str,
    /// Whether it can name any variable, and not only those that it could assign to itself.
    names_all: bool,
}

impl Shell {
    /// Every shell.
    pub const ALL: &[Self] = &[
        Self::Bash,
        Self::Zsh,
        Self::Sh,
        Self::Fish,
        Self::Nu,
        Self::Pwsh,
        Self::Elvish,
        Self::Xonsh,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Sh => "sh",
            Self::Fish => "fish",
            Self::Nu => "nu",
            Self::Pwsh => "pwsh",
            Self::Elvish => "elvish",
            Self::Xonsh => "xonsh",
        }
    }

    /// Other names that stand for it.
    #[must_use]
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Sh => &["dash", "ash", "ksh", "mksh"],
            Self::Nu => &["nushell"],
            Self::Pwsh => &["powershell"],
            _ => &[],
        }
    }

    /// The shell that a program is, by its file name.
    ///
    /// ```
    /// use jackin_core::export::Shell;
    /// assert_eq!(Shell::of_program("/usr/bin/fish".as_ref()), Some(Shell::Fish));
    /// assert_eq!(Shell::of_program("-dash".as_ref()), Some(Shell::Sh));
    /// ```
    #[must_use]
    pub fn of_program(program: &Path) -> Option<Self> {
        program.file_stem()?.to_str()?.trim_start_matches('-').parse().ok()
    }

    const fn syntax(self) -> &'static Syntax {
        match self {
            Self::Bash | Self::Zsh | Self::Sh => &POSIX,
            Self::Fish => &fish::SYNTAX,
            Self::Nu => &nu::SYNTAX,
            Self::Pwsh => &pwsh::SYNTAX,
            Self::Elvish => &elvish::SYNTAX,
            Self::Xonsh => &xonsh::SYNTAX,
        }
    }

    /// The script that makes these changes. It leaves variables in place that [`Shell::can_name`]
    /// denies.
    ///
    /// # Errors
    /// A value that this shell cannot hold.
    pub fn export(self, changes: &Changes<'_>) -> Result<String, ExportError> {
        let syntax = self.syntax();
        let removed = changes.remove.iter().filter(|name| self.can_name(name));
        let removed: Vec<_> = removed.filter_map(|name| name.to_str()).collect();
        let set = changes.set.iter().map(|var| (var.name.as_str(), var.replaces));
        let touched: Vec<_> = removed.iter().map(|name| (*name, true)).chain(set).collect();
        let mut script = (syntax.keep)(&touched);
        script.extend(removed.into_iter().map(syntax.remove));
        for var in &changes.set {
            script += &(syntax.set)(var.name, &var.value).map_err(|problem| {
                let target = "a script for this shell";
                ExportError::Value { variable: var.name.clone(), target, problem }
            })?;
        }
        Ok(script)
    }

    /// The script that restores the shell to before its first export, if there was one.
    #[must_use]
    pub const fn undo(self) -> &'static str {
        self.syntax().undo
    }

    /// Whether the shell can name a variable, and so remove it.
    #[must_use]
    pub fn can_name(self, name: &OsStr) -> bool {
        name.to_str().is_some_and(|name| self.syntax().names_all || name.parse::<EnvName>().is_ok())
    }
}

impl FromStr for Shell {
    type Err = ExportError;

    fn from_str(name: &str) -> Result<Self, ExportError> {
        let is_it = |shell: &&Self| shell.as_str() == name || shell.aliases().contains(&name);
        Self::ALL.iter().find(is_it).copied().ok_or(ExportError::UnknownShell)
    }
}

/// A text between single quotes that are doubled within it.
fn doubled(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The names, each as the shell quotes it, between these separators.
fn listed(names: &[(&str, bool)], quote: fn(&str) -> String, separator: &str) -> String {
    names.iter().map(|(name, _)| quote(name)).collect::<Vec<_>>().join(separator)
}
