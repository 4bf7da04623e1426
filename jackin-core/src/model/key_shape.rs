//! How the keys of one provider begin, beside those of the others: a key of another one is refused, an
//! unusual key triggers a warning. The prefixes themselves are the registry's data.

use crate::{
    model::{KeyProblem, Provider, Text, check_key},
    names::ProviderId,
};

/// What the keys of one provider look like, beside those of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyShape {
    provider: ProviderId,
    own: Vec<Text>,
    others: Vec<OtherPrefix>,
}

/// How keys begin that are refused here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OtherPrefix {
    pub(crate) prefix: Text,
    /// The provider whose keys begin so.
    pub(crate) owner: ProviderId,
    /// Whether such keys work nowhere else.
    pub(crate) bound: bool,
}

impl KeyShape {
    /// The shape of a provider's keys; `others` are the prefixes of keys that are refused here.
    pub(crate) fn new(provider: &Provider, others: Vec<OtherPrefix>) -> Self {
        Self { provider: provider.id.clone(), own: provider.key_prefixes.to_vec(), others }
    }

    /// The prefix that makes it another provider's key. The longest prefix decides, so that a general
    /// one such as `sk-` takes no key from the provider of a longer one.
    fn other(&self, key: &[u8]) -> Option<&OtherPrefix> {
        let begins = |prefix: &Text| key.starts_with(prefix.as_bytes());
        let own = self.own.iter().filter(|prefix| begins(prefix)).map(|prefix| prefix.len()).max();
        let others = self.others.iter().filter(|other| begins(&other.prefix));
        let longest = others.max_by_key(|other| other.prefix.len())?;
        let decides = Some(longest.prefix.len()) > own;
        (decides && (longest.bound || self.tells_vendors(longest))).then_some(longest)
    }

    /// Whether a prefix is one vendor's. One with which another vendor's longer prefix begins, such as
    /// `sk-`, says nothing. Providers that share it are one vendor's.
    fn tells_vendors(&self, known: &OtherPrefix) -> bool {
        let is_vendors = |owner: &ProviderId| {
            self.others.iter().any(|other| other.owner == *owner && other.prefix == known.prefix)
        };
        let mut foreign = self.others.iter().filter(|other| !is_vendors(&other.owner));
        let begins = |prefix: &Text| prefix.starts_with(&*known.prefix);
        !foreign.any(|other| begins(&other.prefix)) && !self.own.iter().any(begins)
    }

    /// Whether a key belongs to another provider.
    pub(crate) fn is_of_another(&self, key: &[u8]) -> bool {
        self.other(key).is_some()
    }

    /// Checks a key; an unusual one is let through with a warning.
    pub(crate) fn check(&self, key: &str) -> Result<Option<String>, KeyProblem> {
        check_key(key)?;
        if let Some(OtherPrefix { owner, bound, .. }) = self.other(key.as_bytes()) {
            let problem = if *bound { KeyProblem::Bound } else { KeyProblem::Foreign };
            return Err(problem(owner.clone()));
        }
        if self.own.is_empty() || self.own.iter().any(|prefix| key.starts_with(&**prefix)) {
            return Ok(None);
        }
        let prefixes: Vec<_> = self.own.iter().map(|prefix| format!("`{prefix}`")).collect();
        Ok(Some(format!(
            "the key for `{}` does not begin with {}, as its keys do",
            self.provider,
            prefixes.join(" or ")
        )))
    }
}
