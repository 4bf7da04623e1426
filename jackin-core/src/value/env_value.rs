//! What an `[env]` value means: a literal, or a reference to where the text stands. Nothing is read
//! here; a reference stays a reference until a [`SecretSource`](crate::SecretSource) is asked for it.

use crate::{
    names::EnvName,
    value::{OpRef, Secret, SecretRef},
};

/// A configured value. Its `Debug` shows references and hides literals.
#[derive(Clone)]
#[cfg_attr(not(jackin_leak), derive(Debug))]
pub enum EnvValue {
    /// The text itself. Any literal may be a secret, so all are treated as one.
    Literal(Secret),
    /// Where the text is to be read at launch.
    Reference(SecretRef),
}

/// A leak on purpose, to see that the test of every public type catches it.
#[cfg(jackin_leak)]
impl std::fmt::Debug for EnvValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text.expose()),
            Self::Reference(reference) => write!(f, "{reference:?}"),
        }
    }
}

impl EnvValue {
    /// Reads the text form: `op://…` is a 1Password reference; `$NAME` or `${NAME}`, as the whole
    /// value, a host variable; anything else the literal text.
    ///
    /// ```
    /// use jackin_core::{EnvValue, SecretRef};
    /// let value = EnvValue::parse("$MY_KEY").unwrap();
    /// assert!(matches!(value, EnvValue::Reference(SecretRef::Host(name)) if name.as_str() == "MY_KEY"));
    /// assert!(matches!(EnvValue::parse("costs $5").unwrap(), EnvValue::Literal(_)));
    /// ```
    ///
    /// # Errors
    /// A text that starts with `op://` and is no such reference, or that holds a NUL, which no
    /// environment can carry.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.starts_with("op://") {
            return OpRef::new(text, None).map(|op| Self::Reference(SecretRef::Op(op)));
        }
        let host = text.strip_prefix('$').and_then(|name| {
            let inner = name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            inner.unwrap_or(name).parse().ok()
        });
        match host {
            Some(name) => Ok(Self::host(name)),
            None => Self::literal(text),
        }
    }

    /// The text itself, whatever it looks like.
    ///
    /// # Errors
    /// A text that holds a NUL, which no environment can carry.
    pub fn literal(text: &str) -> Result<Self, ValueError> {
        if has_nul(text) {
            return Err(ValueError("holds a NUL, which no environment variable can carry"));
        }
        Ok(Self::secret(text))
    }

    /// A text that holds no NUL.
    pub(crate) fn secret(text: &str) -> Self {
        Self::Literal(text.into())
    }

    /// The value of a host variable, read at launch.
    #[must_use]
    pub const fn host(name: EnvName) -> Self {
        Self::Reference(SecretRef::Host(name))
    }

    /// Whether this is a literal without anything but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Literal(text) if text.expose().trim().is_empty())
    }

    /// Whether both lead to one secret.
    pub(crate) fn is_same_secret(&self, other: &Self) -> bool {
        match (self.reference(), other.reference()) {
            (Some(SecretRef::Op(a)), Some(SecretRef::Op(b))) => a.is_same_field(b),
            (None, None) => self.trimmed() == other.trimmed(),
            _ => self == other,
        }
    }

    /// A literal without white space around it.
    fn trimmed(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text.expose().trim()),
            Self::Reference(_) => None,
        }
    }

    /// The name of what it is, for lists and JSON: `literal`, or the kind of reference.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Literal(_) => "literal",
            Self::Reference(reference) => reference.kind(),
        }
    }

    /// The reference to be read at launch, if it is one.
    #[must_use]
    pub const fn reference(&self) -> Option<&SecretRef> {
        match self {
            Self::Literal(_) => None,
            Self::Reference(reference) => Some(reference),
        }
    }
}

impl PartialEq for EnvValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(a), Self::Literal(b)) => a.expose() == b.expose(),
            (Self::Reference(a), Self::Reference(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for EnvValue {}

/// Whether no environment can carry a text.
pub(crate) fn has_nul(text: &str) -> bool {
    // All bytes are looked at, since that goes by sixteen.
    text.bytes().fold(false, |found, byte| found | (byte == 0))
}

/// What is wrong with a value; the value is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(pub(crate) &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str) -> Option<String> {
        EnvValue::parse(text).unwrap().reference().map(ToString::to_string)
    }

    #[test]
    fn the_three_forms_of_text() {
        assert_eq!(reference("$MY_KEY").as_deref(), Some("$MY_KEY"));
        assert_eq!(reference("${MY_KEY}").as_deref(), Some("$MY_KEY"));
        assert_eq!(reference("op://v/i/f").as_deref(), Some("op://v/i/f"));
        assert_eq!(
            reference("op://v/i/s/f?attribute=otp").as_deref(),
            Some("op://v/i/s/f?attribute=otp")
        );
        for literal in
            ["", "$", "${}", "$1", "${A", "$A}", "$A-B", "x$A", "$A ", " $A", "op:/v/i/f"]
        {
            assert_eq!(reference(literal), None, "{literal:?}");
        }
    }

    #[test]
    fn what_no_environment_can_carry_is_refused() {
        assert!(EnvValue::parse("a\0b").is_err());
        assert!(EnvValue::parse("op://v/i").is_err());
    }

    #[test]
    fn debug_hides_a_literal() {
        assert!(!format!("{:?}", EnvValue::parse("hunter2").unwrap()).contains("hunter2"));
    }
}
