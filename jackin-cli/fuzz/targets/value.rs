//! Values, as a text of their own and as what stands behind `=`: held against the rules, written a
//! second time, over another reader of TOML.
#![no_main]

use jackin_core::{
    Document, EnvName, EnvValue, SecretRef,
    secret::{CommandRef, FileRef, KeyringRef, OpRef},
};
use jackin_fuzz::{assert_hidden, planted, toml::Data};
use libfuzzer_sys::fuzz_target;

/// What a text stands for.
fn plain(text: &str) -> Option<EnvValue> {
    if text.contains('\0') && !text.starts_with("op://") {
        return None;
    }
    if text.starts_with("op://") {
        return OpRef::new(text, None).ok().map(|op| EnvValue::Reference(SecretRef::Op(op)));
    }
    let braced = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let name = braced.or(text.strip_prefix('$')).and_then(|name| name.parse::<EnvName>().ok());
    Some(name.map_or_else(|| EnvValue::Literal(text.into()), EnvValue::host))
}

/// What a value in a configuration stands for; nothing where it must be refused.
fn expected(data: &Data) -> Option<EnvValue> {
    let Data::Table(entries) = data else { return plain(data.text()?) };
    let forms = ["text", "op", "command", "file", "keyring"];
    let [form] =
        forms.into_iter().filter(|form| entries.contains_key(*form)).collect::<Vec<_>>()[..]
    else {
        return None;
    };
    let value = &entries[form];
    let reference = match form {
        "text" => {
            return value
                .text()
                .filter(|text| !text.contains('\0'))
                .map(|text| EnvValue::Literal(text.into()));
        }
        "op" => {
            let account =
                entries.get("account").map(|account| account.text().ok_or(())).transpose().ok()?;
            SecretRef::Op(OpRef::new(value.text()?, account).ok()?)
        }
        "command" => {
            let Data::List(words) = value else { return None };
            SecretRef::Command(
                CommandRef::new(words.iter().map(Data::text).collect::<Option<Vec<_>>>()?).ok()?,
            )
        }
        "file" => SecretRef::File(FileRef::new(value.text()?).ok()?),
        _ => SecretRef::Keyring(KeyringRef::new(value.text()?).ok()?),
    };
    Some(EnvValue::Reference(reference))
}

/// Nobody sees a literal, nor a command's arguments.
fn check_hidden(value: &EnvValue) {
    match value {
        EnvValue::Literal(_) => assert_hidden(&format!("{value:?}")),
        EnvValue::Reference(SecretRef::Command(command)) if command.program().len() < 8 => {
            assert_hidden(&format!("{value:?} {}", value.reference().expect("one")));
        }
        EnvValue::Reference(_) => {}
    }
}

fuzz_target!(|text: &str| {
    let Some(text) = planted(text) else { return };
    let read = EnvValue::parse(&text);
    assert_eq!(read.as_ref().ok(), plain(&text).as_ref(), "{text:?}");
    if let Ok(EnvValue::Literal(literal)) = &read {
        assert_eq!(literal.expose(), text);
    }
    read.iter().for_each(check_hidden);

    let config = format!("[env]\nX = {text}\n");
    let data = Data::read(&config);
    match Document::global("config.toml", &config) {
        Ok(document) => {
            let data = data.expect("TOML");
            let (_, layer) = document.layers().next().expect("the file's own");
            for (name, value, source) in layer.entries() {
                let data = data.get(&["env", name.as_str()]).expect("an entry");
                assert_eq!(Some(value), expected(data).as_ref(), "{config}");
                assert!(name.as_str() != "X" || source.line == Some(2), "{config}");
                check_hidden(value);
            }
        }
        Err(error) => {
            assert_hidden(&format!("{error} {error:?}"));
            let alone = |data: &Data| data.clone().without(&["env"]) == Data::Table([].into());
            let only = data.filter(alone).and_then(|data| match data.get(&["env"])? {
                Data::Table(entries) if entries.len() == 1 => expected(&entries["X"]),
                _ => None,
            });
            assert_eq!(only, None, "{config}\n{error}");
        }
    }
});
