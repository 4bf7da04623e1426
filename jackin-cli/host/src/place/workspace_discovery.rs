//! The workspace whose directory holds the current one. Any of them may be it, so every file is read.

use std::path::{Path, PathBuf};

use jackin_core::{ConfigError, Document, Registry, WorkspaceName};

use super::Ambient;
use crate::{
    error::HostError,
    os::{FileId, current_dir, read_file, trusted},
};

/// The current directory and all above it.
type Above = [(PathBuf, Option<FileId>)];

impl Ambient {
    /// The workspace whose directory holds the current one; of several the deepest.
    pub(super) fn workspace_here(&self) -> Result<Option<(WorkspaceName, Document)>, HostError> {
        let names = self.listed()?;
        if names.is_empty() {
            return Ok(None);
        }
        let known = |dir: &Path| (dir.to_path_buf(), FileId::of(dir));
        let above = current_dir().map(|here| here.ancestors().map(known).collect::<Vec<_>>());
        let mut best: Vec<(usize, WorkspaceName, Result<_, _>)> = Vec::new();
        for name in names {
            let path = self.file(Some(&name))?;
            trusted(&path)?;
            let Some(file) = read_file(&path)? else { continue };
            let mut up = Some(None);
            let document = Document::workspace_if(file.name(), file.text(), |workdir| {
                up = above.as_ref().ok().map(|above| self.steps_up(workdir, above));
                let nearest = best.first().map_or(usize::MAX, |(nearest, ..)| *nearest);
                matches!(up, Some(Some(up)) if up <= nearest)
            });
            // In a directory that is gone, no workspace can be told.
            let Some(up) = up else { return above.map(|_| None) };
            match (document.transpose(), up) {
                (Some(document), Some(up)) => {
                    best.retain(|(other, ..)| *other == up);
                    best.push((up, name, document));
                }
                // This file's directory cannot be told.
                (Some(Err(error)), None) => return Err(HostError::Discovery(error)),
                _ => {}
            }
        }
        the_one(best, &self.registry)
    }

    /// How far above the current directory a `workdir` is, if it is one of those; links do not
    /// matter, unless one may not look.
    fn steps_up(&self, workdir: &str, above: &Above) -> Option<usize> {
        let path = Some(self.expanded(workdir)).filter(|path| path.is_absolute())?;
        let directory = FileId::of(&path);
        above.iter().position(|(other, identity)| match (&directory, identity) {
            (Some(one), Some(other)) => one == other,
            _ => *path == **other,
        })
    }
}

/// Of those that are equally near, the only one.
fn the_one(
    mut best: Vec<(usize, WorkspaceName, Result<Document, ConfigError>)>,
    registry: &Registry,
) -> Result<Option<(WorkspaceName, Document)>, HostError> {
    if let [(_, one, _), (_, other, _), ..] = &best[..] {
        return Err(HostError::TwoWorkspaces { one: one.clone(), other: other.clone() });
    }
    let checked = |document: Document| document.checked(registry);
    let nearest = best.pop().map(|(_, name, document)| Ok((name, document.and_then(checked)?)));
    nearest.transpose().map_err(HostError::Discovery)
}
