//! The providers there are: the built-in ones with the user's overrides, then the user's own.
//! `data/providers.toml` is the one place a built-in provider is added.

use std::{borrow::Cow, sync::Arc};

use crate::{
    config::{ConfigError, ProviderTable},
    model::{KeyProblem, KeyShape, Protocol, Provider, Text, check_base_url, host, is_open_http},
    names::{EnvName, ProviderId, Sourced},
    registry::{
        Given, Unknown,
        built_in::{KEYS, PROVIDERS, REFUSED_HOSTS},
    },
};

/// Every provider, in the order in which they are offered. Copies are one and the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog(Option<Arc<Changes>>);

/// What of the user's tables makes a catalogue another than the built-in one.
#[derive(Debug, PartialEq, Eq)]
struct Changes {
    /// Those that are not as they are built in: overridden ones, in the built-in order, then the
    /// user's own.
    providers: Vec<Provider>,
    /// Every variable that holds some provider's key, sorted.
    keys: Cow<'static, [EnvName]>,
    /// Base URLs of providers of roles that do not apply here.
    other_urls: Vec<(Protocol, Text)>,
}

impl Changes {
    const NONE: Self =
        Self { providers: Vec::new(), keys: Cow::Borrowed(KEYS), other_urls: Vec::new() };

    fn note_key(&mut self, table: &ProviderTable) {
        if let Some(Sourced { value: key, .. }) = &table.key
            && let Err(at) = self.keys.binary_search(key)
        {
            self.keys.to_mut().insert(at, key.clone());
        }
    }
}

/// The built-in provider of that id.
fn built_in(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.id.as_str() == id)
}

/// Checks what only the data can tell of a finished provider.
fn check(provider: &Provider) -> Result<(), ConfigError> {
    for url in provider.endpoints.values().filter_map(|endpoint| endpoint.base_url.as_ref()) {
        if let Some(why) = refusal(provider, &url.value) {
            let (provider, at) = (provider.id.clone(), url.source.clone());
            return Err(ConfigError::RefusedHost { provider, at, why });
        }
    }
    Ok(())
}

/// Why a provider cannot use a URL on that host, if it cannot.
fn refusal(provider: &Provider, url: &str) -> Option<String> {
    let host = host(url);
    let mut refused = REFUSED_HOSTS.iter();
    match refused.find(|(name, _)| name.eq_ignore_ascii_case(host)) {
        Some((_, why)) => Some((*why).to_owned()),
        None => {
            let owner = owner(provider, host)?;
            Some(format!("it is `{owner}`'s own host, where this key is no good"))
        }
    }
}

/// The other provider on whose host a provider would use keys that are good at its own alone.
fn owner(provider: &Provider, host: &str) -> Option<&'static ProviderId> {
    let others = PROVIDERS.iter().filter(|other| provider.key_bound && other.id != provider.id);
    let mut owners = others.filter(|other| other.hosts().any(|own| own.eq_ignore_ascii_case(host)));
    owners.next().map(|owner| &owner.id)
}

impl Catalog {
    /// The built-in providers alone.
    ///
    /// ```
    /// let catalog = jackin_core::Catalog::built_in();
    /// assert_eq!(catalog.get("zai").unwrap().label.value, "Z.AI");
    /// ```
    #[must_use]
    pub const fn built_in() -> Self {
        Self(None)
    }

    /// The built-in providers under the user's tables, the least specific first. Of the tables that
    /// do not apply here only the key names and the URLs count.
    pub(crate) fn merged<'a>(
        tables: impl IntoIterator<Item = &'a ProviderTable>,
        others: impl IntoIterator<Item = &'a ProviderTable>,
    ) -> Result<Self, ConfigError> {
        let mut changes = Changes::NONE;
        for table in others {
            changes.note_key(table);
            let urls = table.urls().map(|(protocol, url)| (protocol, url.clone()));
            changes.other_urls.extend(urls);
        }
        let mut merged: Vec<ProviderTable> = Vec::new();
        for table in tables {
            changes.note_key(table);
            match merged.iter_mut().find(|known| known.id == table.id) {
                Some(known) => known.overlay(table.clone()),
                None => merged.push(match built_in(table.id.as_str()) {
                    Some(built_in) => ProviderTable::of(built_in).under(table.clone()),
                    None => table.clone(),
                }),
            }
        }
        let position = |table: &ProviderTable| PROVIDERS.iter().position(|p| p.id == table.id);
        merged.sort_by_key(|table| position(table).unwrap_or(PROVIDERS.len()));
        for table in &merged {
            let provider = Self::extended(table, &merged)?.finish()?;
            check(&provider)?;
            changes.providers.push(provider);
        }
        Ok(if changes == Changes::NONE { Self::built_in() } else { Self(Some(changes.into())) })
    }

    /// The table over the built-in one that it extends, if it does.
    fn extended(
        table: &ProviderTable,
        merged: &[ProviderTable],
    ) -> Result<ProviderTable, ConfigError> {
        let Some(extends) = &table.extends else { return Ok(table.clone()) };
        let Some(base) = built_in(&extends.value) else {
            let given = Given::Config(extends.source.clone());
            let known = PROVIDERS.iter().map(|provider| provider.id.as_str());
            return Err(Box::new(Unknown::new("provider", &extends.value, given, known)).into());
        };
        let changed = merged.iter().find(|table| table.id == base.id);
        let base = changed.cloned().unwrap_or_else(|| ProviderTable::of(base));
        let mut extended = base.renamed(table);
        if table.has_url_and_key_of_its_own() {
            // What it does not speak of is the other one's endpoint: no place for this key.
            extended.keep_places_of(table);
        }
        Ok(extended.under(table.clone()))
    }

    /// All providers.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        let own = self.changes().providers.iter();
        let own = own.filter(|provider| built_in(provider.id.as_str()).is_none());
        PROVIDERS.iter().map(|known| self.changed(known.id.as_str()).unwrap_or(known)).chain(own)
    }

    /// The provider of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Provider> {
        self.changed(id).or_else(|| built_in(id))
    }

    fn changed(&self, id: &str) -> Option<&Provider> {
        self.changes().providers.iter().find(|provider| provider.id.as_str() == id)
    }

    fn changes(&self) -> &Changes {
        static NONE: Changes = Changes::NONE;
        self.0.as_deref().unwrap_or(&NONE)
    }

    /// Every variable that holds some provider's key, sorted: also where an override names another
    /// one, and of providers of roles that do not apply here.
    pub(crate) fn keys(&self) -> &[EnvName] {
        &self.changes().keys
    }

    /// Every base URL, but for one provider's.
    pub(crate) fn urls_but(&self, except: &ProviderId) -> impl Iterator<Item = (Protocol, &str)> {
        let providers = self.iter().filter(|provider| provider.id != *except);
        let endpoints = providers.flat_map(|provider| provider.endpoints.iter());
        let urls = endpoints.filter_map(|(protocol, endpoint)| {
            Some((*protocol, &*endpoint.base_url.as_ref()?.value))
        });
        urls.chain(self.changes().other_urls.iter().map(|(protocol, url)| (*protocol, &**url)))
    }

    /// Checks a key for a provider before it is stored; an unusual one is let through with a warning.
    ///
    /// # Errors
    /// What is wrong with it; the key is not repeated.
    pub fn check_key(&self, provider: &Provider, key: &str) -> Result<Option<String>, KeyProblem> {
        KeyShape::of(provider, self).check(key)
    }

    /// Checks a base URL for a provider before it is stored.
    ///
    /// # Errors
    /// Why the provider's key cannot be sent there, as the end of a sentence.
    pub fn check_url(&self, provider: &Provider, url: &str) -> Result<(), String> {
        check_base_url(url).map_err(str::to_owned)?;
        if is_open_http(url) {
            return Err("has no TLS".into());
        }
        refusal(provider, url).map_or(Ok(()), |why| Err(format!("cannot be used: {why}")))
    }

    /// Whether a variable holds some provider's key.
    #[must_use]
    pub fn is_key(&self, variable: &EnvName) -> bool {
        self.keys().binary_search(variable).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::reader,
        model::{Slot, Tier},
        names::Scope,
    };

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
gateway Gateway GATEWAY_API_KEY
  anthropic -  -
opencode OpenCode OPENCODE_API_KEY
amp Amp AMP_API_KEY
xai xAI XAI_API_KEY
deepseek DeepSeek DEEPSEEK_API_KEY
  anthropic https://api.deepseek.com/anthropic deepseek-v4-pro deepseek-v4-flash deepseek-v4-flash -
openrouter OpenRouter OPENROUTER_API_KEY
  anthropic https://openrouter.ai/api  -
moonshot Moonshot MOONSHOT_API_KEY
  anthropic https://api.moonshot.ai/anthropic  -
qwen Qwen DASHSCOPE_API_KEY
  anthropic https://dashscope-intl.aliyuncs.com/apps/anthropic  -
ollama Ollama OLLAMA_API_KEY
  anthropic http://localhost:11434  -
";

    #[test]
    fn the_built_in_data_is_the_documented_table() {
        let mut table = String::from("\n");
        for Provider { id, label, key, endpoints, .. } in Catalog::built_in().iter() {
            table += &format!("{id} {} {}\n", label.value, key.value);
            for (protocol, endpoint) in endpoints.iter() {
                let url = endpoint.base_url.as_ref().map_or("-", |url| &*url.value);
                let models = Slot::ALL.iter().filter_map(|slot| endpoint.models.get(slot));
                let models: Vec<_> = models.map(|model| &*model.value).collect();
                let window = endpoint.window.as_ref();
                let window = window.map_or("-".to_owned(), |window| window.value.to_string());
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
        assert_eq!((&*opus.value, opus.source.scope), ("glm-7", Scope::Workspace));
        assert_eq!(
            opus.shadowed.iter().map(|s| s.scope).collect::<Vec<_>>(),
            [Scope::Global, Scope::BuiltIn]
        );
        assert_eq!(endpoint.models[&Slot::Haiku].value, "glm-4.5-air");
        assert_eq!(endpoint.window.as_ref().unwrap().value, 1);
        let own = catalog.iter().last().unwrap();
        assert_eq!((own.id.as_str(), &*own.label.value), ("own", "own"));
    }

    #[test]
    fn nobody_but_the_data_says_what_is_verified() {
        let forged =
            "[providers.own]\nkey = 'OWN'\ntier = 'verified'\n[providers.zai]\ntier = 'community'";
        let catalog = Catalog::merged(&tables(Scope::Global, forged), []).unwrap();
        let tier = |id| catalog.get(id).unwrap().tier;
        assert_eq!((tier("own"), tier("zai")), (Tier::Own, Tier::Verified));
    }

    #[test]
    fn what_is_known_of_one_provider_alone_is_not_inherited() {
        let text = "[providers.gateway]\nexpires_at = 2026-01-01T00:00:00Z\nmode = 'ignore'\n\
            [providers.own]\nextends = 'gateway'\nkey = 'OWN'";
        let catalog = Catalog::merged(&tables(Scope::Global, text), []).unwrap();
        let own = catalog.get("own").unwrap();
        assert_eq!((own.expires_at, own.tier, &*own.label.value), (None, Tier::Own, "own"));
        assert!(own.mode.is_none() && own.checked.is_none());
        assert_eq!(own.key_prefix.as_deref(), Some("agt_"));
    }

    #[test]
    fn a_key_that_is_good_at_one_place_goes_to_no_other() {
        let gateway = "[providers.gateway]";
        let team = "[providers.team]\nextends = 'gateway'\nkey = 'TEAM'";
        for (table, url) in [
            (gateway, "https://api.anthropic.com"),
            (gateway, "https://API.anthropic.com.:443/x"),
            (gateway, "https://api.z.ai/api/anthropic"),
            (team, "https://api.anthropic.com"),
        ] {
            let text = format!("{table}\nanthropic.base_url = '{url}'");
            let merged = Catalog::merged(&tables(Scope::Global, &text), []);
            assert!(matches!(merged, Err(ConfigError::RefusedHost { .. })), "{text}");
        }
        let own = "[providers.own]\nkey = 'OWN'\nanthropic.base_url = 'https://api.anthropic.com'";
        assert!(Catalog::merged(&tables(Scope::Global, own), []).is_ok());
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
