//! Where a secret may be found, and why. What is allowed and never found is an error as well.

use std::path::Path;

use crate::{
    found::Form,
    planted::Kind,
    sweep::{Finding, Place},
};

/// A place that is meant to hold a secret.
pub(crate) struct Allowed {
    pub(crate) reason: &'static str,
    pub(crate) allows: fn(&Finding<'_>) -> bool,
}

pub(crate) const ALLOWED: &[Allowed] = &[
    Allowed {
        reason: "the agent's environment is what a key is for: its provider's, of the layer that wins",
        allows: |found| found.place == Place::Child && is_given(found),
    },
    Allowed {
        reason: "`env --export` and `--format` print what the agent's environment would hold",
        allows: |found| found.place == Place::Stdout && exports(found) && is_given(found),
    },
    Allowed {
        reason: "`env --format github` appends to the file that GitHub names",
        allows: |found| is_file(found, "github-env") && exports(found) && is_given(found),
    },
    Allowed {
        reason: "`env --output` writes the same to the file that the user names",
        allows: |found| is_output(found) && exports(found) && is_given(found),
    },
    Allowed {
        reason: "what is given on standard input to be stored is in the configuration then",
        allows: |found| found.place == Place::Config && found.secret.name.starts_with("piped"),
    },
    Allowed {
        reason: "of a key that is stored, listed, replaced or removed the last four characters are shown",
        allows: |found| found.form == Form::Tail && is_said(found) && lists(&found.run.words),
    },
    Allowed {
        reason: "what a command of the user's says goes where jackin's own words go",
        allows: |found| found.place == Place::Stderr && found.secret.name == "said",
    },
    Allowed {
        reason: "what stands behind the agent's name is the agent's own, and part of what `plan` shows",
        allows: |found| is_typed(found) && is_behind_the_agent(&found.run.words),
    },
    Allowed {
        reason: "a note or a path that the user gives is no secret: it is shown, stored, passed on",
        allows: |found| is_typed(found) && names(&found.run.words),
    },
    Allowed {
        reason: "what stands in the place of a model's name is shown as one",
        allows: |found| is_said(found) && found.run.wrong == "a key as a model",
    },
];

const fn is_said(found: &Finding<'_>) -> bool {
    matches!(found.place, Place::Stdout | Place::Stderr)
}

fn is_file(found: &Finding<'_>, name: &str) -> bool {
    matches!(&found.place, Place::File(path) if path == Path::new(name))
}

/// A file beside where jackin was started, for a run that names one.
fn is_output(found: &Finding<'_>) -> bool {
    let names_one = found.run.words.contains("--output");
    names_one && matches!(&found.place, Place::File(path) if path.components().count() == 1)
}

fn exports(found: &Finding<'_>) -> bool {
    let mut words = found.run.words.split(' ');
    words.next() == Some("env") && words.any(|word| word == "--export" || word == "--format")
}

fn is_typed(found: &Finding<'_>) -> bool {
    found.secret.name == "argument" && found.place != Place::Network
}

fn is_behind_the_agent(words: &str) -> bool {
    let takes = words.starts_with("run ") || words.starts_with("plan ");
    let behind = words.split_once(" claude ").map(|(_, behind)| behind);
    takes && behind.is_some_and(|behind| behind.contains("@argument@"))
}

/// Whether what was typed stands where a name or a path does.
fn names(words: &str) -> bool {
    const NAMES: [&str; 6] =
        ["--account", "--config-dir", "--image", "--note", "--program", "--workdir"];
    let given = |name: &&str| {
        ["=", " "].iter().any(|between| words.contains(&format!("{name}{between}@argument@")))
    };
    NAMES.iter().any(given)
}

fn lists(words: &str) -> bool {
    const COMMANDS: [&str; 14] = [
        "auth list",
        "auth set",
        "auth unset",
        "config env unset",
        "config undo",
        "workspace env unset",
        "workspace remove",
        "auth import",
        "config env list",
        "config env set",
        "workspace show",
        "workspace env list",
        "workspace env set",
        "console",
    ];
    COMMANDS.iter().any(|command| words.starts_with(command))
}

/// Whether the agent of a run is to have a secret.
fn is_given(found: &Finding<'_>) -> bool {
    let words = || found.run.words.split(' ');
    let after = |name: &str| words().skip_while(|word| *word != name).nth(1);
    let workspace = after("--workspace").is_some();
    let role = after("--role").is_some();
    let smoke = words().skip_while(|word| *word != "--smoke").nth(2);
    let provider = after("--provider").or(smoke);
    match found.secret.kind {
        Kind::Value => true,
        Kind::Key(of) => provider == Some(of),
        Kind::Layered(of, in_workspace, in_role) => {
            (of.is_empty() || provider.unwrap_or("zai") == of)
                && (in_workspace, in_role) == (workspace, role)
        }
        Kind::Nobody => false,
    }
}
