//! A directory: locked, read, synced. The lock is on the directory itself, which a cleanup cannot delete
//! from under a writer; only where a file system cannot do that it is on a file.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, DirBuilder, File},
    io::{self, Read as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use rustix::{
    fs::{AtFlags, Gid, Mode, OFlags, Uid, fchown, openat, unlinkat},
    io::Errno,
};
use zeroize::Zeroizing;

use crate::{
    error::{HostError, ReadProblem},
    os::{
        FileId, open,
        write::{LARGEST, WriteWarning, place::cannot_be_locked},
    },
};

/// The file that is locked where the directory cannot be.
const LOCK_FILE: &str = ".jackin.lock";

/// A directory, locked or not; dropped, or with the end of the process, it is unlocked.
pub(in crate::os::write) struct Dir {
    pub(super) handle: File,
    path: PathBuf,
    _lock: Option<File>,
    /// Whether what root makes in it is its owner's.
    is_handed_over: bool,
}

/// A file as it was read.
pub(in crate::os::write) struct Seen {
    pub(in crate::os::write) file: File,
    pub(in crate::os::write) bytes: Zeroizing<Vec<u8>>,
}

impl Dir {
    pub(in crate::os::write) fn open(path: &Path) -> io::Result<Self> {
        let flags = (OFlags::DIRECTORY | OFlags::NONBLOCK).bits();
        let handle = File::options().read(true).custom_flags(flags as i32).open(path)?;
        Ok(Self { handle, path: path.to_owned(), _lock: None, is_handed_over: true })
    }

    /// The directory, once no other writer has it.
    pub(in crate::os::write) fn lock(path: &Path, patience: Duration) -> Result<Self, HostError> {
        let deadline = Instant::now() + patience;
        loop {
            let failed = |error| HostError::Lock { path: path.to_owned(), error };
            let dir = Self::open(path).map_err(failed)?;
            let copy = dir.handle.try_clone().map_err(failed)?;
            let lock = match wait(copy, deadline) {
                Err(Some(error)) if cannot_be_locked(&error) => {
                    dir.lock_file(deadline).map_err(|(path, error)| match error {
                        Some(error) => HostError::Lock { path, error },
                        None => HostError::Locked { path },
                    })?
                }
                Err(Some(error)) => return Err(failed(error)),
                Err(None) => return Err(HostError::Locked { path: path.to_owned() }),
                Ok(_) => None,
            };
            // Another may be in its place by now.
            let id = dir.handle.metadata().map_err(failed)?;
            if FileId::of(path) == Some(FileId::of_metadata(&id)) {
                return Ok(Self { _lock: lock, ..dir });
            }
        }
    }

    /// The lock on a file, where the directory has none.
    fn lock_file(&self, deadline: Instant) -> Result<Option<File>, (PathBuf, Option<io::Error>)> {
        let path = self.path.join(LOCK_FILE);
        let failed = |error| (path.clone(), Some(error));
        loop {
            let mut options = File::options();
            let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            let file = options.custom_flags(flags as i32).open(&path).map_err(failed)?;
            self.give_to_owner(&file).map_err(failed)?;
            let file = wait(file, deadline).map_err(|error| (path.clone(), error))?;
            let id = file.metadata().map_err(failed)?;
            if FileId::of(&path) == Some(FileId::of_metadata(&id)) {
                return Ok(Some(file));
            }
        }
    }

    /// The same, for files that stay whose they are.
    pub(in crate::os::write) fn for_oneself(self) -> Self {
        Self { is_handed_over: false, ..self }
    }

    pub(in crate::os::write) fn path(&self) -> &Path {
        &self.path
    }

    /// When an entry was last added to it or taken from it.
    pub(in crate::os::write) fn modified(&self) -> Option<SystemTime> {
        self.handle.metadata().ok()?.modified().ok()
    }

    /// What a file in it holds; `None` if there is no file.
    pub(in crate::os::write) fn read(&self, name: &OsStr) -> Result<Option<Seen>, ReadProblem> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = match openat(&self.handle, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(ReadProblem::System(error.into())),
        };
        let metadata = file.metadata().map_err(ReadProblem::System)?;
        if let Some(kind) = open::kind(metadata.file_type()) {
            return Err(ReadProblem::NotAFile(kind));
        }
        let size = usize::try_from(metadata.len()).unwrap_or_default();
        let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
        (&file).take(LARGEST + 1).read_to_end(&mut bytes).map_err(ReadProblem::System)?;
        // It may grow while it is read, and no part of it may be taken for the whole.
        if bytes.len() as u64 > LARGEST {
            return Err(ReadProblem::TooLarge(LARGEST));
        }
        Ok(Some(Seen { file, bytes }))
    }

    /// Whether a file holds what was seen.
    pub(super) fn holds(&self, name: &OsStr, seen: &Seen) -> io::Result<bool> {
        let now = self.read(name).map_err(|problem| match problem {
            ReadProblem::System(error) => error,
            problem => io::Error::other(problem.to_string()),
        })?;
        Ok(now.is_some_and(|now| *now.bytes == *seen.bytes))
    }

    pub(in crate::os::write) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    /// Removes a file if it holds what was seen, and tells whether it did.
    pub(in crate::os::write) fn remove_seen(&self, name: &OsStr, seen: &Seen) -> io::Result<bool> {
        Ok(self.holds(name, seen)? && self.remove(name).map(|()| true)?)
    }

    /// A change lasts once its directory is on the disk.
    pub(in crate::os::write) fn sync(&self) -> Option<WriteWarning> {
        let error = self.handle.sync_all().err()?;
        Some(WriteWarning::NotDurable { dir: self.path.clone(), error })
    }

    /// The names in it.
    pub(in crate::os::write) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// Keeps others out, whatever mode it has.
    pub(in crate::os::write) fn close_to_others(&self) -> io::Result<()> {
        if self.handle.metadata()?.mode() & 0o077 == 0 {
            return Ok(());
        }
        self.handle.set_permissions(PermissionsExt::from_mode(0o700))
    }

    /// Gives what root made in a user's directory to that user, who could not use it otherwise.
    pub(super) fn give_to_owner(&self, file: &File) -> io::Result<()> {
        let (dir, file_is) = (self.handle.metadata()?, file.metadata()?);
        if !self.is_handed_over
            || dir.uid() == file_is.uid()
            || !rustix::process::geteuid().is_root()
        {
            return Ok(());
        }
        Ok(fchown(file, Some(Uid::from_raw(dir.uid())), Some(Gid::from_raw(dir.gid())))?)
    }
}

/// Waits for a lock. The system wakes those who wait in turn; asking again and again would be a lottery.
fn wait(file: File, deadline: Instant) -> Result<File, Option<io::Error>> {
    let (sender, receiver) = mpsc::channel();
    let waiting = thread::Builder::new().spawn(move || sender.send(file.lock().map(|()| file)));
    waiting.map_err(Some)?;
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(locked) => locked.map_err(Some),
        Err(_) => Err(None),
    }
}

/// Makes a directory and those above it that are missing, for their owner alone, whatever the mask says;
/// true if it made any. In a user's directory, what root makes is the user's.
pub(in crate::os::write) fn create_dir(dir: &Path) -> io::Result<bool> {
    if dir.is_dir() {
        return Ok(false);
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    create_dir(parent)?;
    match DirBuilder::new().mode(0o700).create(dir) {
        // Another writer was first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(false),
        Err(error) => Err(error),
        Ok(()) => {
            fs::set_permissions(dir, PermissionsExt::from_mode(0o700))?;
            let made = Dir::open(dir)?;
            Dir::open(parent)?.give_to_owner(&made.handle)?;
            Ok(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, RenameFlags, renameat_with};

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(100)
    }

    /// As on NFS, where a directory cannot be locked.
    #[test]
    fn where_a_directory_cannot_be_locked_a_file_is() {
        let home = tempfile::tempdir().unwrap();
        let [one, other] = [(); 2].map(|()| Dir::open(home.path()).unwrap());
        let held = one.lock_file(soon()).unwrap();
        let (path, error) = other.lock_file(soon()).unwrap_err();
        assert_eq!((path, error.is_none()), (home.path().join(LOCK_FILE), true));
        drop(held);
        assert!(other.lock_file(soon()).unwrap().is_some());
    }

    #[test]
    fn a_directory_that_was_replaced_is_locked_anew() {
        let home = tempfile::tempdir().unwrap();
        let (path, new) = (home.path().join("dir"), home.path().join("new"));
        fs::create_dir(&path).unwrap();
        let held = Dir::lock(&path, Duration::from_secs(5)).unwrap();
        let waiting = thread::spawn({
            let path = path.clone();
            move || Dir::lock(&path, Duration::from_secs(5)).unwrap()
        });
        fs::create_dir(&new).unwrap();
        renameat_with(CWD, &new, CWD, &path, RenameFlags::EXCHANGE).unwrap();
        drop(held);
        let locked = waiting.join().unwrap().handle.metadata().unwrap();
        assert_eq!(FileId::of(&path), Some(FileId::of_metadata(&locked)));
    }
}
