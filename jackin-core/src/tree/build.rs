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
pub(super) struct First(Option<usize>);

impl ErrorSink for First {
    fn report_error(&mut self, error: ParseError) {
        self.0.get_or_insert(error.unexpected().map_or(0, |span| span.start()));
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
        grammar.0.or(self.wrong.0).map_or(Ok(self.tree), Err)
    }

    fn raw(&self, span: Span, encoding: Option<Encoding>) -> Raw<'a> {
        let text = self.text.get(span.start()..span.end()).unwrap_or_default();
        Raw::new_unchecked(text, encoding, span)
    }

    fn refuse(&mut self, at: usize) {
        self.wrong.0.get_or_insert(at);
    }

    /// Where a key or an element begins.
    fn base(&self) -> usize {
        if self.in_header { ROOT } else { self.open.last().copied().unwrap_or(self.table) }
    }

    /// Goes into the table under the key that was read, from the one where that begins.
    fn enter(&mut self, from: usize) -> usize {
        let key = mem::take(&mut self.key);
        let dotted = !self.in_header;
        let Some(found) = self.tree.get(from, &key.name) else {
            let made = if dotted { Made::Dotted } else { Made::Implied };
            return self.tree.append(from, key, Value::Table(made, List::default()));
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
        let closed =
            dotted && matches!(self.tree.nodes[parent].value, Value::Table(Made::Header, _));
        if closed || self.tree.get(parent, &key.name).is_some() {
            self.refuse(key.at);
        }
        self.tree.append(parent, key, value)
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
        let found = self.tree.get(parent, &key.name);
        let found = found.unwrap_or_else(|| self.tree.append(parent, key, empty));
        let node = &mut self.tree.nodes[found];
        match &mut node.value {
            Value::Table(made @ Made::Implied, _) if !one_of_many => {
                *made = Made::Header;
                node.line = line;
                self.table = found;
            }
            Value::Tables(_) if one_of_many => {
                let table = Value::Table(Made::Header, List::default());
                self.table = self.tree.append(found, Key::default(), table);
            }
            _ => self.refuse(at),
        }
    }
}

/// Whether a key needs no quotes and has none, as most.
fn is_bare(key: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !key.is_empty() && key.bytes().all(fits)
}

/// What stands between the quotes of a string, if it holds nothing but itself, as in most.
fn plain(string: &str) -> Option<&str> {
    let text = string.strip_prefix('"')?.strip_suffix('"')?;
    // All of them are looked at, since that goes by sixteen.
    let odd = text.bytes().fold(false, |odd, byte| {
        odd | (byte < b' ') | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
    });
    (!odd).then_some(text)
}

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

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.key = Key { name: Cow::Borrowed(""), at: span.start(), line: self.line };
        let raw = self.raw(span, encoding);
        match encoding {
            None if is_bare(raw.as_str()) => self.key.name = Cow::Borrowed(raw.as_str()),
            _ => raw.decode_key(&mut self.key.name, &mut self.wrong),
        }
    }

    fn key_sep(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.dots = if self.before.is_some() { self.dots + 1 } else { 1 };
        if self.dots >= LIMIT {
            self.refuse(span.start());
        }
        let from = self.before.unwrap_or_else(|| self.base());
        self.before = Some(self.enter(from));
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let raw = self.raw(span, encoding);
        if let (Some(Encoding::BasicString), Some(text)) = (encoding, plain(raw.as_str())) {
            self.put(Value::Scalar(ScalarKind::String, Cow::Borrowed(text)));
            return;
        }
        let mut text = Cow::Borrowed("");
        let kind = raw.decode_scalar(&mut text, &mut self.wrong);
        if kind == ScalarKind::DateTime && text.parse::<Datetime>().is_err() {
            self.refuse(span.start());
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
