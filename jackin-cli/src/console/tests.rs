use jackin_core::{Config, Document, RoleName, Scope, WorkspaceName, edit::Change};
use ratatui::{
    Terminal,
    backend::TestBackend,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
};

use super::{
    draw::{Lists, draw},
    form::{Field, Form},
    scopes::{Place, Row, Seen},
    state::{Console, Effect, Over},
};
use crate::{failure::Failure, scope_file::ScopeFile, ui::screen::Input};

const KEY: &str = "sentinel-0123456789";

fn place(global: &str, workspace: Option<&str>, role: Option<&str>) -> Place {
    let name: Option<WorkspaceName> = workspace.map(|_| "acme".parse().unwrap());
    let role: Option<RoleName> = role.map(|role| role.parse().unwrap());
    let document = workspace.map(|text| Document::workspace("acme.toml", text).unwrap());
    let config = Config {
        global: Some(Document::global("config.toml", global).unwrap()),
        workspace: name.clone().zip(document),
        ..Config::default()
    };
    let asked = role.as_ref().map(|role| (role.as_str(), jackin_core::NameOrigin::Argument));
    let layers = config.layers(asked).unwrap();
    let target = ScopeFile { workspace: name, role, file: "file.toml".into() };
    let rows = layers
        .registry()
        .providers()
        .iter()
        .map(|provider| Row::new(provider, &layers, target.scope()));
    let seen = Seen { rows: rows.collect(), registry: layers.registry().clone(), problem: None };
    Place { target, seen: Ok(seen) }
}

/// The global scope, and a workspace that is empty.
fn console(global: &str) -> Console {
    Console::new(vec![place(global, None, None), place(global, Some(""), None)], true)
}

/// The same, with the form of a provider open in a scope.
fn opened(mut console: Console, at: usize, provider: &str) -> Console {
    console.at = at;
    let rows = &console.place().seen.as_ref().unwrap().rows;
    console.row = rows.iter().position(|row| row.provider.id.as_str() == provider).unwrap();
    assert_eq!(press(&mut console, "enter"), None);
    console
}

/// Presses keys by name, `^` before a letter for Control, types what follows an `=` and pastes what
/// follows a `+`; the last effect.
fn press(console: &mut Console, keys: &str) -> Option<Effect> {
    let mut last = None;
    for key in keys.split(' ') {
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        let inputs: Vec<Input> = match key {
            "down" => vec![Input::Key(plain(KeyCode::Down))],
            "up" => vec![Input::Key(plain(KeyCode::Up))],
            "enter" => vec![Input::Key(plain(KeyCode::Enter))],
            "space" => vec![Input::Key(plain(KeyCode::Char(' ')))],
            "left" => vec![Input::Key(plain(KeyCode::Left))],
            "esc" => vec![Input::Key(plain(KeyCode::Esc))],
            "tab" => vec![Input::Key(plain(KeyCode::Tab))],
            "backtab" => vec![Input::Key(plain(KeyCode::BackTab))],
            "end" => vec![Input::Key(plain(KeyCode::End))],
            key => match key.split_at(1) {
                ("^", letter) => vec![Input::Key(control(letter.parse().unwrap()))],
                ("+", text) => vec![Input::Pasted(text.replace("\\n", "\n").replace('_', " "))],
                ("=", text) => text.chars().map(|c| Input::Key(plain(KeyCode::Char(c)))).collect(),
                _ => vec![Input::Key(plain(KeyCode::Char(key.parse().unwrap())))],
            },
        };
        for input in inputs {
            last = console.press(&input);
        }
    }
    last
}

/// What saving the form changes in the file.
fn changes(console: &Console) -> Vec<String> {
    let form = console.form.as_ref().unwrap();
    let good = form.check(console.registry().unwrap()).map_err(|why| panic!("{why}")).unwrap();
    let [key, token] = [good.key, good.token].map(|wanted| wanted.map(|wanted| wanted.value));
    let target = &console.place().target;
    let shown = |change: Change<'_>| match change {
        Change::Set { path, value, note } => {
            let note = note.filter(|note| !note.is_empty());
            let note = note.map_or_else(String::new, |note| format!(" # {note}"));
            format!("{} = {}{note}", path.join("."), value.as_toml())
        }
        Change::Unset { path } => format!("unset {}", path.join(".")),
    };
    form.changes(target, key.as_ref(), token.as_ref()).into_iter().map(shown).collect()
}

fn screen(console: &Console, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(console, frame, &mut Lists::default())).unwrap();
    terminal.backend().to_string()
}

/// Open the row, cycle to API Key, enter the key, save: as the three providers' guides say.
#[test]
fn the_documented_steps_store_a_key_at_the_chosen_scope() {
    for (provider, variable, prefix) in [
        ("zai", "ZAI_API_KEY", ""),
        ("kimi", "KIMI_CODE_API_KEY", "sk-ki-"),
        ("minimax", "MINIMAX_API_KEY", "sk-cp-"),
    ] {
        for at in [0, 1] {
            for typed in [format!("{prefix}{KEY}"), "op://v/i/f".into()] {
                let mut console = opened(console(""), at, provider);
                let keys = format!("space down down ={typed} down =dev enter");
                assert_eq!(press(&mut console, &keys), Some(Effect::Save), "{provider}");
                assert_eq!(changes(&console), [format!("env.{variable} = \"{typed}\" # dev")]);
            }
        }
    }
}

/// To remove it, open the same row, cycle the mode back to Ignore, save, and confirm.
#[test]
fn ignore_removes_the_key_and_withdraws_the_provider() {
    let mut console = opened(console("[env]\nZAI_API_KEY = 'op://v/i/f'"), 0, "zai");
    assert_eq!(press(&mut console, "space"), None);
    assert!(screen(&console, 80, 20).contains("op://v/i/f is removed here"));
    // It may be the only copy: that is asked first.
    for back in ["enter esc", "enter x s d enter esc"] {
        assert_eq!(press(&mut console, back), None, "{back}");
    }
    assert_eq!(press(&mut console, "enter"), None);
    let asked = screen(&console, 80, 20);
    assert!(asked.contains("op://v/i/f is removed from file.toml"), "{asked}");
    assert!(asked.contains("r removes the key and saves · esc goes back"), "{asked}");
    assert_eq!(press(&mut console, "r"), Some(Effect::Save));
    assert_eq!(changes(&console), ["unset env.ZAI_API_KEY", "providers.zai.mode = \"ignore\""]);
    press(&mut console, "space");
    assert_eq!(changes(&console), ["unset env.ZAI_API_KEY", "unset providers.zai.mode"]);
}

#[test]
fn a_key_takes_an_ignore_back_wherever_it_stands() {
    let own = "[env]\nZAI_API_KEY = 'op://v/i/f'\n[providers.zai]\nmode = 'ignore'";
    let mut here = opened(console(own), 0, "zai");
    assert_eq!(press(&mut here, "left enter"), Some(Effect::Save));
    assert_eq!(changes(&here), ["unset providers.zai.mode"]);
    let mut wider = opened(console(own), 1, "zai");
    assert_eq!(press(&mut wider, "space enter"), Some(Effect::Save));
    assert_eq!(changes(&wider), ["providers.zai.mode = \"api_key\""]);
}

#[test]
fn saving_is_refused_until_the_value_is_good_and_nothing_typed_is_repeated() {
    for (provider, keys, why) in [
        ("zai", "space enter", "type a key"),
        ("zai", "space down down +sentinel_a enter", "holds white space; paste the key alone"),
        ("zai", "space down down =\"sentinel\" enter", "has quotes around it; take"),
        ("zai", "space down down =ZAI_API_KEY=sentinel enter", "is an assignment"),
        ("zai", "space down down +Bearer_sentinel enter", "is a header"),
        ("zai", "space down down =$sentinel-1 enter", "is a reference"),
        ("zai", "space down down =<your-sentinel-key> enter", "is a placeholder"),
        ("zai", "space down down =sentinel, enter", "ends with a comma"),
        (
            "zai",
            "space down down =sk-ant-sentinel enter",
            "is a key of `anthropic`, another vendor's",
        ),
        ("zai", "space down down =sentinel\u{e4} enter", "outside ASCII"),
        ("zai", "space down down +sentinel\\na enter", "a line break"),
        ("zai", "space down down =agt_sentinel enter", "is a key of `gateway`"),
        ("zai", "space down down =op://sentinel enter", "op://VAULT/ITEM/FIELD"),
        ("zai", "space down space down =sentinel enter", "op://VAULT/ITEM/FIELD"),
        ("zai", "space down space space down ='sentinel enter", "a quote without its end"),
        ("zai", "space down space space down enter", "names no program"),
        ("zai", "space down space space space down =sentinel enter", "an absolute path"),
        ("zai", "space down left down =$SENTINEL enter", "not put into the keyring"),
        ("zai", "space down left down enter", "is blank"),
        ("zai", "space down down =sentinel down +a\\nb enter", "the note holds a line break"),
        ("zai", "space down down =sentinel-1 down =sentinel-1 enter", "the note holds a key"),
        ("zai", "space down down down =note enter", "is blank"),
        ("anthropic", "down space space enter", "the agent is to use a key"),
        ("anthropic", "down left left enter", "type the token"),
        ("anthropic", "down left left down down +sentinel_a enter", "the token holds"),
    ] {
        let mut console = opened(console(""), 0, provider);
        assert_eq!(press(&mut console, keys), None, "{keys}");
        assert!(console.said.contains(why), "{keys}: {}", console.said);
        assert!(console.form.is_some() && !screen(&console, 100, 20).contains("sentinel_"));
        assert!(!console.said.to_lowercase().contains("sentinel"), "{}", console.said);
    }
}

#[test]
fn other_sources_are_stored_as_they_are_written_in_files() {
    for (keys, value) in [
        ("=$MY_KEY", r#""$MY_KEY""#),
        ("up space down =op://v/i/f down =work", r#"{ op = "op://v/i/f", account = "work" }"#),
        ("up space space down +pass_show_'a_b'", r#"{ command = ["pass", "show", "a b"] }"#),
        ("up space space space down =~/key", r#"{ file = "~/key" }"#),
    ] {
        let mut console = opened(console(""), 0, "zai");
        let keys = format!("space down down {keys} enter");
        assert_eq!(press(&mut console, &keys), Some(Effect::Save), "{keys}: {}", console.said);
        assert_eq!(changes(&console), [format!("env.ZAI_API_KEY = {value}")]);
    }
}

#[test]
fn what_is_stored_stays_while_its_note_changes() {
    let config = "[env]\nZAI_API_KEY = { op = 'op://v/i/f', account = 'work' }";
    let mut console = opened(console(config), 0, "zai");
    assert_eq!(press(&mut console, "up =dev enter"), Some(Effect::Save));
    let kept = r#"env.ZAI_API_KEY = { op = "op://v/i/f", account = "work" } # dev"#;
    assert_eq!(changes(&console), [kept]);
    // To another source and back is no change.
    press(&mut console, "^u up up up space left enter");
    assert_eq!((console.form.is_some(), &*console.said), (false, "nothing to change"));
}

/// The same row covers the Kimi CLI (sync) and the Kimi key for Claude Code (API key).
#[test]
fn the_kimi_row_covers_the_cli_and_the_key() {
    let mut console = opened(console(""), 0, "kimi");
    assert_eq!(console.form.as_ref().unwrap().row.name(), "Kimi");
    let keys = format!("space down down =sk-ki-{KEY} down down space enter");
    assert_eq!(press(&mut console, &keys), Some(Effect::Save));
    assert_eq!(
        changes(&console),
        [format!("env.KIMI_CODE_API_KEY = \"sk-ki-{KEY}\""), "kimi.auth_forward = \"sync\"".into()]
    );
}

#[test]
fn an_agent_has_the_modes_that_it_takes() {
    for (provider, modes) in [
        ("anthropic", "sync api_key oauth_token ignore"),
        ("openai", "sync api_key ignore"),
        ("kimi", "sync api_key ignore"),
    ] {
        let mut console = opened(console(""), 0, provider);
        press(&mut console, "down");
        let mut seen = Vec::new();
        while seen.len() < 9 {
            press(&mut console, "space");
            match console.form.as_ref().unwrap().forward {
                Some(mode) => seen.push(mode.as_str()),
                None => break,
            }
        }
        assert_eq!(seen.join(" "), modes);
    }
    assert_eq!(opened(console(""), 0, "zai").form.unwrap().fields(), [Field::Mode]);
}

#[test]
fn a_token_of_a_login_is_stored_in_its_own_variable() {
    let role = "[roles.review.env]\nA = 'b'";
    let console = Console::new(vec![place(role, None, Some("review"))], true);
    let mut console = opened(console, 0, "anthropic");
    assert_eq!(console.place().target.scope(), Scope::Role);
    let keys = format!("down left left down down ={KEY} enter");
    assert_eq!(press(&mut console, &keys), Some(Effect::Save), "{}", console.said);
    assert_eq!(
        changes(&console),
        [
            format!("roles.review.env.CLAUDE_CODE_OAUTH_TOKEN = \"{KEY}\""),
            "roles.review.claude.auth_forward = \"oauth_token\"".into(),
        ]
    );
}

#[test]
fn what_a_wider_scope_gives_is_no_own_and_stands_in_brackets() {
    let config = format!("[env]\nZAI_API_KEY = '{KEY}'\n[claude]\nauth_forward = 'api_key'");
    let mut console = console(&config);
    let global = screen(&console, 100, 20);
    assert!(global.contains("API key") && global.contains("••••6789"), "{global}");
    assert!(!global.contains("(••••6789)"), "{global}");
    press(&mut console, "tab");
    let workspace = screen(&console, 100, 20);
    assert!(workspace.contains("(••••6789)") && workspace.contains("workspace acme"));
    let form = Form::new(&console.place().seen.as_ref().unwrap().rows[2]);
    assert_eq!((form.mode, form.key.stored()), (None, None));
    // Ignore is the default when no key is set.
    assert!(workspace.contains("  MiniMax             (Ignore)"), "{workspace}");
}

#[test]
fn unsaved_changes_are_asked_about() {
    let changed = || {
        let mut console = opened(console(""), 0, "zai");
        press(&mut console, &format!("space down down ={KEY} esc"));
        assert_eq!(console.over, Some(Over::Unsaved));
        console
    };
    let mut back = changed();
    assert_eq!(press(&mut back, "x enter q esc"), None);
    assert!(back.over.is_none() && back.form.is_some());
    let mut discarded = changed();
    assert_eq!(press(&mut discarded, "d"), None);
    assert!(discarded.over.is_none() && discarded.form.is_none());
    assert_eq!(press(&mut changed(), "s"), Some(Effect::Save));
    let mut invalid = opened(console(""), 0, "zai");
    assert_eq!(press(&mut invalid, "space esc s"), None);
    assert!(invalid.form.is_some() && invalid.said.contains("type a key"));
    let mut same = opened(console(""), 0, "zai");
    press(&mut same, "space space space esc");
    assert!(same.form.is_none() && same.over.is_none());
}

#[test]
fn leaving() {
    for keys in ["q", "esc"] {
        assert_eq!(press(&mut console(""), keys), Some(Effect::Leave));
    }
    for keys in ["^c", "enter ^c", "enter space down down =abc ^c", "enter space esc ^c", "? ^c"] {
        assert_eq!(press(&mut console(""), keys), Some(Effect::Cancel), "{keys}");
    }
    assert_eq!(press(&mut console(""), "+q"), None);
    let mut help = console("");
    assert_eq!(press(&mut help, "?"), None);
    assert!(screen(&help, 40, 10).contains("ctrl-c at once"));
    assert_eq!(press(&mut help, "q"), None);
    assert_eq!(help.over, None);
}

#[test]
fn the_cursor_moves_round_and_scopes_switch() {
    let mut console = console("");
    let rows = console.place().seen.as_ref().unwrap().rows.len();
    for (keys, row, at) in [("up", rows - 1, 0), ("j k down", 0, 0), ("tab end", rows - 1, 1)] {
        press(&mut console, keys);
        assert_eq!((console.row, console.at), (row, at), "{keys}");
    }
    press(&mut console, "tab backtab backtab");
    assert_eq!(console.at, 0);
    press(&mut console, "tab");
    console.reload(vec![place("", None, None)]);
    assert_eq!(console.at, 0);
}

#[test]
fn a_provider_of_one_scopes_own() {
    let own =
        "[providers.own]\nlabel = \"own\\u202e\"\nkey = 'OWN'\nanthropic.base_url = 'https://a.b'";
    let mut console = Console::new(vec![place(own, None, None), place("", None, None)], true);
    press(&mut console, "end enter space space");
    let shown = screen(&console, 80, 20);
    assert!(shown.contains(r"own\u{202e} is not used here"), "{shown}");
    // It is in no other, and the cursor is not lost there.
    press(&mut console, "esc d tab");
    assert!(console.current().is_some());
}

#[test]
fn a_trial_takes_what_is_typed_else_what_counts() {
    let trial = |console: &Console| match console.form.as_ref().unwrap().trial() {
        Ok((name, value)) => format!("{name} {}", jackin_host::text::masked(&value)),
        Err(why) => why,
    };
    let mut own = opened(console("[env]\nZAI_API_KEY = 'op://v/i/f'"), 1, "zai");
    assert_eq!(trial(&own), "ZAI_API_KEY op://v/i/f");
    assert_eq!(press(&mut own, "t"), Some(Effect::Try));
    assert_eq!(press(&mut own, "space down down =op://v/i/g ^t"), Some(Effect::Try));
    assert_eq!(trial(&own), "ZAI_API_KEY op://v/i/g");
    assert_eq!(trial(&opened(console(""), 0, "zai")), "there is no key to try");
    let mut token = opened(console("[env]\nCLAUDE_CODE_OAUTH_TOKEN = '$T'"), 0, "anthropic");
    press(&mut token, "down left left");
    assert_eq!(trial(&token), "CLAUDE_CODE_OAUTH_TOKEN $T");
}

#[test]
fn a_key_that_is_gone_from_the_file_is_told() {
    let config = "[env]\nZAI_API_KEY = { keyring = 'jackin/ZAI_API_KEY' }";
    let gone = |keys: &str| {
        let mut console = opened(console(config), 0, "zai");
        press(&mut console, keys);
        let form = console.form.as_ref().unwrap();
        let key = form.check(console.registry().unwrap()).ok().and_then(|good| good.key);
        form.removed(key.map(|key| key.value).as_ref()).is_some()
    };
    assert!(gone("space") && gone("space space") && gone(&format!("down space down ={KEY}")));
    assert!(!gone("down") && !gone("up =note"));
}

#[test]
fn it_is_drawn_at_every_size_and_shows_no_secret() {
    let config = format!("[env]\nZAI_API_KEY = '{KEY}'\nKIMI_CODE_API_KEY = 'short-key'");
    let other = "[providers.own]\nlabel = \"供应商\\u202e\"\nkey = 'OWN'\nanthropic.base_url = 'https://a.b'";
    let broken = || {
        let failure = Failure::new(125, "config.toml:3:1: not valid TOML").hint("check the quotes");
        Place { seen: Err(failure), ..place("", None, None) }
    };
    for (width, height) in [(1, 1), (2, 9), (10, 3), (40, 5), (40, 10), (200, 60)] {
        let places = vec![place(&config, None, None), place(other, None, None), broken()];
        let mut console = Console::new(places, true);
        for keys in ["tab", "end", "?", "q", "tab", "enter", "j", "tab", "down", "down", "enter"] {
            press(&mut console, keys);
            let shown = screen(&console, width, height);
            assert!(!shown.contains("sentinel") && !shown.contains("short"), "{shown}");
            assert!(!shown.contains('\u{202e}'));
        }
        assert!(console.form.is_some());
        for keys in ["down", "down", &format!("={KEY}"), "down", "=note", "^t", "esc", "d"] {
            press(&mut console, keys);
            assert!(!screen(&console, width, height).contains("sentinel"));
        }
        if (width, height) == (40, 10) {
            press(&mut console, "backtab");
            assert!(screen(&console, width, height).contains("config.toml:3:1: not valid TOML"));
        }
    }
}
