//! What the targets share: a secret to look for, the input cut into parts, and a second reader of
//! configuration text.

pub mod scripts;
pub mod toml;

/// Stands where an input says `sentinel`: a secret of which no error may repeat eight bytes.
/// It could be a variable's name, and no word that errors show.
pub const SENTINEL: &str = "zQ7_Xv9Kp2_mW4tR8yL6nB3cJ5dF1gH0";

/// What stands between the parts of an input.
pub const BREAK: char = '\u{1e}';

/// An input with the secret in it; nothing if the engine has found a part of it by itself.
pub fn planted(text: &str) -> Option<String> {
    leak(text).is_none().then(|| text.replace("sentinel", SENTINEL))
}

/// Fails where a text shows some of the secret.
pub fn assert_hidden(shown: &str) {
    assert_eq!(leak(shown), None, "in {shown:?}");
}

fn leak(shown: &str) -> Option<&str> {
    let parts = (0..=SENTINEL.len() - 8).map(|at| &SENTINEL[at..at + 8]);
    parts.into_iter().find(|part| shown.contains(part))
}
