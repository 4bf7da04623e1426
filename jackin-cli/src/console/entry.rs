//! A value that is being given in a form: where it comes from, what is typed, and its note. What is
//! stored already is kept until something else is typed, and never shown.

use jackin_core::{
    EnvValue, SecretRef,
    secret::{CommandRef, FileRef, OpRef},
};

use super::scopes::Held;
use crate::{scope_file::keys, ui::masked_input::Line};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is typed; a text that reads like a reference is one.
    Typed,
    Op,
    Command,
    File,
    /// It is typed, and kept in the keyring.
    Keyring,
}

impl Origin {
    const ALL: [Self; 5] = [Self::Typed, Self::Op, Self::Command, Self::File, Self::Keyring];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Typed => "typed here",
            Self::Op => "1Password",
            Self::Command => "a command's output",
            Self::File => "a file",
            Self::Keyring => "the keyring",
        }
    }

    /// Whether what is typed must not be seen.
    pub(crate) const fn is_secret(self) -> bool {
        matches!(self, Self::Typed | Self::Keyring)
    }

    const fn of(value: &EnvValue) -> Self {
        match value {
            EnvValue::Reference(SecretRef::Op(_)) => Self::Op,
            EnvValue::Reference(SecretRef::Command(_)) => Self::Command,
            EnvValue::Reference(SecretRef::File(_)) => Self::File,
            EnvValue::Reference(SecretRef::Keyring(_)) => Self::Keyring,
            _ => Self::Typed,
        }
    }
}

/// What is to be stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) value: EnvValue,
    /// Whether the keyring is to hold it.
    pub(crate) in_keyring: bool,
}

/// One value of a form.
#[derive(Clone)]
pub(crate) struct Entry {
    /// What counts now, from this scope or a wider one.
    pub(crate) held: Option<Held>,
    pub(crate) origin: Origin,
    pub(crate) text: Line,
    /// Of the 1Password reference.
    pub(crate) account: Line,
    pub(crate) note: Line,
}

impl Entry {
    pub(crate) fn new(held: Option<&Held>) -> Self {
        let mut entry = Self {
            held: held.cloned(),
            origin: Origin::Typed,
            text: Line::default(),
            account: Line::default(),
            note: Line::default(),
        };
        entry.origin = entry.stored().map_or(Origin::Typed, Origin::of);
        entry.fill();
        entry.note = Line::holding(entry.stored_note());
        entry
    }

    /// What this scope stores.
    pub(crate) fn stored(&self) -> Option<&EnvValue> {
        self.held.as_ref().filter(|held| held.own).map(|held| &held.value)
    }

    fn stored_note(&self) -> &str {
        let held = self.held.as_ref().filter(|held| held.own);
        held.and_then(|held| held.note.as_deref()).unwrap_or_default()
    }

    /// Another origin, and of what was typed for the last one nothing.
    pub(crate) fn turn(&mut self, by: isize) {
        self.origin = turned(&Origin::ALL, self.origin, by);
        self.fill();
    }

    fn fill(&mut self) {
        let (text, account) = self.prefilled();
        (self.text, self.account) = (Line::holding(&text), Line::holding(&account));
    }

    /// The stored reference, to be edited where its text may be seen.
    fn prefilled(&self) -> (String, String) {
        match self.stored().and_then(EnvValue::reference) {
            Some(SecretRef::Op(op)) if self.origin == Origin::Op => {
                (op.uri().to_owned(), op.account().unwrap_or_default().to_owned())
            }
            Some(SecretRef::File(file)) if self.origin == Origin::File => {
                (file.path().to_owned(), String::new())
            }
            _ => Default::default(),
        }
    }

    /// Whether the stored value stays, if there is one.
    pub(crate) fn is_kept(&self) -> bool {
        let (text, account) = self.prefilled();
        self.origin == self.stored().map_or(Origin::Typed, Origin::of)
            && self.text.text() == text
            && self.account.text() == account
    }

    /// Whether anything was changed.
    pub(crate) fn is_touched(&self) -> bool {
        !self.is_kept() || self.note.text() != self.stored_note()
    }

    /// What is to be stored; nothing where all stays as it is.
    ///
    /// # Errors
    /// What is wrong with what was typed, which is not repeated.
    pub(crate) fn wanted(&self, what: &str) -> Result<Option<Wanted>, String> {
        if !self.is_touched() {
            return Ok(None);
        }
        keys::checked_note(self.note.text()).map_err(|failure| failure.message)?;
        let stored = self.stored().filter(|_| self.is_kept());
        let value = match stored {
            Some(value) => value.clone(),
            None => self.given(what)?,
        };
        let in_keyring = stored.is_none() && self.origin == Origin::Keyring;
        if in_keyring && value.reference().is_some() {
            return Err(format!("a reference is not put into the keyring, only a {what} is"));
        }
        Ok(Some(Wanted { value, in_keyring }))
    }

    fn given(&self, what: &str) -> Result<EnvValue, String> {
        let text = self.text.text();
        let account = Some(self.account.text().trim()).filter(|account| !account.is_empty());
        let reference = match self.origin {
            Origin::Typed | Origin::Keyring => {
                return EnvValue::parse(text).map_err(|error| format!("the {what} {error}"));
            }
            Origin::Op => OpRef::new(text.trim(), account).map(SecretRef::Op),
            Origin::File => FileRef::new(text.trim()).map(SecretRef::File),
            Origin::Command => {
                let words = shlex::split(text).ok_or("the command has a quote without its end")?;
                CommandRef::new(words).map(SecretRef::Command)
            }
        };
        reference.map(EnvValue::Reference).map_err(|error| format!("the reference {error}"))
    }
}

/// The next or the previous of some choices, and round at the end.
pub(crate) fn turned<T: Copy + PartialEq>(choices: &[T], at: T, by: isize) -> T {
    let found = choices.iter().position(|choice| *choice == at).unwrap_or_default();
    let next = found.checked_add_signed(by).unwrap_or(choices.len() - 1);
    choices.get(next).or(choices.first()).copied().unwrap_or(at)
}
