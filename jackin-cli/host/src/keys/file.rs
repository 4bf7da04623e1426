//! A file that holds one secret. One that others may read is refused, as `ssh` does with its keys.

use std::fs::{File, Metadata};

use jackin_core::{Secret, SecretError, plan::Vars, secret::FileRef};

use super::expanded;
use crate::{
    error::HostError,
    os::{self, one_line, read_secret},
};

pub(super) fn read(vars: &Vars, reference: &FileRef) -> Result<Secret, SecretError> {
    read_secret(open(vars, reference)?).map(|secret| one_line(&secret))
}

/// The file, if it is one that nobody else may read.
pub(super) fn open(vars: &Vars, reference: &FileRef) -> Result<File, SecretError> {
    let path = expanded(vars, reference.path())?;
    let opened = os::open(&path).map_err(|problem| SecretError::new(problem.to_string(), None))?;
    private(&opened.metadata, reference)?;
    trusted(&path)?;
    Ok(opened.file)
}

/// Nobody else may have put it there.
fn trusted(path: &std::path::Path) -> Result<(), SecretError> {
    os::trusted(path).map_err(|error| match &error {
        HostError::Untrusted { problem, .. } => {
            SecretError::new(problem.to_string(), Some(problem.advice()))
        }
        _ => SecretError::new(error.to_string(), error.advice()),
    })
}

#[cfg(unix)]
fn private(metadata: &Metadata, reference: &FileRef) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(SecretError::new(
        format!("others may use it: its mode is {mode:03o}"),
        Some(format!("`chmod 600 {}` makes it yours alone", reference.path())),
    ))
}

#[cfg(not(unix))]
fn private(_: &Metadata, _: &FileRef) -> Result<(), SecretError> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{ffi::OsString, fs, os::unix::fs::PermissionsExt as _, path::Path};

    use nix::{sys::stat::Mode, unistd::mkfifo};

    use super::*;

    fn home(dir: &Path) -> [(OsString, OsString); 1] {
        [("HOME".into(), dir.into())]
    }

    fn secret(dir: &Path, path: &str) -> Result<String, SecretError> {
        let answer = read(&home(dir), &FileRef::new(path).unwrap());
        answer.map(|secret| secret.expose().to_owned())
    }

    fn write(dir: &Path, text: &[u8], mode: u32) {
        let path = dir.join("zai");
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn one_that_others_may_use_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o400, 0o700] {
            write(dir.path(), b"key\n", mode);
            assert_eq!(secret(dir.path(), "~/zai").unwrap(), "key", "{mode:o}");
            fs::remove_file(dir.path().join("zai")).unwrap();
        }
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666] {
            write(dir.path(), b"key\n", mode);
            let error = secret(dir.path(), "~/zai").unwrap_err();
            assert_eq!(error.reason, format!("others may use it: its mode is {mode:o}"));
            assert_eq!(error.hint.unwrap(), "`chmod 600 ~/zai` makes it yours alone");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        mkfifo(&dir.path().join("fifo"), Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
        fs::create_dir(dir.path().join("dir")).unwrap();
        for (name, kind) in [("~/fifo", "FIFO"), ("~/dir", "directory"), ("/dev/zero", "device")] {
            let said = format!("it is a {kind}, not a file");
            assert_eq!(secret(dir.path(), name).unwrap_err().reason, said);
        }
        assert!(secret(dir.path(), "~/none").unwrap_err().reason.contains("No such file"));
    }

    #[test]
    fn a_link_is_followed_and_its_target_counts() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("zai", dir.path().join("link")).unwrap();
        write(dir.path(), b"key", 0o600);
        assert_eq!(secret(dir.path(), "~/link").unwrap(), "key");
        write(dir.path(), b"key", 0o640);
        assert!(secret(dir.path(), "~/link").unwrap_err().reason.contains("640"));
    }

    #[test]
    fn its_text_is_one_secret() {
        let dir = tempfile::tempdir().unwrap();
        for (text, left) in [("key", "key"), ("key\n\n", "key\n"), ("a\nb\r\n", "a\nb"), ("", "")] {
            write(dir.path(), text.as_bytes(), 0o600);
            let path = dir.path().join("zai");
            assert_eq!(secret(dir.path(), path.to_str().unwrap()).unwrap(), left, "{text:?}");
        }
        write(dir.path(), b"k\xff", 0o600);
        assert_eq!(secret(dir.path(), "~/zai").unwrap_err().reason, "it is not UTF-8");
        write(dir.path(), &[b'x'; 64 << 10], 0o600);
        assert_eq!(secret(dir.path(), "~/zai").unwrap().len(), 64 << 10);
        write(dir.path(), &[b'x'; (64 << 10) + 1], 0o600);
        assert_eq!(secret(dir.path(), "~/zai").unwrap_err().reason, "it is longer than 64 KiB");
    }

    #[test]
    fn without_a_home_nothing_is_read_from_the_current_directory() {
        for vars in [vec![], vec![("HOME".into(), "relative".into())]] {
            let error = read(&vars, &FileRef::new("~/zai").unwrap()).unwrap_err();
            assert_eq!(error.reason, "there is no home directory");
        }
    }
}
