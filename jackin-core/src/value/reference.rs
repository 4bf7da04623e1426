//! Where a secret can stand outside the configuration: a host variable, 1Password, a command, a
//! file, a keyring. References are checked here once and read by nobody here.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{names::EnvName, value::ValueError};

/// Where a secret is read from at launch. It is not itself secret and may be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(with = "String"))]
#[non_exhaustive]
pub enum SecretRef {
    /// A variable of the launching process.
    Host(EnvName),
    /// A field in 1Password.
    Op(OpRef),
    /// What a command prints.
    Command(CommandRef),
    /// The content of a file.
    File(FileRef),
    /// An entry of the system's keyring.
    Keyring(KeyringRef),
}

impl SecretRef {
    /// The name of its kind: `environment`, `op`, `command`, `file` or `keyring`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Host(_) => "environment",
            Self::Op(_) => "op",
            Self::Command(_) => "command",
            Self::File(_) => "file",
            Self::Keyring(_) => "keyring",
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => write!(f, "${name}"),
            Self::Op(OpRef { uri, account: None }) => f.write_str(uri),
            Self::Op(OpRef { uri, account: Some(account) }) => {
                write!(f, "{uri} (account {account})")
            }
            Self::Command(command) => write!(f, "command:{}", shown(command.program())),
            Self::File(file) => write!(f, "file:{}", file.path()),
            Self::Keyring(KeyringRef { service, user }) => {
                write!(f, "keyring:{}/{user}", shown(service))
            }
        }
    }
}

impl Serialize for SecretRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // What `op read` takes; the account is for people.
            Self::Op(op) => serializer.serialize_str(op.uri()),
            _ => serializer.collect_str(self),
        }
    }
}

/// A name as it may be shown. One that is long and no path may be a key that was pasted there.
fn shown(name: &str) -> &str {
    if name.len() <= 24 || name.contains('/') { name } else { "…" }
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
            return Err(CONTROL);
        }
        Ok(Self { uri: uri.into(), account: account.map(Into::into) })
    }

    /// The reference as `op read` takes it.
    #[must_use]
    pub const fn uri(&self) -> &str {
        &self.uri
    }

    /// The account for `op --account`.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether both name one field: the account, attributes and the case of the names do not tell
    /// two secrets apart.
    pub(crate) fn is_same_field(&self, other: &Self) -> bool {
        let path = |op: &Self| op.uri.split('?').next().map(str::to_ascii_lowercase);
        path(self) == path(other)
    }
}

/// A program and its arguments, started without a shell. Nothing but the program's name is ever
/// shown, since an argument may hold what it should not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandRef(Box<[Box<str>]>);

impl CommandRef {
    /// A program and its arguments.
    ///
    /// # Errors
    /// No program, one by a relative path, which would be another one wherever the launcher is
    /// started, control characters in it, or a NUL, which no argument can carry.
    pub fn new<S: AsRef<str>>(argv: impl IntoIterator<Item = S>) -> Result<Self, ValueError> {
        let argv: Box<[Box<str>]> = argv.into_iter().map(|word| word.as_ref().into()).collect();
        let program = argv.first().map(AsRef::as_ref).unwrap_or_default();
        if program.trim().is_empty() {
            return Err(ValueError("names no program"));
        }
        if program.contains('/') {
            check_path(program)?;
        }
        if program.chars().any(char::is_control) {
            return Err(CONTROL);
        }
        if argv.iter().any(|word| word.contains('\0')) {
            return Err(ValueError("holds a NUL, which no argument can carry"));
        }
        Ok(Self(argv))
    }

    /// The program: a name to be found on `PATH`, or a path.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.0[0]
    }

    /// Its arguments.
    pub fn args(&self) -> impl Iterator<Item = &str> {
        self.0.iter().skip(1).map(AsRef::as_ref)
    }
}

impl fmt::Debug for CommandRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CommandRef").field(&shown(self.program())).finish_non_exhaustive()
    }
}

/// A file that holds one secret and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRef(Box<str>);

impl FileRef {
    /// A file, by an absolute path or one that begins with `~/`.
    ///
    /// # Errors
    /// A relative path, which would be another file wherever the launcher is started, or control
    /// characters.
    pub fn new(path: &str) -> Result<Self, ValueError> {
        check_path(path)?;
        Ok(Self(path.into()))
    }

    /// The path as it is written; `~/` stands for the home directory.
    #[must_use]
    pub const fn path(&self) -> &str {
        &self.0
    }
}

/// An entry of the system's keyring: macOS Keychain, Windows Credential Manager, Secret Service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyringRef {
    service: Box<str>,
    user: Box<str>,
}

impl KeyringRef {
    /// An entry, by `SERVICE/USER`; the user may hold further slashes.
    ///
    /// # Errors
    /// A text without a slash, an empty part, control characters.
    pub fn new(entry: &str) -> Result<Self, ValueError> {
        let (service, user) = entry.split_once('/').unwrap_or_default();
        if service.trim().is_empty() || user.trim().is_empty() {
            return Err(ValueError("is not an entry of the form SERVICE/USER"));
        }
        if entry.chars().any(char::is_control) {
            return Err(CONTROL);
        }
        Ok(Self { service: service.into(), user: user.into() })
    }

    /// What the entry belongs to.
    #[must_use]
    pub const fn service(&self) -> &str {
        &self.service
    }

    /// Which of its entries it is.
    #[must_use]
    pub const fn user(&self) -> &str {
        &self.user
    }
}

const CONTROL: ValueError = ValueError("holds a control character");

/// A relative path would be another file wherever the launcher is started.
fn check_path(path: &str) -> Result<(), ValueError> {
    if !(path.starts_with("~/") || is_absolute(path)) {
        return Err(ValueError("must be an absolute path, or begin with ~/"));
    }
    if path.chars().any(char::is_control) { Err(CONTROL) } else { Ok(()) }
}

/// Whether a path is absolute here or on Unix: one text means one thing on every system.
pub(crate) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || std::path::Path::new(path).is_absolute()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(OpRef::new(bad, None).is_err(), "{bad:?}");
        }
        assert!(OpRef::new("op://v/i/f", Some("-x")).is_err());
        assert!(OpRef::new("op://v/i/f", Some("x\n")).is_err());
    }

    #[test]
    fn a_command_shows_its_program_alone() {
        let command = CommandRef::new(["pass", "show", "hunter2"]).unwrap();
        assert_eq!(command.args().collect::<Vec<_>>(), ["show", "hunter2"]);
        let shown = format!("{command:?} {}", SecretRef::Command(command.clone()));
        assert!(shown.contains("pass") && !shown.contains("hunter2"), "{shown}");
        let pasted = CommandRef::new(["sk-cp-0123456789abcdef0123"]).unwrap();
        assert_eq!(SecretRef::Command(pasted).to_string(), "command:…");
        for bad in [&[][..], &[""], &[" ", "x"], &["a\n"], &["a", "b\0"], &["./a"], &["a/b"]] {
            assert!(CommandRef::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn files_and_entries_are_named_in_full() {
        for good in ["/run/secrets/zai", "~/.secrets/zai"] {
            assert_eq!(FileRef::new(good).unwrap().path(), good);
        }
        for bad in ["", "zai", "./zai", "~", "~me/zai", "/a\nb"] {
            assert!(FileRef::new(bad).is_err(), "{bad:?}");
        }
        let entry = KeyringRef::new("jackin/acme/ZAI_API_KEY").unwrap();
        assert_eq!((entry.service(), entry.user()), ("jackin", "acme/ZAI_API_KEY"));
        for bad in ["", "jackin", "/X", "jackin/", " /X", "a/b\n"] {
            assert!(KeyringRef::new(bad).is_err(), "{bad:?}");
        }
    }
}
