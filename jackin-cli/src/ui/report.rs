//! What a person reads: errors, hints, warnings. The only place that writes words to the terminal; data
//! goes to stdout, words to stderr.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use clap::{
    ValueEnum,
    builder::styling::{AnsiColor, Style},
};

use crate::failure::{FAILED, Failure};
use jackin_host::text::{cut, visible, visible_json, visible_line};

/// When messages are coloured.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// A failure for programs.
#[derive(serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Told<'a> {
    /// The version of this layout.
    schema: u32,
    error: Error<'a>,
}

/// What is wrong.
#[derive(serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Error<'a> {
    /// `usage`, `config`, `unsupported`, `key`, `secret`, `not-executable`, `not-found`, `cancelled`
    /// or `failed`.
    kind: &'a str,
    /// What is wrong, and where.
    message: &'a str,
    /// What the user can do, or null.
    hint: Option<&'a str>,
    /// The exit code.
    code: u8,
}

/// Where words go, and whether failures are for programs.
pub(crate) struct Report {
    color: Color,
    json: bool,
}

impl Report {
    pub(crate) const fn new(color: Color, json: bool) -> Self {
        Self { color, json }
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        let Failure { code, kind, hint, .. } = failure;
        let message = &cut(&failure.message);
        let error = Error { kind, message, hint: hint.as_deref(), code: *code };
        if self.json
            && let Ok(text) = serde_json::to_string(&Told { schema: 1, error })
        {
            return self.styled(&visible_json(&format!("{text}\n")));
        }
        self.line("error", AnsiColor::Red, message);
        if let Some(hint) = &failure.hint {
            self.plain("\n");
            self.line("hint", AnsiColor::Cyan, hint);
        }
    }

    pub(crate) fn warning(&self, text: &str) {
        self.line("warning", AnsiColor::Yellow, &cut(text));
    }

    /// Text on stderr.
    pub(crate) fn plain(&self, text: &str) {
        self.styled(&visible(text));
    }

    /// Whether words are to stand out by more than themselves.
    #[cfg(feature = "terminal")]
    pub(crate) fn in_colour(&self) -> bool {
        self.choice() != ColorChoice::Never
    }

    /// Most launches have nothing to say, and need not look at the terminal.
    fn choice(&self) -> ColorChoice {
        match self.color {
            Color::Auto => AutoStream::choice(&io::stderr()),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    /// Names the terminal's window or tab.
    pub(crate) fn title(&self, title: &str) {
        let title = visible_line(title);
        // With stderr closed there is no title to set.
        let _ = io::stderr().write_all(format!("\x1b]2;{title}\x07").as_bytes());
    }

    fn styled(&self, text: &str) {
        // With stderr closed there is nobody left to tell.
        let _ = AutoStream::new(io::stderr(), self.choice()).write_all(text.as_bytes());
    }

    fn line(&self, word: &str, color: AnsiColor, text: &str) {
        let style = Style::new().bold().fg_color(Some(color.into()));
        self.styled(&format!("{style}{word}:{style:#} {}\n", visible(text)));
    }
}

/// Data on stdout. A reader that has gone away, as in `| head -1`, is no failure.
pub(crate) fn data(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(FAILED, format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Text for people on stdout.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    data(visible(text).as_bytes())
}

/// A value as JSON on stdout.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| Failure::new(FAILED, format!("cannot write JSON: {error}")))?;
    data(visible_json(&format!("{text}\n")).as_bytes())
}

/// Rows with their columns aligned, two spaces apart, each on one line.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let rows: Vec<_> =
        rows.iter().map(|row| row.each_ref().map(|cell| visible_line(cell))).collect();
    aligned(&rows.iter().map(<[String; N]>::as_slice).collect::<Vec<_>>())
}

/// The same, once for all numbers of columns.
fn aligned(rows: &[&[String]]) -> String {
    let length = |cell: &String| cell.chars().count();
    let width = |column| rows.iter().map(|row| length(&row[column])).max().unwrap_or(0);
    let widths: Vec<_> = (0..rows.first().map_or(0, |row| row.len())).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - length(cell))));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}
