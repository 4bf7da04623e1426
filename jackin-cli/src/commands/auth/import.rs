//! `jackin auth import`: a gateway's bundle into one scope: its key, its URL, its models, its end.

use jackin_core::{EnvValue, ExposeSecret as _, Protocol, Provider, Registry};

use super::{
    asked,
    set::{no_longer_ignored, still_ignored},
};
use crate::{
    ambient::Ambient,
    args::AuthImport,
    bundle::Bundle,
    commands::{guide, values},
    edit, expiry,
    failure::{Failure, USAGE},
    input, keys,
    report::Report,
    store::{Change, Target},
};

pub(super) fn run(args: &AuthImport, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let target = Target::find(&args.scope, ambient)?;
    let layers = target.layers(ambient)?;
    let registry = &layers.registry;
    let provider = asked(registry, args.provider.as_deref())?;
    let text = input::piped()?;
    let bundle = Bundle::parse(text.expose_secret(), provider.request_token.as_ref());
    let mut bundle = bundle.map_err(|error| {
        let failure = Failure::new(USAGE, format!("cannot use this bundle: {}", error.reason));
        failure.hint(error.hint.unwrap_or_else(|| {
            "paste its JSON, or the block of four `export` lines; nothing was stored".into()
        }))
    })?;
    check(&bundle, provider, registry)?;
    let note = match args.note.as_deref() {
        Some(note) => Some(keys::checked_note(note)?.to_owned()),
        None => bundle.note.as_deref().map(one_line),
    };
    let lives = guide(&provider.id, &layers, ambient)?.lives_hours;
    end(&mut bundle, args.approved.as_deref(), lives)?;
    let key = EnvValue::Literal(bundle.key.clone().into());
    let warning = keys::warning(registry, provider, &key)?;
    warning.iter().for_each(|warning| report.warning(warning));
    let changed = target.change(&changes(&bundle, &key, provider, &target, note.as_deref()))?;
    let what = format!("{}, {}", provider.label.value, keys::masked(&key));
    values::said(report, changed, &what, &target);
    no_longer_ignored(provider, &target, report);
    if let (None, Some(hours)) = (&bundle.expires_at, lives) {
        report.plain(&format!(
            "the bundle does not say when its key ends; one that lives {hours} hours from its \
             approval is stored with `--approved TIME`\n"
        ));
    }
    let lost = keys::lost(note.as_deref(), &provider.key.value, &target)?;
    lost.iter().for_each(|text| report.warning(text));
    still_ignored(provider, &target, ambient, report)
}

/// A bundle's note as a comment can hold it.
fn one_line(note: &str) -> String {
    let words = note.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// When the key ends, where only the moment of its approval is known.
fn end(bundle: &mut Bundle, approved: Option<&str>, lives: Option<u64>) -> Result<(), Failure> {
    let wrong = |what: &str| Err(Failure::new(USAGE, what.to_owned()).hint("nothing was stored"));
    match (approved, &bundle.expires_at, lives) {
        (None, ..) => {}
        (Some(_), Some(_), _) => return wrong("the bundle says itself when its key ends"),
        (Some(_), _, None) => return wrong("it is not known how long such a key lives"),
        (Some(approved), None, Some(hours)) => match expiry::end_of(approved, hours) {
            None => return wrong("`--approved` is no moment such as 2026-11-21T13:00:00Z"),
            end => bundle.expires_at = end,
        },
    }
    Ok(())
}

/// Refuses what can only fail, or worse: a host that is not the gateway's, and models that the
/// agents ask their own provider for.
fn check(bundle: &Bundle, provider: &Provider, registry: &Registry) -> Result<(), Failure> {
    let refused = |why: String| {
        Failure::new(USAGE, format!("cannot use this bundle: {why}")).hint("nothing was stored")
    };
    registry
        .check_url(provider, &bundle.base_url)
        .map_err(|problem| refused(format!("its base URL {problem}")))?;
    for own in registry.agents().iter().filter_map(|agent| agent.own_models.as_ref()) {
        let prefix = &*own.prefix;
        // A router's name for it, as in `anthropic/claude-…`, is that model all the same.
        let own = |model: &str| {
            let name = model.rsplit('/').next().unwrap_or(model);
            name.to_ascii_lowercase().starts_with(prefix)
        };
        if own(&bundle.main) || own(&bundle.small_fast) {
            return Err(refused(format!(
                "it names a model that begins with `{prefix}`, which the gateway does not serve"
            )));
        }
    }
    // A model's name is shown where a key never is.
    let mut prefixes =
        registry.providers().iter().filter_map(|provider| provider.key_prefix.as_deref());
    if prefixes.any(|key| bundle.main.starts_with(key) || bundle.small_fast.starts_with(key)) {
        return Err(refused("what it gives as a model looks like a key".into()));
    }
    Ok(())
}

fn changes<'a>(
    bundle: &Bundle,
    key: &EnvValue,
    provider: &'a Provider,
    target: &'a Target,
    note: Option<&'a str>,
) -> Vec<Change<'a>> {
    let table = ["providers", provider.id.as_str()];
    let own = |keys: &[&'static str]| target.path(&[&table, keys].concat());
    let protocol = Protocol::Anthropic.as_str();
    let models = edit::table([
        ("main", edit::string(&bundle.main)),
        ("small_fast", edit::string(&bundle.small_fast)),
    ]);
    let set = |path, value| Change::Set { path, value, note: None };
    let ends = own(&["expires_at"]);
    vec![
        Change::Set {
            path: target.env(provider.key.value.as_str()),
            value: keys::written(key),
            note,
        },
        match &bundle.expires_at {
            Some(at) => set(ends, edit::string(at)),
            None => Change::Unset { path: ends },
        },
        Change::Unset { path: own(&["mode"]) },
        set(own(&[protocol, "base_url"]), edit::string(&bundle.base_url)),
        set(own(&[protocol, "models"]), models),
    ]
}
