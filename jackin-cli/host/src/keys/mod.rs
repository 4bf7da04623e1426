//! References to secrets, read at launch: one small module for each place they can be in. Keys that are
//! kept in the system's keyring are written and removed here as well. This room decides nothing about
//! which key is read, and prints none.

mod command;
mod file;
mod host_var;
#[cfg(feature = "keyring")]
mod keyring;
mod op;

use std::{collections::BTreeMap, path::PathBuf, thread};

use jackin_core::{Secret, SecretError, SecretRef, SecretSource, plan::Vars, secret::KeyringRef};

use crate::{error::HostError, os};

/// How many programs are asked at a time.
const AT_ONCE: usize = 8;

/// Every place that secrets can be read from: host variables, 1Password, commands, files and, with
/// the feature `keyring`, the system's keyring.
pub struct Sources<'a>(&'a Vars);

type Answer = Result<Secret, SecretError>;

impl<'a> Sources<'a> {
    /// The places as a process with these variables sees them; [`Ambient`](crate::Ambient) has those of
    /// this one.
    pub fn new(vars: &'a (impl AsRef<Vars> + ?Sized)) -> Self {
        Self(vars.as_ref())
    }

    /// Reads a reference; whether it may ask at the terminal.
    fn answer(&self, reference: &SecretRef, terminal: bool) -> Answer {
        match reference {
            SecretRef::Host(name) => host_var::read(self.0, name),
            SecretRef::Op(reference) => op::read(self.0, reference, terminal),
            SecretRef::Command(reference) => command::read(self.0, reference),
            SecretRef::File(reference) => file::read(self.0, reference),
            #[cfg(feature = "keyring")]
            SecretRef::Keyring(reference) => keyring::read(reference),
            other => Err(not_built_in(other)),
        }
    }

    /// Whether what a reference is read from is there, as far as that can be told without reading it.
    ///
    /// # Errors
    /// What is missing.
    pub fn reach(&self, reference: &SecretRef) -> Result<(), SecretError> {
        match reference {
            SecretRef::Host(name) => host_var::read(self.0, name).map(drop),
            SecretRef::Op(_) => op::program(self.0).map(drop),
            SecretRef::Command(reference) => command::program(self.0, reference).map(drop),
            SecretRef::File(reference) => file::open(self.0, reference).map(drop),
            #[cfg(feature = "keyring")]
            SecretRef::Keyring(_) => keyring::reach(),
            other => Err(not_built_in(other)),
        }
    }
}

fn not_built_in(reference: &SecretRef) -> SecretError {
    SecretError::new(format!("this build of jackin cannot read a {}", reference.kind()), None)
}

/// Puts a secret into the system's keyring, over what the entry held.
///
/// # Errors
/// [`HostError::Keyring`]; always without the feature `keyring`.
pub fn keep(entry: &KeyringRef, secret: Secret) -> Result<(), HostError> {
    #[cfg(feature = "keyring")]
    return keyring::write(entry, secret).map_err(|error| in_keyring(entry, error));
    #[cfg(not(feature = "keyring"))]
    {
        drop(secret);
        Err(in_keyring(entry, SecretError::new("this build of jackin has no keyring", None)))
    }
}

/// Removes a secret from the system's keyring; an entry that is not there is as good.
///
/// # Errors
/// [`HostError::Keyring`]; always without the feature `keyring`.
pub fn forget(entry: &KeyringRef) -> Result<(), HostError> {
    #[cfg(feature = "keyring")]
    return keyring::remove(entry).map_err(|error| in_keyring(entry, error));
    #[cfg(not(feature = "keyring"))]
    Err(in_keyring(entry, SecretError::new("this build of jackin has no keyring", None)))
}

fn in_keyring(entry: &KeyringRef, error: SecretError) -> HostError {
    HostError::Keyring { entry: Box::new(SecretRef::Keyring(entry.clone())), error }
}

impl SecretSource for Sources<'_> {
    fn read(&self, reference: &SecretRef) -> Answer {
        self.answer(reference, true)
    }

    /// One after the other, since any may have to be unlocked; of 1Password only the first, which
    /// unlocks it for the others.
    fn read_all(&self, references: &[&SecretRef]) -> Vec<Answer> {
        let of_op = |reference: &&SecretRef| matches!(reference, SecretRef::Op(_));
        let first_of_op = references.iter().position(of_op);
        let (alone, together): (Vec<_>, Vec<_>) = references
            .iter()
            .copied()
            .enumerate()
            .partition(|(at, reference)| !of_op(reference) || Some(*at) == first_of_op);
        let mut answers: BTreeMap<usize, Answer> = BTreeMap::new();
        answers.extend(alone.into_iter().map(|(at, reference)| (at, self.read(reference))));
        for group in together.chunks(AT_ONCE) {
            thread::scope(|scope| {
                let asked: Vec<_> = group
                    .iter()
                    .map(|(at, reference)| {
                        let ask = || self.answer(reference, false);
                        (*at, thread::Builder::new().spawn_scoped(scope, ask).map_err(|_| ask))
                    })
                    .collect();
                answers.extend(asked.into_iter().map(|(at, asked)| {
                    let failed = |_| Err(SecretError::new("reading it failed", None));
                    // Where the system gives no thread, one is asked after the other.
                    (
                        at,
                        asked.map_or_else(|ask| ask(), |asked| asked.join().unwrap_or_else(failed)),
                    )
                }));
            });
        }
        answers.into_values().collect()
    }
}

/// A path with the home directory in the place of `~/`. Without one it would lead below the current
/// directory, which may be anybody's.
fn expanded(vars: &Vars, path: &str) -> Result<PathBuf, SecretError> {
    let expanded = os::expanded(vars, path);
    match expanded.starts_with("~") {
        false => Ok(expanded.into_owned()),
        true => Err(SecretError::new("there is no home directory", Some("set `HOME`".into()))),
    }
}
