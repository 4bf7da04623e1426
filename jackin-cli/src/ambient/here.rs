//! The workspace whose directory holds the current one. Any of them may be it, so every file is read:
//! of many, most are plainly another directory's, which costs a few system calls each.

use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::{ffi::OsStr, fs::File, io::Read as _, thread};

use jackin_core::{ConfigError, Document, WorkspaceName};
#[cfg(unix)]
use nix::{
    fcntl::{OFlag, openat},
    sys::stat::Mode,
};
#[cfg(unix)]
use zeroize::Zeroizing;

use super::{Ambient, Listed, read_file};
use crate::failure::{Failure, USAGE};

/// From so many workspaces on they are looked at first, by two threads.
#[cfg(unix)]
const MANY: usize = 64;

/// How much of a file is read for that; what is longer is read in full.
#[cfg(unix)]
const SHORT: usize = 4 << 10;

/// The current directory and all above it.
type Above = [(PathBuf, Option<Identity>)];

impl Ambient {
    /// The workspace whose directory holds the current one; of several the deepest.
    pub(super) fn workspace_here(&self) -> Result<Option<(WorkspaceName, Document)>, Failure> {
        let listed = self.listed()?;
        if listed.is_empty() {
            return Ok(None);
        }
        let known = |dir: &Path| (dir.to_path_buf(), identity(dir));
        let above = Self::here().map(|here| here.ancestors().map(known).collect::<Vec<_>>());
        let mut names = self.perhaps(listed, above.as_deref().ok());
        names.sort();
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

    /// Those that may be it. Of many, what is plainly another directory's is left out; links, long
    /// files and broken ones stay, to be read as they should.
    #[cfg(unix)]
    fn perhaps(&self, listed: Vec<Listed>, above: Option<&Above>) -> Vec<WorkspaceName> {
        let dir = self.workspaces_dir().filter(|_| listed.len() >= MANY);
        let (Some(above), Some(Ok(dir))) = (above, dir.map(File::open)) else {
            return listed.into_iter().map(|(name, _)| name).collect();
        };
        let look = |some: &[Listed]| -> Vec<WorkspaceName> {
            let mut room = Zeroizing::new(vec![0; SHORT]);
            let stay = some.iter().filter(|(_, file)| {
                let text = file.as_ref().and_then(|file| read_short(&dir, file, &mut room));
                text.is_none_or(|text| !self.is_elsewhere(text, above))
            });
            stay.map(|(name, _)| name.clone()).collect()
        };
        let (one, other) = listed.split_at(listed.len() / 2);
        thread::scope(|scope| {
            let aside = thread::Builder::new().spawn_scoped(scope, || look(other)).ok();
            let mut found = look(one);
            // Where the system gives no thread, this one looks at all.
            found.extend(aside.and_then(|aside| aside.join().ok()).unwrap_or_else(|| look(other)));
            found
        })
    }

    #[cfg(not(unix))]
    fn perhaps(&self, listed: Vec<Listed>, _: Option<&Above>) -> Vec<WorkspaceName> {
        listed.into_iter().map(|(name, _)| name).collect()
    }

    /// Whether a workspace's text is in order, and its directory another one. A text that has none may
    /// be one that is just being written, or of which not all was read.
    #[cfg(unix)]
    fn is_elsewhere(&self, text: &str, above: &Above) -> bool {
        let mut is_elsewhere = false;
        let read = Document::workspace_if("", text, |workdir| {
            is_elsewhere = self.steps_up(workdir, above).is_none();
            false
        });
        read.is_ok() && is_elsewhere
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

/// The text of a file, if it is short.
#[cfg(unix)]
fn read_short<'a>(dir: &File, file: &OsStr, room: &'a mut [u8]) -> Option<&'a str> {
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = openat(dir, file, flags, Mode::empty()).ok()?;
    let length = File::from(file).read(room).ok()?;
    // What fills the room may go on.
    let text = room.get(..length).filter(|text| text.len() < SHORT)?;
    str::from_utf8(text).ok()
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
