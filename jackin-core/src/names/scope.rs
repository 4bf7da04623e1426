//! Where a value came from and which of several wins; it holds no values of its own.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

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

/// Less specific places that give another value, the most specific first. Every launch makes many and
/// shows none, so most of them know only the lines, and share what they are the lines of.
#[derive(Clone)]
pub struct Shadowed(Places);

#[derive(Clone)]
enum Places {
    Listed(Vec<Source>),
    /// Of the places of all layers those with a line.
    InLayers(Arc<[Source]>, Lines),
}

/// How many layers there can be: one for each scope.
pub(crate) const LAYERS: usize = Scope::SEARCHED.len() + 2;

/// For each layer the line that is shadowed there; 0 where nothing is.
pub(crate) type Lines = [u32; LAYERS];

/// Something is shadowed that stands in no line.
pub(crate) const NO_LINE: u32 = u32::MAX;

impl Shadowed {
    /// Nothing.
    pub const NONE: Self = Self(Places::Listed(Vec::new()));

    /// Some lines of the layers whose places these are.
    pub(crate) fn in_layers(places: &Arc<[Source]>, lines: Lines) -> Self {
        match lines == [0; LAYERS] {
            true => Self::NONE,
            false => Self(Places::InLayers(places.clone(), lines)),
        }
    }

    /// The places.
    pub fn iter(&self) -> impl Iterator<Item = Source> {
        let (places, lines) = match &self.0 {
            Places::Listed(places) => (&places[..], None),
            Places::InLayers(places, lines) => (&places[..], Some(lines)),
        };
        places.iter().enumerate().filter_map(move |(at, place)| {
            let Some(lines) = lines else { return Some(place.clone()) };
            let line = match lines[at] {
                0 => return None,
                NO_LINE => None,
                line => usize::try_from(line).ok(),
            };
            Some(Source { line, ..place.clone() })
        })
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Adds less specific ones.
    pub(crate) fn add(&mut self, more: impl Iterator<Item = Source>) {
        self.0 = Places::Listed(self.iter().chain(more).collect());
    }
}

impl PartialEq for Shadowed {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Shadowed {}

impl fmt::Debug for Shadowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Shadowed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
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
    pub shadowed: Shadowed,
}

impl<T> Sourced<T> {
    /// A value that shadows nothing.
    #[must_use]
    pub const fn new(value: T, source: Source) -> Self {
        Self { value, source, shadowed: Shadowed::NONE }
    }

    /// Puts a more specific value, if there is one, over what `slot` holds.
    pub(crate) fn overlay(slot: &mut Option<Self>, specific: Option<Self>) {
        let Some(mut winner) = specific else { return };
        if let Some(loser) = slot.take() {
            winner.shadowed.add(std::iter::once(loser.source).chain(loser.shadowed.iter()));
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
        let shadowed: Vec<_> = slot.shadowed.iter().collect();
        assert_eq!(shadowed, [at(Scope::Global), at(Scope::BuiltIn)]);
    }
}
