//! `jackin env`: the plan's environment for a shell, or, without `--export`, a listing that reads
//! no secret.

use std::{collections::BTreeSet, ffi::OsString};

use jackin_core::{ExecPlan, PlannedValue, child_env};

use crate::{
    ambient::Ambient,
    args::Env,
    commands::plan_for,
    expiry,
    report::{self, Failure, Report},
    secrets::Sources,
};

pub(super) fn run(args: &Env, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let (plan, _) = plan_for(&args.selection, args.agent.as_ref(), ambient)?;
    plan.warnings.iter().for_each(|warning| report.warning(warning));
    if let Some(warning) = expiry::warning(&plan) {
        report.warning(&warning);
    }
    if args.export {
        export(&plan, ambient, report)
    } else {
        report::text(&listing(&plan, ambient))
    }
}

fn listing(plan: &ExecPlan, ambient: &Ambient) -> String {
    let set = plan.set.iter().map(|var| match &var.value {
        PlannedValue::Plain(text) => format!("{}={text}\n", var.name),
        _ => format!("{}=••••\n", var.name),
    });
    let dropped = plan.dropped(&ambient.vars);
    let replaced = |name: &OsString| plan.set.iter().any(|var| *name == *var.name.as_str());
    let unset = dropped.iter().filter(|name| !replaced(name));
    unset.map(|name| format!("unset {}\n", report::name(name))).chain(set).collect()
}

fn export(plan: &ExecPlan, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let ready = plan.materialize(&Sources(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    let child = child_env(&ready, ambient.vars.iter().cloned());
    let mut script = Vec::new();
    let kept: BTreeSet<_> = child.iter().map(|(name, _)| name).collect();
    let names: BTreeSet<_> = ambient.vars.iter().map(|(name, _)| name).collect();
    for name in names.difference(&kept) {
        // A shell keeps what it cannot name out of its own reach; nothing here could remove it.
        match name.to_str().and_then(|name| name.parse::<jackin_core::EnvName>().ok()) {
            Some(name) => script.extend(format!("unset {name};\n").bytes()),
            None => report.warning(&format!(
                "a shell cannot unset `{}`; `jackin run` leaves it out",
                report::name(name)
            )),
        }
    }
    for var in &plan.set {
        let Some((_, value)) = child.iter().rev().find(|(name, _)| *name == *var.name.as_str())
        else {
            report.warning(&format!(
                "`{}` is not passed on: it holds another provider's key",
                var.name
            ));
            continue;
        };
        script.extend(format!("export {}=", var.name).bytes());
        script.extend(quoted(value.as_encoded_bytes()));
        script.extend(b";\n");
    }
    report::data(&script)
}

/// A value in single quotes, where a POSIX shell takes every byte but `'` for itself.
fn quoted(value: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in value {
        match byte {
            b'\'' => quoted.extend(br"'\''"),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}
