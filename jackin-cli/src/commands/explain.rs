//! `jackin explain`: why a provider refuses, the likeliest cause first. It asks nobody.

use jackin_core::guide::Guide;
use jackin_host::Ambient;

use crate::{
    allowance,
    args::{Explain, Place},
    commands::{guide, layers, plan::allowance, provider},
    failure::Failure,
    ui::report,
};

pub(super) fn run(args: &Explain, ambient: &Ambient) -> Result<(), Failure> {
    let (from, guide) = match &args.provider {
        None => (String::new(), Guide::general()),
        Some(id) => {
            let layers = layers(&Place { workspace: None, role: None }, ambient)?;
            let provider = provider(layers.registry(), id)?;
            let from = format!(" from {}", provider.label.value);
            (from, guide(&provider.id, &layers, ambient)?)
        }
    };
    let mut text = format!("{}{from}, the likeliest cause first:\n\n", args.status);
    let causes = guide.causes(&args.status).iter().zip(1..);
    text.extend(causes.map(|(cause, at)| format!("{at}. {cause}\n")));
    let advice = guide.advice(&args.status).map(|advice| format!("\n{advice}.\n"));
    text.extend(advice);
    let resets = guide.resets.filter(|_| args.status != "401");
    let resets = resets.map(|day| format!("Here {}.\n", allowance(allowance::next(day))));
    text.extend(resets);
    report::text(&text)
}
