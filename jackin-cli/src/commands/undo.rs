//! `jackin config undo`: the last older version of a file comes back. What it takes the place of is kept in
//! turn, so that the same command once more takes it back.

use std::{collections::BTreeSet, path::Path, time::SystemTime};

use jackin_core::{NameOrigin, Unknown, WorkspaceName};
use jackin_host::{
    Ambient, HostError,
    os::{Version, read_file, versioned, versions},
};
use jiff::{Timestamp, Unit};

use crate::{
    args::Undo,
    failure::{FAILED, Failure},
    scope_file::ScopeFile,
    ui::report::Report,
};

pub(super) fn run(asked: &Undo, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let target = match &asked.workspace {
        Some(name) => file(Some(named(name, ambient)?), ambient)?,
        None => changed_last(ambient)?,
    };
    let version = older(&target.file)?.ok_or_else(|| {
        Failure::new(FAILED, format!("there is no older version of {}", target.file.display()))
            .hint(NONE)
    })?;
    let text = version.text()?;
    let changed =
        target.rewrite(ambient, |_| Ok(text.as_ref().map(|text| text.text().to_owned())))?;
    let (path, until) = (target.file.display(), moment(version.replaced));
    report.plain(&match text {
        Some(_) => format!("brought back: {path} as it was until {until}\n"),
        None => format!("removed: {path}, which was not there until {until}\n"),
    });
    changed.tell(report);
    report.plain("`jackin config undo` once more takes that back\n");
    Ok(())
}

const NONE: &str =
    "jackin keeps one of every change, unless `keep` in `[backup]` of config.toml is 0";

fn file(workspace: Option<WorkspaceName>, ambient: &Ambient) -> Result<ScopeFile, Failure> {
    Ok(ScopeFile { file: ambient.file(workspace.as_ref())?, workspace, role: None })
}

/// The workspaces that are there, and those that were and have older versions.
fn workspaces(ambient: &Ambient) -> Result<BTreeSet<WorkspaceName>, Failure> {
    let mut names: BTreeSet<_> = ambient.workspaces()?.into_iter().collect();
    let older = versioned(&ambient.root_to_write()?.join("workspaces"))?;
    names.extend(older.iter().filter_map(|name| name.strip_suffix(".toml")?.parse().ok()));
    Ok(names)
}

fn named(name: &str, ambient: &Ambient) -> Result<WorkspaceName, Failure> {
    let known = workspaces(ambient)?;
    known.iter().find(|known| known.as_str() == name).cloned().ok_or_else(|| {
        let known = known.iter().map(WorkspaceName::as_str);
        HostError::from(Unknown::new("workspace", name, NameOrigin::Argument, known)).into()
    })
}

/// The file whose older version is the latest of all.
fn changed_last(ambient: &Ambient) -> Result<ScopeFile, Failure> {
    let names = workspaces(ambient)?;
    let mut last: Option<(SystemTime, ScopeFile)> = None;
    for workspace in std::iter::once(None).chain(names.into_iter().map(Some)) {
        let file = file(workspace, ambient)?;
        let Some(version) = older(&file.file)? else { continue };
        if last.as_ref().is_none_or(|(at, _)| *at < version.replaced) {
            last = Some((version.replaced, file));
        }
    }
    let none = || Failure::new(FAILED, "there is no change to take back").hint(NONE);
    last.map(|(_, file)| file).ok_or_else(none)
}

/// The latest version that is another than what is there now: a writer that was killed may have kept one
/// of a change that it did not make.
fn older(file: &Path) -> Result<Option<Version>, Failure> {
    let now = read_file(file)?;
    for version in versions(file)? {
        let text = version.text()?;
        if text.as_ref().map(|text| text.text()) != now.as_ref().map(|text| text.text()) {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// A moment in UTC, to the second.
fn moment(at: SystemTime) -> String {
    let at = Timestamp::try_from(at).ok().and_then(|at| at.round(Unit::Second).ok());
    at.map_or_else(|| "some time".to_owned(), |at| at.to_string())
}
