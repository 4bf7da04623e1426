//! A text that may be a secret: wiped when it is dropped, and never printed.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroize as _};

/// A text that may be a secret. Its memory is wiped when it is dropped, and its `Debug` shows none of
/// it. Each clone is a copy of its own.
///
/// ```
/// use jackin_core::Secret;
/// let secret = Secret::from("sk-123");
/// assert_eq!(secret.expose(), "sk-123");
/// assert_eq!(format!("{secret:?}"), "[REDACTED]");
/// ```
///
/// It can be neither displayed nor compared.
///
/// ```compile_fail,E0277
/// format!("{}", jackin_core::Secret::from("sk-123"));
/// ```
///
/// ```compile_fail,E0369
/// assert!(jackin_core::Secret::from("sk-123") == jackin_core::Secret::from("sk-123"));
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself. Do not print it, and do not keep it longer than needed.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    /// Takes the text over and wipes the `String`.
    fn from(mut text: String) -> Self {
        // Cutting a String to its length may move it, and the old memory would keep the secret.
        let secret = Self::from(&*text);
        text.zeroize();
        secret
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}
