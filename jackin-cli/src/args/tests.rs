use clap::CommandFactory as _;

use super::Arguments;

#[test]
fn the_definition_is_sound() {
    Arguments::command().debug_assert();
}

/// `run` and `env` read alone, against the whole definition.
#[cfg(unix)]
mod alone {
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

    /// How many command lines are tried, and how many of them at least are well formed.
    const TRIED: u32 = 20_000;
    const READ: u32 = 6_000;

    /// Words that are no option on purpose; the first is empty.
    const WORDS: &str = " - -- --- --= --=x -h -V -p -c -1 --help --version --prov a=b =x é claude \
                         codex zai run env help plan rn evn /bin/true docker:dev";

    /// An option's name, and the values it takes.
    type Known = (String, Vec<String>);

    fn words(line: &[OsString]) -> Vec<OsString> {
        iter::once("jackin".into()).chain(line.iter().cloned()).collect()
    }

    /// What is read without the whole definition.
    fn alone(line: &[OsString]) -> Option<String> {
        Arguments::alone(&words(line)).map(|arguments| format!("{:?}", (arguments, false)))
    }

    /// What the program reads, or what it says instead.
    fn read(line: &[OsString]) -> Result<String, String> {
        let read = Arguments::read_from(&words(line)).map(|read| format!("{read:?}"));
        read.map_err(|error| format!("{} {}", error.exit_code(), error.render()))
    }

    /// The same by the whole definition.
    fn declared(line: &[OsString]) -> Result<String, String> {
        let read = Arguments::declared(&words(line)).map(|read| format!("{read:?}"));
        read.map_err(|error| format!("{} {}", error.exit_code(), error.render()))
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
            values = ["zai", "docker:dev", "a=b", "/bin/true"].map(String::from).into();
        }
        (option.get_long().unwrap().to_owned(), values)
    }

    #[test]
    fn every_option_is_read_as_declared() {
        let definition = definition();
        for name in ["run", "env"] {
            for (option, values) in options(definition.find_subcommand(name).unwrap()).map(known) {
                let value = values.get(1).or(values.first()).map(String::as_str);
                let long = format!("--{option}");
                let attached = value.map(|value| format!("{long}={value}"));
                let spaced = iter::once(long.as_str()).chain(value).collect::<Vec<_>>();
                for option in iter::once(spaced).chain(attached.as_deref().map(|word| vec![word])) {
                    // Some options of `env` say how a script is printed.
                    for script in [None, Some("--export")] {
                        let line = iter::once(name).chain(script).chain(option.iter().copied());
                        let line: Vec<_> = line.map(OsString::from).collect();
                        assert_eq!(alone(&line), declared(&line).ok(), "{line:?}");
                        assert_eq!(read(&line), declared(&line), "{line:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_read_alone_is_what_the_whole_definition_reads() {
        let read_alone = Cell::new(0);
        let config = Config { failure_persistence: None, ..Config::with_cases(TRIED) };
        let definition = definition();
        let lines = prop_oneof![line("run", &definition), line("env", &definition)];
        let answer = TestRunner::new(config).run(&lines, |line| {
            let (alone, declared) = (alone(&line), declared(&line));
            let begins = line.first().is_some_and(|first| first == "run" || first == "env");
            // Nothing that is well formed needs the whole definition.
            prop_assert_eq!(&alone, &declared.clone().ok().filter(|_| begins));
            if begins {
                prop_assert_eq!(read(&line), declared);
            }
            read_alone.set(read_alone.get() + u32::from(alone.is_some()));
            Ok(())
        });
        answer.unwrap();
        let read = read_alone.get();
        writeln!(io::stderr(), "{TRIED} command lines, {read} of them read alone").unwrap();
        assert!(read >= READ, "{read}");
    }

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

    /// Lines for one command: mostly its own options, some of every other command's.
    fn line(
        name: &'static str,
        definition: &Command,
    ) -> impl Strategy<Value = Vec<OsString>> + use<> {
        let globals: Vec<_> = options(definition).map(known).collect();
        let own: Vec<_> = options(definition.find_subcommand(name).unwrap()).map(known).collect();
        let others = definition.get_subcommands().flat_map(options).map(known).collect();
        let others = piece(others).boxed();
        let before = prop_oneof![9 => piece(globals), 1 => others.clone()];
        let before = prop_oneof![3 => Just(Vec::new()), 1 => vec(before, 1..2)];
        let behind = prop_oneof![9 => piece(own), 1 => others];
        let command = prop_oneof![9 => Just(name.into()), 1 => word()];
        (before, command, vec(behind, 0..5)).prop_map(|(before, command, behind)| {
            let behind = behind.into_iter().flatten();
            before.into_iter().flatten().chain([command]).chain(behind).collect()
        })
    }
}
