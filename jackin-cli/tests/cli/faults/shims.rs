//! Shims of version managers, which set variables of their own before they start the agent. The managers
//! are stand-ins that answer as the real ones do; the real mise is among the tests on real agents.

use std::{fs, os::unix::fs::symlink};

use super::{ZAI, bounded};
use crate::support::{Home, Seen, see};

const LAUNCH: [&str; 6] = ["run", "--provider", "zai", "claude", "-p", "hi"];

/// What the agent says of its surroundings.
const AGENT: &str = "for last; do :; done; echo \"$ANTHROPIC_BASE_URL ${0##*/} $last\"";
const HELD: &str = "https://api.z.ai/api/anthropic claude hi\n";

/// A manager that answers `which` and, started as a shim, sets the agent's URL.
fn manager(name: &str, which: &str) -> String {
    format!(
        "case \"${{0##*/}} $1\" in\n'{name} {which}') echo \"$2\" >> \"$HOME/asked\"; [ -x \
         \"$HOME/real/$2\" ] || exit 1; echo \"$HOME/real/$2\"; exit;;\nesac\n\
         case \"$1\" in exec|x|run) shift; [ \"$1\" != -- ] || shift; tool=\"$1\"; shift;; *) \
         tool=\"${{0##*/}}\";; esac\nexport ANTHROPIC_BASE_URL=https://foreign\n\
         exec \"$HOME/real/${{tool##*/}}\" \"$@\""
    )
}

/// A home with a manager, its shim of the agent first on PATH, and the agent behind it.
fn home(name: &str, which: &str, shim: &str) -> Home {
    let home = Home::with_config(ZAI);
    home.script("real/claude", AGENT);
    let program = home.script(&format!("manager/{name}"), &manager(name, which));
    let bin = |name: &str| {
        fs::create_dir_all(home.path().join("bin")).unwrap();
        home.path().join("bin").join(name)
    };
    match shim {
        "link" => symlink(program, bin("claude")).unwrap(),
        "link to a shim program" => {
            let beside = home.path().join(format!("manager/{name}-shim"));
            fs::copy(&program, &beside).unwrap();
            symlink(beside, bin("claude")).unwrap();
        }
        script => {
            let script = script.replace("MANAGER", program.to_str().unwrap());
            home.executable("bin/claude", script.as_bytes());
        }
    }
    home
}

fn mise() -> Home {
    home("mise", "which", "link")
}

/// Every manager: its name, what it is asked by, and its shim.
fn shims() -> [(&'static str, &'static str, &'static str); 9] {
    [
        ("mise", "which", "link"),
        ("mise", "which", "#!/bin/sh\nexec MANAGER exec -- claude \"$@\"\n"),
        (
            "asdf",
            "which",
            "#!/usr/bin/env bash\n# asdf-plugin: x 1\nexec MANAGER exec \"claude\" \"$@\" # asdf_allow: ' asdf '\n",
        ),
        ("asdf", "which", "exec \"MANAGER\" exec claude \"$@\"\n"),
        (
            "nodenv",
            "which",
            "#!/bin/sh\nset -e\nprogram=\"${0##*/}\"\nif [ \"$program\" = node ]; then :; fi\nexport NODENV_ROOT=\"/x\"\nexec \"MANAGER\" exec \"$program\" \"$@\"\n",
        ),
        (
            "pyenv",
            "which",
            "#!/bin/sh\nset -e\nprogram=\"${0##*/}\"\nexport PYENV_ROOT=\"/x\"\nexec \"MANAGER\" exec \"$program\" \"$@\"\n",
        ),
        ("volta", "which", "link to a shim program"),
        ("volta", "which", "#!/bin/bash\nMANAGER run \"$(basename $0)\" \"$@\""),
        ("proto", "bin", "link to a shim program"),
    ]
}

fn launch(home: &Home) -> Seen {
    bounded(&home.jackin(LAUNCH))
}

fn asked(home: &Home) -> String {
    fs::read_to_string(home.path().join("asked")).unwrap_or_default()
}

#[test]
fn the_program_behind_a_shim_is_started() {
    for (name, which, shim) in shims() {
        let home = home(name, which, shim);
        let row = format!("{name}: {shim}");
        // What the shim does to what jackin sets.
        let mut direct = home.program("sh", ["-c", "bin/claude -p"]);
        let direct = see(direct.env("ANTHROPIC_BASE_URL", "https://ours"));
        assert!(direct.out.starts_with("https://foreign "), "{row}: {}{}", direct.out, direct.err);
        let seen = launch(&home);
        assert_eq!((seen.code, &*seen.out, &*seen.err), (Some(0), HELD, ""), "{row}");
        assert_eq!(asked(&home), "claude\n", "{row}");
    }
}

/// proto copies its shim's program, and a file beside the copies tells them.
#[test]
fn a_copy_among_shims_is_told() {
    let home = home("proto", "bin", "#!/bin/sh\n");
    let script = fs::read(home.path().join("manager/proto")).unwrap();
    let shim = home.executable(".proto/shims/claude", &script);
    home.executable(".proto/bin/proto", &script);
    let start = || {
        let path = format!("{}:/usr/bin:/bin", shim.parent().unwrap().display());
        bounded(home.jackin(LAUNCH).env("PATH", path)).out
    };
    assert!(start().starts_with("https://foreign "));
    home.write(".proto/shims/registry.json", "{}");
    assert_eq!(start(), HELD);
}

/// Named by its path, as an argument or in the configuration, it is no other program.
#[test]
fn a_shim_that_is_named_is_followed_too() {
    let home = mise();
    let words = ["run", "--provider", "zai", "--program", "bin/claude", "claude", "hi"];
    let seen = bounded(&home.jackin(words));
    assert_eq!((&*seen.out, &*seen.err), (HELD, ""));
    let config = format!("{ZAI}[agents.claude]\nprogram = '~/bin/claude'\n");
    home.write(".config/jackin/config.toml", config);
    assert_eq!(launch(&home).out, HELD);
    // There is no next one on PATH then.
    fs::remove_file(home.path().join("real/claude")).unwrap();
    home.script("other/claude", AGENT);
    let path = format!("{}/other:/usr/bin:/bin", home.path().display());
    let seen = bounded(home.jackin(LAUNCH).env("PATH", path));
    assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{}", seen.err);
}

#[test]
fn a_plan_shows_the_program_behind_a_shim() {
    let home = mise();
    let plan = home.does("plan --provider zai --json claude", "");
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let resolved = serde_json::json!({
        "program": "~/real/claude",
        "reason": "~/bin/claude is a shim of mise: it sets variables of its own",
    });
    assert_eq!(plan["resolved"], resolved);
    let line = "starts     ~/real/claude, since ~/bin/claude is a shim of mise: it sets variables of \
        its own\n";
    for words in ["plan --provider zai claude", "run --provider zai --dry-run claude"] {
        let plan = home.does(words, "");
        assert!(plan.contains(line), "{words}: {plan}");
    }
    fs::remove_file(home.path().join("bin/claude")).unwrap();
    home.script("bin/claude", AGENT);
    fs::remove_file(home.path().join("asked")).unwrap();
    let plan = home.does("plan --provider zai --json claude", "");
    assert!(!plan.contains("resolved") && launch(&home).out == HELD, "{plan}");
    assert_eq!(asked(&home), "", "nobody is asked without a shim");
}

/// What a manager does that gives no program.
const SILENT: [(&str, &str, &str); 5] = [
    ("exit 1", "", "`asdf which claude`: `asdf` failed (exit status: 1); run it here to see why"),
    (
        "echo sentinel-key >&2; exit 3",
        "",
        "`asdf which claude`: `asdf` failed (exit status: 3); run it here to see why",
    ),
    ("echo nowhere", "", "`asdf which claude` names no program"),
    ("echo \"$HOME/bin/claude\"", "", "`asdf which claude` names no program"),
    ("exit 0", "export EDITOR=vi\n", "it is a script that does more than that"),
];

#[test]
fn a_shim_that_leads_to_no_program_is_refused() {
    for (answer, more, why) in SILENT {
        let shim = format!("#!/bin/sh\n{more}exec MANAGER exec claude \"$@\"\n");
        let home = home("asdf", "which", &shim);
        let script = format!(
            "[ \"$1\" = exec ] || {{ {answer}; exit; }}\nshift 2\nexec \"$HOME/real/claude\" \"$@\""
        );
        home.script("manager/asdf", &script);
        let file = home.path().join("bin/claude");
        let message = format!(
            "{} is a shim of asdf, which sets variables of its own after jackin: {why}\n",
            file.display()
        );
        let hint = "\nhint: name the program behind it with `--program PATH`, or keep its path as \
            `[agents.ID] program`; `guard = \"off\"` starts the shim\n";
        for words in ["run --provider zai claude", "plan --provider zai claude"] {
            let seen = home.fed(words, "");
            assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{why}: {}", seen.err);
            assert_eq!(seen.err, format!("error: {message}{hint}"), "{words}");
        }
        home.write(".config/jackin/config.toml", format!("guard = 'off'\n{ZAI}"));
        let seen = launch(&home);
        assert_eq!((&*seen.out, seen.err), (HELD, format!("warning: {message}")), "{why}");
    }
}

#[test]
fn doctor_tells_shims() {
    let home = mise();
    let doctor = bounded(&home.jackin(["doctor"])).out.replace(home.path().to_str().unwrap(), "~");
    assert!(
        doctor.contains(
            "info: `claude` is started as ~/real/claude, since ~/bin/claude is a shim of mise"
        ),
        "{doctor}"
    );
    fs::remove_file(home.path().join("real/claude")).unwrap();
    let doctor = bounded(&home.jackin(["doctor"])).out.replace(home.path().to_str().unwrap(), "~");
    assert!(doctor.contains("problem: ~/bin/claude is a shim of mise"), "{doctor}");
}

/// No vault is unlocked for a launch that is refused.
#[test]
fn a_refused_shim_reads_no_secret() {
    let home = home("asdf", "which", "#!/bin/sh\nexec nowhere/asdf exec claude\n");
    home.script("vault", "touch \"$HOME/unlocked\"; echo key");
    let vault = home.path().join("vault");
    let config = format!("[env]\nZAI_API_KEY = {{ command = ['{}'] }}\n", vault.display());
    home.write(".config/jackin/config.toml", config);
    let seen = launch(&home);
    assert_eq!(seen.code, Some(125), "{}", seen.err);
    assert!(seen.err.contains("`asdf` is not there to be asked"), "{}", seen.err);
    assert!(!home.path().join("unlocked").exists());
}

/// mise's shim starts the next program on PATH where it has none itself; asdf's does not.
#[test]
fn a_shim_without_the_program_passes_it_on_as_it_does_itself() {
    let start = |name: &str| {
        let home = home(name, "which", "link");
        if name == "asdf" {
            fs::remove_file(home.path().join("bin/claude")).unwrap();
            let shim = format!("exec {}/manager/asdf exec claude\n", home.path().display());
            home.executable("bin/claude", shim.as_bytes());
        }
        fs::remove_file(home.path().join("real/claude")).unwrap();
        home.script("system/claude", AGENT);
        let home_dir = home.path().display();
        let path = format!("{home_dir}/bin:{home_dir}/system:/usr/bin:/bin");
        let next = bounded(home.jackin(LAUNCH).env("PATH", &path));
        let plan = bounded(
            home.jackin(["plan", "--provider", "zai", "--json", "claude"]).env("PATH", &path),
        );
        (next, plan.out.contains("system/claude"), launch(&home))
    };
    let (next, is_shown, none) = start("mise");
    assert_eq!((&*next.out, is_shown), (HELD, true), "{}", next.err);
    assert_eq!(none.code, Some(125), "{}", none.err);
    let (next, _, none) = start("asdf");
    assert_eq!((next.code, none.code), (Some(125), Some(125)), "{}", next.err);
}

/// The interpreter of the agent's own script is looked at in the same way.
#[test]
fn an_interpreter_that_is_a_shim_is_replaced_too() {
    for (agent_is_shim, line, words) in [
        (true, "#!/usr/bin/env node", ""),
        (false, "#!/usr/bin/env node", ""),
        (false, "#!/usr/bin/env -S node --one two", "--one two "),
    ] {
        let home = mise();
        let agent = format!("{line}\nthe agent\n");
        let file = if agent_is_shim { "real/claude" } else { "bin/claude" };
        let _ = fs::remove_file(home.path().join("bin/claude"));
        if agent_is_shim {
            symlink(home.path().join("manager/mise"), home.path().join("bin/claude")).unwrap();
        }
        let script = home.executable(file, agent.as_bytes());
        home.script("real/node", "echo \"$ANTHROPIC_BASE_URL $*\"");
        symlink(home.path().join("manager/mise"), home.path().join("bin/node")).unwrap();
        let direct = see(&mut home.program("sh", ["-c", "bin/claude -p"]));
        assert!(direct.out.starts_with("https://foreign "), "{}", direct.err);
        let seen = launch(&home);
        let held = format!("https://api.z.ai/api/anthropic {words}{} ", script.display());
        assert!(seen.out.starts_with(&held) && seen.out.ends_with(" -p hi\n"), "{}", seen.out);
        assert_eq!(seen.err, "", "{line}");
        let plan = home.does("plan --provider zai --json claude", "");
        let starts = format!("\"program\": \"~/real/node ~/{file}\"");
        assert!(plan.contains(&starts), "{plan}");
        assert!(plan.contains("~/bin/node is a shim of mise"), "{plan}");
    }
}

#[test]
fn an_interpreter_that_cannot_be_told_is_refused() {
    for (line, why) in [
        ("#!/usr/bin/env -S A=1 node", "gives it more than a name"),
        ("#!/usr/bin/env -S node '--x'", "gives it more than a name"),
        ("#!/usr/bin/env python", "`mise` failed (exit status: 1)"),
    ] {
        let home = mise();
        home.executable("real/claude", format!("{line}\n").as_bytes());
        home.script("real/node", "echo ran");
        for name in ["node", "python"] {
            symlink(home.path().join("manager/mise"), home.path().join("bin").join(name)).unwrap();
        }
        let mut command = home.jackin(LAUNCH);
        let path = format!("{}/bin", home.path().display());
        let seen = see(command.env("PATH", path));
        assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{line}: {}", seen.err);
        assert!(seen.err.contains(why), "{line}: {}", seen.err);
    }
}

/// The manager is itself no shim, under whatever name it is on PATH, and neither is a link to the agent.
#[test]
fn what_is_no_shim_is_started_as_it_is() {
    let home = mise();
    fs::remove_file(home.path().join("bin/claude")).unwrap();
    symlink(home.path().join("real/claude"), home.path().join("bin/claude")).unwrap();
    assert_eq!(launch(&home).out, HELD);
    fs::create_dir_all(home.path().join("shims")).unwrap();
    fs::rename(home.path().join("bin/claude"), home.path().join("shims/claude")).unwrap();
    let path = format!("{}/shims:/usr/bin:/bin", home.path().display());
    let seen = bounded(home.jackin(LAUNCH).env("PATH", path));
    assert_eq!(seen.out, HELD, "{}", seen.err);
    symlink("../manager/mise", home.path().join("bin/mise")).unwrap();
    let seen = bounded(&home.jackin(["run", "--provider", "zai", "--program", "mise", "claude"]));
    assert!(seen.err.contains("real/mise: not found"), "{}{}", seen.out, seen.err);
    assert_eq!(asked(&home), "");
}
