//! What may be wrong on this machine: looked at, never changed, and no value is shown. Each check
//! makes findings of what was read before.

mod config;
mod files;
mod inherited;
mod installed;
mod keys;
mod misplaced;
mod programs;
mod settings;
pub(crate) mod smoke;
mod spelling;
mod strays;
mod verdict;

pub(crate) use self::{
    config::{ConfigFile, failures},
    installed::Installed,
    verdict::{Cause, Pair, Verdict},
};

use jackin_core::{Agent, EnvLayers, Provider, Registry, choice};
use serde::Serialize;

use jackin_host::Ambient;

use crate::{
    args::Place,
    failure::{FAILED, Failure},
};

/// Something that a user should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// Which check found it; stable, for programs.
    pub(crate) check: &'static str,
    /// What it is: names, never values.
    pub(crate) what: String,
    /// Where it stands: a file, perhaps with its line, or a directory.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// What the user can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Something is wrong.
    Problem,
    /// Nothing is wrong, but it is good to know.
    Info,
}

impl Severity {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Info => "info",
        }
    }
}

impl Finding {
    fn problem(check: &'static str, what: impl Into<String>) -> Self {
        Self { severity: Severity::Problem, check, what: what.into(), place: None, hint: None }
    }

    fn info(check: &'static str, what: impl Into<String>) -> Self {
        Self { severity: Severity::Info, ..Self::problem(check, what) }
    }

    fn at(mut self, place: impl ToString) -> Self {
        self.place = Some(place.to_string());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same as the reason why a command ends.
    fn into_failure(self) -> Failure {
        let place = self.place.map(|place| format!(" ({place})")).unwrap_or_default();
        let failure = Failure::new(FAILED, self.what + &place);
        Failure { hint: self.hint, ..failure }
    }
}

/// What the checks look at.
struct Seen<'a> {
    ambient: &'a Ambient,
    files: Vec<ConfigFile>,
    /// What applies here; the built-in providers alone where the configuration cannot be used.
    layers: EnvLayers,
    agents: Vec<Installed>,
    /// Their programs, in the same order.
    programs: Vec<installed::Program>,
}

/// What was found.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Examined {
    /// Every agent, installed or not.
    pub(crate) agents: Vec<Installed>,
    /// Problems first.
    pub(crate) findings: Vec<Finding>,
}

/// Looks at everything.
pub(crate) fn examine(place: &Place, ambient: &Ambient) -> Result<Examined, Failure> {
    let (files, mut findings) = config::read(ambient)?;
    let layers = ambient.layers(place.workspace.as_deref(), place.role.as_deref());
    let layers = layers.map_err(Failure::from);
    findings.extend(config::errors(&files, layers.as_ref().err()));
    let layers = layers.unwrap_or_else(|_| {
        EnvLayers::new(Registry::built_in()).with_environment(|name| ambient.host(name))
    });
    let (agents, programs) = installed::agents(&layers, ambient);
    let seen = Seen { ambient, files, layers, agents, programs };
    let checks: [fn(&Seen<'_>) -> Vec<Finding>; 23] = [
        installed::none,
        installed::too_old,
        installed::unread,
        programs::not_usable,
        programs::of_another_agent,
        programs::unsearched,
        programs::shims,
        programs::changing,
        settings::fighting,
        settings::leading_away,
        settings::outlets,
        inherited::dropped,
        files::open_to_others,
        files::in_a_repository,
        strays::leftovers,
        strays::of_other_owners,
        keys::in_files,
        keys::malformed,
        keys::ending,
        keys::unexpanded,
        keys::unreachable,
        spelling::misspelt,
        misplaced::settings,
    ];
    findings.extend(checks.iter().flat_map(|check| check(&seen)));
    findings.sort_by_key(|finding| finding.severity);
    Ok(Examined { agents: seen.agents, findings })
}

impl Seen<'_> {
    /// The providers to which an agent could be redirected now.
    fn redirects(&self, agent: &Agent) -> Vec<&Provider> {
        let mut choices = choice::choices(&self.layers, agent);
        choices.retain(|provider| {
            let key = self.layers.has(&provider.key.value);
            provider.id != agent.native && (key || provider.token.is_some())
        });
        choices
    }
}
