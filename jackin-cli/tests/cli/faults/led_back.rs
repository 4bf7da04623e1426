//! Programs called like the agent that lead back to jackin and hide it, secrets' commands that start
//! jackin, and launches inside an agent, which are no loops.

use std::{fs, os::unix::fs::symlink};

use super::{ZAI, bounded};
use crate::support::{GUARD_ARGS, Home, JACKIN, Seen};

/// How a program may call jackin under a name that no text search finds. `jk` is a link to jackin.
const FORMS: [(&str, &str); 15] = [
    ("a name in a variable", "J=jackin\nexec \"$J\" run --provider zai claude \"$@\""),
    ("a name in pieces", "exec ja\"ck\"in run --provider zai claude \"$@\""),
    ("a second script", "exec \"$HOME/second\" \"$@\""),
    ("another link's name", "exec jk run --provider zai claude \"$@\""),
    ("a text that is evaluated", "C='jk run --provider zai claude'\neval \"exec $C \\\"\\$@\\\"\""),
    ("env", "exec env A=1 jk run --provider zai claude \"$@\""),
    ("a child", "jk run --provider zai claude \"$@\"\nexit $?"),
    ("a shell in between", "sh -c '\"$@\"; exit $?' sh jk run --provider zai claude \"$@\""),
    ("xargs", "printf '%s\\0' \"$@\" | xargs -0 jk run --provider zai claude || exit 125"),
    ("a pipe", "jk run --provider zai claude \"$@\" </dev/null 2>&1 | cat >&2\nexit 125"),
    (
        "captured output",
        "out=$(jk run --provider zai claude \"$@\" 2>&1)\necho \"$out\" >&2\nexit 125",
    ),
    ("another session", "exec setsid --wait jk run --provider zai claude \"$@\""),
    ("more arguments each time", "exec jk run --provider zai claude more \"$@\""),
    (
        "two at a time",
        "jk run --provider zai claude \"$@\" &\njk run --provider zai claude \"$@\"\nwait $!",
    ),
    ("a background", "jk run --provider zai claude \"$@\" &\nwait $!"),
];

/// What counts the rounds, and ends what would not end.
const COUNTS: &str =
    "echo >> \"$HOME/rounds\"\n[ $(wc -l < \"$HOME/rounds\") -lt 300 ] || exit 9\n";

fn home() -> Home {
    let home = Home::with_config(ZAI);
    fs::create_dir_all(home.path().join("first")).unwrap();
    fs::create_dir_all(home.path().join("bin")).unwrap();
    symlink(JACKIN, home.path().join("bin/jackin")).unwrap();
    symlink(JACKIN, home.path().join("bin/jk")).unwrap();
    home.script("second", "exec jackin run --provider zai claude \"$@\"");
    home
}

fn launch(home: &Home, words: &[&str]) -> Seen {
    let path = home.path().display();
    let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
    command.args(words).env("PATH", format!("{path}/first:{path}/bin:/usr/bin:/bin"));
    bounded(&command)
}

fn rounds(home: &Home) -> usize {
    home.read("rounds").lines().count()
}

/// Where the program was started before in this very process, the second time ends it.
fn ends_at_once(form: &str, seen: &Seen, home: &Home) {
    let file = home.path().join("first/claude");
    let message = format!("error: {} starts jackin again, after 1 launches", file.display());
    assert!(seen.err.starts_with(&message), "{form}: {}", seen.err);
    assert_eq!((seen.code, rounds(home)), (Some(125), 1), "{form}");
}

#[test]
fn a_program_that_hides_that_it_starts_jackin_ends() {
    for (number, (form, script)) in FORMS.into_iter().enumerate() {
        let home = home();
        home.script("first/claude", &format!("{COUNTS}{script}"));
        let seen = launch(&home, &["-p"]);
        assert!(seen.err.contains("starts jackin again"), "{form}: {}", seen.err);
        assert!(seen.err.contains("→"), "{form} names no chain: {}", seen.err);
        if number < 6 {
            ends_at_once(form, &seen, &home);
        }
        assert_eq!(seen.code, Some(125), "{form}: {}", seen.err);
        // Two at a time: 2 + 4 + … + 32, and the first.
        let most = if form == "two at a time" { 63 } else { 6 };
        assert!(rounds(&home) <= most, "{form}: {} rounds", rounds(&home));
    }
}

#[test]
fn a_program_that_is_no_shell_script_ends() {
    let home = home();
    let script = format!("{COUNTS}exec jk run --provider zai claude \"$@\"\n");
    home.executable("first/claude", script.as_bytes());
    ends_at_once("no first line", &launch(&home, &["-p"]), &home);
    fs::remove_file(home.path().join("rounds")).unwrap();

    let source = home.write(
        "loop.c",
        "#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\nint main(int c, char **v) {\n\
         FILE *f = fopen(\"rounds\", \"a\"); fputs(\"\\n\", f); if (ftell(f) > 300) exit(9); fclose(f);\n\
         char *words[20] = {\"jk\", \"run\", \"--provider\", \"zai\", \"claude\"}; \
         for (int n = 1; n < c && n < 15; n++) words[n + 4] = v[n]; execvp(\"jk\", words); return 1; }\n",
    );
    let mut cc = std::process::Command::new("cc");
    let compiled = cc.arg("-o").arg(home.path().join("first/claude")).arg(source).status();
    assert!(compiled.unwrap().success());
    ends_at_once("compiled", &launch(&home, &["-p"]), &home);
}

#[test]
#[ignore = "needs python3; .ci/run runs it"]
fn a_python_program_that_starts_jackin_ends() {
    let home = home();
    for (form, call) in [
        ("exec", "os.execvp('jk', words)"),
        ("a child", "sys.exit(subprocess.run(words).returncode)"),
    ] {
        let _ = fs::remove_file(home.path().join("rounds"));
        let script = format!(
            "#!/usr/bin/env python3\nimport os, subprocess, sys\nwith open('rounds', 'a') as f:\n    \
             f.write('\\n')\n    if f.tell() > 300: sys.exit(9)\nwords = ['jk', 'run', '--provider', \
             'zai', 'claude'] + sys.argv[1:]\n{call}\n"
        );
        home.executable("first/claude", script.as_bytes());
        let seen = launch(&home, &["-p"]);
        assert_eq!(seen.code, Some(125), "{form}: {}", seen.err);
        assert!(rounds(&home) <= 6, "{form}");
    }
}

/// The agent goes on beside the tool in which it is started again, by the same name and arguments.
#[test]
fn a_launch_inside_an_agent_is_no_loop() {
    for tool in [
        "\"$HOME/second\" \"$@\"",
        "sh -c '\"$@\"; exit $?' sh jk run --provider zai claude \"$@\"",
        "printf '%s\\0' \"$@\" | xargs -0 jk run --provider zai claude",
        "out=$(jk run --provider zai claude \"$@\" 2>&1)\necho \"$out\"",
        "setsid --wait jk run --provider zai claude \"$@\"",
    ] {
        let home = home();
        // Three agents inside one another.
        let agent = "echo >> rounds\n[ $(wc -l < rounds) -lt 4 ] || { echo innermost; exit; }\n";
        home.script("bin/claude", &format!("{agent}{tool}"));
        let seen = launch(&home, &["-p"]);
        assert_eq!((seen.code, &*seen.out), (Some(0), "innermost\n"), "{tool}: {}", seen.err);
        assert_eq!(seen.err, "", "{tool}");
    }
}

/// An agent of another kind, by exec, in the process of the first: another program is no loop.
#[test]
fn a_wrapper_that_becomes_another_launch_is_no_loop() {
    let home = home();
    home.script("bin/claude", "echo the agent \"$@\"");
    home.script("wrapper", "exec jk run --provider zai claude \"$@\"");
    let seen = bounded(&home.jackin([
        "run",
        "--provider",
        "zai",
        "--program",
        "./wrapper",
        "claude",
        "x",
    ]));
    assert_eq!(
        (seen.code, &*seen.out),
        (Some(0), &*format!("the agent {} x\n", GUARD_ARGS.join(" "))),
        "{}",
        seen.err
    );
}

/// The mark is for the launch that made it: what else stands in the variable is no mark.
#[test]
fn what_is_no_mark_does_not_count() {
    let home = home();
    home.script("bin/claude", "echo \"$JACKIN_LAUNCHES\"");
    for mark in ["", "x", "1:2", "1:99999999999:0", "1:2:zz", "1:2:0:3"] {
        let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
        let seen = bounded(command.env("JACKIN_LAUNCHES", mark));
        assert_eq!(seen.code, Some(0), "{mark}: {}", seen.err);
        assert_eq!(seen.out.split(':').nth(1), Some("1"), "{mark}: {}", seen.out);
    }
}

#[test]
fn a_secret_whose_command_starts_jackin_ends() {
    for command in ["run --provider zai claude", "env --export --provider zai", "auth check zai"] {
        let home = home();
        home.script("bin/claude", "echo the agent");
        let script = format!("{COUNTS}\"$HOME/bin/jk\" {command} || exit 1");
        home.script("asks", &script);
        let config =
            format!("[env]\nZAI_API_KEY = {{ command = ['{}/asks'] }}\n", home.path().display());
        home.write(".config/jackin/config.toml", config);
        let seen = launch(&home, &[]);
        assert_eq!(seen.code, Some(125), "{command}: {}", seen.err);
        assert!(rounds(&home) == 1, "{command}: {} rounds\n{}", rounds(&home), seen.err);
    }
}

/// Without the mark, and out of the helper's group, its ancestors tell.
#[cfg(target_os = "linux")]
#[test]
fn a_secret_whose_command_drops_the_mark_ends() {
    let home = home();
    home.script("bin/claude", "echo the agent");
    let clean = "env -i PATH=\"$PATH\" HOME=\"$HOME\" timeout 20 \"$HOME/bin/jk\"";
    let script = format!("{COUNTS}{clean} env --export --provider zai claude || exit 1");
    home.script("asks", &script);
    let config =
        format!("[env]\nZAI_API_KEY = {{ command = ['{}/asks'] }}\n", home.path().display());
    home.write(".config/jackin/config.toml", config);
    let seen = launch(&home, &[]);
    assert_eq!(seen.code, Some(125), "{}", seen.err);
    assert!((2..=6).contains(&rounds(&home)), "{} rounds\n{}", rounds(&home), seen.err);
}

/// A command may well ask jackin for another secret, and no agent gets the mark of a helper.
#[test]
fn a_secret_whose_command_asks_jackin_for_another_is_read() {
    let home = home();
    home.script("bin/claude", "echo \"$ANTHROPIC_AUTH_TOKEN$JACKIN_ASKING\"");
    home.script("first/claude", "exit 9");
    home.script("other", "echo the-other-key");
    home.script("asks", "jk run --provider minimax --program printenv claude ANTHROPIC_AUTH_TOKEN");
    let dir = home.path().display();
    let of = |program: &str| format!("{{ command = ['{dir}/{program}'] }}");
    let config =
        format!("[env]\nZAI_API_KEY = {}\nMINIMAX_API_KEY = {}\n", of("asks"), of("other"));
    home.write(".config/jackin/config.toml", config);
    fs::remove_file(home.path().join("first/claude")).unwrap();
    let seen = launch(&home, &[]);
    assert_eq!((seen.code, &*seen.out), (Some(0), "the-other-key\n"), "{}", seen.err);
}
