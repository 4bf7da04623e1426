//! What stands beside the tables of a launch: the way to a key, whom to ask for one, how long it
//! lasts, why it may be refused. It is read from the same data, and only when somebody asks; no
//! launch does.

use std::collections::BTreeMap;

use crate::{
    config::{
        ConfigError,
        reader::{self, Entry, Table},
    },
    model::{check_base_url, host, is_loopback},
    names::{RoleName, Scope},
};

const TEXT: &str = include_str!("../../data/providers.toml");

/// What is written down for one provider, or for all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guide {
    /// The page where its plans are bought.
    pub subscribe_url: Option<String>,
    /// The page where its keys are made and revoked.
    pub keys_url: Option<String>,
    /// The way to a key, in order.
    pub steps: Vec<String>,
    /// What is easily taken for the key and is not.
    pub not: Option<String>,
    /// What holds for the keys of all providers.
    pub every_key: Vec<String>,
    /// How keys are asked for, where they can be.
    pub request: Option<Request>,
    /// The day on which an allowance begins anew at 00:00 UTC, in days after Monday.
    pub resets: Option<u8>,
    /// How long a key lives that is bound to a time, in hours from its approval.
    pub lives_hours: Option<u64>,
    causes: BTreeMap<String, Vec<String>>,
    advice: BTreeMap<String, String>,
}

/// How keys of a provider are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// Where: https, or on loopback.
    pub url: String,
    /// Whether that is this machine.
    pub loopback: bool,
    /// The page where the token comes from that asks.
    pub token_url: Option<String>,
    /// The tool that is called for each kind of key.
    pub tools: BTreeMap<String, String>,
    /// What its refusals say, and what they mean.
    pub refusals: Vec<Refusal>,
}

/// A refusal that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// Part of what the server says.
    pub says: String,
    /// What is wrong, in our words.
    pub means: String,
    /// What the user can do.
    pub hint: String,
}

/// One of the user's files. Its text may hold secrets: there is no `Debug`.
#[derive(Clone, Copy)]
pub struct OwnFile<'a> {
    /// How errors name it.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a str,
}

const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Guide {
    /// What holds for every provider.
    ///
    /// ```
    /// let guide = jackin_core::guide::Guide::general();
    /// assert!(guide.causes("401")[0].contains("base URL"));
    /// ```
    #[must_use]
    pub fn general() -> Self {
        built_in(Self::shared).expect("the built-in data are tested")
    }

    /// What is written down for a provider: a built-in one, or the user's own that extends one. Of
    /// the user's files, the most specific first, only `extends` and `request_url` count.
    ///
    /// # Errors
    /// A file that is not TOML; a `request_url` that a token cannot be sent to.
    pub fn read(
        id: &str,
        role: Option<&RoleName>,
        files: &[OwnFile<'_>],
    ) -> Result<Self, ConfigError> {
        Self::read_all(&[id], role, files).map(|mut guides| guides.pop().unwrap_or_default())
    }

    /// The same for several providers, in their order. Every text is read once.
    ///
    /// # Errors
    /// As for [`Guide::read`].
    pub fn read_all(
        ids: &[&str],
        role: Option<&RoleName>,
        files: &[OwnFile<'_>],
    ) -> Result<Vec<Self>, ConfigError> {
        let extends = own(ids, role, files, "extends", |entry| entry.str().map(str::to_owned))?;
        let mut guides = built_in(|root| {
            let read =
                |(id, base): (&&str, &Option<String>)| Self::built_in(id, base.as_deref(), root);
            ids.iter().zip(&extends).map(read).collect::<Result<Vec<_>, _>>()
        })?;
        let asked = ids.iter().zip(&mut guides);
        let (asked, requests): (Vec<_>, Vec<_>) =
            asked.filter_map(|(id, guide)| Some((*id, guide.request.as_mut()?))).unzip();
        let urls = own(&asked, role, files, "request_url", read_url)?;
        for (request, url) in requests.into_iter().zip(urls) {
            request.url = url.unwrap_or_else(|| std::mem::take(&mut request.url));
            request.loopback = is_loopback(host(&request.url));
        }
        Ok(guides)
    }

    /// Why a status may come, the likeliest cause first.
    #[must_use]
    pub fn causes(&self, status: &str) -> &[String] {
        self.causes.get(status).map_or(&[], Vec::as_slice)
    }

    /// What not to do about a status.
    #[must_use]
    pub fn advice(&self, status: &str) -> Option<&str> {
        self.advice.get(status).map(String::as_str)
    }

    fn shared(root: &Table<'_>) -> Result<Self, ConfigError> {
        let mut guide = Self::default();
        if let Some(table) = root.table("guide")? {
            guide.every_key = texts(&table, "every_key", "")?;
        }
        for entry in root.table("advice")?.map_or_else(Vec::new, |table| table.entries()) {
            guide.advice.insert(entry.key.to_owned(), entry.str()?.to_owned());
        }
        guide.add_causes(root, "")?;
        Ok(guide)
    }

    fn built_in(id: &str, base: Option<&str>, root: &Table<'_>) -> Result<Self, ConfigError> {
        let mut guide = Self::shared(root)?;
        let providers = root.table("providers")?;
        let Some(providers) = providers else { return Ok(guide) };
        let table = match providers.table(id)? {
            None => base.map(|base| providers.table(base)).transpose()?.flatten(),
            found => found,
        };
        let Some(provider) = table else { return Ok(guide) };
        if let Some(table) = provider.table("guide")? {
            guide.subscribe_url = text(&table, "subscribe_url", id)?;
            guide.keys_url = text(&table, "keys_url", id)?;
            guide.steps = texts(&table, "steps", id)?;
            guide.not = text(&table, "not", id)?;
        }
        if let Some(table) = provider.table("allowance")? {
            guide.lives_hours = table.count("lives_hours", Scope::BuiltIn)?.map(|it| it.value);
            let day = text(&table, "resets", id)?;
            guide.resets = (0..).zip(DAYS).find(|(_, it)| day.as_deref() == Some(it)).map(|d| d.0);
        }
        guide.request = Request::read(&provider, id)?;
        guide.add_causes(&provider, id)?;
        Ok(guide)
    }

    /// A provider's own causes take the place of those of all.
    fn add_causes(&mut self, table: &Table<'_>, id: &str) -> Result<(), ConfigError> {
        let Some(causes) = table.table("causes")? else { return Ok(()) };
        for entry in causes.entries() {
            self.causes.insert(entry.key.to_owned(), filled_all(&entry, id)?);
        }
        Ok(())
    }
}

impl Request {
    fn read(provider: &Table<'_>, id: &str) -> Result<Option<Self>, ConfigError> {
        let (Some(url), Some(table)) = (provider.get("request_url"), provider.table("request")?)
        else {
            return Ok(None);
        };
        let tools = table.table("tools")?.map_or_else(Vec::new, |tools| tools.entries());
        let tool = |entry: &Entry<'_>| Ok((entry.key.to_owned(), entry.str()?.to_owned()));
        let refusals = table.table("refusals")?.map_or_else(Vec::new, |it| it.entries());
        let refusal = |entry: &Entry<'_>| {
            let table = entry.table()?;
            let text = |key| text(&table, key, id).map(Option::unwrap_or_default);
            Ok(Refusal { says: text("says")?, means: text("means")?, hint: text("hint")? })
        };
        Ok(Some(Self {
            url: read_url(&url)?,
            loopback: false,
            token_url: text(&table, "token_url", id)?,
            tools: tools.iter().map(tool).collect::<Result<_, ConfigError>>()?,
            refusals: refusals.iter().map(refusal).collect::<Result<_, ConfigError>>()?,
        }))
    }
}

fn built_in<T>(read: impl FnOnce(&Table<'_>) -> Result<T, ConfigError>) -> Result<T, ConfigError> {
    reader::with_root(&"providers.toml".into(), TEXT, read)
}

/// What the user's files say under a key of each provider's table: the role's first, then everybody's.
fn own(
    ids: &[&str],
    role: Option<&RoleName>,
    files: &[OwnFile<'_>],
    key: &str,
    read: impl Fn(&Entry<'_>) -> Result<String, ConfigError>,
) -> Result<Vec<Option<String>>, ConfigError> {
    let mut found = vec![None; ids.len()];
    for OwnFile { name, text } in files {
        if found.iter().all(Option::is_some) {
            break;
        }
        reader::with_root(&(*name).into(), text, |root| {
            let of_role = match (role, root.table("roles")?) {
                (Some(role), Some(roles)) => roles.table(role.as_str())?,
                _ => None,
            };
            for scope in of_role.iter().chain([root]) {
                let Some(tables) = scope.table("providers")? else { continue };
                for (id, found) in ids.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                    let table = tables.table(id)?;
                    let entry = table.as_ref().and_then(|table| table.get(key));
                    *found = entry.map(|entry| read(&entry)).transpose()?;
                }
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// A URL that a token may be sent to: not even by consent in the clear to another machine.
fn read_url(entry: &Entry<'_>) -> Result<String, ConfigError> {
    let url = entry.str()?;
    check_base_url(url).map_err(|problem| entry.invalid(problem))?;
    if url.starts_with("https://") || is_loopback(host(url)) {
        Ok(url.to_owned())
    } else {
        Err(entry.invalid("must be https, except on loopback: a token is sent there"))
    }
}

/// A text with the provider's name where it says `{id}`.
fn text(table: &Table<'_>, key: &str, id: &str) -> Result<Option<String>, ConfigError> {
    table.get(key).map(|entry| Ok(entry.str()?.replace("{id}", id))).transpose()
}

fn texts(table: &Table<'_>, key: &str, id: &str) -> Result<Vec<String>, ConfigError> {
    table.get(key).map_or_else(|| Ok(Vec::new()), |entry| filled_all(&entry, id))
}

fn filled_all(entry: &Entry<'_>, id: &str) -> Result<Vec<String>, ConfigError> {
    Ok(entry.strings()?.into_iter().map(|text| text.replace("{id}", id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;

    const fn files(text: &str) -> [OwnFile<'_>; 1] {
        [OwnFile { name: "config.toml", text }]
    }

    fn url(id: &str, role: Option<&str>, text: &str) -> Result<String, String> {
        let role = role.map(|role| role.parse().unwrap());
        let guide = Guide::read(id, role.as_ref(), &files(text));
        guide.map(|guide| guide.request.unwrap().url).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_built_in_can_be_read() {
        for provider in Registry::built_in().providers() {
            let guide = Guide::read(provider.id.as_str(), None, &[]).unwrap();
            let urls = [&guide.subscribe_url, &guide.keys_url];
            for url in urls.into_iter().flatten() {
                assert!(url.starts_with("https://"), "{url}");
                assert_eq!(check_base_url(url), Ok(()));
            }
            for status in ["401", "403", "429"] {
                assert!(guide.causes(status).len() > 1, "{} {status}", provider.id);
                assert!(guide.advice(status).is_some(), "{status}");
            }
            assert_eq!(guide.request.is_some(), provider.request_token.is_some());
            assert_eq!(guide.every_key.len(), 5);
        }
    }

    #[test]
    fn the_pages_are_the_documented_ones() {
        for (id, subscribe, keys) in [
            ("zai", "https://z.ai/subscribe", "https://z.ai/manage-apikey/apikey-list"),
            (
                "kimi",
                "https://www.kimi.com/membership/pricing",
                "https://www.kimi.com/code/console",
            ),
            (
                "minimax",
                "https://platform.minimax.io/subscribe/token-plan",
                "https://platform.minimax.io/console/plan",
            ),
        ] {
            let guide = Guide::read(id, None, &[]).unwrap();
            assert_eq!(guide.subscribe_url.as_deref(), Some(subscribe));
            assert_eq!(guide.keys_url.as_deref(), Some(keys));
            assert!(guide.steps.len() > 1 && guide.not.is_some(), "{id}");
        }
        let gateway = Guide::read("gateway", None, &[]).unwrap();
        assert_eq!((gateway.resets, gateway.lives_hours), (Some(0), Some(5)));
        let request = gateway.request.unwrap();
        assert_eq!(request.url, "https://www.immersivecommons.com/api/mcp");
        assert_eq!(request.tools["workshop"], "ic_request_workshop_key");
        assert_eq!(request.tools["member"], "ic_request_zai_key");
    }

    #[test]
    fn the_most_specific_url_wins() {
        let text = "[providers.gateway]\nrequest_url = 'https://a.example.com/mcp'\n\
                    [roles.review.providers.gateway]\nrequest_url = 'http://127.0.0.1:1/mcp'\n\
                    [providers.team]\nextends = 'gateway'\nrequest_url = 'http://[::1]:2/mcp'\n";
        assert_eq!(url("gateway", None, text).unwrap(), "https://a.example.com/mcp");
        assert_eq!(url("gateway", Some("other"), text).unwrap(), "https://a.example.com/mcp");
        assert_eq!(url("gateway", Some("review"), text).unwrap(), "http://127.0.0.1:1/mcp");
        let team = Guide::read("team", None, &files(text)).unwrap();
        assert!(team.steps.iter().any(|step| step.contains("auth request team")));
        let request = team.request.unwrap();
        assert!(request.loopback && request.url == "http://[::1]:2/mcp");
    }

    #[test]
    fn a_token_goes_nowhere_in_the_clear() {
        for bad in [
            "http://gateway.example.com/mcp",
            "http://127.0.0.1.example.com/mcp",
            "http://localhost.example.com",
            "http://user@127.0.0.1/mcp",
            "ftp://127.0.0.1/mcp",
            "127.0.0.1/mcp",
        ] {
            // Not even where the user accepts that for keys.
            let text = format!("[providers.gateway]\ninsecure = true\nrequest_url = '{bad}'\n");
            let error = url("gateway", None, &text).unwrap_err();
            assert!(error.starts_with("config.toml:3: `providers.gateway.request_url`"), "{error}");
        }
    }
}
