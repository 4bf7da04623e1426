//! Pure launches: what of the parent's environment a plan inherits.

use crate::{config::Kept, plan::ExecPlan};

impl ExecPlan {
    /// The same plan for an agent that inherits little: of the parent's environment only what
    /// programs need to know of the user and the machine, and what `pass` of `[scrub]` names. What
    /// the plan sets it sets, and what it removes it removes, even if `pass` names it.
    ///
    /// ```
    /// use jackin_core::{Agent, Config, Given, choice, resolve};
    ///
    /// let layers = Config::default().layers(None)?;
    /// let agent = Agent::find("codex").unwrap();
    /// let provider = choice::select(&layers, agent, Some(("openai", Given::Argument)))?;
    /// let plan = resolve(&layers, agent, provider)?.pure();
    /// let here = [("HOME".into(), "/home/me".into()), ("GH_TOKEN".into(), "ghp_1".into())];
    /// assert_eq!(plan.dropped(&here).into_iter().collect::<Vec<_>>(), ["GH_TOKEN"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn pure(mut self) -> Self {
        self.isolation.pure = Some(true);
        self
    }

    /// What the agent inherits, where that is little enough for a list: where the plan is
    /// [pure](Self::pure).
    #[must_use]
    pub fn kept(&self) -> Option<Vec<Kept>> {
        self.isolation.kept(&self.agent)
    }
}
