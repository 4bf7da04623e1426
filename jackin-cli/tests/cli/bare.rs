//! A build without features says what it cannot do, and offers none of it.

use crate::support::{Home, see};

#[test]
fn what_is_not_built_in_is_not_offered() {
    let home = Home::new();
    for (above, command, said) in [
        (&[][..], &["console"][..], "its feature `terminal` is off"),
        (&[], &["completions", "bash"], "its feature `manual` is off"),
        (&[], &["man", "pages"], "its feature `manual` is off"),
        (&["auth"], &["auth", "request", "--kind", "member"], "cannot ask for keys"),
    ] {
        let seen = see(&mut home.jackin(command));
        assert_eq!(seen.code, Some(125), "{command:?}");
        assert!(
            seen.err.contains("this build of jackin") && seen.err.contains(said),
            "{}",
            seen.err
        );
        let help = see(home.jackin(above).arg("--help")).out;
        let name = format!("\n  {} ", command[above.len()]);
        assert!(help.contains("Commands:") && !help.contains(&name), "{help}");
    }
    assert!(!home.path().join("pages").exists());
}

#[test]
fn what_is_not_built_in_is_not_suggested() {
    let home = Home::new();
    for (words, suggested) in [
        ("consol", None),
        ("completion", None),
        ("confi", Some("config")),
        ("auth reques", None),
        ("auth lis", Some("list")),
        ("consol --json", None),
    ] {
        let seen = see(&mut home.jackin(words.split(' ')));
        assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""), "{words}");
        let tips = ["console", "completions", "request", "config", "list"];
        let tips: Vec<_> =
            tips.into_iter().filter(|tip| seen.err.contains(&format!("'{tip}'"))).collect();
        assert_eq!(tips, Vec::from_iter(suggested), "{words}: {}", seen.err);
    }
}

#[test]
#[cfg(not(feature = "keyring"))]
fn help_does_not_promise_it() {
    for (command, offered) in [("auth set", "--stdin"), ("run", "on the default provider")] {
        let help = see(Home::new().jackin(command.split(' ')).arg("--help")).out;
        assert!(help.contains(offered), "{help}");
        for absent in ["keyring", "asks", "asked"] {
            assert!(!help.contains(absent), "{help}");
        }
    }
}

#[test]
fn nobody_is_asked() {
    let seen = see(&mut Home::new().jackin(["auth", "set", "zai"]));
    assert_eq!(seen.code, Some(2));
    let said = "this build of jackin cannot ask: give it on standard input";
    assert!(seen.err.contains(said), "{}", seen.err);
}
