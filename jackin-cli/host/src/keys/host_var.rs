//! Variables of the launching process.

use jackin_core::{EnvName, Secret, SecretError, plan::Vars};

use crate::os::var;

pub(super) fn read(vars: &Vars, name: &EnvName) -> Result<Secret, SecretError> {
    let Some(value) = var(vars, name.as_str()) else {
        let hint = format!("export `{name}` in this shell, or change the value that refers to it");
        return Err(SecretError::new("it is not set in the environment", Some(hint)));
    };
    let text = value.to_str().ok_or_else(|| SecretError::new("it is not UTF-8", None))?;
    Ok(text.into())
}
