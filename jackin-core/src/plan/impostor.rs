//! Which other programs of the agent's name a redirect is not made for.

use crate::{model::Impostor, plan::ExecPlan};

impl ExecPlan {
    /// Other programs of the agent's name in which this plan would not hold; none unless it is a
    /// redirect.
    ///
    /// ```
    /// use jackin_core::{Config, Document, resolve};
    /// let global = Some(Document::global("config.toml", "env = { ZAI_API_KEY = 'demo' }")?);
    /// let layers = Config { global, ..Config::default() }.layers(None)?;
    /// let (kimi, zai) = (layers.registry().agent("kimi"), layers.registry().provider("zai"));
    /// let plan = resolve(&layers, kimi.expect("built in"), zai.expect("built in"))?;
    /// let [other] = plan.impostors() else { panic!("one is known") };
    /// assert!(other.begins(b"#!/usr/bin/python3\nfrom kimi_cli.__main__ import main\n"));
    /// assert!(!other.begins(b"#!/usr/bin/env node\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn impostors(&self) -> &[Impostor] {
        if self.is_redirect() { &self.agent_entry().impostors } else { &[] }
    }
}
