//! What the fields of a provider can hold, wherever they come from: built-in data, a configuration or a
//! program. Each check says what is wrong as the end of a sentence and never repeats the text.

use crate::{model::check_key, names::EnvName};

/// The longest text that can be sent in place of a key, in bytes. Keys are longer.
const LONGEST_TOKEN: usize = 20;

/// Checks the name of a key variable.
pub(crate) fn check_key_name(name: &EnvName) -> Result<(), &'static str> {
    if name.is_reserved() {
        return Err("is a reserved name");
    }
    // A key that was pasted here would be shown wherever the variable is named.
    match name.as_str().contains(|c: char| c.is_ascii_lowercase()) {
        true => Err("is not the name of a variable in capital letters"),
        false => Ok(()),
    }
}

/// Checks a label, which is shown in terminal titles and prompts.
pub(crate) fn check_label(label: &str) -> Result<(), &'static str> {
    match label.trim().is_empty() || label.chars().any(char::is_control) {
        true => Err("is blank or holds a control character"),
        false => Ok(()),
    }
}

/// Checks a model id.
pub(crate) fn check_model(model: &str) -> Result<(), &'static str> {
    match model.is_empty() || model.chars().any(|c| c.is_whitespace() || c.is_control()) {
        true => Err("is not a model id: it is blank or holds spaces or control characters"),
        false => Ok(()),
    }
}

/// Checks a text that is sent in place of a key. It must look like a key, since an agent that finds a
/// blank one sends another login; and it is shown, so a text that may be a real key is refused.
pub(crate) fn check_token(token: &str) -> Result<(), String> {
    check_key(token).map_err(|problem| problem.to_string())?;
    match token.len() > LONGEST_TOKEN {
        true => Err("is as long as a key, which belongs in `[env]`".into()),
        false => Ok(()),
    }
}
