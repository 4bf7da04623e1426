//! `[providers.<id>]` as one scope writes it, and how such tables lie over each other. Every field
//! may be missing until they are put together.

use std::borrow::Cow;

use crate::{
    config::{
        ConfigError, ConfigPlace, misplaced,
        reader::{Entry, Table},
    },
    model::{
        Endpoint, Mode, Protocol, Provider, Slot, SmallMap, Text, Tier, check_base_url,
        check_key_name, check_key_prefix, check_label, check_model, check_token, fields,
    },
    names::{EnvName, ProviderId, Scope, Source, Sourced},
    registry::{NO_NATIVE_KEY, OtherUrl, Registry, TAKEN},
};

/// The name of a key, which one of the lists must have.
macro_rules! key {
    ($list:ident, $name:literal) => {
        const { fields::named(fields::$list, $name) }
    };
}

/// One table of one scope.
#[derive(Debug, Clone)]
pub(crate) struct ProviderTable {
    pub(crate) id: ProviderId,
    pub(crate) key: Option<Sourced<EnvName>>,
    pub(crate) extends: Option<Sourced<Text>>,
    at: Source,
    /// The path of the table, where it can be shown.
    path: Option<String>,
    label: Option<Sourced<Text>>,
    key_prefixes: Option<Sourced<Cow<'static, [Text]>>>,
    key_bound: Option<Sourced<bool>>,
    request_token: Option<Sourced<EnvName>>,
    host: Option<Sourced<Text>>,
    token: Option<Sourced<Text>>,
    expires_at: Option<Sourced<i64>>,
    expired: Option<Sourced<Text>>,
    insecure: Option<Sourced<bool>>,
    mode: Option<Sourced<Mode>>,
    tier: Tier,
    source: Option<Sourced<Text>>,
    checked: Option<Sourced<Text>>,
    endpoints: SmallMap<Protocol, Endpoint>,
    /// A setting that would send the key elsewhere if it were in the right place.
    misplaced: Option<ConfigError>,
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

    /// A built-in provider as the table that it was, for others to lie over.
    pub(crate) fn of(built_in: &Provider) -> Self {
        let text = |field: &Option<Text>| sourced(field.clone());
        Self {
            id: built_in.id.clone(),
            key: Some(built_in.key.clone()),
            extends: None,
            label: Some(built_in.label.clone()),
            key_prefixes: sourced(Some(built_in.key_prefixes.clone())),
            key_bound: sourced(Some(built_in.key_bound)),
            request_token: sourced(built_in.request_token.clone()),
            host: text(&built_in.host),
            token: built_in.token.clone(),
            expires_at: sourced(built_in.expires_at),
            expired: text(&built_in.expired),
            insecure: sourced(Some(built_in.insecure)),
            mode: built_in.mode.clone(),
            tier: built_in.tier,
            source: text(&built_in.source),
            checked: text(&built_in.checked),
            endpoints: built_in.endpoints.clone(),
            at: Source::new(Scope::BuiltIn),
            path: None,
            misplaced: None,
        }
    }

    fn read(entry: &Entry<'_>, scope: Scope) -> Result<Self, ConfigError> {
        let id = entry.name()?;
        let table = entry.table()?;
        let endpoints = Protocol::ALL.into_iter().filter_map(|protocol| {
            let table = table.table(protocol.as_str()).transpose()?;
            Some(table.and_then(|table| Ok((protocol, read_endpoint(&table, scope)?))))
        });
        Ok(Self {
            id,
            key: table.parsed(key!(PROVIDER, "key"), scope, read_key)?,
            extends: table.str(key!(PROVIDER, "extends"), scope)?,
            at: entry.source(scope),
            path: entry.place().key,
            label: table.parsed(key!(PROVIDER, "label"), scope, read_label)?,
            key_prefixes: table.parsed(key!(PROVIDER, "key_prefix"), scope, read_prefixes)?,
            key_bound: table.bool(key!(PROVIDER, "key_bound"), scope)?,
            request_token: table.parsed(key!(PROVIDER, "request_token"), scope, read_name)?,
            host: table.str(key!(PROVIDER, "host"), scope)?,
            token: table.parsed(key!(PROVIDER, "token"), scope, read_token)?,
            expires_at: table.parsed(key!(PROVIDER, "expires_at"), scope, read_time)?,
            expired: table.str(key!(PROVIDER, "expired"), scope)?,
            insecure: table.bool(key!(PROVIDER, "insecure"), scope)?,
            mode: table.parsed(key!(PROVIDER, "mode"), scope, read_mode)?,
            tier: read_tier(&table, scope)?,
            source: table.str(key!(PROVIDER, "source"), scope)?,
            checked: table.str(key!(PROVIDER, "checked"), scope)?,
            endpoints: endpoints.collect::<Result<_, ConfigError>>()?,
            misplaced: misplaced::of_provider(&table),
        })
    }

    /// Puts the more specific fields of another table over this one's.
    pub(crate) fn overlay(&mut self, specific: Self) {
        Sourced::overlay(&mut self.key, specific.key);
        Sourced::overlay(&mut self.extends, specific.extends);
        Sourced::overlay(&mut self.label, specific.label);
        Sourced::overlay(&mut self.key_prefixes, specific.key_prefixes);
        Sourced::overlay(&mut self.key_bound, specific.key_bound);
        Sourced::overlay(&mut self.request_token, specific.request_token);
        Sourced::overlay(&mut self.token, specific.token);
        Sourced::overlay(&mut self.expires_at, specific.expires_at);
        Sourced::overlay(&mut self.expired, specific.expired);
        Sourced::overlay(&mut self.insecure, specific.insecure);
        Sourced::overlay(&mut self.mode, specific.mode);
        let merged = Protocol::ALL.into_iter().filter_map(|protocol| {
            let specific = specific.endpoints.get(&protocol).cloned();
            let mut merged = self.endpoints.get(&protocol).cloned();
            if let Some(specific) = specific {
                merged.get_or_insert_default().overlay(specific);
            }
            merged.map(|endpoint| (protocol, endpoint))
        });
        self.endpoints = merged.collect();
        self.misplaced = specific.misplaced.or(self.misplaced.take());
    }

    /// The key variable of a table that extends another provider and names none: with the base's, one
    /// account's key would take the other's place. It is called like the provider.
    pub(crate) fn key_of_its_own(
        &self,
        is_taken: impl Fn(&EnvName) -> bool,
    ) -> Option<Sourced<EnvName>> {
        let extends = self.extends.as_ref().filter(|_| self.key.is_none())?;
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let mut stem: String = self.id.as_str().chars().map(letter).collect();
        if stem.starts_with(|c: char| c.is_ascii_digit()) {
            stem.insert(0, '_');
        }
        let names = ["_API_KEY", "_PROVIDER_API_KEY"].map(|end| format!("{stem}{end}"));
        let mut names = names.into_iter().filter_map(|name| name.parse().ok());
        let name = names.find(|name| !is_taken(name))?;
        Some(Sourced::new(name, extends.source.clone()))
    }

    /// The setting in a wrong place that would send the key elsewhere.
    pub(crate) fn misplaced(&self) -> Option<ConfigError> {
        self.misplaced.clone()
    }

    /// This table with the more specific fields of another one over it.
    pub(crate) fn under(mut self, specific: Self) -> Self {
        self.overlay(specific);
        self
    }

    /// This table as the base of another: what is known of this provider alone stays behind.
    pub(crate) fn renamed(&self, other: &Self) -> Self {
        Self {
            id: other.id.clone(),
            at: other.at.clone(),
            path: other.path.clone(),
            label: None,
            extends: None,
            mode: None,
            expires_at: None,
            tier: Tier::Own,
            source: None,
            checked: None,
            misplaced: None,
            ..self.clone()
        }
    }

    /// Whether it is another place with another key.
    pub(crate) fn has_url_and_key_of_its_own(&self) -> bool {
        self.key.is_some() && self.endpoints.values().any(|endpoint| endpoint.base_url.is_some())
    }

    /// Forgets the endpoints that the other table does not move, and what is sent without a key.
    pub(crate) fn keep_places_of(&mut self, other: &Self) {
        let moved = |(protocol, _): &(&Protocol, _)| {
            other.endpoints.get(protocol).is_some_and(|e| e.base_url.is_some())
        };
        let kept = self.endpoints.iter().filter(moved);
        self.endpoints = kept.map(|(protocol, endpoint)| (*protocol, endpoint.clone())).collect();
        self.token = None;
    }

    /// The base URLs of this table alone.
    pub(crate) fn urls(&self) -> impl Iterator<Item = OtherUrl> {
        self.endpoints.iter().filter_map(|(protocol, endpoint)| {
            let url = endpoint.base_url.as_ref()?.value.clone();
            Some(OtherUrl { protocol: *protocol, url })
        })
    }

    /// Checks what only a registry can tell about a table of a configuration.
    pub(crate) fn check(&self, registry: &Registry) -> Result<(), ConfigError> {
        if let Some(key) = self.key.as_ref().filter(|key| registry.is_taken(&key.value)) {
            return Err(self.invalid(&key.source, "key", TAKEN));
        }
        for (protocol, endpoint) in self.endpoints.iter() {
            let Some(empty) = &endpoint.empty else { continue };
            if !empty.value.iter().all(|name| registry.is_native_key(name)) {
                let field = format!("{protocol}.empty");
                return Err(self.invalid(&empty.source, &field, NO_NATIVE_KEY));
            }
        }
        Ok(())
    }

    fn invalid(&self, at: &Source, field: &str, problem: &str) -> ConfigError {
        let place = ConfigPlace {
            file: at.file.clone().unwrap_or_default(),
            line: at.line.unwrap_or_default(),
            key: self.path.as_ref().map(|path| format!("{path}.{field}")),
        };
        ConfigError::Invalid { place, problem: problem.to_owned() }
    }

    /// The provider that the tables make together.
    pub(crate) fn finish(self) -> Result<Provider, ConfigError> {
        let Self { id, at, key, insecure, endpoints, .. } = self;
        let Some(key) = key else {
            return Err(ConfigError::Incomplete { provider: id, field: "key", at });
        };
        let label = self.label.unwrap_or_else(|| Sourced::new(id.to_string().into(), at));
        let text = |field: Option<Sourced<Text>>| field.map(|field| field.value);
        Ok(Provider {
            id,
            label,
            key,
            key_prefixes: self.key_prefixes.map_or_else(Cow::default, |all| all.value),
            key_bound: self.key_bound.is_some_and(|bound| bound.value),
            request_token: self.request_token.map(|token| token.value),
            token: self.token,
            expires_at: self.expires_at.map(|at| at.value),
            expired: text(self.expired),
            mode: self.mode,
            tier: self.tier,
            source: text(self.source),
            checked: text(self.checked),
            host: text(self.host),
            insecure: insecure.is_some_and(|insecure| insecure.value),
            endpoints,
        })
    }
}

/// A field of the built-in data.
fn sourced<T>(field: Option<T>) -> Option<Sourced<T>> {
    field.map(|value| Sourced::new(value, Source::new(Scope::BuiltIn)))
}

fn read_name(entry: &Entry<'_>) -> Result<EnvName, ConfigError> {
    entry.str()?.parse().map_err(|error| entry.invalid(format!("is {error}")))
}

fn read_key(entry: &Entry<'_>) -> Result<EnvName, ConfigError> {
    let name = read_name(entry)?;
    check_key_name(&name).map_err(|problem| entry.invalid(problem))?;
    Ok(name)
}

/// A prefix, or a list of them.
fn read_prefixes(entry: &Entry<'_>) -> Result<Cow<'static, [Text]>, ConfigError> {
    let one = entry.str().map(|text| vec![text]);
    let prefixes = one.or_else(|_| entry.strings());
    let prefixes =
        prefixes.map_err(|_| entry.wrong_type("a string in quotes or a list of them"))?;
    for prefix in &prefixes {
        check_key_prefix(prefix).map_err(|problem| entry.invalid(problem))?;
    }
    Ok(prefixes.into_iter().map(|prefix| Text::from(prefix.to_owned())).collect())
}

fn read_label(entry: &Entry<'_>) -> Result<Text, ConfigError> {
    let label = entry.str()?;
    check_label(label).map_err(|problem| entry.invalid(problem))?;
    Ok(label.to_owned().into())
}

fn read_mode(entry: &Entry<'_>) -> Result<Mode, ConfigError> {
    match entry.str()? {
        "api_key" => Ok(Mode::ApiKey),
        "ignore" => Ok(Mode::Ignore),
        _ => Err(entry.wrong_type("\"api_key\" or \"ignore\"")),
    }
}

/// What a tier claims is the built-in data's to say.
fn read_tier(table: &Table<'_>, scope: Scope) -> Result<Tier, ConfigError> {
    if scope != Scope::BuiltIn {
        return Ok(Tier::Own);
    }
    let tier: Option<Sourced<Text>> = table.str(key!(PROVIDER, "tier"), scope)?;
    Ok(match tier.as_ref().map(|tier| &*tier.value) {
        Some("verified") => Tier::Verified,
        Some("community") => Tier::Community,
        _ => Tier::Native,
    })
}

/// Seconds since 1970 of a moment in RFC 3339, as TOML's own type or as a string.
fn read_time(entry: &Entry<'_>) -> Result<i64, ConfigError> {
    let text = entry.datetime().map_or_else(|| entry.str().map(str::to_owned), Ok)?;
    let moment = text.parse::<jiff::Timestamp>();
    moment
        .map(jiff::Timestamp::as_second)
        .map_err(|_| entry.wrong_type("a moment such as 2026-11-21T18:00:00Z"))
}

fn read_endpoint(table: &Table<'_>, scope: Scope) -> Result<Endpoint, ConfigError> {
    let base_url = table.parsed(key!(ENDPOINT, "base_url"), scope, |entry| {
        let url = entry.str()?;
        check_base_url(url).map_err(|problem| entry.invalid(problem))?;
        Ok(url.to_owned().into())
    })?;
    let slots = table.table(key!(ENDPOINT, "models"))?;
    let models = slots.iter().flat_map(|slots| {
        Slot::ALL.into_iter().filter_map(|slot| {
            let model = slots.parsed(slot.as_str(), scope, read_model).transpose()?;
            Some(model.map(|model| (slot, model)))
        })
    });
    Ok(Endpoint {
        base_url,
        models: models.collect::<Result<_, ConfigError>>()?,
        window: table.count(key!(ENDPOINT, "window"), scope)?,
        timeout_ms: table.count(key!(ENDPOINT, "timeout_ms"), scope)?,
        empty: table.parsed(key!(ENDPOINT, "empty"), scope, read_empty)?,
    })
}

fn read_token(entry: &Entry<'_>) -> Result<Text, ConfigError> {
    let token = entry.str()?;
    check_token(token).map_err(|problem| entry.invalid(problem))?;
    Ok(token.to_owned().into())
}

fn read_empty(entry: &Entry<'_>) -> Result<Cow<'static, [EnvName]>, ConfigError> {
    entry.names().map(Cow::Owned)
}

fn read_model(entry: &Entry<'_>) -> Result<Text, ConfigError> {
    let model = entry.str()?;
    check_model(model).map_err(|problem| entry.invalid(problem))?;
    Ok(model.to_owned().into())
}
