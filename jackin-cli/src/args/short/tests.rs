#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{
    cell::Cell,
    ffi::OsString,
    io::{self, Write as _},
    iter,
    os::unix::ffi::OsStringExt as _,
};

use clap::{Arg, Command, CommandFactory as _};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};

use super::Arguments;

/// How many command lines are tried, and how many of them at least are to be read without clap.
const TRIED: u32 = 20_000;
const READ: u32 = 4_000;

/// The options that are left to clap.
const LEFT: [(&str, &[&str]); 2] =
    [("run", &["help", "image", "in", "tab"]), ("env", &["format", "help", "strict", "undo"])];

/// What may stand where a name or a value is wanted; nothing is the first.
const WORDS: &str = " - -- --- --= --=x -h -V -p -c -1 --help --version --prov a=b =x é claude codex \
                     zai run env help plan /bin/true docker:dev";

/// An option's name, and the values it takes.
type Known = (String, Vec<String>);

fn short(words: &[OsString]) -> Option<String> {
    let arguments = super::read(&mut words.iter().cloned())?;
    Some(format!("{:?}", (arguments, false)))
}

fn declared(words: &[OsString]) -> String {
    let words = iter::once("jackin".into()).chain(words.iter().cloned());
    format!("{:?}", Arguments::declared(words).map_err(|error| error.kind()).unwrap())
}

fn definition() -> Command {
    let mut definition = Arguments::command();
    definition.build();
    definition
}

fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_positional())
}

fn known(option: &Arg) -> Known {
    let values = option.get_possible_values();
    let mut values: Vec<_> = values.iter().map(|value| value.get_name().to_owned()).collect();
    if !option.get_action().takes_values() {
        values.clear();
    } else if values.is_empty() {
        values = ["zai", "dev", "a=b", "/bin/true"].map(String::from).into();
    }
    (option.get_long().unwrap().to_owned(), values)
}

#[test]
fn every_option_is_read_as_declared_or_left_to_clap() {
    let definition = definition();
    for (name, left) in LEFT {
        let command = definition.find_subcommand(name).unwrap();
        for word in left {
            assert!(options(command).any(|option| option.get_long() == Some(word)), "{word}");
        }
        for (option, values) in options(command).map(known) {
            let takes = !values.is_empty();
            let value = values.first().map_or("claude", String::as_str);
            let line = |words: &[&str]| {
                // A shell is for a script.
                let script = (option == "shell").then_some("--export");
                let before = iter::once(name).chain(script);
                before.chain(words.iter().copied()).map(OsString::from).collect::<Vec<_>>()
            };
            let long = format!("--{option}");
            for (words, well) in [
                (line(&[&long]), !takes),
                (line(&[&format!("{long}={value}")]), takes),
                (line(&[&long, value]), true),
            ] {
                let read = short(&words);
                assert_eq!(read.is_some(), well && !left.contains(&&*option), "{words:?}");
                assert!(read.is_none_or(|read| read == declared(&words)), "{words:?}");
            }
        }
    }
}

/// A word that is no option on purpose.
fn word() -> impl Strategy<Value = OsString> {
    prop_oneof![
        8 => select(WORDS.split(' ').collect::<Vec<_>>()).prop_map(OsString::from),
        1 => vec(any::<u8>(), 0..4).prop_map(OsString::from_vec),
    ]
}

/// An option, well spelled or not, with a value that it takes or another, or a word.
fn piece(known: Vec<Known>) -> impl Strategy<Value = Vec<OsString>> {
    let parts = (select(known), any::<Index>(), word(), 0..16);
    parts.prop_map(|((name, values), index, word, how)| {
        let long = OsString::from(format!("--{name}"));
        let value = (!values.is_empty()).then(|| index.get(&values));
        let attached = |value: OsString| {
            let mut text = OsString::from(format!("--{name}="));
            text.push(value);
            vec![text]
        };
        match (how, value) {
            (0..=9, None) | (10, _) => vec![long],
            (0..=5, Some(value)) => vec![long, value.into()],
            (6..=9, Some(value)) => attached(value.into()),
            (11, _) => attached(word),
            (12, _) => vec![format!("--{}", &name[..index.index(name.len())]).into()],
            _ => vec![word],
        }
    })
}

/// Every other command's options, and every word that the short way knows, so that it can know none
/// that clap does not.
fn others(definition: &Command) -> Vec<Known> {
    let literals = include_str!("../short.rs").split('"').skip(1).step_by(2);
    let literals = literals.map(|name| (name.to_owned(), vec!["zai".to_owned()]));
    definition.get_subcommands().flat_map(options).map(known).chain(literals).collect()
}

/// Lines for one command, most of them made of what clap knows there.
fn line(name: &'static str, definition: &Command) -> impl Strategy<Value = Vec<OsString>> + use<> {
    let globals: Vec<_> = options(definition).map(known).collect();
    let own: Vec<_> = options(definition.find_subcommand(name).unwrap()).map(known).collect();
    let others = piece(others(definition)).boxed();
    let before = prop_oneof![9 => piece(globals), 1 => others.clone()];
    let behind = prop_oneof![9 => piece(own), 1 => others];
    let command = prop_oneof![9 => Just(name.into()), 1 => word()];
    (vec(before, 0..2), command, vec(behind, 0..5)).prop_map(|(before, command, behind)| {
        before.into_iter().flatten().chain([command]).chain(behind.into_iter().flatten()).collect()
    })
}

#[test]
fn what_is_read_without_clap_is_what_clap_reads() {
    let read = Cell::new(0);
    let config = Config { failure_persistence: None, ..Config::with_cases(TRIED) };
    let definition = definition();
    let lines = prop_oneof![line("run", &definition), line("env", &definition)];
    let answer = TestRunner::new(config).run(&lines, |words| {
        if let Some(short) = short(&words) {
            read.set(read.get() + 1);
            prop_assert_eq!(short, declared(&words));
        }
        Ok(())
    });
    answer.unwrap();
    let read = read.get();
    writeln!(io::stderr(), "{TRIED} command lines, {read} of them read without clap").unwrap();
    assert!(read >= READ, "{read}");
}
