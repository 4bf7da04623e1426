//! Ways in which an agent hands a session on to another process. That process may not have the
//! environment that jackin made, so it may use another provider or another key.

use std::{borrow::Cow, ffi::OsStr};

use crate::{model::Text, names::EnvName};

/// One way in which an agent hands a session on, and what a redirected launch does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandOver {
    /// The words after the agent's name that ask for it.
    pub words: Words,
    /// What a redirected launch does about it.
    pub fate: HandOverFate,
}

/// The words after an agent's name that ask for something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Words {
    /// Any of these options, with or without a value: `--tmux`, `--tmux=classic`.
    Options(Cow<'static, [Text]>),
    /// This option with one of these values: `--teammate-mode tmux`, `--teammate-mode=tmux`.
    OptionValue {
        /// The option.
        option: Text,
        /// The values that ask for it.
        values: Cow<'static, [Text]>,
    },
    /// These words, as the first that are not options: `app-server`, `cloud exec`.
    Subcommand(Cow<'static, [Text]>),
    /// No words: the agent does it on its own, or offers it during a session. The text says how.
    Session(Text),
}

/// What a redirected launch does about a way of handing on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandOverFate {
    /// The other process uses the chosen provider, or sends nothing. The text says why.
    Held(Text),
    /// The launch is refused, unless the guard is off.
    Refused {
        /// What would happen, after "`--tmux` …".
        because: Text,
        /// What works instead, as a sentence without its full stop.
        instead: Text,
    },
    /// It shows the key to other programs unless this variable holds something. A launch that has a key
    /// is refused without it, a native one too, unless the guard is off.
    Needs {
        /// The variable, such as the password of a server.
        variable: EnvName,
        /// What would happen without it.
        because: Text,
    },
    /// jackin cannot see it coming. The text says what happens.
    Open(Text),
}

impl HandOver {
    /// A way of handing on.
    #[must_use]
    pub const fn new(words: Words, fate: HandOverFate) -> Self {
        Self { words, fate }
    }
}

impl Words {
    /// What of the user's words asks for it: an option, or a subcommand. `valued` are the agent's options that take
    /// the next word as their value.
    ///
    /// An option that is not among them may or may not take one. Both readings count, since a
    /// refusal too many can be explained and a hand-over too many cannot.
    pub(crate) fn asked<T: AsRef<OsStr>>(&self, words: &[T], valued: &[Text]) -> Option<String> {
        let end = words.iter().position(|word| word.as_ref() == "--").unwrap_or(words.len());
        let words: Vec<&str> =
            words[..end].iter().map(|word| word.as_ref().to_str().unwrap_or_default()).collect();
        match self {
            // Without its value, which may be anything.
            Self::Options(options) => words
                .into_iter()
                .map(|word| word.split_once('=').map_or(word, |(name, _)| name))
                .find(|name| options.iter().any(|option| option == name))
                .map(str::to_owned),
            Self::OptionValue { option, values } => {
                let of_next =
                    words.windows(2).filter(|pair| pair[0] == *option).map(|pair| pair[1]);
                let joined = words.iter().filter_map(|word| {
                    word.strip_prefix(&**option).and_then(|rest| rest.strip_prefix('='))
                });
                let found = of_next.chain(joined).find(|value| values.iter().any(|v| v == value));
                found.map(|value| format!("{option} {value}"))
            }
            Self::Subcommand(wanted) => [false, true]
                .map(|greedy| plain_words(&words, valued, greedy))
                .into_iter()
                .find(|plain| {
                    plain.len() >= wanted.len()
                        && wanted.iter().zip(plain).all(|(wanted, word)| *wanted == **word)
                })
                .map(|_| wanted.join(" ")),
            Self::Session(_) => None,
        }
    }
}

/// The words that are neither options nor their values. If `greedy`, an unknown option takes a value.
fn plain_words<'a>(words: &[&'a str], valued: &[Text], greedy: bool) -> Vec<&'a str> {
    let mut plain = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            plain.push(*word);
        } else if !word.contains('=') && (greedy || valued.iter().any(|known| known == word)) {
            rest.next();
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &Words, line: &str) -> bool {
        let line: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
        words.asked(&line, &["-c".into()]).is_some()
    }

    #[test]
    fn an_option_is_found_before_the_end_of_options() {
        let tmux = Words::Options(vec!["--tmux".into(), "-t".into()].into());
        for line in ["--tmux", "-p x --tmux=classic", "--model a --tmux", "-t"] {
            assert!(asked(&tmux, line), "{line}");
        }
        for line in ["", "-- --tmux", "--tmuxes", "tmux", "--no-tmux"] {
            assert!(!asked(&tmux, line), "{line}");
        }
    }

    #[test]
    fn an_option_is_found_by_its_value() {
        let values = vec!["tmux".into(), "auto".into()].into();
        let mode = Words::OptionValue { option: "--mode".into(), values };
        for line in ["--mode tmux", "-p x --mode=auto", "--mode in-process --mode auto"] {
            assert!(asked(&mode, line), "{line}");
        }
        for line in ["--mode", "--mode in-process", "tmux", "-- --mode tmux", "--modes=tmux"] {
            assert!(!asked(&mode, line), "{line}");
        }
    }

    #[test]
    fn a_subcommand_is_found_behind_options_and_their_values() {
        let cloud = Words::Subcommand(vec!["cloud".into(), "exec".into()].into());
        for line in ["cloud exec", "-c a=b cloud exec x", "--new cloud exec", "--new x cloud exec"]
        {
            assert!(asked(&cloud, line), "{line}");
        }
        for line in ["", "cloud", "exec cloud exec", "-- cloud exec", "-c cloud exec", "cloudexec"]
        {
            assert!(!asked(&cloud, line), "{line}");
        }
    }
}
