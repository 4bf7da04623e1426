//! What looks like a secret, and what may be shown of one.

use jackin_core::EnvValue;

/// Whether a variable's name says that it holds a secret.
///
/// ```
/// use jackin_host::text::names_a_secret;
///
/// assert!(names_a_secret("ZAI_API_KEY") && names_a_secret("OP_SESSION_abc"));
/// assert!(!names_a_secret("EDITOR"));
/// ```
#[must_use]
pub fn names_a_secret(name: &str) -> bool {
    const WORDS: [&str; 8] =
        ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASS", "CREDENTIALS", "SESSION"];
    let name = name.to_uppercase();
    name.split('_').any(|word| WORDS.iter().any(|secret| word.ends_with(secret)))
}

/// What may be shown of a value: a reference; of a longer literal the last four characters.
#[must_use]
pub fn masked(value: &EnvValue) -> String {
    match value {
        EnvValue::Reference(reference) => reference.to_string(),
        EnvValue::Literal(_) if value.is_blank() => "(blank)".to_owned(),
        EnvValue::Literal(_) => {
            last_four(value).map_or("••••".into(), |last| format!("••••{last}"))
        }
    }
}

/// The last four characters of a literal longer than 12: enough to tell keys apart.
#[must_use]
pub fn last_four(value: &EnvValue) -> Option<String> {
    let EnvValue::Literal(text) = value else { return None };
    let text: Vec<_> = text.expose().trim().chars().collect();
    (text.len() > 12).then(|| text[text.len() - 4..].iter().collect())
}
