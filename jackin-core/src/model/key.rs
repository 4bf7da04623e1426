//! What a key must look like before it is sent anywhere. A key is never repeated, not even its
//! beginning.

use crate::{
    model::{Provider, Text},
    names::ProviderId,
};

/// What is wrong with the text of a key; the key is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// Nothing, or nothing but white space.
    #[error("is blank")]
    Blank,
    /// A line feed or a carriage return.
    #[error("holds a line break")]
    LineBreak,
    /// A space, a control character or a character outside ASCII: no HTTP header carries it.
    #[error(
        "holds a character that no key has (a space, a control character or one outside ASCII)"
    )]
    NotPrintable,
    /// It begins like the keys of a provider whose keys are good there alone.
    #[error("is a key of `{0}`, which is good there alone")]
    Bound(ProviderId),
}

/// Checks that a key can be sent in an HTTP header: printable ASCII without spaces, not blank.
///
/// # Errors
/// What is wrong with it. A blank key matters most: with an empty token some agents send the
/// user's stored login to the provider instead.
pub fn check_key(key: &str) -> Result<(), KeyProblem> {
    if key.trim().is_empty() {
        Err(KeyProblem::Blank)
    } else if key.contains(['\n', '\r']) {
        Err(KeyProblem::LineBreak)
    } else if key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(KeyProblem::NotPrintable)
    }
}

/// What the keys of one provider look like, beside those of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyShape {
    provider: ProviderId,
    prefix: Option<Text>,
    bound: Vec<(Text, ProviderId)>,
}

impl KeyShape {
    /// The shape of a provider's keys; `bound` are the prefixes of keys that work for one other
    /// provider alone.
    pub(crate) fn new(provider: &Provider, bound: Vec<(Text, ProviderId)>) -> Self {
        Self { provider: provider.id.clone(), prefix: provider.key_prefix.clone(), bound }
    }

    /// Whether a key is good for another provider alone.
    pub(crate) fn is_bound_elsewhere(&self, key: &[u8]) -> bool {
        self.bound.iter().any(|(prefix, _)| key.starts_with(prefix.as_bytes()))
    }

    /// Checks a key; an unusual one is let through with a warning.
    pub(crate) fn check(&self, key: &str) -> Result<Option<String>, KeyProblem> {
        check_key(key)?;
        if let Some((_, owner)) = self.bound.iter().find(|(prefix, _)| key.starts_with(&**prefix)) {
            return Err(KeyProblem::Bound(owner.clone()));
        }
        let unusual = self.prefix.as_ref().filter(|prefix| !key.starts_with(&***prefix));
        Ok(unusual.map(|prefix| {
            format!(
                "the key for `{}` does not begin with `{prefix}`, as its keys do",
                self.provider
            )
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_a_header_can_carry() {
        assert_eq!(check_key("sk-cp-1234_x.y"), Ok(()));
        assert_eq!(check_key(" \t"), Err(KeyProblem::Blank));
        assert_eq!(check_key("a\nb"), Err(KeyProblem::LineBreak));
        assert_eq!(check_key("a b"), Err(KeyProblem::NotPrintable));
        assert_eq!(check_key("schlüssel"), Err(KeyProblem::NotPrintable));
    }
}
