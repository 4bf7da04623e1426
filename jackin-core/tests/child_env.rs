//! The child's whole environment, compared with the exact set that is expected.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::{collections::BTreeMap, ffi::OsString};

use jackin_core::child_env;

use crate::support::{Host, Vars, plan, vars};

fn child_of(agent: &str, config: &str, provider: &str, host: Vars) -> Vars {
    let plan = plan(agent, config, provider, &host);
    let host = Host(host);
    let ready = plan.materialize(&host).unwrap_or_else(|error| panic!("{error}"));
    child_env(&ready, host.0)
}

/// The child of a launch on Claude Code's own provider that nothing names.
fn child_of_unnamed(config: &str, host: Vars) -> Vars {
    let plan = plan("claude", config, "anthropic", &host).unnamed(&host);
    let host = Host(host);
    child_env(&plan.materialize(&host).unwrap(), host.0)
}

fn child(config: &str, provider: &str, host: Vars) -> Vars {
    child_of("claude", config, provider, host)
}

/// Every name of the documented scrub list, written out once more: the table must not lose one.
const STEERING: &[&str] = &[
    "ANTHROPIC_",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_BETAS",
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_DEFAULT_MODEL",
    "ANTHROPIC_MODEL",
    "ANTHROPIC_UNIX_SOCKET",
    "ANTHROPIC_DEFAULT_FABLE_MODEL",
    "ANTHROPIC_SMALL_FAST_MODEL",
    "ANTHROPIC_ANYTHING_NEW",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_VERTEX",
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_MANTLE",
    "CLAUDE_CODE_USE_ANTHROPIC_AWS",
    "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
    "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
    "CLAUDE_CODE_SKIP_VERTEX_AUTH",
    "CLOUD_ML_REGION",
    "VERTEX_REGION_CLAUDE_4_OPUS",
    "AWS_BEARER_TOKEN_BEDROCK",
    "_CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_CUSTOM_OAUTH_URL",
    "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
    "CLAUDE_CODE_HOST_AUTH",
    "CLAUDE_CODE_SESSION_ACCESS_TOKEN",
    "CLAUDE_CODE_API_BASE_URL",
    "CLAUDE_CODE_CLIENT_CERT",
    "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
    "CLAUDE_API_KEY",
    "CLAUDE_CODE_GATEWAY_TOKEN",
    "CLAUDE_CODE_HFI_BEARER_TOKEN",
    "CLAUDE_CODE_ARTIFACTS_API_TOKEN",
    "CLAUDE_CODE_MEMORY_API_TOKEN",
    "CLAUDE_TRUSTED_DEVICE_TOKEN",
    "AGENT_PROXY_TOKEN",
    "CLAUDE_COWORK_MEMORY_EXTRA_GUIDELINES",
    "CLAUDE_CODE_EXTRA_BODY",
    "CLAUDE_CODE_SUBAGENT_MODEL",
    "CLAUDE_CODE_SUBAGENT_MODEL_FORCE",
    "CLAUDE_CODE_AUTO_MODE_MODEL",
    "CLAUDE_CODE_BG_CLASSIFIER_MODEL",
    "CLAUDE_CODE_MAX_CONTEXT_TOKENS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "BUN_CONFIG_VERBOSE_FETCH",
    "BUN_OPTIONS",
    "BUN_INSPECT_PRELOAD",
    "CLAUDE_AGENT_SDK_VERSION",
    "CLAUDE_CODE_CONTAINER_ID",
    "NODE_UNIQUE_ID",
    "OPENAI_API_KEY",
    "XAI_API_KEY",
    "ZAI_API_KEY",
    "KIMI_CODE_API_KEY",
    "MINIMAX_API_KEY",
];

const NESTING: &[&str] = &[
    "CLAUDECODE",
    "CLAUDE_PID",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_CHILD_SESSION",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_CODE_EXECPATH",
    "CLAUDE_CODE_MESSAGING_SOCKET",
    "CLAUDE_CODE_REMOTE_SESSION",
    "CLAUDE_BG_X",
    "CLAUDE_BRIDGE_X",
    "CLAUDE_RUNNER_X",
    "CLAUDE_PROJECT_DIR",
];

/// What users and their tools need, however much it looks like the rest.
const KEPT: &[&str] = &[
    "HOME",
    "PATH",
    "CLAUDE_CONFIG_DIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "GOOGLE_CLOUD_PROJECT",
    "GH_TOKEN",
    "XANTHROPIC_API_KEY",
    "anthropic_api_key",
    "CLAUDECODES",
];

fn hostile() -> Vec<(OsString, OsString)> {
    let names = [STEERING, NESTING, KEPT].concat();
    names.iter().map(|name| (name.into(), format!("parent's {name}").into())).collect()
}

fn kept() -> BTreeMap<OsString, OsString> {
    KEPT.iter().map(|name| (name.into(), format!("parent's {name}").into())).collect()
}

const GUARD: [(&str, &str); 3] = [
    ("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "1"),
    ("CLAUDE_CODE_DISABLE_AGENT_VIEW", "1"),
    ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
];

#[test]
fn a_redirect_leaves_exactly_what_is_documented() {
    for (provider, key, url, [opus, sonnet, haiku], window) in [
        (
            "zai",
            "ZAI_API_KEY",
            "https://api.z.ai/api/anthropic",
            ["glm-5.1", "glm-5-turbo", "glm-4.5-air"],
            "200000",
        ),
        (
            "kimi",
            "KIMI_CODE_API_KEY",
            "https://api.kimi.com/coding",
            ["kimi-for-coding"; 3],
            "262144",
        ),
        (
            "minimax",
            "MINIMAX_API_KEY",
            "https://api.minimax.io/anthropic",
            ["MiniMax-M3"; 3],
            "512000",
        ),
    ] {
        let mut host = hostile();
        host.retain(|(name, _)| name != key);
        host.push((key.into(), "the-key".into()));
        let mut expected = kept();
        expected.extend(vars(&GUARD));
        expected.extend(vars(&[
            ("ANTHROPIC_AUTH_TOKEN", "the-key"),
            ("ANTHROPIC_BASE_URL", url),
            ("ANTHROPIC_DEFAULT_OPUS_MODEL", opus),
            ("ANTHROPIC_DEFAULT_SONNET_MODEL", sonnet),
            ("ANTHROPIC_DEFAULT_HAIKU_MODEL", haiku),
            ("API_TIMEOUT_MS", "3000000"),
            ("ANTHROPIC_MODEL", opus),
            ("ANTHROPIC_DEFAULT_FABLE_MODEL", opus),
            ("ANTHROPIC_SMALL_FAST_MODEL", haiku),
            ("CLAUDE_CODE_MAX_CONTEXT_TOKENS", window),
        ]));
        let child = child("", provider, host);
        assert_eq!(child.len(), expected.len(), "{provider}: no name twice");
        assert_eq!(child.into_iter().collect::<BTreeMap<_, _>>(), expected, "{provider}");
    }
}

#[test]
fn without_the_guard_only_the_seven_are_set() {
    let host = [hostile(), vars(&[("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "1")])].concat();
    let config = "guard = 'off'\n[env]\nZAI_API_KEY = 'the-key'";
    let set: Vec<_> = child(config, "zai", host)
        .into_iter()
        .filter(|(name, _)| !kept().contains_key(name))
        .collect();
    assert_eq!(
        set,
        vars(&[
            ("ANTHROPIC_AUTH_TOKEN", "the-key"),
            ("ANTHROPIC_BASE_URL", "https://api.z.ai/api/anthropic"),
            ("ANTHROPIC_DEFAULT_OPUS_MODEL", "glm-5.1"),
            ("ANTHROPIC_DEFAULT_SONNET_MODEL", "glm-5-turbo"),
            ("ANTHROPIC_DEFAULT_HAIKU_MODEL", "glm-4.5-air"),
            ("API_TIMEOUT_MS", "3000000"),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ])
    );
}

#[test]
fn a_native_launch_loses_other_keys_and_nesting_marks_alone() {
    let others =
        ["ZAI_API_KEY", "KIMI_CODE_API_KEY", "MINIMAX_API_KEY", "OPENAI_API_KEY", "XAI_API_KEY"];
    let mut expected = hostile();
    expected.retain(|(name, _)| {
        let name = name.to_str().unwrap();
        !others.contains(&name) && !NESTING.contains(&name)
    });
    assert_eq!(child_of_unnamed("", hostile()), expected);
}

/// An environment that an earlier redirect left behind would send the user's own login there.
#[test]
fn a_native_launch_undoes_a_redirect() {
    let clean = vars(&[("HOME", "/home/me"), ("ANTHROPIC_CUSTOM_HEADERS", "x: y")]);
    let redirected = child("[env]\nZAI_API_KEY = 'the-key'", "zai", vars(&[("HOME", "/home/me")]));
    let guarded = [redirected.clone(), vars(&[("ANTHROPIC_CUSTOM_HEADERS", "x: y")])].concat();
    assert_eq!(child("", "anthropic", guarded.clone()), clean);

    // Without the guard's mark it is the URL that tells, with or without a slash at its end.
    for end in ["", "/"] {
        let mut by_url = guarded.clone();
        by_url.retain(|(name, _)| name != "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST");
        for (name, value) in &mut by_url {
            if name == "ANTHROPIC_BASE_URL" {
                value.push(end);
            }
        }
        assert_eq!(child("", "anthropic", by_url), clean);
    }
    // A URL of the user's own is no such sign. It is left alone where nothing names the provider.
    let own = vars(&[("HOME", "/home/me"), ("ANTHROPIC_BASE_URL", "https://proxy.example.com")]);
    assert_eq!(child_of_unnamed("", own.clone()), own);
}

/// Whoever names the agent's own provider gets it.
#[test]
fn a_named_native_launch_leaves_out_every_redirect_of_the_parents() {
    let kept = [("HOME", "/home/me"), ("CLAUDE_CODE_OAUTH_TOKEN", "mine")];
    for url in [
        "https://open.bigmodel.cn/api/anthropic",
        "https://api.moonshot.cn/anthropic",
        "http://127.0.0.1:4000",
        "https://api.anthropic.com.example.com",
        "proxy.example.com",
        " https://proxy.example.com ",
    ] {
        let redirect = [
            ("ANTHROPIC_BASE_URL", url),
            ("ANTHROPIC_AUTH_TOKEN", "t"),
            ("ANTHROPIC_API_KEY", "k"),
        ];
        let host = vars(&[&kept[..], &redirect[..], &[("ANTHROPIC_MODEL", "m")]].concat());
        assert_eq!(child("", "anthropic", host.clone()), vars(&kept), "{url}");
        let named = plan("claude", "", "anthropic", &host).named(&host);
        assert!(named.warnings[0].contains("`ANTHROPIC_BASE_URL`"), "{:?}", named.warnings);
    }
    // Its own host is no redirect, and neither is a blank one.
    for url in ["https://api.anthropic.com", "https://API.anthropic.com:443/v1", "", " "] {
        let host = vars(&[("ANTHROPIC_BASE_URL", url), ("ANTHROPIC_API_KEY", "k")]);
        assert_eq!(child("", "anthropic", host.clone()), host, "{url}");
        assert_eq!(plan("claude", "", "anthropic", &host).named(&host).warnings, [""; 0]);
    }
}

#[test]
fn an_unnamed_native_launch_says_where_it_goes() {
    let host = vars(&[("ANTHROPIC_BASE_URL", "https://proxy.example.com/x"), ("A", "1")]);
    let plan = plan("claude", "", "anthropic", &host);
    assert_eq!(plan.label, "Claude");
    let unnamed = plan.clone().unnamed(&host);
    assert_eq!(unnamed.label, "Claude (proxy.example.com)");
    assert!(unnamed.warnings[0].contains("`ANTHROPIC_BASE_URL`"), "{:?}", unnamed.warnings);
    // What is left out sends it nowhere.
    let stale = vars(&[("ANTHROPIC_BASE_URL", "https://api.z.ai/api/anthropic")]);
    let unnamed = plan.unnamed(&stale);
    assert_eq!((&*unnamed.label, unnamed.warnings.len()), ("Claude", 0));
}

/// The key stood beside that URL.
#[test]
fn a_key_of_the_layers_whose_url_is_withheld_does_not_go_to_the_native_host() {
    let config = "[env]\nANTHROPIC_AUTH_TOKEN = 'token'\nANTHROPIC_BASE_URL = '$U'\nEDITOR = 'vi'";
    let host = vars(&[("U", "https://api.z.ai/api/anthropic")]);
    let expected = vars(&[("U", "https://api.z.ai/api/anthropic"), ("EDITOR", "vi")]);
    assert_eq!(child(config, "anthropic", host), expected);
}

#[test]
fn a_native_launch_gets_the_key_that_a_layer_holds() {
    let host = vars(&[("HOME", "/home/me"), ("ANTHROPIC_API_KEY", "exported"), ("COPY", "stored")]);
    let got = child("[env]\nANTHROPIC_API_KEY = 'stored'", "anthropic", host);
    assert_eq!(got, vars(&[("HOME", "/home/me"), ("ANTHROPIC_API_KEY", "stored")]));
}

#[test]
fn a_native_launch_leaves_an_exported_key_as_it_is() {
    for value in ["exported", "", "with a space"] {
        let host = vars(&[("ANTHROPIC_API_KEY", value)]);
        assert_eq!(child("", "anthropic", host.clone()), host);
    }
}

#[test]
fn no_inherited_variable_holds_a_known_key() {
    let host = vars(&[
        ("MY_KEY", "the-key"),
        ("PADDED", " the-key\n"),
        ("OTHER", "kimis-key"),
        ("KIMI_CODE_API_KEY", "kimis-key"),
        ("THIRD", "minimaxs-key"),
        ("LONGER", "the-key-and-more"),
        ("EMPTY", ""),
    ]);
    let config = "[env]\nZAI_API_KEY = '$MY_KEY'\nMINIMAX_API_KEY = 'minimaxs-key'";
    let got = child(config, "zai", host);
    let inherited: Vec<_> =
        got.iter().filter(|(name, _)| !name.to_str().unwrap().contains('_')).cloned().collect();
    assert_eq!(inherited, vars(&[("LONGER", "the-key-and-more"), ("EMPTY", "")]));
}

/// What a vault or a command gives may be the user's name as well; a key is one under any name.
#[test]
fn what_is_stored_and_no_key_does_not_cost_the_users_name() {
    let config = "[env]\nZAI_API_KEY = 'op://v/i/the-key'\nWHO = 'op://v/i/me'";
    let host = [("USER", "me"), ("LOGNAME", "me"), ("COPY", "me"), ("HOME", "the-key")];
    let got = child(config, "zai", vars(&host));
    let inherited: Vec<_> = got.into_iter().filter(|(name, _)| name.len() < 8).collect();
    assert_eq!(inherited, vars(&[("USER", "me"), ("LOGNAME", "me"), ("WHO", "me")]));
}

#[test]
fn of_two_entries_of_one_name_the_first_is_kept() {
    let host = vars(&[
        ("A", "first"),
        ("ANTHROPIC_API_KEY", "x"),
        ("A", "second"),
        ("ANTHROPIC_API_KEY", "y"),
    ]);
    let got = child("[env]\nZAI_API_KEY = 'the-key'", "zai", host);
    let kept: Vec<_> =
        got.into_iter().filter(|(name, _)| name == "A" || name == "ANTHROPIC_API_KEY").collect();
    assert_eq!(kept, vars(&[("A", "first")]));
}

#[cfg(unix)]
#[test]
fn names_with_odd_bytes_are_matched_too() {
    use std::os::unix::ffi::OsStringExt as _;
    let odd = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let host = vec![
        (odd(b"ANTHROPIC_\xff"), "x".into()),
        (odd(b"CLAUDE_CODE_USE_ \n"), "x".into()),
        (odd(b"KEEP_\xff"), odd(b"\xfe")),
    ];
    let got = child("[env]\nZAI_API_KEY = 'the-key'", "zai", host.clone());
    assert!(got.contains(&host[2]));
    assert!(!got.contains(&host[0]) && !got.contains(&host[1]));
}

/// What is configured as a reference is as secret under the name it is read from.
#[test]
fn a_key_does_not_cross_under_the_name_it_is_read_from() {
    let config = "[env]\nKIMI_CODE_API_KEY = '$MY_KIMI'\nMINIMAX_API_KEY = 'sk-cp-x'\nFOO = '$MY_BACKUP'\nBAR = '$MY_BAR'";
    let host = vars(&[("MY_KIMI", "kimis-key"), ("MY_BACKUP", "kimis-key"), ("MY_BAR", "bar")]);
    for provider in ["minimax", "anthropic"] {
        let got = child(config, provider, host.clone());
        let names: Vec<_> = got.iter().filter(|(_, value)| value == "kimis-key").collect();
        assert!(names.is_empty(), "{provider}: {names:?}");
        assert!(got.contains(&("BAR".into(), "bar".into())), "{provider}");
    }
}

#[test]
fn a_shadowed_key_does_not_cross() {
    let config = "default_role = 'team'\n[env]\nZAI_API_KEY = 'personal'\n[roles.team.env]\nZAI_API_KEY = 'team'";
    let got = child(config, "zai", vars(&[("COPY", "personal"), ("COPY_2", "team")]));
    assert!(!got.iter().any(|(name, _)| name.to_str().unwrap().starts_with("COPY")));
}

/// A foreign URL without its key makes some agents send the user's own login there.
#[test]
fn no_url_of_a_redirect_stays_without_its_key() {
    let url = "https://gw.example.com/anthropic";
    let redirect =
        [("ANTHROPIC_AUTH_TOKEN", "k"), ("ANTHROPIC_BASE_URL", url), ("ANTHROPIC_MODEL", "m")];
    // By value: the token is another provider's key.
    let host = [&redirect[..], &[("MINIMAX_API_KEY", "k"), ("HOME", "/home/me")]].concat();
    assert_eq!(child("", "anthropic", vars(&host)), vars(&[("HOME", "/home/me")]));
    // By name: the token's variable is a provider's own.
    let config = "[providers.own]\nkey = 'ANTHROPIC_AUTH_TOKEN'";
    assert_eq!(child(config, "anthropic", vars(&redirect)), []);
    // By another spelling of a known URL.
    for url in [
        "https://API.Z.AI/api/anthropic",
        "https://api.z.ai:443/api/anthropic//",
        " https://api.z.ai/api/anthropic ",
    ] {
        assert_eq!(child("", "anthropic", vars(&[("ANTHROPIC_BASE_URL", url)])), [], "{url}");
    }
    // By the layers: read from the environment at launch.
    let config = "[env]\nANTHROPIC_BASE_URL = '$U'\nANTHROPIC_AUTH_TOKEN = '$T'\nEDITOR = 'vi'";
    let host = vars(&[("U", url), ("T", "k"), ("ZAI_API_KEY", "k")]);
    assert_eq!(child(config, "anthropic", host), vars(&[("U", url), ("EDITOR", "vi")]));
    let host = vars(&[("U", "https://api.z.ai/api/anthropic"), ("T", "t")]);
    let got = child(config, "anthropic", host);
    assert!(!got.iter().any(|(name, _)| name == "ANTHROPIC_BASE_URL"), "{got:?}");
    // A redirect of the user's own, with its key, is left alone where nothing names the provider.
    assert_eq!(child_of_unnamed("", vars(&redirect)), vars(&redirect));
}

#[test]
fn the_users_own_provider_is_a_sign_as_well() {
    let config = "[providers.own]\nkey = 'OWN_KEY'\nanthropic.base_url = 'https://own.example.com'";
    let host =
        vars(&[("ANTHROPIC_BASE_URL", "https://own.example.com/"), ("ANTHROPIC_MODEL", "m")]);
    assert_eq!(child(config, "anthropic", host), []);
}

/// One agent's redirect is nothing for another one to find.
#[test]
fn another_agents_redirect_is_undone() {
    let claude = child("[env]\nZAI_API_KEY = 'zais-key'", "zai", vars(&[("HOME", "/home/me")]));
    let got = child_of("codex", "[env]\nMINIMAX_API_KEY = 'sk-cp-x'", "minimax", claude);
    assert_eq!(got, vars(&[("HOME", "/home/me"), ("CODEX_JACKIN_KEY", "sk-cp-x")]));
}

#[test]
fn one_login_is_enough() {
    let host = vars(&[("ANTHROPIC_API_KEY", "exported"), ("CLAUDE_CODE_OAUTH_TOKEN", "login")]);
    let mode = |mode: &str| {
        child(&format!("[claude]\nauth_forward = '{mode}'"), "anthropic", host.clone())
    };
    assert_eq!(mode("sync"), host);
    assert_eq!(mode("api_key"), vars(&[("ANTHROPIC_API_KEY", "exported")]));
    assert_eq!(mode("oauth_token"), vars(&[("CLAUDE_CODE_OAUTH_TOKEN", "login")]));
}

#[test]
fn what_a_plan_drops_is_what_the_child_lacks() {
    let config = "[env]\nKIMI_CODE_API_KEY = 'kimis-key'";
    let host = vars(&[
        ("A", "kimis-key"),
        ("ZAI_API_KEY", "zais-key"),
        ("B", "zais-key"),
        ("C", "c"),
        ("CLAUDECODE", "1"),
    ]);
    let plan = plan("claude", config, "zai", &host);
    let dropped: Vec<_> =
        plan.dropped(&host).into_iter().map(|name| name.to_str().unwrap()).collect();
    assert_eq!(dropped, ["A", "B", "CLAUDECODE", "ZAI_API_KEY"]);
}

#[test]
fn another_agents_login_does_not_cross() {
    let host = vars(&[
        ("CLAUDE_CODE_OAUTH_TOKEN", "login"),
        ("COPY", "login"),
        ("KIMI_MODEL_API_KEY", "kimis"),
        ("ANTHROPIC_AUTH_TOKEN", "token"),
        ("CODEX_API_KEY", "codexs"),
        ("GROK_DEPLOYMENT_KEY", "groks"),
        ("HOME", "/home/me"),
    ]);
    let config = "[env]\nZAI_API_KEY = 'zais-key'\nCLAUDE_CODE_OAUTH_TOKEN = 'login'";
    let got = child_of("opencode", config, "zai", host.clone());
    let left: Vec<_> = got.iter().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(
        left,
        [
            "HOME",
            "ZAI_API_KEY",
            "OPENCODE_CONFIG_CONTENT",
            "OPENCODE_DISABLE_PROJECT_CONFIG",
            "OPENCODE_DISABLE_SHARE",
            "OPENCODE_AUTH_CONTENT",
        ]
    );
    let got = child_of("codex", "", "openai", host.clone());
    assert_eq!(got, vars(&[("CODEX_API_KEY", "codexs"), ("HOME", "/home/me")]));
    let got = child_of("claude", config, "zai", host);
    for name in [
        "KIMI_MODEL_API_KEY",
        "CODEX_API_KEY",
        "GROK_DEPLOYMENT_KEY",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "COPY",
    ] {
        assert!(!got.iter().any(|(known, _)| known == name), "{name}");
    }
}

/// Nothing but its own key may go to the native provider either.
#[test]
fn another_providers_key_does_not_go_to_the_native_one() {
    for (config, host) in [
        ("", vec![("ANTHROPIC_API_KEY", "zk"), ("ZAI_API_KEY", "zk")]),
        ("[env]\nZAI_API_KEY = 'zk'", vec![("ANTHROPIC_API_KEY", "zk")]),
        ("", vec![("ANTHROPIC_API_KEY", "agt_of-a-gateway")]),
        (
            "",
            vec![
                ("ANTHROPIC_API_KEY", "unknown"),
                ("ANTHROPIC_BASE_URL", "https://api.z.ai/api/anthropic"),
            ],
        ),
        ("[roles.a.env]\nZAI_API_KEY = 'zk'", vec![("ANTHROPIC_API_KEY", "zk"), ("COPY", "zk")]),
    ] {
        assert_eq!(child(config, "anthropic", vars(&host)), [], "{config} {host:?}");
    }
    // The key that is also stored as such is its own.
    let host = vars(&[("ANTHROPIC_API_KEY", "own")]);
    let config = "[claude]\nauth_forward = 'sync'\n[env]\nANTHROPIC_API_KEY = 'own'";
    assert_eq!(child(config, "anthropic", host.clone()), host);
}

#[test]
fn a_configured_login_goes_to_its_own_provider_alone() {
    let url = [("ANTHROPIC_BASE_URL", "https://gw.example.com"), ("ANTHROPIC_AUTH_TOKEN", "k")];
    let got = child("[env]\nANTHROPIC_API_KEY = 'stored'", "anthropic", vars(&url));
    assert_eq!(got, vars(&[("ANTHROPIC_API_KEY", "stored")]));
    let config = "[claude]\nauth_forward = 'oauth_token'\n[env]\nCLAUDE_CODE_OAUTH_TOKEN = 'login'";
    let host = [&url[..], &[("ANTHROPIC_API_KEY", "other")]].concat();
    assert_eq!(
        child(config, "anthropic", vars(&host)),
        vars(&[("CLAUDE_CODE_OAUTH_TOKEN", "login")])
    );
}

#[test]
fn a_url_and_its_key_stay_together_across_layers_and_parent() {
    let url = "https://gw.example.com";
    let host = vars(&[("ANTHROPIC_AUTH_TOKEN", "k"), ("ZAI_API_KEY", "k")]);
    let config = format!("[env]\nANTHROPIC_BASE_URL = '{url}'");
    assert_eq!(child(&config, "anthropic", host), []);
    let config = "[env]\nANTHROPIC_AUTH_TOKEN = 'k'\nZAI_API_KEY = 'k'";
    assert_eq!(child(config, "anthropic", vars(&[("ANTHROPIC_BASE_URL", url)])), []);
}

#[test]
fn a_literal_that_is_another_providers_key_is_held_back() {
    let config = "[env]\nKIMI_CODE_API_KEY = 'sk-kix'\nZAI_API_KEY = 'z'\nA = ' sk-kix '\nB = 'exported'\nC = 'c'";
    let got = child(config, "zai", vars(&[("MINIMAX_API_KEY", "exported")]));
    let own: Vec<_> = got.iter().filter(|(name, _)| name.len() == 1).cloned().collect();
    assert_eq!(own, vars(&[("C", "c")]));
}

#[test]
fn an_exported_blank_key_is_none() {
    let host = vars(&[("KIMI_CODE_API_KEY", ""), ("HOME", "/home/me")]);
    assert_eq!(child_of("kimi", "", "kimi", host), vars(&[("HOME", "/home/me")]));
}

/// The key of a provider that extends another one stays away from that one's endpoints.
#[test]
fn an_extending_provider_inherits_no_place_for_its_key() {
    let config = "[env]\nOWN_KEY = 'own'\n[providers.own]\nextends = 'zai'\nkey = 'OWN_KEY'\n\
        anthropic.base_url = 'https://own.example.com'";
    let got = child_of("opencode", config, "own", vec![]);
    let config = got.iter().find(|(name, _)| name == "OPENCODE_CONFIG_CONTENT").unwrap();
    let text = config.1.to_str().unwrap();
    assert!(text.contains("https://own.example.com/v1") && !text.contains("api.z.ai"), "{text}");
}

#[test]
fn a_redirect_of_another_role_is_a_sign() {
    let config = "default_role = 'b'\n[roles.b]\n[roles.a.providers.own]\nkey = 'OWN_KEY'\n\
        openai-chat.base_url = 'https://own.example.com/v1'";
    let host =
        vars(&[("KIMI_MODEL_BASE_URL", "https://own.example.com/v1"), ("KIMI_MODEL_NAME", "m")]);
    assert_eq!(child_of("kimi", config, "kimi", host), []);
}

#[test]
fn an_inline_configuration_of_ours_is_a_sign() {
    let redirected = child_of("opencode", "[env]\nZAI_API_KEY = 'zk'", "zai", vec![]);
    assert_eq!(child_of("opencode", "", "opencode", redirected), []);
    let own = vars(&[("OPENCODE_CONFIG_CONTENT", "{}")]);
    assert_eq!(child_of("opencode", "", "opencode", own.clone()), own);
}

/// What one agent's own variables hold says nothing of another agent's.
#[test]
fn one_agents_settings_leave_anothers_alone() {
    let own = [("ANTHROPIC_API_KEY", "own"), ("ANTHROPIC_BASE_URL", "https://proxy.example.com")];
    for kimis in [
        &[("KIMI_MODEL_API_KEY", "k")][..],
        &[
            ("KIMI_MODEL_BASE_URL", "https://api.z.ai/api/coding/paas/v4"),
            ("KIMI_MODEL_NAME", "glm"),
        ],
    ] {
        let host = vars(&[&own[..], kimis].concat());
        assert_eq!(child_of_unnamed("", host), vars(&own), "{kimis:?}");
    }
    let config =
        "[env]\nANTHROPIC_BASE_URL = 'https://proxy.example.com'\nKIMI_MODEL_API_KEY = 'k'";
    let got = child(config, "anthropic", vars(&[("ANTHROPIC_API_KEY", "own")]));
    assert_eq!(got, vars(&own));
}

/// An address without its key would get the user's own login; a key without its address would go to
/// the agent's own provider. Whatever takes one of them away takes the other.
#[test]
fn a_key_and_its_address_go_together() {
    let url = ("ANTHROPIC_BASE_URL", "https://corp.example/x");
    let (token, key) = (("ANTHROPIC_AUTH_TOKEN", "corp"), ("ANTHROPIC_API_KEY", "corp"));
    let deny = |pattern: &str| format!("[scrub]\ndeny = ['{pattern}']\n");
    let pass = |pattern: &str| format!("[scrub]\npure = true\npass = ['{pattern}']\n");
    for (config, host) in [
        (deny("ANTHROPIC_API_KEY"), vec![url, key]),
        (deny("*_KEY"), vec![url, key]),
        (deny("*_TOKEN"), vec![url, token]),
        (deny("*_URL"), vec![url, token, key]),
        (pass("*_URL"), vec![url, key]),
        (pass("*_URL"), vec![url, token]),
        (pass("*_TOKEN"), vec![url, token]),
        (pass("*_KEY"), vec![url, key]),
        ("[env]\nZAI_API_KEY = 'corp'\n".to_owned(), vec![url, key]),
        (
            "[env]\nANTHROPIC_BASE_URL = 'https://corp.example/x'\n[scrub]\npure = true\n"
                .to_owned(),
            vec![key],
        ),
        (String::new(), vec![url, ("ANTHROPIC_API_KEY", "agt_x")]),
    ] {
        assert_eq!(child_of_unnamed(&config, vars(&host)), [], "{config} {host:?}");
    }
    for (config, host) in [
        (String::new(), vec![url, key]),
        (String::new(), vec![url]),
        (pass("ANTHROPIC_*"), vec![url, token]),
        (deny("*_KEY"), vec![url, token]),
    ] {
        assert_eq!(child_of_unnamed(&config, vars(&host)), vars(&host), "{config} {host:?}");
    }
}

/// What a proxy may not see of an endpoint on this machine: its key.
#[test]
fn an_endpoint_on_this_machine_is_reached_without_a_proxy() {
    let here = |url: &str, own: &str, host: &[(&str, &str)]| {
        let config = format!(
            "[env]\nHERE_KEY = 'k'\n{own}\n[providers.here]\nkey = 'HERE_KEY'\n\
             [providers.here.anthropic]\nbase_url = '{url}'\nmodels = {{ main = 'm', small_fast = 's' }}\n"
        );
        let child = child(&config, "here", vars(host));
        let find = |name: &str| {
            let mut vars = child.iter().filter(|(known, _)| known == name);
            let found = vars.next().map(|(_, value)| value.to_str().unwrap().to_owned());
            assert_eq!(vars.next(), None, "{name} stands twice");
            found
        };
        [find("NO_PROXY"), find("no_proxy")].map(Option::unwrap_or_default)
    };
    const V4: &str = "http://127.0.0.1:8080";
    assert_eq!(here(V4, "", &[]), ["127.0.0.1", "127.0.0.1"]);
    assert_eq!(here("http://[::1]:8080", "", &[]), ["::1,[::1]", "::1,[::1]"]);
    assert_eq!(here("https://example.com", "", &[]), ["", ""]);
    assert_eq!(here("https://example.com", "", &[("NO_PROXY", "a")]), ["a", ""]);
    // Added to the list that is inherited, once.
    for (list, expected) in [
        ("", "127.0.0.1"),
        ("a.example", "a.example,127.0.0.1"),
        ("a.example, 127.0.0.1", "a.example, 127.0.0.1"),
        ("127.0.0.10", "127.0.0.10,127.0.0.1"),
        ("*", "*"),
        ("*,a.example", "*,a.example,127.0.0.1"),
    ] {
        assert_eq!(here(V4, "", &[("no_proxy", list)]), ["127.0.0.1", expected], "{list}");
    }
    // And to the list that the user configured, which beats the inherited one.
    let own = here(V4, "NO_PROXY = 'own.example'", &[("NO_PROXY", "inherited.example")]);
    assert_eq!(own, ["own.example,127.0.0.1", "127.0.0.1"]);
}

/// Inline configuration of the parent's could send the agent elsewhere; that of the layers is meant.
#[test]
fn a_named_native_launch_has_its_own_inline_configuration() {
    let own = r#"{"model":"mine/main"}"#;
    let host = vars(&[("OPENCODE_CONFIG_CONTENT", own)]);
    let layer = format!("[env]\nOPENCODE_CONFIG_CONTENT = '{own}'\n");
    let held = |config: &str| {
        let plan = plan("opencode", config, "opencode", &host).named(&host);
        let set = plan.set.iter().any(|var| var.reason == jackin_core::Reason::Guard);
        (set, plan.warnings.len())
    };
    assert_eq!(held(""), (true, 1));
    assert_eq!(held(&layer), (false, 0));
    assert_eq!(held("guard = 'off'\n"), (false, 0));
    let unnamed = plan("opencode", "", "opencode", &host).unnamed(&host);
    assert!(unnamed.set.is_empty() && unnamed.warnings.is_empty(), "{:?}", unnamed.warnings);
}

/// A key that `[scrub] pass` names reaches the agent under that name, and under no other.
#[test]
fn a_key_that_the_user_passes_arrives_under_its_own_name_alone() {
    let config = "[scrub]\npass = ['OPENROUTER_API_KEY', 'DEEPSEEK_API_KEY', 'ANTHROPIC_API_KEY', 'COPY']\n\
                  [env]\nZAI_API_KEY = 'sk-own'\nDEEPSEEK_API_KEY = 'sk-of-deepseek'\n";
    let host = vars(&[
        ("OPENROUTER_API_KEY", "sk-or-sentinel"),
        ("COPY", "sk-or-sentinel"),
        ("ANTHROPIC_API_KEY", "sk-ant-sentinel"),
        ("MINIMAX_API_KEY", "sk-cp-sentinel"),
    ]);
    let child = child_of("claude", config, "zai", host.clone());
    let of = |child: &Vars, name: &str| {
        let found = child.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    assert_eq!(of(&child, "OPENROUTER_API_KEY").as_deref(), Some("sk-or-sentinel"));
    assert_eq!(of(&child, "DEEPSEEK_API_KEY").as_deref(), Some("sk-of-deepseek"));
    for name in ["COPY", "ANTHROPIC_API_KEY", "MINIMAX_API_KEY"] {
        assert_eq!(of(&child, name), None, "{name}");
    }
    assert_eq!(child.iter().filter(|(_, value)| value == "sk-or-sentinel").count(), 1);
    // Without it, neither arrives; denied, neither does.
    let without = config.replace("pass", "deny");
    for config in [without.as_str(), &config.replace("[scrub]\npass =", "[other]\npass =")] {
        let child = child_of("claude", config, "zai", host.clone());
        assert_eq!(of(&child, "OPENROUTER_API_KEY"), None);
        assert_eq!(of(&child, "DEEPSEEK_API_KEY"), None);
    }
}
