//! TOML as a tree that borrows from its text: one list of nodes, made from the events of
//! `toml_parser`. It takes and refuses what the `toml` crate does, which the tests hold it against,
//! at a fraction of the cost. Every value is checked, whether or not somebody asks for it; errors
//! are places, since words could quote the text. Nothing here recurses, however deep the text does.

use std::{borrow::Cow, iter, mem};

use toml_datetime::Datetime;
use toml_parser::{
    ErrorSink, ParseError, Raw, Source, Span,
    decoder::{Encoding, ScalarKind},
    parser::{EventReceiver, parse_document},
};

/// How deep values may be nested, and where the dots of a key end.
const LIMIT: usize = 80;

/// The node of the table that is the whole text. It is nobody's child, so that as a child or as the
/// next of a list it stands for none.
pub(crate) const ROOT: usize = 0;

/// A parsed text. Nodes are called by their place in the list.
pub(crate) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    /// The entries of all tables by their hashes, each in the first slot that was free from the one
    /// on that its hash names. At least half of them stay free.
    slots: Vec<usize>,
}

/// A value, and its place in the tree.
pub(crate) struct Node<'a> {
    /// Its key; the elements of arrays have none.
    pub(crate) key: Cow<'a, str>,
    /// The line of its key, counted from 1.
    pub(crate) line: usize,
    pub(crate) parent: usize,
    next: usize,
    hash: u64,
    pub(crate) value: Value<'a>,
}

/// A value: of a scalar the kind and the text, without quotes, escapes and what parts digits.
pub(crate) enum Value<'a> {
    Scalar(ScalarKind, Cow<'a, str>),
    Array(List),
    /// An array of tables, which headers write.
    Tables(List),
    Table(Made, List),
}

/// How a table came to be, which decides where more can be added to it.
#[derive(Clone, Copy)]
pub(crate) enum Made {
    /// By the header of a table inside it.
    Implied,
    /// By the dots of a key.
    Dotted,
    /// By a header of its own.
    Header,
    /// In braces.
    Inline,
}

/// The nodes inside a node.
#[derive(Clone, Copy, Default)]
pub(crate) struct List {
    first: usize,
    last: usize,
    count: usize,
}

impl<'a> Tree<'a> {
    /// Parses a text; an error is the offset of what is wrong.
    pub(crate) fn parse(text: &'a str) -> Result<Self, usize> {
        let source = Source::new(text);
        let mut builder = Builder::new(text);
        let mut grammar = First(None);
        parse_document(&source.lex().into_vec(), &mut builder, &mut grammar);
        grammar.0.or(builder.wrong.0).map_or(Ok(builder.tree), Err)
    }

    pub(crate) fn node(&self, id: usize) -> &Node<'a> {
        &self.nodes[id]
    }

    /// The entry of a table under a key, if there is one.
    pub(crate) fn get(&self, table: usize, key: &str) -> Option<usize> {
        let hash = hash(table, key);
        let is_it = |node: &Node<'_>| node.hash == hash && node.parent == table && node.key == key;
        let found = self.slots[self.slot(hash, is_it)];
        (found != ROOT).then_some(found)
    }

    /// The slot of the entry that fits, or the free one where there is none.
    fn slot(&self, hash: u64, fits: impl Fn(&Node<'a>) -> bool) -> usize {
        let around = self.slots.len() - 1;
        // The upper half is the one that every character reaches.
        let mut slot = (hash >> 32) as usize & around;
        while self.slots[slot] != ROOT && !fits(&self.nodes[self.slots[slot]]) {
            slot = (slot + 1) & around;
        }
        slot
    }

    /// How much is inside a node.
    pub(crate) fn len(&self, id: usize) -> usize {
        self.nodes[id].value.list().map_or(0, |list| list.count)
    }

    /// What is inside a node, in the order in which it was first named.
    pub(crate) fn children(&self, id: usize) -> impl Iterator<Item = usize> {
        let some = |id: usize| (id != ROOT).then_some(id);
        let list = self.nodes[id].value.list();
        iter::successors(list.and_then(|list| some(list.first)), move |id| {
            some(self.nodes[*id].next)
        })
    }

    fn append(&mut self, parent: usize, key: Key<'a>, value: Value<'a>) -> usize {
        let id = self.nodes.len();
        let (hash, Key { name: key, line, .. }) = (hash(parent, &key.name), key);
        self.nodes.push(Node { key, line, parent, next: ROOT, hash, value });
        let Some(list) = self.nodes[parent].value.list_mut() else { return id };
        list.count += 1;
        match mem::replace(&mut list.last, id) {
            ROOT => list.first = id,
            last => self.nodes[last].next = id,
        }
        if self.nodes.len() * 2 > self.slots.len() {
            self.slots = vec![ROOT; self.slots.len() * 2];
            (1..id).for_each(|id| self.file(id));
        }
        self.file(id);
        id
    }

    /// Puts the entry of a table into its slot.
    fn file(&mut self, id: usize) {
        let node = &self.nodes[id];
        if let Value::Table(..) = self.nodes[node.parent].value {
            let slot = self.slot(node.hash, |_| false);
            self.slots[slot] = id;
        }
    }
}

/// Tells the entries of all tables apart. It is the same in every run: the text is the user's own.
fn hash(table: usize, key: &str) -> u64 {
    let (words, rest) = key.as_bytes().as_chunks();
    let rest = rest.iter().fold(key.len() as u64, |word, byte| word << 8 | u64::from(*byte));
    let words = words.iter().map(|word| u64::from_le_bytes(*word)).chain([rest]);
    words.fold(table as u64, |hash, word| {
        (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
    })
}

impl Value<'_> {
    /// The text of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Scalar(ScalarKind::String, text) => Some(text),
            _ => None,
        }
    }

    fn list(&self) -> Option<List> {
        match self {
            Self::Scalar(..) => None,
            Self::Array(list) | Self::Tables(list) | Self::Table(_, list) => Some(*list),
        }
    }

    fn list_mut(&mut self) -> Option<&mut List> {
        match self {
            Self::Scalar(..) => None,
            Self::Array(list) | Self::Tables(list) | Self::Table(_, list) => Some(list),
        }
    }
}

/// The offset of the first error.
struct First(Option<usize>);

impl ErrorSink for First {
    fn report_error(&mut self, error: ParseError) {
        self.0.get_or_insert(error.unexpected().map_or(0, |span| span.start()));
    }
}

/// A key that was read, and where it stands.
#[derive(Default)]
struct Key<'a> {
    name: Cow<'a, str>,
    at: usize,
    line: usize,
}

/// Builds a tree from events. The parser reports what breaks the grammar, and goes on; what is made
/// of events after an error is nobody's concern.
struct Builder<'a> {
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
    fn new(text: &'a str) -> Self {
        let root = Value::Table(Made::Header, List::default());
        let key = Cow::Borrowed("");
        let root = Node { key, line: 1, parent: ROOT, next: ROOT, hash: 0, value: root };
        // Most lines are an entry of some thirty characters.
        let usual = text.len() / 32 + 1;
        let mut nodes = Vec::with_capacity(usual);
        nodes.push(root);
        let slots = vec![ROOT; (usual * 2).next_power_of_two()];
        Self {
            text,
            tree: Tree { nodes, slots },
            table: ROOT,
            in_header: false,
            open: Vec::new(),
            key: Key::default(),
            before: None,
            dots: 0,
            line: 1,
            wrong: First(None),
        }
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
        self.raw(span, encoding).decode_key(&mut self.key.name, &mut self.wrong);
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
        let mut text = Cow::Borrowed("");
        let raw = self.raw(span, encoding);
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
