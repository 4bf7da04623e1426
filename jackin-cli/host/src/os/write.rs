//! Files, written: whole or not at all, one writer at a time, for their owner's eyes. The caller decides
//! what is written; a file that cannot be understood is never touched.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write as _},
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{error::HostError, os::read_file};

/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes what `edit` makes of a file's text, or of the empty one if there is no file, under the lock
/// of its directory. `edit` may run twice. True if anything was written.
///
/// # Errors
/// Those of `edit`; and [`HostError`] where the file cannot be read or written. Nothing was changed then.
pub fn rewrite<E: From<HostError>>(
    path: &Path,
    edit: impl Fn(&str) -> Result<String, E>,
) -> Result<bool, E> {
    let edited = || {
        let file = read_file(path)?.unwrap_or_default();
        let edited = edit(file.text())?;
        Ok::<_, E>((edited != file.text()).then_some(edited))
    };
    // Where nothing is to be done, nothing is locked or made.
    if edited()?.is_none() {
        return Ok(false);
    }
    let failed = |error| HostError::Write { path: path.to_owned(), error };
    // A link is the user's way to keep the file elsewhere: what it leads to is replaced.
    let target = match path.is_symlink() {
        true => fs::canonicalize(path).map_err(failed)?,
        false => path.to_owned(),
    };
    let dir = target.parent().ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
    create_dir(dir).map_err(failed)?;
    let _lock = lock(dir)?;
    // Another writer may have been first.
    let Some(text) = edited()? else { return Ok(false) };
    replace(&target, text.as_bytes()).map_err(failed)?;
    Ok(true)
}

/// Writes a file that only this program writes, for its owner alone; its directory is made if need be.
///
/// # Errors
/// The system's own; the old file is whole then.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), create_dir)?;
    replace(path, bytes)
}

fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// The right to write in a directory, until dropped or until the process ends, however that happens.
fn lock(dir: &Path) -> Result<File, HostError> {
    let path = dir.join(".jackin.lock");
    let failed = |error| HostError::Lock { path: path.clone(), error };
    let file = private(File::options().create(true).truncate(false)).open(&path).map_err(failed)?;
    // The system wakes those who wait in turn; asking again and again would be a lottery.
    let (sender, receiver) = mpsc::channel();
    let waiting = thread::Builder::new().spawn(move || sender.send(file.lock().map(|()| file)));
    waiting.map_err(failed)?;
    match receiver.recv_timeout(PATIENCE) {
        Ok(locked) => locked.map_err(failed),
        Err(_) => Err(HostError::Locked { path }),
    }
}

/// Puts a complete file in the place of another: whoever reads it, at whatever moment, and even
/// after a power failure, sees the old text or the new one.
fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = target.file_name().ok_or(io::ErrorKind::NotFound)?;
    let mut new = std::ffi::OsString::from(".");
    new.push(name);
    new.push(".jackin-new");
    let new = target.with_file_name(new);
    // One that a killed writer left; nobody else writes while the lock is held.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private(File::options().create_new(true)).open(&new)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| like(target, &file))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, target));
    if written.is_err() {
        // What went wrong is what counts.
        let _ = fs::remove_file(&new);
    }
    written.and_then(|()| sync_dir(target))
}

/// Options for a file that only its owner may use.
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.write(true)
}

/// Keeps the owner, and the mode where that is stricter still. The group, which may do nothing with
/// the file, is kept where the writer may give it.
#[cfg(unix)]
fn like(target: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let old = match fs::metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        old => old?,
    };
    let new = file.metadata()?;
    if old.gid() != new.gid() {
        let _ = fchown(file, None, Some(old.gid()));
    }
    if old.uid() != new.uid() {
        fchown(file, Some(old.uid()), None)?;
    }
    file.set_permissions(fs::Permissions::from_mode(old.mode() & 0o600))
}

#[cfg(not(unix))]
fn like(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

/// A rename lasts once its directory is on the disk.
#[cfg(unix)]
fn sync_dir(target: &Path) -> io::Result<()> {
    target.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(not(unix))]
fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}
