//! What goes into the variables of a redirect, from the endpoint: each with its reason and the place
//! its value stands in. Of keys and layers it knows nothing.

use std::borrow::Cow;

use crate::{
    model::{Endpoint, Guard, OwnModels, ProtocolBinding, Redirect, Slot, Var, VarSource},
    names::{EnvName, Scope, Source, Sourced},
    plan::{PlannedValue, PlannedVar, Reason, ServedModels},
};

const TIERS: [Slot; 3] = [Slot::Opus, Slot::Sonnet, Slot::Haiku];

/// What an endpoint lacks that the agent needs, as keys of its table.
pub(crate) fn missing(binding: &ProtocolBinding, endpoint: &Endpoint) -> Vec<String> {
    let mut missing = Vec::from_iter(endpoint.base_url.is_none().then(|| "`base_url`".to_owned()));
    let has_tiers = TIERS.iter().any(|tier| endpoint.models.contains_key(tier));
    for slot in binding.slots.iter().filter(|slot| endpoint.model(**slot).is_none()) {
        // What to name for it: a tier beside other tiers, else one of the two that stand in for all.
        let named = match (slot, has_tiers) {
            (Slot::Haiku | Slot::SmallFast, false) => Slot::SmallFast,
            (_, false) => Slot::Main,
            (Slot::SmallFast, true) => Slot::Haiku,
            (Slot::Main | Slot::Fable, true) => Slot::Opus,
            (tier, true) => *tier,
        };
        let named = format!("`models.{named}`");
        if !missing.contains(&named) {
            missing.push(named);
        }
    }
    missing
}

/// Whether an agent that knows tiers gets none of them: such a provider asks for its URL, its key
/// and its two models, and the rest is the guard's.
pub(crate) fn is_bare(binding: &ProtocolBinding, endpoint: &Endpoint) -> bool {
    let knows_tiers = binding.vars.iter().any(|var| matches!(var.source, VarSource::Tier(_)));
    knows_tiers && !TIERS.iter().any(|tier| endpoint.models.contains_key(tier))
}

/// One variable of a redirect beside the key, or nothing if this endpoint has nothing for it.
pub(crate) fn fill(
    var: &Var,
    name: &EnvName,
    redirect: &Redirect<'_>,
    bare: bool,
) -> Option<PlannedVar> {
    let endpoint = redirect.endpoint;
    let reason = if var.guard == Guard::Off { Reason::Redirect } else { Reason::Guard };
    let extra = if bare { Reason::Guard } else { reason };
    Some(match &var.source {
        VarSource::Key => return None,
        VarSource::BaseUrl => {
            let url = endpoint.base_url.as_ref()?;
            from(fixed(name, url.value.clone(), reason), url)
        }
        VarSource::Model(slot) => {
            let (model, _) = endpoint.model(*slot)?;
            from(fixed(name, model.value.clone(), reason), model)
        }
        VarSource::Tier(slot) => {
            let (model, own) = endpoint.model(*slot)?;
            // A stand-in is not what the provider asks for, only what keeps foreign models out.
            let reason = if own { reason } else { Reason::Guard };
            from(fixed(name, model.value.clone(), reason), model)
        }
        VarSource::Window => {
            let window = endpoint.window.as_ref()?;
            from(fixed(name, window.value.to_string(), reason), window)
        }
        VarSource::TimeoutMs(usual) => match &endpoint.timeout_ms {
            Some(own) => {
                let mut own = from(fixed(name, own.value.to_string(), extra), own);
                own.shadowed.push(Source::new(Scope::BuiltIn));
                own
            }
            None => fixed(name, usual.to_string(), extra),
        },
        VarSource::Fixed(text) => fixed(name, text.clone(), extra),
        VarSource::Text(text) => {
            from(fixed(name, (text.0)(redirect), reason), endpoint.base_url.as_ref()?)
        }
    })
}

/// The variable, with the place of the value that it is made of.
pub(crate) fn from<T>(var: PlannedVar, value: &Sourced<T>) -> PlannedVar {
    PlannedVar { source: value.source.clone(), shadowed: value.shadowed.clone(), ..var }
}

pub(crate) fn fixed(
    name: &EnvName,
    text: impl Into<Cow<'static, str>>,
    reason: Reason,
) -> PlannedVar {
    PlannedVar {
        name: name.clone(),
        value: PlannedValue::Plain(text.into()),
        reason,
        key: None,
        source: Source::new(Scope::BuiltIn),
        shadowed: Vec::new(),
    }
}

/// What the agent's model options may name, where its own names are foreign.
pub(crate) fn served_models(own: Option<&OwnModels>, endpoint: &Endpoint) -> Option<ServedModels> {
    let models = endpoint.models.values().map(|model| model.value.clone()).collect();
    own.map(|own| ServedModels { options: own.options.clone(), own: own.prefix.clone(), models })
}
