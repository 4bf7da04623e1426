//! The shells, each with a home of its own, and the environments that their children see.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::Home;

/// An environment in bytes, without what shells change by themselves.
pub(crate) type Environment = BTreeMap<Vec<u8>, Vec<u8>>;

/// What shells change by themselves, some only when they export all that they have.
const OWN: [&str; 6] =
    ["_", "CURRENT_FILE", "EPOCHREALTIME", "LAST_EXIT_CODE", "LINENO", "XONSH_CAPTURE_ALWAYS"];

/// A real shell, and how it says three things.
pub(crate) struct Shell {
    /// Its name for `--shell`.
    pub(crate) name: &'static str,
    pub(crate) program: &'static str,
    pub(crate) arguments: &'static [&'static str],
    /// Goes before everything.
    pub(crate) first: &'static str,
    /// Runs the script in the file `FILE`, as a user of `jackin env` would.
    pub(crate) run: &'static str,
    /// Has a child print its environment, and then an empty entry.
    pub(crate) dump: &'static str,
    /// Exports EDITOR as `mine`.
    pub(crate) mine: &'static str,
}

/// The options too, which nothing may change.
const DUMP: &str = r"OPTIONS=$- env -0; printf '\0'";
const EVAL: &str = r#"eval "$(cat FILE)""#;

pub(crate) const BASH: Shell = posix("bash", "bash", &["--norc"]);
pub(crate) const DASH: Shell = posix("sh", "dash", &[]);
pub(crate) const ZSH: Shell = posix("zsh", "zsh", &["-f"]);
/// Shells that leave at whatever is unset or fails, and that export whatever they set.
pub(crate) const STRICT: [Shell; 4] = [
    posix("bash", "bash", &["-eu"]),
    posix("bash", "bash", &["--posix", "-a"]),
    posix("sh", "dash", &["-eua"]),
    // With the line breaks lost.
    Shell { run: "eval $(cat FILE)", ..posix("sh", "dash", &[]) },
];
pub(crate) const STRICT_ZSH: Shell = posix("zsh", "zsh", &["-feua"]);
pub(crate) const FISH: Shell = Shell {
    name: "fish",
    program: "fish",
    // A home of its own, and universal variables, which `--no-config` would turn off.
    arguments: &[],
    first: "",
    run: "cat FILE | source",
    dump: r"env -0; printf '\0'",
    mine: "set -gx EDITOR mine",
};
pub(crate) const NU: Shell = Shell {
    name: "nu",
    program: "nu",
    arguments: &["--no-config-file"],
    first: "",
    run: "source FILE",
    dump: r"^env -0; ^printf '\0'",
    mine: "$env.EDITOR = 'mine'",
};
pub(crate) const ELVISH: Shell = Shell {
    name: "elvish",
    program: "elvish",
    arguments: &["-norc"],
    first: "var jackin-undo = [&]",
    run: "eval (slurp < FILE)",
    dump: r"e:env -0; e:printf '\0'",
    mine: "set-env EDITOR mine",
};
pub(crate) const XONSH: Shell = Shell {
    name: "xonsh",
    program: "xonsh",
    arguments: &["--no-rc"],
    first: "",
    run: "execx($(cat FILE))",
    dump: r"env -0; printf '\\0'",
    mine: "$EDITOR = 'mine'",
};

const fn posix(
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
) -> Shell {
    Shell { name, program, arguments, first: "", run: EVAL, dump: DUMP, mine: "export EDITOR=mine" }
}

impl Shell {
    /// Runs the scripts, and gives the environment of a child before them and after each.
    pub(crate) fn environments(
        &self,
        env: &[(OsString, OsString)],
        scripts: &[&[u8]],
    ) -> Vec<Environment> {
        let home = Home::new();
        let mut driver = format!("{}\n{}\n", self.first, self.dump);
        for (at, script) in scripts.iter().enumerate() {
            let file = home.write(&format!("script-{at}"), script);
            let run = self.run.replace("FILE", file.to_str().unwrap());
            driver += &format!("{run}\n{}\n", self.dump);
        }
        let driver = home.write("driver", driver);
        let mut command = Command::new(program(self.program));
        command.args(self.arguments).arg(driver).current_dir(home.path()).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", home.path()).env("LC_ALL", "C.UTF-8");
        let output = command.envs(env.iter().cloned()).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && err.is_empty(), "{}: {err}", self.program);
        let environments = split(&output.stdout);
        assert_eq!(environments.len(), scripts.len() + 1, "{}", self.program);
        environments
    }
}

/// A shell from the system, or one that `.ci/run` has put beside the build.
pub(crate) fn program(name: &str) -> PathBuf {
    // A build for a target that is named is one directory deeper.
    let builds = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().skip(1).take(2);
    let dirs = builds.flat_map(|build| {
        ["node_modules/.bin", "python/bin"].map(|dir| build.join("shells").join(dir))
    });
    dirs.map(|dir| dir.join(name)).find(|path| path.exists()).unwrap_or_else(|| name.into())
}

fn split(output: &[u8]) -> Vec<Environment> {
    let mut environments = vec![Environment::new()];
    for entry in output.strip_suffix(b"\0").unwrap().split(|byte| *byte == 0) {
        if entry.is_empty() {
            environments.push(Environment::new());
            continue;
        }
        let at = entry.iter().position(|byte| *byte == b'=').unwrap();
        let (name, value) = (entry[..at].to_vec(), entry[at + 1..].to_vec());
        if !OWN.iter().any(|own| own.as_bytes() == name) {
            environments.last_mut().unwrap().insert(name, value);
        }
    }
    environments.pop();
    environments
}

/// A variable, in bytes.
pub(crate) fn var(name: &str, value: impl AsRef<[u8]>) -> (OsString, OsString) {
    (name.into(), OsString::from_vec(value.as_ref().to_vec()))
}

/// An environment as a process is given it.
pub(crate) fn given(env: &Environment) -> Vec<(OsString, OsString)> {
    let text = |bytes: &Vec<u8>| std::ffi::OsStr::from_bytes(bytes).to_owned();
    env.iter().map(|(name, value)| (text(name), text(value))).collect()
}

/// What differs, for people.
pub(crate) fn changed(before: &Environment, after: &Environment) -> Vec<String> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let names = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let line = |name: &Vec<u8>| {
        let [before, after] =
            [before, after].map(|env| env.get(name).map(|value| value.escape_ascii().to_string()));
        format!("{}: {before:?}, {after:?}", name.escape_ascii())
    };
    names.map(line).collect()
}
