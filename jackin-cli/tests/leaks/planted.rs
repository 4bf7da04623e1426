//! The secrets that are planted, one for each place that can hold one, and the home in which they
//! stand. None is like another: where one is found, it is known where it came from.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    os::unix::{ffi::OsStringExt as _, fs::PermissionsExt as _},
    path::Path,
};

use jackin_core::Registry;

use crate::support::Home;

/// What a secret is, to an agent that is started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The key of this provider.
    Key(&'static str),
    /// The same, of the one layer that sets it: whether it is of a workspace, and of a role.
    Layered(&'static str, bool, bool),
    /// A variable that every agent gets.
    Value,
    /// No agent's business.
    Nobody,
}

use Kind::{Key, Layered, Nobody, Value};

/// Each secret's name, how its text begins, and what it is.
const SECRETS: &[(&str, &str, Kind)] = &[
    ("zai-global", "", Layered("zai", false, false)),
    ("zai-role", "", Layered("zai", false, true)),
    ("zai-workspace", "", Layered("zai", true, false)),
    ("zai-workspace-role", "", Layered("zai", true, true)),
    ("plain-global", "", Layered("", false, false)),
    ("plain-role", "", Layered("", false, true)),
    ("plain-workspace", "", Layered("", true, false)),
    ("plain-workspace-role", "", Layered("", true, true)),
    ("quoted", "\"it's\\ <$HOME> ${x} `y` %z\u{e9} ", Value),
    ("kimi-op", "sk-ki-", Key("kimi")),
    ("op", "", Value),
    ("minimax-command", "sk-cp-", Key("minimax")),
    ("mine-file", "", Key("mine")),
    ("gateway-bundle", "agt_", Key("gateway")),
    ("anthropic-host", "sk-ant-", Key("anthropic")),
    ("oauth", "sk-ant-", Key("anthropic")),
    ("openai-exported", "sk-", Key("openai")),
    ("host", "", Value),
    ("exported-login", "", Key("anthropic")),
    ("exported-foreign", "agt_", Nobody),
    ("request-token", "agt_", Value),
    ("keyring", "", Value),
    ("piped", "", Nobody),
    ("piped-bundle", "agt_", Nobody),
    ("typed", "", Nobody),
    ("argument", "sk-", Nobody),
    ("misplaced", "sk-", Value),
    ("settings", "sk-ant-", Nobody),
    ("said", "", Nobody),
];

/// A planted secret.
pub(crate) struct Secret {
    pub(crate) name: &'static str,
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

pub(crate) fn secrets() -> Vec<Secret> {
    let secret = |(name, prefix, kind): &(&'static str, &str, Kind)| Secret {
        name,
        text: format!("{prefix}{}", noise(name)),
        kind: *kind,
    };
    SECRETS.iter().map(secret).collect()
}

/// 32 characters that nothing else holds, always the same for a name.
fn noise(name: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let letter = |at: usize| {
        let mut hasher = DefaultHasher::new();
        (name, at).hash(&mut hasher);
        LETTERS[hasher.finish() as usize % LETTERS.len()] as char
    };
    (0..32).map(letter).collect()
}

/// A text in which `@name@` stands for a secret.
pub(crate) fn filled(template: &str) -> String {
    secrets().iter().fold(template.to_owned(), |text, secret| {
        text.replace(&format!("@{}@", secret.name), &secret.text)
    })
}

/// The line that failures put something else in the place of.
pub(crate) const LINE: &str = "ZAI_API_KEY = '@zai-global@'\n";

pub(crate) const CONFIG: &str = ".config/jackin/config.toml";

const GLOBAL: &str = "default_provider = 'zai'
[env]
ZAI_API_KEY = '@zai-global@'
KIMI_CODE_API_KEY = 'op://Vault/Kimi/credential'
MINIMAX_API_KEY = { command = ['pass', 'show', 'minimax'] }
GATEWAY_API_KEY = '@gateway-bundle@' # a note
ANTHROPIC_API_KEY = '$MY_ANTHROPIC'
CLAUDE_CODE_OAUTH_TOKEN = '@oauth@'
FLOOR10_AGENT_TOKEN = '@request-token@'
MINE_KEY = { file = '~/keys/mine' }
PLAIN = '@plain-global@'
QUOTED = '''@quoted@'''
FROM_HOST = '$HOST_ONLY'
FROM_OP = { op = 'op://Vault/Other/field', account = 'mine' }
[roles.dev.env]
ZAI_API_KEY = '@zai-role@'
PLAIN = '@plain-role@'
[claude]
auth_forward = 'api_key'
[providers.gateway]
request_url = 'http://127.0.0.1:9/api/mcp'
[providers.gateway.anthropic]
base_url = 'https://gateway.example.com'
models = { main = 'm', small_fast = 's' }
[providers.mine]
key = 'MINE_KEY'
label = 'Mine'
[providers.mine.anthropic]
base_url = 'https://mine.example.com'
models = { main = 'm', small_fast = 's' }
";

const WORKSPACE: &str = "default_agent = 'claude'
[env]
ZAI_API_KEY = '@zai-workspace@'
PLAIN = '@plain-workspace@'
[roles.dev.env]
ZAI_API_KEY = '@zai-workspace-role@'
PLAIN = '@plain-workspace-role@'
";

/// The agents' own files, which only `doctor` reads.
const SETTINGS: &[(&str, &str)] = &[
    (
        ".claude/settings.json",
        r#"{"env": {"ANTHROPIC_AUTH_TOKEN": "@settings@"}, "apiKeyHelper": "echo @settings@", "model": "@settings@"}"#,
    ),
    (".claude.json", r#"{"primaryApiKey": "@settings@"}"#),
    (".claude/settings.local.json", r#"{"env": {"ANTHROPIC_BASE_URL": @settings@"#),
    (
        ".codex/config.toml",
        "profile = '@settings@'\n[shell_environment_policy.set]\nX = '@settings@'\n",
    ),
    (
        ".config/opencode/opencode.json",
        r#"{"model": "@settings@", "provider": {"x": {"options": {"apiKey": "@settings@"}}}}"#,
    ),
    ("opencode.jsonc", r#"{ /* @settings@ */ "model": "@settings@" "#),
    (".kimi-code/config.toml", "default_model = @settings@\n"),
];

/// What stands around a run, before it is written down.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) env: BTreeMap<String, Vec<u8>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut stage = Self { files: BTreeMap::new(), env: BTreeMap::new() };
        stage.file(CONFIG, GLOBAL);
        stage.file(".config/jackin/workspaces/acme.toml", WORKSPACE);
        stage.file("keys/mine", "@mine-file@\n");
        stage.file("github-env", "");
        SETTINGS.iter().for_each(|(name, text)| stage.file(name, text));
        for (name, text) in [
            ("MY_ANTHROPIC", "@anthropic-host@"),
            ("HOST_ONLY", "@host@"),
            ("OPENAI_API_KEY", "@openai-exported@"),
            ("ANTHROPIC_AUTH_TOKEN", "@exported-login@"),
            ("GATEWAY_API_KEY", "@exported-foreign@"),
            ("TMUX", "/nowhere/socket,1,0"),
            ("RUST_BACKTRACE", "full"),
        ] {
            stage.var(name, text);
        }
        stage
    }

    pub(crate) fn file(&mut self, name: &str, text: &str) {
        self.files.insert(name.to_owned(), filled(text).into_bytes());
    }

    pub(crate) fn var(&mut self, name: &str, text: &str) {
        self.env.insert(name.to_owned(), filled(text).into_bytes());
    }

    /// Puts lines in the place of the one that sets Z.AI's key.
    pub(crate) fn line(&mut self, lines: &str) {
        let text = String::from_utf8(self.files[CONFIG].clone()).unwrap();
        let with = text.replacen(&filled(LINE), &format!("{}\n", filled(lines)), 1);
        assert_ne!(text, with);
        self.files.insert(CONFIG.to_owned(), with.into_bytes());
    }

    /// Adds lines at the end of config.toml.
    pub(crate) fn end(&mut self, lines: &str) {
        let lines = filled(lines);
        self.files.get_mut(CONFIG).unwrap().extend(lines.as_bytes());
    }

    /// Writes it all down; what is in a directory `keys` is its owner's alone.
    pub(crate) fn write(&self, home: &Home) {
        for (name, text) in &self.files {
            let path = home.write(name, text);
            if name.starts_with("keys/") {
                fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
            }
        }
        for dir in ["tmp", "state", "cache", "run"] {
            fs::create_dir_all(home.path().join(dir)).unwrap();
        }
    }

    /// The whole environment of a run in a home, with the stand-ins in a directory.
    pub(crate) fn vars(&self, home: &Path, bin: &Path) -> Vec<(String, std::ffi::OsString)> {
        let below = |name: &str| home.join(name).into_os_string();
        let path = format!("{}:/usr/bin:/bin", bin.display());
        let own = [
            ("HOME", home.into()),
            ("PATH", path.into()),
            ("TMPDIR", below("tmp")),
            ("XDG_STATE_HOME", below("state")),
            ("XDG_CACHE_HOME", below("cache")),
            ("XDG_RUNTIME_DIR", below("run")),
            ("GITHUB_ENV", below("github-env")),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let planted = self.env.iter();
        own.chain(
            planted.map(|(name, text)| (name.clone(), std::ffi::OsString::from_vec(text.clone()))),
        )
        .collect()
    }
}

/// Notes the arguments of every process that jackin starts.
const NOTE: &str = "printf '%s\\0' \"$0\" \"$@\" >> \"$HOME/argv\"\n";

/// Asked for a container's environment, it says that all arrives; what it is told to pass on, and
/// that alone, is what the agent in the container has.
const CLIENT: &str = r#"
case $* in *' env -0') asked=yes; printf 'PATH=/bin\0';; *) asked=;; esac
while [ $# -gt 0 ]; do
    if [ "$1" = -e ] && [ $asked ]; then printf '%s\0' "$2"
    elif [ "$1" = -e ]; then printenv "$2" >> "$HOME/child"; fi
    shift
done"#;

/// The programs that jackin may start, and what stands in for them: 1Password's needs an account,
/// the others are tested for real elsewhere.
const STAND_INS: &[(&[&str], &str)] = &[
    (
        &["op"],
        "[ ! -e \"$HOME/op.sh\" ] || . \"$HOME/op.sh\"\n\
         case $* in *Kimi*) printf %s '@kimi-op@';; *) printf %s '@op@';; esac",
    ),
    (
        &["pass"],
        "[ ! -e \"$HOME/pass.sh\" ] || . \"$HOME/pass.sh\"\nprintf '%s\\n' '@minimax-command@'",
    ),
    (&["tmux"], "cat /proc/$$/environ >> \"$HOME/tab\""),
    (&["docker", "podman"], CLIENT),
    (&["xdg-open"], ":"),
];

/// Stands in for every agent, and for `agent`.
const AGENT: &str = "cat /proc/$$/environ >> \"$HOME/child\"\n\
    printf 'ok %s' \"$ANTHROPIC_AUTH_TOKEN\" >> \"$HOME/child\"";

/// Writes the stand-ins, once for all runs.
pub(crate) fn stand_ins(home: &Home) {
    let registry = Registry::built_in();
    let agents = registry.agents().iter().map(|agent| (&*agent.program, AGENT));
    let others = STAND_INS.iter().flat_map(|(names, text)| names.iter().map(|name| (*name, *text)));
    for (name, text) in others.chain(agents).chain([("agent", AGENT)]) {
        home.script(&format!("bin/{name}"), &format!("{NOTE}{}", filled(text)));
    }
}
