//! Plans from a text, and an environment that answers for them.

use std::ffi::{OsStr, OsString};

use jackin_core::{
    Config, Document, ExecPlan, HostVar, NameOrigin, Secret, SecretError, SecretRef, SecretSource,
    choice, resolve,
};

pub(crate) type Vars = Vec<(OsString, OsString)>;

/// The launching process of one test; what it is asked of a vault is the reference's last part.
pub(crate) struct Host(pub(crate) Vars);

impl SecretSource for Host {
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        match reference {
            SecretRef::Host(name) => {
                let found = self.0.iter().find(|(known, _)| *known == *name.as_str());
                Ok(found.unwrap().1.to_str().unwrap().into())
            }
            SecretRef::Op(op) => Ok(op.uri().rsplit('/').next().unwrap().into()),
            other => panic!("not expected: {other}"),
        }
    }
}

pub(crate) fn vars(vars: &[(impl AsRef<OsStr>, impl AsRef<OsStr>)]) -> Vars {
    vars.iter().map(|(name, value)| (name.as_ref().into(), value.as_ref().into())).collect()
}

pub(crate) fn plan(agent: &str, config: &str, provider: &str, host: &Vars) -> ExecPlan {
    let global = Some(Document::global("config.toml", config).unwrap());
    let layers = Config { global, ..Config::default() }.layers(None).unwrap();
    let layers = layers.with_environment(|name| {
        let found = host.iter().find(|(known, _)| *known == *name.as_str());
        HostVar::of(name, found.map(|(_, value)| value.to_str().unwrap_or("not UTF-8")))
    });
    let agent = layers.registry().agent(agent).unwrap();
    let provider = choice::select(&layers, agent, Some((provider, NameOrigin::Argument))).unwrap();
    resolve(&layers, agent, provider).unwrap()
}
