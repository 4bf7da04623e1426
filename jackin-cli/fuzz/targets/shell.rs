//! What is written for shells and other programs: read back by a reader of its own for each, it is
//! the values that went in, or it is refused without repeating any of them.
#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jackin_core::{
    EnvLayer, EnvLayers, EnvName, EnvValue, Registry, Scope, Secret, SecretError, SecretRef,
    SecretSource, child_env,
    export::{Changes, ExportError, Format, Shell, github_masks},
    resolve,
};
use jackin_fuzz::{
    BREAK,
    scripts::{Syntax, Vars, dotenv, elvish, fish, github, line, nu, posix, pwsh, python, systemd},
};
use libfuzzer_sys::fuzz_target;

/// There is nothing to be read.
struct Nothing;

impl SecretSource for Nothing {
    fn read(&self, _: &SecretRef) -> Result<Secret, SecretError> {
        Err(SecretError::new("there are only literals", None))
    }
}

/// What the redirect sets first.
const FIRST: &str = "ANTHROPIC_AUTH_TOKEN";

const POSIX: Syntax = Syntax { before: "export ", between: "=", value: posix, after: ";\n" };
const SHELLS: [(Shell, Syntax); 8] = [
    (Shell::Bash, POSIX),
    (Shell::Zsh, POSIX),
    (Shell::Sh, POSIX),
    (Shell::Fish, Syntax { before: "set -g -x ", between: " ", value: fish, after: "\n" }),
    (Shell::Nu, Syntax { before: "$env.", between: " = ", value: nu, after: "\n" }),
    (Shell::Pwsh, Syntax { before: "$env:", between: " = ", value: pwsh, after: "\n" }),
    (Shell::Elvish, Syntax { before: "set-env ", between: " ", value: elvish, after: "\n" }),
    (
        Shell::Xonsh,
        Syntax { before: "__jackin_set(\"", between: "\", ", value: python, after: ")\n" },
    ),
];
const FILES: [(Format, Syntax); 5] = [
    (Format::Direnv, POSIX),
    (Format::Dotenv, Syntax { before: "", between: "=", value: dotenv, after: "\n" }),
    (Format::Docker, Syntax { before: "", between: "=", value: line, after: "\n" }),
    (Format::Systemd, Syntax { before: "", between: "=", value: systemd, after: "\n" }),
    (Format::Github, Syntax { before: "", between: "<<", value: github, after: "" }),
];

/// Whether there is a reason to refuse a value.
fn may_refuse(format: Option<Format>, shell: Option<Shell>, value: &str) -> bool {
    match (format, shell) {
        (Some(Format::Dotenv), _) => value.contains(['\r', '\'', '\\']) || value.contains("${"),
        (Some(Format::Docker), _) => value.contains(['\r', '\n']) || value.len() > 65_000,
        (Some(Format::Systemd), _) => value.chars().any(|c| {
            c.is_ascii_control()
                || matches!(c, '\u{fdd0}'..='\u{fdef}')
                || u32::from(c) & 0xfffe == 0xfffe
        }),
        (Some(Format::Github), _) => value.ends_with('\r'),
        (_, Some(Shell::Pwsh)) => value.is_empty(),
        _ => false,
    }
}

/// Checks what was written against what went in.
fn check(
    written: Result<String, ExportError>,
    syntax: &Syntax,
    values: &Vars,
    may_refuse: impl Fn(&str) -> bool,
) {
    let refusable = values.values().any(|value| may_refuse(value));
    match written {
        Ok(text) => {
            let read = syntax.read(&text, FIRST).unwrap_or_else(|| panic!("cannot read {text:?}"));
            for (name, value) in values {
                assert_eq!(read.get(name), Some(value), "{name} in {text:?}");
            }
        }
        Err(error) => {
            assert!(refusable, "{error}: {values:?}");
            let said = format!("{error:?}");
            assert!(said.len() < 300, "{said}");
        }
    }
}

fn check_json(changes: &Changes<'_>, values: &Vars) {
    let json = |format: Format| {
        let bytes = format.write(changes).expect("JSON holds everything");
        serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON")
    };
    let (set, secret) = (json(Format::Json), json(Format::K8sSecret));
    for (name, value) in values {
        assert_eq!(set["set"][name], value.as_str());
        assert_eq!(secret["data"][name], STANDARD.encode(value));
    }
}

/// Every line of a value is hidden in a log.
fn check_masks(changes: &Changes<'_>, values: &Vars) {
    let masks = github_masks(changes);
    let hidden: Vec<_> = masks
        .lines()
        .map(|line| line.strip_prefix("::add-mask::").expect("a mask").replace("%25", "%"))
        .collect();
    for line in values.values().flat_map(|value| value.split(['\n', '\r'])) {
        assert!(line.trim().is_empty() || hidden.iter().any(|mask| mask == line), "{line:?}");
    }
}

fuzz_target!(|text: &str| {
    let mut layer = EnvLayer::new(Scope::Global, None);
    let key = EnvValue::literal("k").expect("a text");
    layer = layer.with(EnvName::from_static("ZAI_API_KEY"), key, None);
    let mut values = Vars::new();
    for (at, value) in text.split(BREAK).take(8).enumerate() {
        let (name, Ok(literal)) = (format!("V{at}"), EnvValue::literal(value)) else { return };
        layer = layer.with(name.parse().expect("a name"), literal, None);
        values.insert(name, value.to_owned());
    }
    let layers = EnvLayers::new(Registry::built_in()).with(layer);
    let claude = layers.registry().agent("claude").expect("built in");
    let plan = resolve(&layers, claude, layers.registry().provider("zai").expect("built in"))
        .expect("a plan");
    let parent = vec![("CLAUDECODE".into(), "1".into()), ("V0".into(), "before".into())];
    let ready = plan.materialize(&Nothing).expect("literals");
    let child = child_env(&ready, parent.clone());
    let changes = Changes::of(&ready, &parent);
    // Another provider's key is held back.
    values.retain(|name, value| {
        child.iter().any(|(known, held)| *known == **name && *held == **value)
    });

    for (shell, syntax) in &SHELLS {
        check(shell.export(&changes), syntax, &values, |value| {
            may_refuse(None, Some(*shell), value)
        });
    }
    for (format, syntax) in &FILES {
        let written = format.write(&changes).map(|bytes| String::from_utf8(bytes).expect("text"));
        check(written, syntax, &values, |value| may_refuse(Some(*format), None, value));
    }
    check_json(&changes, &values);
    check_masks(&changes, &values);
});
