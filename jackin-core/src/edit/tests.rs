use proptest::prelude::*;

use super::*;
use crate::{config::Document as Config, value::EnvValue};

/// Sets a value that is TOML already.
fn set(text: &str, path: &[&str], value: &str, note: Option<&str>) -> Result<String, EditError> {
    super::set(text, path, &value.parse().unwrap(), note)
}

/// A string as TOML.
fn string(text: &str) -> String {
    TomlValue::string(text).as_toml().to_owned()
}

/// What the configuration reader finds under a name of `[env]` or of a role's.
fn read(text: &str, role: Option<&str>, name: &str) -> Option<String> {
    let config = Config::global("config.toml", text).unwrap();
    let layers = config.layers().filter(|(of, _)| of.map(|role| role.as_str()) == role);
    let values = layers.flat_map(|(_, layer)| layer.entries());
    let (_, value, _) = { values }.find(|(known, ..)| known.as_str() == name)?;
    Some(match value {
        EnvValue::Literal(text) => text.expose().to_owned(),
        EnvValue::Reference(reference) => reference.to_string(),
    })
}

fn assert_edits(cases: &[(&str, &str)], edit: impl Fn(&str) -> String) {
    for (before, after) in cases {
        assert_eq!(edit(before), *after, "{before:?}");
    }
}

#[test]
fn a_value_is_set_where_it_stands() {
    assert_edits(
        &[
            ("[env]\nK = 'old' # mine\n", "[env]\nK = \"v\" # mine\n"),
            ("[ env ]\r\n 'K'='''a\r\nb'''\r\n", "[ env ]\r\n 'K'=\"v\"\r\n"),
            ("env.K = 1", "env.K = \"v\""),
            ("env = { A = 'a', K = { op = 'op://a/b/c' } }", "env = { A = 'a', K = \"v\" }"),
            ("[env]\nK = [\n 1, # x\n]\nA = 1\n", "[env]\nK = \"v\"\nA = 1\n"),
        ],
        |text| set(text, &["env", "K"], "\"v\"", None).unwrap(),
    );
}

#[test]
fn a_new_value_stands_beside_the_others() {
    assert_edits(
        &[
            ("", "[env]\nK = \"v\"\n"),
            ("\u{feff}", "\u{feff}[env]\nK = \"v\"\n"),
            ("# only this", "# only this\n\n[env]\nK = \"v\"\n"),
            ("[env]", "[env]\nK = \"v\""),
            ("[env] # keys\n\n[x]\n", "[env] # keys\nK = \"v\"\n\n[x]\n"),
            ("[env]\n  A = 1 # a\n\n# z\n[x]", "[env]\n  A = 1 # a\n  K = \"v\"\n\n# z\n[x]"),
            ("[env]\r\nA = 1\r\n[x]\r\n", "[env]\r\nA = 1\r\nK = \"v\"\r\n[x]\r\n"),
            ("env.A = 1\nb = 2\n[c]\n", "env.A = 1\nenv.K = \"v\"\nb = 2\n[c]\n"),
            ("env = {}\n", "env = { K = \"v\" }\n"),
            ("env = { A = 1 }\n", "env = { A = 1, K = \"v\" }\n"),
            ("env = {\n A = 1, # a\n}\n", "env = {\n A = 1, # a\n K = \"v\",\n}\n"),
            ("env = {\n A = 1 # a\n}\n", "env = {\n A = 1, # a\n K = \"v\"\n}\n"),
            ("env = {\n A = 1\n , # a\n}\n", "env = {\n A = 1,\n K = \"v\"\n , # a\n}\n"),
            ("env = { A = 1,\r\n B = 2 }", "env = { A = 1,\r\n B = 2, K = \"v\" }"),
            ("  env = { # all\n  }", "  env = { # all\n      K = \"v\"\n  }"),
            ("[env.A]\nop = 'x'\n", "[env.A]\nop = 'x'\n\n[env]\nK = \"v\"\n"),
            ("[env.K]\r\nop = 'x'\r\n", "[env]\r\nK = \"v\"\r\n"),
            ("[env.K]\nop = 'x'\n[b]\n", "[b]\n\n[env]\nK = \"v\"\n"),
        ],
        |text| set(text, &["env", "K"], "\"v\"", None).unwrap(),
    );
    assert_edits(
        &[
            ("roles = { dev = {} }", "roles = { dev = { env.K = 1 } }"),
            ("roles.dev.x = 1\n", "roles.dev.x = 1\nroles.dev.env.K = 1\n"),
            ("[roles.dev]\nx = 1\n", "[roles.dev]\nx = 1\n\n[roles.dev.env]\nK = 1\n"),
            ("[roles.dev.env]\n[x]\n", "[roles.dev.env]\nK = 1\n[x]\n"),
        ],
        |text| set(text, &["roles", "dev", "env", "K"], "1", None).unwrap(),
    );
    assert_edits(
        &[("\u{feff}[a]\n", "\u{feff}K = 1\n\n[a]\n"), ("# a\nb = 1\n", "# a\nb = 1\nK = 1\n")],
        |text| set(text, &["K"], "1", None).unwrap(),
    );
}

#[test]
fn what_is_unset_takes_its_line_along() {
    assert_edits(
        &[
            ("[env]\nA = 1\nK = 'x' # note\nB = 2", "[env]\nA = 1\nB = 2"),
            ("[env]\r\n# about K\r\nK = '''\r\n'''\r\n", "[env]\r\n# about K\r\n"),
            ("env.K = 1\nenv.A = 1", "env.A = 1"),
            ("env = { K = 1 }", "env = {}"),
            ("env = { K = 1, A = 2 }", "env = { A = 2 }"),
            ("env = { A = 2, K = 1 , B = 3 }", "env = { A = 2 , B = 3 }"),
            ("env = { A = 2, K.op = 'x' }", "env = { A = 2 }"),
            ("env = { K.op = 'x', A = 2, K.account = 'y' }", "env = { A = 2 }"),
            (
                "env = {\n A = 1, # a\n # k\n K = 2, # kk\n B = 3,\n}",
                "env = {\n A = 1, # a\n # k\n B = 3,\n}",
            ),
            ("env = {\n A = 1, # a\n K = 2 # k\n}", "env = {\n A = 1, # a\n}"),
            ("env = { A = 1, # a\n K = 2 }", "env = { A = 1, # a\n  }"),
            ("env = { # a\n K = 1, A = 2 }", "env = { # a\n A = 2 }"),
            ("env = {\n K = 1 # k\n}", "env = {\n}"),
            ("env = { # a\n K = 1 }", "env = { # a\n  }"),
            ("[env.K]\nop = 'x'\n\n[b]\n", "\n[b]\n"),
            ("[env]\nK.op = 'x'\nA = 1\nK.account = 'y'\n", "[env]\nA = 1\n"),
        ],
        |text| unset(text, &["env", "K"]).unwrap().unwrap(),
    );
    for nothing in ["", "[env]\n", "env = {}", "[env]\nKK = 1\n", "[env.X]\nK = 1\n"] {
        assert_eq!(unset(nothing, &["env", "K"]), Ok(None), "{nothing:?}");
    }
}

#[test]
fn a_value_is_toml_on_one_line() {
    for good in ["1", "'x'", "[ 'a', 1 ]", "{ a = { b.c = 1 } }", "1979-05-27 07:32:00"] {
        assert_eq!(good.parse::<TomlValue>().unwrap().as_toml(), good);
    }
    for bad in ["", "x", " 1", "1 ", "1 # a", "1\nb = 2", "'''\n'''", "[1,\n2]", "1, 2", "{"] {
        assert_eq!(bad.parse::<TomlValue>().err(), Some(EditError::Syntax), "{bad:?}");
    }
}

#[test]
fn a_note_is_the_comment_behind_the_value() {
    let text = set("[env]\nK = 'a' # old\n", &["env", "K"], "'b'", Some("dev-local")).unwrap();
    assert_eq!(text, "[env]\nK = 'b' # dev-local\n");
    assert_eq!(note(&text, &["env", "K"]), Some("dev-local"));
    assert_eq!(set(&text, &["env", "K"], "1", Some("")), Ok("[env]\nK = 1\n".into()));
    assert_eq!(note("[env]\nK = 'a # b'\n", &["env", "K"]), None);
    assert_eq!(note("env = { K = 1 } # x", &["env", "K"]), None);
    let text = set("[env]\nK = 'b' # dev-local\n", &["env", "K"], "'b'", Some("")).unwrap();
    assert_eq!(text, "[env]\nK = 'b'\n");
    for bad in ["a\n# b", "a\rb", "\u{1}"] {
        assert_eq!(set(&text, &["env", "K"], "1", Some(bad)), Err(EditError::Note), "{bad:?}");
    }
    // In an inline table it would swallow what follows.
    let text = set("env = { K = 1, A = 2 } # x", &["env", "K"], "3", Some("note")).unwrap();
    assert_eq!(text, "env = { K = 3, A = 2 } # x");
}

#[test]
fn what_cannot_be_edited_stays() {
    assert_eq!(set("env = 1", &["env", "K"], "1", None), Err(EditError::NoTable));
    assert_eq!(set("[[env]]\nK = 1", &["env", "K"], "1", None), Err(EditError::NoTable));
    assert_eq!(set("env = ", &["env", "K"], "1", None), Err(EditError::Syntax));
    assert_eq!(set("", &[], "1", None), Err(EditError::Tangled));
    assert_eq!(unset("a = 1", &[]), Ok(None));
    // Whatever the edit was, what it says elsewhere stays, or nothing is edited.
    let edited =
        |text: &str| check::only_changed_at(&["b", "c"], "a = 1\nb.c = 2", text.to_owned()).is_ok();
    assert!(edited("a = 1") && edited("a = 1\nb.c = 3"));
    assert!(
        !edited("a = 2\nb.c = 2")
            && !edited("b.c = 2")
            && !edited("a = 1\nd = 1")
            && !edited("a =")
    );
    assert_eq!(unset("env = {\n K = 1 # x\n , A = 2}", &["env", "K"]), Err(EditError::Tangled));
}

#[test]
fn strings_stay_on_one_line() {
    for text in ["", "a", "a'b", "a\"b", "a\nb\r\n", "\u{1}\u{7f}", "\\", "ä #", "'''", "\"\"\""] {
        let written = string(text);
        assert!(!written.contains('\n'), "{written}");
        let config = set("", &["env", "K"], &written, None).unwrap();
        assert_eq!(read(&config, None, "K").as_deref(), Some(text));
    }
}

/// A configuration of many styles; some are not TOML, as a name may come twice.
fn config() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("'x'"),
        Just("\"x # y\""),
        Just("'''a\n= 'b'\n[env]'''"),
        Just("\"\"\"\\\n  x\"\"\""),
        Just("{ op = 'op://v/i/f', account = 'a' }"),
        Just("{ command = ['pass', 'show', 'x'] }"),
    ];
    let comment = prop_oneof![Just(""), Just(" # note"), Just("\t#x = 1 [env]"), Just("  ")];
    let name = || prop_oneof![Just("A"), Just("B"), Just("C"), Just("'D'"), Just("\"E\"")];
    let entry = (prop_oneof![Just(""), Just("  ")], name(), value, comment)
        .prop_map(|(indent, name, value, comment)| format!("{indent}{name} = {value}{comment}\n"));
    let noise = prop_oneof![Just("\n"), Just("# x = 1\n"), Just("  # [env]\n"), Just("")];
    let body = || {
        prop::collection::vec((noise.clone(), entry.clone()), 0..4).prop_map(|lines| {
            lines.into_iter().map(|(noise, entry)| format!("{noise}{entry}")).collect::<String>()
        })
    };
    let root = prop_oneof![
        Just(String::new()),
        Just("default_provider = 'zai'\nunknown = { x = [1, { y = 2 }] }\n".to_owned()),
        (name(), name()).prop_map(|(a, b)| format!("env.{a} = 'x'\nz = 1\nenv . {b} = 'y' # b\n")),
        (name(), name())
            .prop_map(|(a, b)| format!("env = {{ {a} = 'x', {b}.op = 'op://a/b/c' }}\n")),
        name().prop_map(|a| format!("roles.dev.env.{a} = 'x'\nroles.ops.x = 1\n")),
        name().prop_map(|a| format!("roles = {{ dev = {{ env = {{ {a} = 'x' }} }} }}\n")),
        (name(), name(), prop_oneof![Just(","), Just("")]).prop_map(|(a, b, comma)| format!(
            "env = {{ # all\n  # about {a}\n  {a} = 'x', # {a}\n  # about {b}\n  {b} = 'y'{comma} # {b}\n  # end\n}}\n"
        )),
    ];
    let section = prop_oneof![
        body().prop_map(|body| format!("[env]\n{body}")),
        body().prop_map(|body| format!(" [ env ] # keys\n{body}")),
        body().prop_map(|body| format!("[roles.dev.env]\n{body}")),
        body().prop_map(|body| format!("[roles.dev]\nguard = 'on'\n[roles.dev.env]\n{body}")),
        name().prop_map(|name| format!("[env.{name}]\nop = 'op://a/b/c'\n")),
        Just("[[mounts]]\nsrc = 'a'\n[[mounts]]\nsrc = 'b'\n".to_owned()),
        Just("[docker]\nenv = { A = 1 }\n".to_owned()),
    ];
    written(root, section)
}

/// Configurations made of a beginning and of sections, with either line break, cut or with a mark.
fn written(
    root: impl Strategy<Value = String>,
    section: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    let ends = prop_oneof![Just("\n"), Just("\r\n")];
    (root, prop::collection::vec(section, 0..4), ends, any::<bool>(), any::<bool>()).prop_map(
        |(root, sections, end, cut, mark)| {
            let text = format!("{root}{}", sections.concat()).replace('\n', end);
            let text = if cut { text.trim_end_matches(['\r', '\n']) } else { &text };
            format!("{}{text}", if mark { "\u{feff}" } else { "" })
        },
    )
}

/// Roles by their names, as the text of their keys.
const ROLES: [(&str, &str); 4] =
    [("dev", "dev"), ("dev ops", "'dev ops'"), ("a.b", "\"a.b\""), ("ünï", "\"\\u00FCnï\"")];

/// A configuration of providers in many styles; some are not TOML.
fn providers() -> impl Strategy<Value = String> {
    let root = prop_oneof![
        Just(""),
        Just("providers.gateway.anthropic.base_url = 'x'\n# z\nz = 1\n"),
        Just(
            "providers = { gateway = { anthropic.models.main = 'm', anthropic.base_url = 'x' } }\n"
        ),
        Just(
            "providers = {\n  # p\n  gateway = { anthropic = {\n    base_url = 'x', # u\n    # m\n    models = { main = 'm' } # mm\n  }, mode = 'ignore' },\n}\n"
        ),
        Just("providers.zai = {}\n"),
    ];
    let section = prop_oneof![
        Just("[providers.gateway] # g\n# e\nexpires_at = '1' # ee\n\n"),
        Just("  [providers.gateway.anthropic]\n  base_url = 'x' # u\n  models = { main = 'm' }\n"),
        Just("[providers.gateway.anthropic.models]\n# m\nmain = 'm'\n"),
        Just("[providers.gateway.openai-chat]\nbase_url = 'y'\n"),
        Just("[providers]\ngateway.anthropic.base_url = 'x'\n# k\ngateway.key = 'K'\n"),
        Just("[providers.gateway]\nanthropic.models.main = 'm'\n# s\nanthropic.models.s = 's'\n"),
        Just("[[mounts]]\nsrc = 'a'\n[mounts.providers.gateway]\nmode = 'x'\n"),
        Just("[env]\nA = 'x'\n"),
    ];
    written(root.prop_map(str::to_owned), section.prop_map(str::to_owned))
}

/// What stands under a path, as it is written.
fn found(text: &str, path: &[&str]) -> Option<String> {
    let document = parse(text).unwrap();
    let place = Place::find(&document, path).unwrap();
    Some(match place.item? {
        Item::Value(value) if !is_dotted(value) => text[value.span().unwrap()].to_owned(),
        _ => "a table".to_owned(),
    })
}

/// The comments that have a line to themselves.
fn comments(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect()
}

/// How many lines differ between two texts, before and after.
fn changed(before: &str, after: &str) -> (usize, usize) {
    let (before, after): (Vec<_>, Vec<_>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let same =
        |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same(&mut before.iter().zip(&after));
    let left = before.len().min(after.len()) - head;
    let tail = same(&mut before.iter().rev().zip(after.iter().rev()).take(left));
    (before.len() - head - tail, after.len() - head - tail)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn only_the_edited_line_changes(
        text in config().prop_filter("TOML", |text| parse(text).is_ok()),
        role in prop_oneof![Just(None), prop::sample::select(&ROLES[..]).prop_map(Some)],
        name in prop_oneof![Just("A"), Just("B"), Just("D"), Just("NEW")],
        value in "\\PC{0,20}",
    ) {
        let (role, key) = role.map_or((None, "dev"), |(role, key)| (Some(role), key));
        let text = text.replace("roles.dev", &format!("roles.{key}"));
        let text = text.replace("{ dev =", &format!("{{ {key} ="));
        let path = match role {
            None => vec!["env", name],
            Some(role) => vec!["roles", role, "env", name],
        };
        let old = read(&text, role, name);

        let after = set(&text, &path, &string(&format!("x{value}")), None).unwrap();
        let read_back = read(&after, role, name);
        prop_assert_eq!(read_back, Some(format!("x{value}")));
        prop_assert_eq!(comments(&text), comments(&after));
        let (gone, new) = changed(&text, &after);
        let ends = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
        if ends(&text).0 == ends(&text).1 && ends(&text).0 > 0 {
            prop_assert_eq!(ends(&after).0, ends(&after).1);
        }
        let several = text.lines().any(|line| line.contains("[env.") || line.contains("'''") || line.contains("\"\"\""));
        if old.is_none() {
            // A table of its own takes three lines; a last line without an end is touched.
            prop_assert!(gone <= 1 && new <= gone + 3, "{gone} {new}\n{text}\n{after}");
        } else if !several {
            prop_assert_eq!((gone, new), (1, 1), "{}\n{}", text, after);
        }
        let again = set(&after, &path, &string(&format!("x{value}")), None).unwrap();
        prop_assert_eq!(&again, &after);
        let without = unset(&after, &path).unwrap().unwrap();
        prop_assert_eq!(unset(&without, &path), Ok(None));
        prop_assert_eq!(read(&without, role, name), None);

        match unset(&text, &path).unwrap() {
            None => prop_assert!(old.is_none()),
            Some(after) => {
                prop_assert!(old.is_some());
                prop_assert_eq!(read(&after, role, name), None);
                prop_assert_eq!(comments(&text), comments(&after));
                if !several && !text.contains(".op") {
                    prop_assert_eq!(&without, &after);
                }
                let (gone, new) = changed(&text, &after);
                prop_assert!(new <= 1 && (several || gone == 1), "{gone} {new}\n{text}\n{after}");
            }
        }
    }

    #[test]
    fn a_path_of_any_depth_is_edited(
        text in providers().prop_filter("TOML", |text| parse(text).is_ok()),
        role in prop::option::of(prop::sample::select(&ROLES[..])),
        keys in prop::sample::select(&[
            "mode", "expires_at", "anthropic base_url", "anthropic models", "anthropic models main",
        ][..]),
    ) {
        let key = |key: &str| format!("roles.{key}.providers");
        let text = role.map_or(text.clone(), |(_, role)| text.replace("providers", &key(role)));
        let role = role.iter().flat_map(|(role, _)| ["roles", role]);
        let path: Vec<_> = role.chain(["providers", "gateway"]).chain(keys.split(' ')).collect();

        let after = set(&text, &path, "'v'", None).unwrap();
        let read_back = found(&after, &path);
        prop_assert_eq!(read_back.as_deref(), Some("'v'"), "{}\n{}", text, after);
        prop_assert_eq!(set(&after, &path, "'v'", None), Ok(after.clone()));
        let without = unset(&after, &path).unwrap().unwrap();
        prop_assert_eq!(found(&without, &path), None);
        let kept = comments(&after);
        match found(&text, &path).as_deref() {
            // The comments inside a table go with it only if they are entries' own.
            None | Some("a table") => prop_assert_eq!(kept, comments(&text)),
            Some(_) => {
                prop_assert_eq!(kept, comments(&text));
                let lines = usize::from(after != text);
                prop_assert_eq!(changed(&text, &after), (lines, lines));
            }
        }
        if found(&text, &path).is_none() {
            prop_assert_eq!(unset(&text, &path), Ok(None));
        } else {
            let gone = unset(&text, &path).unwrap().unwrap();
            prop_assert_eq!(found(&gone, &path), None);
            prop_assert_eq!(comments(&gone), comments(&text));
        }
    }
}
