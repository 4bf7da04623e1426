//! Writes the built-in providers of `data/providers.toml` as statics, so that no launch parses
//! them. It knows the schema and refuses what is not in it; whether the data are right, and the
//! statics are what the library itself reads in them, is for the tests to say.
#![expect(clippy::disallowed_methods, reason = "a build script reads and writes files")]

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write as _},
    path::Path,
};

use fields::{Field, Kind, Place};
use toml::de::{DeTable, DeValue};

#[expect(dead_code, reason = "the library and the schema need the rest")]
#[path = "src/model/fields.rs"]
mod fields;

type Answer<T> = Result<T, Box<dyn Error>>;

const DATA: &str = "data/providers.toml";

fn main() -> Answer<()> {
    writeln!(io::stdout(), "cargo::rerun-if-changed={DATA}")?;
    writeln!(io::stdout(), "cargo::rerun-if-changed=src/model/fields.rs")?;
    let data = fs::read_to_string(DATA)?;
    let root = DeTable::parse(&data)?;
    let root = Table { path: "", table: root.get_ref() };
    // What no launch needs is read elsewhere, when somebody asks.
    root.check(&["providers", "guide", "advice", "causes"])?;
    let out = env::var_os("OUT_DIR").ok_or("there is no OUT_DIR")?;
    Ok(fs::write(Path::new(&out).join("built_in.rs"), statics(&root)?)?)
}

fn statics(root: &Table<'_>) -> Answer<String> {
    let providers = root.table("providers")?.ok_or("there are no providers")?;
    let mut tables = Vec::new();
    for (id, value) in providers.entries() {
        tables.push((id, Table::of(id, value)?));
    }
    let mut keys = each(&tables, |(_, table)| table.need("key"))?;
    keys.sort_unstable();
    keys.dedup();
    let mut refused = Vec::new();
    for (id, table) in &tables {
        let Some(hosts) = table.table("refused_hosts")? else { continue };
        refused.extend(each(&hosts.entries(), |(host, why)| {
            let why = why.as_str().ok_or("a reason is a string")?;
            Ok(format!("RefusedHost {{ provider: {id:?}, host: {host:?}, why: {why:?} }}"))
        })?);
    }
    Ok(format!(
        "pub(crate) static PROVIDERS: &[Provider] = &[{}];\n\
         pub(crate) static KEYS: &[EnvName] = &[{}];\n\
         pub(crate) static REFUSED_HOSTS: &[RefusedHost] = &[{}];\n",
        each(&tables, |(id, table)| provider(id, table))?.join(","),
        names(&keys),
        refused.join(",")
    ))
}

fn provider(id: &str, table: &Table<'_>) -> Answer<String> {
    table.check(&built_in(fields::PROVIDER))?;
    let tier = match table.str("tier")? {
        None => "Native",
        Some("verified") => "Verified",
        Some("community") => "Community",
        Some(other) => return Err(format!("{id}: no tier is called {other}").into()),
    };
    let mut endpoints = Vec::new();
    for field in fields::PROVIDER.iter().filter(|field| matches!(field.kind, Kind::Endpoint)) {
        if let Some(table) = table.table(field.name)? {
            endpoints.push(format!("(Protocol::{}, {})", variant(field.name), endpoint(&table)?));
        }
    }
    let request_token = table.str("request_token")?;
    Ok(format!(
        "Provider {{ id: ProviderId::from_static({id:?}), label: sourced(text({:?})), \
         key: sourced(EnvName::from_static({:?})), key_prefixes: {}, key_bound: {}, \
         request_token: {}, token: {}, expires_at: None, expired: {}, mode: None, \
         tier: Tier::{tier}, source: {}, checked: {}, host: {}, insecure: false, endpoints: {} }}",
        table.need("label")?,
        table.need("key")?,
        table.texts("key_prefix")?,
        table.get("key_bound").is_some_and(|bound| bound.as_bool() == Some(true)),
        option(request_token.map(|name| format!("EnvName::from_static({name:?})"))),
        table.sourced_text("token")?,
        table.text("expired")?,
        table.text("source")?,
        table.text("checked")?,
        table.text("host")?,
        map(&endpoints),
    ))
}

fn endpoint(table: &Table<'_>) -> Answer<String> {
    table.check(&built_in(fields::ENDPOINT))?;
    let mut models = Vec::new();
    if let Some(table) = table.table("models")? {
        for slot in fields::SLOTS {
            let (model, slot) = (table.str(slot)?, variant(slot));
            models.extend(model.map(|m| format!("(Slot::{slot}, sourced(text({m:?})))")));
        }
        table.check(&fields::SLOTS)?;
    }
    let empty = table.get("empty").map(|list| list.as_array().ok_or("`empty` is a list"));
    let empty = empty.transpose()?.map(|list| {
        let list: Vec<_> = list.iter().filter_map(|name| name.get_ref().as_str()).collect();
        // A static can hold what it borrows from itself only where no function is called.
        let fields = "source: Source::new(Scope::BuiltIn), shadowed: Vec::new()";
        format!("Sourced {{ value: Cow::Borrowed(&[{}]), {fields} }}", names(&list))
    });
    Ok(format!(
        "Endpoint {{ base_url: {}, models: {}, window: {}, timeout_ms: {}, empty: {} }}",
        table.sourced_text("base_url")?,
        map(&models),
        table.count("window")?,
        table.count("timeout_ms")?,
        option(empty),
    ))
}

/// The keys that the built-in data can have.
fn built_in(fields: &[Field]) -> Vec<&'static str> {
    let all = fields.iter().filter(|field| field.place != Place::User);
    all.map(|field| field.name).collect()
}

/// What Rust calls a name: `small_fast` is `SmallFast`.
fn variant(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split(['_', '-']).map(capital).collect()
}

fn each<T, U>(all: &[T], one: impl Fn(&T) -> Answer<U>) -> Answer<Vec<U>> {
    all.iter().map(one).collect()
}

fn names(names: &[&str]) -> String {
    names.iter().map(|name| format!("EnvName::from_static({name:?}),")).collect()
}

fn map(pairs: &[String]) -> String {
    format!("SmallMap(Cow::Borrowed(&[{}]))", pairs.join(","))
}

fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}

/// A table of the data, and what to call it in an error.
struct Table<'a> {
    path: &'a str,
    table: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    fn of(path: &'a str, value: &'a DeValue<'a>) -> Answer<Self> {
        let table = value.as_table().ok_or_else(|| format!("`{path}` is no table"))?;
        Ok(Self { path, table })
    }

    /// Its entries in the order of the text.
    fn entries(&self) -> Vec<(&'a str, &'a DeValue<'a>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(|(key, value)| (key.get_ref().as_ref(), value.get_ref())).collect()
    }

    /// Refuses keys that no built-in provider has.
    fn check(&self, known: &[&str]) -> Answer<()> {
        match self.entries().iter().find(|(key, _)| !known.contains(key)) {
            Some((key, _)) => Err(format!("{DATA}: `{}` cannot have `{key}`", self.path).into()),
            None => Ok(()),
        }
    }

    fn get(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(toml::Spanned::get_ref)
    }

    fn table(&self, key: &'a str) -> Answer<Option<Self>> {
        self.get(key).map(|value| Self::of(key, value)).transpose()
    }

    fn str(&self, key: &str) -> Answer<Option<&'a str>> {
        let value = self.get(key).map(|value| value.as_str());
        value.map(|text| text.ok_or_else(|| format!("`{key}` is no string").into())).transpose()
    }

    fn need(&self, key: &str) -> Answer<&'a str> {
        self.str(key)?.ok_or_else(|| format!("{DATA}: `{}` has no `{key}`", self.path).into())
    }

    fn text(&self, key: &str) -> Answer<String> {
        Ok(option(self.str(key)?.map(|text| format!("text({text:?})"))))
    }

    /// A text, or a list of them.
    fn texts(&self, key: &str) -> Answer<String> {
        let value = self.get(key);
        let one = value.and_then(DeValue::as_str).into_iter();
        let list = value.and_then(DeValue::as_array).into_iter().flatten();
        let list = list.filter_map(|text| text.get_ref().as_str());
        let texts: Vec<_> = one.chain(list).map(|text| format!("text({text:?})")).collect();
        match value.is_some() && texts.is_empty() {
            true => Err(format!("`{key}` is neither a string nor a list of them").into()),
            false => Ok(format!("Cow::Borrowed(&[{}])", texts.join(","))),
        }
    }

    fn sourced_text(&self, key: &str) -> Answer<String> {
        Ok(option(self.str(key)?.map(|text| format!("sourced(text({text:?}))"))))
    }

    fn count(&self, key: &str) -> Answer<String> {
        let count = self.get(key).and_then(DeValue::as_integer);
        Ok(option(count.map(|count| format!("sourced({})", count.as_str()))))
    }
}
