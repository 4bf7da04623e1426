//! The built-in providers, as `build.rs` writes them from `data/providers.toml`: statics, since a
//! launch needs one of them and should not pay for the others.

use std::borrow::Cow;

use crate::{
    model::{Endpoint, Protocol, Provider, Slot, SmallMap, Text, Tier},
    names::{EnvName, ProviderId, Scope, Source, Sourced},
};

/// A host that does not take the keys of a built-in provider.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RefusedHost {
    /// The id of the provider.
    pub(crate) provider: &'static str,
    pub(crate) host: &'static str,
    pub(crate) why: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

const fn sourced<T>(value: T) -> Sourced<T> {
    Sourced::new(value, Source::new(Scope::BuiltIn))
}

const fn text(text: &'static str) -> Text {
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ProviderTable, reader};

    const TEXT: &str = include_str!("../../data/providers.toml");

    #[test]
    fn the_statics_are_what_stands_in_the_data() {
        reader::with_root(&"providers.toml".into(), TEXT, |root| {
            let tables = ProviderTable::read_all(root, Scope::BuiltIn)?;
            let read: Result<Vec<_>, _> = tables.into_iter().map(ProviderTable::finish).collect();
            assert_eq!(read?, PROVIDERS);
            let mut hosts = Vec::new();
            for entry in root.table("providers")?.unwrap().entries() {
                let Some(table) = entry.table()?.table("refused_hosts")? else { continue };
                for host in table.entries() {
                    hosts.push((entry.key, host.key, host.str()?));
                }
            }
            let known = REFUSED_HOSTS.iter().map(|host| (host.provider, host.host, host.why));
            assert!(known.eq(hosts), "{REFUSED_HOSTS:?}");
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn the_keys_are_theirs_and_sorted() {
        assert!(KEYS.is_sorted() && PROVIDERS.iter().all(|p| KEYS.contains(&p.key.value)));
        assert!(KEYS.iter().all(|key| PROVIDERS.iter().any(|p| p.key.value == *key)));
    }
}
