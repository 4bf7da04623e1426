//! The terminal as a place to draw: raw mode while somebody is asked, a few rows at the cursor on
//! stderr or all of it, and everything put back however that ends. It knows nothing of what is drawn.

use std::{
    io::{self, BufWriter, Stderr, Write as _},
    sync::atomic::{AtomicBool, Ordering},
};

use ratatui::{
    Frame, Terminal,
    backend::{Backend, ClearType, IntoCrossterm as _, WindowSize},
    buffer::Cell,
    crossterm::{
        cursor::{Hide, MoveDown, MoveTo, MoveToColumn, MoveUp, Show},
        event::{self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyEvent, KeyEventKind},
        execute, queue,
        style::{Print, StyledContent},
        terminal::{
            Clear, ClearType as Cleared, EnterAlternateScreen, LeaveAlternateScreen,
            disable_raw_mode, enable_raw_mode, is_raw_mode_enabled, size,
        },
    },
    layout::{Position, Size},
    style::Style,
};

use jackin_host::os::{Undo, undo};

/// Some rows of the terminal, in raw mode until dropped.
pub(crate) struct Screen {
    terminal: Terminal<Inline>,
    _undo: Undo,
}

/// Whether what the terminal showed waits behind what is drawn.
static WHOLE: AtomicBool = AtomicBool::new(false);

impl Screen {
    /// Takes the terminal; it has no rows yet.
    pub(crate) fn open() -> io::Result<Self> {
        Self::take(put_back_when_killed(), false).inspect_err(|_| put_back())
    }

    /// Takes the whole terminal; what it shows comes back afterwards.
    pub(crate) fn open_whole() -> io::Result<Self> {
        Self::take(put_back_when_killed(), true).inspect_err(|_| put_back())
    }

    fn take(undo: Undo, whole: bool) -> io::Result<Self> {
        enable_raw_mode()?;
        if whole {
            WHOLE.store(true, Ordering::Relaxed);
            execute!(io::stderr(), EnterAlternateScreen, MoveTo(0, 0))?;
        }
        execute!(io::stderr(), EnableBracketedPaste)?;
        let inline = Inline { out: BufWriter::new(io::stderr()), rows: 0, at: 0 };
        Ok(Self { terminal: Terminal::new(inline)?, _undo: undo })
    }

    /// Draws on so many rows, or on as many as the terminal has.
    pub(crate) fn draw(&mut self, rows: u16, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.backend_mut().rows = rows;
        self.terminal.draw(draw)?;
        Ok(())
    }

    /// What was typed or pasted, or nothing when it is time to draw anew.
    pub(crate) fn input(&mut self) -> io::Result<Option<Input>> {
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => Ok(Some(Input::Key(key))),
            Event::Paste(text) => Ok(Some(Input::Pasted(text))),
            Event::Resize(..) => self.terminal.clear().map(|()| None),
            _ => Ok(None),
        }
    }

    /// Gives the screen away, empty and in its usual mode, to whatever may ask something there.
    pub(crate) fn lend<T>(&mut self, act: impl FnOnce() -> T) -> io::Result<T> {
        self.terminal.clear()?;
        execute!(self.terminal.backend_mut().out, DisableBracketedPaste, Show)?;
        disable_raw_mode()?;
        let done = act();
        enable_raw_mode()?;
        execute!(self.terminal.backend_mut().out, EnableBracketedPaste, MoveTo(0, 0))?;
        self.terminal.clear()?;
        Ok(done)
    }
}

/// What a person gives.
pub(crate) enum Input {
    Key(KeyEvent),
    /// As one piece, so that a line break in it is none that was typed.
    Pasted(String),
}

impl Drop for Screen {
    fn drop(&mut self) {
        put_back();
    }
}

/// Leaves the terminal as it was. Between drawings the cursor is on the first row.
fn put_back() {
    let whole = WHOLE.swap(false, Ordering::Relaxed);
    if !whole && !is_raw_mode_enabled().unwrap_or(false) {
        return;
    }
    let mut out = io::stderr();
    // There is nobody to tell, and nothing else to do about it.
    let _ = execute!(out, DisableBracketedPaste, MoveToColumn(0), Clear(Cleared::FromCursorDown));
    if whole {
        // Some terminals keep what was drawn there.
        let _ = execute!(out, Clear(Cleared::All), LeaveAlternateScreen);
    }
    let _ = execute!(out, Show);
    let _ = disable_raw_mode();
}

/// Neither a signal nor a panic, which ends the program at once, leaves a raw terminal behind.
fn put_back_when_killed() -> Undo {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        put_back();
        usual(info);
    }));
    undo(put_back)
}

/// A few rows, drawn by relative movements alone. Where the cursor is could only be asked on stdout,
/// which is not ours, and at the price of what is typed ahead. Between drawings the cursor rests on
/// the first row, where terminals keep it when they are resized.
struct Inline {
    out: BufWriter<Stderr>,
    rows: u16,
    /// The row the cursor is on.
    at: u16,
}

impl Inline {
    fn go(&mut self, column: u16, row: u16) -> io::Result<()> {
        // A movement by 0 would be one by 1.
        if row > self.at {
            queue!(self.out, MoveDown(row - self.at))?;
        } else if row < self.at {
            queue!(self.out, MoveUp(self.at - row))?;
        }
        self.at = row;
        queue!(self.out, MoveToColumn(column))
    }
}

impl Backend for Inline {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut next = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                self.go(x, y)?;
            }
            // What is drawn here has no colours.
            let style = Style::new().add_modifier(cell.modifier).into_crossterm();
            queue!(self.out, Print(StyledContent::new(style, cell.symbol())))?;
            next = Some((x + 1, y));
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        queue!(self.out, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        queue!(self.out, Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position { x: 0, y: self.at })
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        self.go(x, y)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    /// Clears everything below and makes room, by scrolling if need be.
    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.go(0, 0)?;
        let below = self.size()?.height.saturating_sub(1);
        queue!(self.out, Clear(Cleared::FromCursorDown))?;
        self.out.write_all(&b"\n".repeat(below.into()))?;
        self.at = below;
        self.go(0, 0)
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = size()?;
        Ok(Size { width, height: height.min(self.rows) })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.go(0, 0)?;
        self.out.flush()
    }
}
