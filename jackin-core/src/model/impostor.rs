//! Other programs that are called like an agent and do not read what it reads.

use crate::model::Text;

/// Another program of an agent's name, which a redirect does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Impostor {
    /// What it is, for people.
    pub name: Text,
    /// A text near the beginning of its file, which is a script.
    pub mark: Text,
    /// What happens in a redirected launch, as the end of a sentence.
    pub because: Text,
}

impl Impostor {
    /// A program that is a script with this text near its beginning.
    #[must_use]
    pub fn new(name: impl Into<Text>, mark: impl Into<Text>, because: impl Into<Text>) -> Self {
        Self { name: name.into(), mark: mark.into(), because: because.into() }
    }

    /// Whether a file that begins like this is that program.
    #[must_use]
    pub fn begins(&self, head: &[u8]) -> bool {
        let mark = self.mark.as_bytes();
        head.starts_with(b"#!") && head.windows(mark.len()).any(|part| part == mark)
    }
}
