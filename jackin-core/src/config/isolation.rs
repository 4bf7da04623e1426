//! `[scrub]`: what users keep from their agents. Data alone; what a plan makes of it is in the plan room.

use crate::{
    config::{ConfigError, reader::Table},
    names::{EnvPattern, Scope, Sourced},
};

/// What `[scrub]` says: the lists of all scopes add up, and what is denied is not passed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Isolation {
    /// What no agent inherits.
    pub deny: Vec<Sourced<EnvPattern>>,
    /// What a pure launch inherits beside the usual.
    pub pass: Vec<Sourced<EnvPattern>>,
    /// Whether every launch is pure, if a scope decides.
    pub pure: Option<bool>,
}

/// What can stand in `[scrub]`.
const KEYS: [&str; 3] = ["deny", "pass", "pure"];

impl Isolation {
    /// No rules.
    pub const NONE: Self = Self { deny: Vec::new(), pass: Vec::new(), pure: None };

    /// Reads `[scrub]` of one scope.
    pub(crate) fn read(table: &Table<'_>, scope: Scope) -> Result<Self, ConfigError> {
        let Some(table) = table.table("scrub")? else { return Ok(Self::NONE) };
        // A misspelt key would deny nothing, without a word.
        if let Some(entry) = table.entries().iter().find(|entry| !KEYS.contains(&entry.key)) {
            return Err(entry.invalid("is none of `deny`, `pass` and `pure`"));
        }
        Ok(Self {
            deny: patterns(&table, "deny", scope)?,
            pass: patterns(&table, "pass", scope)?,
            pure: table.bool("pure", scope)?.map(|pure| pure.value),
        })
    }

    /// Adds what a more specific scope says.
    pub(crate) fn add(&mut self, specific: Self) {
        self.deny.extend(specific.deny);
        self.pass.extend(specific.pass);
        self.pure = specific.pure.or(self.pure);
    }
}

/// The patterns under a key. None is repeated in an error: it may be a key that was pasted there.
fn patterns(
    table: &Table<'_>,
    key: &str,
    scope: Scope,
) -> Result<Vec<Sourced<EnvPattern>>, ConfigError> {
    let Some(entry) = table.get(key) else { return Ok(Vec::new()) };
    let pattern = |text: &str| {
        let pattern = text.parse().map_err(|error| entry.invalid(format!("holds what is {error}")));
        Ok(Sourced::new(pattern?, entry.source(scope)))
    };
    entry.strings()?.into_iter().map(pattern).collect()
}
