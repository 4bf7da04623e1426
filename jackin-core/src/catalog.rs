//! The providers there are: the built-in ones with the user's overrides, then the user's own.
//! `data/providers.toml` is the one place a built-in provider is added.

use crate::{
    error::ConfigError,
    key::{KeyProblem, KeyShape},
    names::{EnvName, ProviderId},
    provider::{Protocol, Provider, check_base_url, host, is_open_http},
    provider_table::ProviderTable,
    reader,
    scope::Scope,
    unknown::{Given, Unknown},
};

const TEXT: &str = include_str!("../data/providers.toml");

/// Every provider, in the order in which they are offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    providers: Vec<Provider>,
    keys: Vec<EnvName>,
    /// Base URLs of providers of roles that do not apply here.
    other_urls: Vec<(Protocol, String)>,
}

/// What `data/providers.toml` holds.
struct BuiltIn {
    providers: Vec<ProviderTable>,
    /// Hosts that no base URL may name, and why.
    refused_hosts: Vec<(String, String)>,
}

impl BuiltIn {
    fn read() -> Result<Self, ConfigError> {
        reader::with_root(&"providers.toml".into(), TEXT, |root| {
            let hosts = root.table("refused_hosts")?.map_or_else(Vec::new, |hosts| hosts.entries());
            let host =
                |entry: &reader::Entry<'_>| Ok((entry.key.to_owned(), entry.str()?.to_owned()));
            Ok(Self {
                providers: ProviderTable::read_all(root, Scope::BuiltIn)?,
                refused_hosts: hosts.iter().map(host).collect::<Result<_, ConfigError>>()?,
            })
        })
    }

    /// Checks what only the data can tell of a finished provider.
    fn check(&self, provider: &Provider) -> Result<(), ConfigError> {
        for url in provider.endpoints.values().filter_map(|endpoint| endpoint.base_url.as_ref()) {
            if let Some(why) = self.refusal(provider, &url.value) {
                let (provider, at) = (provider.id.clone(), url.source.clone());
                return Err(ConfigError::RefusedHost { provider, at, why });
            }
        }
        Ok(())
    }

    /// Why a provider cannot use a URL on that host, if it cannot.
    fn refusal(&self, provider: &Provider, url: &str) -> Option<String> {
        let host = host(url);
        let mut refused = self.refused_hosts.iter();
        match refused.find(|(name, _)| name.eq_ignore_ascii_case(host)) {
            Some((_, why)) => Some(why.clone()),
            None => {
                let owner = self.owner(provider, host)?;
                Some(format!("it is `{owner}`'s own host, where this key is no good"))
            }
        }
    }

    /// The other provider on whose host a provider would use keys that are good at its own alone.
    fn owner(&self, provider: &Provider, host: &str) -> Option<&ProviderId> {
        let others =
            self.providers.iter().filter(|other| provider.key_bound && other.id != provider.id);
        let mut owners =
            others.filter(|other| other.hosts().any(|own| own.eq_ignore_ascii_case(host)));
        owners.next().map(|owner| &owner.id)
    }
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
        let built_in = BuiltIn::read()?;
        let mut keys = Vec::new();
        let mut note = |table: &ProviderTable| {
            keys.extend(table.key.as_ref().map(|key| key.value.clone()));
        };
        built_in.providers.iter().for_each(&mut note);
        let mut other_urls = Vec::new();
        for table in others {
            note(table);
            other_urls.extend(table.urls().map(|(protocol, url)| (protocol, url.to_owned())));
        }
        let mut merged = built_in.providers.clone();
        for table in tables {
            note(table);
            match merged.iter_mut().find(|known| known.id == table.id) {
                Some(known) => known.overlay(table.clone()),
                None => merged.push(table.clone()),
            }
        }
        keys.sort_unstable();
        keys.dedup();
        let mut providers = Vec::with_capacity(merged.len());
        for table in &merged {
            let provider = Self::extended(table, &built_in, &merged)?.finish()?;
            built_in.check(&provider)?;
            providers.push(provider);
        }
        Ok(Self { providers, keys, other_urls })
    }

    /// The table over the built-in one that it extends, if it does.
    fn extended(
        table: &ProviderTable,
        built_in: &BuiltIn,
        merged: &[ProviderTable],
    ) -> Result<ProviderTable, ConfigError> {
        let Some(extends) = &table.extends else { return Ok(table.clone()) };
        let known = || built_in.providers.iter().map(|table| table.id.as_str());
        let base = merged.iter().find(|base| {
            base.id.as_str() == extends.value && known().any(|id| id == extends.value)
        });
        let Some(base) = base else {
            let given = Given::Config(extends.source.clone());
            return Err(Box::new(Unknown::new("provider", &extends.value, given, known())).into());
        };
        let mut extended = base.renamed(table);
        if table.has_url_and_key_of_its_own() {
            // What it does not speak of is the other one's endpoint: no place for this key.
            extended.keep_places_of(table);
        }
        extended.overlay(table.clone());
        Ok(extended)
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

    /// Base URLs of one protocol, but for one provider's.
    pub(crate) fn urls_but(&self, except: &ProviderId, protocol: Protocol) -> Vec<&str> {
        let providers = self.iter().filter(|provider| provider.id != *except);
        let endpoints = providers.filter_map(|provider| provider.endpoints.get(&protocol));
        let urls =
            endpoints.filter_map(|endpoint| Some(endpoint.base_url.as_ref()?.value.as_str()));
        let others = self.other_urls.iter().filter(|(known, _)| *known == protocol);
        urls.chain(others.map(|(_, url)| url.as_str())).collect()
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
        let built_in = BuiltIn::read().map_err(|error| error.to_string())?;
        built_in.refusal(provider, url).map_or(Ok(()), |why| Err(format!("cannot be used: {why}")))
    }

    /// Whether a variable holds some provider's key.
    #[must_use]
    pub fn is_key(&self, variable: &EnvName) -> bool {
        self.keys.binary_search(variable).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Slot, Tier};

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
            for (protocol, endpoint) in endpoints {
                let url = endpoint.base_url.as_ref().map_or("-", |url| &url.value);
                let models = Slot::ALL.iter().filter_map(|slot| endpoint.models.get(slot));
                let models: Vec<_> = models.map(|model| model.value.as_str()).collect();
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
        assert_eq!((own.expires_at, own.tier, own.label.value.as_str()), (None, Tier::Own, "own"));
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
