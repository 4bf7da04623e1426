//! `jackin config undo`: the last older version of a file comes back. What it takes the place of is kept in
//! turn, so that the same command once more takes it back.

use std::{cell::RefCell, collections::BTreeSet, path::Path, time::SystemTime};

use jackin_core::{NameOrigin, Unknown, WorkspaceName};
use jackin_host::{
    Ambient, HostError,
    os::{TextFile, Version, read_file, versioned, versions},
};
use jiff::{Timestamp, Unit};

use crate::{
    args::Undo,
    failure::{FAILED, Failure},
    scope_file::{ScopeFile, versions_kept},
    ui::report::Report,
};

pub(super) fn run(asked: &Undo, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let target = match &asked.workspace {
        Some(name) => file(Some(named(name, ambient)?), ambient)?,
        None => changed_last(ambient)?,
    };
    let path = target.file.display();
    // As it is before the change, which may be one of that.
    let keep = versions_kept(ambient);
    let (seen, chosen) = (RefCell::new(None), RefCell::new(None));
    let changed = target.rewrite(ambient, |now| {
        // What was changed while another writer was waited for is nobody's to take back unseen.
        let now = now.map(str::to_owned);
        if seen.borrow_mut().get_or_insert_with(|| now.clone()) != &now {
            let message = format!("{path} was changed at the same time");
            return Err(Failure::new(FAILED, message).hint("nothing was changed; try again"));
        }
        let version = older(&target.file, now.as_deref())?.ok_or_else(|| {
            Failure::new(FAILED, format!("there is no older version of {path}")).hint(NONE)
        })?;
        let text = version.text()?.map(|text| text.text().to_owned());
        *chosen.borrow_mut() = Some((text.is_some(), moment(version.replaced)));
        Ok(text)
    })?;
    let Some((was_there, until)) = chosen.into_inner() else { return Ok(()) };
    report.plain(&match was_there {
        true => format!("brought back: {path} as it was until {until}\n"),
        false => format!("removed: {path}, which was not there until {until}\n"),
    });
    changed.tell(report);
    if keep > 0 {
        report.plain("`jackin config undo` once more takes that back\n");
    }
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
        let now = read_file(&file.file)?;
        let now = now.as_ref().map(TextFile::text);
        let Some(version) = older(&file.file, now)? else { continue };
        if last.as_ref().is_none_or(|(at, _)| *at < version.replaced) {
            last = Some((version.replaced, file));
        }
    }
    let none = || Failure::new(FAILED, "there is no change to take back").hint(NONE);
    last.map(|(_, file)| file).ok_or_else(none)
}

/// The latest version that is another than what is there now: a writer that was killed may have kept one
/// of a change that it did not make.
fn older(file: &Path, now: Option<&str>) -> Result<Option<Version>, Failure> {
    for version in versions(file)? {
        let text = version.text()?;
        if text.as_ref().map(TextFile::text) != now {
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
