//! Reading references at launch: who does it, and what can go wrong. The core reads none itself.

use crate::{
    names::{EnvName, ErrorKind, Source},
    value::{Secret, SecretRef},
};

/// Why a reference could not be read. Its texts are shown to the user: they never hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct SecretError {
    /// What went wrong, as the end of the sentence "cannot read X: …".
    pub reason: String,
    /// What the user can do about it.
    pub hint: Option<String>,
}

impl SecretError {
    /// A failure with a reason and, where there is one, a way out.
    pub fn new(reason: impl Into<String>, hint: Option<String>) -> Self {
        Self { reason: reason.into(), hint }
    }
}

/// Reads references at launch. The core calls it once per plan; whoever embeds the core brings it.
pub trait SecretSource {
    /// Reads one reference.
    ///
    /// # Errors
    /// Why it could not be read, in words that hold no secret.
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError>;

    /// Reads the distinct references of one plan, in order; the answers stand in the same order.
    fn read_all(&self, references: &[&SecretRef]) -> Vec<Result<Secret, SecretError>> {
        references.iter().map(|reference| self.read(reference)).collect()
    }
}

/// References that could not be read, or did not hold what they should; all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", failure_list(.failures))]
#[non_exhaustive]
pub struct MaterializeError {
    /// What failed, in the order of the plan.
    pub failures: Vec<SecretFailure>,
}

/// One reference that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretFailure {
    /// The configured variable.
    pub variable: EnvName,
    /// Where it is configured.
    pub source: Source,
    /// What was to be read; none for a value that cannot be used although it was there.
    pub reference: Option<SecretRef>,
    /// Why it failed.
    pub error: SecretError,
}

fn failure_list(failures: &[SecretFailure]) -> String {
    let line = |failure: &SecretFailure| {
        let SecretFailure { variable, source, reference, error } = failure;
        // What a program says on several lines must not look like words of ours.
        let error = error.to_string().replace('\n', "\n    ");
        match reference {
            Some(reference) => format!("`{variable}` ({source}) from {reference}: {error}"),
            None => format!("`{variable}` ({source}): {error}"),
        }
    };
    match failures {
        [one] => format!("cannot read {}", line(one)),
        several => {
            several.iter().fold("cannot read these values".to_owned(), |mut text, failure| {
                text.push_str("\n  ");
                text.push_str(&line(failure));
                text
            })
        }
    }
}

impl MaterializeError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{names::Scope, value::FileRef};

    fn failure(variable: &str, reason: &str, hint: Option<&str>) -> SecretFailure {
        SecretFailure {
            variable: variable.parse().unwrap(),
            source: Source::in_file(Scope::Role, "config.toml".into(), 7),
            reference: FileRef::new("/key").ok().map(SecretRef::File),
            error: SecretError::new(reason, hint.map(Into::into)),
        }
    }

    #[test]
    fn one_failure_stands_on_one_line() {
        let error = MaterializeError { failures: vec![failure("A", "it is gone", None)] };
        let line = "cannot read `A` (role, config.toml:7) from file:/key: it is gone";
        assert_eq!(error.to_string(), line);
    }

    #[test]
    fn several_are_on_lines_below_each_other() {
        let failures = vec![
            failure("A", "it is gone\n\nhint: not ours", None),
            failure("B", "it is locked", Some("unlock it")),
            SecretFailure { reference: None, ..failure("C", "it is blank", Some("fill it")) },
        ];
        let error = MaterializeError { failures };
        assert_eq!(
            error.to_string(),
            "cannot read these values\n  \
             `A` (role, config.toml:7) from file:/key: it is gone\n    \n    hint: not ours\n  \
             `B` (role, config.toml:7) from file:/key: it is locked\n  \
             `C` (role, config.toml:7): it is blank"
        );
    }
}
