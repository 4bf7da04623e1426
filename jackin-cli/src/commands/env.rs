//! `jackin env`: the plan's environment for a shell or another program, or, without `--export` and
//! `--format`, a listing that reads no secret.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jackin_core::{
    ExecPlan, PlannedValue,
    agent::ProjectTools,
    export::{Changes, Format, Shell, github_masks},
};
use jackin_host::{
    Ambient, Sources,
    launch::{self, settings},
    os::{open_to_append, parent_program},
    text::{self, moments},
};

use crate::{
    args::Env,
    commands::{plan::installed, plan_for, removals, run},
    failure::{FAILED, Failure},
    ui::report::{self, Report},
};

/// Who reads what is printed.
#[derive(Clone, Copy)]
enum Reader {
    Shell(Shell),
    Program(Format),
}

pub(super) fn run(args: &Env, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let shell = || args.shell.unwrap_or_else(|| asking_shell(ambient));
    if args.undo {
        return report::data(shell().undo().as_bytes());
    }
    let (mut plan, _) = plan_for(&args.selection, args.agent.as_ref(), ambient)?;
    let reader = args.format.map(Reader::Program);
    let reader = reader.or_else(|| args.export.then(|| Reader::Shell(shell())));
    if matches!(reader, Some(Reader::Program(format)) if !format.removes()) {
        plan = plan.detached(ambient.vars());
    }
    plan.warnings.extend(launch::check_admin_files(&plan)?);
    plan.warnings.iter().for_each(|warning| report.warning(warning));
    if let Some(warning) = moments::warning(&plan) {
        report.warning(&warning);
    }
    match reader {
        Some(reader) => export(&plan, reader, args.strict, ambient, report),
        None => report::text(&listing(&plan, ambient)),
    }
}

fn listing(plan: &ExecPlan, ambient: &Ambient) -> String {
    let set = plan.set.iter().map(|var| match &var.value {
        PlannedValue::Plain(text) => format!("{}={text}\n", var.name),
        PlannedValue::Added(text) => format!("{}=…,{text}\n", var.name),
        _ => format!("{}=••••\n", var.name),
    });
    let dropped = plan.dropped(ambient.vars());
    let replaced = |name: &OsString| plan.set.iter().any(|var| *name == *var.name.as_str());
    let unset = dropped.iter().filter(|name| !replaced(name));
    unset.map(|name| format!("unset {}\n", text::name(name))).chain(set).collect()
}

/// Prints what the agent's environment adds and leaves out.
fn export(
    plan: &ExecPlan,
    reader: Reader,
    strict: bool,
    ambient: &Ambient,
    report: &Report,
) -> Result<(), Failure> {
    let ready = plan.materialize(&Sources::new(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    let changes = Changes::of(&ready, ambient.vars());
    changes.missing().for_each(|name| {
        report.warning(&format!("`{name}` is not passed on: it holds another provider's key"));
    });
    for unsaid in unsaid(plan, &changes, reader) {
        if strict {
            return Err(Failure::new(FAILED, unsaid));
        }
        report.warning(&unsaid);
    }
    if let Some(what) = plan.kept_by_arguments() {
        report.warning(&format!(
            "an environment carries no arguments, so it does not keep away {what}; `jackin run` does"
        ));
    }
    if let Some((tools, _)) = open_tools(plan, ambient)? {
        report.warning(&format!(
            "the servers of {} can read the key: before {}, only `jackin run` leaves them out",
            tools.file, tools.safe_from
        ));
    }
    match reader {
        Reader::Shell(shell) => report::data(shell.export(&changes)?.as_bytes()),
        Reader::Program(Format::Github) => for_later_steps(&changes, &github_env(ambient)?),
        Reader::Program(format) => report::data(&format.write(&changes)?),
    }
}

/// The project's tools that the installed version starts with the key in reach.
fn open_tools(
    plan: &ExecPlan,
    ambient: &Ambient,
) -> Result<Option<(ProjectTools, Vec<String>)>, Failure> {
    // Most projects have none, and no program has to be found for that.
    if matches!(settings::open_project_tools(plan, None), Ok(None)) {
        return Ok(None);
    }
    let found = (!run::sets_path(plan)).then(|| run::seek(plan, ambient));
    Ok(settings::open_project_tools(plan, installed(plan, found.as_ref()))?)
}

/// What should be removed, and cannot be.
fn unsaid(plan: &ExecPlan, changes: &Changes<'_>, reader: Reader) -> Vec<String> {
    let (who, can_name): (_, &dyn Fn(&OsStr) -> bool) = match &reader {
        Reader::Shell(shell) => ("a shell", &|name| shell.can_name(name)),
        Reader::Program(format) if format.removes() => {
            ("this format", &|name| format.can_name(name))
        }
        Reader::Program(_) if plan.removals().is_empty() => return Vec::new(),
        Reader::Program(_) => {
            return vec![format!(
                "this format removes nothing; what it is given to should not have these itself\n{}",
                removals(plan).trim_end()
            )];
        }
    };
    let names = changes.removed().filter(|name| !can_name(name)).map(text::name);
    names.map(|name| format!("{who} cannot unset `{name}`; `jackin run` leaves it out")).collect()
}

/// Masks the secrets in the log of a workflow before any step can print one.
fn for_later_steps(changes: &Changes<'_>, path: &Path) -> Result<(), Failure> {
    let lines = Format::Github.write(changes)?;
    let file = open_to_append(path);
    let failed = |error: io::Error| {
        Failure::new(FAILED, format!("cannot write {}: {error}", path.display()))
    };
    let mut file = file.map_err(failed)?;
    report::data(github_masks(changes).as_bytes())?;
    let before = file.metadata().map_err(failed)?.len();
    file.write_all(&lines).map_err(|error| {
        // Half a variable would take in whatever the next step writes.
        let _ = file.set_len(before);
        failed(error)
    })
}

/// The file that a step of GitHub Actions leaves variables in.
fn github_env(ambient: &Ambient) -> Result<PathBuf, Failure> {
    ambient.path("GITHUB_ENV").ok_or_else(|| {
        Failure::new(FAILED, "`GITHUB_ENV` is not set")
            .hint("`--format github` is for a step of GitHub Actions")
    })
}

/// The shell that asks: the program that started this one, where the system tells and it is a shell, else
/// the one in `SHELL`.
fn asking_shell(ambient: &Ambient) -> Shell {
    let usual = if cfg!(windows) { Shell::Pwsh } else { Shell::Sh };
    let named = || Shell::of_program(&ambient.path("SHELL")?);
    // A script's shell is its interpreter, and a shell that is a script itself is known by its name.
    let mut parents = parent_program();
    parents.find_map(|program| Shell::of_program(&program)).or_else(named).unwrap_or(usual)
}
