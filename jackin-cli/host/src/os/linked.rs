//! Where a file's links lead. Links of directories on the way are not looked at: that would ask more of
//! the system than the rest of a launch.

use std::{
    fs, iter,
    path::{Path, PathBuf},
};

/// As many links in a row as the kernel follows.
const MOST: usize = 40;

/// The files that a path's links lead to, one after the other; none for a file that is no link.
pub(crate) fn links(path: &Path) -> impl Iterator<Item = PathBuf> {
    let target = |file: &Path| {
        let next = fs::read_link(file).ok()?;
        Some(file.parent().unwrap_or(file).join(next))
    };
    iter::successors(target(path), move |file| target(file)).take(MOST)
}

/// The file that a path's links lead to in the end.
pub(crate) fn linked(path: &Path) -> PathBuf {
    links(path).last().unwrap_or_else(|| path.to_path_buf())
}
