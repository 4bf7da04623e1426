//! Help, manual and completions: as wide as a terminal, complete, and taken by the real shells.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::support::{Home, see};

/// Every command, by the pages of the manual.
fn commands(home: &Home) -> Vec<Vec<String>> {
    let dir = home.path().join("man/man1");
    let seen = see(home.jackin(["man"]).arg(&dir));
    assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""));
    let pages = fs::read_dir(dir).unwrap().map(|page| page.unwrap().file_name());
    let names = pages.map(|page| page.to_str().unwrap().trim_end_matches(".1").to_owned());
    names.map(|name| name.split('-').skip(1).map(str::to_owned).collect()).collect()
}

#[test]
fn help_fits_80_columns() {
    let home = Home::new();
    let commands = commands(&home);
    assert!(commands.len() > 30 && commands.contains(&vec!["doctor".to_owned()]));
    for command in commands {
        let seen = see(home.jackin(&command).arg("--help").env("COLUMNS", "200"));
        assert_eq!(seen.code, Some(0), "{command:?}");
        let wide: Vec<_> = seen.out.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{command:?}: {wide:#?}");
    }
}

#[test]
fn help_has_colour_only_where_it_is_wanted() {
    let home = Home::new();
    let colour = |name: &str| see(home.jackin(["--help"]).env(name, "1")).out.contains('\u{1b}');
    assert!(!colour("X") && colour("CLICOLOR_FORCE") && !colour("NO_COLOR"));
}

/// What `man` makes of a page, where there is a `man`, is not asked; that roff is one is.
#[test]
fn pages_are_roff_with_examples() {
    let home = Home::new();
    commands(&home);
    let page = fs::read_to_string(home.path().join("man/man1/jackin-doctor.1")).unwrap();
    assert!(page.contains(".TH jackin-doctor 1") && page.contains("jackin doctor"), "{page}");
}

const CONFIG: &str = "[env]\nMINE_KEY = 'sentinel'\n[roles.review]\n\
    [providers.mine]\nkey = 'MINE_KEY'\nlabel = 'My own'\n";

fn home() -> Home {
    let home = Home::with_config(CONFIG);
    home.write(".config/jackin/workspaces/acme.toml", "workdir = '/nowhere'\n[roles.paint]\n");
    home
}

/// Lines to complete, and what must and must not be offered.
const ROWS: &[(&str, &[&str], &[&str])] = &[
    ("jackin doc", &["doctor"], &["agents"]),
    ("jackin run --provider ", &["mine", "zai", "anthropic"], &["claude", "sentinel"]),
    ("jackin plan --provider mi", &["mine", "minimax"], &["zai"]),
    ("jackin auth set mi", &["mine", "minimax"], &["zai"]),
    ("jackin run --workspace ", &["acme"], &["zai"]),
    ("jackin run --role ", &["review"], &["zai"]),
    ("jackin run --provider zai cl", &["claude"], &["codex"]),
    ("jackin label co", &["codex"], &["claude"]),
    ("jackin workspace show a", &["acme"], &["zai"]),
    ("jackin completions z", &["zsh"], &["bash"]),
];

/// What a shell prints for a script; its output is a list of what it would offer.
fn shell(home: &Home, shell: &[&str], script: &str) -> String {
    let path = format!("{}:/usr/bin:/bin", bin().display());
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(script).current_dir(home.path()).env_clear();
    command.env("HOME", home.path()).env("PATH", path).env("TERM", "dumb").stdin(Stdio::null());
    let seen = see(&mut command);
    assert!(!seen.out.contains("sentinel"), "{}", seen.out);
    format!("{}{}", seen.out, seen.err)
}

fn bin() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_BIN_EXE_jackin")).parent().unwrap().to_owned()
}

/// The offers stand in the output as words of their own.
fn check(line: &str, output: &str) {
    let (_, wanted, unwanted) = ROWS.iter().find(|row| row.0 == line).unwrap();
    let has = |name: &&&str| output.split_whitespace().any(|word| word == **name);
    assert!(wanted.iter().all(|name| has(&name)), "{line}: {output}");
    assert!(!unwanted.iter().any(|name| has(&name)), "{line}: {output}");
}

#[test]
#[ignore = "needs bash; .ci/run runs it"]
fn bash_completes() {
    let home = home();
    for (line, ..) in ROWS {
        let script = format!(
            "eval \"$(jackin completions bash)\"\nread -ra COMP_WORDS <<<'{line}'\n\
             case '{line}' in *' ') COMP_WORDS+=('') ;; esac\n\
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE='{line}'; COMP_TYPE=63\n\
             COMP_POINT=${{#COMP_LINE}}\n\
             $(complete -p jackin | sed 's/.*-F \\([^ ]*\\).*/\\1/') jackin \"${{COMP_WORDS[COMP_CWORD]}}\"\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        check(line, &shell(&home, &["bash", "--norc", "-c"], &script));
    }
}

#[test]
#[ignore = "needs fish; .ci/run runs it"]
fn fish_completes() {
    let home = home();
    for (line, ..) in ROWS {
        let script = format!("jackin completions fish | source\ncomplete --do-complete '{line}'");
        check(line, &shell(&home, &["fish", "--no-config", "-c"], &script));
    }
}

/// A zsh at a terminal of its own, since it completes nowhere else: it lists what it offers.
#[test]
#[ignore = "needs zsh; .ci/run runs it"]
fn zsh_completes() {
    let home = home();
    for (line, ..) in ROWS {
        let script = format!(
            "zmodload zsh/zpty\nzpty z zsh -f -i\n\
             zpty -w z 'stty cols 200 -echo; PS1=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; zstyle \":completion:*\" list-prompt \"\"; zstyle \":completion:*\" verbose no; LISTMAX=0; setopt NO_LIST_AMBIGUOUS NO_BEEP; eval \"$(jackin completions zsh)\"; bindkey \"^I\" list-choices; print READY'\n\
             zpty -r -m z text '*READY*READY*' || :\nsleep 0.2\n\
             zpty -w -n z $'{line}\\t'\nsleep 1\nzpty -r -t z shown; while zpty -r -t z more; do shown+=$more; done; print -r -- \"$shown\"\nzpty -d z"
        );
        check(line, &shell(&home, &["zsh", "-f", "-c"], &script));
    }
}

#[test]
fn a_broken_configuration_says_nothing_in_the_middle_of_a_line() {
    let home = Home::with_config("[env");
    let mut command = home.jackin(["--", "jackin", "plan", "--provider", "z"]);
    let seen = see(command.env("JACKIN_COMPLETE", "fish"));
    assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""));
    assert!(seen.out.starts_with("zai"), "{}", seen.out);
}

#[test]
fn every_shell_has_a_script() {
    let home = Home::new();
    for (shell, part) in [
        ("bash", "complete -o"),
        ("zsh", "compdef"),
        ("fish", "complete --keep-order"),
        ("elvish", "edit:completion"),
        ("powershell", "Register-ArgumentCompleter"),
        ("nushell", "export extern"),
    ] {
        let seen = see(&mut home.jackin(["completions", shell]));
        assert!(seen.code == Some(0) && seen.out.contains(part), "{shell}: {}", seen.out);
    }
}
