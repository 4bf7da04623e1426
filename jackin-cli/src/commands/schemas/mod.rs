//! The schemas are what the types say, and the configuration's is what is read.

mod config;

use std::{fs, path::Path};

use clap::ValueEnum as _;
use jackin_core::{Document, Registry};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use crate::{commands, schema::Schema, ui::report};

/// What the types say. `JACKIN_BLESS=1` writes the files.
fn of_types(schema: Schema) -> String {
    let schema = match schema {
        Schema::Config => config::schema(),
        Schema::Plan => root::<jackin_core::plan::RedactedPlan<'_>>(),
        Schema::Providers => root::<commands::Providers<'_>>(),
        Schema::Agents => root::<commands::Agents<'_>>(),
        Schema::Keys => root::<commands::Keys<'_>>(),
        Schema::Doctor => root::<commands::Doctor>(),
        Schema::Error => root::<report::Told<'_>>(),
    };
    format!("{:#}\n", schema.as_value())
}

/// What is printed has every field that is not left out on purpose.
fn root<T: JsonSchema>() -> schemars::Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

#[test]
fn the_files_are_what_the_types_say() {
    for schema in Schema::value_variants() {
        let name = schema.to_possible_value().unwrap().get_name().to_owned();
        let (types, file) = (of_types(*schema), format!("schemas/{name}.json"));
        if std::env::var("JACKIN_BLESS").is_ok_and(|value| value == "1") {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
            fs::write(path, &types).unwrap();
            continue;
        }
        assert_eq!(schema.file(), types, "{file}: JACKIN_BLESS=1 writes it");
    }
}

#[test]
fn every_agent_has_its_table_in_every_scope() {
    let schema: Value = serde_json::from_str(&Schema::Config.text()).unwrap();
    for scope in [&schema["properties"], &schema["$defs"]["Scope"]["properties"]] {
        for agent in Registry::built_in().agents() {
            assert_eq!(scope[agent.id.as_str()]["$ref"], "#/$defs/Own", "{}", agent.id);
        }
    }
}

/// Every key of the schema that holds no others, as a path, with `NAME` where any can stand.
fn paths(schema: &Value, root: &Value, path: &str, found: &mut Vec<String>) {
    let target = |of: &Value| of["$ref"].as_str().map(|r| root.pointer(&r[1..]).unwrap().clone());
    if let Some(of) = target(schema) {
        return paths(&of, root, path, found);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        paths(choice, root, path, found);
    }
    let named = schema["properties"].as_object().into_iter().flatten();
    let any = schema.get("additionalProperties").filter(|any| any.is_object());
    let all = named.map(|(key, of)| (key.clone(), of)).chain(any.map(|of| ("NAME".to_owned(), of)));
    for (key, of) in all {
        let key = format!("{path}{key}");
        let before = found.len();
        paths(of, root, &format!("{key}."), found);
        if found.len() == before {
            found.push(key);
        }
    }
}

/// A key that is read does not take every type; one that is passed over does. An account is
/// looked at only beside a reference.
#[test]
fn every_key_of_the_configuration_is_read() {
    let schema: Value = serde_json::from_str(&Schema::Config.text()).unwrap();
    let mut keys = Vec::new();
    paths(&schema, &schema, "", &mut keys);
    assert!(keys.len() > 100, "{}", keys.len());
    for key in keys {
        let refused = ["[[1]]", "1979-05-27", "{ x = 1 }"].iter().any(|value| {
            let beside =
                key.strip_suffix("account").map(|table| format!("{table}op = 'op://a/b/c'\n"));
            let text = format!("{}{key} = {value}\n", beside.unwrap_or_default());
            let registry = Registry::built_in();
            let read = |document: Result<Document, _>| document?.check(&registry);
            read(Document::global("config.toml", &text)).is_err()
                || read(Document::workspace("w.toml", &text)).is_err()
        });
        assert!(refused, "{key}");
    }
}
