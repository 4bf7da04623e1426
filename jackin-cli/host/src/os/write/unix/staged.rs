//! A file that is complete and on the disk before it has a name: a writer that is killed leaves nothing.
//! It needs a name of its own for the moment in which it changes places with the old file, and where a
//! file system knows no nameless files, from the start.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Write as _},
    os::fd::AsRawFd as _,
    time::SystemTime,
};

use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, linkat, openat, renameat, statat},
    io::Errno,
};

use super::{
    dir::{Dir, Seen},
    lacks, likeness,
};
use crate::os::write::{WriteWarning, settle::REST, unique_name};

/// A new file.
pub(in crate::os::write) struct Staged<'a> {
    dir: &'a Dir,
    file: File,
    bytes: &'a [u8],
    seen: Option<&'a Seen>,
    /// The name that it has for now.
    name: Option<OsString>,
}

impl<'a> Staged<'a> {
    /// A file with these bytes, like the one that was seen; what it lacks of that.
    pub(in crate::os::write) fn new(
        dir: &'a Dir,
        target: &OsStr,
        bytes: &'a [u8],
        seen: Option<&'a Seen>,
    ) -> io::Result<(Self, Vec<WriteWarning>)> {
        let (file, name) = match nameless(dir)? {
            Some(file) => (file, None),
            None => named(dir, target)?,
        };
        let mut staged = Self { dir, file, bytes, seen, name };
        let lost = staged.fill()?;
        Ok((staged, lost))
    }

    fn fill(&mut self) -> io::Result<Vec<WriteWarning>> {
        self.file.write_all(self.bytes)?;
        let lost = likeness::keep(self.dir, self.seen.map(|seen| &seen.file), &self.file)?;
        // It is whole from the start, and need not be waited for; that is all that the date is for.
        if let Some(at) = SystemTime::now().checked_sub(REST) {
            let _ = self.file.set_modified(at);
        }
        self.file.sync_all()?;
        Ok(lost)
    }

    /// Gives it a name of its own, if it has none yet.
    fn give_name(&mut self, target: &OsStr) -> io::Result<()> {
        if self.name.is_some() {
            return Ok(());
        }
        let name = unique_name(target);
        match self.link_as(&name) {
            Ok(()) => self.name = Some(name),
            // A system that cannot name such a file: it is written once more, with a name.
            Err(error) if lacks(error) || error == Errno::NOENT => {
                (self.file, self.name) = named(self.dir, target)?;
                self.fill()?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn link_as(&self, name: &OsStr) -> Result<(), Errno> {
        let file = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        linkat(CWD, file, &self.dir.handle, name, AtFlags::SYMLINK_FOLLOW)
    }

    /// Puts it in the place of what was seen: false if that is there no more. What could not be removed
    /// of the old one is told.
    pub(in crate::os::write) fn put(
        mut self,
        target: &OsStr,
        seen: Option<&Seen>,
    ) -> io::Result<(bool, Option<WriteWarning>)> {
        let Some(seen) = seen else { return self.put_into_nothing(target).map(|put| (put, None)) };
        self.give_name(target)?;
        if !self.dir.holds(target, seen)? {
            return Ok((false, None));
        }
        match self.exchange(target) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Ok((false, None)),
            Err(error) if lacks(error) => return self.put_over(target).map(|()| (true, None)),
            Err(error) => return Err(error.into()),
        }
        // From here on the name is that of the old file.
        let Some(name) = self.name.take() else { return Ok((true, None)) };
        match self.dir.holds(&name, seen) {
            Ok(true) => Ok((true, self.removed(&name))),
            Ok(false) => self.put_back(name, target).map(|()| (false, None)),
            Err(error) => self.put_back(name, target).and(Err(error)),
        }
    }

    /// Puts it where there is nothing; false if there is something by now.
    fn put_into_nothing(mut self, target: &OsStr) -> io::Result<bool> {
        let dir = &self.dir.handle;
        if self.name.is_none() {
            match self.link_as(target) {
                Ok(()) => return Ok(true),
                Err(Errno::EXIST) => return Ok(false),
                Err(error) if lacks(error) || error == Errno::NOENT => self.give_name(target)?,
                Err(error) => return Err(error.into()),
            }
        }
        match self.name.as_ref().map(|name| linkat(dir, name, dir, target, AtFlags::empty())) {
            Some(Err(Errno::EXIST)) => Ok(false),
            // A file system without links.
            Some(Err(error)) if lacks(error) => {
                let there = statat(dir, target, AtFlags::SYMLINK_NOFOLLOW);
                let is_free = there.is_err_and(|error| error == Errno::NOENT);
                if is_free {
                    self.put_over(target)?;
                }
                Ok(is_free)
            }
            Some(Err(error)) => Err(error.into()),
            Some(Ok(())) | None => Ok(true),
        }
    }

    /// Puts it in the place of whatever is there.
    pub(in crate::os::write) fn put_over(mut self, target: &OsStr) -> io::Result<()> {
        self.give_name(target)?;
        let Some(name) = self.name.take() else { return Ok(()) };
        let dir = &self.dir.handle;
        Ok(renameat(dir, &name, dir, target).inspect_err(|_| self.name = Some(name))?)
    }

    /// Changes places with the file that has this name.
    fn exchange(&self, target: &OsStr) -> Result<(), Errno> {
        self.name.as_ref().map_or(Err(Errno::NOENT), |name| exchange(self.dir, name, target))
    }

    /// Takes it back for what another program saved at the same moment; the last one to save counts.
    fn put_back(mut self, name: OsString, target: &OsStr) -> io::Result<()> {
        let id = |name: &OsStr| {
            let stat = statat(&self.dir.handle, name, AtFlags::SYMLINK_NOFOLLOW)?;
            Ok::<_, Errno>((stat.st_dev, stat.st_ino))
        };
        let own = rustix::fs::fstat(&self.file)?;
        let mut placed = (own.st_dev, own.st_ino);
        let mut in_hand = id(&name)?;
        loop {
            match exchange(self.dir, &name, target) {
                Ok(()) => {}
                // It was moved away, as some editors do before they write: they save anew.
                Err(Errno::NOENT) => {
                    renameat(&self.dir.handle, &name, &self.dir.handle, target)?;
                    return Ok(());
                }
                Err(error) => {
                    let path = self.dir.path().join(&name);
                    let text = format!(
                        "what another program saved meanwhile is in {}: {error}",
                        path.display()
                    );
                    return Err(io::Error::other(text));
                }
            }
            let got = id(&name)?;
            if got == placed {
                break;
            }
            (placed, in_hand) = (in_hand, got);
        }
        self.name = Some(name);
        Ok(())
    }

    /// Removes the old file, which has this name.
    fn removed(&self, name: &OsStr) -> Option<WriteWarning> {
        let error = self.dir.remove(name).err()?;
        Some(WriteWarning::Leftover { path: self.dir.path().join(name), error })
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // What went wrong is what counts.
        let _ = self.name.as_ref().map(|name| self.dir.remove(name));
    }
}

/// A file with a name of its own.
fn named(dir: &Dir, target: &OsStr) -> io::Result<(File, Option<OsString>)> {
    let name = unique_name(target);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let file = openat(&dir.handle, &name, flags, Mode::RUSR | Mode::WUSR)?;
    Ok((file.into(), Some(name)))
}

/// A file without a name; `None` where there are none.
fn nameless(dir: &Dir) -> io::Result<Option<File>> {
    #[cfg(target_os = "linux")]
    {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        match openat(&dir.handle, ".", flags, Mode::RUSR | Mode::WUSR) {
            Ok(file) => return Ok(Some(file.into())),
            Err(error) if lacks(error) || error == Errno::NOENT => {}
            Err(error) => return Err(error.into()),
        }
    }
    let _ = dir;
    Ok(None)
}

#[cfg(any(target_os = "android", target_os = "linux", target_vendor = "apple"))]
fn exchange(dir: &Dir, one: &OsStr, other: &OsStr) -> Result<(), Errno> {
    use rustix::fs::{RenameFlags, renameat_with};
    renameat_with(&dir.handle, one, &dir.handle, other, RenameFlags::EXCHANGE)
}

#[cfg(not(any(target_os = "android", target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Dir, _: &OsStr, _: &OsStr) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, time::Duration};

    use super::*;

    const NAME: &str = "config.toml";

    /// What another program does: a whole new file, under the same name.
    fn save(dir: &Path, text: &str) {
        fs::write(dir.join("other"), text).unwrap();
        fs::rename(dir.join("other"), dir.join(NAME)).unwrap();
    }

    fn texts(dir: &Path) -> Vec<String> {
        let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| fs::read_to_string(file).unwrap()).collect()
    }

    /// The moment between the last look and the exchange is too short to be met from outside.
    #[test]
    fn what_is_saved_in_the_last_moment_comes_back() {
        for (saved_before, saved_after, left) in [
            (Some("theirs"), None, "theirs"),
            (Some("theirs"), Some("their last"), "their last"),
            (None, Some("their last"), "their last"),
        ] {
            let home = tempfile::tempdir().unwrap();
            save(home.path(), "old");
            let dir = Dir::lock(home.path(), Duration::from_secs(5)).unwrap();
            let seen = dir.read(NAME.as_ref()).unwrap().unwrap();
            let (mut staged, _) = Staged::new(&dir, NAME.as_ref(), b"new", Some(&seen)).unwrap();
            staged.give_name(NAME.as_ref()).unwrap();
            saved_before.into_iter().for_each(|text| save(home.path(), text));
            staged.exchange(NAME.as_ref()).unwrap();
            saved_after.into_iter().for_each(|text| save(home.path(), text));
            let name = staged.name.take().unwrap();
            assert_eq!(dir.holds(&name, &seen).unwrap(), saved_before.is_none());
            staged.put_back(name, NAME.as_ref()).unwrap();
            assert_eq!(texts(home.path()), [left]);
        }
    }

    #[test]
    fn a_file_system_without_nameless_files_is_served_too() {
        let home = tempfile::tempdir().unwrap();
        let dir = Dir::lock(home.path(), Duration::from_secs(5)).unwrap();
        let by_name = |bytes, seen| {
            let (file, name) = named(&dir, NAME.as_ref()).unwrap();
            let mut staged = Staged { dir: &dir, file, bytes, seen, name };
            staged.fill().unwrap();
            staged.put(NAME.as_ref(), seen).unwrap().0
        };
        assert!(by_name(b"one", None));
        assert!(!by_name(b"two", None), "another was first");
        let seen = dir.read(NAME.as_ref()).unwrap().unwrap();
        assert!(by_name(b"three", Some(&seen)));
        assert!(!by_name(b"four", Some(&seen)), "it was changed");
        assert_eq!(texts(home.path()), ["three"]);
    }
}
