use super::*;
use crate::{
    config::{Config, Document, EnvLayer},
    model::{Protocol, Slot, Var},
    names::AgentId,
    registry::{NameOrigin, Registry},
};

/// An agent as a program adds it.
fn new() -> Agent {
    let var = |name, source| Var::new(EnvName::from_static(name), source);
    let native = ProviderId::from_static("new-native");
    let key = EnvName::from_static("NEW_NATIVE_KEY");
    Agent::new(AgentId::from_static("new"), native, key)
        .with_label("New")
        .with_program("new-agent")
        .with_binding(
            ProtocolBinding::new(Protocol::OpenaiChat)
                .with_slot(Slot::Main)
                .with_var(var("NEW_KEY", VarSource::Key))
                .with_var(var("NEW_URL", VarSource::BaseUrl))
                .with_args(|redirect| vec!["--model".into(), redirect.model(Slot::Main).into()]),
        )
}

/// A table as it would be in the data.
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
fn an_agent_is_one_entry_and_a_provider_one_table() {
    let global = Some(Document::global("config.toml", TABLE).unwrap());
    let native = Provider::new(
        ProviderId::from_static("new-native"),
        EnvName::from_static("NEW_NATIVE_KEY"),
    );
    let registry = Registry::built_in().with_provider(native).unwrap().with_agent(new()).unwrap();
    let layers = Config { registry, global, ..Config::default() }.layers(None).unwrap();
    let agent = layers.registry().agent("new").unwrap();
    let provider = choice::select(&layers, agent, Some(("fresh", NameOrigin::Argument))).unwrap();
    let plan = resolve(&layers, agent, provider).unwrap();
    assert_eq!((plan.label.as_str(), plan.program.to_str()), ("New (Fresh)", Some("new-agent")));
    assert_eq!(plan.args, ["--model", "fresh-1"]);
    let set: Vec<_> = plan.set.iter().map(|var| (var.name.as_str(), var.value.clone())).collect();
    let plain = |text: &'static str| PlannedValue::Plain(text.into());
    let key = PlannedValue::Secret(EnvValue::parse("secret").unwrap());
    assert_eq!(set, [("NEW_KEY", key), ("NEW_URL", plain("https://fresh.example.com/v1"))]);
}

/// The layers' registry removes only the keys that it knows: a changed provider's key would reach
/// other providers' agents.
#[test]
fn what_the_registry_does_not_know_is_not_joined() {
    let layers = EnvLayers::new(Registry::built_in());
    let codex = layers.registry().agent("codex").unwrap();
    let minimax = layers.registry().provider("minimax").unwrap();
    let mut changed = minimax.clone();
    changed.key.value = EnvName::from_static("QUITE_ANOTHER_NAME");
    let refused = |agent: &Agent, provider: &Provider| match resolve(&layers, agent, provider) {
        Err(ResolveError::NotInRegistry { what, id }) => (what, id),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(codex, &changed), ("provider", "minimax".into()));
    assert_eq!(refused(&new(), minimax), ("agent", "new".into()));
    let renamed = codex.clone().with_program("mine");
    assert_eq!(refused(&renamed, minimax), ("agent", "codex".into()));
    // An equal copy is known.
    assert!(matches!(
        resolve(&layers, &codex.clone(), &minimax.clone()),
        Err(ResolveError::MissingKey { .. })
    ));
}

#[test]
fn no_layer_sets_what_an_added_provider_sets() {
    let name = EnvName::from_static("QUITE_ANOTHER_NAME");
    let layer = EnvLayer::new(Scope::Global, None);
    let layer = layer.with(name.clone(), EnvValue::parse("sk-1").unwrap(), None);
    let mut provider = Registry::built_in().provider("zai").unwrap().clone();
    provider.key.value = name.clone();
    let registry = Registry::built_in().with_provider(provider).unwrap();
    let layers = EnvLayers::new(registry).with(layer);
    let agent = layers.registry().agent("opencode").unwrap();
    let provider = layers.registry().provider("zai").unwrap();
    let plan = resolve(&layers, agent, provider).unwrap();
    assert_eq!(plan.set.iter().filter(|var| var.name == name).count(), 1);
}
