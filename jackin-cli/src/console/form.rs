//! The form of one row: what is chosen and typed, whether it can be saved, and which changes of the
//! file that makes. It writes nothing and asks no source.

use jackin_core::{
    EnvName, EnvValue, Mode, Registry,
    agent::AuthForward,
    check_key,
    edit::{Change, TomlValue},
};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    entry::{Entry, Wanted, turned},
    scopes::{Held, Row},
};
use crate::{
    scope_file::{ScopeFile, keys},
    ui::{masked_input::Line, screen::Input},
};

/// A line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// Whether the provider is used, with its key.
    Mode,
    Key(Part),
    /// How the agent gets at its own provider.
    Forward,
    Token(Part),
}

/// A line of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Origin,
    Text,
    Account,
    Note,
}

/// What somebody wants of the form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Save,
    Close,
    Try,
    Help,
}

/// What is to be stored, once it has been found good.
pub(crate) struct Good {
    pub(crate) key: Option<Wanted>,
    pub(crate) token: Option<Wanted>,
    /// What is unusual.
    pub(crate) warning: Option<String>,
}

/// The form.
pub(crate) struct Form {
    pub(crate) row: Row,
    pub(crate) mode: Option<Mode>,
    pub(crate) key: Entry,
    pub(crate) forward: Option<AuthForward>,
    pub(crate) token: Entry,
    /// Which line the cursor is on.
    at: usize,
}

impl Form {
    pub(crate) fn new(row: &Row) -> Self {
        Self {
            mode: own_mode(row),
            key: Entry::new(row.key.as_ref()),
            forward: own_forward(row),
            token: Entry::new(row.token.as_ref()),
            row: row.clone(),
            at: 0,
        }
    }

    /// Its lines; which there are depends on what is chosen.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::Mode];
        if self.mode == Some(Mode::ApiKey) {
            fields.extend(parts(&self.key).map(Field::Key));
        }
        fields.extend(self.row.agent.as_ref().map(|_| Field::Forward));
        if self.forward == Some(AuthForward::OauthToken) {
            fields.extend(parts(&self.token).map(Field::Token));
        }
        fields
    }

    pub(crate) fn field(&self) -> Field {
        self.fields().get(self.at).copied().unwrap_or(Field::Mode)
    }

    /// What a key, or a pasted text, does.
    pub(crate) fn press(&mut self, input: &Input) -> Option<Asked> {
        match input {
            Input::Key(key) => self.press_key(*key),
            Input::Pasted(text) => {
                self.line().into_iter().for_each(|line| line.paste(text));
                None
            }
        }
    }

    fn press_key(&mut self, key: KeyEvent) -> Option<Asked> {
        match (key.code, key.modifiers - KeyModifiers::SHIFT) {
            (KeyCode::Enter, _) => return Some(Asked::Save),
            (KeyCode::Esc, _) => return Some(Asked::Close),
            (KeyCode::Char('t'), KeyModifiers::CONTROL) => return Some(Asked::Try),
            (KeyCode::Down | KeyCode::Tab, _) => self.step(1),
            (KeyCode::Up | KeyCode::BackTab, _) => self.step(-1),
            _ => match self.line() {
                Some(line) => line.edit(key),
                None => return self.choose(key),
            },
        }
        None
    }

    /// What a key does on a line that nothing is typed into.
    fn choose(&mut self, key: KeyEvent) -> Option<Asked> {
        match key.code {
            KeyCode::Char(' ') | KeyCode::Right => self.turn(1),
            KeyCode::Left => self.turn(-1),
            KeyCode::Char('t') => return Some(Asked::Try),
            KeyCode::Char('?') => return Some(Asked::Help),
            _ => {}
        }
        None
    }

    fn step(&mut self, by: isize) {
        let lines: Vec<_> = (0..self.fields().len()).collect();
        self.at = turned(&lines, self.at, by);
    }

    fn turn(&mut self, by: isize) {
        const MODES: [Option<Mode>; 3] = [None, Some(Mode::ApiKey), Some(Mode::Ignore)];
        match self.field() {
            Field::Mode => self.mode = turned(&MODES, self.mode, by),
            Field::Forward => {
                let token = self.row.agent.as_ref().is_some_and(|agent| agent.token.is_some());
                let taken = |mode: &AuthForward| token || *mode != AuthForward::OauthToken;
                let modes = AuthForward::ALL.into_iter().filter(taken).map(Some);
                let modes: Vec<_> = std::iter::once(None).chain(modes).collect();
                self.forward = turned(&modes, self.forward, by);
            }
            Field::Key(_) => self.key.turn(by),
            Field::Token(_) => self.token.turn(by),
        }
    }

    /// The line that is typed into.
    fn line(&mut self) -> Option<&mut Line> {
        let (entry, part) = match self.field() {
            Field::Key(part) => (&mut self.key, part),
            Field::Token(part) => (&mut self.token, part),
            Field::Mode | Field::Forward => return None,
        };
        match part {
            Part::Origin => None,
            Part::Text => Some(&mut entry.text),
            Part::Account => Some(&mut entry.account),
            Part::Note => Some(&mut entry.note),
        }
    }

    /// Whether something would be lost with it.
    pub(crate) fn is_changed(&self) -> bool {
        self.mode != own_mode(&self.row)
            || self.forward != own_forward(&self.row)
            || (self.mode == Some(Mode::ApiKey) && self.key.is_touched())
            || (self.forward == Some(AuthForward::OauthToken) && self.token.is_touched())
    }

    /// What is to be stored.
    ///
    /// # Errors
    /// Why it cannot be saved.
    pub(crate) fn check(&self, registry: &Registry) -> Result<Good, String> {
        let key = match self.mode {
            Some(Mode::ApiKey) => self.key.wanted("key")?,
            _ => None,
        };
        let token = match self.forward {
            Some(AuthForward::OauthToken) => self.token.wanted("token")?,
            _ => None,
        };
        if self.mode == Some(Mode::ApiKey) && key.is_none() && self.key.held.is_none() {
            return Err("type a key, or choose where else it comes from".into());
        }
        self.check_login(token.is_some())?;
        let warning =
            key.as_ref().map(|key| keys::warning(registry, &self.row.provider, &key.value));
        let warning = warning.transpose().map_err(super::words)?.flatten();
        if let Some(Wanted { value: EnvValue::Literal(text), .. }) = &token {
            check_key(text.expose()).map_err(|problem| format!("the token {problem}"))?;
        }
        for (entry, wanted) in [(&self.key, &key), (&self.token, &token)] {
            let Some(wanted) = wanted else { continue };
            keys::check_note(entry.note.text(), &wanted.value, registry).map_err(super::words)?;
        }
        Ok(Good { key, token, warning })
    }

    /// What the agent is to log in with must be there.
    fn check_login(&self, token: bool) -> Result<(), String> {
        let wider = |held: &Option<Held>| held.as_ref().is_some_and(|held| !held.own || held.over);
        let key = match self.mode {
            Some(Mode::ApiKey) => true,
            Some(_) => false,
            None => wider(&self.row.key),
        };
        match self.forward {
            Some(AuthForward::ApiKey) if !key => Err("the agent is to use a key: give one".into()),
            Some(AuthForward::OauthToken) if !token && self.token.held.is_none() => {
                Err("type the token, or choose where else it comes from".into())
            }
            _ => Ok(()),
        }
    }

    /// The variable and the value that are to be tried: the typed one, else the one that counts.
    pub(crate) fn trial(&self) -> Result<(EnvName, EnvValue), String> {
        let of_token = match self.field() {
            Field::Token(_) => true,
            Field::Key(_) => false,
            Field::Mode | Field::Forward => {
                let wider = self.row.forward.as_ref().map(|mode| mode.value);
                self.forward.or(wider) == Some(AuthForward::OauthToken)
            }
        };
        let token =
            self.row.agent.as_ref().and_then(|agent| agent.token.as_ref()).filter(|_| of_token);
        let (entry, what) = token.map_or((&self.key, "key"), |_| (&self.token, "token"));
        let wanted = entry.wanted(what)?.map(|wanted| wanted.value);
        let held = || entry.held.as_ref().map(|held| held.value.clone());
        let value = wanted.or_else(held).ok_or_else(|| format!("there is no {what} to try"))?;
        Ok((token.unwrap_or(&self.row.provider.key.value).clone(), value))
    }

    /// The changes of a scope's file, with the values as they are to be stored.
    pub(crate) fn changes<'a>(
        &'a self,
        target: &'a ScopeFile,
        key: Option<&EnvValue>,
        token: Option<&EnvValue>,
    ) -> Vec<Change<'a>> {
        let name = &self.row.provider.key.value;
        let mut changes = Vec::new();
        changes.extend(key.map(|value| stored(target, name, value, &self.key)));
        if self.mode != Some(Mode::ApiKey) && self.mode != own_mode(&self.row) {
            changes.push(Change::Unset { path: target.env(name.as_str()) });
        }
        changes.extend(self.mode_change(target));
        let Some(agent) = &self.row.agent else { return changes };
        if let (Some(name), Some(value)) = (&agent.token, token) {
            changes.push(stored(target, name, value, &self.token));
        }
        if self.forward != own_forward(&self.row) {
            let path = target.path(&[agent.id.as_str(), "auth_forward"]);
            changes.push(said(path, self.forward.map(AuthForward::as_str)));
        }
        changes
    }

    /// A key needs no mode beside it, but where it would be ignored.
    fn mode_change<'a>(&'a self, target: &'a ScopeFile) -> Option<Change<'a>> {
        let path = target.path(&["providers", self.row.provider.id.as_str(), "mode"]);
        let wanted = self.mode.map(Mode::as_str);
        if self.mode == Some(Mode::ApiKey) {
            let wanted = wanted.filter(|_| !self.is_ignored_here_alone());
            return self.row.is_ignored().then(|| said(path, wanted));
        }
        (self.mode != own_mode(&self.row)).then(|| said(path, wanted))
    }

    fn is_ignored_here_alone(&self) -> bool {
        let mode = self.row.provider.mode.as_ref();
        mode.is_some_and(|mode| self.row.is_own(&mode.source) && mode.shadowed.is_empty())
    }

    /// Whether saving removes the key that this scope holds.
    pub(crate) fn removes_key(&self) -> bool {
        self.mode != Some(Mode::ApiKey) && self.removed(None).is_some()
    }

    /// The stored key that is no longer so after saving.
    pub(crate) fn removed(&self, key: Option<&EnvValue>) -> Option<&EnvValue> {
        let gone = match self.mode {
            Some(Mode::ApiKey) => key.is_some(),
            mode => mode != own_mode(&self.row),
        };
        self.key.stored().filter(|stored| gone && Some(*stored) != key)
    }
}

fn parts(entry: &Entry) -> impl Iterator<Item = Part> {
    let account = (entry.origin == super::entry::Origin::Op).then_some(Part::Account);
    [Part::Origin, Part::Text].into_iter().chain(account).chain([Part::Note])
}

fn stored<'a>(
    target: &'a ScopeFile,
    name: &'a EnvName,
    value: &EnvValue,
    entry: &'a Entry,
) -> Change<'a> {
    let note = Some(entry.note.text().trim());
    Change::Set { path: target.env(name.as_str()), value: value.into(), note }
}

/// What a scope says from now on, if anything.
fn said<'a>(path: Vec<&'a str>, wanted: Option<&str>) -> Change<'a> {
    match wanted {
        Some(text) => Change::Set { path, value: TomlValue::string(text), note: None },
        None => Change::Unset { path },
    }
}

/// What this scope says of the provider, by its key if by nothing else.
fn own_mode(row: &Row) -> Option<Mode> {
    let mode = row.provider.mode.as_ref().filter(|mode| row.is_own(&mode.source));
    let key = row.key.as_ref().filter(|key| key.own);
    mode.map(|mode| mode.value).or(key.map(|_| Mode::ApiKey))
}

fn own_forward(row: &Row) -> Option<AuthForward> {
    row.forward.as_ref().filter(|mode| row.is_own(&mode.source)).map(|mode| mode.value)
}
