use std::str::FromStr;

use toml_writer::{ToTomlKey as _, ToTomlValue as _, TomlKeyBuilder, TomlStringBuilder};

use super::EditError;
use crate::value::{EnvValue, Secret, SecretRef};

/// A value as TOML, on one line. It may hold a secret, so its `Debug` does not show it.
///
/// ```
/// use jackin_core::{EnvValue, edit::TomlValue};
///
/// let value = TomlValue::table([("main", TomlValue::string("m")), ("s s", "'x'".parse()?)]);
/// assert_eq!(value.as_toml(), "{ main = \"m\", \"s s\" = 'x' }");
/// // A literal that would be read as a reference says that it is none.
/// let value = TomlValue::from(&EnvValue::literal("$NAME")?);
/// assert_eq!(value.as_toml(), "{ text = \"$NAME\" }");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct TomlValue(Secret);

impl TomlValue {
    fn of(toml: String) -> Self {
        Self(toml.into())
    }

    /// A string.
    #[must_use]
    pub fn string(text: &str) -> Self {
        let string = TomlStringBuilder::new(text);
        Self::of(if text.contains(['\n', '\r']) {
            string.as_basic().to_toml_value()
        } else {
            string.as_default().to_toml_value()
        })
    }

    /// An array of strings.
    #[must_use]
    pub fn array<'a>(items: impl IntoIterator<Item = &'a str>) -> Self {
        let items: Vec<_> = items.into_iter().map(Self::string).collect();
        let items: Vec<_> = items.iter().map(Self::as_toml).collect();
        Self::of(format!("[{}]", items.join(", ")))
    }

    /// An inline table.
    #[must_use]
    pub fn table<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let entries = entries.into_iter();
        let entries =
            entries.map(|(name, value)| format!("{} = {}", key(&[name]), value.as_toml()));
        Self::of(format!("{{ {} }}", entries.collect::<Vec<_>>().join(", ")))
    }

    /// The literal text of a variable. A text that would be read as a reference says that it is none.
    pub(super) fn literal(text: &str) -> Self {
        match EnvValue::parse(text) {
            Ok(EnvValue::Literal(_)) => Self::string(text),
            _ => Self::table([("text", Self::string(text))]),
        }
    }

    /// The value as it is written, secrets included.
    #[must_use]
    pub fn as_toml(&self) -> &str {
        self.0.expose()
    }
}

impl From<&EnvValue> for TomlValue {
    /// The value of a variable as a configuration has it.
    fn from(value: &EnvValue) -> Self {
        match value {
            EnvValue::Literal(text) => Self::literal(text.expose()),
            EnvValue::Reference(reference) => reference.into(),
        }
    }
}

impl From<&SecretRef> for TomlValue {
    /// The reference as a configuration has it.
    fn from(reference: &SecretRef) -> Self {
        let form = |form, value| Self::table([(form, value)]);
        match reference {
            SecretRef::Host(_) => Self::string(&reference.to_string()),
            SecretRef::Op(op) => match op.account() {
                None => Self::string(op.uri()),
                Some(account) => {
                    let entries = [("op", op.uri()), ("account", account)];
                    Self::table(entries.map(|(name, text)| (name, Self::string(text))))
                }
            },
            SecretRef::Command(command) => {
                let argv = std::iter::once(command.program()).chain(command.args());
                form("command", Self::array(argv))
            }
            SecretRef::File(file) => form("file", Self::string(file.path())),
            SecretRef::Keyring(entry) => {
                form("keyring", Self::string(&format!("{}/{}", entry.service(), entry.user())))
            }
        }
    }
}

impl FromStr for TomlValue {
    type Err = EditError;

    /// Takes a value that is TOML already, on one line and without a comment.
    fn from_str(toml: &str) -> Result<Self, EditError> {
        let text = format!("v = {toml}");
        let document = super::parse(&text)?;
        let span = document.get("v").and_then(|value| value.as_value()?.span());
        let is_alone = span == Some(text.len() - toml.len()..text.len());
        if is_alone && !toml.contains(['\n', '\r']) {
            Ok(Self::of(toml.to_owned()))
        } else {
            Err(EditError::Syntax)
        }
    }
}

/// A path as TOML.
pub(super) fn key(path: &[&str]) -> String {
    let keys = path.iter().map(|key| TomlKeyBuilder::new(key).as_default().to_toml_key());
    keys.collect::<Vec<_>>().join(".")
}
