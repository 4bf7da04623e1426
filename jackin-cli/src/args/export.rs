//! The names of shells and formats on the command line, with a word on how each is used.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use jackin_core::export::{Format, Shell};

/// How each shell runs its script.
const SHELLS: [(Shell, &str); 8] = [
    (Shell::Bash, "`eval \"$(…)\"`"),
    (Shell::Zsh, "`eval \"$(…)\"`"),
    (Shell::Sh, "`eval \"$(…)\"`, in every POSIX shell"),
    (Shell::Fish, "`… | source`"),
    (Shell::Nu, "`source` of a file; `--format json` needs none"),
    (Shell::Pwsh, "`… | Out-String | Invoke-Expression`"),
    (Shell::Elvish, "`eval (… | slurp)`"),
    (Shell::Xonsh, "`execx($(…))`"),
];

/// What each format is for.
const FORMATS: [(Format, &str); 7] = [
    (Format::Json, "What is set and what is removed, for other programs"),
    (Format::Dotenv, "A `.env` file that Node and python-dotenv read alike"),
    (Format::Docker, "An env-file for Docker and Podman"),
    (Format::Github, "Appended to $GITHUB_ENV; the masks go to standard output"),
    (Format::K8sSecret, "A Secret for `kubectl apply`"),
    (Format::Systemd, "An `EnvironmentFile=`"),
    (Format::Direnv, "For `eval` in an `.envrc`"),
];

pub(super) fn shell() -> impl TypedValueParser<Value = Shell> {
    let value = |(shell, help): (Shell, &'static str)| {
        PossibleValue::new(shell.as_str()).aliases(shell.aliases()).help(help)
    };
    let values = PossibleValuesParser::new(SHELLS.map(value));
    values.try_map(|name| name.parse::<Shell>())
}

pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    let value =
        |(format, help): (Format, &'static str)| PossibleValue::new(format.as_str()).help(help);
    let values = PossibleValuesParser::new(FORMATS.map(value));
    values.try_map(|name| name.parse::<Format>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_and_format_can_be_named() {
        assert_eq!(SHELLS.map(|(shell, _)| shell), Shell::ALL);
        assert_eq!(FORMATS.map(|(format, _)| format), Format::ALL);
    }
}
