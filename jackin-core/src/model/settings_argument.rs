//! The argument in which an agent takes settings of its own, and what jackin gives it there. Types alone.

use std::borrow::Cow;

use crate::model::{Text, Version};

/// An option of an agent that takes settings as a JSON object, inline or in a file, and counts once:
/// the last one replaces those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingsOption {
    /// The option.
    pub name: Text,
    /// What opens tools of the project's own to it, if there is such a thing.
    pub project_tools: Option<ProjectTools>,
}

impl SettingsOption {
    /// The option of this name.
    #[must_use]
    pub fn new(name: impl Into<Text>) -> Self {
        Self { name: name.into(), project_tools: None }
    }
}

/// A file of the project that names tools which an older version starts without asking, with the key in
/// reach, and the setting that leaves out the named ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProjectTools {
    /// The file, in the current directory or above it.
    pub file: Text,
    /// Its table, whose keys are the tools' names.
    pub table: Text,
    /// The setting that takes the names of those to leave out.
    pub closed_by: Text,
    /// The first version in which the key is out of reach.
    pub safe_from: Version,
}

/// A setting that jackin gives an agent in its settings argument.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GivenSetting {
    /// Its key; tables and keys are joined by dots.
    pub key: Text,
    /// What it holds.
    pub value: GivenValue,
    /// The first version that does not need it.
    pub until: Option<Version>,
}

/// What a setting of jackin's own holds. Nothing of it can be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GivenValue {
    /// No text, which counts as unset and beats what stands in a file.
    Empty,
    /// `true`.
    Yes,
    /// The list of the models that the endpoint serves.
    Models,
}

impl GivenSetting {
    /// A setting.
    #[must_use]
    pub const fn new(key: Text, value: GivenValue) -> Self {
        Self { key, value, until: None }
    }

    /// The same for versions below this one alone.
    #[must_use]
    pub const fn until(mut self, version: Version) -> Self {
        self.until = Some(version);
        self
    }

    /// A static one that is emptied.
    pub(crate) const fn emptied(key: &'static str) -> Self {
        Self::new(Cow::Borrowed(key), GivenValue::Empty)
    }
}
