//! The shape of the configuration, for its schema alone: what is read is `jackin-core`'s to say, and
//! a test asks it about every key.

#![expect(dead_code, reason = "only the shape counts")]

use std::collections::BTreeMap;

use jackin_core::{Guard, Mode, agent::AuthForward};
use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::{Value, json};

#[path = "../../../../jackin-core/src/model/fields.rs"]
mod fields;

use fields::{Field, Kind, Place};

/// jackin's `config.toml`, or a workspace's file. Keys that jackin does not know are left alone.
#[derive(JsonSchema)]
pub(super) struct Config {
    /// The directory of the workspace, absolute or from `~/` on. It is for a workspace's file alone.
    workdir: Option<String>,
    /// The role when none is asked for.
    default_role: Option<String>,
    /// Older versions of the files that jackin changes. It is for `config.toml` alone.
    backup: Option<Backup>,
    /// What holds for one role alone.
    roles: Option<BTreeMap<String, Scope>>,
    #[serde(flatten)]
    scope: Scope,
}

/// What one scope sets.
#[derive(JsonSchema)]
struct Scope {
    /// Keys of providers, and variables for the agents.
    env: Option<BTreeMap<String, Text>>,
    /// How much is set beyond the bare redirect.
    #[schemars(schema_with = "guard")]
    guard: Option<()>,
    /// The provider when none is asked for.
    default_provider: Option<String>,
    /// The agent when none is asked for.
    default_agent: Option<String>,
    /// What agents do not inherit from where they are started.
    scrub: Option<Scrub>,
    /// Which program of this machine each agent is.
    agents: Option<BTreeMap<String, Program>>,
    /// Providers of one's own, and other fields for built-in ones.
    providers: Option<BTreeMap<String, Provider>>,
}

/// Older versions of the files that jackin changes.
#[derive(JsonSchema)]
struct Backup {
    /// How many of each are kept; 0 keeps none. Without it, 5 are.
    #[schemars(range(max = 1000))]
    keep: Option<u16>,
}

/// What agents do not inherit. A pattern is a variable's name, in which `*` stands for any run of
/// characters; those of all scopes add up.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Scrub {
    /// What no agent inherits.
    deny: Option<Vec<String>>,
    /// What a pure launch inherits beside the usual; `deny` counts for more.
    pass: Option<Vec<String>>,
    /// Whether every launch is pure, as with `--pure`.
    pure: Option<bool>,
}

/// A text, or where it is read at launch.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Text {
    /// `op://VAULT/ITEM/FIELD`, `$NAME`, or the text itself.
    Plain(String),
    /// One of `text`, `op`, `command`, `file` and `keyring`.
    Form(Form),
}

/// Where a text is read from.
#[derive(JsonSchema)]
struct Form {
    /// The text as it is.
    text: Option<String>,
    /// A 1Password reference.
    op: Option<String>,
    /// The account of the 1Password reference.
    account: Option<String>,
    /// A command that prints it, and its arguments.
    command: Option<Vec<String>>,
    /// A file that holds it, and that nobody else may read.
    file: Option<String>,
    /// An entry of the system's keyring, SERVICE/USER.
    keyring: Option<String>,
}

/// A provider.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = provider)]
struct Provider {}

/// One protocol of a provider.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = endpoint)]
struct Endpoint {}

/// Models.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = slots)]
struct Models {}

/// The program of an agent.
#[derive(JsonSchema)]
struct Program {
    /// Its path, absolute or from `~/` on.
    program: Option<String>,
}

/// What is set for an agent.
#[derive(JsonSchema)]
struct Own {
    /// How it gets at its native provider.
    #[schemars(schema_with = "auth_forward")]
    auth_forward: Option<()>,
}

fn one_of<const N: usize>(names: [&str; N]) -> Schema {
    schemars::json_schema!({ "enum": names.to_vec() })
}

fn guard(_: &mut SchemaGenerator) -> Schema {
    one_of(Guard::ALL.map(Guard::as_str))
}

fn auth_forward(_: &mut SchemaGenerator) -> Schema {
    one_of(AuthForward::ALL.map(AuthForward::as_str))
}

fn add(schema: &mut Schema, keys: impl IntoIterator<Item = (&'static str, Value)>) {
    let keys = keys.into_iter().map(|(key, of)| (key.to_owned(), of));
    let properties = schema.ensure_object().entry("properties").or_insert_with(|| json!({}));
    properties.as_object_mut().unwrap().extend(keys);
}

fn provider(schema: &mut Schema) {
    add(schema, fields::PROVIDER.iter().filter_map(described));
}

fn endpoint(schema: &mut Schema) {
    add(schema, fields::ENDPOINT.iter().filter_map(described));
}

/// A key that a user's configuration can have.
fn described(field: &'static Field) -> Option<(&'static str, Value)> {
    let text = json!({ "type": "string" });
    let mut value = match field.kind {
        _ if field.place == Place::BuiltIn => return None,
        Kind::Text => text,
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Count => json!({ "type": "integer", "minimum": 1 }),
        Kind::Variables => json!({ "type": "array", "items": text }),
        Kind::Mode => one_of([Mode::ApiKey, Mode::Ignore].map(Mode::as_str)).into(),
        Kind::Models => json!({ "$ref": "#/$defs/Models" }),
        Kind::Endpoint => json!({ "$ref": "#/$defs/Endpoint" }),
        Kind::Texts => {
            json!({ "anyOf": [text, { "type": "array", "items": { "type": "string" } }] })
        }
        Kind::Guide | Kind::Hosts => return None,
    };
    value["description"] = field.about.into();
    Some((field.name, value))
}

fn slots(schema: &mut Schema) {
    add(schema, fields::SLOTS.map(|slot| (slot, json!({ "type": "string" }))));
}

/// TOML has no null, and jackin needs no key.
fn without_null(schema: &mut Schema) {
    schema.remove("required");
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            schema.ensure_object().extend(only);
        }
    }
}

/// The whole schema.
pub(super) fn schema() -> Schema {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    // The tables that refer to them are made by hand.
    generator.subschema_for::<Own>();
    generator.subschema_for::<Endpoint>();
    generator.subschema_for::<Models>();
    let mut schema = generator.into_root_schema_for::<Config>();
    RecursiveTransform(without_null).transform(&mut schema);
    schema
}
