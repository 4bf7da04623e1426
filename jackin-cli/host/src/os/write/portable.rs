//! The same for a system without the means of Unix: a lock on a file, and a named temporary file. The
//! old file is compared just before the new one is renamed over it.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, DirBuilder, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use zeroize::Zeroizing;

use super::{LARGEST, WriteWarning, settle::REST, unique_name};
use crate::{
    error::{HostError, ReadProblem},
    os::open,
};

/// A directory, locked or not.
pub(super) struct Dir {
    path: PathBuf,
    _lock: Option<File>,
}

/// A file as it was read.
pub(super) struct Seen {
    pub(super) file: File,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl Dir {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), _lock: None })
    }

    /// The directory, once no other writer has it. The system wakes those who wait in turn.
    pub(super) fn lock(dir: &Path, patience: Duration) -> Result<Self, HostError> {
        let path = dir.join(".jackin.lock");
        let failed = |error| HostError::Lock { path: path.clone(), error };
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        let (sender, receiver) = mpsc::channel();
        let waiting = thread::Builder::new().spawn(move || sender.send(file.lock().map(|()| file)));
        waiting.map_err(failed)?;
        match receiver.recv_timeout(patience) {
            Ok(locked) => Ok(Self { path: dir.to_owned(), _lock: Some(locked.map_err(failed)?) }),
            Err(_) => Err(HostError::Locked { path }),
        }
    }

    /// The same: there are no owners.
    pub(super) fn for_oneself(self) -> Self {
        self
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn modified(&self) -> Option<SystemTime> {
        fs::metadata(&self.path).ok()?.modified().ok()
    }

    pub(super) fn read(&self, name: &OsStr) -> Result<Option<Seen>, ReadProblem> {
        let file = match File::open(self.path.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ReadProblem::System(error)),
        };
        let metadata = file.metadata().map_err(ReadProblem::System)?;
        if let Some(kind) = open::kind(metadata.file_type()) {
            return Err(ReadProblem::NotAFile(kind));
        }
        let mut bytes = Zeroizing::new(Vec::new());
        (&file).take(LARGEST + 1).read_to_end(&mut bytes).map_err(ReadProblem::System)?;
        // It may grow while it is read, and no part of it may be taken for the whole.
        if bytes.len() as u64 > LARGEST {
            return Err(ReadProblem::TooLarge(LARGEST));
        }
        Ok(Some(Seen { file, bytes }))
    }

    fn holds(&self, name: &OsStr, seen: &Seen) -> io::Result<bool> {
        let now = self.read(name).map_err(|problem| io::Error::other(problem.to_string()))?;
        Ok(now.is_some_and(|now| *now.bytes == *seen.bytes))
    }

    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    pub(super) fn remove_seen(&self, name: &OsStr, seen: &Seen) -> io::Result<bool> {
        Ok(self.holds(name, seen)? && self.remove(name).map(|()| true)?)
    }

    /// Nothing: here directories are not synced.
    pub(super) fn sync(&self) -> Option<WriteWarning> {
        None
    }

    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// Nothing: here the user's own directories are.
    pub(super) fn close_to_others(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A new file.
pub(super) struct Staged<'a> {
    dir: &'a Dir,
    /// Its name, as long as it is not in its place.
    name: Option<OsString>,
}

impl<'a> Staged<'a> {
    pub(super) fn new(
        dir: &'a Dir,
        target: &OsStr,
        bytes: &[u8],
        _: Option<&'a Seen>,
    ) -> io::Result<(Self, Vec<WriteWarning>)> {
        let name = unique_name(target);
        let path = dir.path.join(&name);
        let mut file = File::options().write(true).create_new(true).open(path)?;
        let staged = Self { dir, name: Some(name) };
        file.write_all(bytes)?;
        if let Some(at) = SystemTime::now().checked_sub(REST) {
            let _ = file.set_modified(at);
        }
        file.sync_all()?;
        Ok((staged, Vec::new()))
    }

    pub(super) fn put(
        self,
        target: &OsStr,
        seen: Option<&Seen>,
    ) -> io::Result<(bool, Option<WriteWarning>)> {
        let is_there = match seen {
            Some(seen) => self.dir.holds(target, seen)?,
            None => !self.dir.path.join(target).exists(),
        };
        if is_there {
            self.put_over(target)?;
        }
        Ok((is_there, None))
    }

    pub(super) fn put_over(mut self, target: &OsStr) -> io::Result<()> {
        let Some(name) = self.name.take() else { return Ok(()) };
        let dir = &self.dir.path;
        fs::rename(dir.join(&name), dir.join(target)).inspect_err(|_| self.name = Some(name))
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // What went wrong is what counts.
        let _ = self.name.as_ref().map(|name| self.dir.remove(name));
    }
}

/// Makes a directory and those above it; true if it made any.
pub(super) fn create_dir(dir: &Path) -> io::Result<bool> {
    let is_there = dir.is_dir();
    DirBuilder::new().recursive(true).create(dir)?;
    Ok(!is_there)
}
