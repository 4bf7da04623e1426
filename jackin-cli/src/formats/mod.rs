//! The environment of a plan as text for other programs: one small module for each format. What a
//! format cannot hold is refused; whether it can remove is said, and nothing is printed here.

mod direnv;
mod docker;
mod dotenv;
mod github;
mod json;
mod kubernetes;
mod systemd;

use std::{ffi::OsStr, ptr};

use clap::ValueEnum;
use jackin_core::{EnvName, PlannedValue, PlannedVar, ReadyPlan, Vars, plan::child_vars};

use crate::failure::{FAILED, Failure};

pub(crate) use github::masks;

/// What the environment can be written as, besides a shell's own commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// What is set and what is removed, for other programs
    Json,
    /// A `.env` file that Node and python-dotenv read alike
    Dotenv,
    /// An env-file for Docker and Podman
    Docker,
    /// Appended to $GITHUB_ENV; the masks go to standard output
    Github,
    /// A Secret for `kubectl apply`
    K8sSecret,
    /// An `EnvironmentFile=`
    Systemd,
    /// For `eval` in an `.envrc`
    Direnv,
}

/// What a child's environment adds to its parent's, and what it leaves out: what [`Shell::export`]
/// and [`Format::write`] put into text.
///
/// ```no_run
/// use jackin_cli::{Ambient, Changes, Failure, Shell, Sources};
/// use jackin_core::{Agent, choice, resolve};
///
/// fn script() -> Result<String, Failure> {
///     let ambient = Ambient::read(None);
///     let layers = ambient.layers(None, None)?;
///     let agent = layers.registry.agent("claude").expect("built in");
///     let plan = resolve(&layers, agent, choice::select(&layers, agent, None)?)?;
///     let parent: Vec<_> = std::env::vars_os().collect();
///     let ready = plan.materialize(&Sources::new(&ambient))?;
///     Shell::Fish.export(&Changes::of(&ready, &parent))
/// }
/// ```
///
/// [`Shell::export`]: crate::Shell::export
pub struct Changes<'a> {
    /// What the environment is for: letters, digits and `-`.
    pub(crate) title: String,
    pub(crate) set: Vec<Set<'a>>,
    missing: Vec<&'a EnvName>,
    pub(crate) remove: Vec<&'a OsStr>,
}

/// What shells set again for everything that they start, or do not let go; `path` is zsh's `PATH`.
const SHELLS_OWN: [&str; 13] = [
    "BASHOPTS",
    "EUID",
    "HISTCMD",
    "OLDPWD",
    "OPTIND",
    "PPID",
    "PWD",
    "SHELLOPTS",
    "SHLVL",
    "UID",
    "_",
    "path",
    "status",
];

/// A variable that is set.
pub(crate) struct Set<'a> {
    pub(crate) name: &'a EnvName,
    pub(crate) value: &'a str,
    /// Whether nobody may see it.
    pub(crate) is_secret: bool,
    /// Whether the parent has one of this name.
    pub(crate) replaces: bool,
}

impl<'a> Changes<'a> {
    /// The changes that a plan makes to an environment, but for what every shell says of itself.
    #[must_use]
    pub fn of(ready: &'a ReadyPlan, parent: &'a Vars) -> Self {
        let plan = ready.plan();
        let child = child_vars(ready, parent);
        // What is inherited comes in the parent's order, what is set in the plan's; both are borrowed,
        // so that one look tells whether the next name is the very same.
        let mut rest = child.iter().peekable();
        let mut next = |name: &OsStr| rest.next_if(|(own, _)| ptr::eq(*own, name));
        let before = parent.iter().map(|(name, _)| name.as_os_str());
        let gone: Vec<_> = before.filter(|name| next(name).is_none()).collect();
        let (mut set, mut missing) = (Vec::with_capacity(plan.set.len()), Vec::new());
        for PlannedVar { name, value, .. } in &plan.set {
            let key = OsStr::new(name.as_str());
            let is_secret = !matches!(value, PlannedValue::Plain(_));
            // A plan holds text alone.
            match next(key).and_then(|(_, value)| value.to_str()) {
                Some(value) => {
                    set.push(Set { name, value, is_secret, replaces: gone.contains(&key) });
                }
                None => missing.push(name),
            }
        }
        debug_assert!(rest.next().is_none(), "the child has what is neither inherited nor set");
        let title = format!("jackin-{}-{}", plan.agent, plan.provider);
        // Of two with one name only the second is gone.
        let is_kept = |name: &OsStr| child.iter().any(|(own, _)| *own == name);
        let is_shells = |name: &OsStr| SHELLS_OWN.iter().any(|own| name == *own);
        let mut remove = gone;
        remove.retain(|name| !is_kept(name) && !is_shells(name));
        remove.sort_unstable();
        remove.dedup();
        Self { title, set, missing, remove }
    }

    /// The names that the plan sets and the child does not get.
    pub fn missing(&self) -> impl Iterator<Item = &EnvName> {
        self.missing.iter().copied()
    }

    /// The names that are removed.
    pub fn removed(&self) -> impl Iterator<Item = &OsStr> {
        self.remove.iter().copied()
    }
}

impl Format {
    /// The changes in this format.
    ///
    /// # Errors
    /// A value, or a name, that the format cannot hold.
    pub fn write(self, changes: &Changes<'_>) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Json => json::write(changes),
            Self::Dotenv => dotenv::write(changes),
            Self::Docker => docker::write(changes),
            Self::Github => github::write(changes),
            Self::K8sSecret => kubernetes::write(changes),
            Self::Systemd => systemd::write(changes),
            Self::Direnv => direnv::write(changes),
        }
    }

    /// Whether it is read in this environment, and so can say what to remove from it. The others
    /// are for an environment that nobody here knows.
    #[must_use]
    pub const fn removes(self) -> bool {
        matches!(self, Self::Json | Self::Direnv)
    }

    /// Whether it can name a variable, and so remove it.
    #[must_use]
    pub fn can_name(self, name: &OsStr) -> bool {
        let name = name.to_str();
        name.is_some_and(|name| self == Self::Json || name.parse::<EnvName>().is_ok())
    }
}

/// A variable whose value a format cannot hold; the value is not repeated.
pub(crate) fn refused(name: &EnvName, format: &str, problem: &str) -> Failure {
    Failure::new(FAILED, format!("`{name}` cannot stand in {format}: its value {problem}"))
}

/// A line, or several, for each variable, in its order.
fn lines(
    changes: &Changes<'_>,
    format: &str,
    line: impl Fn(&EnvName, &str) -> Result<String, &'static str>,
) -> Result<Vec<u8>, Failure> {
    let lines = changes
        .set
        .iter()
        .map(|var| line(var.name, var.value).map_err(|problem| refused(var.name, format, problem)));
    lines.collect::<Result<String, _>>().map(String::into_bytes)
}

/// Data as JSON that people can read.
fn pretty(value: &serde_json::Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
