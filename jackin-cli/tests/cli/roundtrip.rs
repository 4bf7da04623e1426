//! Configurations as people write them: setting and unsetting changes one line and no other byte.

use crate::support::Home;

/// How a configuration's text is written.
struct Written {
    file: &'static str,
    text: String,
}

/// The files of `tests/configs`, once with each line break, once with a mark, and a very long one.
fn configurations() -> Vec<Written> {
    let mut all = Vec::new();
    for (file, text) in [
        (".config/jackin/config.toml", include_str!("../configs/everything.toml")),
        (".config/jackin/config.toml", include_str!("../configs/dotted.toml")),
        (".config/jackin/config.toml", include_str!("../configs/inline.toml")),
        (".config/jackin/config.toml", include_str!("../configs/multiline-inline.toml")),
        (".config/jackin/config.toml", include_str!("../configs/references.toml")),
        (".config/jackin/workspaces/acme.toml", include_str!("../configs/workspace.toml")),
        (".config/jackin/workspaces/acme.toml", include_str!("../configs/workspace-roles.toml")),
    ] {
        all.push(Written { file, text: text.to_owned() });
        all.push(Written { file, text: text.replace('\n', "\r\n") });
        all.push(Written { file, text: format!("\u{feff}{text}") });
        all.push(Written { file, text: text.trim_end().to_owned() });
    }
    let long =
        (0..1250).map(|n| format!("# {n}\n[roles.'role {n}'.env] # r\nA = 'x' # a\n[[mounts]]\n"));
    let text = include_str!("../configs/everything.toml");
    let text = format!("{text}{}", long.collect::<String>());
    assert!(text.lines().count() > 5000);
    all.push(Written { file: ".config/jackin/config.toml", text });
    all
}

/// The lines that stand in one text alone, before and after.
fn changed<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let lines = |text: &'a str| text.split_inclusive('\n').collect::<Vec<_>>();
    let (mut before, mut after) = (lines(before), lines(after));
    while !before.is_empty() && before.first() == after.first() {
        before.remove(0);
        after.remove(0);
    }
    while !before.is_empty() && before.last() == after.last() {
        before.pop();
        after.pop();
    }
    (before, after)
}

impl Written {
    /// Does something with the file, and returns it as it is then.
    fn after(&self, words: &str) -> String {
        let home = Home::new();
        home.write(".config/jackin/config.toml", "");
        home.write(".config/jackin/workspaces/acme.toml", "");
        home.write(self.file, &self.text);
        let global = self.file.ends_with("config.toml");
        let place = if global { "config env" } else { "workspace env" };
        let words = words.replace("ENV", place).replace(" IN", if global { "" } else { " acme" });
        home.does(&words, "sk-new-0123456789");
        home.read(self.file)
    }
}

#[test]
fn a_value_that_is_set_changes_its_line_alone() {
    for config in configurations() {
        let after = config.after("ENV set IN EDITOR nano");
        let (old, new) = changed(&config.text, &after);
        assert_eq!((old.len(), new.len()), (1, 1), "{old:?} {new:?}");
        let [(old, new)] = [(old[0], new[0])];
        let end = old.split_once("vi").map(|(_, end)| &end[1..]).unwrap();
        assert!(new.contains("\"nano\"") && new.ends_with(end), "{old:?} {new:?}");
    }
}

#[test]
fn a_value_that_is_unset_takes_its_line_or_its_entry_alone() {
    for config in configurations() {
        let after = config.after("ENV unset IN EDITOR");
        let (old, new) = changed(&config.text, &after);
        // An inline table on one line loses an entry of that line.
        let entry = new.len() == 1 && old[0].starts_with("env = {");
        let last = new.len() == 1 && new[0].trim_end() == new[0] && old[0].starts_with(new[0]);
        assert!(old.len() == 1 && (new.is_empty() || entry || last), "{old:?} {new:?}");
        assert_eq!(after.matches("EDITOR").count() + 1, config.text.matches("EDITOR").count());
    }
}

#[test]
fn a_value_that_is_new_takes_one_line_and_leaves_with_it() {
    for config in configurations() {
        let after = config.after("ENV set IN BROWSER lynx");
        let (old, new) = changed(&config.text, &after);
        let (gone, come) = (old.concat(), new.concat());
        // The last line gets its end, the last entry its comma, an inline table an entry.
        let rest = come.replacen("BROWSER = \"lynx\"", "", 1).replacen(
            "env.",
            "",
            usize::from(!gone.contains("env.")),
        );
        let letters = |text: &str| {
            text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect::<String>()
        };
        assert_eq!(letters(&rest), letters(&gone), "{old:?} {new:?}");
        assert!(new.len() <= old.len() + 1, "{old:?} {new:?}");
        // What it needed to stand there stays: the end of the line before it, or a comma.
        let without =
            Written { file: config.file, text: after.clone() }.after("ENV unset IN BROWSER");
        let own = |text: &str| text.trim_end().replace(',', "");
        assert_eq!(own(&without), own(&config.text));
    }
}

#[test]
fn a_role_and_a_key_come_with_tables_of_their_own_and_nothing_else_changes() {
    for config in configurations() {
        let after = config.after("ENV set IN --role brand.new EDITOR nano");
        let (old, new) = changed(&config.text, &after);
        assert!(old.len() <= 1 && new.len() <= old.len() + 3, "{old:?} {new:?}");
        assert!(new.concat().contains("\"brand.new\""), "{new:?}");
        if config.text.contains("\r\n") {
            assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
        }
    }
}
