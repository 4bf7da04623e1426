//! The environment of a plan as a script for a shell: one small table of syntax for each. A script
//! holds the values that are set, and of what it replaces or removes only the names: the shell
//! itself keeps the old values for `--undo`, where no child of it can see them.

mod elvish;
mod fish;
mod nu;
mod posix;
mod pwsh;
mod xonsh;

use std::{ffi::OsStr, path::Path};

use clap::ValueEnum;
use jackin_core::EnvName;

use crate::{
    failure::Failure,
    formats::{Changes, refused},
};

pub(crate) use posix::SYNTAX as POSIX;

/// A shell that can be told what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Shell {
    /// `eval "$(…)"`
    Bash,
    /// `eval "$(…)"`
    Zsh,
    /// `eval "$(…)"`, in every POSIX shell
    #[value(aliases = ["dash", "ash", "ksh", "mksh"])]
    Sh,
    /// `… | source`
    Fish,
    /// `source` of a file; `--format json` needs none
    #[value(alias = "nushell")]
    Nu,
    /// `… | Out-String | Invoke-Expression`
    #[value(alias = "powershell")]
    Pwsh,
    /// `eval (… | slurp)`
    Elvish,
    /// `execx($(…))`
    Xonsh,
}

/// How a shell is told.
pub(crate) struct Syntax {
    /// Makes it remember what these variables are, unless it does already; with each, whether it is
    /// in the environment.
    keep: fn(&[(&str, bool)]) -> String,
    /// Sets a variable, or says what is wrong with the value.
    pub(crate) set: fn(&EnvName, &str) -> Result<String, &'static str>,
    /// Removes a variable.
    pub(crate) remove: fn(&str) -> String,
    /// Takes everything back that it remembers.
    undo: &'static str,
    /// Whether it can name any variable, and not only those that it could assign to itself.
    names_all: bool,
}

impl Shell {
    /// The shell that a program is, by its file name.
    ///
    /// ```
    /// use jackin_cli::Shell;
    /// assert_eq!(Shell::of_program("/usr/bin/fish".as_ref()), Some(Shell::Fish));
    /// assert_eq!(Shell::of_program("-dash".as_ref()), Some(Shell::Sh));
    /// ```
    #[must_use]
    pub fn of_program(program: &Path) -> Option<Self> {
        let name = program.file_stem()?.to_str()?;
        Self::from_str(name.trim_start_matches('-'), false).ok()
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

    /// The script that makes these changes. What [`Shell::can_name`] denies is left as it is.
    ///
    /// # Errors
    /// A value that this shell cannot hold.
    pub fn export(self, changes: &Changes<'_>) -> Result<String, Failure> {
        let syntax = self.syntax();
        let removed = changes.remove.iter().filter(|name| self.can_name(name));
        let removed: Vec<_> = removed.filter_map(|name| name.to_str()).collect();
        let set = changes.set.iter().map(|var| (var.name.as_str(), var.replaces));
        let touched: Vec<_> = removed.iter().map(|name| (*name, true)).chain(set).collect();
        let mut script = (syntax.keep)(&touched);
        script.extend(removed.into_iter().map(syntax.remove));
        for var in &changes.set {
            let line = (syntax.set)(var.name, var.value);
            script += &line.map_err(|why| refused(var.name, "a script for this shell", why))?;
        }
        Ok(script)
    }

    /// The script that takes the shell back to before the first export, if there was one.
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

/// A text between single quotes that are doubled within it.
fn doubled(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The names, each as the shell quotes it, between these separators.
fn listed(names: &[(&str, bool)], quote: fn(&str) -> String, separator: &str) -> String {
    names.iter().map(|(name, _)| quote(name)).collect::<Vec<_>>().join(separator)
}
