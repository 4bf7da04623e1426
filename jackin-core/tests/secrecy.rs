//! No public type shows a secret that it holds: not by `Debug`, not by `Display`, not as JSON, in
//! whatever of these it has or is ever given. The types are read from the sources, so that a new one
//! is looked at as well.
#![expect(clippy::disallowed_methods, reason = "a test reads the source")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "support/look.rs"]
mod look;
#[path = "../../fixtures/promised.rs"]
mod promised;

use std::{collections::BTreeSet, fs, path::Path};

use jackin_core::{
    Config, ConfigError, Document, Endpoint, EnvLayer, EnvLayers, EnvName, EnvValue, Error,
    ExecPlan, HostVar, NameError, NameOrigin, Protocol, Provider, ProviderId, Registry,
    RegistryError, ResolveError, Scope, Secret, SecretError, SecretRef, SecretSource, SelectError,
    Unknown,
    agent::NativeEffect,
    check_key, choice,
    edit::{
        self, Change, TomlValue,
        import::{Bundle, BundleError},
    },
    export::{Changes, Format, Shell},
    guide::OwnFile,
    plan::OwnSetting,
    resolve,
    secret::CommandRef,
};

use crate::look::{ByDebug as _, ByDisplay as _, ByJson as _, Look, Shown as _};

const SECRET: &str = "sk-Qm7RtX2vLw9KpZ4sNd8HfB3gYc6TjE5u";

/// What holds none: it is made of what is built in, of names, or of the words of whoever makes it.
const WITHOUT: &[(&str, &[&str])] = &[
    (
        "a program's author writes it, as the built-in tables are written",
        &[
            "Agent",
            "ArgsError",
            "GivenSetting",
            "GivenValue",
            "HandOver",
            "HandOverError",
            "HandOverFate",
            "HandOverRemedy",
            "Impostor",
            "LedAwayError",
            "NativeEffect",
            "NativeVar",
            "Outlet",
            "OwnModels",
            "PackageVersion",
            "ProjectTools",
            "Prompt",
            "PromptVar",
            "ProtocolBinding",
            "Redirect",
            "RedirectMark",
            "Scrub",
            "Setting",
            "SettingEffect",
            "SettingKey",
            "SettingVerdict",
            "SettingsFile",
            "SettingsOption",
            "SettingsError",
            "SettingsPlace",
            "SettingsProblem",
            "SystemDir",
            "Template",
            "Var",
            "VarSource",
            "Version",
            "Words",
            "Guide",
            "Request",
            "Refusal",
        ],
    ),
    (
        "it is one of a few words",
        &[
            "AuthForward",
            "ErrorKind",
            "Format",
            "Guard",
            "HostVar",
            "Mode",
            "Multiplexer",
            "Protocol",
            "Reason",
            "Runtime",
            "Scope",
            "Shell",
            "Slot",
            "Tier",
            "VersionError",
        ],
    ),
    (
        "it is a name, or made of names",
        &[
            "AgentId",
            "Container",
            "ContainerName",
            "EnvName",
            "EnvPattern",
            "ImageName",
            "KeptInside",
            "MountDir",
            "TabMissingEnv",
            "ProviderId",
            "RoleName",
            "ContainerTarget",
            "Tab",
            "WorkspaceName",
            "Isolation",
            "InheritRule",
            "ResolvedProgram",
        ],
    ),
    ("it says where a secret is", &["FileRef", "KeyringRef", "OpRef"]),
    ("it cannot be shown at all", &["ChildValue"]),
];

/// Looks at a value of a type in every way that the type has.
macro_rules! look {
    ($seen:ident, $name:literal, $value:expr) => {{
        let value = $value;
        let look = &Look(&value);
        let texts = [look.debug(), look.display(), look.json()];
        $seen.add($name, &texts);
    }};
}

/// Looks at an error, and at the same one as any error of the crate.
macro_rules! look_error {
    ($seen:ident, $name:literal, $error:expr) => {{
        let error = $error;
        look!($seen, "Error", Error::from(error.clone()));
        look!($seen, $name, error);
    }};
}

#[derive(Default)]
struct Seen {
    types: BTreeSet<&'static str>,
    texts: usize,
}

impl Seen {
    fn add(&mut self, name: &'static str, texts: &[String]) {
        self.types.insert(name);
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let shown = SECRET
                .as_bytes()
                .windows(8)
                .find(|piece| text.as_bytes().windows(8).any(|window| window == *piece));
            assert!(shown.is_none(), "{name} shows its secret: {text}");
            self.texts += 1;
        }
    }
}

/// Answers with the secret, or says too much.
struct Source(bool);

impl SecretSource for Source {
    fn read(&self, _: &SecretRef) -> Result<Secret, SecretError> {
        match self.0 {
            true => Ok(SECRET.into()),
            false => Err(SecretError::new("it is not there", Some("look again".into()))),
        }
    }
}

/// A configuration with the secret in every place that is meant for one.
fn document() -> Document {
    let text = format!(
        "[env]\nZAI_API_KEY = '{SECRET}'\nMINIMAX_API_KEY = '{SECRET}'\nA = '{SECRET}'\n\
         B = {{ command = ['pass', '{SECRET}'] }}\nC = {{ text = '{SECRET}' }}\nD = '$HOST'\n\
         [roles.dev.env]\nZAI_API_KEY = '{SECRET}'\n\
         [providers.zai]\nunknown = '{SECRET}'\n"
    );
    Document::global("config.toml", &text).unwrap()
}

fn plan(document: Document) -> Result<ExecPlan, ResolveError> {
    let config = Config { global: Some(document), ..Config::default() };
    let layers = config.layers(None).unwrap().with_environment(|_| HostVar::Unset);
    let agent = layers.registry().agent("claude").unwrap();
    let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument))).unwrap();
    resolve(&layers, agent, provider)
}

/// Configurations that are refused, each with the secret where it is wrong.
fn refused() -> Vec<ConfigError> {
    let texts = [
        format!("ZAI_API_KEY = {SECRET}"),
        format!("[env]\nZAI_API_KEY = '{SECRET}"),
        format!("[env]\nZAI_API_KEY = ['{SECRET}']"),
        format!("[env]\nZAI_API_KEY = {{ op = '{SECRET}' }}"),
        format!("[env]\nZAI_API_KEY = \"\\u0000{SECRET}\""),
        format!("[env]\n'{SECRET} x' = 'x'"),
        format!("[env]\nJACKIN_X = '{SECRET}'"),
        format!("[roles.\"{SECRET}\\n\".env]\nX = 'x'"),
        format!("[providers.'{SECRET}']\nkey = 'X'"),
        format!("[providers.zai]\nkey = '{SECRET}'"),
        format!("[providers.zai]\nmode = '{SECRET}'"),
        format!("[providers.zai]\ntoken = '{SECRET}'"),
        format!("[providers.zai]\nexpires_at = '{SECRET}'"),
        format!("[providers.zai.anthropic]\nbase_url = '{SECRET}'"),
        format!("[providers.zai.anthropic]\nbase_url = 'https://x:{SECRET}@example.com'"),
        format!("[providers.zai.anthropic]\nwindow = '{SECRET}'"),
        format!("guard = '{SECRET}'"),
        format!("[claude]\nauth_forward = '{SECRET}'"),
    ];
    let error = |text: &String| match Document::global("config.toml", text) {
        Ok(document) => Config { global: Some(document), ..Config::default() }.layers(None).err(),
        Err(error) => Some(error),
    };
    texts.iter().map(|text| error(text).unwrap_or_else(|| panic!("{text}"))).collect()
}

fn look_at_configuration(seen: &mut Seen) {
    let document = document();
    let config = Config { global: Some(document.clone()), ..Config::default() };
    let layers = config.clone().layers(Some(("dev", NameOrigin::Argument))).unwrap();
    let provider = layers.registry().provider("zai").unwrap();
    let (_, layer) = document.layers().next().unwrap();
    for (_, value, source) in layer.entries() {
        look!(seen, "EnvValue", value.clone());
        if let EnvValue::Literal(text) = value {
            look!(seen, "Secret", text.clone());
        }
        look!(seen, "Source", source.clone());
        if let Some(reference) = value.reference() {
            look!(seen, "SecretRef", reference.clone());
        }
    }
    look!(seen, "CommandRef", CommandRef::new(["pass", SECRET]).unwrap());
    look!(seen, "EnvLayer", layer.clone());
    look!(seen, "EnvLayers", layers.clone());
    look!(seen, "Registry", layers.registry().clone());
    look!(seen, "Provider", provider.clone());
    look!(seen, "Endpoint", provider.endpoints().next().unwrap().1.clone());
    look!(seen, "Sourced", provider.label.clone());
    look!(seen, "OwnFile", OwnFile { name: "config.toml", text: SECRET });
    look!(seen, "Document", document);
    look!(seen, "Config", config);
}

fn look_at_plans(seen: &mut Seen) {
    let plan = plan(document()).unwrap();
    for var in &plan.set {
        look!(seen, "PlannedVar", var.clone());
        look!(seen, "PlannedValue", var.value.clone());
    }
    let redacted = plan.redacted();
    redacted.set.iter().for_each(|var| look!(seen, "RedactedVar", var));
    look!(seen, "RedactedPlan", redacted);
    plan.removals().into_iter().for_each(|removal| look!(seen, "Removal", removal));
    let ready = plan.materialize(&Source(true)).ok().unwrap();
    look!(seen, "Changes", Changes::of(&ready, &[]));
    look!(seen, "ReadyPlan", ready);
    let effect = NativeEffect::Beside;
    look!(seen, "OwnSetting", OwnSetting::new("f".into(), "env.A".into(), SECRET.into(), effect));
    let error = plan.materialize(&Source(false)).err().unwrap();
    error.failures.iter().for_each(|failure| {
        look!(seen, "SecretFailure", failure.clone());
        look!(seen, "SecretError", failure.error.clone());
    });
    look_error!(seen, "MaterializeError", error);
    look!(seen, "ExecPlan", plan);
}

fn look_at_errors(seen: &mut Seen) {
    for error in refused() {
        if let ConfigError::WrongType { place, .. } | ConfigError::Invalid { place, .. } = &error {
            look!(seen, "ConfigPlace", place.clone());
        }
        look_error!(seen, "ConfigError", error);
    }
    for bad in [format!("{SECRET}é"), format!("{SECRET} x"), format!("agt_{SECRET}")] {
        let text = format!("[env]\nZAI_API_KEY = '{bad}'");
        let error = plan(Document::global("config.toml", &text).unwrap()).unwrap_err();
        look_error!(seen, "ResolveError", error);
        look!(seen, "KeyProblem", check_key(&bad).err());
    }
    look_error!(seen, "ValueError", EnvValue::parse(&format!("op://{SECRET}")).unwrap_err());
    let error: NameError = format!("{SECRET} x").parse::<EnvName>().unwrap_err();
    look_error!(seen, "NameError", error);
    let unknown = Unknown::new("provider", SECRET, NameOrigin::Argument, ["zai"]);
    refused_entries().into_iter().for_each(|error| look_error!(seen, "RegistryError", error));
    look!(seen, "NameOrigin", unknown.given.clone());
    look_error!(seen, "SelectError", SelectError::from(Box::new(unknown.clone())));
    look_error!(seen, "Unknown", Box::new(unknown));
}

/// Providers and agents that a program cannot add, each with the secret where it is wrong.
fn refused_entries() -> Vec<RegistryError> {
    let registry = Registry::built_in();
    let id = ProviderId::from_static("mine");
    let provider = Provider::new(id, EnvName::from_static("MINE_API_KEY"));
    let endpoint =
        |url: String| provider.clone().with_endpoint(Protocol::Anthropic, Endpoint::new(url));
    let label = format!("{SECRET}\n");
    let providers = [
        provider.clone().with_label(label.clone()),
        endpoint(format!("https://{SECRET}@example.com")),
        endpoint(format!("http://example.com/{SECRET}")),
    ];
    let claude = registry.agent("claude").unwrap().clone();
    let providers =
        providers.into_iter().map(|provider| registry.with_provider(provider).unwrap_err());
    providers.chain([registry.with_agent(claude.with_label(label)).unwrap_err()]).collect()
}

/// Values that a shell and the formats refuse, each with the secret in it.
fn look_at_exports(seen: &mut Seen) {
    for (format, value) in [
        (Format::Docker, format!("{SECRET}\n")),
        (Format::Docker, SECRET.repeat(2000)),
        (Format::Dotenv, format!("{SECRET}\r")),
        (Format::Dotenv, format!("{SECRET}${{X}}")),
        (Format::Dotenv, format!("'\"{SECRET}")),
        (Format::Github, format!("{SECRET}\r")),
        (Format::Systemd, format!("{SECRET}\u{1}")),
        (Format::Systemd, format!("{SECRET}\u{fdd0}")),
    ] {
        let name = EnvName::from_static("A");
        let layer = EnvLayer::new(Scope::Global, None);
        let layer = layer.with(name, EnvValue::literal(&value).unwrap(), None);
        let layers = EnvLayers::new(Registry::built_in()).with(layer);
        let agent = layers.registry().agent("claude").unwrap();
        let provider = layers.registry().provider("anthropic").unwrap();
        let plan = resolve(&layers, agent, provider).unwrap();
        let ready = plan.materialize(&Source(true)).ok().unwrap();
        let error = format.write(&Changes::of(&ready, &[])).unwrap_err();
        look_error!(seen, "ExportError", error);
    }
    look_error!(seen, "ExportError", SECRET.parse::<Shell>().unwrap_err());
    look_error!(seen, "ExportError", SECRET.parse::<Format>().unwrap_err());
}

/// Edits, done and refused, each with the secret in the text and in the value.
fn look_at_edits(seen: &mut Seen) {
    let value = TomlValue::string(SECRET);
    let path = vec!["env", "A"];
    look!(seen, "Change", Change::Set { path, value: value.clone(), note: None });
    for text in [
        format!("env = '{SECRET}'"),
        format!("env = {SECRET}"),
        format!("env = {{\n A = '{SECRET}' # x\n , B = '{SECRET}'}}"),
    ] {
        let refused = edit::set(&text, &["env", "A"], &value, None).map(|_| ());
        let refused = refused.and_then(|()| edit::unset(&text, &["env", "A"]));
        look_error!(seen, "EditError", refused.unwrap_err());
    }
    look_error!(seen, "EditError", format!("'{SECRET}").parse::<TomlValue>().unwrap_err());
    look!(seen, "TomlValue", value);
}

/// A bundle, and texts that are none, each with the secret where the key is, or where it is wrong.
fn look_at_bundles(seen: &mut Seen) {
    let lines = |url, key, model| {
        format!(
            "export ANTHROPIC_BASE_URL={url}\nANTHROPIC_AUTH_TOKEN={key}\n\
             ANTHROPIC_MODEL={model}\nANTHROPIC_SMALL_FAST_MODEL=m"
        )
    };
    let registry = Registry::built_in();
    let gateway = registry.provider("gateway").unwrap();
    let token = gateway.request_token.as_ref();
    let url = "https://gateway.example.com";
    let bundle = Bundle::parse(&lines(url, SECRET, "m"), token).unwrap();
    bundle
        .changes(gateway, None, None)
        .into_iter()
        .for_each(|change| look!(seen, "Change", change));
    look!(seen, "Bundle", bundle);
    let refused = |text: String| {
        let checked =
            Bundle::parse(&text, token).and_then(|bundle| bundle.check(gateway, &registry));
        checked.expect_err(&text)
    };
    let errors: [BundleError; 9] = [
        SECRET.to_owned(),
        format!("{{\"env_lines\": \"{SECRET}"),
        format!("{{\"note\": \"{SECRET}\"}}"),
        format!("{{\"base_url\": \"{SECRET}\", \"copy_paste\": {:?}}}", lines(url, "k", "m")),
        format!("{}={SECRET}", token.unwrap()),
        lines(url, &format!("\"{SECRET}"), "m"),
        format!("{}\nANTHROPIC_AUTH_TOKEN=k", lines(url, SECRET, "m")),
        lines(url, "k", &format!("claude-{SECRET}")),
        lines(url, "k", &format!("agt_{SECRET}")),
    ]
    .map(refused);
    errors.into_iter().for_each(|error| look_error!(seen, "BundleError", error));
}

/// Every public type of the sources.
fn public(dir: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(public(&path));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let word = |text: &str| {
            let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
            text[..end].to_owned()
        };
        let kinds = ["pub struct ", "pub enum ", "pub union "];
        let named =
            text.lines().filter_map(|line| kinds.iter().find_map(|kind| line.strip_prefix(kind)));
        found.extend(named.map(word));
        // Names are made by a macro, each from one line.
        let made = text.split("\nname! {").skip(1);
        let made = made.filter_map(|part| part.lines().find(|line| line.contains(", \"")));
        found.extend(made.map(|line| word(line.trim())));
    }
    found
}

#[test]
fn no_public_type_shows_its_secret() {
    let mut seen = Seen::default();
    look_at_configuration(&mut seen);
    look_at_plans(&mut seen);
    look_at_errors(&mut seen);
    look_at_edits(&mut seen);
    look_at_bundles(&mut seen);
    look_at_exports(&mut seen);
    let public = public(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let without: Vec<_> = WITHOUT.iter().flat_map(|(_, types)| *types).copied().collect();
    let known: BTreeSet<_> = seen.types.iter().chain(&without).map(|name| (*name).into()).collect();
    let strange: Vec<_> = public.symmetric_difference(&known).collect();
    assert!(strange.is_empty(), "new, or gone: {strange:?}");
    assert!(without.iter().all(|name| !seen.types.contains(name)));
    promised::promised(public.len(), "public types");
    assert!(seen.types.len() >= 28 && seen.texts >= 250, "{} {}", seen.types.len(), seen.texts);
}
