//! The Auth screen: every provider and agent, per scope, and a form for each. What it does is what
//! `jackin auth` does: it decides nothing about keys, and shows none.

mod draw;
mod entry;
mod form;
mod scopes;
mod state;

use std::io;

use jackin_core::{EnvName, EnvValue, Secret, SecretError, SecretSource as _, check_key};

use self::{
    entry::Wanted,
    form::Form,
    state::{Console, Effect},
};
use jackin_host::{Ambient, Sources};

use crate::{
    failure::{CANCELLED, FAILED, Failure},
    scope_file::{ScopeFile, keys},
    ui::{report::Report, screen::Screen},
};

/// Shows it until somebody leaves.
pub(crate) fn run(ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    let console = Console::new(scopes::read(ambient)?, report.in_colour());
    let failed =
        |error: io::Error| Failure::new(FAILED, format!("cannot use the terminal: {error}"));
    let screen = Screen::open_whole().map_err(failed)?;
    Session { console, screen, ambient, report }.run().map_err(failed)
}

/// The screen, and what it works on.
struct Session<'a> {
    console: Console,
    screen: Screen,
    ambient: &'a Ambient,
    report: &'a Report,
}

impl Session<'_> {
    fn run(mut self) -> io::Result<u8> {
        let mut lists = draw::Lists::default();
        loop {
            self.screen.draw(u16::MAX, |frame| draw::draw(&self.console, frame, &mut lists))?;
            let Some(input) = self.screen.input()? else { continue };
            match self.console.press(&input) {
                Some(Effect::Leave) => return Ok(0),
                Some(Effect::Cancel) => return Ok(CANCELLED),
                Some(Effect::Save) => match self.save() {
                    Ok(said) => self.saved(said),
                    Err(failure) => self.console.said = words(failure),
                },
                Some(Effect::Try) => self.console.said = self.tried()?,
                None => {}
            }
        }
    }

    /// Writes what the form holds; what to say of it.
    fn save(&self) -> Result<String, Failure> {
        let (Some(form), Some(registry)) = (&self.console.form, self.console.registry()) else {
            return Ok(String::new());
        };
        let target = &self.console.place().target;
        // A workspace that somebody has removed meanwhile is not made anew.
        target.document(self.ambient)?;
        let good = form.check(registry).map_err(|why| Failure::new(FAILED, why))?;
        let name = &form.row.provider.key.value;
        let in_keyring = good.key.as_ref().is_some_and(|key| key.in_keyring);
        let key = good.key.map(|key| kept(key, name, target)).transpose()?;
        let token_name = form.row.agent.as_ref().and_then(|agent| agent.token.as_ref());
        let token = token_name.zip(good.token).map(|(name, token)| kept(token, name, target));
        let token = token.transpose()?;
        let changes = form.changes(target, key.as_ref(), token.as_ref());
        let mut changed = target.change(self.ambient, &changes)?;
        let kept = key.as_ref().filter(|_| in_keyring);
        changed.renew(kept.and_then(|key| keys::renewed(form.key.stored(), key, name)));
        let removed = form.removed(key.as_ref());
        let left = removed.and_then(|gone| keys::forget(gone, name, target));
        let note = key.as_ref().map(|_| form.key.note.text().trim());
        let lost = keys::lost(note, name, target).map(str::to_owned);
        let said = keys::done(changed.stored, &form.row.name(), target);
        let more = changed.words().chain(left).chain(good.warning).chain(lost);
        Ok(std::iter::once(said).chain(more).collect::<Vec<_>>().join("; "))
    }

    fn saved(&mut self, said: String) {
        self.console.form = None;
        self.console.said = match scopes::read(self.ambient) {
            Ok(places) => {
                self.console.reload(places);
                said
            }
            Err(failure) => format!("{said}; {}", words(failure)),
        };
    }

    /// Reads a value for real; whether that works.
    fn tried(&mut self) -> io::Result<String> {
        let Some((row, registry)) = self.console.current().zip(self.console.registry()) else {
            return Ok(String::new());
        };
        let trial = match &self.console.form {
            Some(form) => form.trial(),
            None => Form::new(row).trial(),
        };
        let (name, value) = match trial {
            Ok(trial) => trial,
            Err(why) => return Ok(why),
        };
        let (row, registry) = (row.clone(), registry.clone());
        let answer = self.read(&name, &value)?.and_then(|secret| {
            if name == row.provider.key.value {
                return keys::tried(&registry, &row.provider, &secret);
            }
            let problem = check_key(secret.expose());
            problem
                .map(|()| None)
                .map_err(|problem| SecretError::new(format!("it {problem}"), None))
        });
        Ok(match answer {
            Ok(None) => format!("`{name}` works"),
            Ok(Some(unusual)) => format!("`{name}` works: {unusual}"),
            Err(error) => format!("`{name}` fails: {error}"),
        })
    }

    /// A program that is asked may ask in turn: it has the screen meanwhile.
    fn read(
        &mut self,
        name: &EnvName,
        value: &EnvValue,
    ) -> io::Result<Result<Secret, SecretError>> {
        let reference = match value {
            EnvValue::Literal(text) => return Ok(Ok(text.expose().into())),
            EnvValue::Reference(reference) => reference,
        };
        self.screen.lend(|| {
            self.report.plain(&format!("reading `{name}` from {reference} …\n"));
            Sources::new(self.ambient).read(reference)
        })
    }
}

/// A failure on one line.
fn words(failure: Failure) -> String {
    let Failure { message, hint, .. } = failure;
    hint.map_or(message.clone(), |hint| format!("{message}; {hint}"))
}

/// The value as it is stored: for the keyring, the entry that holds it now.
fn kept(wanted: Wanted, name: &EnvName, target: &ScopeFile) -> Result<EnvValue, Failure> {
    if wanted.in_keyring { keys::keep(wanted.value, name, target) } else { Ok(wanted.value) }
}

#[cfg(test)]
mod tests;
