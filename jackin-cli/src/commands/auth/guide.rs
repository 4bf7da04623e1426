//! `jackin auth guide`: the way to a provider's key. It opens a page only when asked, and nothing
//! else.

use std::{fmt::Write as _, io};

use jackin_core::{EnvLayers, Provider, guide::Guide};
use jackin_host::{Ambient, os::start_detached};

use crate::{
    args::{AuthGuide, Place},
    commands::{guide, guides, layers, provider},
    failure::{FAILED, Failure, USAGE},
    ui::report,
};

pub(super) fn run(args: &AuthGuide, ambient: &Ambient) -> Result<(), Failure> {
    let layers = layers(&Place { workspace: None, role: None }, ambient)?;
    let Some(id) = &args.provider else { return overview(&layers, ambient) };
    let provider = provider(layers.registry(), id)?;
    let guide = guide(&provider.id, &layers, ambient)?;
    report::text(&text(provider, &guide))?;
    if args.open { open(provider, &guide, ambient) } else { Ok(()) }
}

fn overview(layers: &EnvLayers, ambient: &Ambient) -> Result<(), Failure> {
    let mut rows = vec![["ID", "LABEL", "KEYS ARE MADE AT"].map(str::to_owned)];
    let providers = layers.registry().providers();
    let ids: Vec<_> = providers.iter().map(|provider| &provider.id).collect();
    for (provider, guide) in providers.iter().zip(guides(&ids, layers, ambient)?) {
        let row = |page| [provider.id.to_string(), provider.label.value.to_string(), page];
        rows.extend(guide.keys_url.map(row));
    }
    report::text(&report::columns(&rows))
}

fn text(provider: &Provider, guide: &Guide) -> String {
    let mut text = format!("{}, `{}`\n\n", provider.label.value, provider.key.value);
    for (step, at) in guide.steps.iter().zip(1..) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{at}. {step}");
    }
    if guide.steps.is_empty() {
        text += "The way to this key is not written down here.\n";
        let source = provider.source.iter().map(|url| format!("It is documented at {url}\n"));
        text.extend(source);
        let _ = writeln!(text, "`jackin auth set {}` stores it.", provider.id);
    }
    text.extend(guide.not.iter().map(|not| format!("\nIt is not {not}.\n")));
    text += "\nEvery key:\n";
    text.extend(guide.every_key.iter().map(|rule| format!("- {rule}\n")));
    text
}

fn open(provider: &Provider, guide: &Guide, ambient: &Ambient) -> Result<(), Failure> {
    let Some(page) = guide.keys_url.as_ref().filter(|page| page.starts_with("https://")) else {
        let message = format!("no page is known where keys of `{}` are made", provider.id);
        return Err(Failure::new(USAGE, message));
    };
    // The first that the system starts.
    let mut started = Err(io::ErrorKind::NotFound.into());
    for mut command in open::commands(page) {
        started = start_detached(ambient.vars(), &mut command);
        if started.is_ok() {
            break;
        }
    }
    started.map_err(|error: io::Error| {
        Failure::new(FAILED, format!("cannot open a page here: {error}"))
            .hint(format!("open it yourself: {page}"))
    })
}
