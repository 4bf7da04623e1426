//! Registries that a program or a configuration extends: no provider's key reaches another provider's
//! agent, and what would make that possible is refused.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::ffi::OsString;

use jackin_core::{
    Agent, AgentId, Config, Document, Endpoint, EnvLayers, EnvName, Guard, HostVar, Protocol,
    Provider, ProviderId, Registry, RegistryError, Secret, SecretError, SecretRef, SecretSource,
    Slot,
    agent::{ProtocolBinding, Var, VarSource},
    child_env, choice, resolve,
};
use proptest::{prelude::*, sample};

/// The parent's variables, which host references read.
struct Host<'a>(&'a [(OsString, OsString)]);

impl SecretSource for Host<'_> {
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        let SecretRef::Host(name) = reference else { panic!("not expected: {reference}") };
        let found = self.0.iter().find(|(known, _)| *known == *name.as_str()).unwrap();
        Ok(found.1.to_str().unwrap().into())
    }
}

fn id(text: &str) -> ProviderId {
    text.parse().unwrap()
}

fn name(text: &str) -> EnvName {
    text.parse().unwrap()
}

/// How the generated providers and agents of one case come to be.
#[derive(Debug, Clone)]
struct Case {
    /// For each provider its key variable, and whether the program adds it, rather than the text.
    providers: Vec<(String, bool)>,
    /// For each agent of the program: its native provider, and the variables it reads.
    agents: Vec<(usize, String, String)>,
    /// Whether keys are in the configuration, rather than exported.
    configured: bool,
    /// Whether the built-in providers have no keys, so that agents look for logins of their own.
    bare: bool,
}

const VARIABLES: [&str; 9] = [
    "MINE_API_KEY",
    "ANTHROPIC_API_KEY",
    "OPENAI_API_KEY",
    "ZAI_API_KEY",
    "CODEX_API_KEY",
    "KIMI_MODEL_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "OTHER_TOKEN",
    "THIRD_URL",
];

fn case() -> impl Strategy<Value = Case> {
    let variable = || sample::select(VARIABLES.to_vec()).prop_map(str::to_owned);
    let provider = (variable(), any::<bool>());
    let agent = (0..4_usize, variable(), variable());
    let agents = prop::collection::vec(agent, 0..3);
    (prop::collection::vec(provider, 4), agents, any::<bool>(), any::<bool>()).prop_map(
        |(providers, agents, configured, bare)| Case { providers, agents, configured, bare },
    )
}

/// Adds what can be added; what is refused is not part of the case.
fn registry(case: &Case) -> Registry {
    let mut registry = Registry::built_in();
    for (at, (key, _)) in case.providers.iter().enumerate().filter(|(_, (_, code))| *code) {
        let endpoint = Endpoint::new("https://p.example.com").with_model(Slot::Main, "m");
        let provider = Provider::new(id(&format!("p{at}")), name(key))
            .with_endpoint(Protocol::Anthropic, endpoint.clone())
            .with_endpoint(Protocol::OpenaiChat, endpoint);
        registry = registry.with_provider(provider).unwrap_or(registry);
    }
    for (at, (native, login, key)) in case.agents.iter().enumerate() {
        let agent = AgentId::from_static(["a0", "a1", "a2"][at]);
        let agent = Agent::new(agent, id(&format!("p{native}")), name(login)).with_binding(
            ProtocolBinding::new(Protocol::OpenaiChat)
                .with_slot(Slot::Main)
                .with_var(Var::new(name(key), VarSource::Key))
                .with_var(Var::new(name(&format!("A{at}_URL")), VarSource::BaseUrl)),
        );
        registry = registry.with_agent(agent).unwrap_or(registry);
    }
    registry
}

/// The providers that the configuration adds.
fn text(case: &Case) -> String {
    let tables = case.providers.iter().enumerate().filter(|(_, (_, code))| !code);
    let table = |(at, (key, _)): (usize, &(String, bool))| {
        format!(
            "[providers.t{at}]\nkey = '{key}'\n\
             anthropic = {{ base_url = 'https://t.example.com', models = {{ main = 'm' }} }}\n"
        )
    };
    tables.map(table).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_providers_key_reaches_another_providers_agent(case in case()) {
        let base = registry(&case);
        let text = text(&case);
        let read = |text: &str| {
            let global = Some(Document::global("config.toml", text).unwrap());
            Config { registry: base.clone(), global, ..Config::default() }.layers(None)
        };
        // A key variable that is taken is refused; then the program's own entries are left.
        let layers = read(&text).or_else(|_| read("")).unwrap();
        let registry = layers.registry().clone();
        let key = |variable: &EnvName| format!("sk-secret-{}", variable.as_str().to_lowercase());
        let has_key = |p: &&Provider| !case.bare || Registry::built_in().provider(p.id.as_str()).is_none();
        let keys: Vec<_> =
            registry.providers().iter().filter(has_key).map(|p| p.key.value.clone()).collect();
        let mut env = text.clone();
        if case.configured && read(&text).is_ok() {
            env += "[env]\n";
            let mut named: Vec<_> = keys.iter().filter(|name| name.as_str() != "GATEWAY_API_KEY").collect();
            named.sort();
            named.dedup();
            named.iter().for_each(|name| env += &format!("{name} = '{}'\n", key(name)));
        }
        let layers = if case.configured { read(&env).unwrap_or(layers) } else { layers };
        let mut parent: Vec<(OsString, OsString)> = Vec::new();
        for variable in &keys {
            parent.push((variable.as_str().into(), key(variable).into()));
            parent.push((format!("COPY_{variable}").into(), format!(" {}", key(variable)).into()));
        }
        let layers = layers.with_environment(|variable| {
            match keys.contains(variable) {
                true => HostVar::Set,
                false => HostVar::Unset,
            }
        });
        let mut tried = 0;
        for agent in registry.agents() {
            for provider in choice::choices(&layers, agent) {
                let Ok(plan) = resolve(&layers, agent, provider) else { continue };
                let Ok(ready) = plan.materialize(&Host(&parent)) else { continue };
                let child = child_env(&ready, parent.clone());
                tried += 1;
                for other in keys.iter().filter(|other| **other != provider.key.value) {
                    let secret = key(other);
                    let leaked = child.iter().find(|(_, value)| value.to_str().unwrap().trim() == secret);
                    prop_assert!(leaked.is_none(), "{} on {}: {leaked:?}", agent.id, provider.id);
                }
            }
        }
        // Without keys, at least every built-in agent starts on its native provider.
        prop_assert!(tried > if case.bare { 5 } else { 10 }, "{tried}");
    }
}

#[test]
fn what_would_leak_or_mislead_is_refused() {
    let registry = Registry::built_in();
    let mine = || Provider::new(id("mine"), name("MINE_API_KEY"));
    let at = |url: &'static str| mine().with_endpoint(Protocol::Anthropic, Endpoint::new(url));
    let field = |provider: Provider| match registry.with_provider(provider) {
        Err(RegistryError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(Provider::new(id("mine"), name("PATH"))), "key");
    assert_eq!(field(Provider::new(id("mine"), name("ANTHROPIC_BASE_URL"))), "key");
    assert_eq!(field(Provider::new(id("mine"), name("JACKIN_KEY"))), "key");
    assert_eq!(field(Provider::new(id("mine"), name("sk_lower"))), "key");
    assert_eq!(field(mine().with_label(" ")), "label");
    assert_eq!(field(at("http://models.example.com")), "base_url");
    assert_eq!(field(at("https://user@models.example.com")), "base_url");
    // Only the built-in provider's own key is refused there.
    assert!(registry.with_provider(at("https://api.minimaxi.com")).is_ok());
    for host in ["https://api.minimaxi.com", "https://api.minimax.cn"] {
        let minimax = Provider::new(id("minimax"), name("MINIMAX_API_KEY"));
        let minimax = minimax.with_endpoint(Protocol::Anthropic, Endpoint::new(host));
        assert_eq!(field(minimax), "base_url");
    }
    for prefix in ["", "sk ant", "sk-\n", "sk-\u{e4}", "sk-0123456789abcdefghij"] {
        assert_eq!(field(mine().with_key_prefix(prefix)), "key_prefix");
    }
    let endpoint = || Endpoint::new("https://m.example.com");
    let with = |endpoint| mine().with_endpoint(Protocol::Anthropic, endpoint);
    assert_eq!(field(with(endpoint().with_window(0))), "window");
    assert_eq!(field(with(endpoint().with_timeout_ms(0))), "timeout_ms");
    let model = Endpoint::new("https://m.example.com").with_model(Slot::Main, "two words");
    assert_eq!(field(mine().with_endpoint(Protocol::Anthropic, model)), "models");
    let mut gateway = registry.provider("gateway").unwrap().clone();
    gateway =
        gateway.with_endpoint(Protocol::Anthropic, Endpoint::new("https://api.anthropic.com"));
    assert_eq!(field(gateway), "base_url");
}

#[test]
fn an_agent_that_would_find_another_providers_key_is_refused() {
    let registry = Registry::built_in();
    let agent =
        |native: &str, key: &str| Agent::new(AgentId::from_static("mine"), id(native), name(key));
    let field = |agent: Agent| match registry.with_agent(agent) {
        Err(RegistryError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(agent("zai", "KIMI_CODE_API_KEY")), "native_key");
    assert_eq!(field(agent("zai", "HOME")), "native_key");
    assert_eq!(field(agent("zai", "MINE").with_token(name("OPENAI_API_KEY"))), "native_key");
    assert_eq!(field(agent("nowhere", "MINE")), "native");
    assert_eq!(field(agent("zai", "MINE").with_program("")), "program");
    let url = Var::new(name("ZAI_API_KEY"), VarSource::BaseUrl);
    let key = Var::new(name("MINE_KEY"), VarSource::Key);
    let binding = ProtocolBinding::new(Protocol::Anthropic);
    let bound = |binding: ProtocolBinding| agent("zai", "MINE").with_binding(binding);
    assert_eq!(field(bound(binding.clone().with_var(key.clone()).with_var(url))), "bindings");
    assert_eq!(field(bound(binding.clone())), "bindings");
    assert_eq!(
        field(bound(binding.clone().with_var(key.clone()).with_var(key.clone()))),
        "bindings"
    );
    let good = bound(binding.with_var(key));
    let registry = registry.with_agent(good.clone()).unwrap();
    assert_eq!(registry.with_agent(good), Err(RegistryError::Duplicate("mine".into())));
    assert_eq!(registry.agents().last().unwrap().id.as_str(), "mine");
    assert!(Registry::built_in().agent("mine").is_none());
}

/// In whichever order a program adds them.
#[test]
fn no_agent_looks_for_its_login_where_another_providers_key_is() {
    let mine = || Provider::new(id("mine"), name("MINE_LOGIN"));
    let agent = Agent::new(AgentId::from_static("mine"), id("openai"), name("MINE_LOGIN"));
    let first = Registry::built_in().with_agent(agent.clone()).unwrap();
    assert!(matches!(
        first.with_provider(mine()),
        Err(RegistryError::Invalid { field: "key", .. })
    ));
    let first = Registry::built_in().with_provider(mine()).unwrap();
    assert!(matches!(first.with_agent(agent), Err(RegistryError::Invalid { .. })));
    let read = |text: &str| {
        let global = Some(Document::global("config.toml", text).unwrap());
        Config { global, ..Config::default() }.layers(None).map(|_| ()).map_err(|e| e.to_string())
    };
    let refused = read("[providers.mine]\nkey = 'KIMI_MODEL_API_KEY'\n").unwrap_err();
    assert!(refused.starts_with("config.toml:2: `providers.mine.key`"), "{refused}");
    let moved = "[providers.openai]\nkey = 'MY_OPENAI'\n[providers.mine]\nkey = 'OPENAI_API_KEY'\n";
    assert!(read(moved).unwrap_err().starts_with("config.toml:4: `providers.mine.key`"));
    // The agent's own provider may use the same variable.
    assert_eq!(read("[providers.mine]\nkey = 'XAI_API_KEY'\n"), Ok(()));
}

#[test]
fn a_replaced_provider_keeps_the_limits_of_its_keys_and_its_old_urls() {
    let registry = Registry::built_in();
    let at = |provider: &str, key: &str, url: &'static str| {
        let endpoint = Endpoint::new(url).with_model(Slot::Main, "m");
        Provider::new(id(provider), name(key)).with_endpoint(Protocol::Anthropic, endpoint)
    };
    let astray = at("gateway", "GATEWAY_API_KEY", "https://api.anthropic.com");
    assert!(matches!(
        registry.with_provider(astray),
        Err(RegistryError::Invalid { field: "base_url", .. })
    ));
    let moved = at("zai", "ZAI_API_KEY", "https://other.example.com");
    let layers = EnvLayers::new(registry.with_provider(moved).unwrap());
    let claude = layers.registry().agent("claude").unwrap();
    let native = layers.registry().provider("anthropic").unwrap();
    let plan = resolve(&layers, claude, native).unwrap();
    let parent = [
        ("ANTHROPIC_BASE_URL".into(), "https://api.z.ai/api/anthropic".into()),
        ("ANTHROPIC_AUTH_TOKEN".into(), "sk-old".into()),
    ];
    assert_eq!(child_env(&plan.materialize(&Host(&parent)).unwrap(), parent.clone()), []);
}

#[test]
fn a_binding_makes_no_half_redirect() {
    let key = || Var::new(name("MINE_KEY"), VarSource::Key);
    let url = || Var::new(name("MINE_URL"), VarSource::BaseUrl);
    let refused = |vars: [Var; 2]| {
        let binding = ProtocolBinding::new(Protocol::Anthropic);
        let binding = vars.into_iter().fold(binding, ProtocolBinding::with_var);
        let agent = Agent::new(AgentId::from_static("mine"), id("zai"), name("MINE"));
        Registry::built_in().with_agent(agent.with_binding(binding)).is_err()
    };
    assert!(!refused([key(), url()]));
    assert!(refused([key().from_guard(Guard::Strict), url()]));
    assert!(refused([key(), url().from_guard(Guard::On)]));
    assert!(refused([key(), Var::new(name("MINE_KEY"), VarSource::BaseUrl)]));
}
