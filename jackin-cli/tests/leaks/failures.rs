//! What goes wrong: the configuration, the places that secrets are read from, the surroundings.

use crate::planted::{CONFIG, Stage};

/// What a failure changes.
enum Change {
    /// These lines stand where Z.AI's key is set.
    Line(&'static str),
    /// These stand at the end of config.toml.
    End(&'static str),
    /// A file of this name holds this text.
    File(&'static str, &'static str),
    /// A variable is set to this.
    Var(&'static str, &'static str),
    /// Anything else.
    Stage(fn(&mut Stage)),
}

use Change::{End, File, Line, Stage as Other, Var};

/// `ZAI_API_KEY` written wrongly, and its neighbours.
const TEXTS: &[(&str, Change)] = &[
    // TOML that is none, before the secret's line, in it and after it.
    ("syntax before", Line("= 1\nZAI_API_KEY = '@misplaced@'")),
    ("syntax before, on its line", Line("= ZAI_API_KEY = '@misplaced@'")),
    ("no quotes", Line("ZAI_API_KEY = @misplaced@")),
    ("no closing quote", Line("ZAI_API_KEY = \"@misplaced@")),
    ("no opening quote", Line("ZAI_API_KEY = @misplaced@'")),
    ("words behind it", Line("ZAI_API_KEY = '@misplaced@' @misplaced@")),
    ("no equals sign", Line("ZAI_API_KEY '@misplaced@'")),
    ("a colon", Line("ZAI_API_KEY: '@misplaced@'")),
    ("export", Line("export ZAI_API_KEY='@misplaced@'")),
    ("only the secret", Line("@misplaced@")),
    ("a bad escape", Line("ZAI_API_KEY = \"@misplaced@\\q@misplaced@\"")),
    ("a bad escape of a character", Line("ZAI_API_KEY = \"\\u@misplaced@\"")),
    ("an open multi-line text", Line("ZAI_API_KEY = '''@misplaced@")),
    ("an open array", Line("ZAI_API_KEY = ['@misplaced@'")),
    ("an open table", Line("ZAI_API_KEY = { text = '@misplaced@'")),
    ("given twice", Line("ZAI_API_KEY = '@misplaced@'\nZAI_API_KEY = '@misplaced@'")),
    ("a control character", Line("ZAI_API_KEY = '@misplaced@\u{1}'")),
    ("a raw NUL", Line("ZAI_API_KEY = '@misplaced@\0'")),
    ("syntax after", End("'@misplaced@' = = 1\n")),
    ("an open header", End("[@misplaced@\n")),
    // A secret where something else belongs.
    ("a table of that name", End("[@misplaced@]\nx = 1\n")),
    ("a table of env", End("[env.@misplaced@]\nx = 1\n")),
    ("a key of that name", Line("@misplaced@ = 'x'")),
    ("a key of that name, quoted", Line("'@misplaced@ ' = 'x'")),
    (
        "a key of that name at the top",
        End("['@misplaced@'.'@misplaced@']\n'@misplaced@' = '@misplaced@'\n"),
    ),
    ("dotted", Line("ZAI_API_KEY.@misplaced@ = 'x'")),
    ("a number", Line("ZAI_API_KEY = 12345@misplaced@")),
    ("a truth", Line("ZAI_API_KEY = true@misplaced@")),
    ("a date", Line("ZAI_API_KEY = 2026-11-21T@misplaced@")),
    ("a real number", Line("ZAI_API_KEY = 1e5@misplaced@")),
    ("an array", Line("ZAI_API_KEY = ['@misplaced@']")),
    ("an unknown form", Line("ZAI_API_KEY = { x = '@misplaced@' }")),
    ("a form of that name", Line("ZAI_API_KEY = { @misplaced@ = 'x' }")),
    ("two forms", Line("ZAI_API_KEY = { text = '@misplaced@', op = '@misplaced@' }")),
    ("a text in an array", Line("ZAI_API_KEY = { text = ['@misplaced@'] }")),
    ("a text in a table", Line("ZAI_API_KEY = { text = { text = '@misplaced@' } }")),
    ("no reference", Line("ZAI_API_KEY = { op = '@misplaced@' }")),
    ("a reference of one part", Line("ZAI_API_KEY = 'op://@misplaced@'")),
    ("no command", Line("ZAI_API_KEY = { command = '@misplaced@' }")),
    ("a command of that name", Line("ZAI_API_KEY = { command = ['@misplaced@'] }")),
    ("a command in a command", Line("ZAI_API_KEY = { command = [['@misplaced@']] }")),
    ("a file that is none", Line("ZAI_API_KEY = { file = ['@misplaced@'] }")),
    ("a relative file", Line("ZAI_API_KEY = { file = '@misplaced@' }")),
    ("no keyring", Line("ZAI_API_KEY = { keyring = '@misplaced@' }")),
    ("a role of that name", End("[roles.'@misplaced@ x'.env]\nX = 1\n")),
    ("a provider of that name", End("[providers.'@misplaced@ x']\nkey = 1\n")),
    ("an unknown provider", End("[providers.@misplaced@]\nmode = 'ignore'\n")),
    ("no table of providers", End("[providers]\nzai = '@misplaced@'\n")),
    ("no table of roles", Line("X = 1\n[roles]\ndev2 = '@misplaced@'\n[env]")),
    // Keys that are not known, beside the secret.
    ("a misspelt name", Line("ZAI_API_KYE = '@misplaced@'")),
    ("a misspelt table", End("[envv]\nZAI_API_KEY = '@misplaced@'\n")),
    ("a key in a provider", End("[providers.zai]\napi_key = '@misplaced@'\n")),
    ("a key as a variable's name", End("[providers.zai]\nkey = '@misplaced@'\n")),
    ("a key as a mode", End("[providers.zai]\nmode = '@misplaced@'\n")),
    ("a key as an end", End("[providers.zai]\nexpires_at = '@misplaced@'\n")),
    ("a key as a kin", End("[providers.own]\nextends = '@misplaced@'\n")),
    ("a key as a place to ask", End("[providers.zai]\nrequest_url = '@misplaced@'\n")),
    ("a key as a token's name", End("[providers.zai]\nrequest_token = '@misplaced@'\n")),
    ("a key in a key's place", End("[providers.zai]\ntoken = '@misplaced@'\n")),
    ("a key in a protocol", End("[providers.zai.anthropic]\ntoken = '@misplaced@'\n")),
    ("a key as a protocol", End("[providers.zai.@misplaced@]\nbase_url = 'https://example.com'\n")),
    ("a key as a URL", End("[providers.zai.anthropic]\nbase_url = '@misplaced@'\n")),
    (
        "a key in a URL",
        End("[providers.zai.anthropic]\nbase_url = 'https://you:@misplaced@@example.com'\n"),
    ),
    (
        "a key in a query",
        End("[providers.zai.anthropic]\nbase_url = 'https://example.com/?key=@misplaced@'\n"),
    ),
    ("a key as models", End("[providers.zai.anthropic]\nmodels = '@misplaced@'\n")),
    ("a key as a model", End("[providers.zai.anthropic]\nmodels = { opus = '@misplaced@' }\n")),
    ("a key as a slot", End("[providers.zai.anthropic]\nmodels = { @misplaced@ = 'x' }\n")),
    ("a key as a window", End("[providers.zai.anthropic]\nwindow = '@misplaced@'\n")),
    ("a key as a mode of login", End("[codex]\nauth_forward = '@misplaced@'\n")),
    (
        "a key as a guard",
        Line("X = 'x'\n[opencode]\nguard = '@misplaced@'\n[env]\nguard = '@misplaced@'"),
    ),
    // Keys that are refused by their looks.
    ("blank", Line("ZAI_API_KEY = ' '")),
    ("two lines", Line("ZAI_API_KEY = \"\"\"@misplaced@\n@misplaced@\"\"\"")),
    ("not ASCII", Line("ZAI_API_KEY = '@misplaced@é'")),
    ("with a blank", Line("ZAI_API_KEY = '@misplaced@ @misplaced@'")),
    ("a NUL", Line("ZAI_API_KEY = \"\\u0000@misplaced@\"")),
    ("a bell", Line("ZAI_API_KEY = \"\\u0007@misplaced@\"")),
    ("bound to another provider", Line("ZAI_API_KEY = 'agt_@misplaced@'")),
    ("another's beginning", Line("KIMI_API = 'x'\nZAI_API_KEY = 'sk-cp-@misplaced@'")),
    ("a reserved name", Line("JACKIN_KEY = '@misplaced@'\nDOCKER_HOST = '@misplaced@'")),
    ("a name that cannot be one", Line("'1 X' = '@misplaced@'")),
    (
        "the same key under two names",
        Line(
            "ZAI_API_KEY = '@misplaced@'\nOTHER_API_KEY = '@misplaced@'\nKIMI_API_KEY = '@misplaced@'",
        ),
    ),
    ("not UTF-8", Other(|stage| stage.files.get_mut(CONFIG).unwrap().extend(b"X = '\xff'\n"))),
    (
        "a workspace that is no TOML",
        File(".config/jackin/workspaces/acme.toml", "[env]\nX = @misplaced@\n"),
    ),
    (
        "a workspace of another name",
        File(".config/jackin/workspaces/a b.toml", "[env]\nX = @misplaced@\n"),
    ),
];

/// Places that cannot be read, and surroundings that are wrong.
const PLACES: &[(&str, Change)] = &[
    ("op says it", File("op.sh", "printf '%s' '@op@'; echo \"bad: @op@\" >&2; exit 1\n")),
    ("op says what another holds", File("op.sh", "echo \"bad: $OPENAI_API_KEY\" >&2; exit 1\n")),
    ("op is killed", File("op.sh", "printf '%s' '@op@'; kill -9 $$\n")),
    ("op gives bytes", File("op.sh", "printf '@op@\\377'; exit 0\n")),
    ("op gives a NUL", File("op.sh", "printf '@op@\\000@op@'; exit 0\n")),
    ("op gives two lines", File("op.sh", "printf '@op@\\n@op@\\n'; exit 0\n")),
    ("op gives nothing", File("op.sh", "exit 0\n")),
    ("op gives too much", File("op.sh", "while :; do printf '@op@'; done\n")),
    (
        "the command says it",
        File("pass.sh", "echo '@minimax-command@'; echo '@said@' >&2; exit 1\n"),
    ),
    ("the command is killed", File("pass.sh", "echo '@minimax-command@'; kill -9 $$\n")),
    ("the command gives bytes", File("pass.sh", "printf '@minimax-command@\\377'; exit 0\n")),
    ("no such command", Line("MINE = { command = ['nowhere'] }")),
    ("no such file", Other(|stage| drop(stage.files.remove("keys/mine")))),
    ("a file of bytes", Other(|stage| stage.files.get_mut("keys/mine").unwrap().push(0xff))),
    ("a file of two lines", File("keys/mine", "@mine-file@\n@mine-file@\n")),
    ("no host variable", Other(|stage| drop(stage.env.remove("HOST_ONLY")))),
    ("a host variable of bytes", Other(|stage| stage.env.get_mut("HOST_ONLY").unwrap().push(0xff))),
    (
        "a file in place of a directory",
        Other(|stage| {
            stage.files.remove(".config/jackin/workspaces/acme.toml");
            stage.file(".config/jackin/workspaces", "@misplaced@");
        }),
    ),
    ("a file in place of older versions", File(".config/jackin/.backup", "")),
    ("an older version", File(".config/jackin/.backup/config.toml.000001", "[env]\nA = 'b'\n")),
    ("a key as a provider's name", Var("JACKIN_PROVIDER", "@misplaced@")),
    ("a key as a workspace's name", Var("JACKIN_WORKSPACE", "@misplaced@")),
    ("a key as a role's name", Var("JACKIN_ROLE", "@misplaced@")),
    ("a key as a shell", Var("SHELL", "@misplaced@")),
];

/// Those of 1Password that begin to say a secret.
pub(crate) fn of_op() -> Vec<(&'static str, Stage)> {
    stages().into_iter().filter(|(name, _)| *name == "op says it").collect()
}

/// Every failure by its name, and what stands around a run in it.
pub(crate) fn stages() -> Vec<(&'static str, Stage)> {
    let stage = |(name, change): &(&'static str, Change)| {
        let mut stage = Stage::new();
        match change {
            Line(lines) => stage.line(lines),
            End(lines) => stage.end(lines),
            File(name, text) => stage.file(name, text),
            Var(name, text) => stage.var(name, text),
            Other(change) => change(&mut stage),
        }
        (*name, stage)
    };
    TEXTS.iter().chain(PLACES).map(stage).collect()
}
