//! What the events of a text make of a tree: which keys lead where, and what may not be there twice.

use std::{borrow::Cow, mem};

use toml_datetime::Datetime;
use toml_parser::{
    ErrorSink, ParseError, Raw, Span,
    decoder::{Encoding, ScalarKind},
    parser::EventReceiver,
};

use super::{List, Made, ROOT, Tree, Value};

/// How deep values may be nested, and where the dots of a key end.
const LIMIT: usize = 80;

/// The offset of the first error.
#[derive(Default)]
pub(super) struct First {
    at: Option<usize>,
    /// Where the statement begins, to which spans are relative.
    base: usize,
}

impl ErrorSink for First {
    fn report_error(&mut self, error: ParseError) {
        let at = error.unexpected().map_or(0, |span| span.start());
        self.at.get_or_insert(self.base + at);
    }
}

/// A key that was read, and where it stands.
#[derive(Default)]
pub(super) struct Key<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) line: usize,
    at: usize,
}

/// Builds a tree from events. The parser reports what breaks the grammar, and goes on; what is made
/// of events after an error is nobody's concern.
pub(super) struct Builder<'a> {
    text: &'a str,
    tree: Tree<'a>,
    /// The table of the last header.
    table: usize,
    /// Whether a header is being read.
    in_header: bool,
    /// The arrays and inline tables that are open.
    open: Vec<usize>,
    /// The last part of the key that is being read.
    key: Key<'a>,
    /// The table to which the parts before it lead.
    before: Option<usize>,
    dots: usize,
    line: usize,
    /// What is wrong beyond the grammar.
    wrong: First,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            tree: Tree::new(text.len()),
            table: ROOT,
            in_header: false,
            open: Vec::new(),
            key: Key::default(),
            before: None,
            dots: 0,
            line: 1,
            wrong: First::default(),
        }
    }

    /// The tree, if nothing is wrong. What breaks the grammar comes first, as in `toml`.
    pub(super) fn finish(self, grammar: First) -> Result<Tree<'a>, usize> {
        grammar.at.or(self.wrong.at).map_or(Ok(self.tree), Err)
    }

    fn raw(&self, span: Span, encoding: Option<Encoding>) -> Raw<'a> {
        let part = self.at(span)..self.wrong.base + span.end();
        let text = self.text.get(part).unwrap_or_default();
        Raw::new_unchecked(text, encoding, span)
    }

    /// Where a span of the statement begins in the text.
    fn at(&self, span: Span) -> usize {
        self.wrong.base + span.start()
    }

    fn refuse(&mut self, at: usize) {
        self.wrong.at.get_or_insert(at);
    }

    /// Begins a statement, to which spans are relative.
    pub(super) const fn begin(&mut self, base: usize, grammar: &mut First) {
        (self.wrong.base, grammar.base) = (base, base);
    }

    /// Reads lines that hold a bare key and a plain string, as most do, which takes the parser five
    /// times as long. Returns where the next statement begins.
    pub(super) fn plain_lines(&mut self, mut at: usize) -> usize {
        while let Some((key, text)) = self.text.get(at..).and_then(plain_line) {
            self.key = Key { name: Cow::Borrowed(key), line: self.line, at };
            self.put(Value::Scalar(ScalarKind::String, Cow::Borrowed(text)));
            self.line += 1;
            at += key.len() + PUNCTUATION + text.len();
        }
        at
    }

    /// Where a key or an element begins.
    fn base(&self) -> usize {
        if self.in_header { ROOT } else { self.open.last().copied().unwrap_or(self.table) }
    }

    /// Goes into the table under the key that was read, from the one where that begins.
    fn enter(&mut self, from: usize) -> usize {
        let key = mem::take(&mut self.key);
        let dotted = !self.in_header;
        let found = match self.tree.entry(from, &key.name) {
            Ok(found) => found,
            Err(place) => {
                let made = if dotted { Made::Dotted } else { Made::Implied };
                return self.tree.insert(from, place, key, Value::Table(made, List::default()));
            }
        };
        match &mut self.tree.nodes[found].value {
            Value::Table(made @ Made::Implied, _) if dotted => *made = Made::Dotted,
            Value::Table(Made::Implied | Made::Dotted, _) => {}
            Value::Table(Made::Header, _) if !dotted => {}
            Value::Tables(list) => return list.last,
            _ => self.refuse(key.at),
        }
        found
    }

    /// Puts a value under the key that was read, or at the end of the array that is open.
    fn put(&mut self, value: Value<'a>) -> usize {
        let key = mem::take(&mut self.key);
        let dotted = self.before.is_some();
        let parent = self.before.take().unwrap_or_else(|| self.base());
        // Dots lead to a table with a header only through an array of tables.
        let made = match self.tree.nodes[parent].value {
            Value::Table(made, _) => made,
            _ => return self.tree.append(parent, 0, key, value),
        };
        if dotted && matches!(made, Made::Header) {
            self.refuse(key.at);
        }
        match self.tree.entry(parent, &key.name) {
            Ok(found) => {
                self.refuse(key.at);
                found
            }
            Err(place) => self.tree.insert(parent, place, key, value),
        }
    }

    /// Opens an array or an inline table, unless too many are.
    fn nest(&mut self, value: Value<'a>, span: Span, error: &mut dyn ErrorSink) -> bool {
        let id = self.put(value);
        self.open.push(id);
        let fits = self.open.len() <= LIMIT;
        if !fits {
            error.report_error(ParseError::new("too deep").with_unexpected(span));
        }
        fits
    }

    /// Begins the table that the header just read is for.
    fn define(&mut self, empty: Value<'a>) {
        let key = mem::take(&mut self.key);
        let parent = self.before.take().unwrap_or(ROOT);
        self.in_header = false;
        let one_of_many = matches!(empty, Value::Tables(_));
        let (at, line) = (key.at, key.line);
        let found = match self.tree.entry(parent, &key.name) {
            Ok(found) => found,
            Err(place) => self.tree.insert(parent, place, key, empty),
        };
        let node = &mut self.tree.nodes[found];
        match &mut node.value {
            Value::Table(made @ Made::Implied, _) if !one_of_many => {
                *made = Made::Header;
                node.line = line;
                self.table = found;
            }
            Value::Tables(_) if one_of_many => {
                let table = Value::Table(Made::Header, List::default());
                self.table = self.tree.append(found, 0, Key::default(), table);
            }
            _ => self.refuse(at),
        }
    }
}

/// Whether a key needs no quotes and has none, as most.
pub(super) fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| has(byte, BARE))
}

/// What can stand in a key without quotes.
const BARE: u8 = 1;
/// What stands for itself in a string.
const PLAIN: u8 = 2;

fn has(byte: u8, kind: u8) -> bool {
    KINDS[usize::from(byte)] & kind != 0
}

/// What each byte is, since a look is sooner taken than four comparisons made.
static KINDS: [u8; 256] = {
    let (mut kinds, mut at) = ([PLAIN; 256], 0);
    while at < 128_u8 {
        let bare = at.is_ascii_alphanumeric() || at == b'_' || at == b'-';
        let plain = !at.is_ascii_control() && at != b'"' && at != b'\\';
        kinds[at as usize] = if bare {
            BARE | PLAIN
        } else if plain {
            PLAIN
        } else {
            0
        };
        at += 1;
    }
    kinds
};

/// The key and the string of a line with nothing else, if the string holds nothing but itself.
pub(super) fn plain_line(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().position(|byte| !has(byte, BARE))?;
    let (key, rest) = text.split_at_checked(length).filter(|(key, _)| !key.is_empty())?;
    let rest = rest.strip_prefix(" = \"")?;
    let length = rest.bytes().position(|byte| !has(byte, PLAIN))?;
    let (string, rest) = rest.split_at_checked(length)?;
    rest.starts_with("\"\n").then_some((key, string))
}

/// What such a line holds beside the two.
pub(super) const PUNCTUATION: usize = " = \"\"\n".len();

impl EventReceiver for Builder<'_> {
    fn std_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.in_header = true;
    }

    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.define(Value::Table(Made::Implied, List::default()));
    }

    fn array_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.in_header = true;
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.define(Value::Tables(List::default()));
    }

    fn inline_table_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.nest(Value::Table(Made::Inline, List::default()), span, error)
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.open.pop();
    }

    fn array_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.nest(Value::Array(List::default()), span, error)
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.open.pop();
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        self.key = Key { name: Cow::Borrowed(""), at: self.at(span), line: self.line };
        let raw = self.raw(span, encoding);
        match encoding {
            None if is_bare(raw.as_str()) => self.key.name = Cow::Borrowed(raw.as_str()),
            // Before what the parts in front of it lead to: that of a broken header is not asked.
            _ => raw.decode_key(&mut self.key.name, error),
        }
    }

    fn key_sep(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.dots = if self.before.is_some() { self.dots + 1 } else { 1 };
        if self.dots >= LIMIT {
            self.refuse(self.at(span));
        }
        let from = self.before.unwrap_or_else(|| self.base());
        self.before = Some(self.enter(from));
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let raw = self.raw(span, encoding);
        let mut text = Cow::Borrowed("");
        let kind = raw.decode_scalar(&mut text, &mut self.wrong);
        if kind == ScalarKind::DateTime && text.parse::<Datetime>().is_err() {
            self.refuse(self.at(span));
        }
        self.put(Value::Scalar(kind, text));
        if matches!(encoding, Some(Encoding::MlBasicString | Encoding::MlLiteralString)) {
            self.line += raw.as_bytes().iter().filter(|byte| **byte == b'\n').count();
        }
    }

    fn comment(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.raw(span, None).decode_comment(error);
    }

    fn newline(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.line += 1;
        self.raw(span, None).decode_newline(error);
    }
}
