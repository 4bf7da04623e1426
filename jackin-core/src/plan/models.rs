//! The models that the chosen provider serves, and the arguments that name others.

use std::{borrow::Cow, ffi::OsString};

use crate::model::Text;

/// What a model option of the agent may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServedModels {
    /// The options that take a model.
    pub(crate) options: Cow<'static, [Text]>,
    /// How the names of the agent's own models begin.
    pub(crate) own: Text,
    /// The provider's models.
    pub(crate) models: Vec<Text>,
}

impl ServedModels {
    /// The arguments that name a model which the provider does not serve.
    pub(crate) fn foreign<'a>(&'a self, args: &'a [OsString]) -> impl Iterator<Item = &'a str> {
        self.named(args)
            .filter(|model| model.starts_with(&*self.own) && self.models.iter().all(|m| m != model))
    }

    /// The models that the arguments name.
    pub(crate) fn named<'a>(&'a self, args: &'a [OsString]) -> impl Iterator<Item = &'a str> {
        let next = args.iter().skip(1).map(Some).chain([None]);
        args.iter().zip(next).filter_map(|(arg, next)| {
            let arg = arg.to_str()?;
            let (option, model) = match arg.split_once('=') {
                Some((option, model)) => (option, model),
                None => (arg, next?.to_str()?),
            };
            self.options.iter().any(|known| known == option).then_some(model)
        })
    }
}
