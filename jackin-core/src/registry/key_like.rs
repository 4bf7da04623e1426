//! Whether a word is most likely a key that somebody gave in the wrong place. Such a word is not shown.

use super::Registry;

/// The shortest word, in bytes, that is taken for a key.
const SHORTEST: usize = 8;

impl Registry {
    /// Whether a word begins like some provider's keys and goes on.
    ///
    /// ```
    /// let registry = jackin_core::Registry::built_in();
    /// assert!(registry.begins_like_key("agt_0123") && !registry.begins_like_key("agt_"));
    /// ```
    #[must_use]
    pub fn begins_like_key(&self, word: &str) -> bool {
        let prefixes = self.providers().iter().flat_map(|provider| provider.key_prefixes.iter());
        let begins = |prefix: &str| prefix.len() > 2 && word.starts_with(prefix);
        word.len() >= SHORTEST && prefixes.map(|prefix| &**prefix).chain(["sk-"]).any(begins)
    }

    /// Whether a name is most likely a key, by how it begins or by a word in it that nobody chose.
    ///
    /// ```
    /// let registry = jackin_core::Registry::built_in();
    /// assert!(registry.is_like_key("agt_0123") && registry.is_like_key("a1b2c3d4e5f6a7b8c9d0"));
    /// assert!(!registry.is_like_key("VERTEX_REGION_CLAUDE_4_5_SONNET"));
    /// ```
    #[must_use]
    pub fn is_like_key(&self, name: &str) -> bool {
        let words = name.split(|c: char| !c.is_ascii_alphanumeric());
        self.begins_like_key(name) || words.into_iter().any(is_random)
    }
}

/// Whether a word of letters and digits is longer and more mixed than those that people choose.
fn is_random(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let longest = if lower && upper { 15 } else { 19 };
    word.len() > longest && (lower || upper) && has(u8::is_ascii_digit)
}
