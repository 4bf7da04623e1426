//! A directory that is written in, and a file on its way into it. Everything happens in the opened
//! directory, so that none of it can be led elsewhere.

mod dir;
mod likeness;
mod staged;

pub(super) use self::{
    dir::{Dir, Seen, create_dir},
    staged::Staged,
};

use std::io;

use rustix::io::Errno;

/// Whether a system or a file system lacks something, so that it is to be done in another way.
fn lacks(error: Errno) -> bool {
    matches!(error, Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP | Errno::PERM | Errno::ISDIR)
}

/// Whether an error says that a directory cannot be locked here, as on NFS.
fn cannot_be_locked(error: &io::Error) -> bool {
    let lacking = [Errno::BADF, Errno::NOSYS, Errno::INVAL, Errno::OPNOTSUPP, Errno::NOLCK];
    lacking.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}
