//! What is typed and pasted into prompts, in a real terminal.

use std::{fs, path::Path};

use crate::{
    found::{Form, Net},
    planted::{CONFIG, Stage, filled},
    support::Home,
    tmux::Tmux,
};

/// A line that asks, what it asks for, and whether the end of what was typed is shown afterwards.
const PROMPTS: &[(&str, &str, bool)] = &[
    ("auth set zai", "key for Z.AI", true),
    ("auth set zai --workspace acme --role dev", "key for Z.AI", true),
    ("config env set --secret TYPED", "value for `TYPED`", false),
    ("workspace env set acme --secret TYPED", "value for `TYPED`", false),
];

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn what_is_typed_is_in_the_configuration_alone() {
    let (net, typed) = (Net::new(), filled("@typed@"));
    let (first, rest) = typed.split_at(4);
    for (line, prompt, ends) in PROMPTS {
        let home = Home::new();
        Stage::new().write(&home);
        let tmux = Tmux::start(&home, (100, 24), &[]);
        tmux.enter(&format!("try {line}"));
        tmux.shows(prompt);
        for at in 0..first.len() {
            tmux.press(&[&first[at..=at]]);
        }
        tmux.shows("••••");
        tmux.paste(rest);
        tmux.shows(&"•".repeat(32));
        tmux.press(&["Enter"]);
        tmux.ended(0);
        let shown = net.find(tmux.history().as_bytes());
        let forms: Vec<_> = shown.iter().map(|(_, form)| *form).collect();
        // The key that was there before is told by its end, too.
        let replaced = tmux.history().matches("replaced ••••").count();
        let tails = usize::from(*ends) + replaced;
        assert_eq!(forms, vec![Form::Tail; tails], "{line}");
        assert!(replaced <= usize::from(*ends), "{line}");
        assert_eq!(holding(home.path(), &typed), 1, "{line}");
        assert!(home.read(CONFIG).contains(&typed) != line.contains("acme"), "{line}");
    }
    println!("{} prompts", PROMPTS.len());
}

/// How many files below a directory hold a text.
fn holding(dir: &Path, text: &str) -> usize {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let each = entries.map(|path| match path.is_dir() {
        true => holding(&path, text),
        false if path.is_file() => {
            usize::from(String::from_utf8_lossy(&fs::read(path).unwrap()).contains(text))
        }
        false => 0,
    });
    each.sum()
}
