//! Names that are not known: which, where it was given, and the closest known one.

use std::fmt;

use super::Registry;
use crate::names::{ErrorKind, Source};

/// A name that is not known, with the ones that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Unknown {
    /// What was wanted: `provider`, `agent`, `workspace` or `role`.
    pub what: &'static str,
    /// The name that was given, or `…` where it could be anything else, such as a key.
    pub name: String,
    /// Where it was given.
    pub given: NameOrigin,
    /// The closest known name.
    pub suggestion: Option<String>,
    /// Every known name.
    pub known: Vec<String>,
}

impl Unknown {
    /// The error for `name`, with the closest of the known names as the suggestion.
    pub fn new<'a>(
        what: &'static str,
        name: &str,
        given: NameOrigin,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        // A third of the letters may differ: `zia` finds `zai`, `x` finds nothing.
        let near = known.iter().filter(|other| name.len().abs_diff(other.len()) * 3 <= other.len());
        let distance = |other: &&String| strsim::damerau_levenshtein(name, other);
        let suggestion =
            near.min_by_key(distance).filter(|other| distance(other) * 3 <= other.len());
        let is_key = Registry::built_in().is_like_key(name);
        let plain = name.len() <= 20 && !name.chars().any(char::is_control) && !is_key;
        let shown = if plain || suggestion.is_some() { name } else { "…" };
        Self { what, name: shown.to_owned(), given, suggestion: suggestion.cloned(), known }
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self.given {
            NameOrigin::Config(_) => ErrorKind::Config,
            _ => ErrorKind::Usage,
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {} `{}`{}", self.what, self.name, self.given)
    }
}

/// Where a name was given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameOrigin {
    /// As an argument.
    Argument,
    /// In an environment variable.
    Variable(&'static str),
    /// In a configuration file.
    Config(Source),
}

impl fmt::Display for NameOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => Ok(()),
            Self::Variable(name) => write!(f, " (from `{name}`)"),
            Self::Config(source) => write!(f, " ({source})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_key_is_not_kept() {
        let unknown =
            Unknown::new("provider", "sk-0123456789abcdef0123", NameOrigin::Argument, ["zai"]);
        assert_eq!(unknown.to_string(), "unknown provider `…`");
        assert!(!format!("{unknown:?}").contains("0123"));
    }

    #[test]
    fn suggestions_are_close() {
        let suggest = |name: &str| {
            Unknown::new("provider", name, NameOrigin::Argument, ["anthropic", "zai", "kimi"])
                .suggestion
        };
        assert_eq!(suggest("zia").as_deref(), Some("zai"));
        assert_eq!(suggest("anthropci").as_deref(), Some("anthropic"));
        assert_eq!(suggest("openrouter"), None);
        assert_eq!(suggest("x"), None);
        assert_eq!(suggest(&"x".repeat(100_000)), None);
    }
}
