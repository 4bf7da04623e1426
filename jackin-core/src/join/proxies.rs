//! The way to an endpoint on this machine: past every proxy.

use crate::{
    config::EnvLayers,
    join::fill::{fixed, from},
    model::{Endpoint, host, is_loopback},
    names::{EnvName, Scope},
    plan::{ExecPlan, PlannedValue, PlannedVar, Reason},
    value::EnvValue,
};

/// The variables that say which hosts no proxy is used for.
pub(super) const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Keeps the requests to an endpoint on this machine from a proxy, which would read the key. What
/// the layers say of such a variable is the list that the host is added to.
pub(super) fn bypass_proxies(layers: &EnvLayers, plan: &mut ExecPlan, endpoint: &Endpoint) {
    let Some(url) = &endpoint.base_url else { return };
    let host = host(&url.value);
    if !is_loopback(host) {
        return;
    }
    // Programs differ in how they write the address.
    let entry = if host.contains(':') { format!("{host},[{host}]") } else { host.to_owned() };
    for name in NO_PROXY {
        let name = EnvName::from_static(name);
        let configured = layers.get(&name).filter(|own| own.source.scope != Scope::Environment);
        let list = configured.as_ref().map(|own| own.value);
        let var = match list {
            // A reference is read later, and it is the user's own affair.
            Some(EnvValue::Reference(_)) => continue,
            Some(EnvValue::Literal(list)) => {
                fixed(&name, format!("{},{entry}", list.expose()), Reason::Guard)
            }
            None => PlannedVar {
                value: PlannedValue::Added(entry.clone().into()),
                ..fixed(&name, "", Reason::Guard)
            },
        };
        plan.set.push(from(var, url));
    }
}
