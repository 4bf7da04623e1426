//! Settings of an agent's own that could fight a redirect: in which files, under which keys, and what
//! comes of them. The types alone; which there are stands in the agents' table, and no file is read.

use crate::{
    model::{Agent, Scrub},
    names::matches,
};

/// A file of an agent's own settings.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SettingsFile {
    /// Where it is.
    pub place: SettingsPlace,
    /// The settings in it that count; of two that fit a key, the first.
    pub settings: &'static [Setting],
}

/// Where a file of settings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsPlace {
    /// Below the directory that the variable names, else below one of the home directory.
    User {
        /// The variable, if there is one.
        variable: Option<&'static str>,
        /// The directory below the home directory.
        usual: &'static str,
        /// The file below either.
        file: &'static str,
    },
    /// Where a variable says.
    Variable(&'static str),
    /// Below the current directory.
    Project(&'static str),
}

/// A setting, or several alike.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Setting {
    /// Under which keys.
    pub key: SettingKey,
    /// What comes of it in a redirected launch.
    pub answer: Answer,
}

/// The keys of a setting: tables and keys are joined by dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingKey {
    /// Keys of this pattern; `*` stands for any run of characters.
    Named(&'static str),
    /// In this table, variables that a redirect of the agent sets or removes.
    Variables(&'static str),
}

/// What comes of a setting in a redirected launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// The guard has the agent ignore it.
    Guarded,
    /// What jackin sets wins.
    Overridden,
    /// It takes effect; this is what it does, as the end of a sentence.
    Effective(&'static str),
}

impl SettingsFile {
    /// The setting of this file that a key is, if it counts.
    ///
    /// ```
    /// use jackin_core::{Agent, Answer};
    /// let claude = Agent::find("claude").unwrap();
    /// let find = |key| claude.settings[0].setting(claude, key).map(|setting| setting.answer);
    /// assert_eq!(find("env.ANTHROPIC_BASE_URL"), Some(Answer::Guarded));
    /// assert_eq!(find("env.EDITOR"), None);
    /// ```
    #[must_use]
    pub fn setting(&self, agent: &Agent, key: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.key.covers(agent, key))
    }
}

impl SettingKey {
    fn covers(&self, agent: &Agent, key: &str) -> bool {
        match self {
            Self::Named(pattern) => matches(pattern.as_bytes(), key.as_bytes()),
            Self::Variables(table) => key
                .strip_prefix(table)
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|name| steers(agent, name)),
        }
    }
}

/// Whether a variable is one that some redirect of the agent sets or removes.
fn steers(agent: &Agent, name: &str) -> bool {
    let covers = |scrub: &Scrub| {
        scrub.patterns.iter().any(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
    };
    agent.wirings.iter().any(|wiring| {
        let set = wiring.vars.iter().filter_map(|var| var.name.as_ref());
        wiring.scrub.iter().any(covers) || set.into_iter().any(|own| own.as_str() == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NAME_PREFIX;

    fn answers(agent: &str, file: usize, key: &str) -> Option<Answer> {
        let agent = Agent::find(agent).unwrap();
        agent.settings[file].setting(agent, key).map(|setting| setting.answer)
    }

    #[test]
    fn of_two_settings_that_fit_the_first_counts() {
        let effective = |answer| matches!(answer, Some(Answer::Effective(_)));
        assert!(effective(answers("claude", 0, "env.CLAUDE_CODE_EXTRA_BODY")));
        assert_eq!(answers("claude", 0, "env.CLAUDE_CODE_USE_BEDROCK"), Some(Answer::Guarded));
        assert_eq!(answers("claude", 0, "env"), None);
        assert_eq!(answers("opencode", 0, "provider.mine"), Some(Answer::Overridden));
    }

    #[test]
    fn what_would_be_merged_with_names_of_our_own_is_known() {
        for (agent, table) in [("codex", "model_providers"), ("opencode", "provider")] {
            let answer = answers(agent, 0, &format!("{table}.{NAME_PREFIX}zai"));
            assert!(matches!(answer, Some(Answer::Effective(_))), "{agent}");
        }
    }
}
