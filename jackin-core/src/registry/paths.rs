//! Variables that name a directory or a file, as data: a `~/` at the beginning of such a value means the
//! home directory, as it does to a shell. No other value is changed.

use crate::{
    model::{Agent, SettingsPlace, Text},
    names::{EnvName, is_name},
    registry::Registry,
    value::EnvValue,
};

/// Variables of the system and of common tools; those of agents are in the agents' own entries.
const PATHS: [&str; 35] = [
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "BUN_INSTALL",
    "CARGO_HOME",
    "CURL_CA_BUNDLE",
    "DOCKER_CONFIG",
    "GH_CONFIG_DIR",
    "GIT_CONFIG_GLOBAL",
    "GIT_SSL_CAINFO",
    "GNUPGHOME",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOPATH",
    "GRADLE_USER_HOME",
    "HISTFILE",
    "HOMEBREW_PREFIX",
    "JAVA_HOME",
    "KUBECONFIG",
    "NODE_EXTRA_CA_CERTS",
    "NPM_CONFIG_USERCONFIG",
    "NVM_DIR",
    "OPENCODE_CONFIG_DIR",
    "PNPM_HOME",
    "PYENV_ROOT",
    "REQUESTS_CA_BUNDLE",
    "RUSTUP_HOME",
    "SSH_AUTH_SOCK",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "VOLTA_HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
];

impl Registry {
    /// Whether a variable names a directory or a file of the system's, of a common tool's or of an
    /// agent's.
    #[must_use]
    pub fn is_path(&self, variable: &EnvName) -> bool {
        let of_agents = || self.agents().iter().flat_map(paths_of);
        PATHS.contains(&variable.as_str())
            || of_agents().any(|name| is_name(variable, (**name).as_ref()))
    }

    /// What of a value a shell would replace and an agent gets as it is written, as the end of a
    /// sentence about the variable.
    #[must_use]
    pub fn unexpanded(&self, variable: &EnvName, value: &EnvValue) -> Option<&'static str> {
        let EnvValue::Literal(text) = value else { return None };
        let text = text.expose();
        if text.contains("$HOME") || text.contains("${HOME}") {
            return Some("holds `$HOME`, which nothing replaces there");
        }
        let begins = below_home(text).is_some() && !self.is_path(variable);
        begins.then_some(
            "begins with `~/`, which is replaced only where a variable names a directory",
        )
    }
}

/// The variables that name a directory or a file of an agent's.
fn paths_of(agent: &Agent) -> impl Iterator<Item = &Text> {
    agent.settings.iter().filter_map(|file| match &file.place {
        SettingsPlace::User { variable, .. } => variable.as_ref(),
        SettingsPlace::Variable(variable) => Some(variable),
        SettingsPlace::Project(_) | SettingsPlace::System { .. } => None,
    })
}

/// What of a text is below the home directory, if it begins there.
pub(crate) fn below_home(text: &str) -> Option<&str> {
    text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_agents_and_tools_are_known() {
        let registry = Registry::built_in();
        let is_path = |name: &str| registry.is_path(&name.parse().unwrap());
        for path in ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "OPENCODE_CONFIG", "XDG_CONFIG_HOME"] {
            assert!(is_path(path), "{path}");
        }
        assert!(!is_path("EDITOR") && !is_path("PATH") && !is_path("ZAI_API_KEY"));
        assert!(PATHS.is_sorted());
    }

    #[test]
    fn what_stays_as_it_is_written_is_told() {
        let registry = Registry::built_in();
        let told = |name: &str, text: &str| {
            let value = EnvValue::literal(text).unwrap();
            registry.unexpanded(&name.parse().unwrap(), &value).is_some()
        };
        assert!(told("NOTES", "~/notes") && told("NOTES", "~") && told("CODEX_HOME", "$HOME/x"));
        assert!(told("NOTES", "a ${HOME} b"));
        assert!(!told("CODEX_HOME", "~/x") && !told("NOTES", "a~/b") && !told("NOTES", "~me/x"));
    }
}
