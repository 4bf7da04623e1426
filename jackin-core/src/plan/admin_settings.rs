//! What a launch does about settings that an administrator keeps for every user: they beat what jackin
//! sets.

use crate::{
    model::{Guard, NativeEffect, Setting, SettingEffect, SettingsFile},
    plan::ExecPlan,
};

/// What a setting means for a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingVerdict {
    /// The launch cannot be held: this is what the setting does, as the end of a sentence.
    Refused(String),
    /// The user should know what it does.
    Warned(String),
}

impl ExecPlan {
    /// The files of the agent's own settings.
    #[must_use]
    pub fn settings_files(&self) -> &[SettingsFile] {
        &self.agent_entry().settings
    }

    /// What a setting of this key and, where it is a text, of this value means for the launch, if it
    /// sends the launch elsewhere.
    #[must_use]
    pub fn verdict(
        &self,
        file: &SettingsFile,
        key: &str,
        value: Option<&str>,
    ) -> Option<SettingVerdict> {
        let setting = file.setting(self.agent_entry(), key)?;
        let what = self.diverted(setting, value)?;
        let follows = !self.is_redirect() && self.removals.follows_parent();
        Some(match self.guard == Guard::Off || follows {
            true => SettingVerdict::Warned(what),
            false => SettingVerdict::Refused(what),
        })
    }

    fn diverted(&self, setting: &Setting, value: Option<&str>) -> Option<String> {
        if !self.is_redirect() {
            // A table, a list or a truth value names no provider as a text does.
            let is_own =
                value.is_some_and(|text| setting.is_own(text) || !self.is_of_another(text));
            let is_elsewhere = setting.native == NativeEffect::Elsewhere && !is_own;
            return is_elsewhere.then(|| "sends the prompts elsewhere".to_owned());
        }
        match &setting.effect {
            SettingEffect::Diverts(what) => Some(what.to_string()),
            SettingEffect::Guarded if self.guard == Guard::Off => {
                Some("takes effect, since the guard is off".to_owned())
            }
            _ => None,
        }
    }
}
