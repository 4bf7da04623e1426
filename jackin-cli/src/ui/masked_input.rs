//! A line that is typed at the terminal, where nobody reads along.

use std::io;

use jackin_core::Secret;
use jackin_host::text::visible_line;
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
    layout::{Constraint, Layout},
};

use crate::{
    failure::{CANCELLED, FAILED, Failure},
    ui::screen::{Input, Screen},
};

/// A line that shows only how much of it there is.
pub(crate) fn typed(prompt: &str) -> Result<Secret, Failure> {
    let failed =
        |error: io::Error| Failure::new(FAILED, format!("cannot ask at the terminal: {error}"));
    let mut screen = Screen::open().map_err(failed)?;
    let mut line = Line::default();
    loop {
        screen.draw(2, |frame| line.draw(frame, prompt)).map_err(failed)?;
        let done = match screen.input().map_err(failed)? {
            Some(Input::Key(key)) => line.press(key),
            Some(Input::Pasted(text)) => {
                line.paste(&text);
                None
            }
            None => None,
        };
        match done {
            Some(Typed::Done) => return Ok(line.0.into()),
            Some(Typed::Cancelled) => return Err(Failure::new(CANCELLED, "cancelled")),
            None => {}
        }
    }
}

/// A line that is being typed; it may be a secret.
#[derive(Clone, Default)]
pub(crate) struct Line(String);

#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Done,
    Cancelled,
}

impl Line {
    /// A line that holds a text already.
    pub(crate) fn holding(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    fn press(&mut self, key: KeyEvent) -> Option<Typed> {
        match (key.code, key.modifiers - KeyModifiers::SHIFT) {
            (KeyCode::Enter, _) => return Some(Typed::Done),
            (KeyCode::Esc, _) | (KeyCode::Char('c' | 'd'), KeyModifiers::CONTROL) => {
                return Some(Typed::Cancelled);
            }
            _ => self.edit(key),
        }
        None
    }

    /// What a key does to the text.
    pub(crate) fn edit(&mut self, key: KeyEvent) {
        match (key.code, key.modifiers - KeyModifiers::SHIFT) {
            (KeyCode::Char('u'), KeyModifiers::CONTROL) => self.0.clear(),
            // Some terminals send Ctrl-H for it.
            (KeyCode::Backspace, _) | (KeyCode::Char('h'), KeyModifiers::CONTROL) => {
                self.0.pop();
            }
            (KeyCode::Char(typed), KeyModifiers::NONE) => self.0.push(typed),
            _ => {}
        }
    }

    /// A line break at the end of what is pasted was copied along with it.
    pub(crate) fn paste(&mut self, text: &str) {
        self.0.push_str(text.trim_end_matches(['\r', '\n']));
    }

    /// How much of a secret there is.
    pub(crate) fn masked(&self) -> String {
        let length = self.0.chars().count();
        match length {
            0..=40 => "•".repeat(length),
            _ => format!("{} ({length})", "•".repeat(40)),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, prompt: &str) {
        let prompt = visible_line(prompt);
        let text =
            [format!("{prompt}: {}", self.masked()), "enter stores it, escape cancels".into()];
        let rows = Layout::vertical([Constraint::Length(1); 2]).split(frame.area());
        for (text, row) in text.iter().zip(rows.iter()) {
            frame.render_widget(text.as_str(), *row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(keys: impl IntoIterator<Item = KeyEvent>) -> (String, Option<Typed>) {
        let mut line = Line::default();
        let done = keys.into_iter().filter_map(|key| line.press(key)).last();
        (line.0, done)
    }

    #[test]
    fn a_line_is_typed_and_mended() {
        let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        let typed = |text: &'static str| text.chars().map(move |c| key(KeyCode::Char(c)));
        let keys = typed("abx").chain([key(KeyCode::Backspace)]).chain(typed("c"));
        assert_eq!(line(keys.chain([key(KeyCode::Enter)])), ("abc".into(), Some(Typed::Done)));
        assert_eq!(line(typed("abc").chain([control('u')])), (String::new(), None));
        for cancel in [key(KeyCode::Esc), control('c'), control('d')] {
            assert_eq!(line([cancel]).1, Some(Typed::Cancelled));
        }
    }

    #[test]
    fn a_pasted_line_break_stores_nothing_yet() {
        let mut line = Line::default();
        line.paste("sk-1\r\n");
        assert_eq!(line.0, "sk-1");
        line.paste("a\nb");
        assert_eq!(line.0, "sk-1a\nb");
    }
}
