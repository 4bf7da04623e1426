//! What the fields of a provider can hold, wherever they come from: built-in data, a configuration or a
//! program. Each check says what is wrong as the end of a sentence and never repeats the text.

use crate::{model::check_key, names::EnvName};

/// The longest text that can be sent in place of a key, in bytes. Keys are longer.
const LONGEST_TOKEN: usize = 20;

/// The longest beginning of a key that tells whose it is, in bytes. It is shown: more of a text may be
/// a key itself.
const LONGEST_PREFIX: usize = 20;

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

/// Checks the text with which a provider's keys begin. With an empty one every key would be its.
pub(crate) fn check_key_prefix(prefix: &str) -> Result<(), &'static str> {
    if prefix.is_empty() {
        Err("is empty, and every key begins so")
    } else if !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err("holds a character that no key has")
    } else if prefix.len() > LONGEST_PREFIX {
        Err("is as long as a key, which belongs in `[env]`")
    } else {
        Ok(())
    }
}

/// Checks a number of tokens or of milliseconds.
pub(crate) const fn check_count(count: u64) -> Result<(), &'static str> {
    match count {
        0 => Err("must be a positive whole number"),
        _ => Ok(()),
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
