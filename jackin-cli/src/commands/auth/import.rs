//! `jackin auth import`: a gateway's bundle into one scope: its key, its URL, its models, its end.

use jackin_core::{
    EnvValue,
    edit::import::{Bundle, BundleError},
};

use super::{
    asked,
    set::{no_longer_ignored, still_ignored},
};
use jackin_host::{Ambient, text::masked};

use crate::{
    allowance,
    args::AuthImport,
    commands::{guide, values},
    failure::{Failure, USAGE},
    scope_file::{ScopeFile, keys},
    ui::{input, report::Report},
};

pub(super) fn run(args: &AuthImport, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let target = ScopeFile::find(&args.scope, ambient)?;
    let layers = target.layers(ambient)?;
    let registry = layers.registry();
    let provider = asked(registry, args.provider.as_deref())?;
    let text = input::piped()?;
    let bundle = Bundle::parse(text.expose(), provider.request_token.as_ref());
    let mut bundle = bundle.map_err(refused)?;
    bundle.check(provider, registry).map_err(refused)?;
    let note = match args.note.as_deref() {
        Some(note) => Some(keys::checked_note(note)?.to_owned()),
        None => bundle.note.take(),
    };
    let lives = guide(&provider.id, &layers, ambient)?.lives_hours;
    end(&mut bundle, args.approved.as_deref(), lives)?;
    let key = EnvValue::Literal(bundle.key.clone());
    note.as_deref().map_or(Ok(()), |note| keys::check_note(note, &key, registry))?;
    let warning = keys::warning(registry, provider, &key)?;
    warning.iter().for_each(|warning| report.warning(warning));
    let changes = bundle.changes(provider, target.role.as_ref(), note.as_deref());
    let changed = target.change(ambient, &changes)?;
    let what = format!("{}, {}", provider.label.value, masked(&key));
    values::said(report, &changed, &what, &target);
    no_longer_ignored(provider, &target, report);
    if let (None, Some(hours)) = (&bundle.expires_at, lives) {
        report.plain(&format!(
            "the bundle does not say when its key ends; one that lives {hours} hours from its \
             approval is stored with `--approved TIME`\n"
        ));
    }
    let lost = keys::lost(note.as_deref(), &provider.key.value, &target);
    lost.iter().for_each(|text| report.warning(text));
    still_ignored(provider, &target, ambient, report);
    Ok(())
}

/// When the key ends, where only the moment of its approval is known.
fn end(bundle: &mut Bundle, approved: Option<&str>, lives: Option<u64>) -> Result<(), Failure> {
    let wrong = |what: &str| Err(Failure::new(USAGE, what.to_owned()).hint("nothing was stored"));
    match (approved, &bundle.expires_at, lives) {
        (None, ..) => {}
        (Some(_), Some(_), _) => return wrong("the bundle says itself when its key ends"),
        (Some(_), _, None) => return wrong("it is not known how long such a key lives"),
        (Some(approved), None, Some(hours)) => match allowance::end_of(approved, hours) {
            None => return wrong("`--approved` is no moment such as 2026-11-21T13:00:00Z"),
            end => bundle.expires_at = end,
        },
    }
    Ok(())
}

fn refused(error: BundleError) -> Failure {
    let hint = match error {
        BundleError::RequestToken(_) => "the key comes from whoever approves the request",
        BundleError::BaseUrl(_) | BundleError::NativeModel(_) | BundleError::KeyAsModel => {
            "nothing was stored"
        }
        _ => "paste its JSON, or the block of four `export` lines; nothing was stored",
    };
    Failure::new(USAGE, format!("cannot use this bundle: {error}")).hint(hint)
}
