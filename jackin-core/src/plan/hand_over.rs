//! What a launch does about words that hand the session on to another process, or the key to other
//! programs.

use std::{ffi::OsString, fmt};

use crate::{
    model::{Guard, HandOver, HandOverFate, Words},
    names::{AgentId, EnvName, ErrorKind, ProviderId},
    plan::{ExecPlan, PlannedValue},
};

/// Words that would hand the session on to a process that may use another provider or another key, or
/// show the key to other programs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandOverError {
    /// The agent.
    pub agent: AgentId,
    /// The chosen provider.
    pub provider: ProviderId,
    /// The option or subcommand.
    pub words: Box<str>,
    /// What would happen.
    pub because: Box<str>,
    /// What to do.
    pub remedy: HandOverRemedy,
}

/// What to do about words that a launch refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandOverRemedy {
    /// This, as a sentence without its full stop.
    Instead(Box<str>),
    /// Give this variable a value.
    Set(EnvName),
}

impl HandOverError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

impl std::error::Error for HandOverError {}

impl fmt::Display for HandOverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agent, provider, words, because, remedy } = self;
        match remedy {
            HandOverRemedy::Instead(_) => {
                write!(f, "`{agent} {words}` cannot stay on provider `{provider}`: {because}")
            }
            HandOverRemedy::Set(variable) => write!(
                f,
                "`{agent} {words}` does not keep the key of provider `{provider}`: {because} while \
                 it has no `{variable}`"
            ),
        }
    }
}

impl ExecPlan {
    /// Refuses words that hand a redirected session on, or the key to others. With the guard off, that
    /// is a warning.
    pub(super) fn check_hand_overs(&mut self, words: &[OsString]) -> Result<(), HandOverError> {
        let agent = self.agent_entry();
        // Behind anything else, some words are a prompt.
        let counts = |asking: &Words| match asking {
            Words::Subcommand(wanted) => wanted.first().is_none_or(|first| {
                !agent.first_words.contains(first)
                    || words.first().is_some_and(|word| *word == **first)
            }),
            _ => true,
        };
        let rows = agent.hand_overs.iter().filter(|row| counts(&row.words));
        let asked = rows.filter_map(|HandOver { words: asking, fate }| {
            Some((asking.asked(words, &agent.valued_options)?, fate.clone()))
        });
        for (words, fate) in asked.collect::<Vec<_>>() {
            let Some((because, remedy)) = self.refusal(&fate) else { continue };
            let (agent, provider) = (self.agent.clone(), self.provider.clone());
            let error = HandOverError { agent, provider, words: words.into(), because, remedy };
            if self.guard > Guard::Off {
                return Err(error);
            }
            self.warnings.push(error.to_string());
            break;
        }
        Ok(())
    }

    /// What would happen and what to do, if the fate of these words is to be refused.
    fn refusal(&mut self, fate: &HandOverFate) -> Option<(Box<str>, HandOverRemedy)> {
        match fate {
            HandOverFate::Refused { because, instead } if self.is_redirect() => {
                Some(((&**because).into(), HandOverRemedy::Instead((&**instead).into())))
            }
            HandOverFate::RefusedIfNamed { because, instead }
                if !self.removals.follows_parent() =>
            {
                Some(((&**because).into(), HandOverRemedy::Instead((&**instead).into())))
            }
            HandOverFate::Needs { variable, because } if self.has_key => {
                let is_missing = !self.has_needed(variable);
                is_missing.then(|| ((&**because).into(), HandOverRemedy::Set(variable.clone())))
            }
            _ => None,
        }
    }

    /// Whether the agent gets a variable that its arguments need; an exported one is then set, so that
    /// it arrives wherever the agent runs.
    fn has_needed(&mut self, name: &EnvName) -> bool {
        let inherited = !self.isolation.refuses(self.agent_entry(), name.as_str().as_bytes());
        let exported = self.exported.iter().find(|var| inherited && var.name == *name);
        if self.set.iter().all(|var| var.name != *name) {
            self.set.extend(exported.cloned());
        }
        let set = self.set.iter().find(|var| var.name == *name);
        let has = set.is_some_and(|var| match &var.value {
            PlannedValue::Plain(text) | PlannedValue::Added(text) => !text.trim().is_empty(),
            PlannedValue::Secret(value) => !value.is_blank(),
        });
        if has {
            self.required.push(name.clone());
        }
        has
    }
}
