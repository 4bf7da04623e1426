//! The workspace whose directory holds the current one. Any of them may be it, so every file is read.

use std::path::{Path, PathBuf};

use jackin_core::{ConfigError, Document, WorkspaceName};

use super::{Ambient, read_file};
use crate::failure::{Failure, USAGE};

/// The current directory and all above it.
type Above = [(PathBuf, Option<Identity>)];

impl Ambient {
    /// The workspace whose directory holds the current one; of several the deepest.
    pub(super) fn workspace_here(&self) -> Result<Option<(WorkspaceName, Document)>, Failure> {
        let names = self.listed()?;
        if names.is_empty() {
            return Ok(None);
        }
        let known = |dir: &Path| (dir.to_path_buf(), identity(dir));
        let above = Self::here().map(|here| here.ancestors().map(known).collect::<Vec<_>>());
        let mut best: Vec<(usize, WorkspaceName, Result<_, _>)> = Vec::new();
        for name in names {
            let Some((file, text)) = read_file(&self.file(Some(&name))?)? else { continue };
            let mut up = Ok(None);
            let document = Document::workspace_if(&file, &text, |workdir| {
                up = above.as_ref().map(|above| self.steps_up(workdir, above));
                let nearest = best.first().map_or(usize::MAX, |(nearest, ..)| *nearest);
                matches!(up, Ok(Some(up)) if up <= nearest)
            });
            // In a directory that is gone, nobody knows whose keys and providers count.
            let up = up.map_err(Failure::clone)?;
            match (document.transpose(), up) {
                (Some(document), Some(up)) => {
                    best.retain(|(other, ..)| *other == up);
                    best.push((up, name, document));
                }
                // Nobody knows whose directory that one has.
                (Some(Err(error)), None) => return Err(alone(error)),
                _ => {}
            }
        }
        the_one(best)
    }

    /// How far above the current directory a `workdir` is, if it is one of those; links do not
    /// matter, unless one may not look.
    fn steps_up(&self, workdir: &str, above: &Above) -> Option<usize> {
        let path = Some(self.expanded(workdir)).filter(|path| path.is_absolute())?;
        let directory = identity(&path);
        above.iter().position(|(other, identity)| match (&directory, identity) {
            (Some(one), Some(other)) => one == other,
            _ => *path == **other,
        })
    }
}

/// Of those that are equally near, the only one.
fn the_one(
    mut best: Vec<(usize, WorkspaceName, Result<Document, ConfigError>)>,
) -> Result<Option<(WorkspaceName, Document)>, Failure> {
    if let [(_, one, _), (_, other, _), ..] = &best[..] {
        let message =
            format!("two workspaces have this directory as their `workdir`: `{one}` and `{other}`");
        return Err(Failure::new(USAGE, message).hint("choose with `--workspace NAME`"));
    }
    let nearest = best.pop().map(|(_, name, document)| Ok((name, document?)));
    nearest.transpose().map_err(alone)
}

/// What tells one directory from all others, by whatever path it is reached.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|data| (data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    std::fs::canonicalize(path).ok()
}

/// A failure that another workspace need not share.
fn alone(error: ConfigError) -> Failure {
    let failure = Failure::from(error);
    let skip = "`--workspace NAME` looks at that workspace alone";
    let hint = failure.hint.as_ref().map_or(skip.into(), |hint| format!("{hint}; {skip}"));
    failure.hint(hint)
}
