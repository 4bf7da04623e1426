//! Names, checked once when they are made; a name never repeats refused text in its error, since a
//! pasted key can stand where a name belongs.

use std::{fmt, str::FromStr};

use smol_str::SmolStr;

/// Why a text is not a name. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}: {rule}")]
#[non_exhaustive]
pub struct NameError {
    /// What was wanted, for example `provider id`.
    pub what: &'static str,
    /// What such a name looks like.
    pub rule: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:ident, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(inline))]
        pub struct $name(SmolStr);

        impl $name {
            /// A name known when the program is built.
            ///
            /// # Panics
            /// If the text is not a valid name: in a `static`, at compile time.
            #[must_use]
            pub const fn from_static(text: &'static str) -> Self {
                assert!($valid(text.as_bytes()), concat!("not a valid ", $what));
                Self(SmolStr::new_static(text))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                if $valid(text.as_bytes()) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError { what: $what, rule: $rule })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

name! {
    /// The name of an environment variable: `[A-Za-z_][A-Za-z0-9_]*`, what POSIX shells can assign.
    EnvName, "variable name", is_env_name, "letters, digits and `_`, not starting with a digit"
}
name! {
    /// What a provider is called in `--provider` and `[providers.<id>]`.
    ProviderId, "provider id", is_id, "lower-case letters, digits, `-` and `_`, at most 64"
}
name! {
    /// What an agent is called on the command line.
    AgentId, "agent name", is_id, "lower-case letters, digits, `-` and `_`, at most 64"
}
name! {
    /// A workspace: the name of its file without `.toml`.
    WorkspaceName, "workspace name", is_file_stem, "a file name without `/`, not starting with `.` or `-`"
}
name! {
    /// A role: the table `[roles.<role>]`.
    RoleName, "role name", is_plain, "not empty, without control characters"
}
name! {
    /// A running container: its name or its id.
    ContainerName, "container", is_word, "not empty, not starting with `-`, without control characters"
}
name! {
    /// An image to make a container of.
    ImageName, "image", is_word, "not empty, not starting with `-`, without control characters"
}
name! {
    /// A directory that a container can have at the same path.
    MountDir, "directory to mount", is_mountable, "absolute, without `,`, `\"` and control characters"
}

name! {
    /// Names of environment variables; `*` stands for any run of characters. What could be a key
    /// that was pasted there is none, since patterns are shown.
    EnvPattern, "pattern", is_pattern, "letters, digits, `_` and `*`, nothing that looks like a key"
}

/// Names in a message.
pub(crate) fn quoted(names: &[EnvName]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl EnvName {
    /// Whether the name belongs to jackin itself or to the container engine it may drive, and so
    /// cannot be set in `[env]`.
    ///
    /// ```
    /// use jackin_core::EnvName;
    /// assert!(EnvName::from_static("JACKIN_PROVIDER").is_reserved());
    /// assert!(!EnvName::from_static("JACKINET").is_reserved());
    /// ```
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        const RESERVED: [&str; 5] = [
            "JACKIN",
            "DOCKER_HOST",
            "DOCKER_TLS_VERIFY",
            "DOCKER_CERT_PATH",
            "TESTCONTAINERS_HOST_OVERRIDE",
        ];
        self.as_str().starts_with("JACKIN_") || RESERVED.contains(&self.as_str())
    }
}

const fn is_env_name(text: &[u8]) -> bool {
    let mut i = 0;
    while i < text.len() {
        if text[i] != b'_' && !text[i].is_ascii_alphanumeric() {
            return false;
        }
        i += 1;
    }
    !text.is_empty() && !text[0].is_ascii_digit()
}

const fn is_id(text: &[u8]) -> bool {
    let mut i = 0;
    while i < text.len() {
        let byte = text[i];
        let inner = i > 0 && (byte == b'-' || byte == b'_');
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || inner) {
            return false;
        }
        i += 1;
    }
    !text.is_empty() && text.len() <= 64
}

const fn is_plain(text: &[u8]) -> bool {
    let mut i = 0;
    while i < text.len() {
        if text[i].is_ascii_control() {
            return false;
        }
        i += 1;
    }
    !text.is_empty()
}

const fn is_word(text: &[u8]) -> bool {
    is_plain(text) && text[0] != b'-'
}

/// `--mount` separates by commas and takes quotes for its own.
const fn is_mountable(text: &[u8]) -> bool {
    let mut i = 0;
    while i < text.len() {
        if text[i] == b',' || text[i] == b'"' {
            return false;
        }
        i += 1;
    }
    is_plain(text) && text[0] == b'/'
}

/// Words of variables' names are short, and in lower case they hold no digits.
const fn is_pattern(text: &[u8]) -> bool {
    let (mut i, mut word, mut digit, mut lower) = (0, 0, false, false);
    while i < text.len() {
        let byte = text[i];
        if byte == b'_' || byte == b'*' {
            (word, digit, lower) = (0, false, false);
        } else if byte.is_ascii_alphanumeric() {
            (word, digit, lower) =
                (word + 1, digit | byte.is_ascii_digit(), lower | byte.is_ascii_lowercase());
        } else {
            return false;
        }
        if word > 24 || (digit && (word > 15 || (lower && word > 7))) {
            return false;
        }
        i += 1;
    }
    !text.is_empty()
}

const fn is_file_stem(text: &[u8]) -> bool {
    let mut i = 0;
    while i < text.len() {
        if text[i] == b'/' || text[i] == b'\\' {
            return false;
        }
        i += 1;
    }
    is_plain(text) && text[0] != b'.' && text[0] != b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_names_are_what_shells_can_assign() {
        for good in ["A", "_", "ZAI_API_KEY", "a1"] {
            assert_eq!(good.parse::<EnvName>().unwrap().as_str(), good);
        }
        for bad in ["", "1A", "A-B", "A B", "A=B", "Ä", "A\0", "A\n"] {
            assert!(bad.parse::<EnvName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn workspace_names_stay_inside_their_directory() {
        for good in ["acme", "Acme Corp", "a.b", "ünïcode"] {
            assert!(good.parse::<WorkspaceName>().is_ok(), "{good:?}");
        }
        for bad in ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "-x", "a\nb"] {
            assert!(bad.parse::<WorkspaceName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn containers_and_images_are_no_options_and_directories_can_be_mounted() {
        for good in ["web", "a_b.c-1", "registry.example.com:5000/team/image@sha256:00"] {
            assert!(good.parse::<ContainerName>().is_ok() && good.parse::<ImageName>().is_ok());
        }
        for bad in ["", "-x", "--privileged", "a\nb"] {
            assert!(bad.parse::<ContainerName>().is_err() && bad.parse::<ImageName>().is_err());
        }
        assert!("/a b:c=d/\u{e9}".parse::<MountDir>().is_ok());
        for bad in ["", "a", "/a,readonly", "/a\"b", "/a\nb"] {
            assert!(bad.parse::<MountDir>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn patterns_are_shown_and_so_no_keys() {
        for good in ["AWS_*", "*", "*_TOKEN", "npm_config_*", "VERTEX_REGION_CLAUDE_4_5", "S3_*"] {
            assert!(good.parse::<EnvPattern>().is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "A=B",
            "A\0",
            "A B",
            "A-B",
            "A?",
            "\u{c4}*",
            "sk-cp-1",
            "agt_sentinel123",
            "AKIAIOSFODNN7EXAMPLE",
            "abcdefghijklmnopqrstuvwxyz",
        ] {
            assert!(bad.parse::<EnvPattern>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ids_are_lower_case() {
        assert!("zai".parse::<ProviderId>().is_ok());
        for bad in ["", "Zai", "-x", "a.b", "a b", &"x".repeat(65)] {
            assert!(bad.parse::<ProviderId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_refused_name_is_not_repeated() {
        let error = "sk-secret value".parse::<EnvName>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("sk-secret"));
    }
}
