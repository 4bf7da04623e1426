//! Constructors and builders of what an agent consists of beside its bindings, so that a program can
//! describe one of its own as fully as the built-in ones are.

use std::borrow::Cow;

use crate::{
    model::{
        Agent, OwnModels, PackageVersion, Prompt, PromptVar, ProtocolBinding, RedirectMark,
        Setting, SettingsFile, SettingsPlace, Text, Version,
    },
    names::EnvName,
};

impl OwnModels {
    /// Models whose names begin so; no option takes one yet.
    #[must_use]
    pub fn new(prefix: impl Into<Text>) -> Self {
        Self { prefix: prefix.into(), options: Cow::Borrowed(&[]) }
    }

    /// Adds an option of the agent's that takes a model.
    #[must_use]
    pub fn with_option(mut self, option: impl Into<Text>) -> Self {
        self.options.to_mut().push(option.into());
        self
    }
}

impl PackageVersion {
    /// A version of a package.
    #[must_use]
    pub fn new(package: impl Into<Text>, version: Version) -> Self {
        Self { package: package.into(), version }
    }
}

impl Prompt {
    /// A prompt that is made by these arguments.
    pub fn new<T: Into<Text>>(args: impl IntoIterator<Item = T>) -> Self {
        Self { args: args.into_iter().map(Into::into).collect(), vars: Cow::Borrowed(&[]) }
    }

    /// Adds a variable that makes it fail fast.
    #[must_use]
    pub fn with_var(mut self, var: PromptVar) -> Self {
        self.vars.to_mut().push(var);
        self
    }
}

impl PromptVar {
    /// A variable that is set for a prompt alone.
    #[must_use]
    pub fn new(name: EnvName, value: impl Into<Text>) -> Self {
        Self { name, value: value.into() }
    }
}

impl RedirectMark {
    /// A variable whose value contains a text where an environment is already redirected.
    #[must_use]
    pub fn new(variable: EnvName, contains: impl Into<Text>) -> Self {
        Self { variable, contains: contains.into() }
    }
}

impl SettingsFile {
    /// A file of settings of which none matters yet.
    #[must_use]
    pub const fn new(place: SettingsPlace) -> Self {
        Self { place, settings: Cow::Borrowed(&[]) }
    }

    /// Adds a setting that matters. If two match a key, the first wins.
    #[must_use]
    pub fn with_setting(mut self, setting: Setting) -> Self {
        self.settings.to_mut().push(setting);
        self
    }
}

impl ProtocolBinding {
    /// Sets the variable that shows that an environment is already redirected.
    #[must_use]
    pub fn with_mark(mut self, mark: RedirectMark) -> Self {
        self.mark = Some(mark);
        self
    }
}

impl Agent {
    /// Sets how the names of its native provider's models begin.
    ///
    /// ```
    /// use jackin_core::{Agent, AgentId, EnvName, ProviderId};
    /// use jackin_core::agent::{
    ///     OwnModels, PackageVersion, Prompt, PromptVar, Setting, SettingEffect, SettingKey,
    ///     SettingsFile, SettingsPlace, Version,
    /// };
    ///
    /// let native = ProviderId::from_static("openai");
    /// let agent = Agent::new(AgentId::from_static("mine"), native, EnvName::from_static("MINE_KEY"))
    ///     .with_install("npm install -g mine")
    ///     .with_own_models(OwnModels::new("gpt-").with_option("--model"))
    ///     .with_guarded_from(PackageVersion::new("mine", Version::new(2, 1, 0)))
    ///     .with_prompt(
    ///         Prompt::new(["-p", "hi"]).with_var(PromptVar::new(EnvName::from_static("RETRIES"), "0")),
    ///     )
    ///     .with_settings(
    ///         SettingsFile::new(SettingsPlace::Project(".mine/settings.json".into()))
    ///             .with_setting(Setting::new(SettingKey::Named("url".into()), SettingEffect::Guarded)),
    ///     );
    /// assert!(agent.settings[0].setting(&agent, "url").is_some());
    /// ```
    #[must_use]
    pub fn with_own_models(mut self, models: OwnModels) -> Self {
        self.own_models = Some(models);
        self
    }

    /// Sets the first version in which its guard holds.
    #[must_use]
    pub fn with_guarded_from(mut self, version: PackageVersion) -> Self {
        self.guarded_from = Some(version);
        self
    }

    /// Sets the prompt that tries a provider.
    #[must_use]
    pub fn with_prompt(mut self, prompt: Prompt) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Adds a file of its own settings.
    #[must_use]
    pub fn with_settings(mut self, file: SettingsFile) -> Self {
        self.settings.to_mut().push(file);
        self
    }
}
