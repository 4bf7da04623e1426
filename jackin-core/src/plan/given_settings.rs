//! The settings that a plan gives its agent in one argument. The user's own argument for the same option
//! would replace it, so the two become one.

use std::mem;

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Map, Value};

use crate::model::{Agent, GivenSetting, GivenValue, SettingsOption, Text, Version};

/// What is shown in place of a text of the user's that may be a secret.
pub(super) const HIDDEN: &str = "••••";

/// How long the JSON is, at about.
const TEXT: usize = 512;

/// The argument, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenSettings {
    pub(super) option: Text,
    given: Vec<Given>,
    /// How the names of the models begin that the user's lists cannot add.
    foreign: Option<Text>,
    /// What the user's own argument holds.
    own: Map<String, Value>,
    /// Where the JSON is among the plan's arguments.
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    key: Text,
    value: Value,
    /// The first version that does not need it.
    until: Option<Version>,
    /// Whether it lists models.
    is_models: bool,
}

impl GivenSettings {
    /// The argument with these settings and models, the JSON of which will be at this place.
    pub(crate) fn new(
        agent: &Agent,
        option: &SettingsOption,
        settings: &[GivenSetting],
        mut models: Vec<Value>,
        at: usize,
    ) -> Self {
        let mut given = |setting: &GivenSetting| Given {
            key: setting.key.clone(),
            value: match setting.value {
                GivenValue::Empty => "".into(),
                GivenValue::Yes => true.into(),
                GivenValue::Models => mem::take(&mut models).into(),
            },
            until: setting.until,
            is_models: setting.value == GivenValue::Models,
        };
        let mut given: Vec<_> = settings.iter().map(&mut given).collect();
        given.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        Self {
            option: option.name.clone(),
            given,
            foreign: agent.own_models.as_ref().map(|own| own.prefix.clone()),
            own: Map::new(),
            at,
        }
    }

    /// The JSON of the argument.
    pub(crate) fn text(&self) -> String {
        if !self.own.is_empty() {
            return Value::Object(self.over(self.own.clone())).to_string();
        }
        // Every launch gets these, so no tree is made of them.
        let mut text = Vec::with_capacity(TEXT);
        let written = serde_json::to_writer(&mut text, &Table { given: &self.given, prefix: "" });
        debug_assert!(written.is_ok(), "texts, lists and truth values can be written");
        String::from_utf8(text).unwrap_or_default()
    }

    /// The same for people: what the user's variables hold may be secret.
    pub(super) fn shown(&self) -> String {
        let mut own = self.own.clone();
        own.values_mut().for_each(hide);
        Value::Object(self.over(own)).to_string()
    }

    /// Puts the user's own settings under these.
    pub(super) fn put_under(&mut self, own: Map<String, Value>) {
        self.own = own;
    }

    /// Lets the agent use another model.
    pub(super) fn allow_model(&mut self, model: &str) {
        if self.foreign.as_ref().is_some_and(|prefix| model.starts_with(&**prefix)) {
            return;
        }
        for list in self.given.iter_mut().filter(|given| given.is_models) {
            list.value = joined(list.value.take(), Some(vec![model].into()), None);
        }
    }

    /// Leaves out what this version does not need.
    pub(super) fn for_version(&mut self, version: Version) {
        self.given.retain(|given| given.until.is_none_or(|until| version < until));
    }

    /// Adds a list.
    pub(super) fn add_list(&mut self, key: &Text, texts: Vec<String>) {
        let (key, value) = (key.clone(), texts.into());
        self.given.push(Given { key, value, until: None, is_models: false });
        self.given.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    }

    /// These settings over other ones. Lists are joined, as the agent joins those of its files.
    fn over(&self, mut own: Map<String, Value>) -> Map<String, Value> {
        for given in &self.given {
            let foreign = self.foreign.as_deref().filter(|_| given.is_models);
            let path: Vec<_> = given.key.split('.').collect();
            set(&mut own, &path, &given.value, foreign);
        }
        own
    }
}

/// The settings below a table, whose name and dot are the prefix of their keys. They are sorted by their keys.
struct Table<'a> {
    given: &'a [Given],
    prefix: &'a str,
}

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut done = None;
        for Given { key, value, .. } in self.given {
            let Some(rest) = key.strip_prefix(self.prefix) else { continue };
            match rest.split_once('.') {
                None => map.serialize_entry(rest, value)?,
                Some((table, _)) if done == Some(table) => {}
                Some((table, _)) => {
                    let prefix = &key[..self.prefix.len() + table.len() + 1];
                    map.serialize_entry(table, &Table { given: self.given, prefix })?;
                    done = Some(table);
                }
            }
        }
        map.end()
    }
}

/// Sets what a path of keys leads to, and makes the tables on the way.
fn set(table: &mut Map<String, Value>, path: &[&str], value: &Value, foreign: Option<&str>) {
    let [key, rest @ ..] = path else { return };
    let old = table.remove(*key);
    let new = match (rest, old) {
        ([], old) => joined(value.clone(), old, foreign),
        (rest, old) => {
            let mut inner = match old {
                Some(Value::Object(inner)) => inner,
                _ => Map::new(),
            };
            set(&mut inner, rest, value, foreign);
            inner.into()
        }
    };
    table.insert((*key).to_owned(), new);
}

/// A list with the elements of the old one that do not begin like this; anything else as it is.
fn joined(new: Value, old: Option<Value>, foreign: Option<&str>) -> Value {
    let (mut list, old) = match (new, old) {
        (Value::Array(list), Some(Value::Array(old))) => (list, old),
        (new, _) => return new,
    };
    let is_foreign = |value: &Value| {
        foreign.is_some_and(|prefix| value.as_str().is_some_and(|text| text.starts_with(prefix)))
    };
    for value in old {
        if !is_foreign(&value) && !list.contains(&value) {
            list.push(value);
        }
    }
    list.into()
}

/// Hides every text.
fn hide(value: &mut Value) {
    match value {
        Value::String(_) => *value = HIDDEN.into(),
        Value::Array(values) => values.iter_mut().for_each(hide),
        Value::Object(table) => table.values_mut().for_each(hide),
        _ => {}
    }
}
