//! What a key must look like before it is sent anywhere: every entrance of a key asks here. A key is
//! never repeated, not even its beginning.

use crate::names::{EnvName, ProviderId};

/// What is wrong with the text of a key; the key is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// Nothing, or nothing but white space.
    #[error("is blank")]
    Blank,
    /// A line feed or a carriage return.
    #[error("holds a line break")]
    LineBreak,
    /// A quote at its beginning or its end, which a shell or a file would have taken away.
    #[error("has quotes around it")]
    Quoted,
    /// A line that sets a variable, such as `NAME=value`.
    #[error("is an assignment (`NAME=value`), not the value alone")]
    Assignment,
    /// The value of an HTTP header, such as `Bearer …`.
    #[error("is a header (`Bearer …`), not the key alone")]
    Header,
    /// A text that says where a key is, such as `op://…` or `$NAME`.
    #[error("is a reference (`op://…`, `$NAME`), not the key itself")]
    Reference,
    /// A text that stands for a key in an example, such as `<your-api-key>`.
    #[error("is a placeholder out of an example")]
    Placeholder,
    /// A comma or a semicolon behind the key.
    #[error("ends with a comma or a semicolon")]
    Punctuation,
    /// A space or a tab: no HTTP header carries it.
    #[error("holds white space")]
    Space,
    /// A control character: no HTTP header carries it.
    #[error("holds a control character")]
    Control,
    /// A character outside ASCII: no HTTP header carries it.
    #[error("holds a character outside ASCII")]
    NotAscii,
    /// It begins like the keys of a provider whose keys are good there alone.
    #[error("is a key of `{0}`, which is good there alone")]
    Bound(ProviderId),
    /// It begins like the keys of another vendor's provider.
    #[error("is a key of `{0}`, another vendor's provider")]
    Foreign(ProviderId),
}

impl KeyProblem {
    /// What to do about it.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Blank => "put the key there",
            Self::Quoted => "take the quotes away that are part of the value",
            Self::Assignment => "keep only what is after the `=`",
            Self::Header => "keep only the key, without the header's name and `Bearer`",
            Self::Reference => {
                "a reference is read where it is the whole value in `[env]` or of an exported key \
                 variable"
            }
            Self::Placeholder => "put the real key in its place",
            Self::Punctuation => "remove the comma or the semicolon",
            Self::LineBreak | Self::Space | Self::Control | Self::NotAscii => {
                "paste the key alone, on one line and without spaces"
            }
            Self::Bound(_) | Self::Foreign(_) => "use a key of this provider",
        }
    }
}

/// Checks that a text can be a key: printable ASCII without spaces, not blank, and none of the texts
/// that are taken for a key by mistake, such as a reference, an assignment or a placeholder.
///
/// # Errors
/// What is wrong with it. A blank key matters most: with an empty token some agents send the
/// user's stored login to the provider instead.
pub fn check_key(key: &str) -> Result<(), KeyProblem> {
    let text = key.trim();
    let problem = if text.is_empty() {
        KeyProblem::Blank
    } else if key.contains(['\n', '\r']) {
        KeyProblem::LineBreak
    } else if is_quoted(text) {
        KeyProblem::Quoted
    } else if is_assignment(text) {
        KeyProblem::Assignment
    } else if is_header(text) {
        KeyProblem::Header
    } else if is_reference(text) {
        KeyProblem::Reference
    } else if is_placeholder(text) {
        KeyProblem::Placeholder
    } else if text.ends_with([',', ';']) {
        KeyProblem::Punctuation
    } else if key.contains(char::is_whitespace) {
        KeyProblem::Space
    } else if key.contains(char::is_control) {
        KeyProblem::Control
    } else if !key.is_ascii() {
        KeyProblem::NotAscii
    } else {
        return Ok(());
    };
    Err(problem)
}

fn is_quoted(text: &str) -> bool {
    const QUOTES: [char; 9] = ['"', '\'', '`', '“', '”', '„', '‘', '’', '\u{ab}'];
    text.starts_with(QUOTES) || text.ends_with(QUOTES)
}

/// Whether a text sets a variable. Padding at the end of a key is no value.
fn is_assignment(text: &str) -> bool {
    let words = ["export ", "setx ", "set ", "$env:"];
    let text = words.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    text.split_once('=').is_some_and(|(name, value)| {
        name.trim().parse::<EnvName>().is_ok() && !value.trim_matches('=').is_empty()
    })
}

fn is_header(text: &str) -> bool {
    let starts = |word: &str, after: fn(char) -> bool| {
        let rest = text.get(word.len()..).filter(|_| {
            text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        });
        rest.is_some_and(|rest| rest.starts_with(after))
    };
    let names = ["authorization", "proxy-authorization", "x-api-key", "api-key"];
    starts("bearer", |c| c.is_whitespace() || c == ':')
        || starts("basic", char::is_whitespace)
        || names.into_iter().any(|name| starts(name, |c| c.is_whitespace() || c == ':'))
}

/// Whether a text says where a key is: a reference of jackin's, or one that a shell, 1Password or a
/// template would have resolved.
fn is_reference(text: &str) -> bool {
    let batch = text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%'));
    text.starts_with("op://")
        || text.starts_with('$')
        || text.contains("{{")
        || batch.is_some_and(|name| name.parse::<EnvName>().is_ok())
}

/// Whether a text is what examples and lists show in place of a key. Short words such as `demo` and
/// `test`, with which programs are tried, are none.
fn is_placeholder(text: &str) -> bool {
    const MARKS: [&str; 6] = ["<", ">", "...", "***", "xxxxxx", "XXXXXX"];
    // By their first letter, which alone is compared at most places of a key.
    const WORDS: [(u8, &[&str]); 8] = [
        (b'y', &["yourkey", "yourapi", "yourtoken", "yoursecret", "youractual"]),
        (b'k', &["keyhere"]),
        (b't', &["tokenhere"]),
        (b'c', &["changeme"]),
        (b'r', &["replaceme", "replacewith"]),
        (b'p', &["placeholder", "pasteyour"]),
        (b'i', &["insertyour"]),
        (b'e', &["enteryour"]),
    ];
    // The key is compared in place, since a copy of it would not be wiped.
    let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_crossed_out =
        |part: &str| part.len() >= 3 && part.bytes().all(|byte| matches!(byte, b'x' | b'X'));
    MARKS.iter().any(|mark| text.contains(mark))
        || text.contains(['…', '•'])
        || parts.clone().next_back().is_some_and(is_crossed_out)
        || parts.any(|part| part.eq_ignore_ascii_case("your"))
        || text.bytes().enumerate().any(|(at, byte)| {
            let first = byte.to_ascii_lowercase();
            let words = WORDS.iter().find(|(letter, _)| *letter == first);
            words.is_some_and(|(_, words)| {
                words.iter().any(|word| begins(letters(&text.as_bytes()[at..]), word))
            })
        })
        || (begins(letters(text.as_bytes()).rev(), "yekipa") && text.parse::<EnvName>().is_ok())
        || ["apikey", "null", "undefined"]
            .iter()
            .any(|word| letters(text.as_bytes()).eq(word.bytes()))
}

/// The letters and digits of a text, in lower case.
fn letters(text: &[u8]) -> impl DoubleEndedIterator<Item = u8> {
    let letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.map(u8::to_ascii_lowercase)
}

fn begins(mut letters: impl Iterator<Item = u8>, word: &str) -> bool {
    word.bytes().all(|byte| letters.next() == Some(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_what_a_header_can_carry() {
        for good in [
            "sk-cp-1234_x.y",
            "demo",
            "test",
            "x",
            "xx",
            "key",
            "none",
            "EMPTY",
            "sk-no-key-required",
            "not-needed",
            "ollama",
            "0f3a9b.Xyz123",
            "eyJhbGciOi.J9.x-y_z",
            "YWJjZA==",
            "YWJjZGU=",
            "a,b;c",
            "pa$$word",
            "sk-ant-api03-AbC_xXxX-deF",
        ] {
            assert_eq!(check_key(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn each_text_that_is_no_key_has_a_sentence_of_its_own() {
        use KeyProblem as P;
        let kinds: &[(P, &[&str])] = &[
            (P::Blank, &["", " \t", "\n"]),
            (P::LineBreak, &["a\nb", "a\r", "a\n"]),
            (
                P::Quoted,
                &["\"sk-1\"", "'sk-1'", "`sk-1`", "“sk-1”", "\"sk-1", "sk-1'", "\"sk-1\" "],
            ),
            (
                P::Assignment,
                &[
                    "ZAI_API_KEY=sk-1",
                    "export ZAI_API_KEY=sk-1",
                    "key = sk-1",
                    "A=\"sk-1",
                    "$env:ZAI_API_KEY=sk-1",
                    "set A=b",
                ],
            ),
            (
                P::Header,
                &[
                    "Bearer sk-1",
                    "bearer\tsk-1",
                    "Authorization: Bearer sk-1",
                    "x-api-key: sk-1",
                    "BEARER: sk-1",
                    "Basic abc",
                ],
            ),
            (
                P::Reference,
                &[
                    "op://V/I/F",
                    "op://V",
                    "$X",
                    "${X}",
                    "${X",
                    "$X-1",
                    "$(pass zai)",
                    "{{ X }}",
                    "%ZAI_API_KEY%",
                    "$env:X",
                ],
            ),
            (
                P::Placeholder,
                &[
                    "your_api_key",
                    "<your-api-key>",
                    "YOUR_ZAI_API_KEY",
                    "your-api-key-here",
                    "xxx",
                    "XXXX",
                    "sk-xxx",
                    "sk-ant-api03-xxxxxxxxAA",
                    "sk-...",
                    "sk-…",
                    "••••wxyz",
                    "****wxyz",
                    "<key>",
                    "changeme",
                    "change-me",
                    "sk-or-v1-your-key-here",
                    "api_key",
                    "ZAI_API_KEY",
                    "REPLACE_WITH_KEY",
                    "your api key",
                    "null",
                ],
            ),
            (P::Punctuation, &["sk-1,", "sk-1;", "sk-1, "]),
            (P::Space, &["a b", " a", "a\t", "a\u{a0}b", "a\u{2028}b"]),
            (P::Control, &["a\u{1b}", "\u{7f}a", "a\u{0}"]),
            (P::NotAscii, &["schlüssel", "a\u{200b}", "\u{feff}a"]),
        ];
        let mut said = Vec::new();
        for (problem, texts) in kinds {
            for text in *texts {
                assert_eq!(check_key(text).as_ref(), Err(problem), "{text:?}");
            }
            said.push(problem.to_string());
        }
        said.dedup();
        assert_eq!(said.len(), kinds.len());
    }

    proptest! {
        /// Wherever a secret is in a text that is refused, and whatever surrounds it.
        #[test]
        fn a_refused_text_is_never_repeated(
            secret in "[a-z]{3}[0-9]{6}",
            before in "(.{0,3}|Bearer |A=|\"|op://|\\$|<|your-|sk-ant-|agt_)",
            after in "(.{0,3}|,|\"|>|;|\n|…)",
        ) {
            let text = format!("{before}{secret}{after}");
            if let Err(problem) = check_key(&text) {
                let said = format!("{problem} {problem:?} {}", problem.advice());
                prop_assert!(!said.contains(&secret), "{said}");
            }
        }

        /// What vendors hand out: a prefix, then letters and digits.
        #[test]
        fn a_random_key_is_one(key in "(sk-|sk-ant-api03-|xai-|agt_|)[A-Za-z0-9_-]{19,95}[0-9]") {
            prop_assert_eq!(check_key(&key), Ok(()));
        }
    }
}
