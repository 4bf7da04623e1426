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
    /// One of these options with an assignment to one of these settings: `-c model_provider=x`. The
    /// settings below such a one count as well.
    Assignment {
        /// The options.
        options: Cow<'static, [Text]>,
        /// The settings.
        settings: Cow<'static, [Text]>,
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
    /// The same also on the native provider, if that is named: the words name another.
    RefusedIfNamed {
        /// What would happen, after "`--oss` …".
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
    /// An option that is not among them may or may not take one, and a `--` after it may be its value or the
    /// end of options. Every reading counts, since a refusal too many can be explained and a hand-over too
    /// many cannot.
    pub(crate) fn asked<T: AsRef<OsStr>>(&self, words: &[T], valued: &[Text]) -> Option<String> {
        let words: Vec<&str> =
            words.iter().map(|word| word.as_ref().to_str().unwrap_or_default()).collect();
        ends_of_options(&words).into_iter().find_map(|end| self.asked_in(&words[..end], valued))
    }

    /// The same of words that all come before the end of options.
    fn asked_in(&self, words: &[&str], valued: &[Text]) -> Option<String> {
        match self {
            // Without its value, which may be anything.
            Self::Options(options) => words
                .iter()
                .find_map(|word| options.iter().find(|option| is_option(word, option)))
                .map(ToString::to_string),
            Self::OptionValue { option, values } => values_of(words, option)
                .find(|value| values.iter().any(|known| known == value))
                .map(|value| format!("{option} {value}")),
            Self::Assignment { options, settings } => options.iter().find_map(|option| {
                let assigned = |value: &str| {
                    let key: String = value.split('=').next()?.split_whitespace().collect();
                    let key = key.replace(['"', '\''], "");
                    let is_it = |known: &Text| {
                        let rest = key.strip_prefix(&**known);
                        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    };
                    settings.iter().find(|known| is_it(known))
                };
                let known = values_of(words, option).find_map(assigned)?;
                Some(format!("{option} {known}"))
            }),
            Self::Subcommand(wanted) => [false, true]
                .map(|greedy| plain_words(words, valued, greedy))
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

/// Whether a word is this option, with or without a value: `--model`, `--model=x`; of one with a single
/// letter, `-mx`, too.
fn is_option(word: &str, option: &str) -> bool {
    let is_short = option.len() == 2;
    word.strip_prefix(option)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('=') || is_short)
}

/// Where the options among some words end: at the first `--`, and at the first one that cannot be the value
/// of an option before it.
pub(crate) fn ends_of_options<T: AsRef<OsStr>>(words: &[T]) -> [usize; 2] {
    let is_end = |at: &usize| words[*at].as_ref() == "--";
    let follows_option = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| words[before].as_ref().to_str());
        before.is_some_and(|word| word != "--" && word.starts_with('-') && !word.contains('='))
    };
    let ends = || (0..words.len()).filter(is_end);
    let first = ends().next().unwrap_or(words.len());
    [first, ends().find(|at| !follows_option(at)).unwrap_or(words.len())]
}

/// The values of an option: `--mode x`, `--mode=x`; of one with a single letter, `-mx`, too.
fn values_of<'a>(words: &[&'a str], option: &str) -> impl Iterator<Item = &'a str> {
    let is_short = option.len() == 2;
    words.iter().enumerate().filter_map(move |(at, word)| match word.strip_prefix(option)? {
        "" => words.get(at + 1).copied(),
        rest => rest.strip_prefix('=').or_else(|| is_short.then_some(rest)),
    })
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
        for line in ["", "-- --tmux", "--tmuxes", "tmux", "--no-tmux", "x -- --tmux"] {
            assert!(!asked(&tmux, line), "{line}");
        }
    }

    #[test]
    fn a_double_dash_after_an_option_may_be_its_value() {
        let tmux = Words::Options(vec!["--tmux".into()].into());
        for line in ["--prompt -- --tmux", "a --prompt -- --tmux -- x"] {
            assert!(asked(&tmux, line), "{line}");
        }
        for line in ["--prompt=x -- --tmux", "--prompt -- -- --tmux", "--prompt x -- --tmux"] {
            assert!(!asked(&tmux, line), "{line}");
        }
    }

    #[test]
    fn a_setting_is_found_where_an_option_assigns_it() {
        let provider = Words::Assignment {
            options: vec!["-c".into(), "--config".into()].into(),
            settings: vec!["provider".into()].into(),
        };
        let lines = [
            "-c provider=x",
            "--config provider=\"x\"",
            "--config=provider.mine.url=x",
            "-cprovider=x",
            "-c \"provider\".x=y",
            "exec -c a=b -c provider=x",
        ];
        for line in lines {
            assert!(asked(&provider, line), "{line}");
        }
        for line in ["provider=x", "-c providers=x", "-c a=provider", "-c x.provider=y", "-c"] {
            assert!(!asked(&provider, line), "{line}");
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
