//! The shape of the configuration, for its schema alone: what is read is `jackin-core`'s to say, and
//! a test asks it about every key.

#![expect(dead_code, reason = "only the shape counts")]

use std::collections::BTreeMap;

use jackin_core::{Guard, Mode, Protocol, Registry, Slot, agent::AuthForward};
use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::{Value, json};

/// jackin's `config.toml`, or a workspace's file. Keys that jackin does not know are left alone.
#[derive(JsonSchema)]
pub(super) struct Config {
    /// The directory of the workspace, absolute or from `~/` on. It is for a workspace's file alone.
    workdir: Option<String>,
    /// The role when none is asked for.
    default_role: Option<String>,
    /// What holds for one role alone.
    roles: Option<BTreeMap<String, Scope>>,
    #[serde(flatten)]
    scope: Scope,
}

/// What one scope sets.
#[derive(JsonSchema)]
#[schemars(transform = agents)]
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
    /// Providers of one's own, and other fields for built-in ones.
    providers: Option<BTreeMap<String, Provider>>,
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
#[schemars(deny_unknown_fields, transform = protocols)]
struct Provider {
    /// Its name for people.
    label: Option<String>,
    /// The variable that holds its key.
    key: Option<String>,
    /// The built-in provider to start from.
    extends: Option<String>,
    /// How its keys begin.
    key_prefix: Option<String>,
    /// Whether keys that begin so are good for this provider alone.
    key_bound: Option<bool>,
    /// The variable of the token with which keys are asked for.
    request_token: Option<String>,
    /// Where keys are asked for: https, or on loopback.
    request_url: Option<String>,
    /// Its host, where it is not the base URL's.
    host: Option<String>,
    /// What is sent in a key's place when none is configured.
    token: Option<String>,
    /// When the key ends, as in 2026-11-21T18:00:00Z.
    expires_at: Option<String>,
    /// What to do when it has ended.
    expired: Option<String>,
    /// Whether the key may be sent without TLS.
    insecure: Option<bool>,
    /// Whether it may be chosen.
    #[schemars(schema_with = "mode")]
    mode: Option<()>,
    /// Where its data come from.
    source: Option<String>,
    /// The day on which they were last compared with that.
    checked: Option<String>,
}

/// One protocol of a provider.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Endpoint {
    /// The URL that the agent's client appends its paths to.
    base_url: Option<String>,
    /// The model for each slot.
    models: Option<Models>,
    /// The context window, in tokens.
    window: Option<u64>,
    /// How long the agent's client waits for an answer, in milliseconds.
    timeout_ms: Option<u64>,
    /// Variables that it wants set and empty.
    empty: Option<Vec<String>>,
}

/// Models.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = slots)]
struct Models {}

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

fn mode(_: &mut SchemaGenerator) -> Schema {
    one_of([Mode::ApiKey, Mode::Ignore].map(Mode::as_str))
}

fn auth_forward(_: &mut SchemaGenerator) -> Schema {
    one_of(AuthForward::ALL.map(AuthForward::as_str))
}

fn add<'a>(schema: &mut Schema, keys: impl Iterator<Item = &'a str>, of: &Value) {
    let keys = keys.map(|key| (key.to_owned(), of.clone()));
    let properties = schema.ensure_object().entry("properties").or_insert_with(|| json!({}));
    properties.as_object_mut().unwrap().extend(keys);
}

fn agents(schema: &mut Schema) {
    let registry = Registry::built_in();
    let names = registry.agents().iter().map(|agent| agent.id.as_str());
    add(schema, names, &json!({ "$ref": "#/$defs/Own" }));
}

fn protocols(schema: &mut Schema) {
    let names = Protocol::ALL.into_iter().map(Protocol::as_str);
    add(schema, names, &json!({ "$ref": "#/$defs/Endpoint" }));
}

fn slots(schema: &mut Schema) {
    add(schema, Slot::ALL.into_iter().map(Slot::as_str), &json!({ "type": "string" }));
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
    let mut schema = generator.into_root_schema_for::<Config>();
    RecursiveTransform(without_null).transform(&mut schema);
    schema
}
