//! Ways in which the agents hand a session on to another process. Each row is measured, on the versions
//! that the agents' tables name.

use std::borrow::Cow;

use super::texts;
use crate::{
    model::{HandOver, HandOverFate, Text, Words},
    names::EnvName,
};

const fn options(options: &'static [Text]) -> Words {
    Words::Options(Cow::Borrowed(options))
}

const fn subcommand(words: &'static [Text]) -> Words {
    Words::Subcommand(Cow::Borrowed(words))
}

const fn refused(words: Words, because: &'static str, instead: &'static str) -> HandOver {
    let (because, instead) = (Cow::Borrowed(because), Cow::Borrowed(instead));
    HandOver::new(words, HandOverFate::Refused { because, instead })
}

const fn refused_if_named(words: Words, because: &'static str, instead: &'static str) -> HandOver {
    let (because, instead) = (Cow::Borrowed(because), Cow::Borrowed(instead));
    HandOver::new(words, HandOverFate::RefusedIfNamed { because, instead })
}

const fn held(words: Words, why: &'static str) -> HandOver {
    HandOver::new(words, HandOverFate::Held(Cow::Borrowed(why)))
}

const fn open(words: Words, what: &'static str) -> HandOver {
    HandOver::new(words, HandOverFate::Open(Cow::Borrowed(what)))
}

/// Its server answers `/config` with the provider's key, and without a password it answers anyone.
const fn serves(words: Words) -> HandOver {
    let variable = EnvName::from_static("OPENCODE_SERVER_PASSWORD");
    let because = Cow::Borrowed("its server tells the key to any program that asks");
    HandOver::new(words, HandOverFate::Needs { variable, because })
}

const IN_A_TAB: &str = "`jackin run --tab` opens a tab of tmux or Zellij on this provider";
const SERVICE: &str =
    "the background service uses the endpoint and the key of the launch that started it";
const HERE: &str = "without it, the session runs in this terminal";
const THE_AGENT_ITSELF: &str = "start a session itself, in this terminal";
const NO_SERVICE: &str = "background sessions are turned off on a chosen provider";
const THE_AGENT_FOR_THESE: &str = "start `claude` itself to manage them";
const RESUME: &str = "`--resume` takes a conversation up in this terminal";

pub(super) static CLAUDE: &[HandOver] = &[
    refused(
        options(texts!["--tmux"]),
        "the session in tmux takes tmux's environment, with another key and another endpoint",
        IN_A_TAB,
    ),
    refused(options(texts!["--bg", "--background"]), SERVICE, HERE),
    refused(subcommand(texts!["agents"]), SERVICE, THE_AGENT_ITSELF),
    refused(subcommand(texts!["attach"]), SERVICE, RESUME),
    refused(subcommand(texts!["respawn"]), SERVICE, RESUME),
    refused(
        Words::OptionValue {
            option: Cow::Borrowed("--teammate-mode"),
            values: Cow::Borrowed(texts!["auto", "iterm2", "tmux"]),
        },
        "team-mates in panes take the terminal's environment, with another key or none",
        "`--teammate-mode in-process`, which jackin sets, keeps them in this process",
    ),
    refused(
        subcommand(texts!["self-hosted-runner"]),
        "it runs sessions of claude.ai, with the secret of an environment there",
        "start `claude` itself for them",
    ),
    refused(options(texts!["--desktop"]), "the desktop app uses its own login and settings", HERE),
    refused(subcommand(texts!["stop"]), NO_SERVICE, THE_AGENT_FOR_THESE),
    refused(subcommand(texts!["kill"]), NO_SERVICE, THE_AGENT_FOR_THESE),
    refused(subcommand(texts!["logs"]), NO_SERVICE, THE_AGENT_FOR_THESE),
    refused(subcommand(texts!["rm"]), NO_SERVICE, THE_AGENT_FOR_THESE),
    refused(
        subcommand(texts!["daemon", "run"]),
        "it is the background service, which would keep the endpoint and the key for other sessions",
        THE_AGENT_ITSELF,
    ),
    held(
        Words::Session(Cow::Borrowed("`/bg` and the agents view")),
        "`CLAUDE_CODE_DISABLE_AGENT_VIEW` turns them off",
    ),
    held(
        Words::Session(Cow::Borrowed("agent teams")),
        "`--teammate-mode in-process` keeps team-mates in this process",
    ),
    held(options(texts!["--continue", "--resume"]), "it goes on in this process"),
    held(
        options(texts!["--cloud", "--environment", "--remote-control", "--teleport"]),
        "nothing is sent",
    ),
    held(subcommand(texts!["ultrareview"]), "nothing is sent"),
];

pub(super) static CODEX: &[HandOver] = &[
    refused(
        subcommand(texts!["app-server", "daemon"]),
        "it leaves a daemon behind that has the key and not the endpoint",
        THE_AGENT_ITSELF,
    ),
    refused(
        subcommand(texts!["remote-control", "start"]),
        "it leaves a daemon behind that has the key and not the endpoint",
        THE_AGENT_ITSELF,
    ),
    refused_if_named(
        options(texts!["--oss"]),
        "the session goes to a model on this machine",
        "start `codex` itself to use that",
    ),
    refused_if_named(
        options(texts!["--remote"]),
        "the session runs in the server at that address, on that server's provider",
        HERE,
    ),
    refused_if_named(
        Words::Assignment {
            options: Cow::Borrowed(texts!["-c", "--config"]),
            settings: Cow::Borrowed(texts![
                "chatgpt_base_url",
                "cli_auth_credentials_store",
                "model_provider",
                "model_providers",
                "openai_base_url",
            ]),
        },
        "it can name another endpoint, or a login for one",
        "choose it with jackin's `--provider`, which takes providers of your own as well",
    ),
    open(
        subcommand(texts!["exec-server"]),
        "it runs commands for programs that connect to it, and has the key in its environment",
    ),
    held(subcommand(texts!["agents"]), "a session that starts there uses the chosen provider"),
    held(subcommand(texts!["queue"]), "Codex refuses to queue a message for another provider"),
    held(subcommand(texts!["cloud"]), "without a login, which is not read, nothing is sent"),
    held(subcommand(texts!["app-server"]), "over standard input it uses the chosen provider"),
    held(subcommand(texts!["resume"]), "a session of another provider ends before it sends"),
];

pub(super) static OPENCODE: &[HandOver] = &[
    serves(subcommand(texts!["serve"])),
    serves(subcommand(texts!["web"])),
    serves(subcommand(texts!["acp"])),
    // With one of these the screen has a server, too; with a port in the settings alone it has none.
    serves(options(texts!["--hostname", "--mdns", "--port"])),
    refused(subcommand(texts!["attach"]), ITS_SERVERS, WITHOUT_SERVER),
    refused(options(texts!["--attach"]), ITS_SERVERS, WITHOUT_SERVER),
    held(subcommand(texts!["pr"]), "the session that it starts uses the chosen provider"),
    open(
        subcommand(texts!["github"]),
        "in a workflow it asks api.opencode.ai for a login at GitHub first, and takes the model from `MODEL`",
    ),
    held(
        options(texts!["--share"]),
        "sharing is turned off: the session goes on and is not published",
    ),
];

const BY_A_RELAY: &str = "the session goes through Kimi's relay, with the account of a login there";
const WITHOUT_RELAY: &str = "`web` alone listens on this machine";

const ITS_SERVERS: &str =
    "the server that is running uses the provider and the key that it was started with";
const WITHOUT_SERVER: &str = "run it without a server, or start `opencode` itself to attach to one";

pub(super) static KIMI: &[HandOver] = &[
    refused(subcommand(texts!["rc"]), BY_A_RELAY, WITHOUT_RELAY),
    refused(subcommand(texts!["remote"]), BY_A_RELAY, WITHOUT_RELAY),
    refused(options(texts!["--rc", "--remote-control"]), BY_A_RELAY, WITHOUT_RELAY),
    refused(
        options(texts!["-m", "--model"]),
        "a model of Kimi's own settings goes to their endpoint, with their key",
        "leave it out: the model is the chosen provider's, which `models.main` of the configuration changes",
    ),
    held(subcommand(texts!["acp"]), "it uses the chosen provider"),
    held(subcommand(texts!["web"]), "it listens on this machine, with a token of its own"),
];
