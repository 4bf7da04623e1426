//! The command lines of plain launches, read without building clap's whole definition. It refuses
//! nothing: what is not plain is left to clap, and the tests hold the rest against clap's answer.

use std::{ffi::OsString, iter, mem, path::PathBuf};

use clap::ValueEnum;

use super::{Arguments, Color, Command, Env, Run, Selection, Target};

type Words<'a> = dyn Iterator<Item = OsString> + 'a;

/// What clap makes of these words, where that is plain.
pub(super) fn read(words: &mut Words<'_>) -> Option<Arguments> {
    let mut globals = Globals::default();
    loop {
        let word = words.next()?;
        let command = match word.to_str()? {
            "run" => Command::Run(run(words, &mut globals)?),
            "env" => Command::Env(env(words, &mut globals)?),
            option => {
                globals.read(Long::of(option, words)?)?;
                continue;
            }
        };
        let Globals { config_dir, color } = globals;
        return Some(Arguments { config_dir, color: color.unwrap_or_default(), command });
    }
}

fn run(words: &mut Words<'_>, globals: &mut Globals) -> Option<Run> {
    let mut run = Run::default();
    while let Some(word) = words.next() {
        let text = word.to_str()?;
        if is_name(text) {
            run.target = Some(Target::Agent(iter::once(word).chain(words).collect()));
            break;
        }
        let option = Long::of(text, words)?;
        match option.name {
            "program" => option.fill(&mut run.program, Some)?,
            "dry-run" => option.set(&mut run.show.dry_run)?,
            "debug" => option.set(&mut run.show.debug)?,
            "no-title" => option.set(&mut run.show.no_title)?,
            _ => globals.select(option, &mut run.selection)?,
        }
    }
    Some(run)
}

fn env(words: &mut Words<'_>, globals: &mut Globals) -> Option<Env> {
    let mut env = Env::default();
    while let Some(word) = words.next() {
        let text = word.to_str()?;
        if is_name(text) {
            once(&mut env.agent, word)?;
            continue;
        }
        let option = Long::of(text, words)?;
        match option.name {
            "export" => option.set(&mut env.export)?,
            "shell" => option.fill(&mut env.shell, |value| value.to_str()?.parse().ok())?,
            _ => globals.select(option, &mut env.selection)?,
        }
    }
    // A shell is for a script.
    (env.export || env.shell.is_none()).then_some(env)
}

/// What may stand before the command and behind it.
#[derive(Default)]
struct Globals {
    config_dir: Option<PathBuf>,
    color: Option<Color>,
}

impl Globals {
    fn read(&mut self, option: Long<'_>) -> Option<()> {
        match option.name {
            "config-dir" => option.fill(&mut self.config_dir, |value| Some(value.into())),
            "color" => option.fill(&mut self.color, one_of),
            _ => None,
        }
    }

    fn select(&mut self, option: Long<'_>, selection: &mut Selection) -> Option<()> {
        let slot = match option.name {
            "provider" => &mut selection.provider,
            "workspace" => &mut selection.place.workspace,
            "role" => &mut selection.place.role,
            "pure" => return option.set(&mut selection.pure),
            _ => return self.read(option),
        };
        option.fill(slot, |value| value.into_string().ok())
    }
}

/// A long option, what stands behind its `=`, and the words behind it.
struct Long<'a> {
    name: &'a str,
    attached: Option<&'a str>,
    words: &'a mut Words<'a>,
}

impl<'a> Long<'a> {
    fn of(word: &'a str, words: &'a mut Words<'_>) -> Option<Self> {
        let word = word.strip_prefix("--")?;
        let split = word.split_once('=');
        let (name, attached) = split.map_or((word, None), |(name, value)| (name, Some(value)));
        Some(Self { name, attached, words })
    }

    fn set(self, flag: &mut bool) -> Option<()> {
        (self.attached.is_none() && !mem::replace(flag, true)).then_some(())
    }

    fn fill<T>(self, slot: &mut Option<T>, parse: fn(OsString) -> Option<T>) -> Option<()> {
        let value = match self.attached {
            Some(value) => value.into(),
            // What looks like an option is none's value.
            None => self.words.next().filter(|word| !word.as_encoded_bytes().starts_with(b"-"))?,
        };
        once(slot, parse(Some(value).filter(|value| !value.is_empty())?)?)
    }
}

/// Nothing is given twice.
fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('-')
}

fn one_of<T: ValueEnum>(value: OsString) -> Option<T> {
    T::from_str(value.to_str()?, false).ok()
}

#[cfg(all(test, unix))]
mod tests;
