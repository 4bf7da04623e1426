//! Versions of packages.

use std::fmt;

/// A version as `major.minor.patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl Version {
    /// A version of three numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }
}

/// A text that is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version of the form MAJOR.MINOR.PATCH")]
pub struct VersionError;

impl std::str::FromStr for Version {
    type Err = VersionError;

    /// Reads three numbers and ignores a suffix after them.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let digits = |part: &str| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().map_err(|_| VersionError)
        };
        let mut parts = text.splitn(3, '.').map(digits);
        let mut next = || parts.next().ok_or(VersionError)?;
        Ok(Self::new(next()?, next()?, next()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let version = |text: &str| text.parse::<Version>();
        assert!(version("2.1.98").unwrap() < version("2.1.198").unwrap());
        assert_eq!(version("2.1.329-beta.1"), Ok(Version::new(2, 1, 329)));
        for bad in ["", "2", "2.1", "2.1.", "a.b.c", "2..1", "claude", "99999999999.1.1"] {
            assert_eq!(version(bad), Err(VersionError), "{bad}");
        }
    }
}
