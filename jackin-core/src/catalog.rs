//! The providers there are: the built-in ones with the user's overrides, then the user's own.
//! `data/providers.toml` is the one place a built-in provider is added.

use std::collections::BTreeMap;

use crate::{
    error::ConfigError,
    names::{EnvName, ProviderId},
    provider::{Endpoint, Protocol, Provider, Slot, check_base_url, is_open_http},
    reader::{self, Entry, Table},
    scope::{Scope, Source, Sourced},
};

const BUILT_IN: &str = include_str!("../data/providers.toml");

/// Every provider, in the order in which they are offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    providers: Vec<Provider>,
    keys: Vec<EnvName>,
}

impl Catalog {
    /// The built-in providers alone.
    ///
    /// ```
    /// let catalog = jackin_core::Catalog::built_in();
    /// assert_eq!(catalog.get("zai").unwrap().label.value, "Z.AI");
    /// ```
    #[must_use]
    pub fn built_in() -> Self {
        Self::merged([], []).expect("the built-in providers are tested")
    }

    /// The built-in providers under the user's tables, the least specific first. Of the tables that
    /// do not apply here only the key names count.
    pub(crate) fn merged<'a>(
        tables: impl IntoIterator<Item = &'a ProviderTable>,
        others: impl IntoIterator<Item = &'a ProviderTable>,
    ) -> Result<Self, ConfigError> {
        let built_in = reader::with_root(&"providers.toml".into(), BUILT_IN, |root| {
            ProviderTable::read_all(root, Scope::BuiltIn)
        })?;
        let mut keys = Vec::new();
        let mut note = |table: &ProviderTable| {
            keys.extend(table.key.as_ref().map(|key| key.value.clone()));
        };
        built_in.iter().for_each(&mut note);
        let mut merged = built_in;
        others.into_iter().for_each(&mut note);
        for table in tables {
            note(table);
            match merged.iter_mut().find(|known| known.id == table.id) {
                Some(known) => known.overlay(table.clone()),
                None => merged.push(table.clone()),
            }
        }
        let providers = merged.into_iter().map(ProviderTable::finish).collect::<Result<_, _>>()?;
        keys.sort_unstable();
        keys.dedup();
        Ok(Self { providers, keys })
    }

    /// All providers.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter()
    }

    /// The provider of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.id.as_str() == id)
    }

    /// Every variable that holds some provider's key, sorted: also where an override names another
    /// one, and of providers of roles that do not apply here.
    pub(crate) fn keys(&self) -> &[EnvName] {
        &self.keys
    }

    /// Whether a variable holds some provider's key.
    #[must_use]
    pub fn is_key(&self, variable: &EnvName) -> bool {
        self.keys.binary_search(variable).is_ok()
    }
}

/// One `[providers.<id>]` table of one scope: every field may be missing.
#[derive(Debug, Clone)]
pub(crate) struct ProviderTable {
    id: ProviderId,
    at: Source,
    label: Option<Sourced<String>>,
    key: Option<Sourced<EnvName>>,
    insecure: Option<Sourced<bool>>,
    endpoints: BTreeMap<Protocol, Endpoint>,
}

impl ProviderTable {
    /// Reads the `providers` table of a scope, in the order of the text.
    pub(crate) fn read_all(
        scope_table: &Table<'_>,
        scope: Scope,
    ) -> Result<Vec<Self>, ConfigError> {
        let Some(providers) = scope_table.table("providers")? else { return Ok(Vec::new()) };
        providers.entries().iter().map(|entry| Self::read(entry, scope)).collect()
    }

    fn read(entry: &Entry<'_>, scope: Scope) -> Result<Self, ConfigError> {
        let id = entry.name()?;
        let table = entry.table()?;
        let key = table.get("key").map(|key| {
            let name = key
                .str()?
                .parse::<EnvName>()
                .map_err(|error| key.invalid(format!("is {error}")))?;
            if name.is_reserved() {
                return Err(key.invalid("is a reserved name"));
            }
            Ok(Sourced::new(name, key.source(scope)))
        });
        let mut endpoints = BTreeMap::new();
        for protocol in Protocol::ALL {
            if let Some(table) = table.table(protocol.as_str())? {
                endpoints.insert(protocol, read_endpoint(&table, scope)?);
            }
        }
        let label = table.str("label", scope)?;
        if let (Some(label), Some(entry)) = (&label, table.get("label")) {
            // It stands in terminal titles and prompts.
            if label.value.trim().is_empty() || label.value.chars().any(char::is_control) {
                return Err(entry.invalid("is blank or holds a control character"));
            }
        }
        Ok(Self {
            id,
            at: entry.source(scope),
            label,
            key: key.transpose()?,
            insecure: table.bool("insecure", scope)?,
            endpoints,
        })
    }

    fn overlay(&mut self, specific: Self) {
        Sourced::overlay(&mut self.label, specific.label);
        Sourced::overlay(&mut self.key, specific.key);
        Sourced::overlay(&mut self.insecure, specific.insecure);
        for (protocol, endpoint) in specific.endpoints {
            self.endpoints.entry(protocol).or_default().overlay(endpoint);
        }
    }

    fn finish(self) -> Result<Provider, ConfigError> {
        let Self { id, at, label, key, insecure, endpoints } = self;
        let Some(key) = key else {
            return Err(ConfigError::Incomplete { provider: id, field: "key", at });
        };
        if !insecure.is_some_and(|insecure| insecure.value) {
            let urls = endpoints.values().filter_map(|endpoint| endpoint.base_url.as_ref());
            if let Some(url) = urls.clone().find(|url| is_open_http(&url.value)) {
                return Err(ConfigError::Insecure { provider: id, at: url.source.clone() });
            }
        }
        let label = label.unwrap_or_else(|| Sourced::new(id.to_string(), at));
        Ok(Provider { id, label, key, endpoints })
    }
}

fn read_endpoint(table: &Table<'_>, scope: Scope) -> Result<Endpoint, ConfigError> {
    let base_url = table.str("base_url", scope)?;
    if let (Some(url), Some(entry)) = (&base_url, table.get("base_url")) {
        check_base_url(&url.value).map_err(|problem| entry.invalid(problem))?;
    }
    let mut models = BTreeMap::new();
    if let Some(slots) = table.table("models")? {
        for slot in Slot::ALL {
            let Some(model) = slots.str(slot.as_str(), scope)? else { continue };
            if let Some(entry) = slots.get(slot.as_str()).filter(|_| !is_model(&model.value)) {
                return Err(entry.invalid(
                    "is not a model id: it is blank or holds spaces or control characters",
                ));
            }
            models.insert(slot, model);
        }
    }
    let window = table.count("window", scope)?;
    let timeout_ms = table.count("timeout_ms", scope)?;
    Ok(Endpoint { base_url, models, window, timeout_ms })
}

fn is_model(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(scope: Scope, text: &str) -> Vec<ProviderTable> {
        reader::with_root(&"config.toml".into(), text, |root| ProviderTable::read_all(root, scope))
            .unwrap()
    }

    /// The documented table, written out once more: a slip of the pen sends a key astray.
    const DOCUMENTED: &str = "
anthropic Anthropic ANTHROPIC_API_KEY
openai OpenAI OPENAI_API_KEY
zai Z.AI ZAI_API_KEY
  anthropic https://api.z.ai/api/anthropic glm-5.1 glm-5-turbo glm-4.5-air 200000
  openai-chat https://api.z.ai/api/coding/paas/v4 glm-5.1 glm-4.5-air 200000
kimi Kimi KIMI_CODE_API_KEY
  anthropic https://api.kimi.com/coding kimi-for-coding kimi-for-coding kimi-for-coding 262144
  openai-chat https://api.kimi.com/coding/v1 kimi-for-coding kimi-for-coding 262144
minimax MiniMax MINIMAX_API_KEY
  anthropic https://api.minimax.io/anthropic MiniMax-M3 MiniMax-M3 MiniMax-M3 512000
  openai-responses https://api.minimax.io/v1 MiniMax-M3 512000
opencode OpenCode OPENCODE_API_KEY
amp Amp AMP_API_KEY
xai xAI XAI_API_KEY
";

    #[test]
    fn the_built_in_data_is_the_documented_table() {
        let mut table = String::from("\n");
        for Provider { id, label, key, endpoints } in Catalog::built_in().iter() {
            table += &format!("{id} {} {}\n", label.value, key.value);
            for (protocol, endpoint) in endpoints {
                let url = &endpoint.base_url.as_ref().unwrap().value;
                let models = Slot::ALL.iter().filter_map(|slot| endpoint.models.get(slot));
                let models: Vec<_> = models.map(|model| model.value.as_str()).collect();
                let window = endpoint.window.as_ref().unwrap().value;
                table += &format!("  {protocol} {url} {} {window}\n", models.join(" "));
            }
        }
        assert_eq!(table, DOCUMENTED);
    }

    #[test]
    fn overrides_merge_field_by_field_and_new_ones_come_last() {
        let global = tables(
            Scope::Global,
            "[providers.zai.anthropic]\nmodels = { opus = 'glm-6' }\n[providers.own]\nkey = 'OWN'\n",
        );
        let workspace = tables(
            Scope::Workspace,
            "[providers.zai]\nanthropic.window = 1\nanthropic.models.opus = 'glm-7'",
        );
        let catalog = Catalog::merged(global.iter().chain(&workspace), []).unwrap();
        let endpoint = &catalog.get("zai").unwrap().endpoints[&Protocol::Anthropic];
        let opus = &endpoint.models[&Slot::Opus];
        assert_eq!((opus.value.as_str(), opus.source.scope), ("glm-7", Scope::Workspace));
        assert_eq!(
            opus.shadowed.iter().map(|s| s.scope).collect::<Vec<_>>(),
            [Scope::Global, Scope::BuiltIn]
        );
        assert_eq!(endpoint.models[&Slot::Haiku].value, "glm-4.5-air");
        assert_eq!(endpoint.window.as_ref().unwrap().value, 1);
        let own = catalog.iter().last().unwrap();
        assert_eq!((own.id.as_str(), own.label.value.as_str()), ("own", "own"));
    }

    #[test]
    fn a_plain_http_url_needs_a_word_of_consent() {
        let open = "[providers.own]\nkey = 'OWN'\nanthropic.base_url = 'http://example.com'\n";
        assert!(matches!(
            Catalog::merged(&tables(Scope::Global, open), []),
            Err(ConfigError::Insecure { .. })
        ));
        let consent = format!("{open}insecure = true\n");
        assert!(Catalog::merged(&tables(Scope::Global, &consent), []).is_ok());
    }
}
