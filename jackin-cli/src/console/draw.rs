//! How the Auth screen looks. Of a key it shows the last four characters at most; what a wider scope
//! gives stands in brackets, and dim where that is wanted.

use jackin_core::{Mode, Scope, agent::AuthForward};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{
        HighlightSpacing, List, ListState, Paragraph, Row as Cells, Table, TableState, Wrap,
    },
};

use super::{
    entry::Entry,
    form::{Field, Form, Part},
    scopes::{Held, Row, Seen},
    state::{Console, Over},
};
use jackin_host::text::{masked, visible, visible_line};

/// How far the lists are scrolled.
#[derive(Default)]
pub(crate) struct Lists {
    table: TableState,
    form: ListState,
}

/// Short enough for the smallest terminals.
const HELP: [&str; 8] = [
    "↑↓ jk     move",
    "tab       next scope; shift-tab back",
    "enter     opens; in a form, saves",
    "space     opens; in a form, next choice",
    "t ctrl-t  reads the key, as a trial",
    "ctrl-u    empties a text",
    "esc q     back, leaves; ctrl-c at once",
    "(…)       from wider, or exported",
];

const HEAD: [&str; 7] = ["", "MODE", "AGENT", "SOURCE", "KEY", "NOTE", "EXPIRES"];

/// Draws all of it, on a terminal of any size.
pub(crate) fn draw(console: &Console, frame: &mut Frame<'_>, lists: &mut Lists) {
    let area = frame.area();
    let said = said(console);
    let needed = Span::raw(&*said).width().div_ceil(usize::from(area.width).max(1));
    // On a tiny terminal the rows come first, then the title.
    let [title, keys] = [u16::from(area.height > 1), u16::from(area.height > 3)];
    let words = u16::try_from(needed).unwrap_or(u16::MAX).min(area.height.saturating_sub(4)).min(3);
    let [title, words, keys] = [title, words, keys].map(Constraint::Length);
    let parts = [title, Constraint::Fill(1), words, keys];
    let [title, body, words, keys] = Layout::vertical(parts).areas(area);
    frame.render_widget(Line::styled(heading(console), console.style(Modifier::BOLD)), title);
    draw_body(console, frame, lists, body);
    paragraph(frame, &said, words);
    frame.render_widget(Line::styled(bindings(console), console.style(Modifier::DIM)), keys);
}

fn draw_body(console: &Console, frame: &mut Frame<'_>, lists: &mut Lists, area: Rect) {
    match (console.over, &console.form, &console.place().seen) {
        (Some(Over::Help), ..) => paragraph(frame, &HELP.join("\n"), area),
        (_, Some(form), _) => draw_form(console, form, frame, &mut lists.form, area),
        (_, None, Ok(seen)) => draw_table(console, seen, frame, &mut lists.table, area),
        (_, None, Err(failure)) => {
            let hint = failure.hint.as_deref().unwrap_or_default();
            paragraph(frame, &visible(&format!("{failure}\n\n{hint}")), area);
        }
    }
}

fn paragraph(frame: &mut Frame<'_>, text: &str, area: Rect) {
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

fn heading(console: &Console) -> String {
    let (place, all) = (console.place(), console.places.len());
    let name = place.name();
    match &console.form {
        Some(form) => format!("{} · {name}", form.row.name()),
        None => format!("Auth · {name} · scope {} of {all}", console.at + 1),
    }
}

const fn bindings(console: &Console) -> &'static str {
    match (console.over, &console.form) {
        (Some(Over::Help), _) => "any key goes back",
        (Some(Over::Unsaved), _) => "unsaved changes: s saves · d discards · esc goes back",
        (Some(Over::Removes), _) => "r removes the key and saves · esc goes back",
        (None, Some(_)) => "enter saves · esc closes · ↑↓ move · space cycles · ctrl-t tries",
        (None, None) => "? keys · tab scope · enter opens · t tries · q leaves",
    }
}

/// What came of the last thing that was done, else what is to be said of where the cursor is.
fn said(console: &Console) -> String {
    let text = match (&console.form, console.current()) {
        _ if console.over == Some(Over::Help) => String::new(),
        (Some(form), _) if console.over == Some(Over::Removes) => {
            let gone = form.key.stored().map(masked).unwrap_or_default();
            format!("{gone} is removed from {}", console.place().target.file.display())
        }
        _ if !console.said.is_empty() => console.said.clone(),
        (Some(form), _) => meaning(form),
        (None, Some(row)) => {
            let problem = console.place().seen.as_ref().ok().and_then(|seen| seen.problem.clone());
            problem.unwrap_or_else(|| place_of(row))
        }
        (None, None) => String::new(),
    };
    visible(&text).replace('\n', " ")
}

/// Where a row's key stands.
fn place_of(row: &Row) -> String {
    let name = &row.provider.key.value;
    row.key
        .as_ref()
        .map_or_else(|| format!("`{name}` is not set"), |key| format!("`{name}`: {}", key.source))
}

/// What the chosen line of a form means.
fn meaning(form: &Form) -> String {
    let provider = &form.row.provider;
    match (form.field(), form.mode, form.forward) {
        (Field::Mode, Some(Mode::Ignore), _) => {
            let gone = form.key.stored().map(|key| format!("; {} is removed here", masked(key)));
            format!("{} is not used here{}", provider.label.value, gone.unwrap_or_default())
        }
        (Field::Mode, Some(_), _) => format!("used, with `{}`", provider.key.value),
        (Field::Mode, None, _) => {
            let gone = form.key.stored().map(|key| format!("; {} is removed here", masked(key)));
            format!("what a wider scope says{}", gone.unwrap_or_default())
        }
        (Field::Forward, _, Some(AuthForward::Sync)) => "its own login, no stored key".into(),
        (Field::Forward, _, Some(AuthForward::ApiKey)) => "the key that is configured".into(),
        (Field::Forward, _, Some(AuthForward::OauthToken)) => "the token of a login".into(),
        (Field::Forward, _, Some(_)) => format!("never on {} itself", provider.label.value),
        (Field::Forward, _, None) => {
            "what a wider scope says; else the key, or its own login".into()
        }
        (Field::Key(Part::Text), ..) => {
            format!("`jackin auth guide {}` shows the way to a key", provider.id)
        }
        (Field::Token(Part::Text), ..) => String::new(),
        (Field::Key(_) | Field::Token(_), ..) => place_of(&form.row),
    }
}

/// A mode as people write it.
fn words(mode: &str) -> String {
    match mode {
        "api_key" => "API key".into(),
        "oauth_token" => "OAuth token".into(),
        "ignore" => "Ignore".into(),
        other => other.to_owned(),
    }
}

/// A text, and whether this scope says it.
type Cell = (String, bool);

fn cells(row: &Row) -> [Cell; 7] {
    let none = || ("-".to_owned(), true);
    let of_key = |show: fn(&Held) -> Option<String>| {
        let shown = row.key.as_ref().and_then(|key| Some((show(key)?, key.own)));
        shown.unwrap_or_else(none)
    };
    let said = row.provider.mode.as_ref();
    let mode = match (said, &row.key) {
        (Some(mode), _) => (words(mode.value.as_str()), row.is_own(&mode.source)),
        (None, Some(key)) => (words(Mode::ApiKey.as_str()), key.own),
        // Without its key it is in no picker, unless it needs none.
        (None, None) if row.agent.is_none() && row.provider.token.is_none() => {
            (words(Mode::Ignore.as_str()), false)
        }
        (None, None) => none(),
    };
    [
        (row.name(), true),
        mode,
        row.agent.as_ref().map_or_else(none, |_| forward(row)),
        of_key(|key| Some(key.value.kind().to_owned())),
        of_key(|key| Some(masked(&key.value))),
        of_key(|key| key.note.clone()),
        row.expiry.clone().map_or_else(none, |expiry| (expiry, true)),
    ]
}

/// How the agent logs in, by itself where nothing is said and there is no key.
fn forward(row: &Row) -> Cell {
    let key = row.key.as_ref().filter(|key| key.source.scope != Scope::Environment);
    match (&row.forward, key) {
        (Some(mode), _) => (words(mode.value.as_str()), row.is_own(&mode.source)),
        (None, Some(_)) => (words(AuthForward::ApiKey.as_str()), false),
        (None, None) => (words(AuthForward::Sync.as_str()), false),
    }
}

fn draw_table(
    console: &Console,
    seen: &Seen,
    frame: &mut Frame<'_>,
    state: &mut TableState,
    area: Rect,
) {
    let rows: Vec<_> = seen.rows.iter().map(|row| cells(row).map(bracketed)).collect();
    let widths = widths(&rows, area.width);
    let columns = widths.len().max(1);
    let dim = console.style(Modifier::DIM);
    let lines = rows.iter().map(|row| {
        let style = |own: bool| if own { Style::new() } else { dim };
        Cells::new(row.iter().take(columns).map(|(text, own)| Span::styled(&**text, style(*own))))
    });
    let head = (area.height > 3).then(|| Cells::new(HEAD.into_iter().take(columns)).style(dim));
    // Where there is room for more, nothing stays out of sight above.
    let room = area.height - u16::from(head.is_some());
    *state.offset_mut() = state.offset().min(rows.len().saturating_sub(room.into()));
    state.select(Some(console.row));
    let table = Table::new(lines, widths)
        .header(head.unwrap_or_default().height(u16::from(area.height > 3)))
        .column_spacing(2)
        .highlight_symbol("▸ ")
        .highlight_spacing(HighlightSpacing::Always)
        .row_highlight_style(console.style(Modifier::BOLD));
    frame.render_stateful_widget(table, area, state);
}

/// As many columns as there is room for behind the cursor's; the last may be cut.
fn widths(rows: &[[Cell; 7]], width: u16) -> Vec<Constraint> {
    let mut room = usize::from(width).saturating_sub(2);
    let mut widths = Vec::new();
    for (column, head) in HEAD.iter().enumerate() {
        let cells = rows.iter().map(|row| Span::raw(&*row[column].0).width());
        let width = cells.chain([head.len()]).max().unwrap_or_default();
        if width.min(8) > room {
            break;
        }
        widths.push(Constraint::Length(u16::try_from(width.min(room)).unwrap_or(u16::MAX)));
        room = room.saturating_sub(width + 2);
    }
    widths
}

fn bracketed((text, own): Cell) -> Cell {
    let text = visible(&text);
    (if own { text } else { format!("({text})") }, own)
}

fn draw_form(
    console: &Console,
    form: &Form,
    frame: &mut Frame<'_>,
    state: &mut ListState,
    area: Rect,
) {
    let fields = form.fields();
    let lines = fields.iter().map(|field| {
        let (label, value) = line(form, *field);
        let label = format!("{label:<10} ");
        let room = usize::from(area.width).saturating_sub(2 + label.chars().count());
        let hidden = value.chars().count().saturating_sub(room);
        // The end of a long text is where somebody types.
        let hidden = if *field == form.field() { hidden } else { 0 };
        Line::from(format!("{label}{}", value.chars().skip(hidden).collect::<String>()))
    });
    let list = List::new(lines)
        .highlight_symbol("▸ ")
        .highlight_spacing(HighlightSpacing::Always)
        .highlight_style(console.style(Modifier::BOLD));
    let most = fields.len().saturating_sub(area.height.into());
    *state.offset_mut() = state.offset().min(most);
    state.select(fields.iter().position(|field| *field == form.field()));
    frame.render_stateful_widget(list, area, state);
}

/// A line's name, and what stands there.
fn line(form: &Form, field: Field) -> (&str, String) {
    let unset = || "not set here".to_owned();
    match field {
        Field::Mode => ("mode", form.mode.map_or_else(unset, |mode| words(mode.as_str()))),
        Field::Forward => (
            form.row.agent.as_ref().map_or("", |agent| &agent.program),
            form.forward.map_or_else(unset, |mode| words(mode.as_str())),
        ),
        Field::Key(part) => part_line(&form.key, "key", part, field == form.field()),
        Field::Token(part) => part_line(&form.token, "token", part, field == form.field()),
    }
}

fn part_line(
    entry: &Entry,
    what: &'static str,
    part: Part,
    chosen: bool,
) -> (&'static str, String) {
    let cursor = if chosen { "▏" } else { "" };
    let typed = |text: &str| format!("{}{cursor}", visible_line(text));
    match part {
        Part::Origin => ("from", entry.origin.words().to_owned()),
        Part::Account => ("account", typed(entry.account.text())),
        Part::Note => ("note", typed(entry.note.text())),
        Part::Text => {
            let text = if entry.origin.is_secret() {
                entry.text.masked()
            } else {
                entry.text.text().into()
            };
            (what, format!("{}{}", typed(&text), standing(entry)))
        }
    }
}

/// What counts as long as nothing is typed.
fn standing(entry: &Entry) -> String {
    match &entry.held {
        Some(held) if entry.is_kept() && entry.text.text().is_empty() => {
            let value = visible(&masked(&held.value));
            if held.own { format!("{value} is stored") } else { format!("({value})") }
        }
        _ => String::new(),
    }
}

impl Console {
    fn style(&self, modifier: Modifier) -> Style {
        if self.styled { Style::new().add_modifier(modifier) } else { Style::new() }
    }
}
