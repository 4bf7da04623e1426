//! Whether only the user, or root, could have put a file where it is: its owner, and who may write in the
//! directories above it, as OpenSSH's StrictModes asks. It reads no file.

use std::path::Path;

use crate::error::HostError;

/// Fails for a path that another user could have put there. What is not there yet is judged by the
/// directories that are.
///
/// # Errors
/// [`HostError::Untrusted`].
#[cfg(unix)]
pub fn trusted(path: &Path) -> Result<(), HostError> {
    strict::check(path).map_err(|problem| HostError::Untrusted { path: path.to_owned(), problem })
}

/// Trusts every path: owners and modes of this system are others.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn trusted(_: &Path) -> Result<(), HostError> {
    Ok(())
}

#[cfg(unix)]
mod strict {
    use std::{
        collections::BTreeSet,
        fs::{self, Metadata},
        os::unix::fs::MetadataExt as _,
        path::{Component, Path, PathBuf},
        sync::{Mutex, OnceLock, PoisonError},
    };

    use crate::{error::Untrusted, os::process_text};

    /// The directories that were found good: a launch reads several files of one.
    static GOOD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

    const STICKY: u32 = 0o1000;

    pub(super) fn check(path: &Path) -> Result<(), Untrusted> {
        directories(path)?;
        let Ok(own) = fs::symlink_metadata(path) else { return Ok(()) };
        if !own.is_symlink() {
            return file(path, &own);
        }
        owner(path, &own)?;
        // What it leads to counts as well; one that leads nowhere is for whoever reads it.
        let Ok(target) = fs::canonicalize(path) else { return Ok(()) };
        directories(&target)?;
        fs::metadata(&target).map_or(Ok(()), |metadata| file(&target, &metadata))
    }

    /// What others may write, they decide; a directory of theirs with the sticky bit is judged by whose it is.
    fn file(path: &Path, own: &Metadata) -> Result<(), Untrusted> {
        owner(path, own)?;
        match own.is_file() && is_writable_by_others(path, own) {
            true => Err(Untrusted::Writable { at: path.to_owned(), mode: own.mode() & 0o7777 }),
            false => Ok(()),
        }
    }

    /// Where every user has a group of the same number, that group is the user alone, unless an access list
    /// lets others in: the group's bits then say what any of them may do.
    fn is_writable_by_others(path: &Path, own: &Metadata) -> bool {
        let (group, others) = (own.mode() & 0o020 != 0, own.mode() & 0o002 != 0);
        others || (group && (own.gid() != own.uid() || has_access_list(path)))
    }

    #[cfg(any(target_os = "android", target_os = "linux"))]
    fn has_access_list(path: &Path) -> bool {
        rustix::fs::lgetxattr(path, c"system.posix_acl_access", &mut [0_u8; 0][..]).is_ok()
    }

    #[cfg(not(any(target_os = "android", target_os = "linux")))]
    fn has_access_list(_: &Path) -> bool {
        false
    }

    /// The directories above a path, after all links.
    fn directories(path: &Path) -> Result<(), Untrusted> {
        let Some(parent) = path.parent() else { return Ok(()) };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        if good().contains(parent) {
            return Ok(());
        }
        match chain(parent) {
            Some(chain) => judge(&chain)?,
            None => {
                // Whoever can change a link decides, too.
                for link in parent.ancestors().filter(|dir| dir.is_symlink()) {
                    fs::symlink_metadata(link).map_or(Ok(()), |own| owner(link, &own))?;
                    directories(link)?;
                }
                // Of what is not there yet, what is there counts.
                let dir = parent.ancestors().find_map(|dir| fs::canonicalize(dir).ok());
                judge(&dir.as_deref().and_then(chain).unwrap_or_default())?;
            }
        }
        good().insert(parent.to_owned());
        Ok(())
    }

    /// A directory and those above it, unless one of them is a link. Mostly none is, and this asks less of
    /// the system than to follow them first.
    fn chain(dir: &Path) -> Option<Vec<(&Path, Metadata)>> {
        let is_plain =
            dir.is_absolute() && dir.components().all(|part| part != Component::ParentDir);
        let known = |dir| {
            let metadata = fs::symlink_metadata(dir).ok()?;
            metadata.is_dir().then_some((dir, metadata))
        };
        if is_plain { dir.ancestors().map(known).collect() } else { None }
    }

    fn judge(chain: &[(&Path, Metadata)]) -> Result<(), Untrusted> {
        let mut child = None;
        for (dir, metadata) in chain {
            directory(dir, metadata, child)?;
            child = Some(metadata);
        }
        Ok(())
    }

    fn good() -> std::sync::MutexGuard<'static, BTreeSet<PathBuf>> {
        GOOD.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In a directory with the sticky bit, such as `/tmp`, others can add entries and change none.
    fn directory(dir: &Path, own: &Metadata, child: Option<&Metadata>) -> Result<(), Untrusted> {
        if !(is_trusted(own.uid()) || is_unknown_here(own.uid())) {
            return Err(Untrusted::Owner { at: dir.to_owned(), owner: own.uid() });
        }
        let guarded = own.mode() & STICKY != 0 && child.is_none_or(|child| is_trusted(child.uid()));
        if is_writable_by_others(dir, own) && !guarded {
            return Err(Untrusted::Writable { at: dir.to_owned(), mode: own.mode() & 0o7777 });
        }
        Ok(())
    }

    fn owner(path: &Path, metadata: &Metadata) -> Result<(), Untrusted> {
        let owner = metadata.uid();
        if is_trusted(owner) {
            return Ok(());
        }
        Err(Untrusted::Owner { at: path.to_owned(), owner })
    }

    /// In a user namespace, as of a container, the machine's own directories belong to nobody.
    fn is_unknown_here(owner: u32) -> bool {
        let read = |file: &str| process_text(file.as_ref()).unwrap_or_default();
        let whole = ["0", "0", "4294967295"];
        read("/proc/sys/kernel/overflowuid").trim().parse() == Ok(owner)
            && !read("/proc/self/uid_map").split_whitespace().eq(whole)
    }

    /// Root, the user, and whoever became root by `sudo`.
    fn is_trusted(owner: u32) -> bool {
        static USER: OnceLock<u32> = OnceLock::new();
        let user = || *USER.get_or_init(|| rustix::process::geteuid().as_raw());
        let before = || std::env::var("SUDO_UID").ok()?.parse().ok();
        owner == 0 || owner == user() || (user() == 0 && before() == Some(owner))
    }
}
