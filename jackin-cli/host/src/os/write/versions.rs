//! Older versions of a file, in `.backup` beside it. They hold what the file held, keys too, and are
//! their owner's alone; Git is told to ignore them.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    StoreError, WriteWarning,
    place::{Dir, Seen, Staged, create_dir},
    split,
};
use crate::{
    error::HostError,
    os::{TextFile, read_file},
};

/// The directory, beside the file.
const DIRECTORY: &str = ".backup";
/// How the name of a version ends before which there was no file.
const NO_FILE: &str = ".absent";

/// No version that jackin wrote has a number that is as large.
const LARGEST_NUMBER: u64 = 1_000_000_000_000;

/// An older version of a file.
#[derive(Debug)]
pub struct Version {
    /// Its number: a later version has a larger one.
    pub number: u64,
    /// When another one took its place.
    pub replaced: SystemTime,
    path: PathBuf,
    is_absent: bool,
}

impl Version {
    /// What it held; `None` if there was no file.
    ///
    /// # Errors
    /// [`HostError::Read`].
    pub fn text(&self) -> Result<Option<TextFile>, HostError> {
        if self.is_absent { Ok(None) } else { read_file(&self.path) }
    }
}

/// The older versions of a file, the latest first.
///
/// # Errors
/// [`HostError::Read`], where their directory cannot be read.
pub fn versions(path: &Path) -> Result<Vec<Version>, HostError> {
    let target = if path.is_symlink() { fs::canonicalize(path).ok() } else { None };
    let (dir, name) = split(target.as_deref().unwrap_or(path))?;
    let dir = dir.join(DIRECTORY);
    let failed = |error| HostError::read_failed(&dir, error);
    let entries = match fs::read_dir(&dir) {
        // A link is not jackin's.
        Ok(_) if dir.is_symlink() => return Ok(Vec::new()),
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let Some((number, is_absent)) = number(&name, &entry.file_name()) else { continue };
        let created = entry.metadata().and_then(|metadata| metadata.modified());
        let replaced = created.unwrap_or(SystemTime::UNIX_EPOCH);
        found.push(Version { number, replaced, path: entry.path(), is_absent });
    }
    found.sort_by_key(|version| std::cmp::Reverse(version.number));
    Ok(found)
}

/// The names of the files in a directory of which there are older versions, whether or not the files are
/// still there.
///
/// # Errors
/// [`HostError::Read`], where the directory of the versions cannot be read.
pub fn versioned(dir: &Path) -> Result<BTreeSet<String>, HostError> {
    let dir = dir.join(DIRECTORY);
    let failed = |error| HostError::read_failed(&dir, error);
    let entries = match fs::read_dir(&dir) {
        Ok(_) if dir.is_symlink() => return Ok(BTreeSet::new()),
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = BTreeSet::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_str().unwrap_or_default();
        let name = name.strip_suffix(NO_FILE).unwrap_or(name);
        found.extend(name.rsplit_once('.').map(|(name, _)| name.to_owned()));
    }
    Ok(found)
}

/// The number in the name of a version, and whether it says that there was no file.
fn number(of: &OsStr, version: &OsStr) -> Option<(u64, bool)> {
    let rest = version.to_str()?.strip_prefix(of.to_str()?)?.strip_prefix('.')?;
    let (digits, is_absent) =
        rest.strip_suffix(NO_FILE).map_or((rest, false), |digits| (digits, true));
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|number| is_number && *number < LARGEST_NUMBER);
    Some((number?, is_absent))
}

/// A version that is kept if the change is stored, and removed if it is not.
pub(super) struct Kept<'a> {
    /// The directory of the file, and the file's name.
    of: (&'a Dir, &'a OsStr),
    new: Option<(Dir, OsString)>,
}

/// Keeps what was seen, before it is changed.
pub(super) fn keep<'a>(
    dir: &'a Dir,
    name: &'a OsStr,
    seen: Option<&Seen>,
    keep: usize,
) -> Result<Kept<'a>, StoreError> {
    let mut kept = Kept { of: (dir, name), new: None };
    if keep == 0 {
        return Ok(kept);
    }
    let path = dir.path().join(DIRECTORY);
    let failed = |error| StoreError::Other(path.clone(), error);
    create_dir(&path).map_err(failed)?;
    if path.is_symlink() {
        return Err(failed(io::Error::other("it is a link")));
    }
    let backup = Dir::open(&path).map_err(failed)?;
    let names = backup.names().map_err(failed)?;
    // One that was made for something else keeps its mode, and Git its view of it.
    if names.is_empty() {
        backup.close_to_others().map_err(failed)?;
        let (ignored, _) =
            Staged::new(&backup, ".gitignore".as_ref(), b"*\n", None).map_err(failed)?;
        ignored.put(".gitignore".as_ref(), None).map_err(failed)?;
    }
    let last = names.iter().filter_map(|version| number(name, version)).map(|(number, _)| number);
    let next = last.max().unwrap_or(0).saturating_add(1);
    let mut version = name.to_owned();
    version.push(format!(".{next:06}{}", if seen.is_some() { "" } else { NO_FILE }));
    let bytes = seen.map_or(&[][..], |seen| &seen.bytes);
    let (staged, _) = Staged::new(&backup, &version, bytes, None).map_err(failed)?;
    let (is_put, _) = staged.put(&version, None).map_err(failed)?;
    if !is_put {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    kept.new = Some((backup, version));
    Ok(kept)
}

impl Kept<'_> {
    /// Keeps it for good, and removes what is older than the last so many.
    pub(super) fn done(mut self, keep: usize) -> Vec<WriteWarning> {
        self.new = None;
        let (dir, name) = self.of;
        let versions = versions(&dir.path().join(name)).unwrap_or_default();
        let gone = versions.into_iter().skip(keep).filter_map(|version| {
            let error = fs::remove_file(&version.path).err()?;
            Some(WriteWarning::Leftover { path: version.path, error })
        });
        gone.collect()
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        // The change was not made: what would be kept is still in its place.
        let _ = self.new.as_ref().map(|(dir, name)| dir.remove(name));
    }
}
