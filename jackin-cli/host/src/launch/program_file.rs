//! The beginning of a program's file: enough to tell a script from a binary and to see what a short
//! script does. More is read of a longer shell script alone.

use std::{borrow::Cow, fs::File, io::Read as _, path::Path};

use crate::os;

/// How much is read, in bytes: a script that only starts another program is shorter.
const SHORT: usize = 4 << 10;
/// How much is read of a shell script, in bytes.
const LONG: u64 = 64 << 10;

/// A program's file, opened, with its first bytes.
#[derive(Debug)]
pub(super) struct ProgramFile {
    file: Option<File>,
    bytes: [u8; SHORT],
    length: usize,
}

impl ProgramFile {
    /// Opens a file without waiting for anything. One that cannot be read counts as empty: its
    /// interpreter could not read it either.
    pub(super) fn open(path: &Path) -> Self {
        let mut bytes = [0; SHORT];
        let mut file = os::open(path).ok().map(|opened| opened.file);
        let length = file.as_mut().and_then(|file| file.read(&mut bytes).ok());
        Self { file, bytes, length: length.unwrap_or_default() }
    }

    /// The open file, if it could be opened.
    #[cfg(unix)]
    pub(super) const fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// Its first bytes as text; none of a binary, or of a file that holds nothing.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        let is_text = self.length > 0 && !self.is_binary();
        is_text.then(|| String::from_utf8_lossy(self.head()))
    }

    /// The same with what follows, up to a limit. It reads on, so that it can be called once.
    pub(super) fn long_text(&self) -> Option<Cow<'_, str>> {
        let text = self.text()?;
        let Some(file) = self.file.as_ref().filter(|_| self.length == SHORT) else {
            return Some(text);
        };
        let mut bytes = self.head().to_vec();
        // A script that cannot be read on cannot be started either.
        bytes
            .extend(os::read_within(file, LONG - SHORT as u64).iter().flat_map(|rest| rest.iter()));
        Some(String::from_utf8_lossy(&bytes).into_owned().into())
    }

    /// Its first bytes.
    pub(super) fn head(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Whether its first line names an interpreter.
    pub(super) fn is_script(&self) -> bool {
        self.head().starts_with(b"#!")
    }

    /// Whether it is a text that names no interpreter, which a shell takes for a script.
    pub(super) fn is_plain_text(&self) -> bool {
        self.length > 0 && !self.is_script() && !self.is_binary()
    }

    /// Whether it is no script at all, as shells tell it: its first line holds a NUL.
    pub(super) fn is_binary(&self) -> bool {
        let first = self.head()[..self.length.min(256)].split(|byte| *byte == b'\n').next();
        first.is_some_and(|line| line.contains(&0))
    }
    /// A file that holds this, which is nowhere.
    #[cfg(test)]
    pub(super) fn holding(text: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        let length = text.len().min(SHORT);
        bytes[..length].copy_from_slice(&text[..length]);
        Self { file: None, bytes, length }
    }
}

/// The lines of a script that are neither empty nor a comment, with their numbers, counted from 1.
pub(super) fn commands(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#') && !line.starts_with("//"))
}
