//! Scripts called like the agent that change the agent's variables: a warning at launch and a problem in
//! `doctor`, by file, line and name, without a value.

use super::{ZAI, bounded};
use crate::support::{Home, Seen};

const SCRIPT: &str = "#!/bin/sh\n# mine\nexport ANTHROPIC_BASE_URL=https://sentinel-url EDITOR=vi\n\
    unset ANTHROPIC_MODEL\nexec \"$HOME/real/claude\" \"$@\"\n";

fn home() -> Home {
    let home = Home::with_config(ZAI);
    home.executable("bin/claude", SCRIPT.as_bytes());
    home.script("real/claude", "echo \"$ANTHROPIC_BASE_URL\"");
    home
}

fn launch(home: &Home) -> Seen {
    bounded(&home.jackin(["run", "--provider", "zai", "claude"]))
}

#[test]
fn a_script_that_changes_variables_is_told_at_launch() {
    let home = home();
    let file = home.path().join("bin/claude");
    let file = file.display();
    let warnings = format!(
        "warning: {file}:3 changes `ANTHROPIC_BASE_URL`: the agent gets that, not what the plan says\n\
         warning: {file}:4 changes `ANTHROPIC_MODEL`: the agent gets that, not what the plan says\n"
    );
    let seen = launch(&home);
    assert_eq!((&*seen.out, &*seen.err), ("https://sentinel-url\n", &*warnings));
    let plan = home.does("plan --provider zai claude", "");
    assert!(plan.contains("warning: ~/bin/claude:3 changes `ANTHROPIC_BASE_URL`"), "{plan}");
    assert!(!plan.contains("sentinel"), "{plan}");
    // The same behind a longer comment.
    let long = SCRIPT.replace("# mine", &format!("# {}", "x".repeat(8 << 10)));
    home.executable("bin/claude", long.as_bytes());
    assert_eq!(launch(&home).err, warnings);
    // The same on another PATH that the configuration sets.
    let path = format!("{ZAI}PATH = '{}/bin:/usr/bin:/bin'\n", home.path().display());
    home.write(".config/jackin/config.toml", path);
    assert_eq!(launch(&home).err, warnings);
}

#[test]
fn doctor_names_the_lines() {
    let home = home();
    let doctor = bounded(&home.jackin(["doctor"]));
    assert_eq!(doctor.code, Some(1), "{}", doctor.out);
    let (home_dir, out) = (home.path().display().to_string(), doctor.out);
    let out = out.replace(&home_dir, "~");
    assert!(
        out.contains("a script that starts `claude` changes `ANTHROPIC_BASE_URL`")
            && out.contains("~/bin/claude:3")
            && out.contains("~/bin/claude:4"),
        "{out}"
    );
    assert!(!out.contains("sentinel"), "{out}");
}

/// Neither names that mean nothing to this agent nor what is beyond the part that is read anyway count.
#[test]
fn other_scripts_are_no_news() {
    let home = home();
    for script in [
        "export EDITOR=vi OPENAI_API_BASE_URL_OF_MINE=x\n".to_owned(),
        "echo \"$ANTHROPIC_BASE_URL\"\n".to_owned(),
        format!("# {}\nexport ANTHROPIC_BASE_URL=x\n", "x".repeat(64 << 10)),
    ] {
        home.script("bin/claude", &script);
        let seen = launch(&home);
        assert_eq!((seen.code, &*seen.err), (Some(0), ""), "{script}");
    }
}
