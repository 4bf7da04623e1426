//! `jackin env --undo` takes a shell back to before, and until then no child sees what was there.

use std::ffi::OsString;

use super::shell::{
    BASH, DASH, ELVISH, Environment, FISH, NU, STRICT, STRICT_ZSH, Shell, XONSH, ZSH, changed,
    given, program, var,
};
use crate::support::{Home, NO_ARGS, see};

const CONFIG: &str =
    "[env]\nZAI_API_KEY = 'k'\nMINIMAX_API_KEY = 'sk-cp-k'\nEDITOR = 'vi'\nNEW = '1'\n";

/// What stands for another provider's key.
const FOREIGN: &[u8] = b"foreign";

fn script(args: &[&str], shell: &Shell, env: &[(OsString, OsString)]) -> String {
    let home = Home::with_config(CONFIG);
    let mut jackin = home.jackin(["env", "--shell", shell.name]);
    let seen = see(jackin.args(args).envs(env.iter().cloned()).env("HOME", home.path()));
    assert!(seen.code == Some(0) && ["", NO_ARGS].contains(&&*seen.err), "{}", seen.err);
    assert!(!seen.out.contains("foreign"), "{}", seen.out);
    seen.out
}

fn goes_back(shell: &Shell) {
    let env = [
        var("ANTHROPIC_API_KEY", "foreign '\"$(touch pwned)`\\\n\n"),
        var("ANTHROPIC_BASE_URL", "https://example.com"),
        var("KIMI_CODE_API_KEY", b"foreign \x01\xc3\xa9 %s !! -n\t"),
        var("EDITOR", ""),
        var("KEEP", "a  b"),
    ];
    let zai = script(&["--export", "--provider", "zai"], shell, &env);
    // The second one is for the shell as the first has left it.
    let between = shell.environments(&env, &[zai.as_bytes()]).pop().unwrap();
    let minimax = script(&["--export", "--provider", "minimax"], shell, &given(&between));
    let undo = script(&["--undo"], shell, &[]);
    let scripts = [&zai, &minimax, &undo, &undo, shell.mine, &zai, &undo].map(str::as_bytes);
    let seen = shell.environments(&env, &scripts);
    let [before, first, second, after, later, mine, _, again] = &seen[..] else {
        panic!("eight environments")
    };
    let name = shell.name;
    assert_eq!(first[&b"ANTHROPIC_AUTH_TOKEN"[..]], b"k", "{name}");
    assert_eq!(second[&b"ANTHROPIC_AUTH_TOKEN"[..]], b"sk-cp-k", "{name}");
    for values in [first, second] {
        let shows = |value: &Vec<u8>| value.windows(FOREIGN.len()).any(|part| part == FOREIGN);
        assert!(!values.values().any(shows), "{name}: {values:?}");
        assert_eq!(
            (&values[&b"EDITOR"[..]][..], &values[&b"NEW"[..]][..]),
            (&b"vi"[..], &b"1"[..])
        );
    }
    assert!(before.contains_key(&b"ANTHROPIC_API_KEY"[..]), "{name}: {before:?}");
    for (before, after) in [(before, after), (before, later), (mine, again)] {
        assert!(after == before, "{name}: {:#?}", changed(before, after));
    }
    assert_eq!(again[&b"EDITOR"[..]], b"mine", "{name}");
}

#[test]
fn bash_goes_back() {
    goes_back(&BASH);
}

#[test]
#[ignore = "needs dash"]
fn posix_shells_go_back_whatever_their_options() {
    goes_back(&DASH);
    STRICT.iter().for_each(goes_back);
}

#[test]
#[ignore = "needs zsh"]
fn zsh_goes_back() {
    goes_back(&ZSH);
    goes_back(&STRICT_ZSH);
}

#[test]
#[ignore = "needs fish"]
fn fish_goes_back() {
    goes_back(&FISH);
}

#[test]
#[ignore = "needs Nushell, from npm"]
fn nu_goes_back() {
    goes_back(&NU);
}

#[test]
#[ignore = "needs elvish"]
fn elvish_goes_back() {
    goes_back(&ELVISH);
}

#[test]
#[ignore = "needs xonsh, from PyPI"]
fn xonsh_goes_back() {
    goes_back(&XONSH);
}

fn is_pure_and_goes_back(shell: &Shell, more: &[(&str, &str)]) {
    let mut env = vec![var("DISPLAY", ":0"), var("LS_COLORS", "*.a=1:"), var("TERM", "dumb")];
    env.extend([var("EDITOR", "ed"), var("SHLVL", "2"), var("OLDPWD", "/"), var("PWD", "/usr")]);
    env.extend(more.iter().map(|(name, value)| var(name, value)));
    let pure = script(&["--export", "--pure", "--provider", "zai"], shell, &env);
    let undo = script(&["--undo"], shell, &[]);
    let seen = shell.environments(&env, &[pure.as_bytes(), undo.as_bytes()]);
    let [before, pure, after] = &seen[..] else { panic!("three environments") };
    let text = |name: &str| Some(String::from_utf8_lossy(pure.get(name.as_bytes())?).into_owned());
    for (name, value) in [("TERM", "dumb"), ("EDITOR", "vi"), ("LC_ALL", "C.UTF-8")] {
        assert_eq!(text(name).as_deref(), Some(value), "{}", shell.name);
    }
    for (name, there) in [("DISPLAY", false), ("LS_COLORS", false), ("PATH", true), ("PWD", true)] {
        assert_eq!(text(name).is_some(), there, "{}: {name}", shell.name);
    }
    assert!(after == before, "{}: {:#?}", shell.name, changed(before, after));
}

#[test]
fn bash_is_pure_and_goes_back() {
    is_pure_and_goes_back(&BASH, &[("UID", "0")]);
}

#[test]
#[ignore = "needs dash, zsh, fish, elvish, and from npm and PyPI Nushell and xonsh"]
fn every_shell_is_pure_and_goes_back() {
    for shell in [DASH, ZSH, FISH, NU, ELVISH, XONSH] {
        is_pure_and_goes_back(&shell, &[]);
    }
}

/// A variable of the shell's own comes back as such.
#[test]
fn what_was_not_exported_is_not_exported_afterwards() {
    let scripts =
        [script(&["--export", "--provider", "zai"], &BASH, &[]), script(&["--undo"], &BASH, &[])];
    let own = Shell { first: "EDITOR=mine", ..BASH };
    let last = Shell { dump: "env EDITOR_HERE=\"$EDITOR\" env -0; printf '\\0'", ..own };
    let seen = last.environments(&[], &[scripts[0].as_bytes(), scripts[1].as_bytes()]);
    assert_eq!(seen[1][&b"EDITOR"[..]], b"vi");
    assert!(!seen[2].contains_key(&b"EDITOR"[..]));
    assert_eq!(seen[2][&b"EDITOR_HERE"[..]], b"mine");
}

/// Some shells can say every name.
#[test]
#[ignore = "needs elvish, and from npm and PyPI Nushell and xonsh"]
fn any_name_goes_and_comes_back() {
    for shell in [NU, ELVISH, XONSH] {
        let name = "ANTHROPIC_A-B c;'\"$(touch pwned)\\n";
        let env = [var(name, "foreign")];
        let scripts = [
            script(&["--export", "--provider", "zai"], &shell, &env),
            script(&["--undo"], &shell, &[]),
        ];
        let seen = shell.environments(&env, &[scripts[0].as_bytes(), scripts[1].as_bytes()]);
        let values = seen.iter().map(|env| env.get(name.as_bytes()).map(Vec::as_slice));
        let foreign = Some(&b"foreign"[..]);
        assert_eq!(values.collect::<Vec<_>>(), [foreign, None, foreign], "{}", shell.name);
    }
}

/// A universal variable is every session's.
#[test]
#[ignore = "needs fish"]
fn a_universal_variable_of_fish_stays() {
    let env = [var("ANTHROPIC_API_KEY", "foreign")];
    let scripts =
        [script(&["--export", "--provider", "zai"], &FISH, &env), script(&["--undo"], &FISH, &[])];
    let shell =
        Shell { first: "set -e -g ANTHROPIC_API_KEY; set -U -x ANTHROPIC_API_KEY foreign", ..FISH };
    let seen = shell.environments(&env, &[scripts[0].as_bytes(), scripts[1].as_bytes()]);
    let keys = seen.iter().map(|env| &env[&b"ANTHROPIC_API_KEY"[..]][..]);
    assert_eq!(keys.collect::<Vec<_>>(), [&b"foreign"[..], b"", b"foreign"]);
}

/// What xonsh would expand is not passed on as something else.
#[test]
#[ignore = "needs xonsh, from PyPI"]
fn xonsh_sets_no_other_value() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\nMY_PATH = '~/x'\n");
    let out =
        see(&mut home.jackin(["env", "--export", "--shell", "xonsh", "--provider", "zai"])).out;
    let shell = Shell {
        run: "try:\n    execx($(cat FILE))\nexcept ValueError as e:\n    assert str(e) == 'MY_PATH: xonsh would pass on another value'\nelse:\n    exit(3)",
        ..XONSH
    };
    let seen = shell.environments(&[], &[out.as_bytes()]);
    assert!(!seen[1].contains_key(&b"MY_PATH"[..]));
}

/// What the parent's environment calls like a copy of ours is none: it restores nothing and runs nothing.
fn trusts_nothing_planted(shell: &Shell) {
    let home = Home::new();
    let pwned = home.path().join("pwned");
    let touch = format!("touch {}", pwned.display());
    let lists = [
        format!("x; {touch};"),
        format!(" x;{touch}"),
        format!("/x;{touch}"),
        format!("$({touch})"),
        format!("`{touch}`"),
        format!("A[$({touch})]"),
        format!("A/$({touch})/KEEP"),
        format!("A\n{touch}\n"),
        "PATH".to_owned(),
        " PATH KEEP ANTHROPIC_API_KEY EDITOR".to_owned(),
        "/PATH/KEEP/ANTHROPIC_API_KEY/EDITOR".to_owned(),
        "[[name value]; [KEEP evil]]".to_owned(),
        "{KEEP: evil}".to_owned(),
        "-*".to_owned(),
        String::new(),
    ];
    let name = shell.name;
    for list in lists {
        let env = [var("ANTHROPIC_API_KEY", "foreign"), var("KEEP", "kept")];
        let ours = |environment: &Environment| {
            let mut ours = environment.clone();
            ours.retain(|name, _| !name.starts_with(b"__jackin"));
            ours
        };
        let copies = ["PATH", "KEEP", "ANTHROPIC_API_KEY", "EDITOR", "ANTHROPIC_AUTH_TOKEN"];
        let copies = copies.map(|name| var(&format!("__jackin_{name}"), "x/evil"));
        let more = [var("__jackin_undo", &list), var("__jackin", "x"), var("__jackin_set", "a")];
        let env = [&env[..], &copies, &more].concat();
        let export = script(&["--export", "--provider", "zai"], shell, &env);
        let undo = script(&["--undo"], shell, &[]);
        let seen = shell.environments(&env, &[&undo, &export, &undo].map(|text| text.as_bytes()));
        assert_eq!(seen[0][&b"KEEP"[..]], b"kept");
        for at in [1, 3] {
            assert_eq!(changed(&ours(&seen[0]), &ours(&seen[at])), [""; 0], "{name}: {list}: {at}");
        }
        assert_eq!(seen[2][&b"ANTHROPIC_AUTH_TOKEN"[..]], b"k", "{name}");
        let shown = seen[2].values().any(|value| value.ends_with(FOREIGN));
        assert!(!shown, "{name}: {:?}", seen[2]);
        assert!(!pwned.exists(), "{name}: {list}");
    }
}

#[test]
fn bash_trusts_nothing_planted() {
    trusts_nothing_planted(&BASH);
}

#[test]
#[ignore = "needs dash, zsh, fish, elvish, and from npm and PyPI Nushell and xonsh"]
fn every_shell_trusts_nothing_planted() {
    [DASH, ZSH, FISH, STRICT_ZSH, NU, ELVISH, XONSH]
        .iter()
        .chain(&STRICT)
        .for_each(trusts_nothing_planted);
}

/// Files that are called like the script's patterns change nothing, where a shell expands them.
#[test]
#[ignore = "needs dash"]
fn no_file_takes_part_in_a_script() {
    let home = Home::with_config(CONFIG);
    for name in ["x)", "-)", "a b)", "[0-9]", "x;touch pwned;)", "*)", "a-)", "dev"] {
        home.write(name, "");
    }
    let unquoted = Shell { first: "cd \"$FILES\"", run: "eval $(cat FILE)", ..DASH };
    let env = [var("ANTHROPIC_API_KEY", "foreign"), var("FILES", home.path().to_str().unwrap())];
    let export = script(&["--export", "--provider", "zai"], &DASH, &env);
    let undo = script(&["--undo"], &DASH, &[]);
    let seen = unquoted.environments(&env, &[export.as_bytes(), undo.as_bytes()]);
    assert_eq!(changed(&seen[0], &seen[2]), [""; 0]);
    assert!(!seen[1].contains_key(&b"ANTHROPIC_API_KEY"[..]));
    assert!(!home.path().join("pwned").exists());
}

/// Without `--shell`, the shell that asks is answered, whatever the user's own is.
#[test]
#[ignore = "needs dash, zsh, fish, elvish, and from npm and PyPI Nushell and xonsh"]
fn the_shell_that_asks_is_answered() {
    let home = Home::new();
    let jackin = env!("CARGO_BIN_EXE_jackin");
    for shell in [BASH, DASH, ZSH, FISH, NU, ELVISH, XONSH] {
        let external = if shell.name == "nu" { "^" } else { "" };
        let mut command = std::process::Command::new(program(shell.program));
        command.args(shell.arguments).arg("-c").arg(format!("{external}{jackin} env --undo; cd ."));
        let command = command.env_clear().env("HOME", home.path()).env("SHELL", "/usr/bin/pwsh");
        let seen = see(command.env("PATH", "/usr/bin:/bin").current_dir(home.path()));
        assert_eq!(seen.out, script(&["--undo"], &shell, &[]), "{}", shell.program);
    }
}
