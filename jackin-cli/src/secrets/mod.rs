//! References to secrets, read at launch: one small module for each place they can stand.

mod host;
mod op;

use jackin_core::{SecretError, SecretRef, SecretSource, SecretString};

use crate::ambient::Ambient;

/// Everything the command line can read secrets from.
pub(crate) struct Sources<'a>(pub(crate) &'a Ambient);

impl SecretSource for Sources<'_> {
    fn read(&self, reference: &SecretRef) -> Result<SecretString, SecretError> {
        match reference {
            SecretRef::Host(name) => host::read(self.0, name),
            SecretRef::Op(reference) => op::read(reference, op::LIMIT),
            other => Err(SecretError::new(
                format!("{other} is of a kind this program cannot read"),
                None,
            )),
        }
    }
}
