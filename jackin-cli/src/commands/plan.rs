//! `jackin plan`: where every value comes from and what is removed. It reads no secret.

use std::fmt::Write as _;

use jackin_core::{ExecPlan, PlannedValue, PlannedVar, agent::Version};
use jackin_host::{
    Ambient, HostError, HostErrorKind,
    launch::{self, Located, settings, version},
    text::{self, moments},
};

use crate::{
    allowance,
    args::Plan,
    commands::{guide_in, plan_for, run, with_words, words},
    failure::Failure,
    ui::report,
};

pub(super) fn run(args: Plan, ambient: &Ambient) -> Result<(), Failure> {
    let (name, words) = words(args.target);
    let (plan, _) = plan_for(&args.selection, name.as_ref(), ambient)?;
    let plan = with_words(plan, words)?;
    let found = (!run::sets_path(&plan)).then(|| run::seek(&plan, ambient));
    let plan = for_installed(plan, found.as_ref())?;
    let (plan, _) = with_machine(plan, found)?;
    if args.json { report::json(&plan.redacted()) } else { report::text(&text(&plan, ambient)) }
}

/// The plan for the version of the agent that is installed, where that can be told.
pub(super) fn for_installed(
    plan: ExecPlan,
    found: Option<&Result<Located, HostError>>,
) -> Result<ExecPlan, Failure> {
    let version = installed(&plan, found);
    Ok(settings::for_version(plan, version)?)
}

/// The version of the agent that was found.
pub(super) fn installed(
    plan: &ExecPlan,
    found: Option<&Result<Located, HostError>>,
) -> Option<Version> {
    version::of(plan, found?.as_ref().ok()?)
}

/// A program that was looked for, unless the plan sets another PATH.
pub(super) type Found = Option<Result<Located, HostError>>;

/// The plan with what this machine does to its launch: an administrator's settings, and what was found
/// out about the program's file. A missing program does not stop a plan.
pub(super) fn with_machine(mut plan: ExecPlan, found: Found) -> Result<(ExecPlan, Found), Failure> {
    plan.warnings.extend(launch::check_admin_files(&plan)?);
    match found {
        Some(Err(error)) if error.kind() == HostErrorKind::Unheld => Err(error.into()),
        Some(Ok(found)) => {
            let mut plan = plan.with_resolved(found.resolved().cloned());
            plan.warnings.extend(found.warnings());
            Ok((plan, Some(Ok(found))))
        }
        found => Ok((plan, found)),
    }
}

/// The plan for people.
pub(super) fn text(plan: &ExecPlan, ambient: &Ambient) -> String {
    let or_none = |text: Option<&str>| text.unwrap_or("none").to_owned();
    let mut head = vec![
        ["agent".into(), plan.agent.to_string()],
        ["provider".into(), plan.provider.to_string()],
    ];
    head.extend(left(plan, ambient).map(|left| ["key".into(), left]));
    head.extend([
        ["workspace".into(), or_none(plan.workspace.as_ref().map(|name| name.as_str()))],
        ["role".into(), or_none(plan.role.as_ref().map(|name| name.as_str()))],
    ]);
    let shown = plan.redacted();
    let command = std::iter::once(quote(&plan.program));
    let command: Vec<_> =
        command.chain(shown.args.iter().map(|arg| quote(arg.as_ref().as_ref()))).collect();
    let mut text = format!("{}\n\n", plan.label);
    head.push(["command".into(), command.join(" ")]);
    let added = &shown.guard_args;
    if !added.is_empty() {
        // The command above has it whole.
        let short =
            |arg: &str| if arg.starts_with('{') { "…".into() } else { quote(arg.as_ref()) };
        let added: Vec<_> = added.iter().map(|arg| short(arg)).collect();
        head.push(["guard".into(), format!("adds {}", added.join(" "))]);
    }
    let from = plan.program_source.as_ref().map(|source| ["program".into(), source.to_string()]);
    head.extend(from);
    let resolved = plan.resolved.as_ref();
    let resolved = resolved.map(|found| format!("{}, since {}", found.program, found.reason));
    head.extend(resolved.map(|program| ["starts".into(), program]));
    text += &report::columns(&head);
    #[cfg(jackin_leak)]
    text.push_str(&jackin_host::leak::of_plan(plan));
    text += "\nset\n";
    let rows: Vec<_> = plan.set.iter().map(row).collect();
    text += &indented(&report::columns(&rows));
    if rows.is_empty() {
        text += "  nothing\n";
    }
    text += "\nremove\n";
    text += &removals(plan);
    let dropped = plan.dropped(ambient.vars());
    let here: Vec<_> = dropped.iter().map(|name| text::name(name)).collect();
    let here = if here.is_empty() { "nothing".to_owned() } else { here.join(", ") };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\nin this environment that removes: {here}");
    for warning in &plan.warnings {
        let _ = writeln!(text, "\nwarning: {warning}");
    }
    text
}

/// What is left of the plan's key, as far as that is known.
fn left(plan: &ExecPlan, ambient: &Ambient) -> Option<String> {
    if let Some(at) = plan.expires_at {
        return Some(moments::words(at));
    }
    plan.set.iter().find(|var| var.key.is_some())?;
    let (workspace, role) = (plan.workspace.as_ref(), plan.role.as_ref());
    let guide = guide_in(workspace, role, &plan.provider, ambient).ok()?;
    guide.resets.map(|day| allowance(allowance::next(day)))
}

/// When an allowance begins anew.
pub(super) fn allowance(at: i64) -> String {
    format!("a member's allowance {}", allowance::resets(at))
}

fn row(var: &PlannedVar) -> [String; 4] {
    let value = match &var.value {
        PlannedValue::Plain(text) => text.to_string(),
        PlannedValue::Added(text) => format!("…,{text}"),
        _ => "••••".to_owned(),
    };
    let mut from = String::new();
    let reference = var.reference().map(ToString::to_string);
    // A host variable of the same name says nothing new.
    let own = var.key.as_ref().map(|key| format!("${key}"));
    for part in
        [var.key.as_ref().map(ToString::to_string), reference.filter(|r| own.as_ref() != Some(r))]
    {
        from.extend(part.map(|part| part + ", "));
    }
    from += &var.source.to_string();
    if !var.shadowed.is_empty() {
        let places: Vec<_> = var.shadowed.iter().map(ToString::to_string).collect();
        let _ = write!(from, "; over {}", places.join("; "));
    }
    [var.name.to_string(), value, var.reason.as_str().into(), from]
}

/// The patterns, under the reason they share.
pub(crate) fn removals(plan: &ExecPlan) -> String {
    let mut text = String::new();
    for group in plan.removals().chunk_by(|a, b| a.reason == b.reason) {
        let Some(first) = group.first() else { continue };
        let when = if first.if_redirected { " (only where there was one)" } else { "" };
        let patterns = group.iter().map(|removal| &*removal.pattern);
        text += &patterns_for(&format!("{}{when}", first.reason), patterns);
    }
    let Some(kept) = plan.kept() else { return text };
    text += "\nand all else but what\n";
    for group in kept.chunk_by(|a, b| a.reason == b.reason) {
        let Some(first) = group.first() else { continue };
        text += &patterns_for(&first.reason, group.iter().map(|kept| &*kept.pattern));
    }
    text
}

fn patterns_for<'a>(reason: &str, patterns: impl Iterator<Item = &'a str>) -> String {
    let mut text = format!("  {reason}\n");
    let mut line = String::from("   ");
    for pattern in patterns {
        if line.len() + pattern.len() > 96 {
            text += &line;
            text.push('\n');
            line = String::from("   ");
        }
        line.push(' ');
        line += pattern;
    }
    text + &line + "\n"
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// An argument as a shell would take it, for reading.
fn quote(arg: &std::ffi::OsStr) -> String {
    let text = arg.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else if text.contains('"') && !text.contains('\'') && !text.contains(char::is_control) {
        format!("'{text}'")
    } else {
        format!("{text:?}")
    }
}
