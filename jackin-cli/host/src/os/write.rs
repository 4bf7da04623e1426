//! The one writer: every file that jackin changes is changed here, whole or not at all, one writer at a
//! time, for its owner's eyes. The caller decides what is written; a file that cannot be understood is
//! never touched.
//!
//! A change reads the file under the lock of its directory, makes the new text in a file without a name,
//! and puts it in place only while the file still holds what was read. If an editor has saved
//! meanwhile, the change starts over from what the editor saved.

#[cfg_attr(unix, path = "write/unix/mod.rs")]
#[cfg_attr(not(unix), path = "write/portable.rs")]
mod place;
mod settle;
mod versions;
mod warning;

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    str,
    time::Duration,
};

use zeroize::Zeroizing;

use self::{
    place::{Dir, Staged, create_dir},
    settle::Settling,
};
use crate::error::{HostError, ReadProblem};

pub use versions::{Version, versioned, versions};
pub use warning::WriteWarning;

/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a change starts over because the file was changed meanwhile.
const TRIES: usize = 20;
/// The largest file that is changed, in bytes.
const LARGEST: u64 = 16 << 20;
/// How many versions of a file are kept unless the user says otherwise.
pub const VERSIONS_KEPT: usize = 5;

/// What became of a file that was to be changed.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Written {
    /// Whether the file is another one now.
    pub changed: bool,
    /// What the user should know; the change is stored all the same.
    pub warnings: Vec<WriteWarning>,
}

/// Writes what `edit` makes of a file's text, under the lock of its directory. `edit` gets `None` where
/// there is no file, and gives `None` where there is to be none; it may run several times. `keep` older
/// versions of the file are kept beside it.
///
/// # Errors
/// Those of `edit`; and [`HostError`] where the file cannot be read or written. Nothing was changed then.
pub fn rewrite<E: From<HostError>>(
    path: &Path,
    keep: usize,
    edit: impl Fn(Option<&str>) -> Result<Option<String>, E>,
) -> Result<Written, E> {
    // A link is the user's way to keep the file elsewhere: what it leads to is replaced.
    let target = match path.is_symlink() {
        true => fs::canonicalize(path).map_err(|error| HostError::read_failed(path, error))?,
        false => path.to_owned(),
    };
    change(path, &target, keep, |bytes| {
        let text = bytes.map(|bytes| as_text(path, bytes)).transpose()?;
        let edited = edit(text)?;
        Ok(match edited {
            edited if edited.as_deref() == text => None,
            edited => Some(edited.map(|text| Zeroizing::new(text.into_bytes()))),
        })
    })
}

/// Removes a file, under the lock of its directory, if `check` agrees to what it holds. `check` may run
/// several times. Of a link, the link is removed.
///
/// # Errors
/// Those of `check`; and [`HostError`] where the file cannot be read or removed. It is there still then.
pub fn remove<E: From<HostError>>(
    path: &Path,
    keep: usize,
    check: impl Fn(Result<&str, HostError>) -> Result<(), E>,
) -> Result<Written, E> {
    if path.is_symlink() {
        return remove_link(path, check);
    }
    change(path, path, keep, |bytes| {
        let Some(bytes) = bytes else { return Ok(None) };
        check(as_text(path, bytes))?;
        Ok(Some(None))
    })
}

fn remove_link<E: From<HostError>>(
    path: &Path,
    check: impl Fn(Result<&str, HostError>) -> Result<(), E>,
) -> Result<Written, E> {
    let (dir, name) = split(path)?;
    let dir = Dir::lock(&dir, PATIENCE)?;
    let file = super::read_file(path).map(Option::unwrap_or_default);
    match file {
        Ok(file) => check(Ok(file.text()))?,
        Err(error) => check(Err(error))?,
    }
    dir.remove(&name).map_err(|error| written(path, error))?;
    Ok(Written { changed: true, warnings: dir.sync().into_iter().collect() })
}

/// Writes a file that only this program writes, for its owner alone; its directory is made if need be.
///
/// # Errors
/// The system's own; the old file is whole then.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::NotFound)?;
    let dir = path.parent().ok_or(io::ErrorKind::NotFound)?;
    create_dir(dir)?;
    let dir = Dir::open(dir)?;
    let (staged, _) = Staged::new(&dir, name, bytes, None)?;
    staged.put_over(name)
}

/// Writes a file of the caller's own, for the caller's eyes alone, whoever owns its directory.
///
/// # Errors
/// The system's own; the old file is whole then. The directory must be there.
pub fn write_own(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::NotFound)?;
    let dir = Dir::open(path.parent().ok_or(io::ErrorKind::NotFound)?)?.for_oneself();
    let (staged, _) = Staged::new(&dir, name, bytes, None)?;
    staged.put_over(name)
}

/// What is to become of a file: nothing, its removal, or new bytes.
type Decision = Option<Option<Zeroizing<Vec<u8>>>>;

fn change<E: From<HostError>>(
    shown: &Path,
    target: &Path,
    keep: usize,
    decide: impl Fn(Option<&[u8]>) -> Result<Decision, E>,
) -> Result<Written, E> {
    super::trusted(shown)?;
    let (parent, name) = split(target)?;
    let settling = Settling::new(target);
    // Where nothing is to be done, nothing is locked or made.
    let before = settling.read_unlocked()?;
    if decide(before.as_ref().map(|bytes| &***bytes))?.is_none() {
        return Ok(Written::default());
    }
    let made = create_dir(&parent).map_err(|error| written(shown, error))?;
    let dir = Dir::lock(&parent, PATIENCE)?;
    for _ in 0..TRIES {
        let seen = settling.read(&dir, &name, made)?;
        let old = seen.as_ref().map(|seen| &**seen.bytes);
        let Some(new) = decide(old)? else { return Ok(Written::default()) };
        let stored = store(&dir, &name, seen.as_ref(), new.as_deref().map(Vec::as_slice), keep);
        match stored.map_err(|error| error.at(shown))? {
            Some(warnings) => return Ok(Written { changed: true, warnings }),
            None => continue,
        }
    }
    Err(HostError::Unsettled { path: shown.to_owned() }.into())
}

/// Puts the new bytes, or nothing, in the place of what was seen; `None` if that is there no more.
fn store(
    dir: &Dir,
    name: &OsString,
    seen: Option<&place::Seen>,
    new: Option<&[u8]>,
    keep: usize,
) -> Result<Option<Vec<WriteWarning>>, StoreError> {
    let kept = versions::keep(dir, name, seen, keep)?;
    let mut warnings = Vec::new();
    let is_done = match (new, seen) {
        (None, None) => true,
        (None, Some(seen)) => dir.remove_seen(name, seen)?,
        (Some(bytes), seen) => {
            let (staged, lost) = Staged::new(dir, name, bytes, seen)?;
            warnings.extend(lost);
            let (is_done, left) = staged.put(name, seen)?;
            warnings.extend(left);
            is_done
        }
    };
    if !is_done {
        return Ok(None);
    }
    // From here on nothing is a failure: the change is there.
    warnings.extend(kept.done(keep));
    warnings.extend(dir.sync());
    Ok(Some(warnings))
}

/// Why a change could not be stored, and of which file that is the fault.
#[derive(Debug)]
enum StoreError {
    /// The file itself.
    Own(io::Error),
    /// Another one: an older version that is to be kept.
    Other(PathBuf, io::Error),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Own(error)
    }
}

impl StoreError {
    fn at(self, path: &Path) -> HostError {
        match self {
            Self::Own(error) => written(path, error),
            Self::Other(path, error) => written(&path, error),
        }
    }
}

fn written(path: &Path, error: io::Error) -> HostError {
    HostError::Write { path: path.to_owned(), error }
}

fn split(path: &Path) -> Result<(PathBuf, OsString), HostError> {
    let nameless = || written(path, io::ErrorKind::NotFound.into());
    let dir = path.parent().ok_or_else(nameless)?;
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    Ok((dir.to_owned(), path.file_name().ok_or_else(nameless)?.to_owned()))
}

fn as_text<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, HostError> {
    str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        HostError::read(path, ReadProblem::NotText(line))
    })
}

/// A name beside another that no other file has, and that tells what left it.
fn unique_name(name: &std::ffi::OsStr) -> OsString {
    use std::{
        hash::{BuildHasher as _, RandomState},
        process,
    };
    let mut new = OsString::from(".");
    new.push(name);
    new.push(format!(".{:x}{:016x}.jackin-new", process::id(), RandomState::new().hash_one(0)));
    new
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// An editor that saves whenever a change has been worked out.
    fn saving(path: &Path, times: usize) -> (Result<Written, HostError>, usize) {
        let tries = Cell::new(0);
        let written = rewrite(path, 0, |text| {
            tries.set(tries.get() + 1);
            if tries.get() <= times {
                fs::write(path, format!("{}", tries.get())).unwrap();
            }
            Ok(text.map(|text| format!("{text} and more")))
        });
        (written, tries.get())
    }

    #[test]
    fn a_change_starts_over_and_gives_up_after_some_tries() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        fs::write(&path, "0").unwrap();
        // Once without the lock, twice with it.
        let (written, tries) = saving(&path, 3);
        assert!(written.unwrap().changed && tries == 4);
        assert_eq!(fs::read_to_string(&path).unwrap(), "3 and more");

        let (written, tries) = saving(&path, usize::MAX);
        let error = written.unwrap_err();
        assert_eq!(error.to_string(), format!("another program keeps changing {}", path.display()));
        assert_eq!(error.advice().unwrap(), "nothing was changed; try again once it is done");
        assert_eq!(fs::read_to_string(&path).unwrap(), tries.to_string());
        assert_eq!((tries, fs::read_dir(home.path()).unwrap().count()), (TRIES + 1, 1));
    }
}
