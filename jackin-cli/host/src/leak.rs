//! Leaks made on purpose, one at a time, to see that the leak sweep catches each of them. Compiled
//! only with `--cfg jackin_leak`, which its test alone gives; never part of the program.

use std::{env, fs, process::Command};

use jackin_core::{EnvValue, ExecPlan, PlannedValue, plan::ChildVar};

/// Whether this leak is asked for.
pub fn is(name: &str) -> bool {
    env::var_os("JACKIN_LEAK").is_some_and(|asked| asked == name)
}

/// The leaks of a launch: what the agent is to get gets out.
pub fn of_launch(env: &[ChildVar<'_>]) {
    let key = env.iter().find(|(name, _)| *name == "ANTHROPIC_AUTH_TOKEN");
    let key = key.map(|(_, key)| key.to_string_lossy()).unwrap_or_default();
    match () {
        () if is("panic") => panic!("the key is {key}"),
        () if is("innocent panic") => panic!("nothing is said"),
        () if is("file") => drop(fs::write(env::temp_dir().join("jackin.log"), &*key)),
        () if is("state") => {
            let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
            drop(fs::write(env::temp_dir().join("state"), hex));
        }
        () if is("gone") => {
            let file = env::temp_dir().join("gone");
            drop(fs::write(&file, &*key).and_then(|()| fs::remove_file(file)));
        }
        () if is("agent") => drop(Command::new("agent").arg(&*key).status()),
        () => {}
    }
}

/// The literals of a plan, where they are asked for.
pub fn of_plan(plan: &ExecPlan) -> String {
    let literals = plan.set.iter().filter_map(|var| match &var.value {
        PlannedValue::Secret(EnvValue::Literal(text)) => Some(text.expose()),
        _ => None,
    });
    if is("plan") { literals.collect() } else { String::new() }
}
