//! `jackin env`: the plan's environment for a shell or another program, or, without `--export` and
//! `--format`, a listing that reads no secret.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf, absolute},
};

use jackin_core::{
    ExecPlan, PlannedValue,
    agent::ProjectTools,
    export::{Changes, Format, Shell, github_masks},
};
use jackin_host::{
    Ambient, Sources,
    launch::{self, settings},
    os::{open_to_append, parent_program, write_own},
    text::{self, moments},
};

use crate::{
    args::Env,
    commands::{plan::installed, plan_for, removals, run},
    failure::{FAILED, Failure, USAGE},
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
        Some(reader) => export(&plan, reader, args, ambient, report),
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
    args: &Env,
    ambient: &Ambient,
    report: &Report,
) -> Result<(), Failure> {
    // A file that cannot be written must not cost a vault prompt.
    let output = args.output.as_deref().map(output_file).transpose()?;
    let ready = plan.materialize(&Sources::new(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    let changes = Changes::of(&ready, ambient.vars());
    changes.missing().for_each(|name| {
        report.warning(&format!("`{name}` is not passed on: it holds another provider's key"));
    });
    if let Some(unsaid) = unsaid(plan, &changes, reader, args.verbose) {
        if args.strict {
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
            "the servers of {} can read a key; `jackin run` leaves them out",
            tools.file
        ));
    }
    let text = match reader {
        Reader::Shell(shell) => shell.export(&changes)?.into_bytes(),
        Reader::Program(format) => format.write(&changes)?,
    };
    let is_github = matches!(reader, Reader::Program(Format::Github));
    match output {
        Some(path) => {
            if is_github {
                report::data(github_masks(&changes).as_bytes())?;
            }
            write_own(&path, &text).map_err(|error| cannot_write(&path, &error))
        }
        None if is_github => for_later_steps(&changes, &text, &github_env(ambient)?),
        None => report::data(&text),
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

/// The most names that one line of a warning has.
const MOST_NAMES: usize = 5;

/// What should be removed, and cannot be.
fn unsaid(plan: &ExecPlan, changes: &Changes<'_>, reader: Reader, verbose: bool) -> Option<String> {
    let (who, can_name): (_, &dyn Fn(&OsStr) -> bool) = match &reader {
        Reader::Shell(shell) => ("a shell", &|name| shell.can_name(name)),
        Reader::Program(format) if format.removes() => {
            ("this format", &|name| format.can_name(name))
        }
        Reader::Program(_) => return kept_by_target(plan, verbose),
    };
    let names = changes.removed().filter(|name| !can_name(name));
    let names: Vec<_> = names.map(|name| format!("`{}`", text::name(name))).collect();
    let shown = if verbose { names.len() } else { names.len().min(MOST_NAMES) };
    let more = match names.len() - shown {
        0 => String::new(),
        more => format!(" and {more} more (`--verbose` names them)"),
    };
    let names = names.get(..shown).filter(|names| !names.is_empty())?.join(", ");
    Some(format!("{who} cannot unset {names}{more}; `jackin run` leaves such variables out"))
}

/// What a format leaves to the one who uses it.
fn kept_by_target(plan: &ExecPlan, verbose: bool) -> Option<String> {
    let count = plan.removals().len();
    let said = "this format cannot unset variables; make sure that the target sets none of";
    match (count, verbose) {
        (0, _) => None,
        (_, true) => Some(format!("{said} these\n{}", removals(plan).trim_end())),
        (_, false) => Some(format!("{said} the {count} that `--verbose` lists")),
    }
}

/// A file to write secrets to, which must be a regular one if it is there.
fn output_file(path: &Path) -> Result<PathBuf, Failure> {
    if path.as_os_str() == "-" {
        let message = "`-` is no file";
        return Err(Failure::new(USAGE, message).hint("leave `--output` out for standard output"));
    }
    let path = absolute(path).map_err(|error| cannot_write(path, &error))?;
    let is_dir = |dir: &Path| dir.is_dir();
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") || !path.parent().is_some_and(is_dir) {
        let message = format!("cannot write {}: there is no such directory", path.display());
        return Err(Failure::new(FAILED, message).hint("name a file in a directory that is there"));
    }
    match fs::symlink_metadata(&path) {
        Ok(file) if !file.is_file() => {
            let message = format!("cannot write {}: not a regular file", path.display());
            Err(Failure::new(FAILED, message).hint("name another file with `--output`"))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot_write(&path, &error)),
        _ => Ok(path),
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(FAILED, format!("cannot write {}: {error}", path.display()))
}

/// Masks the secrets in the log of a workflow before any step can print one, and adds the variables to the
/// file, on lines of their own.
fn for_later_steps(changes: &Changes<'_>, text: &[u8], path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| cannot_write(path, &error);
    let mut file = open_to_append(path).map_err(failed)?;
    report::data(github_masks(changes).as_bytes())?;
    let before = file.metadata().map_err(failed)?.len();
    let lines =
        if ends_line(&mut file, before).map_err(failed)? { Vec::new() } else { vec![b'\n'] };
    file.write_all(&[&lines, text].concat()).map_err(|error| {
        // Half a variable would take in whatever the next step writes.
        let _ = file.set_len(before);
        failed(error)
    })
}

/// Whether a file is empty or its last line is complete.
fn ends_line(file: &mut File, length: u64) -> io::Result<bool> {
    let mut last = *b"\n";
    if let Some(at) = length.checked_sub(1) {
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut last)?;
    }
    Ok(last == *b"\n")
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
