//! A map of a few keys, searched from end to end. The built-in data are statics, which a `BTreeMap`
//! cannot be.

use std::borrow::Cow;

/// A map of a few entries, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SmallMap<K: Clone + 'static, V: Clone + 'static>(
    pub(crate) Cow<'static, [(K, V)]>,
);

impl<K: Clone + Ord, V: Clone> SmallMap<K, V> {
    /// The value under a key.
    #[must_use]
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Whether there is a value under a key.
    #[must_use]
    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Whether it has no entries.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The values, by key.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Clone, V: Clone> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self(Cow::Borrowed(&[]))
    }
}

impl<K: Clone + Ord, V: Clone> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::sorted(entries.into_iter().collect())
    }
}

impl<K: Clone + Ord, V: Clone> SmallMap<K, V> {
    fn sorted(mut entries: Vec<(K, V)>) -> Self {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|(b, _), (a, _)| a == b);
        Self(Cow::Owned(entries))
    }
}
