//! Characters that a terminal obeys or does not show: whoever wrote them into a configuration, they are
//! printed as what they are called, and JSON says what was written.

use std::fs;

use crate::support::{Home, Seen, see};

/// Those that a terminal obeys or does not show, but for the line feed.
fn hidden() -> String {
    let ranges = [
        // C0, DEL and C1, with NEL and the one-character CSI.
        '\x01'..='\t',
        '\x0b'..='\x1f',
        '\x7f'..='\u{9f}',
        // The soft hyphen, the grapheme joiner, the Arabic mark, fillers and Mongolian separators.
        '\u{ad}'..='\u{ad}',
        '\u{34f}'..='\u{34f}',
        '\u{61c}'..='\u{61c}',
        '\u{115f}'..='\u{1160}',
        '\u{180b}'..='\u{180f}',
        '\u{3164}'..='\u{3164}',
        '\u{ffa0}'..='\u{ffa0}',
        // Zero width, direction, embedding, override; line and paragraph separators; isolates.
        '\u{200b}'..='\u{200f}',
        '\u{2028}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
        '\u{feff}'..='\u{feff}',
        // Variation selectors, annotations, tags.
        '\u{fe00}'..='\u{fe0f}',
        '\u{fff9}'..='\u{fffb}',
        '\u{e0000}'..='\u{e01ef}',
    ];
    ranges.into_iter().flatten().collect()
}

/// A text as TOML.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| format!("\\U{:08X}", u32::from(c)));
    format!("\"{}\"", escaped.collect::<String>())
}

/// A home in whose configuration every text is made of them.
fn home() -> Home {
    let all = hidden();
    // What control characters there are is refused in a label, and in a name all of ASCII.
    let label = quoted(&format!("a{}z", all.replace(char::is_control, "")));
    let role = quoted(&all.replace(|c: char| c.is_ascii(), ""));
    let home = Home::with_config(&format!(
        "default_role = {role}\n[providers.zai]\nlabel = {label}\nexpired = {label}\n\
         guide = [{label}]\n\
         [providers.own]\nlabel = {label}\nextends = 'zai'\nkey = 'OWN_KEY'\n\
         [providers.own.anthropic]\nmodels = {{ opus = {model} }}\n\
         [env]\nZAI_API_KEY = 'zzz.0123456789' # {note}\nOTHER = {{ file = '/{path}' }}\n\
         OWN_KEY = {{ command = ['{path}', 'x'] }}\nTEXT = {label}\n[roles.{role}.env]\nA = {label}\n\
         [agents.claude]\nprogram = '/{path}'\n[{role}]\n",
        model = quoted(&all.replace(|c: char| c.is_control() || c.is_whitespace(), "")),
        note = all.replace(|c: char| c.is_control(), ""),
        path = all.replace(|c: char| c.is_control() || c == '\'', ""),
    ));
    // A file's name holds less.
    let some: String = all.chars().filter(|c| !c.is_ascii()).step_by(17).take(40).collect();
    let workspace = format!(".config/jackin/workspaces/w{some}.toml");
    home.write(&workspace, format!("workdir = '/{some}'\n[env]\nB = {label}\n"));
    home.script("bin/claude", "exit 0");
    home
}

/// Asserts that none of them was printed, whatever else was.
fn shows_none(what: &str, seen: &Seen) {
    let printed = format!("{}{}", seen.out, seen.err);
    let raw = printed.chars().find(|c| *c != '\n' && hidden().contains(*c));
    assert_eq!(raw, None, "{what}: {:?}", printed.chars().take(2000).collect::<String>());
}

#[test]
fn no_command_prints_one() {
    let home = home();
    let lines = [
        ("providers", true),
        ("providers --agent claude", true),
        ("agents", true),
        ("plan --provider own claude", true),
        ("plan --provider zai claude", true),
        ("env --provider zai", false),
        ("label --provider zai", true),
        ("auth list", true),
        ("auth list --all", true),
        ("auth check", true),
        ("auth guide zai", false),
        ("config env list", true),
        ("config check", true),
        ("workspace list", true),
        ("doctor", true),
        ("run --dry-run --provider zai claude", false),
        ("run --debug --provider zai claude", false),
        ("run --debug --provider own claude", false),
        ("explain 401 zai", false),
        ("auth set zai --op op://a/b", false),
    ];
    let mut written_out = 0;
    for (line, json) in lines {
        for json in [None, json.then_some("--json")].into_iter().take(if json { 2 } else { 1 }) {
            let mut words: Vec<_> = line.split(' ').collect();
            if let Some(json) = json {
                let at = words.iter().position(|word| *word == "claude" && words[0] == "plan");
                words.insert(at.unwrap_or(words.len()), json);
            }
            let seen = see(&mut home.jackin(words));
            shows_none(&format!("{line} {json:?}"), &seen);
            let printed = format!("{}{}", seen.out, seen.err);
            let escape = if json.is_some() { "\\u2028" } else { "\\u{2028}" };
            written_out += usize::from(printed.contains(escape));
            if json.is_some() && !seen.out.is_empty() {
                let value: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
                assert!(value.is_object(), "{line}");
            }
        }
    }
    assert!(written_out > 15, "{written_out}");
}

#[test]
fn json_says_what_was_written() {
    let (home, all) = (home(), hidden());
    let seen = see(&mut home.jackin(["providers", "--json"]));
    shows_none("providers", &seen);
    let listed: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    let rows = listed["providers"].as_array().unwrap();
    let label = rows.iter().find(|row| row["id"] == "own").unwrap()["label"].as_str().unwrap();
    assert_eq!(label, format!("a{}z", all.replace(char::is_control, "")));
    for c in all.chars().filter(|c| !c.is_control()) {
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
        assert!(seen.out.contains(&units.collect::<String>()), "{c:?}");
    }
}

/// Words of the command line, and names of files, are repeated in messages.
#[test]
fn no_message_repeats_one() {
    let home = home();
    let files = fs::read_dir(home.path().join(".config/jackin/workspaces")).unwrap();
    let workspace = files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
    let workspace = workspace.last().unwrap().into_string().unwrap();
    for args in [["workspace", "show", &workspace], ["workspace", "remove", &workspace]] {
        let seen = see(&mut home.jackin(args));
        assert!(seen.code.is_some());
        shows_none(args[1], &seen);
    }
    for c in hidden().chars().step_by(7) {
        let word = format!("a{c}b");
        for args in [
            &["run", "--provider", &word][..],
            &["run", &word],
            &["plan", "--json", "--role", &word],
            &["auth", "list", "--workspace", &word],
            &["env", "--export", "--shell", &word],
            &["workspace", "show", &word],
            &["--color", &word],
            &[&word],
            &[&format!("--{word}")],
            &["explain", &word],
            &["run", "--in", &word],
            &["--config-dir", &word, "config", "check"],
        ] {
            let seen = see(&mut home.jackin(args));
            assert_ne!(seen.code, Some(0), "{args:?}");
            shows_none(&format!("{args:?}"), &seen);
        }
    }
}

#[test]
fn a_name_of_64_kib_is_cut() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\n");
    let name = "A".repeat(64 << 10);
    home.write(".config/jackin/workspaces/acme.toml", format!("[env]\n{name} = '$NOT_SET'\n"));
    for line in [
        format!("config env set {name} x"),
        format!("config env unset {name}"),
        format!("config env set {name} op://x"),
        format!("config env set JACKIN_{name} x"),
        "run --workspace acme --provider zai --program true claude".to_owned(),
        format!("run --provider {name}"),
        format!("run --role {name} --provider zai"),
        format!("auth unset zai --role {name}"),
        format!("workspace create {name}"),
        format!("run --in podman:{name}"),
    ] {
        let seen = see(&mut home.jackin(line.split(' ')));
        let longest = seen.err.lines().chain(seen.out.lines()).map(str::len).max().unwrap_or(0);
        assert!(longest < 1000, "{}: {longest}", line.replace(&name, "NAME"));
    }
}

/// A key where a name belongs is no name, and it is not repeated.
#[test]
fn a_key_as_a_name_is_refused() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\n");
    home.write(".config/jackin/workspaces/acme.toml", "");
    let before = home.config();
    let env_names = ["agt_sentinel", "agt_b3f1sentinelABCDEF0123456789", "sentinel0123456789abcd"];
    let names = ["sk-cp-sentinel", "sk-sentinel-1", "sk-ki-sentinel"].iter().chain(&env_names);
    for name in names {
        for line in [
            format!("config env set {name} x"),
            format!("config env set {name} --stdin"),
            format!("workspace env set acme {name} x"),
            format!("config env set A x --role {name}"),
            format!("workspace env set acme A x --role {name}"),
            format!("workspace create {name}"),
            format!("auth set zai --file {name}"),
            format!("auth set zai --stdin --role {name}"),
            format!("auth unset zai --role {name}"),
            format!("auth list --role {name}"),
            format!("run --role {name} --provider zai --program true"),
            format!("run --provider {name}"),
            format!("run --workspace {name}"),
            format!("run --in {name}"),
            format!("run {name} --provider zai"),
            format!("explain {name}"),
            format!("workspace show {name}"),
            format!("workspace remove {name}"),
        ] {
            let seen = see(&mut home.jackin(line.split(' ')));
            assert_ne!(seen.code, Some(0), "{line}");
            let printed = format!("{}{}", seen.out, seen.err);
            assert!(!printed.contains("sentinel"), "{line}: {printed}");
        }
        for line in [format!("config env unset {name}"), format!("workspace env unset acme {name}")]
        {
            let seen = see(&mut home.jackin(line.split(' ')));
            assert!(!format!("{}{}", seen.out, seen.err).contains("sentinel"), "{line}");
        }
    }
    assert_eq!(home.config(), before);
    assert_eq!(fs::read_dir(home.path().join(".config/jackin/workspaces")).unwrap().count(), 1);
    // Names that people choose are none.
    for line in [
        "config env set VERTEX_REGION_CLAUDE_4_5_SONNET x",
        "config env set SHA256SUM x",
        "config env set A x --role reviewer-2024-customer-acme",
        "workspace create acme-2024-01-some-long-project-name-v2",
        "auth set zai --file keys/0123456789abcdef0123",
    ] {
        let seen = see(&mut home.jackin(line.split(' ')));
        assert_eq!(seen.code, Some(0), "{line}: {}", seen.err);
    }
}
