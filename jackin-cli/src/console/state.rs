//! Where somebody is in the Auth screen: keys in, state and what is to be done out. It touches no
//! file, no source of secrets and no terminal.

use jackin_core::Registry;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    entry::turned,
    form::{Asked, Form},
    scopes::{Place, Row, Seen},
};
use crate::ui::screen::Input;

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Leave.
    Leave,
    /// Leave at once.
    Cancel,
    /// Write what the form holds.
    Save,
    /// Read a value, and tell whether that works.
    Try,
}

/// What lies over the rest until it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// The keys.
    Help,
    /// The form is closed, and would be lost.
    Unsaved,
    /// What is saved removes a key.
    Removes,
}

/// The screen.
pub(crate) struct Console {
    pub(crate) places: Vec<Place>,
    /// The place that is shown.
    pub(crate) at: usize,
    /// The row that the cursor is on.
    pub(crate) row: usize,
    pub(crate) form: Option<Form>,
    pub(crate) over: Option<Over>,
    /// What came of the last thing that was done.
    pub(crate) said: String,
    /// Whether to make things bold or dim.
    pub(crate) styled: bool,
}

impl Console {
    pub(crate) fn new(places: Vec<Place>, styled: bool) -> Self {
        let said = String::new();
        Self { places, at: 0, row: 0, form: None, over: None, said, styled }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.places[self.at]
    }

    fn seen(&self) -> Option<&Seen> {
        self.place().seen.as_ref().ok()
    }

    /// The providers of the place that is shown.
    pub(crate) fn registry(&self) -> Option<&Registry> {
        self.seen().map(|seen| &seen.registry)
    }

    /// The row that the cursor is on.
    pub(crate) fn current(&self) -> Option<&Row> {
        self.seen()?.rows.get(self.row)
    }

    /// What a key, or a pasted text, does.
    pub(crate) fn press(&mut self, input: &Input) -> Option<Effect> {
        self.said.clear();
        let key = match input {
            Input::Key(key) => Some(*key),
            Input::Pasted(_) => None,
        };
        if key.is_some_and(|key| is_control(key, 'c')) {
            return Some(Effect::Cancel);
        }
        match (self.over, &mut self.form) {
            (Some(over), _) => key.and_then(|key| self.answer(over, key)),
            (None, Some(form)) => {
                let asked = form.press(input)?;
                self.asked(asked)
            }
            (None, None) => key.and_then(|key| self.move_or_open(key)),
        }
    }

    fn answer(&mut self, over: Over, key: KeyEvent) -> Option<Effect> {
        match (over, key.code) {
            (Over::Help, _) | (Over::Unsaved | Over::Removes, KeyCode::Esc) => self.over = None,
            (Over::Removes, KeyCode::Char('r')) => {
                self.over = None;
                return Some(Effect::Save);
            }
            (Over::Unsaved, KeyCode::Char('s')) => {
                self.over = None;
                return self.asked(Asked::Save);
            }
            (Over::Unsaved, KeyCode::Char('d')) => (self.over, self.form) = (None, None),
            (Over::Unsaved | Over::Removes, _) => {}
        }
        None
    }

    fn asked(&mut self, asked: Asked) -> Option<Effect> {
        let changed = self.form.as_ref().is_some_and(Form::is_changed);
        match asked {
            Asked::Help => self.over = Some(Over::Help),
            Asked::Try => return Some(Effect::Try),
            Asked::Close if changed => self.over = Some(Over::Unsaved),
            Asked::Save if changed => match self.check() {
                // A key that is replaced was typed anew; one that is removed may be the only copy.
                Ok(()) if self.form.as_ref().is_some_and(Form::removes_key) => {
                    self.over = Some(Over::Removes);
                }
                Ok(()) => return Some(Effect::Save),
                Err(why) => self.said = why,
            },
            Asked::Save => (self.form, self.said) = (None, "nothing to change".into()),
            Asked::Close => self.form = None,
        }
        None
    }

    fn check(&self) -> Result<(), String> {
        match (&self.form, self.registry()) {
            (Some(form), Some(registry)) => form.check(registry).map(drop),
            _ => Ok(()),
        }
    }

    fn move_or_open(&mut self, key: KeyEvent) -> Option<Effect> {
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return Some(Effect::Leave),
            KeyCode::Char('?') => self.over = Some(Over::Help),
            KeyCode::Tab | KeyCode::Right => self.switch(1),
            KeyCode::BackTab | KeyCode::Left => self.switch(-1),
            KeyCode::Down | KeyCode::Char('j') => self.step(1),
            KeyCode::Up | KeyCode::Char('k') => self.step(-1),
            KeyCode::Home => self.row = 0,
            KeyCode::End => self.row = self.last(),
            KeyCode::Enter | KeyCode::Char(' ') => self.form = self.current().map(Form::new),
            KeyCode::Char('t') if self.current().is_some() => return Some(Effect::Try),
            _ => {}
        }
        None
    }

    fn switch(&mut self, by: isize) {
        let all: Vec<_> = (0..self.places.len()).collect();
        self.at = turned(&all, self.at, by);
        // A provider of one scope's own is in no other.
        self.row = self.row.min(self.last());
    }

    fn step(&mut self, by: isize) {
        let all: Vec<_> = (0..=self.last()).collect();
        self.row = turned(&all, self.row, by);
    }

    fn last(&self) -> usize {
        self.seen().map_or(0, |seen| seen.rows.len().saturating_sub(1))
    }

    /// What the files say now.
    pub(crate) fn reload(&mut self, places: Vec<Place>) {
        let key = |place: &Place| (place.target.workspace.clone(), place.target.role.clone());
        let here = key(self.place());
        self.at = places.iter().position(|place| key(place) == here).unwrap_or_default();
        self.places = places;
        self.row = self.row.min(self.last());
    }
}

fn is_control(key: KeyEvent, letter: char) -> bool {
    key.code == KeyCode::Char(letter) && key.modifiers.contains(KeyModifiers::CONTROL)
}
