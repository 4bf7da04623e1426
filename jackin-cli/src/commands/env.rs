//! `jackin env`: the plan's environment for a shell or another program, or, without `--export` and
//! `--format`, a listing that reads no secret.

use std::ffi::OsString;

use jackin_core::{ExecPlan, PlannedValue, child_env};

use crate::{
    ambient::Ambient,
    args::{Env, Format},
    commands::plan_for,
    expiry,
    formats::Changes,
    report::{self, Failure, Report},
    secrets::Sources,
};

pub(super) fn run(args: &Env, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let (mut plan, _) = plan_for(&args.selection, args.agent.as_ref(), ambient)?;
    if args.format.is_some() {
        plan = plan.detached(&ambient.vars);
    }
    plan.warnings.iter().for_each(|warning| report.warning(warning));
    if let Some(warning) = expiry::warning(&plan) {
        report.warning(&warning);
    }
    if args.export || args.format.is_some() {
        export(&plan, args.format, ambient, report)
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

/// Prints what the agent's environment adds and leaves out.
fn export(
    plan: &ExecPlan,
    format: Option<Format>,
    ambient: &Ambient,
    report: &Report,
) -> Result<(), Failure> {
    let ready = plan.materialize(&Sources::new(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    let child = child_env(&ready, ambient.vars.iter().cloned());
    let changes = Changes::between(&ambient.vars, &child, plan);
    let missing = plan.set.iter().filter(|var| !changes.sets(&var.name));
    missing.for_each(|var| {
        let name = &var.name;
        report.warning(&format!("`{name}` is not passed on: it holds another provider's key"));
    });
    report::data(&changes.write(format, report)?)
}
