//! The providers of a configuration over those of a registry: overrides, the user's own, and those that
//! extend another.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    config::{ConfigError, ConfigPlace, ProviderTable},
    model::{Provider, is_open_http},
    names::{EnvName, ProviderId},
    registry::{NameOrigin, OF_A_LOGIN, Registry, Unknown},
};

/// Providers that cannot be used as the configuration has them, and why. Only a launch that chooses one
/// of them fails.
pub(crate) type Refused = BTreeMap<ProviderId, ConfigError>;

/// The registry with the tables of a configuration, the least specific first, and the providers that
/// cannot be used. Tables that do not apply here only add their key variables and URLs.
pub(crate) fn merged<'a>(
    registry: &Registry,
    tables: impl IntoIterator<Item = &'a ProviderTable>,
    others: impl IntoIterator<Item = &'a ProviderTable>,
) -> Result<(Registry, Refused), ConfigError> {
    let (mut keys, mut other_urls) = (Vec::new(), Vec::new());
    let key_of = |table: &ProviderTable| table.key.as_ref().map(|key| key.value.clone());
    let (mut merged, mut places): (Vec<ProviderTable>, BTreeMap<_, usize>) = Default::default();
    for table in tables {
        keys.extend(key_of(table));
        match places.get(&table.id) {
            Some(at) => merged[*at].overlay(table.clone()),
            None => {
                places.insert(table.id.clone(), merged.len());
                merged.push(match registry.provider(table.id.as_str()) {
                    Some(known) => ProviderTable::of(known).under(table.clone()),
                    None => table.clone(),
                });
            }
        }
    }
    for table in others {
        keys.extend(key_of(table));
        keys.extend(table.key_of_its_own(|name| registry.is_key(name)).map(|key| key.value));
        other_urls.extend(table.urls());
    }
    let mut taken: BTreeSet<_> = merged.iter().filter_map(key_of).collect();
    for table in &mut merged {
        let is_taken = |name: &EnvName| registry.is_key(name) || taken.contains(name);
        if let Some(key) = table.key_of_its_own(is_taken) {
            taken.insert(key.value.clone());
            keys.push(key.value.clone());
            table.key = Some(key);
        }
    }
    let known = registry.providers();
    let position = |table: &ProviderTable| known.iter().position(|known| known.id == table.id);
    merged.sort_by_key(|table| position(table).unwrap_or(known.len()));
    let mut providers = Vec::with_capacity(merged.len());
    let mut refused = Refused::new();
    for table in &merged {
        let finished = extended(registry, table, &merged).and_then(ProviderTable::finish);
        let why = match finished {
            Ok(provider) => {
                let why = table.misplaced().or_else(|| refusal(registry, &provider));
                providers.push(provider);
                why
            }
            Err(error) => {
                // Where it leads is known all the same to whoever was redirected there.
                other_urls.extend(table.urls());
                Some(error)
            }
        };
        refused.extend(why.map(|why| (table.id.clone(), why)));
    }
    let configured = registry.with_configured(providers, keys, other_urls);
    match configured.misplaced_key() {
        None => Ok((configured, refused)),
        Some(provider) => Err(misplaced_key(provider)),
    }
}

/// A table over the one that it extends, if it extends one.
fn extended(
    registry: &Registry,
    table: &ProviderTable,
    merged: &[ProviderTable],
) -> Result<ProviderTable, ConfigError> {
    let Some(extends) = &table.extends else { return Ok(table.clone()) };
    let Some(base) = registry.provider(&extends.value) else {
        let origin = NameOrigin::Config(extends.source.clone());
        let known = registry.providers().iter().map(|provider| provider.id.as_str());
        return Err(Box::new(Unknown::new("provider", &extends.value, origin, known)).into());
    };
    let changed = merged.iter().find(|table| table.id == base.id);
    let base = changed.cloned().unwrap_or_else(|| ProviderTable::of(base));
    let mut extended = base.renamed(table);
    if table.has_url_and_key_of_its_own() {
        // The other endpoints are the base provider's: no place for this key.
        extended.keep_places_of(table);
    }
    Ok(extended.under(table.clone()))
}

fn misplaced_key(provider: &Provider) -> ConfigError {
    let at = &provider.key.source;
    let place = ConfigPlace {
        file: at.file.clone().unwrap_or_default(),
        line: at.line.unwrap_or_default(),
        key: Some(format!("providers.{}.key", provider.id)),
    };
    ConfigError::Invalid { place, problem: OF_A_LOGIN.to_owned() }
}

/// Why the key of a provider cannot be sent to one of its URLs.
fn refusal(registry: &Registry, provider: &Provider) -> Option<ConfigError> {
    let mut urls = provider.endpoints().filter_map(|(_, endpoint)| endpoint.base_url.as_ref());
    urls.find_map(|url| {
        let (id, at) = (provider.id.clone(), url.source.clone());
        if is_open_http(&url.value) && !provider.insecure {
            return Some(ConfigError::Insecure { provider: id, at });
        }
        let why = registry.refusal(provider, &url.value)?;
        Some(ConfigError::RefusedHost { provider: id, at, why })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::reader,
        model::{Protocol, Slot, Tier},
        names::Scope,
    };

    fn tables(scope: Scope, text: &str) -> Vec<ProviderTable> {
        reader::with_root(&"config.toml".into(), text, |root| ProviderTable::read_all(root, scope))
            .unwrap()
    }

    /// Why the last provider of a text cannot be used.
    fn refused(text: &str) -> Option<ConfigError> {
        let (registry, refused) =
            merged(&Registry::built_in(), &tables(Scope::Global, text), []).unwrap();
        assert!(refused.keys().all(|id| registry.provider(id.as_str()).is_some()));
        refused.into_values().next()
    }

    #[test]
    fn one_that_extends_another_without_a_key_has_a_variable_of_its_own() {
        let key_of = |id: &str| {
            let text = format!("[providers.{id}]\nextends = 'zai'\n");
            let tables = tables(Scope::Global, &text);
            let (registry, refused) = merged(&Registry::built_in(), &tables, []).unwrap();
            assert_eq!(refused.len(), 0, "{id}");
            let (base, own) = (registry.provider("zai").unwrap(), registry.provider(id).unwrap());
            assert_eq!(base.key.value.as_str(), "ZAI_API_KEY");
            assert!(registry.is_key(&own.key.value), "it is removed for all others");
            own.key.value.to_string()
        };
        assert_eq!(key_of("work"), "WORK_API_KEY");
        assert_eq!(key_of("my-2nd_one"), "MY_2ND_ONE_API_KEY");
        assert_eq!(key_of("2nd"), "_2ND_API_KEY");
        // Kimi's own is called so.
        assert_eq!(key_of("kimi-code"), "KIMI_CODE_PROVIDER_API_KEY");
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
        let (registry, _) =
            merged(&Registry::built_in(), global.iter().chain(&workspace), []).unwrap();
        let endpoint = registry.provider("zai").unwrap().endpoint(Protocol::Anthropic).unwrap();
        let (opus, _) = endpoint.model(Slot::Opus).unwrap();
        assert_eq!((&*opus.value, opus.source.scope), ("glm-7", Scope::Workspace));
        assert_eq!(
            opus.shadowed.iter().map(|s| s.scope).collect::<Vec<_>>(),
            [Scope::Global, Scope::BuiltIn]
        );
        assert_eq!(endpoint.model(Slot::Haiku).unwrap().0.value, "glm-4.5-air");
        assert_eq!(endpoint.window.as_ref().unwrap().value, 1);
        let own = registry.providers().last().unwrap();
        assert_eq!((own.id.as_str(), &*own.label.value), ("own", "own"));
    }

    #[test]
    fn nobody_but_the_data_says_what_is_verified() {
        let forged =
            "[providers.own]\nkey = 'OWN'\ntier = 'verified'\n[providers.zai]\ntier = 'community'";
        let (registry, _) =
            merged(&Registry::built_in(), &tables(Scope::Global, forged), []).unwrap();
        let tier = |id| registry.provider(id).unwrap().tier;
        assert_eq!((tier("own"), tier("zai")), (Tier::Own, Tier::Verified));
    }

    #[test]
    fn what_is_known_of_one_provider_alone_is_not_inherited() {
        let text = "[providers.gateway]\nexpires_at = 2026-01-01T00:00:00Z\nmode = 'ignore'\n\
            [providers.own]\nextends = 'gateway'\nkey = 'OWN'";
        let (registry, _) =
            merged(&Registry::built_in(), &tables(Scope::Global, text), []).unwrap();
        let own = registry.provider("own").unwrap();
        assert_eq!((own.expires_at, own.tier, &*own.label.value), (None, Tier::Own, "own"));
        assert!(own.mode.is_none() && own.checked.is_none());
        assert_eq!(*own.key_prefixes, ["agt_"]);
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
            let why = refused(&text);
            assert!(matches!(why, Some(ConfigError::RefusedHost { .. })), "{text}");
        }
        let own = "[providers.own]\nkey = 'OWN'\nanthropic.base_url = 'https://api.anthropic.com'";
        assert_eq!(refused(own), None);
    }

    #[test]
    fn a_plain_http_url_needs_a_word_of_consent() {
        let open = "[providers.own]\nkey = 'OWN'\nanthropic.base_url = 'http://example.com'\n";
        assert!(matches!(refused(open), Some(ConfigError::Insecure { .. })));
        let consent = format!("{open}insecure = true\n");
        assert_eq!(refused(&consent), None);
    }
}
