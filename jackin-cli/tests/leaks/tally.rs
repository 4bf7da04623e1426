//! What a sweep has tried and found, counted: a sweep that tried little proves little.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use crate::{allowed::ALLOWED, lines::Line, planted::secrets, sweep::Finding};

#[derive(Default)]
pub(crate) struct Tally {
    runs: AtomicUsize,
    places: AtomicUsize,
    arguments: AtomicUsize,
    /// How often a secret was found where it may be, by the reason.
    allowed: Mutex<BTreeMap<&'static str, usize>>,
    /// The secrets that were found anywhere.
    seen: Mutex<BTreeSet<&'static str>>,
    leaks: Mutex<Vec<String>>,
    /// The exit codes of every line.
    codes: Mutex<BTreeMap<String, Vec<i32>>>,
}

/// The fewest of each that a sweep must have tried.
pub(crate) struct Floor {
    pub(crate) runs: usize,
    pub(crate) places: usize,
    pub(crate) arguments: usize,
    /// How many of the secrets were found, which proves that they were there.
    pub(crate) secrets: usize,
}

impl Tally {
    pub(crate) fn ran(&self, words: &str, code: i32) {
        self.runs.fetch_add(1, Relaxed);
        self.codes.lock().unwrap().entry(words.to_owned()).or_default().push(code);
    }

    pub(crate) fn arguments(&self, more: usize) {
        self.arguments.fetch_add(more, Relaxed);
    }

    /// A place was searched: what was found is allowed there, or a leak.
    pub(crate) fn searched(&self, found: Vec<Finding<'_>>, text: &[u8]) {
        self.places.fetch_add(1, Relaxed);
        for finding in found {
            self.seen.lock().unwrap().insert(finding.secret.name);
            match ALLOWED.iter().find(|allowed| (allowed.allows)(&finding)) {
                Some(allowed) => {
                    *self.allowed.lock().unwrap().entry(allowed.reason).or_default() += 1;
                }
                None => self.leaks.lock().unwrap().push(told(&finding, text)),
            }
        }
    }

    /// How often the program was run.
    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Relaxed)
    }

    /// Whether a secret was found anywhere.
    pub(crate) fn saw(&self, name: &str) -> bool {
        self.seen.lock().unwrap().contains(name)
    }

    /// Every leak, in words.
    pub(crate) fn leaks(&self) -> Vec<String> {
        self.leaks.lock().unwrap().clone()
    }

    /// Fails if anything leaked.
    pub(crate) fn check_leaks(&self) {
        let leaks = self.leaks();
        let shown: Vec<_> = leaks.iter().take(10).cloned().collect();
        assert!(leaks.is_empty(), "{} leaks, among them\n{}", leaks.len(), shown.join("\n\n"));
        assert!(self.runs.load(Relaxed) > 0);
    }

    /// Fails as well if a place that is allowed never held anything, or if too little was tried.
    pub(crate) fn check(&self, floor: &Floor) {
        self.check_leaks();
        let count = |of: &AtomicUsize| of.load(Relaxed);
        let (runs, places) = (count(&self.runs), count(&self.places));
        let arguments = count(&self.arguments);
        let allowed = self.allowed.lock().unwrap();
        let seen = self.seen.lock().unwrap();
        println!(
            "{} secrets planted, {} of them seen where they belong, {runs} runs, {places} places \
             searched, {arguments} arguments of processes, {} of {} allowed places used",
            secrets().len(),
            seen.len(),
            allowed.len(),
            ALLOWED.len()
        );
        let enough = runs >= floor.runs && places >= floor.places && arguments >= floor.arguments;
        assert!(enough && seen.len() >= floor.secrets, "too little was tried: {seen:?}");
    }

    /// Fails if a place that is allowed never held anything.
    pub(crate) fn check_allowed(&self) {
        let allowed = self.allowed.lock().unwrap();
        let reasons = ALLOWED.iter().map(|allowed| allowed.reason);
        let stale: Vec<_> = reasons.filter(|reason| !allowed.contains_key(reason)).collect();
        assert!(stale.is_empty(), "never found: {stale:?}");
    }

    /// Fails if an option was tried only in ways that are refused. The console needs a terminal.
    pub(crate) fn check_options(&self, lines: &[Line]) {
        let codes = self.codes.lock().unwrap();
        let mut tried: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.command != "console") {
            let taken = codes[&line.words].iter().any(|code| *code != 2);
            for option in line.words.split(' ').filter(|word| word.starts_with("--")) {
                *tried.entry((&line.command, option)).or_default() |= taken;
            }
        }
        let refused: Vec<_> = tried.iter().filter(|(_, taken)| !**taken).collect();
        assert!(refused.is_empty(), "never taken: {refused:?}");
        let panicked: Vec<_> = codes.iter().filter(|(_, codes)| codes.contains(&101)).collect();
        assert!(panicked.is_empty(), "{panicked:?}");
        println!("{} options in {} lines", tried.len(), lines.len());
    }
}

fn told(finding: &Finding<'_>, text: &[u8]) -> String {
    let Finding { run, secret, form, place } = finding;
    let text = String::from_utf8_lossy(text);
    let text: String = text.chars().take(2000).collect();
    format!(
        "`{}` as {form:?} in {place:?} of `jackin {}`, wrong: {:?}\n{text}",
        secret.name, run.words, run.wrong
    )
}
