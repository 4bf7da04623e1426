//! The settings that the user's own words name, inline or as a file, for the option in which the plan
//! gives its own. No file is read here.

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
    ops::Range,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use super::given_settings::HIDDEN;
use crate::{
    model::{Agent, GivenSetting, Guard, SettingEffect, SettingKey, Text, ends_of_options},
    names::ErrorKind,
    plan::{ArgsError, ExecPlan, GivenSettings, OwnSetting},
    value::EnvValue,
};

/// The shortest key, in bytes, that is looked for in the user's settings: shorter ones are words like `demo`.
const SHORTEST_KEY: usize = 8;

/// The user's own settings cannot be joined with those of the plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {problem}", place(.option, .file.as_deref(), *problem))]
#[non_exhaustive]
pub struct SettingsError {
    /// The option.
    pub option: String,
    /// The file that it names, if it names one.
    pub file: Option<String>,
    /// What is wrong.
    pub problem: SettingsProblem,
}

/// What is wrong with the user's own settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsProblem {
    /// The text is not JSON.
    #[error("is not JSON (line {line}, column {column})")]
    NotJson {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// The JSON is not an object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// The file's text was not given.
    #[error("was not read")]
    NotRead,
    /// It may be an option, or belong to the prompt.
    #[error("may be an option or part of the prompt, since a `--` comes before it")]
    Unclear,
    /// The argument would hold a configured key.
    #[error("holds a key, which an argument would show to every program of this machine")]
    HoldsKey,
}

fn place(option: &str, file: Option<&str>, problem: SettingsProblem) -> String {
    match (file, problem) {
        (Some(file), _) => format!("`{option} {file}`"),
        (None, SettingsProblem::Unclear) => format!("`{option}`"),
        (None, _) => format!("the text after `{option}`"),
    }
}

impl SettingsError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

impl ExecPlan {
    /// The file of settings that these words name, if the plan has to join it with its own settings. Its
    /// text is for [`with_args_and_settings`](Self::with_args_and_settings).
    ///
    /// ```
    /// use jackin_core::{Config, Document, resolve};
    ///
    /// let global = Some(Document::global("config.toml", "env.ZAI_API_KEY = 'sk-123'")?);
    /// let layers = Config { global, ..Config::default() }.layers(None)?;
    /// let (claude, zai) = (layers.registry().agent("claude"), layers.registry().provider("zai"));
    /// let plan = resolve(&layers, claude.expect("built in"), zai.expect("built in"))?;
    ///
    /// let words = ["--settings", "mine.json"].map(Into::into);
    /// assert_eq!(plan.settings_file(&words), Some("mine.json".into()));
    /// let plan = plan.with_args_and_settings(words, Some(r#"{"theme": "dark"}"#))?;
    /// let json = plan.args[3].to_str().expect("it is text");
    /// assert!(json.contains("glm-5.1") && json.contains("dark"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn settings_file(&self, words: &[OsString]) -> Option<PathBuf> {
        let option = self.read_option().filter(|_| !self.comes_first(words))?;
        let own = uses(words, option).pop()?;
        match Own::of(&own.value) {
            Own::File(path) => Some(path.to_owned()),
            Own::Inline(_) | Own::Nothing => None,
        }
    }

    /// Gives the agent these settings after the arguments of the guard, if it takes settings.
    pub(crate) fn give_settings(&mut self, settings: &[GivenSetting], models: Vec<Value>) {
        let agent = self.agent_entry();
        let Some(option) = agent.settings_option.as_ref().filter(|_| !settings.is_empty()) else {
            return;
        };
        let at = self.args.len() + 1;
        let given = GivenSettings::new(agent, option, settings, models, at);
        self.args.extend([option.name.to_string().into(), given.text().into()]);
        self.guard_args.end = self.args.len();
        self.given = Some(given);
    }

    /// The option whose value the plan has to read: to join it with its own settings, or to see whether it
    /// leads a native launch elsewhere.
    fn read_option(&self) -> Option<&Text> {
        let is_held =
            !self.is_redirect() && self.guard > Guard::Off && !self.removals.follows_parent();
        let of_agent = || self.agent_entry().settings_option.as_ref().map(|option| &option.name);
        let given = self.given.as_ref().map(|given| &given.option);
        given.or_else(|| of_agent().filter(|_| is_held))
    }

    /// Refuses the user's own settings where it is not clear which they are, or where they lead a native
    /// launch elsewhere.
    pub(super) fn check_own_settings(
        &self,
        words: &[OsString],
        file: Option<&str>,
    ) -> Result<(), ArgsError> {
        let Some(option) = self.read_option() else { return Ok(()) };
        check_uses(words, option)?;
        if self.is_redirect() {
            return Ok(());
        }
        let Some(own) = uses(words, option).pop() else { return Ok(()) };
        let settings = parsed(option, &own.value, file)?;
        let place = match Own::of(&own.value) {
            Own::File(path) => path.display().to_string(),
            Own::Inline(_) | Own::Nothing => format!("`{option}`"),
        };
        Ok(self.check_own_words(&found(self.agent_entry(), &settings, &place))?)
    }

    /// Takes the user's own settings out of the words and puts them under the plan's.
    pub(super) fn take_settings(
        &mut self,
        words: &mut Vec<OsString>,
        file: Option<&str>,
    ) -> Result<(), SettingsError> {
        let Some(mut given) = self.given.clone() else { return Ok(()) };
        let uses = uses(words, &given.option);
        if let Some(Use { value, .. }) = uses.last() {
            let own = parsed(&given.option, value, file)?;
            let own = match self.is_redirect() {
                true => without_guarded(self.agent_entry(), own),
                false => own,
            };
            let shown = file.map(|_| shown_in_argument(self.agent_entry(), &own));
            if let Some(what) = shown.flatten() {
                self.warnings.push(format!(
                    "the {what} in {} become part of an argument: other users of this machine can see them",
                    value.display()
                ));
            }
            let holds_key = file.is_some()
                && (self.has_login(&own)
                    || self.holds_key(&Value::Object(own.clone()).to_string()));
            given.put_under(own);
            if holds_key {
                return Err(SettingsError {
                    option: given.option.to_string(),
                    file: Some(value.to_string_lossy().into_owned()),
                    problem: SettingsProblem::HoldsKey,
                });
            }
        }
        let places: Vec<_> = uses.into_iter().map(|own| own.at).rev().collect();
        places.into_iter().for_each(|at| drop(words.drain(at)));
        let models = self.served.iter().flat_map(|served| served.named(words));
        models.for_each(|model| given.allow_model(model));
        self.give(given);
        Ok(())
    }

    /// The arguments for people, without what the user's settings among them hold.
    pub(crate) fn shown_args(&self) -> Vec<Cow<'_, str>> {
        let mut shown: Vec<_> = self.args.iter().map(|arg| arg.to_string_lossy()).collect();
        let option = self.agent_entry().settings_option.as_ref();
        let [_, end] = ends_of_options(&self.args);
        let uses = option.map(|option| uses_before(&self.args, end, &option.name));
        let uses = uses.unwrap_or_default();
        for own in uses.iter().filter(|own| matches!(Own::of(&own.value), Own::Inline(_))) {
            let name =
                option.filter(|_| own.at.len() == 1).map(|option| format!("{}=", option.name));
            shown[own.at.end - 1] = (name.unwrap_or_default() + HIDDEN).into();
        }
        if let Some(given) = &self.given
            && let Some(arg) = shown.get_mut(given.at)
        {
            *arg = given.shown().into();
        }
        shown
    }

    /// Puts the settings into their argument.
    pub(super) fn give(&mut self, given: GivenSettings) {
        if let Some(arg) = self.args.get_mut(given.at) {
            *arg = given.text().into();
        }
        self.given = Some(given);
    }

    /// Whether the settings set a variable in which an agent finds a login, or a provider's key is kept.
    fn has_login(&self, settings: &Map<String, Value>) -> bool {
        let registry = self.removals.registry();
        let is_login = |name: &str| {
            let logins = registry.agents().iter().flat_map(Agent::credentials);
            logins.chain(registry.keys()).any(|known| known.as_str() == name)
        };
        variables(self.agent_entry(), settings).any(|(name, value)| {
            value.as_str().is_some_and(|text| !text.is_empty()) && is_login(name)
        })
    }

    fn holds_key(&self, text: &str) -> bool {
        self.known.iter().any(|known| match &known.value {
            EnvValue::Literal(key) => {
                key.expose().len() >= SHORTEST_KEY && text.contains(key.expose())
            }
            EnvValue::Reference(_) => false,
        })
    }
}

/// What the value of the option is.
#[derive(Debug, Clone)]
enum Own<'a> {
    Nothing,
    Inline(&'a str),
    File(&'a Path),
}

impl<'a> Own<'a> {
    /// Told apart as Claude Code does: a text in braces is JSON, any other is a path.
    fn of(value: &'a OsStr) -> Self {
        match value.to_str().map(str::trim) {
            Some("") => Self::Nothing,
            Some(text) if text.starts_with('{') && text.ends_with('}') => Self::Inline(text),
            _ => Self::File(Path::new(value)),
        }
    }
}

/// One use of an option: its words, and its value.
struct Use<'a> {
    at: Range<usize>,
    value: Cow<'a, OsStr>,
}

/// Refuses a use of the option that counts in one reading of the words and not in the other.
fn check_uses(words: &[OsString], option: &str) -> Result<(), SettingsError> {
    let [all, most] = ends_of_options(words).map(|end| uses_before(words, end, option).len());
    match all == most {
        true => Ok(()),
        false => Err(SettingsError {
            option: option.to_owned(),
            file: None,
            problem: SettingsProblem::Unclear,
        }),
    }
}

/// The uses of an option that takes a value, before the end of options. One without a value is for the
/// agent to refuse.
fn uses<'a>(words: &'a [OsString], option: &str) -> Vec<Use<'a>> {
    let [end, _] = ends_of_options(words);
    uses_before(words, end, option)
}

fn uses_before<'a>(words: &'a [OsString], end: usize, option: &str) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    let mut next = 0;
    while let Some(word) = words[..end].get(next) {
        let joined = word.to_string_lossy();
        let joined = joined.strip_prefix(option).and_then(|rest| rest.strip_prefix('='));
        let found = match joined {
            Some(value) => Some((1, Cow::Owned(OsString::from(value)))),
            None if word == option => {
                words.get(next + 1).map(|value| (2, Cow::Borrowed(value.as_os_str())))
            }
            None => None,
        };
        let length = found.as_ref().map_or(1, |(length, _)| *length);
        uses.extend(found.map(|(_, value)| Use { at: next..next + length, value }));
        next += length;
    }
    uses
}

/// The settings that a value names.
fn parsed(
    option: &str,
    value: &OsStr,
    file: Option<&str>,
) -> Result<Map<String, Value>, SettingsError> {
    let (text, name) = match (Own::of(value), file) {
        (Own::Nothing, _) => return Ok(Map::new()),
        (Own::Inline(text), _) => (text, None),
        (Own::File(path), Some(text)) => {
            // An editor's mark, which the agent skips too.
            (text.strip_prefix('\u{feff}').unwrap_or(text), Some(path.display().to_string()))
        }
        (Own::File(path), None) => {
            let file = Some(path.display().to_string());
            return Err(SettingsError {
                option: option.into(),
                file,
                problem: SettingsProblem::NotRead,
            });
        }
    };
    let error = |problem| SettingsError { option: option.into(), file: name.clone(), problem };
    match serde_json::from_str(text) {
        Ok(Value::Object(settings)) => Ok(settings),
        Ok(_) => Err(error(SettingsProblem::NotAnObject)),
        Err(bad) => Err(error(SettingsProblem::NotJson { line: bad.line(), column: bad.column() })),
    }
}

/// The variables of the user's own in some settings.
fn variables<'a>(
    agent: &'a Agent,
    settings: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let keys = agent.settings.iter().flat_map(|file| &*file.settings).map(|setting| &setting.key);
    let tables = keys.filter_map(|key| match key {
        SettingKey::Variables(table) => settings.get(&**table)?.as_object(),
        SettingKey::Named(_) => None,
    });
    tables.flatten()
}

/// What of the settings could be for no other user's eyes, as a plural.
fn shown_in_argument(agent: &Agent, settings: &Map<String, Value>) -> Option<&'static str> {
    let has_variables = variables(agent, settings).next().is_some();
    match (has_variables, settings.iter().any(|(key, value)| may_be_secret(key, value))) {
        (true, true) => Some("variables and keys or headers"),
        (true, false) => Some("variables"),
        (false, true) => Some("keys or headers"),
        (false, false) => None,
    }
}

/// Words in the name of a setting that may hold a secret.
const SECRET_WORDS: [&str; 6] = ["auth", "header", "key", "password", "secret", "token"];

/// Whether a setting, or one below it, may be a secret, such as the headers of a hook that asks a server.
fn may_be_secret(key: &str, value: &Value) -> bool {
    let key = key.to_lowercase();
    let is_named = || SECRET_WORDS.iter().any(|word| key.contains(word));
    match value {
        Value::Object(table) => {
            let is_table = !table.is_empty() && is_named();
            is_table || table.iter().any(|(key, value)| may_be_secret(key, value))
        }
        Value::Array(values) => values.iter().any(|value| may_be_secret(&key, value)),
        // Of a URL, the query may hold one.
        Value::String(text) => {
            !text.is_empty() && (is_named() || text.contains("://") && text.contains('?'))
        }
        _ => false,
    }
}

/// What of the settings matters to a native launch.
fn found(agent: &Agent, settings: &Map<String, Value>, place: &str) -> Vec<OwnSetting> {
    let setting = |key: String, value: &Value| {
        let mut known = agent.settings.iter().filter_map(|file| file.setting(agent, &key));
        let effect = known.next()?.native;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(OwnSetting::new(place.to_owned(), key, value, effect))
    };
    let below = |(key, value): (&String, &Value)| match value {
        Value::Object(table) => table
            .iter()
            .filter_map(|(name, value)| setting(format!("{key}.{name}"), value))
            .collect::<Vec<_>>(),
        _ => setting(key.clone(), value).into_iter().collect(),
    };
    settings.iter().flat_map(below).collect()
}

/// The settings without those that the guard makes the agent ignore, which may hold logins: an argument
/// is no place for them.
fn without_guarded(agent: &Agent, settings: Map<String, Value>) -> Map<String, Value> {
    let is_guarded = |key: &str| {
        let mut found = agent.settings.iter().filter_map(|file| file.setting(agent, key));
        found.next().is_some_and(|setting| setting.effect == SettingEffect::Guarded)
    };
    let inner = |(key, value): (String, Value)| {
        let value = match value {
            Value::Object(mut table) => {
                table.retain(|name, _| !is_guarded(&format!("{key}.{name}")));
                table.into()
            }
            other => other,
        };
        (key, value)
    };
    settings.into_iter().filter(|(key, _)| !is_guarded(key)).map(inner).collect()
}
