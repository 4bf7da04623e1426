//! The system's keyring: macOS Keychain, Windows Credential Manager, Secret Service. Entries are
//! read, and those that the program keeps there are written and removed.

use std::{fmt::Display, sync::mpsc, thread, time::Duration};

use jackin_core::{Secret, SecretError, secret::KeyringRef};
use keyring_core::{Entry, Error};

use crate::{
    error::exhausted,
    os::{LIMIT, secret_text},
};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(all(unix, not(target_os = "macos")))]
use dbus_secret_service_keyring_store::Store;
#[cfg(windows)]
use windows_native_keyring_store::Store;

/// How long is waited for a keyring that nobody has to unlock.
const PROBE: Duration = Duration::from_secs(10);

pub(super) fn read(reference: &KeyringRef) -> Result<Secret, SecretError> {
    with_entry(reference, |entry| entry.get_secret()).and_then(secret_text)
}

/// Stores a secret, over what the entry held.
pub(super) fn write(reference: &KeyringRef, secret: Secret) -> Result<(), SecretError> {
    with_entry(reference, move |entry| entry.set_password(secret.expose()))
}

/// Removes an entry; one that is not there is as good.
pub(super) fn remove(reference: &KeyringRef) -> Result<(), SecretError> {
    with_entry(reference, |entry| match entry.delete_credential() {
        Err(Error::NoEntry) => Ok(()),
        done => done,
    })
}

/// Whether there is a keyring.
pub(super) fn reach() -> Result<(), SecretError> {
    waiting(PROBE, || Store::new().map(drop))
}

/// Does something with an entry.
fn with_entry<T: Send + 'static>(
    reference: &KeyringRef,
    act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, SecretError> {
    let (service, user) = (reference.service().to_owned(), reference.user().to_owned());
    waiting(LIMIT, move || {
        let entry = Store::new().map(|store| keyring_core::set_default_store(store));
        let entry = entry.and_then(|()| Entry::new(&service, &user));
        entry.and_then(|entry| act(&entry))
    })
}

/// Waits for the keyring. It may ask the user to unlock it, for as long as it likes: after the limit
/// nobody waits for it any more.
fn waiting<T: Send + 'static>(
    limit: Duration,
    act: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, SecretError> {
    let (sender, receiver) = mpsc::channel();
    let asking = thread::Builder::new().spawn(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(act());
    });
    asking.map_err(|error| {
        SecretError::new(
            format!("the keyring cannot be asked: {error}"),
            exhausted(&error).map(str::to_owned),
        )
    })?;
    match receiver.recv_timeout(limit) {
        Ok(done) => done.map_err(|error| failure(&error)),
        Err(_) => Err(SecretError::new(
            format!("the keyring gave no answer within {} s", limit.as_secs()),
            Some("unlock it, and start again".into()),
        )),
    }
}

/// The error in words that hold nothing of an entry's content.
fn failure(error: &Error) -> SecretError {
    let unusable = |cause: &dyn Display| {
        let hint = "unlock it, or keep the secret in 1Password, a command or a file";
        SecretError::new(format!("the keyring cannot be used: {cause}"), Some(hint.into()))
    };
    match error {
        Error::NoEntry => SecretError::new("there is no such entry", None),
        Error::Ambiguous(_) => SecretError::new("there is more than one such entry", None),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => SecretError::new("it is no text", None),
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => unusable(cause),
        other => unusable(other),
    }
}
