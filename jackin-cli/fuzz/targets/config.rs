//! Configuration text, through to what a child would get. Errors and plans repeat no secret, values
//! and lines are those that another reader finds, and no child gets another provider's key.
#![no_main]

use std::ffi::OsString;

use jackin_core::{
    Agent, Config, ConfigError, Document, EnvLayers, EnvName, EnvValue, ExecPlan, PlannedValue,
    Provider, Reason, Secret, SecretError, SecretRef, SecretSource, Vars, child_env, resolve,
};
use jackin_fuzz::{
    BREAK, SENTINEL, assert_hidden, planted,
    toml::{Data, env_lines},
};
use libfuzzer_sys::fuzz_target;

/// Answers every reference with a secret that tells where it came from.
struct Source;

impl SecretSource for Source {
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        Ok(secret_of(reference).into())
    }
}

fn secret_of(reference: &SecretRef) -> String {
    let text = match reference {
        SecretRef::Command(command) => {
            command.args().fold(command.program().to_owned(), |all, word| all + " " + word)
        }
        other => format!("{other:?}"),
    };
    format!("read:{}", text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn text_of(value: &EnvValue) -> String {
    match value {
        EnvValue::Literal(text) => text.expose().trim().to_owned(),
        EnvValue::Reference(reference) => secret_of(reference),
    }
}

/// A file's text with what jackin and the other reader make of it.
struct File<'a> {
    text: &'a str,
    data: Option<Data>,
    read: Result<Document, ConfigError>,
}

impl<'a> File<'a> {
    fn new(
        text: &'a str,
        name: &str,
        read: fn(&str, &str) -> Result<Document, ConfigError>,
    ) -> Self {
        let file = Self { text, data: Data::read(text), read: read(name, text) };
        file.check(name);
        file
    }

    fn check(&self, name: &str) {
        // What is no number is found only where a number is asked for; the other reader looks at all.
        let malformed = matches!(self.read, Err(ConfigError::Syntax { .. }));
        assert!(self.data.is_none() || !malformed, "{:?}", self.text);
        match &self.read {
            Ok(document) if self.data.is_some() => self.check_layers(document),
            Ok(_) => {}
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert_hidden(&shown);
                assert!(shown.contains(name), "{shown}");
            }
        }
    }

    fn check_layers(&self, document: &Document) {
        for (role, layer) in document.layers() {
            let path = role.map_or_else(Vec::new, |role| vec!["roles", role.as_str()]);
            let mut lines = env_lines(self.text, &path);
            lines.retain(|name, _| name.parse().is_ok_and(|name: EnvName| !name.is_reserved()));
            let found: Vec<_> = layer
                .entries()
                .map(|(name, _, source)| (name.to_string(), source.line.expect("a line")))
                .collect();
            assert_eq!(found, lines.into_iter().collect::<Vec<_>>(), "{:?}", self.text);
            for (name, value, _) in layer.entries() {
                let data = self.data.as_ref().and_then(|data| data.get(&path));
                let text = data.and_then(|data| data.get(&["env", name.as_str()])?.text());
                if let (EnvValue::Literal(value), Some(text)) = (value, text) {
                    assert_eq!(value.expose(), text, "{:?}", self.text);
                }
            }
        }
    }

    /// How often the secret stands in it outside of literals, where it can be seen.
    fn shown_secrets(&self) -> usize {
        let all = self.text.matches(SENTINEL).count();
        let Ok(document) = &self.read else { return all };
        let values = document.layers().flat_map(|(_, layer)| layer.entries());
        let in_literals = values.filter_map(|(_, value, _)| match value {
            EnvValue::Literal(text) => Some(text.expose().matches(SENTINEL).count()),
            EnvValue::Reference(_) => None,
        });
        all.saturating_sub(in_literals.sum())
    }

    /// Whether a role has the secret for a name, which is shown where roles are listed.
    fn names_it(&self) -> bool {
        let roles = self.data.as_ref().and_then(|data| data.get(&["roles"]));
        roles.is_some_and(|roles| roles.paths().iter().any(|path| path[0].contains(SENTINEL)))
    }
}

/// Every value of the files, with its name.
fn values(files: &[File<'_>]) -> Vec<(EnvName, EnvValue)> {
    let documents = files.iter().filter_map(|file| file.read.as_ref().ok());
    let layers = documents.flat_map(|document| document.layers());
    let values = layers.flat_map(|(_, layer)| layer.entries());
    values.map(|(name, value, _)| (name.clone(), value.clone())).collect()
}

/// An agent on a provider.
struct Launch<'a> {
    layers: &'a EnvLayers,
    agent: &'a Agent,
    provider: &'a Provider,
}

impl Launch<'_> {
    /// Checks the plan, if there is one; `hide` says that the secret stands in literals alone.
    fn check(&self, values: &[(EnvName, EnvValue)], hide: bool) {
        let hidden = |shown: String| {
            if hide {
                assert_hidden(&shown)
            }
        };
        let plan = match resolve(self.layers, self.agent, self.provider) {
            Ok(plan) => plan,
            Err(error) => return hidden(format!("{error} {error:?}")),
        };
        let json = serde_json::to_string(&plan).expect("JSON");
        hidden(format!("{plan:?} {plan:#?} {json} {:?}", plan.args));
        match plan.materialize(&Source) {
            Ok(ready) => self.check_child(&plan, &child_env(&ready, home()), values),
            Err(error) => hidden(format!("{error} {error:?}")),
        }
    }

    /// The key goes to one variable, and no other provider's key to any.
    fn check_child(&self, plan: &ExecPlan, child: &Vars, values: &[(EnvName, EnvValue)]) {
        let Self { agent, provider, .. } = self;
        assert!(plan.set.iter().filter(|var| var.key.is_some()).count() <= 1, "{plan:?}");
        let foreign = self.foreign(values);
        for (name, value) in child {
            let Some(var) = plan.set.iter().find(|var| var.name.as_str() == name) else {
                assert_eq!(name, "HOME", "on {}", provider.id);
                continue;
            };
            // `[scrub] pass` names this one.
            if matches!(var.value, PlannedValue::Plain(_)) || var.reason == Reason::Passed {
                continue;
            }
            let value = value.to_str().expect("text").trim();
            assert!(
                !foreign.contains(&value.to_owned()),
                "{} on {}: {name:?}",
                agent.id,
                provider.id
            );
            let key = var.name == provider.key.value;
            assert!(!key || var.key.is_some(), "{} on {}: {name:?}", agent.id, provider.id);
        }
    }

    /// The texts of the keys that are other providers' and not this one's as well. What a native
    /// launch leaves to the agent is its own.
    fn foreign(&self, values: &[(EnvName, EnvValue)]) -> Vec<String> {
        let Self { agent, provider, layers } = self;
        let login = |name: &EnvName| {
            *name == agent.native_key
                || Some(name) == agent.token.as_ref()
                || agent.other_keys.contains(name)
        };
        let native = provider.id == agent.native;
        let is_own = |name: &EnvName| *name == provider.key.value || (native && login(name));
        let is_key = |name: &EnvName| {
            layers.registry().providers().iter().any(|other| other.key.value == *name)
        };
        let texts = |of: &dyn Fn(&EnvName) -> bool| -> Vec<String> {
            let found = values.iter().filter(|(name, _)| of(name));
            found.map(|(_, value)| text_of(value)).filter(|text| !text.is_empty()).collect()
        };
        let own = texts(&is_own);
        let mut others = texts(&|name| is_key(name) && !is_own(name));
        others.retain(|text| !own.contains(text));
        others
    }
}

fn home() -> Vec<(OsString, OsString)> {
    vec![("HOME".into(), "/home/me".into())]
}

fuzz_target!(|text: &str| {
    let Some(text) = planted(text) else { return };
    let (global, local) = match text.split_once(BREAK) {
        Some((global, local)) => (global, Some(local)),
        None => (text.as_str(), None),
    };
    let mut files = vec![File::new(global, "config.toml", Document::global)];
    files.extend(local.map(|text| File::new(text, "workspaces/acme.toml", Document::workspace)));
    if files.iter().any(|file| file.data.is_none()) {
        return;
    }
    let mut documents = files.iter().map(|file| file.read.clone().ok());
    let (Some(Some(global)), local) = (documents.next(), documents.next()) else { return };
    let Some(local) = local.map_or(Some(None), |local| local.map(Some)) else { return };
    let workspace = local.map(|local| ("acme".parse().expect("a name"), local));
    let named = files.iter().any(File::names_it);
    let layers =
        match (Config { global: Some(global), workspace, ..Config::default() }).layers(None) {
            Ok(layers) => layers,
            Err(error) if named => return drop(error),
            Err(error) => return assert_hidden(&format!("{error} {error:?}")),
        };
    let hide = files.iter().all(|file| file.shown_secrets() == 0);
    if hide {
        assert_hidden(&format!("{layers:?}"));
    }
    let values = values(&files);
    let agents = layers.registry().agents();
    let agent = &agents[text.len() % agents.len()];
    for provider in layers.registry().providers().iter() {
        Launch { layers: &layers, agent, provider }.check(&values, hide);
    }
});
