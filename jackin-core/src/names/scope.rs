//! Where a value came from, and which of several wins.

use std::{fmt, sync::Arc};

use serde::Serialize;

/// How specific a value is. The order of declaration is the precedence: the first wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// `[roles.<role>]` in a workspace's file.
    WorkspaceRole,
    /// A workspace's file.
    Workspace,
    /// `[roles.<role>]` in `config.toml`.
    Role,
    /// `config.toml`.
    Global,
    /// A variable of the launching process; below all layers, and only for provider keys.
    Environment,
    /// A program that embeds jackin-core.
    Program,
    /// jackin's own data.
    BuiltIn,
}

impl Scope {
    /// Where a key is looked for, the most specific first.
    pub const SEARCHED: [Self; 5] =
        [Self::WorkspaceRole, Self::Workspace, Self::Role, Self::Global, Self::Environment];

    /// Whether it holds for one role alone.
    #[must_use]
    pub const fn is_of_role(self) -> bool {
        matches!(self, Self::WorkspaceRole | Self::Role)
    }

    /// The name used in messages and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkspaceRole => "workspace-role",
            Self::Workspace => "workspace",
            Self::Role => "role",
            Self::Global => "global",
            Self::Environment => "environment",
            Self::Program => "program",
            Self::BuiltIn => "built-in",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The place a value was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Source {
    /// How specific it is.
    pub scope: Scope,
    /// The file, as the caller named it; none for the environment and for built-in data.
    pub file: Option<Arc<str>>,
    /// The line in that file, counted from 1.
    pub line: Option<usize>,
}

impl Source {
    /// A value that no file holds.
    #[must_use]
    pub const fn new(scope: Scope) -> Self {
        Self { scope, file: None, line: None }
    }

    /// A value in a line (counted from 1) of a file.
    #[must_use]
    pub const fn in_file(scope: Scope, file: Arc<str>, line: usize) -> Self {
        Self { scope, file: Some(file), line: Some(line) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.scope.fmt(f)?;
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, ", {file}:{line}"),
            (Some(file), None) => write!(f, ", {file}"),
            _ => Ok(()),
        }
    }
}

/// A value, where it came from, and the less specific places that lost to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sourced<T> {
    /// The value that won.
    pub value: T,
    /// Where it stands.
    pub source: Source,
    /// Where else the same thing is given, the most specific first.
    pub shadowed: Vec<Source>,
}

impl<T> Sourced<T> {
    /// A value that shadows nothing.
    #[must_use]
    pub const fn new(value: T, source: Source) -> Self {
        Self { value, source, shadowed: Vec::new() }
    }

    /// Puts a more specific value, if there is one, over what `slot` holds.
    pub(crate) fn overlay(slot: &mut Option<Self>, specific: Option<Self>) {
        let Some(mut winner) = specific else { return };
        if let Some(loser) = slot.take() {
            winner.shadowed.push(loser.source);
            winner.shadowed.extend(loser.shadowed);
        }
        *slot = Some(winner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_order_is_the_precedence() {
        let mut sorted = Scope::SEARCHED;
        sorted.sort();
        assert_eq!(sorted, Scope::SEARCHED);
        assert!(Scope::WorkspaceRole < Scope::Workspace && Scope::Environment < Scope::BuiltIn);
    }

    #[test]
    fn json_and_text_name_a_scope_alike() {
        for scope in Scope::SEARCHED.into_iter().chain([Scope::Program, Scope::BuiltIn]) {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
    }

    #[test]
    fn an_overlay_remembers_all_that_lost() {
        let at = |scope| Source::new(scope);
        let mut slot = None;
        Sourced::overlay(&mut slot, Some(Sourced::new(1, at(Scope::BuiltIn))));
        Sourced::overlay(&mut slot, None);
        Sourced::overlay(&mut slot, Some(Sourced::new(2, at(Scope::Global))));
        Sourced::overlay(&mut slot, Some(Sourced::new(3, at(Scope::Workspace))));
        let slot = slot.unwrap();
        assert_eq!((slot.value, slot.source.scope), (3, Scope::Workspace));
        assert_eq!(slot.shadowed, [at(Scope::Global), at(Scope::BuiltIn)]);
    }
}
