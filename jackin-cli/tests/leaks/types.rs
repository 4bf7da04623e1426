//! The library's public types: what holds a secret, or the environment, can be shown in no way.

use std::{collections::BTreeSet, env, fs};

use jackin_core::{Config, Document, NameOrigin, child_env, choice, resolve};
use jackin_host::{Ambient, HostError, ReadProblem, Sources, Untrusted, os::says_yes};

use crate::look::{ByDebug as _, ByDisplay as _, ByJson as _, Look, Shown as _};

const SECRET: &str = "sk-sentinel-0123456789abcdef";

/// A value in every way that its type can be shown in.
macro_rules! shown {
    ($value:expr) => {{
        let value = $value;
        let look = &Look(&value);
        [look.debug(), look.display(), look.json()].concat()
    }};
}

#[test]
fn no_type_of_the_library_shows_what_it_holds() {
    let text = format!("[env]\nZAI_API_KEY = '{SECRET}'\n");
    let config =
        Config { global: Some(Document::global("x", &text).unwrap()), ..Config::default() };
    let layers = config.layers(None).unwrap();
    let agent = layers.registry().agent("claude").unwrap();
    let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument))).unwrap();
    let plan = resolve(&layers, agent, provider).unwrap();
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(format!("config.toml/{SECRET}"))).unwrap();
    let ambient = Ambient::read(Some(home.path().into()));
    let ready = plan.materialize(&Sources::new(&ambient)).unwrap();
    let error: HostError = ambient.layers(Some(SECRET), None).err().unwrap();
    let path = home.path().join("config.toml");
    let HostError::Read { problem, .. } = ambient.layers(None, None).err().unwrap() else {
        panic!("{} is a file", path.display());
    };
    let ReadProblem::NotAFile(kind) = &problem else { panic!("{problem} of a directory") };
    let asked = says_yes(ambient.vars(), "no-such-program", [SECRET]);
    let Err(HostError::Helper { problem: unanswered, .. }) = asked else { panic!("{asked:?}") };
    let texts = [
        ("Ambient", shown!(&ambient)),
        ("FileKind", shown!(kind)),
        ("HelperProblem", shown!(unanswered)),
        ("HostErrorKind", shown!(error.kind())),
        ("HostError", shown!(error)),
        ("ReadProblem", shown!(problem)),
        ("Sources", shown!(Sources::new(&ambient))),
        ("Untrusted", shown!(Untrusted::Owner { at: home.path().into(), owner: 1 })),
    ];
    let path = env::var("PATH").unwrap();
    for (name, text) in &texts {
        assert!(!text.contains("sentinel") && !text.contains(&path), "{name}: {text}");
    }
    let (_, public) = include_str!("../../host/src/lib.rs").split_once("pub use crate::{").unwrap();
    let words = public.split(|c: char| !c.is_alphanumeric());
    let types = words.filter(|word| word.starts_with(char::is_uppercase)).collect();
    assert_eq!(texts.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), types);
    assert!(shown!(child_env(&ready, [])).contains("sentinel"), "nothing is looked at");
}
