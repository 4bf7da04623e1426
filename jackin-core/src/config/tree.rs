//! TOML as a tree that borrows from its text: one list of nodes, made from the events of
//! `toml_parser`, or without it where a line is but a bare key and a plain string. It takes and
//! refuses what the `toml` crate does, which the tests hold it against, at a third of the cost.
//! Every value is checked, whether or not somebody asks for it; errors are places, since words could
//! quote the text. Nothing here recurses, however deep the text does.

mod build;
pub(crate) mod plain;

use std::{borrow::Cow, iter, mem};

use toml_parser::{
    Source,
    decoder::ScalarKind,
    lexer::{Token, TokenKind},
    parser::parse_document,
};

use build::{Builder, First, Key};

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

/// Where the entry of a table is to be.
struct Place {
    hash: u64,
    slot: usize,
}

/// In so few entries, one is found sooner without its hash.
const FEW: usize = 4;

/// The tokens up to the end of a line outside of brackets: the memory for those of a whole text
/// costs more than they do.
fn statement(lexer: impl Iterator<Item = Token>, tokens: &mut Vec<Token>) {
    let mut open = 0_usize;
    tokens.clear();
    for token in lexer {
        tokens.push(token);
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => open += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                open = open.saturating_sub(1);
            }
            TokenKind::Newline if open == 0 => return,
            _ => {}
        }
    }
}

impl<'a> Tree<'a> {
    /// Parses a text; an error is the offset of what is wrong.
    pub(crate) fn parse(text: &'a str) -> Result<Self, usize> {
        let mut builder = Builder::new(text);
        let mut grammar = First::default();
        let mut tokens = Vec::new();
        let mut at = builder.plain_lines(0);
        while at < text.len() {
            // From the end of the line before, since a text may begin with what marks its encoding.
            let base = at.saturating_sub(1);
            builder.begin(base, &mut grammar);
            let lexer = Source::new(&text[base..]).lex();
            statement(lexer.skip(usize::from(at > 0)), &mut tokens);
            parse_document(&tokens, &mut builder, &mut grammar);
            let end = tokens.last().map_or(text.len(), |last| base + last.span().end());
            at = builder.plain_lines(end);
        }
        builder.finish(grammar)
    }

    /// The tree of an empty text, with room for what is usual in one of that length.
    fn new(length: usize) -> Self {
        let value = Value::Table(Made::Header, List::default());
        let key = Cow::Borrowed("");
        let root = Node { key, line: 1, parent: ROOT, next: ROOT, hash: 0, value };
        // Few texts have an entry in less than sixteen characters.
        let usual = length / 16 + 1;
        let mut nodes = Vec::with_capacity(usual);
        nodes.push(root);
        Self { nodes, slots: vec![ROOT; (usual * 2).next_power_of_two()] }
    }

    pub(crate) fn node(&self, id: usize) -> &Node<'a> {
        &self.nodes[id]
    }

    /// The entry of a table under a key, if there is one.
    pub(crate) fn get(&self, table: usize, key: &str) -> Option<usize> {
        if self.len(table) <= FEW {
            return self.children(table).find(|id| self.nodes[*id].key == key);
        }
        self.entry(table, key).ok()
    }

    /// The entry of a table under a key, or the place for it.
    fn entry(&self, table: usize, key: &str) -> Result<usize, Place> {
        let hash = hash(table, key);
        let is_it = |node: &Node<'_>| node.hash == hash && node.parent == table && node.key == key;
        let slot = self.slot(hash, is_it);
        match self.slots[slot] {
            ROOT => Err(Place { hash, slot }),
            found => Ok(found),
        }
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

    /// Puts a new entry into its place.
    fn insert(&mut self, table: usize, place: Place, key: Key<'a>, value: Value<'a>) -> usize {
        let id = self.append(table, place.hash, key, value);
        if self.nodes.len() * 2 > self.slots.len() {
            self.slots = vec![ROOT; self.slots.len() * 2];
            (1..=id).for_each(|id| self.file(id));
        } else {
            self.slots[place.slot] = id;
        }
        id
    }

    /// Puts a value behind all others in a node.
    fn append(&mut self, parent: usize, hash: u64, key: Key<'a>, value: Value<'a>) -> usize {
        let id = self.nodes.len();
        let Key { name: key, line, .. } = key;
        self.nodes.push(Node { key, line, parent, next: ROOT, hash, value });
        let Some(list) = self.nodes[parent].value.list_mut() else { return id };
        list.count += 1;
        match mem::replace(&mut list.last, id) {
            ROOT => list.first = id,
            last => self.nodes[last].next = id,
        }
        id
    }

    /// Puts the entry of a table into a slot.
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
