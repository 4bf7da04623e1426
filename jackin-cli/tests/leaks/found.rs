//! Finds a secret in what a run left behind: as it is, in part, and as it is usually encoded. Eight
//! characters of it are enough.

use std::collections::{BTreeSet, HashMap};

use base64::{Engine as _, engine::general_purpose};

use crate::planted::{Secret, secrets};

/// How a secret was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    Plain,
    Base64,
    Hex,
    Percent,
    Escaped,
    /// Its last four characters.
    Tail,
}

/// So many characters of a secret are no coincidence.
const PIECE: usize = 8;
const TAIL: usize = 4;

/// A piece of a secret as it is written in a form.
type Piece = (Form, Vec<u8>);

/// A form, and how it writes a byte.
type Written = (Form, fn(&u8) -> String);

/// Every piece of every secret in every form, by how it begins.
pub(crate) struct Net {
    pub(crate) secrets: Vec<Secret>,
    pieces: HashMap<[u8; PIECE], Vec<(usize, Piece)>>,
    tails: HashMap<[u8; TAIL], usize>,
}

impl Net {
    pub(crate) fn new() -> Self {
        let mut net = Self { secrets: secrets(), pieces: HashMap::new(), tails: HashMap::new() };
        for (at, secret) in net.secrets.iter().enumerate() {
            for (form, piece) in pieces(secret.text.as_bytes()) {
                let known = net.pieces.entry(*piece.first_chunk().unwrap()).or_default();
                known.push((at, (form, piece)));
            }
            net.tails.insert(*secret.text.as_bytes().last_chunk().unwrap(), at);
        }
        net
    }

    /// The secrets that are in a text, and the forms in which they are.
    pub(crate) fn find(&self, text: &[u8]) -> BTreeSet<(usize, Form)> {
        let mut found = BTreeSet::new();
        for (begin, window) in text.windows(PIECE).enumerate() {
            let Some(known) = self.pieces.get(window) else { continue };
            let here = known.iter().filter(|(_, (_, piece))| text[begin..].starts_with(piece));
            found.extend(here.map(|(at, (form, _))| (*at, *form)));
        }
        let tails = text.windows(TAIL).filter_map(|tail| self.tails.get(tail));
        // Whoever shows a piece of it shows its end most likely.
        let ends: Vec<_> = tails.filter(|at| !found.contains(&(**at, Form::Plain))).collect();
        found.extend(ends.into_iter().map(|at| (*at, Form::Tail)));
        found
    }
}

/// The pieces of a text in every form; of base64 for all three places that it can begin at.
fn pieces(text: &[u8]) -> Vec<Piece> {
    const WRITTEN: [Written; 7] = [
        (Form::Hex, |byte| format!("{byte:02x}")),
        (Form::Hex, |byte| format!("{byte:02X}")),
        (Form::Percent, |byte| format!("%{byte:02x}")),
        (Form::Percent, |byte| format!("%{byte:02X}")),
        (Form::Escaped, |byte| format!("\\x{byte:02x}")),
        (Form::Escaped, |byte| format!("\\u00{byte:02x}")),
        (Form::Escaped, |byte| format!("{byte}, ")),
    ];
    let mut found = Vec::new();
    for piece in text.windows(PIECE) {
        let written = |write: fn(&u8) -> String| piece.iter().map(write).collect::<String>();
        found.push((Form::Plain, piece.to_owned()));
        found.extend(WRITTEN.iter().map(|(form, write)| (*form, written(*write).into_bytes())));
    }
    for skip in 0..3 {
        let whole = &text[skip..][..(text.len() - skip) / 3 * 3];
        for engine in [general_purpose::STANDARD_NO_PAD, general_purpose::URL_SAFE_NO_PAD] {
            let encoded = engine.encode(whole).into_bytes();
            found.extend(encoded.windows(PIECE).map(|piece| (Form::Base64, piece.to_owned())));
        }
    }
    found
}

#[test]
fn every_piece_in_every_form_is_found_and_no_other_text_is() {
    let net = Net::new();
    let mut tried = 0;
    for (at, secret) in net.secrets.iter().enumerate() {
        for (form, piece) in pieces(secret.text.as_bytes()) {
            let text = [b"before ", &*piece, b" after"].concat();
            assert!(net.find(&text).contains(&(at, form)), "{} as {form:?}", secret.name);
            tried += 1;
        }
        let cut = &secret.text[secret.text.len() - TAIL..];
        assert_eq!(net.find(format!("••••{cut}").as_bytes()), [(at, Form::Tail)].into());
    }
    println!("{tried} pieces of {} secrets", net.secrets.len());
    assert!(tried > 10_000, "{tried}");
    let others = [include_str!("lines.rs"), include_str!("../../../README.md")];
    assert!(others.iter().all(|text| net.find(text.as_bytes()).is_empty()));
}
