//! What an `[env]` value means: a literal, a host variable or a 1Password reference. Nothing is
//! read here; a reference stays a reference until a [`SecretSource`] is asked for it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::names::EnvName;

/// A configured value. Its `Debug` shows references and hides literals.
#[derive(Debug, Clone)]
pub enum EnvValue {
    /// The text itself. Any literal may be a secret, so all are treated as one.
    Literal(SecretString),
    /// Where the text is to be read at launch.
    Reference(SecretRef),
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
        if text.contains('\0') {
            return Err(ValueError("holds a NUL, which no environment variable can carry"));
        }
        if text.starts_with("op://") {
            return OpRef::new(text, None).map(|op| Self::Reference(SecretRef::Op(op)));
        }
        let host = text.strip_prefix('$').and_then(|name| {
            let inner = name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            inner.unwrap_or(name).parse().ok()
        });
        Ok(match host {
            Some(name) => Self::Reference(SecretRef::Host(name)),
            None => Self::Literal(text.into()),
        })
    }

    /// The value of a host variable, read at launch.
    #[must_use]
    pub const fn host(name: EnvName) -> Self {
        Self::Reference(SecretRef::Host(name))
    }

    /// Whether this is a literal without anything but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Literal(text) if text.expose_secret().trim().is_empty())
    }

    /// Whether both lead to one secret. For 1Password the account, attributes and the case of the
    /// names do not tell two secrets apart.
    pub(crate) fn is_same_secret(&self, other: &Self) -> bool {
        match (self.reference(), other.reference()) {
            (Some(SecretRef::Op(a)), Some(SecretRef::Op(b))) => {
                a.path().eq_ignore_ascii_case(b.path())
            }
            (None, None) => self.trimmed() == other.trimmed(),
            _ => self == other,
        }
    }

    /// A literal without white space around it.
    fn trimmed(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text.expose_secret().trim()),
            Self::Reference(_) => None,
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
            (Self::Literal(a), Self::Literal(b)) => a.expose_secret() == b.expose_secret(),
            (Self::Reference(a), Self::Reference(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for EnvValue {}

/// Where a secret is read from at launch. It is not itself secret and may be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SecretRef {
    /// A variable of the launching process.
    Host(EnvName),
    /// A field in 1Password.
    Op(OpRef),
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => write!(f, "${name}"),
            Self::Op(OpRef { uri, account: None }) => f.write_str(uri),
            Self::Op(OpRef { uri, account: Some(account) }) => {
                write!(f, "{uri} (account {account})")
            }
        }
    }
}

impl serde::Serialize for SecretRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // What `op read` takes; the account is for people.
            Self::Op(op) => serializer.serialize_str(op.uri()),
            Self::Host(_) => serializer.collect_str(self),
        }
    }
}

/// A 1Password secret reference: `op://VAULT/ITEM/[SECTION/]FIELD[?attribute=…]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpRef {
    uri: Box<str>,
    account: Option<Box<str>>,
}

impl OpRef {
    /// A reference, in an account if several are signed in.
    ///
    /// # Errors
    /// Anything `op read` could take for something else: too few or too many segments, an empty
    /// one, one that begins with `-`, `${` (which `op` expands itself), control characters.
    pub fn new(uri: &str, account: Option<&str>) -> Result<Self, ValueError> {
        const FORM: ValueError = ValueError("is not a reference of the form op://VAULT/ITEM/FIELD");
        let path = uri.strip_prefix("op://").ok_or(FORM)?;
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let segments = || path.split('/');
        if !(3..=4).contains(&segments().count()) || segments().any(|s| s.trim().is_empty()) {
            return Err(FORM);
        }
        if uri.contains("${") {
            return Err(ValueError("holds `${`, which `op` would expand itself"));
        }
        if segments().chain(account).any(|part| part.starts_with('-')) {
            return Err(ValueError("has a part that begins with `-`, like an option"));
        }
        if uri.chars().chain(account.unwrap_or_default().chars()).any(char::is_control) {
            return Err(ValueError("holds a control character"));
        }
        Ok(Self { uri: uri.into(), account: account.map(Into::into) })
    }

    /// The reference as `op read` takes it.
    #[must_use]
    pub const fn uri(&self) -> &str {
        &self.uri
    }

    /// The reference without its attributes.
    fn path(&self) -> &str {
        self.uri.split_once('?').map_or(&self.uri, |(path, _)| path)
    }

    /// The account for `op --account`.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }
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
    fn what_op_could_take_for_something_else_is_refused() {
        for bad in [
            "op://",
            "op://v",
            "op://v/i",
            "op://v/i/",
            "op:///i/f",
            "op://v//f",
            "op://v/i/s/f/x",
            "op://v/${X}/f",
            "op://-v/i/f",
            "op://v/--help/f",
            "op://v/i/f\n",
            "op://v/i/ ",
        ] {
            assert!(EnvValue::parse(bad).is_err(), "{bad:?}");
        }
        assert!(OpRef::new("op://v/i/f", Some("-x")).is_err());
        assert!(EnvValue::parse("a\0b").is_err());
    }

    #[test]
    fn debug_hides_a_literal() {
        assert!(!format!("{:?}", EnvValue::parse("hunter2").unwrap()).contains("hunter2"));
    }
}
