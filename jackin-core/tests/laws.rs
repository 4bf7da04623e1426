//! Laws that hold for any layers and any parent environment, tried on generated ones.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{collections::BTreeMap, ffi::OsString};

use jackin_core::{
    Agent, Config, Document, EnvLayer, EnvLayers, EnvValue, ExecPlan, Guard, HostVar, ReadyPlan,
    Registry, Scope, Secret, SecretError, SecretRef, SecretSource, child_env, resolve,
    strategies::{SCOPES, entries, layer, layers, scrubbed_name},
};
use proptest::{collection::vec, prelude::*, sample};

/// Stands in every generated secret, and nowhere else.
const SENTINEL: &str = "sentinel";

/// Answers every reference with a secret that tells where it came from.
struct Source;

impl SecretSource for Source {
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        Ok(secret_of(reference).into())
    }
}

fn secret_of(reference: &SecretRef) -> String {
    format!("{SENTINEL}-{}", reference.to_string().replace(['/', '$', ':', '?'], "_"))
}

fn claude() -> Agent {
    Registry::built_in().agent("claude").unwrap().clone()
}

fn key_names() -> Vec<String> {
    Registry::built_in().providers().iter().map(|provider| provider.key.value.to_string()).collect()
}

/// The plan for every provider for which there is one.
fn plans(layers: &EnvLayers) -> Vec<ExecPlan> {
    layers
        .registry()
        .providers()
        .iter()
        .filter_map(|provider| resolve(layers, &claude(), provider).ok())
        .collect()
}

fn ready(plan: &ExecPlan) -> ReadyPlan<'_> {
    plan.materialize(&Source).unwrap_or_else(|error| panic!("{error}"))
}

fn debug(value: &impl std::fmt::Debug) -> String {
    format!("{value:?} {value:#?}")
}

fn parent(entries: &[(String, String)]) -> Vec<(OsString, OsString)> {
    entries.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_most_specific_layer_wins(entries in entries(SENTINEL)) {
        let layers = layers(&entries);
        for name in layers.names() {
            let holders: Vec<_> = SCOPES.iter().zip(&entries).filter(|(_, e)| e.contains_key(name)).collect();
            let found = layers.get(name).unwrap();
            prop_assert_eq!(found.source.scope, *holders[0].0);
            prop_assert_eq!(found.value, &EnvValue::parse(&holders[0].1[name]).unwrap());
            let shadowed: Vec<_> = found.shadowed.iter().map(|source| source.scope).collect();
            prop_assert_eq!(shadowed, holders[1..].iter().map(|(scope, _)| **scope).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_order_of_adding_does_not_matter(entries in entries(SENTINEL), order in Just([0, 1, 2, 3]).prop_shuffle()) {
        let shuffled = order.iter().map(|at| layer(SCOPES[*at], &entries[*at]));
        let shuffled = shuffled.fold(EnvLayers::new(Registry::built_in()), EnvLayers::with);
        prop_assert_eq!(plans(&shuffled), plans(&layers(&entries)));
    }

    #[test]
    fn resolve_is_deterministic(entries in entries(SENTINEL)) {
        let layers = layers(&entries);
        for provider in layers.registry().providers().iter() {
            let once = resolve(&layers, &claude(), provider);
            prop_assert_eq!(&once, &resolve(&layers.clone(), &claude(), provider));
            if let Ok(plan) = once {
                let json = |plan: &ExecPlan| serde_json::to_string(plan).unwrap();
                prop_assert_eq!(json(&plan), json(&plan.clone()));
            }
        }
    }

    #[test]
    fn no_scrubbed_name_survives(
        entries in entries(SENTINEL),
        hostile in vec((scrubbed_name(&claude()), "[a-z0-9]{0,8}"), 0..40),
        harmless in vec(("[a-z]{1,8}", "[a-z0-9]{0,8}"), 0..8),
    ) {
        let claude = claude();
        let nesting: Vec<_> = claude.nesting.iter().flat_map(|scrub| &*scrub.patterns).collect();
        for plan in plans(&layers(&entries)) {
            let mut all = parent(&hostile);
            all.extend(parent(&harmless));
            let child = child_env(&ready(&plan), all);
            // A native launch keeps the agent's own settings, and loses only the nesting marks.
            let native = plan.provider == claude.native;
            let unwanted = |name: &&(String, String)| {
                !native || nesting.iter().any(|mark| name.0.starts_with(mark.trim_end_matches('*')))
            };
            for (name, _) in hostile.iter().filter(unwanted) {
                let planned = plan.set.iter().filter(|var| var.name.as_str() == name).count();
                let got = child.iter().filter(|(kept, _)| *kept == **name).count();
                prop_assert_eq!(got, planned, "{} on {}", name, plan.provider);
            }
            for (name, _) in &harmless {
                prop_assert!(child.iter().any(|(kept, _)| *kept == **name), "{} is gone", name);
            }
        }
    }

    #[test]
    fn no_other_providers_key_reaches_the_child(
        how in sample::select(vec!["exported", "literal", "alias"]),
        aliases in vec("[A-Z]{3,8}X", key_names().len()),
        guard in sample::select(Guard::ALL.to_vec()),
    ) {
        // Every provider has a key of its own, exported, in a layer, or in a layer by the name of
        // another variable; the parent holds each key under its own name, under that alias, with
        // white space around it, and where agents look for tokens.
        let key = |name: &str| format!("{SENTINEL}-{name}");
        let names = key_names();
        let mut layer = EnvLayer::new(Scope::Global, None);
        let set = |layer: EnvLayer, name: String, text: String| {
            layer.with(name.parse().unwrap(), EnvValue::parse(&text).unwrap(), None)
        };
        for (n, (name, alias)) in names.iter().zip(&aliases).enumerate() {
            let alias = format!("{alias}{n}");
            layer = match how {
                "literal" => set(layer, name.clone(), key(name)),
                "alias" => set(layer, name.clone(), format!("${alias}")),
                _ => layer,
            };
            for (prefix, text) in [("L", format!("${name}")), ("M", key(name)), ("N", format!("${alias}"))] {
                // A literal that is no configured key is the user's own affair.
                if prefix != "M" || how == "literal" {
                    layer = set(layer, format!("{prefix}{alias}"), text);
                }
            }
        }
        let mut layers =
            EnvLayers::new(Registry::built_in()).with(layer).with_environment(|_| HostVar::Set);
        layers.guard = guard;
        let mut host: Vec<_> = names
            .iter()
            .zip(&aliases)
            .enumerate()
            .flat_map(|(n, (name, alias))| {
                [
                    (name.clone(), key(name)),
                    (format!("{alias}{n}"), key(name)),
                    (format!("{alias}_2"), format!(" {} ", key(name))),
                ]
            })
            .collect();
        host.push(("ANTHROPIC_AUTH_TOKEN".into(), key("ZAI_API_KEY")));

        struct Host(Vec<(String, String)>);
        impl SecretSource for Host {
            fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
                let SecretRef::Host(name) = reference else { unreachable!("no other kind here") };
                let found = self.0.iter().find(|(known, _)| known == name.as_str());
                Ok(found.unwrap().1.clone().into())
            }
        }
        for plan in plans(&layers) {
            let provider = layers.registry().provider(plan.provider.as_str()).unwrap();
            let own = key(provider.key.value.as_str());
            let ready = plan.materialize(&Host(host.clone())).unwrap_or_else(|error| panic!("{error}"));
            let child = child_env(&ready, parent(&host));
            let keys: Vec<_> = child.iter().filter(|(_, v)| v.to_string_lossy().contains(SENTINEL)).collect();
            for (name, value) in &keys {
                let value = value.to_string_lossy();
                prop_assert_eq!(value.trim(), &own, "{} on {}", name.display(), plan.provider);
            }
            prop_assert!(!keys.is_empty(), "{} has no key", plan.provider);
        }
        // Those that only their own agents can use have no plan.
        prop_assert!(plans(&layers).len() > 3);
    }

    /// A foreign URL without its key makes some agents send the user's own login there.
    #[test]
    fn no_url_is_left_without_its_key(
        entries in entries(SENTINEL),
        held in vec((sample::select(claude().bindings[0].vars.to_vec()), sample::select(vec!["k", "u", "z"])), 0..8),
        other in sample::select(vec!["k", "z"]),
    ) {
        let mut all: Vec<(String, String)> =
            held.iter().map(|(var, value)| (var.name.as_ref().unwrap().to_string(), (*value).to_owned())).collect();
        all.push(("ZAI_API_KEY".into(), other.to_owned()));
        let has = |vars: &[(OsString, OsString)], name: &str| vars.iter().any(|(known, _)| known == name);
        for plan in plans(&layers(&entries)) {
            let all = parent(&all);
            let child = child_env(&ready(&plan), all.clone());
            if has(&all, "ANTHROPIC_AUTH_TOKEN") && !has(&child, "ANTHROPIC_AUTH_TOKEN") {
                let layered = plan.set.iter().any(|var| var.name.as_str() == "ANTHROPIC_BASE_URL");
                prop_assert!(layered || !has(&child, "ANTHROPIC_BASE_URL"), "{}", plan.provider);
            }
        }
    }

    #[test]
    fn a_secret_is_in_no_output(entries in entries(SENTINEL), guard in sample::select(Guard::ALL.to_vec())) {
        let mut layers = layers(&entries);
        layers.guard = guard;
        // References may be shown, and their names are generated from the same alphabet.
        let hidden = |text: String| !text.contains(&format!("{SENTINEL}-"));
        prop_assert!(hidden(debug(&layers)));
        for provider in layers.registry().providers().iter() {
            match resolve(&layers, &claude(), provider) {
                Ok(plan) => {
                    prop_assert!(hidden(debug(&plan)));
                    prop_assert!(hidden(serde_json::to_string_pretty(&plan).unwrap()));
                    prop_assert!(hidden(plan.warnings.join("\n")));
                }
                Err(error) => prop_assert!(hidden(error.to_string() + &debug(&error))),
            }
        }
    }

    #[test]
    fn a_broken_file_never_shows_its_text(
        lines in vec(sample::select(vec![
            "[env]", "[roles.a.env]", "[providers.zai]", "[providers.own.anthropic]", "[", "]]", "=", "\"",
            "KEY = \"sentinel-1\"", "KEY = sentinel-2", "KEY = [\"sentinel-3\"]", "KEY = 'sentinel-4", "KEY = 1",
            "sentinel-5 = 'x'", "\"sentinel 6\" = 'x'", "KEY = { op = 'op://sentinel' }", "key = 'sentinel 7'",
            "base_url = 'https://sentinel@8'", "models = { opus = 'sentinel 9' }", "window = 'sentinel'", "guard = 'sentinel'",
            "default_role = \"sentinel\\u0007\"", "insecure = 'sentinel'", "JACKIN_X = 'sentinel'", "KEY = \"a\\u0000sentinel\"",
        ]), 1..8),
    ) {
        let text = lines.join("\n");
        let result = Document::global("config.toml", &text).and_then(|global| {
            Config { global: Some(global), ..Config::default() }.layers(None)
        });
        if let Err(error) = result {
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains(SENTINEL), "{}", shown);
            prop_assert!(shown.contains("config.toml"), "{}", shown);
        }
    }
}

/// A plan is what it does: one for Z.AI does not ask which models Kimi has.
#[test]
fn what_a_plan_has_no_use_for_makes_no_other_plan() {
    let plan = |more: &str| {
        let text = format!("[env]\nZAI_API_KEY = 'k'\n{more}");
        let global = Some(Document::global("config.toml", &text).unwrap());
        let layers = Config { global, ..Config::default() }.layers(None).unwrap();
        let zai = layers
            .registry()
            .providers()
            .iter()
            .find(|provider| provider.id.as_str() == "zai")
            .unwrap();
        resolve(&layers, &claude(), zai).unwrap()
    };
    let of = |field: &str| plan(&format!("[providers.kimi{field}"));
    assert_eq!(of(".anthropic]\nmodels.opus = 'k3'"), plan(""));
    assert_ne!(of(".anthropic]\nbase_url = 'https://kimi.example.com'"), plan(""));
    assert_ne!(of("]\nkey = 'MY_KIMI_KEY'"), plan(""));
}

#[test]
fn materialize_errors_hide_what_was_read() {
    struct Bad;
    impl SecretSource for Bad {
        fn read(&self, _: &SecretRef) -> Result<Secret, SecretError> {
            Ok("sentinel\nsecond line".into())
        }
    }
    let entries = BTreeMap::from([("ZAI_API_KEY".parse().unwrap(), "op://v/i/f".to_owned())]);
    let layers = EnvLayers::new(Registry::built_in()).with(layer(Scope::Global, &entries));
    let plan = resolve(&layers, &claude(), layers.registry().provider("zai").unwrap()).unwrap();
    let error = plan.materialize(&Bad).err().unwrap();
    assert!(
        error.to_string().contains("`ZAI_API_KEY` (global) from op://v/i/f: it holds a line break"),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains(SENTINEL));
}
