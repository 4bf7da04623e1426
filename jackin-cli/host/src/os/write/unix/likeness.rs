//! What a new file keeps of the old one beside its text: owner, mode where that is stricter than the
//! owner's alone, extended attributes. What cannot be kept is told.

use std::{
    fs::File,
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt, fchown},
};

use super::Dir;
use crate::os::write::WriteWarning;

/// The bits of a mode that its owner's reading and writing are.
const OWNER: u32 = 0o600;

/// Makes a new file like the old one. Without an old one it is its owner's alone.
pub(super) fn keep(dir: &Dir, old: Option<&File>, new: &File) -> io::Result<Vec<WriteWarning>> {
    let Some(old_file) = old else {
        dir.give_to_owner(new)?;
        new.set_permissions(PermissionsExt::from_mode(OWNER))?;
        return Ok(Vec::new());
    };
    let (old, own) = (old_file.metadata()?, new.metadata()?);
    // The group, which may do nothing with the file, is kept where the writer may give it.
    if old.gid() != own.gid() {
        let _ = fchown(new, None, Some(old.gid()));
    }
    if old.uid() != own.uid() {
        fchown(new, Some(old.uid()), None)?;
    }
    let mut lost = Vec::new();
    if old.nlink() > 1 {
        lost.push(WriteWarning::HardLinks(old.nlink() - 1));
    }
    lost.extend(attributes::keep(old_file, new, old.mode()));
    new.set_permissions(PermissionsExt::from_mode(old.mode() & OWNER))?;
    Ok(lost)
}

#[cfg(any(target_os = "android", target_os = "linux", target_vendor = "apple"))]
mod attributes {
    use std::{
        ffi::{CStr, CString},
        fs::File,
    };

    use rustix::{
        fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr},
        io::{Errno, Result},
    };

    use crate::os::write::WriteWarning;

    /// What a file's access list is called. It lets others use the file, which is the owner's alone.
    const ACCESS_LIST: &CStr = c"system.posix_acl_access";
    /// The largest value and the longest list of names that Linux knows.
    const LARGEST: usize = 64 << 10;

    /// Copies a file's extended attributes; what is lost of them.
    pub(super) fn keep(old: &File, new: &File, mode: u32) -> Vec<WriteWarning> {
        let names = match names(old) {
            Ok(names) => names,
            // A file system without them.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Vec::new(),
            Err(error) => return vec![WriteWarning::Attributes(vec![format!("all ({error})")])],
        };
        let mut lost = Vec::new();
        // With a list, the group's part of the mode is what the list grants at most.
        if names.iter().any(|name| name.as_c_str() == ACCESS_LIST) && mode & 0o070 != 0 {
            lost.push(WriteWarning::AccessList);
        }
        // Others of the system's are access lists, too, and always there.
        let own = names.iter().filter(|name| !name.to_bytes().starts_with(b"system."));
        let gone = own.filter(|name| copy(old, new, name).is_err());
        let gone: Vec<_> = gone.map(|name| name.to_string_lossy().into_owned()).collect();
        if !gone.is_empty() {
            lost.push(WriteWarning::Attributes(gone));
        }
        lost
    }

    fn names(file: &File) -> Result<Vec<CString>> {
        let mut list = vec![0; LARGEST];
        let size = flistxattr(file, list.as_mut_slice())?;
        let names = list[..size].split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.filter_map(|name| CString::new(name).ok()).collect())
    }

    fn copy(old: &File, new: &File, name: &CStr) -> Result<()> {
        let value = value(old, name)?;
        // A security label is often that of the new file already, and may not be set.
        if self::value(new, name).is_ok_and(|own| own == value) {
            return Ok(());
        }
        fsetxattr(new, name, &value, XattrFlags::empty())
    }

    fn value(file: &File, name: &CStr) -> Result<Vec<u8>> {
        let mut value = vec![0; LARGEST];
        let size = fgetxattr(file, name, value.as_mut_slice())?;
        value.truncate(size);
        Ok(value)
    }
}

#[cfg(not(any(target_os = "android", target_os = "linux", target_vendor = "apple")))]
mod attributes {
    use std::fs::File;

    use crate::os::write::WriteWarning;

    /// Keeps none: this system has no such attributes, or tells them otherwise.
    pub(super) fn keep(_: &File, _: &File, _: u32) -> Vec<WriteWarning> {
        Vec::new()
    }
}
