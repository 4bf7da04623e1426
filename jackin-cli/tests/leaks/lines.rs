//! Every command line that is tried. Commands, options and the values they can have come from the
//! program's own manual and help, so that a new one without a line here is an error.

use std::{collections::BTreeMap, fs};

use crate::support::{Home, see};

/// What each command is given besides its options; several are several lines. A command that has
/// none here fails the sweep.
const ARGUMENTS: &[(&str, &[&str])] = &[
    ("agents", &[""]),
    ("auth check", &["", "kimi", "openai"]),
    ("auth guide", &["gateway", ""]),
    ("auth import", &["gateway"]),
    ("auth list", &[""]),
    ("auth request", &["--kind workshop", "--kind member"]),
    ("auth set", &["--stdin zai", "zai", "--stdin gateway", "zai --command pass show zai"]),
    ("auth unset", &["zai"]),
    ("completions", &["bash"]),
    ("config check", &[""]),
    ("config env list", &[""]),
    ("config env set", &["--stdin PLAIN", "EDITOR vi", "ZAI_API_KEY"]),
    ("config env unset", &["ZAI_API_KEY"]),
    ("config path", &[""]),
    ("config schema", &[""]),
    ("config undo", &[""]),
    ("console", &[""]),
    ("doctor", &["", "--smoke claude zai --timeout 5"]),
    ("env", &["--export --provider zai", "--format json --provider kimi", "--provider zai", ""]),
    ("explain", &["403 gateway", "401"]),
    ("label", &["claude"]),
    ("man", &["pages"]),
    ("plan", &["--provider zai claude", "--provider minimax codex -p x"]),
    ("providers", &[""]),
    (
        "run",
        &[
            "--provider zai claude",
            "--provider kimi opencode",
            "--provider minimax codex",
            "--provider kimi kimi",
            "--provider mine claude",
            "--provider gateway claude",
            "--provider anthropic claude",
            "--provider openai codex",
            "amp",
            "--dry-run --provider zai claude",
            "--debug --provider zai claude",
        ],
    ),
    ("workspace create", &["new"]),
    ("workspace env list", &["acme"]),
    ("workspace env set", &["--stdin acme PLAIN"]),
    ("workspace env unset", &["acme PLAIN"]),
    ("workspace list", &[""]),
    ("workspace remove", &["--force acme", "acme"]),
    ("workspace show", &["acme"]),
];

/// What options are given that take a value, where their help does not say what they can have. One
/// that is missing here fails the sweep.
const VALUES: &[(&str, &str)] = &[
    ("--account", "mine --op op://a/b/c"),
    ("--agent", "claude"),
    ("--approved", "now"),
    ("--command", "pass show zai"),
    ("--config-dir", ".config/jackin"),
    ("--event", "https://luma.com/vibe-night"),
    ("--file", "keys/mine"),
    ("--image", "example.com/image"),
    ("--in", "podman:dev"),
    ("--note", "a-note"),
    ("--op", "op://a/b/c"),
    ("--output", "written --format json"),
    ("--program", "agent"),
    ("--provider", "zai"),
    ("--role", "dev"),
    ("--smoke", "claude zai"),
    ("--timeout", "5 --smoke codex minimax"),
    ("--workdir", "work"),
    ("--workspace", "acme"),
];

/// An option, as the help has it.
pub(crate) struct Opt {
    pub(crate) name: String,
    pub(crate) takes: bool,
    can_be: Vec<String>,
}

/// A command, its options, and the values that its arguments can have.
pub(crate) struct Command {
    pub(crate) words: String,
    pub(crate) options: Vec<Opt>,
    can_be: Vec<String>,
}

/// The commands that have no commands of their own, by the pages of the manual.
pub(crate) fn commands(home: &Home, program: &str) -> Vec<Command> {
    let seen = see(&mut home.program(program, ["man", "pages"]));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let pages = fs::read_dir(home.path().join("pages")).unwrap();
    let names = pages.map(|page| page.unwrap().path().file_stem().unwrap().to_owned());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort_unstable();
    let outer = |name: &String| names.iter().any(|other| other.starts_with(&format!("{name}-")));
    let leaves = names.iter().filter(|name| !outer(name));
    let words = leaves.map(|name| name.trim_start_matches("jackin-").replace('-', " "));
    words.map(|words| command(home, program, words)).collect()
}

fn command(home: &Home, program: &str, words: String) -> Command {
    let mut help = home.program(program, words.split(' '));
    let help = see(help.arg("--help")).out;
    let mut found = Command { words, options: Vec::new(), can_be: Vec::new() };
    let mut listed = true;
    for entry in help.split('\n').collect::<Vec<_>>().chunk_by(|_, next| !begins(next)) {
        let text = entry.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        // What stands behind the options is no option.
        listed &= !text.starts_with("Examples:");
        let can_be = values(entry, &text);
        let words: Vec<_> = text.split_whitespace().collect();
        match words.iter().position(|word| word.starts_with("--")) {
            Some(at) if at < 2 && listed && words[0].starts_with('-') => {
                let name = words[at].trim_end_matches("...").to_owned();
                let takes = words.get(at + 1).is_some_and(|next| next.starts_with('<'));
                found.options.push(Opt { name, takes, can_be });
            }
            _ if listed => found.can_be.extend(can_be),
            _ => {}
        }
    }
    found
}

/// Whether a line of the help begins an option, an argument or a heading.
fn begins(line: &str) -> bool {
    let text = line.trim_start();
    let heading = !line.starts_with(' ') && !line.is_empty();
    heading
        || text.starts_with("--")
        || text.starts_with("-h")
        || text.starts_with("-V")
        || (line.starts_with("  ")
            && (text.starts_with('<') || text.starts_with("["))
            && !text.starts_with("[p")
            && !text.starts_with("[d"))
}

/// The values that an entry of the help lists, on one line or below each other.
fn values(entry: &[&str], text: &str) -> Vec<String> {
    if let Some((_, list)) = text.split_once("[possible values: ") {
        let list = list.split(']').next().unwrap();
        return list.split(", ").map(str::to_owned).collect();
    }
    let lines = entry.iter().filter_map(|line| line.trim_start().strip_prefix("- "));
    lines.filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect()
}

/// A command line, and the command that it is of.
pub(crate) struct Line {
    pub(crate) command: String,
    pub(crate) words: String,
}

/// Every command with every option and every value that is known, over all its lines.
pub(crate) fn lines(commands: &[Command]) -> Vec<Line> {
    let mut lines = Vec::new();
    for command in commands {
        let mut add = |words: String| lines.push(Line { command: command.words.clone(), words });
        for arguments in arguments(&command.words) {
            add(format!("{} {arguments}", command.words));
            for option in &command.options {
                if !arguments.split(' ').any(|word| word == option.name) {
                    for value in given(option) {
                        let name = &option.name;
                        add(format!("{} {name} {value} {arguments}", command.words));
                    }
                }
            }
        }
        for value in &command.can_be {
            add(format!("{} {value}", command.words));
        }
    }
    lines
}

pub(crate) fn arguments(command: &str) -> &'static [&'static str] {
    let found = ARGUMENTS.iter().find(|(words, _)| *words == command);
    found.unwrap_or_else(|| panic!("the sweep has no line for `jackin {command}`")).1
}

fn given(option: &Opt) -> Vec<String> {
    if !option.takes {
        return vec![String::new()];
    }
    if !option.can_be.is_empty() {
        return option.can_be.clone();
    }
    let known: BTreeMap<_, _> = VALUES.iter().copied().collect();
    let value = known.get(&*option.name);
    vec![
        (*value.unwrap_or_else(|| panic!("the sweep has no value for `{}`", option.name)))
            .to_owned(),
    ]
}

/// Lines in which a secret stands where the user has no business to write one.
pub(crate) fn misused(commands: &[Command]) -> Vec<Line> {
    let mut lines = Vec::new();
    for command in commands {
        let words = &command.words;
        let mut add = |text: String| lines.push(Line { command: words.clone(), words: text });
        for wrong in
            ["@argument@", "--@argument@", "--x=@argument@", "-@argument@", "--json=@argument@"]
        {
            add(format!("{words} {wrong}"));
            add(format!("{words} {} {wrong}", arguments(words)[0]));
            add(format!("{wrong} {words}"));
        }
        let taking = command.options.iter().filter(|option| option.takes);
        for option in taking {
            for form in
                [format!("{} @argument@", option.name), format!("{}=@argument@", option.name)]
            {
                add(format!("{words} {form} {}", arguments(words)[0]));
            }
        }
        // A group of commands, with none of its own.
        if let Some((group, _)) = words.rsplit_once(' ') {
            add(format!("{group} @argument@"));
        }
    }
    lines
}

/// The lines of a command that are tried with everything that can be wrong: those that read secrets,
/// and one of each other command that reads the configuration.
pub(crate) fn few(command: &str) -> Vec<String> {
    const UNCONCERNED: [&str; 4] = ["completions", "config schema", "explain", "man"];
    let many = match command {
        "run" | "env" | "doctor" => 11,
        _ if UNCONCERNED.contains(&command) => 0,
        _ => 1,
    };
    let lines = arguments(command).iter().take(many);
    lines.map(|arguments| format!("{command} {arguments}")).collect()
}
