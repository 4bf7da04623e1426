//! A list to pick one row from: keys in, state out, and how it looks. It knows neither agents nor
//! providers, and touches no terminal but the screen it is given.

use std::io;

use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
    layout::{Constraint, Layout},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{HighlightSpacing, List, ListItem, ListState},
};

use crate::ui::screen::{Input, Screen};

/// One row.
pub(crate) struct Row {
    /// What a script would call it; it can be typed as well.
    pub(crate) id: String,
    pub(crate) label: String,
    /// Why it cannot be picked.
    pub(crate) refusal: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picked<T> {
    /// This one.
    One(T),
    /// Escape: back to what was asked before, if anything was.
    Back,
    /// Ctrl-C: nothing at all.
    Nothing,
}

impl<T> Picked<T> {
    /// What the one that was picked stands for.
    pub(crate) fn map<U>(self, stands_for: impl FnOnce(T) -> U) -> Picked<U> {
        match self {
            Self::One(one) => Picked::One(stands_for(one)),
            Self::Back => Picked::Back,
            Self::Nothing => Picked::Nothing,
        }
    }
}

/// The rows and where the user is among them.
pub(crate) struct Picker {
    title: String,
    rows: Vec<Row>,
    /// The row the cursor is on, unless the filter leaves none.
    cursor: Option<usize>,
    /// What was typed, once somebody has begun to type.
    filter: Option<String>,
    /// Whether to make rows bold or dim.
    styled: bool,
}

impl Picker {
    /// A list with the cursor on one of its rows, or else on the first that can be picked.
    pub(crate) fn new(title: String, rows: Vec<Row>, on: Option<&str>, styled: bool) -> Self {
        let mut picker = Self { title, rows, cursor: None, filter: None, styled };
        let open = picker.open();
        let on = open.iter().find(|row| on == Some(&picker.rows[**row].id));
        picker.cursor = on.or(open.first()).copied();
        picker
    }

    /// Asks until there is an answer.
    pub(crate) fn ask(mut self, screen: &mut Screen) -> io::Result<Picked<usize>> {
        let mut list = ListState::default();
        loop {
            screen.draw(self.height(), |frame| self.draw(frame, &mut list))?;
            let Some(Input::Key(key)) = screen.input()? else { continue };
            if let Some(picked) = self.press(key) {
                return Ok(picked);
            }
        }
    }

    /// What a key does.
    fn press(&mut self, key: KeyEvent) -> Option<Picked<usize>> {
        match (key.code, key.modifiers - KeyModifiers::SHIFT) {
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => return Some(Picked::Nothing),
            (KeyCode::Enter, _) => return self.cursor.map(Picked::One),
            (KeyCode::Esc, _) if self.filter.is_none() => return Some(Picked::Back),
            (KeyCode::Esc, _) => self.narrow(None),
            (KeyCode::Down, _) | (KeyCode::Char('n'), KeyModifiers::CONTROL) => self.step(1),
            (KeyCode::Up, _) | (KeyCode::Char('p'), KeyModifiers::CONTROL) => self.step(-1),
            (KeyCode::Home, _) => self.cursor = self.open().first().copied(),
            (KeyCode::End, _) => self.cursor = self.open().last().copied(),
            // Some terminals send Ctrl-H for it.
            (KeyCode::Backspace, _) | (KeyCode::Char('h'), KeyModifiers::CONTROL) => self.erase(),
            (KeyCode::Char(typed), KeyModifiers::NONE) => self.typed(typed),
            _ => {}
        }
        None
    }

    /// Letters move until a filter is begun, by `/` or by any letter that does not move.
    fn typed(&mut self, typed: char) {
        match (&self.filter, typed) {
            (None, 'j') => self.step(1),
            (None, 'k') => self.step(-1),
            (None, '/') => self.narrow(Some(String::new())),
            (filter, _) => {
                let filter = filter.as_deref().unwrap_or_default();
                self.narrow(Some(format!("{filter}{typed}")));
            }
        }
    }

    fn erase(&mut self) {
        if let Some(mut filter) = self.filter.take() {
            let filter = filter.pop().map(|_| filter);
            self.narrow(filter);
        }
    }

    /// Another filter; the cursor stays where it can.
    fn narrow(&mut self, filter: Option<String>) {
        self.filter = filter;
        let open = self.open();
        self.cursor = self.cursor.filter(|row| open.contains(row)).or(open.first().copied());
    }

    /// To the next row that can be picked, and round at the end.
    fn step(&mut self, by: isize) {
        let open = self.open();
        let at = self.cursor.and_then(|cursor| open.iter().position(|row| *row == cursor));
        self.cursor = at.and_then(|at| {
            let to = at.checked_add_signed(by).unwrap_or(open.len() - 1);
            open.get(to).or(open.first()).copied()
        });
    }

    /// The rows that the filter leaves.
    fn visible(&self) -> impl Iterator<Item = usize> {
        let wanted = self.filter.as_deref().unwrap_or_default().to_lowercase();
        let found = move |text: &str| text.to_lowercase().contains(&wanted);
        let rows = self.rows.iter().enumerate();
        rows.filter(move |(_, row)| found(&row.label) || found(&row.id)).map(|(index, _)| index)
    }

    /// Those of them that can be picked.
    fn open(&self) -> Vec<usize> {
        self.visible().filter(|row| self.rows[*row].refusal.is_none()).collect()
    }

    /// The rows it takes, the title and the keys among them. It keeps its height when the filter
    /// narrows it.
    fn height(&self) -> u16 {
        u16::try_from(self.rows.len() + 2).unwrap_or(u16::MAX)
    }

    fn draw(&self, frame: &mut Frame<'_>, list: &mut ListState) {
        let area = frame.area();
        // On a tiny terminal the rows come first, then the title.
        let [title, keys] = [u16::from(area.height > 1), u16::from(area.height > 3)];
        let parts = [Constraint::Length(title), Constraint::Fill(1), Constraint::Length(keys)];
        let [title, rows, keys] = Layout::vertical(parts).areas(area);
        let typed = self.filter.as_ref().map(|filter| format!(" /{filter}"));
        let heading = format!("{}{}", self.title, typed.unwrap_or_default());
        frame.render_widget(Line::styled(heading, self.style(Modifier::BOLD)), title);
        let visible: Vec<_> = self.visible().collect();
        // Where there is room for more, nothing stays out of sight above.
        let most = visible.len().saturating_sub(rows.height.into());
        *list.offset_mut() = list.offset().min(most);
        list.select(visible.iter().position(|row| Some(*row) == self.cursor));
        let items = visible.into_iter().map(|row| self.item(row));
        let widget = List::new(items)
            .highlight_symbol("▸ ")
            .highlight_spacing(HighlightSpacing::Always)
            .highlight_style(self.style(Modifier::BOLD));
        frame.render_stateful_widget(widget, rows, list);
        frame.render_widget(Line::styled(self.keys(), self.style(Modifier::DIM)), keys);
    }

    fn item(&self, row: usize) -> ListItem<'_> {
        let width = |row: &Row| Span::raw(&row.label).width();
        let widest = self.rows.iter().map(width).max().unwrap_or_default();
        let row = &self.rows[row];
        let Some(refusal) = &row.refusal else { return ListItem::new(&*row.label) };
        let gap = " ".repeat(widest - width(row) + 2);
        let line = format!("{}{gap}{refusal}", row.label);
        ListItem::new(line).style(self.style(Modifier::DIM))
    }

    fn keys(&self) -> &'static str {
        match (&self.filter, self.cursor) {
            (Some(_), None) => "nothing matches · esc shows all",
            (Some(_), Some(_)) => "↑↓ move · enter picks · esc shows all",
            (None, _) => "↑↓ jk move · enter picks · type to filter · esc back",
        }
    }

    fn style(&self, modifier: Modifier) -> Style {
        if self.styled { Style::new().add_modifier(modifier) } else { Style::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::{Terminal, backend::TestBackend};

    fn picker(on: Option<&str>) -> Picker {
        let rows = [
            ("anthropic", "Anthropic", None),
            ("zai", "Z.AI", None),
            ("codex", "Gone", Some("its key expired 2 days ago")),
            ("kimi", "Kimi", None),
        ];
        let rows = rows.map(|(id, label, refusal)| Row {
            id: id.into(),
            label: label.into(),
            refusal: refusal.map(Into::into),
        });
        Picker::new("Claude on".into(), rows.into(), on, true)
    }

    /// Presses one key after the other, `^` before a letter for Control; gives the row of the cursor
    /// after each, or what came of it.
    fn press(picker: &mut Picker, keys: &str) -> String {
        let press = |key: &str| {
            let (code, modifiers) = match key {
                "down" => (KeyCode::Down, KeyModifiers::NONE),
                "up" => (KeyCode::Up, KeyModifiers::NONE),
                "home" => (KeyCode::Home, KeyModifiers::NONE),
                "end" => (KeyCode::End, KeyModifiers::NONE),
                "enter" => (KeyCode::Enter, KeyModifiers::NONE),
                "esc" => (KeyCode::Esc, KeyModifiers::NONE),
                "back" => (KeyCode::Backspace, KeyModifiers::NONE),
                key => match key.strip_prefix('^') {
                    Some(key) => (KeyCode::Char(key.parse().unwrap()), KeyModifiers::CONTROL),
                    None => (KeyCode::Char(key.parse().unwrap()), KeyModifiers::NONE),
                },
            };
            match picker.press(KeyEvent::new(code, modifiers)) {
                Some(picked) => format!("{picked:?}"),
                None => picker.cursor.map_or("-".into(), |row| picker.rows[row].id.clone()),
            }
        };
        keys.split(' ').map(press).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_cursor_moves_round_and_over_what_is_greyed() {
        for (keys, rows) in [
            ("down down down up", "zai kimi anthropic kimi"),
            ("j j j k", "zai kimi anthropic kimi"),
            ("^n ^n ^n ^p", "zai kimi anthropic kimi"),
            ("end home", "kimi anthropic"),
            ("j enter", "zai One(1)"),
            ("end enter", "kimi One(3)"),
        ] {
            assert_eq!(press(&mut picker(None), keys), rows, "{keys}");
        }
    }

    #[test]
    fn the_cursor_begins_where_it_was_told_if_that_can_be_picked() {
        let on = |on| picker(on).cursor;
        assert_eq!([on(None), on(Some("zai")), on(Some("kimi"))], [Some(0), Some(1), Some(3)]);
        assert_eq!([on(Some("codex")), on(Some("gone"))], [Some(0), Some(0)]);
    }

    #[test]
    fn letters_filter_by_label_and_by_id() {
        for (keys, rows) in [
            ("z enter", "zai One(1)"),
            ("Z . enter", "zai zai One(1)"),
            // The first letter would move: it takes the slash.
            ("/ k enter", "anthropic kimi One(3)"),
            ("i m j", "anthropic kimi -"),
            // What is greyed is shown, and is still not picked.
            ("g enter", "- -"),
            ("x down enter back enter", "- - - anthropic One(0)"),
            ("/ j back k", "anthropic - anthropic kimi"),
            ("/ back j", "anthropic anthropic zai"),
            ("z ^h ^h j", "zai zai zai kimi"),
        ] {
            assert_eq!(press(&mut picker(None), keys), rows, "{keys}");
        }
    }

    #[test]
    fn escape_takes_the_filter_back_and_then_leaves() {
        assert_eq!(press(&mut picker(None), "esc"), "Back");
        assert_eq!(press(&mut picker(None), "z esc esc"), "zai zai Back");
        assert_eq!(press(&mut picker(None), "z ^c"), "zai Nothing");
        assert_eq!(press(&mut picker(None), "^c"), "Nothing");
    }

    #[test]
    fn other_keys_do_nothing() {
        let mut picker = picker(None);
        for (code, modifiers) in [
            (KeyCode::Char('z'), KeyModifiers::ALT),
            (KeyCode::Char('z'), KeyModifiers::CONTROL),
            (KeyCode::Left, KeyModifiers::NONE),
            (KeyCode::Tab, KeyModifiers::NONE),
            (KeyCode::Backspace, KeyModifiers::NONE),
        ] {
            assert_eq!(picker.press(KeyEvent::new(code, modifiers)), None);
        }
        assert_eq!((picker.cursor, picker.filter), (Some(0), None));
    }

    #[test]
    fn it_is_drawn_at_every_size() {
        for (width, height) in [(0, 0), (1, 1), (2, 9), (10, 3), (40, 4), (200, 60)] {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            let mut list = ListState::default();
            let mut picker = picker(Some("kimi"));
            for key in ["j", "z", "q"] {
                terminal.draw(|frame| picker.draw(frame, &mut list)).unwrap();
                press(&mut picker, key);
            }
        }
    }
}
