//! Reading a file that another program may be saving. Editors that write in place empty the file first,
//! and others move it away before they write the new one: what was changed a moment ago is read again
//! until it rests.

use std::{
    ffi::OsStr,
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime},
};

use zeroize::Zeroizing;

use super::place::{Dir, Seen};
use crate::{error::HostError, os::read::read_bytes};

/// How long a file must not have been changed before it is believed. What jackin writes is dated back by
/// this, since it is whole from the start.
pub(super) const REST: Duration = Duration::from_millis(60);
/// The same of a file that is empty, as an editor may leave it for a moment.
const REST_OF_EMPTY: Duration = Duration::from_millis(600);
/// How long a file is waited for in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// The wait for one file.
pub(super) struct Settling<'a> {
    path: &'a Path,
    deadline: Instant,
}

impl<'a> Settling<'a> {
    pub(super) fn new(path: &'a Path) -> Self {
        Self { path, deadline: Instant::now() + PATIENCE }
    }

    /// What the file holds, without a lock; `None` where there is none.
    pub(super) fn read_unlocked(&self) -> Result<Option<Zeroizing<Vec<u8>>>, HostError> {
        loop {
            let bytes = read_bytes(self.path)?;
            let dated = if bytes.is_some() { Some(self.path) } else { None };
            let changed = dated.and_then(|path| fs::metadata(path).ok()?.modified().ok());
            let is_empty = bytes.as_ref().is_some_and(|bytes| bytes.is_empty());
            if !self.must_wait(changed, is_empty) {
                return Ok(bytes);
            }
        }
    }

    /// The same in a locked directory. A directory that was just made holds nothing that rests.
    pub(super) fn read(
        &self,
        dir: &Dir,
        name: &OsStr,
        dir_is_new: bool,
    ) -> Result<Option<Seen>, HostError> {
        loop {
            let seen = dir.read(name).map_err(|problem| HostError::read(self.path, problem))?;
            let (changed, is_empty) = match &seen {
                Some(seen) => (modified(seen.file.metadata()), seen.bytes.is_empty()),
                // A file that is moved away changes its directory.
                None if dir_is_new => (None, false),
                None => (dir.modified(), false),
            };
            if !self.must_wait(changed, is_empty) {
                return Ok(seen);
            }
        }
    }

    /// Waits a little if this moment is too near; false if it is not, or if the patience is at its end.
    fn must_wait(&self, changed: Option<SystemTime>, is_empty: bool) -> bool {
        let rest = if is_empty { REST_OF_EMPTY } else { REST };
        // A moment that is to come is another clock's.
        let age = changed.and_then(|changed| SystemTime::now().duration_since(changed).ok());
        let Some(left) = age.and_then(|age| rest.checked_sub(age)).filter(|left| !left.is_zero())
        else {
            return false;
        };
        if Instant::now() >= self.deadline {
            return false;
        }
        thread::sleep(left.min(REST));
        true
    }
}

fn modified(metadata: io::Result<fs::Metadata>) -> Option<SystemTime> {
    metadata.ok()?.modified().ok()
}
