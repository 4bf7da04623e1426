//! What a launch does about words that hand the session on to another process.

use std::ffi::OsString;

use crate::{
    model::{Guard, HandOver, HandOverFate},
    names::{AgentId, ErrorKind, ProviderId},
    plan::ExecPlan,
};

/// Words that would hand the session on to a process that may use another provider or another key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{agent} {words}` cannot stay on provider `{provider}`: {because}")]
#[non_exhaustive]
pub struct HandOverError {
    /// The agent.
    pub agent: AgentId,
    /// The chosen provider.
    pub provider: ProviderId,
    /// The option or subcommand.
    pub words: String,
    /// What would happen.
    pub because: String,
    /// What works instead, as a sentence without its full stop.
    pub instead: String,
}

impl HandOverError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

impl ExecPlan {
    /// Refuses words that hand a redirected session on. With the guard off, that is a warning.
    pub(super) fn check_hand_overs(&mut self, words: &[OsString]) -> Result<(), HandOverError> {
        if !self.is_redirect() {
            return Ok(());
        }
        let Some(error) = self.handed_over(words) else { return Ok(()) };
        if self.guard > Guard::Off {
            return Err(error);
        }
        self.warnings.push(error.to_string());
        Ok(())
    }

    fn handed_over(&self, words: &[OsString]) -> Option<HandOverError> {
        let agent = self.agent_entry();
        agent.hand_overs.iter().find_map(|HandOver { words: asking, fate }| {
            let HandOverFate::Refused { because, instead } = fate else { return None };
            let asked = asking.asked(words, &agent.valued_options)?;
            Some(HandOverError {
                agent: self.agent.clone(),
                provider: self.provider.clone(),
                words: asked,
                because: because.to_string(),
                instead: instead.to_string(),
            })
        })
    }
}
