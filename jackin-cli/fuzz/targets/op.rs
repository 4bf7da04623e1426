//! 1Password references: what is taken is what is shown, and what `op` could take for something
//! else is refused.
#![no_main]

use jackin_core::{EnvValue, SecretRef, secret::OpRef};
use jackin_fuzz::BREAK;
use libfuzzer_sys::fuzz_target;

/// The rules, written a second time.
fn is_sound(uri: &str, account: Option<&str>) -> bool {
    let Some(rest) = uri.strip_prefix("op://") else { return false };
    let path = &rest[..rest.find('?').unwrap_or(rest.len())];
    let slashes = path.matches('/').count();
    let blank = path.split('/').any(|part| part.chars().all(char::is_whitespace));
    let option = path.starts_with('-') || path.contains("/-");
    let option = option || account.is_some_and(|account| account.starts_with('-'));
    let control = |text: &str| text.chars().any(char::is_control);
    let control = control(uri) || account.is_some_and(control);
    (2..=3).contains(&slashes) && !blank && !option && !control && !uri.contains("${")
}

fuzz_target!(|text: &str| {
    let (uri, account) = match text.split_once(BREAK) {
        Some((uri, account)) => (uri, Some(account)),
        None => (text, None),
    };
    let read = OpRef::new(uri, account);
    assert_eq!(read.is_ok(), is_sound(uri, account), "{text:?}: {read:?}");
    let Ok(op) = read else { return };
    assert_eq!((op.uri(), op.account()), (uri, account));
    let reference = SecretRef::Op(op.clone());
    let shown = reference.to_string();
    match account {
        Some(account) => assert_eq!(shown, format!("{uri} (account {account})")),
        None => assert_eq!(EnvValue::parse(&shown), Ok(EnvValue::Reference(reference.clone()))),
    }
    assert_eq!(serde_json::to_value(&reference).expect("JSON"), uri);
    let host = EnvValue::parse(uri).expect("a reference");
    assert_eq!(host.kind(), "op");
});
