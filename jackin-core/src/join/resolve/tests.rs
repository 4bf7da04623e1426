use super::*;
use crate::{
    config::{Config, Document, EnvLayer},
    model::{Protocol, Slot, Var},
    names::AgentId,
    registry::{Catalog, Given},
};

/// A row as it would stand in the table of agents.
static NEW: Agent = Agent {
    id: AgentId::from_static("new"),
    label: "New",
    program: "new-agent",
    native: ProviderId::from_static("new-native"),
    native_key: EnvName::from_static("NEW_NATIVE_KEY"),
    token: None,
    other_keys: &[],
    own_models: None,
    guarded_from: None,
    install: "nobody knows",
    wirings: &[Wiring {
        protocol: Protocol::OpenaiChat,
        slots: &[Slot::Main],
        vars: &[
            Var { name: Some(EnvName::from_static("NEW_KEY")), feed: Feed::Key, guard: Guard::Off },
            Var {
                name: Some(EnvName::from_static("NEW_URL")),
                feed: Feed::BaseUrl,
                guard: Guard::Off,
            },
        ],
        args: |redirect| vec!["--model".into(), redirect.model(Slot::Main).into()],
        scrub: &[],
        mark: None,
    }],
    settings: &[],
    prompt: None,
    nesting: &[],
};

/// A table as it would stand in the data.
const TABLE: &str = "
    [providers.fresh]
    label = 'Fresh'
    key = 'FRESH_KEY'
    [providers.fresh.openai-chat]
    base_url = 'https://fresh.example.com/v1'
    models = { main = 'fresh-1' }
    [env]
    FRESH_KEY = 'secret'
";

#[test]
fn an_agent_is_one_row_and_a_provider_one_table() {
    let global = Some(Document::global("config.toml", TABLE).unwrap());
    let layers = Config { global, ..Config::default() }.layers(None).unwrap();
    let provider = choice::select(&layers, &NEW, Some(("fresh", Given::Argument))).unwrap();
    let plan = resolve(&layers, &NEW, provider).unwrap();
    assert_eq!((plan.label.as_str(), plan.program.to_str()), ("New (Fresh)", Some("new-agent")));
    assert_eq!(plan.args, ["--model", "fresh-1"]);
    let set: Vec<_> = plan.set.iter().map(|var| (var.name.as_str(), var.value.clone())).collect();
    let plain = |text: &'static str| PlannedValue::Plain(text.into());
    let key = PlannedValue::Secret(EnvValue::parse("secret").unwrap());
    assert_eq!(set, [("NEW_KEY", key), ("NEW_URL", plain("https://fresh.example.com/v1"))]);
}

/// A provider need not be one of the catalogue: what its own variables are called is in no table.
#[test]
fn no_layer_sets_what_a_provider_of_ones_own_sets() {
    let name = EnvName::from_static("QUITE_ANOTHER_NAME");
    let layer = EnvLayer::new(Scope::Global, None);
    let layer = layer.with(name.clone(), EnvValue::parse("sk-cp-1").unwrap(), None);
    let layers = EnvLayers::new(Catalog::built_in()).with(layer);
    let agent = Agent::find("codex").unwrap();
    let mut provider = layers.catalog.get("minimax").unwrap().clone();
    provider.key.value = name.clone();
    let plan = resolve(&layers, agent, &provider).unwrap();
    assert_eq!(plan.set.iter().filter(|var| var.name == name).count(), 1);
}
