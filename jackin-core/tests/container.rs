//! Plans for the inside of a container, for a tab and for elsewhere: their exact arguments, and what
//! of two environments the agent is left with.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::{collections::BTreeMap, ffi::OsString};

use jackin_core::{
    ReadyPlan, child_env,
    place::{Container, ContainerTarget, Multiplexer, Runtime, Tab},
};

use crate::support::{Host, Vars, plan, vars};

fn running(runtime: Runtime) -> Container {
    Container { runtime, which: ContainerTarget::Running("box".parse().unwrap()), terminal: true }
}

fn words(args: &[OsString]) -> Vec<&str> {
    args.iter().map(|word| word.to_str().unwrap()).collect()
}

/// The environment of the agent: what the client passes on over the container's own, without what
/// `env -u` takes out. A stand-in for the runtime, for any plan that this module makes.
fn arrives(ready: &ReadyPlan<'_>, inside: &Vars, host: &Vars) -> BTreeMap<String, String> {
    let client = child_env(ready, host.iter().cloned());
    let text = |text: &OsString| text.to_str().unwrap().to_owned();
    let pairs =
        |env: &Vars| env.iter().map(|(n, v)| (text(n), text(v))).collect::<BTreeMap<_, _>>();
    let (client, mut child) = (pairs(&client), pairs(inside));
    let args = &ready.plan().args;
    for two in words(args).windows(2) {
        match two {
            ["-e", name] => drop(child.insert((*name).into(), client[*name].clone())),
            ["-u", name] => drop(child.remove(*name)),
            _ => {}
        }
    }
    child
}

/// Enters a running container.
fn entered(
    agent: &str,
    config: &str,
    provider: &str,
    host: &Vars,
    inside: &Vars,
) -> ReadyPlan<'static> {
    let plan = plan(agent, config, provider, host).detached(host).through_client();
    let ready = plan.materialize(&Host(host.clone())).unwrap_or_else(|error| panic!("{error}"));
    ready.in_container(&running(Runtime::Podman), inside, host)
}

fn env(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

const GATEWAY: &str = "guard = 'off'\n[env]\nGATEWAY_API_KEY = 'agt_sentinel'\nEDITOR = 'vi'\n\
    [providers.gateway.anthropic]\nbase_url = 'https://gateway.example.com'\n\
    models = { main = 'm', small_fast = 's' }\n";

#[test]
fn the_arguments_hold_names_and_no_value() {
    let inside = vars(&[("ANTHROPIC_API_KEY", "theirs"), ("PATH", "/bin"), ("CLAUDECODE", "1")]);
    let plan = plan("claude", GATEWAY, "gateway", &Vec::new());
    let plan = plan.with_args(["-p".into(), "hi".into()]).unwrap();
    let expected = "exec -it -e ANTHROPIC_AUTH_TOKEN -e ANTHROPIC_BASE_URL -e ANTHROPIC_MODEL \
        -e ANTHROPIC_SMALL_FAST_MODEL -e EDITOR box env -u ANTHROPIC_API_KEY -u CLAUDECODE claude -p hi";
    for runtime in Runtime::ALL {
        let wrapped = plan.clone().in_container(&running(runtime), &inside);
        assert_eq!(wrapped.program, runtime.as_str());
        assert_eq!(words(&wrapped.args).join(" "), expected);
        assert_eq!(wrapped.set, plan.set, "the values cross in the client's environment");
    }
    let ready = plan.materialize(&Host(Vec::new())).unwrap();
    let ready = ready.in_container(&running(Runtime::Docker), &inside, &Vec::new());
    assert_eq!(words(&ready.plan().args).join(" "), expected);
}

#[test]
fn without_removals_the_program_stands_alone_and_without_a_terminal_only_input_is_kept() {
    let plan = plan("claude", GATEWAY, "gateway", &Vec::new());
    let container = Container { terminal: false, ..running(Runtime::Docker) };
    let wrapped = plan.in_container(&container, &Vec::new());
    let args = words(&wrapped.args).join(" ");
    assert!(args.starts_with("exec -i -e ") && args.ends_with(" -e EDITOR box claude"), "{args}");
}

#[test]
fn a_fresh_container_has_the_directory_at_the_same_path() {
    let which = ContainerTarget::Fresh {
        image: "registry.example.com/box:1".parse().unwrap(),
        dir: "/work/a b:c".parse().unwrap(),
    };
    let container = Container { runtime: Runtime::Docker, which, terminal: true };
    let inside = vars(&[("ANTHROPIC_BASE_URL", "https://evil.example.com"), ("CLAUDECODE", "1")]);
    let plan = plan("claude", GATEWAY, "gateway", &Vec::new());
    let wrapped = plan.with_args(["-p".into()]).unwrap().in_container(&container, &inside);
    let args = words(&wrapped.args);
    let mount = "type=bind,source=/work/a b:c,target=/work/a b:c";
    assert_eq!(args[..7], ["run", "--rm", "--mount", mount, "--workdir", "/work/a b:c", "-it"]);
    let tail =
        ["--entrypoint", "env", "registry.example.com/box:1", "-u", "CLAUDECODE", "claude", "-p"];
    assert_eq!(args[args.len() - 7..], tail);
}

#[test]
fn a_container_is_asked_for_its_environment_and_must_take_the_plans() {
    let plan = plan("claude", GATEWAY, "gateway", &Vec::new());
    let probes = "-e ANTHROPIC_AUTH_TOKEN=jackin -e ANTHROPIC_BASE_URL=jackin \
        -e ANTHROPIC_MODEL=jackin -e ANTHROPIC_SMALL_FAST_MODEL=jackin -e EDITOR=jackin";
    let name = "asked".parse().unwrap();
    let question = words(&plan.question(&running(Runtime::Podman), &name)).join(" ");
    assert_eq!(question, format!("exec {probes} box env -0"));
    let which =
        ContainerTarget::Fresh { image: "i".parse().unwrap(), dir: "/work".parse().unwrap() };
    let fresh = Container { which, ..running(Runtime::Docker) };
    let question = words(&plan.question(&fresh, &name)).join(" ");
    assert_eq!(
        question,
        format!("run --rm --name asked --sig-proxy=false {probes} --entrypoint env i -0")
    );

    let mut answer = vars(&[("KEEP", "1"), ("ANTHROPIC_API_KEY", "theirs")]);
    let own = answer.clone();
    answer.extend(plan.set.iter().map(|var| (var.name.as_str().into(), "jackin".into())));
    assert_eq!(plan.found_inside(answer.clone()).unwrap(), own);
    answer[2].1 = "theirs".into();
    answer.pop();
    let error = plan.found_inside(answer).unwrap_err();
    assert_eq!(error.to_string(), "the container keeps its own `ANTHROPIC_AUTH_TOKEN`, `EDITOR`");
}

#[test]
fn of_the_containers_own_environment_the_same_is_left_as_of_a_parents() {
    let host = vars(&[("KIMI_CODE_API_KEY", "kimi-sentinel"), ("PATH", "/usr/bin"), ("LANG", "C")]);
    let inside = vars(&[
        ("PATH", "/bin"),
        ("ANTHROPIC_API_KEY", "theirs"),
        ("ANTHROPIC_BASE_URL", "https://evil.example.com"),
        ("ZAI_API_KEY", "another"),
        ("COPY", "agt_sentinel"),
        ("KEEP", "1"),
        ("BACKUP", "kimi-sentinel"),
    ]);
    let ready = entered("claude", GATEWAY, "gateway", &host, &inside);
    let expected = env(&[
        ("ANTHROPIC_AUTH_TOKEN", "agt_sentinel"),
        ("ANTHROPIC_BASE_URL", "https://gateway.example.com"),
        ("ANTHROPIC_MODEL", "m"),
        ("ANTHROPIC_SMALL_FAST_MODEL", "s"),
        ("EDITOR", "vi"),
        ("KEEP", "1"),
        ("PATH", "/bin"),
    ]);
    assert_eq!(arrives(&ready, &inside, &host), expected);
}

#[test]
fn a_copy_of_a_key_that_is_read_only_at_launch_is_left_out_too() {
    let config = GATEWAY.replace("'agt_sentinel'", "'op://vault/gateway/agt_from-the-vault'");
    let inside = vars(&[("COPY", "agt_from-the-vault"), ("KEEP", "1")]);
    let ready = entered("claude", &config, "gateway", &Vec::new(), &inside);
    let child = arrives(&ready, &inside, &Vec::new());
    assert_eq!(child["ANTHROPIC_AUTH_TOKEN"], "agt_from-the-vault");
    assert!(child.contains_key("KEEP") && !child.contains_key("COPY"), "{child:?}");
}

/// A layer's own variable that turns out to hold another provider's key, which only the host knows.
#[test]
fn what_the_host_knows_as_a_key_does_not_cross_under_another_name() {
    let config = GATEWAY.replace("EDITOR = 'vi'", "KIMI_CODE_API_KEY = '$MINE'\nFOO = '$BACKUP'");
    let host = vars(&[("MINE", "kimi-sentinel"), ("BACKUP", "kimi-sentinel")]);
    let inside = vars(&[("FOO", "kimi-sentinel"), ("BAR", "kimi-sentinel"), ("KEEP", "1")]);
    let child = arrives(&entered("claude", &config, "gateway", &host, &inside), &inside, &host);
    assert!(child.values().all(|value| value != "kimi-sentinel"), "{child:?}");
    assert_eq!(child["KEEP"], "1");
}

/// And the other way round: the container has what shows that a layer's variable is a key.
#[test]
fn what_the_container_has_as_a_key_is_not_given_another_name() {
    let inside = vars(&[("KIMI_CODE_API_KEY", "vi"), ("KEEP", "1")]);
    // What it has under the same name was not meant either.
    let held = "env -u KIMI_CODE_API_KEY -u EDITOR claude";
    let ready = entered("claude", GATEWAY, "gateway", &Vec::new(), &inside);
    let child = arrives(&ready, &inside, &Vec::new());
    assert!(child.contains_key("KEEP") && child.values().all(|value| value != "vi"), "{child:?}");
    assert!(words(&ready.plan().args).join(" ").ends_with(held));
}

#[test]
fn what_is_this_machines_stays_behind_and_is_said() {
    let names = ["PATH", "HOME", "LD_PRELOAD"];
    let lines: String = names.iter().map(|name| format!("{name} = 'x'\n")).collect();
    let config = GATEWAY.replace("EDITOR = 'vi'\n", &format!("{lines}EDITOR = 'vi'\n"));
    let plan = plan("claude", &config, "gateway", &Vec::new()).through_client();
    assert_eq!(plan.set.last().unwrap().name.as_str(), "EDITOR");
    assert!(plan.set.iter().all(|var| !names.contains(&var.name.as_str())));
    for name in names {
        let said = format!("`{name}` (global, config.toml:");
        let said = plan.warnings.iter().filter(|warning| warning.starts_with(&said)).count();
        assert_eq!(said, 1, "{name}: {:?}", plan.warnings);
    }
}

#[test]
fn what_would_steer_the_client_crosses_under_another_name() {
    let names = ["CONTAINERS_CONF", "DBUS_SESSION_BUS_ADDRESS", "DOCKER_CONTEXT", "GODEBUG"];
    let more = ["PODMAN_USERNS", "SSL_CERT_FILE", "STORAGE_DRIVER", "XDG_X"];
    let names = names.into_iter().chain(more);
    let lines: String = names.clone().map(|name| format!("{name} = 'value of {name}'\n")).collect();
    let config = GATEWAY.replace("EDITOR = 'vi'\n", &format!("{lines}EDITOR = 'vi'\n"));
    let here = vars(&[("XDG_X", "here"), ("PODMAN_USERNS", "here")]);
    let inside = vars(&[("GODEBUG", "theirs"), ("ZAI_API_KEY", "theirs")]);
    let plan = plan("claude", &config, "gateway", &here).through_client();
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    let ready = plan.materialize(&Host(Vec::new())).unwrap();
    let ready = ready.in_container(&running(Runtime::Podman), &inside, &here);
    let client = child_env(&ready, here.clone());
    let value = |name: &str| client.iter().find(|(n, _)| n == name).map(|(_, value)| value);
    let args = words(&ready.plan().args);
    let at = args.iter().position(|word| *word == "sh").unwrap();
    assert_eq!(args[at - 1..at + 2], ["box", "sh", "-c"]);
    assert_eq!(args[at + 3..], ["jackin", "env", "-u", "ZAI_API_KEY", "claude"]);
    for name in names {
        let own = here.iter().find(|(n, _)| n == name).map(|(_, value)| value);
        assert_eq!(value(name), own, "{name} of the client");
        let other = format!("JACKIN_INSIDE_{name}");
        assert_eq!(value(&other).unwrap(), &*format!("value of {name}"));
        assert!(args[..at].contains(&&*other) && !args[..at].contains(&name), "{args:?}");
        let again = format!("export {name}=\"${other}\"; unset {other}; ");
        assert!(args[at + 2].contains(&again) && args[at + 2].ends_with("exec \"$@\""));
    }
    assert!(!args.concat().contains("value of"), "{args:?}");
}

#[test]
fn a_native_agent_gets_the_login_that_is_exported_here_and_no_way_to_send_it_elsewhere() {
    let host = vars(&[("ANTHROPIC_API_KEY", "mine")]);
    let inside = vars(&[
        ("CLAUDE_CODE_OAUTH_TOKEN", "theirs"),
        ("ANTHROPIC_BASE_URL", "https://evil.example.com"),
        ("KEEP", "1"),
    ]);
    let ready = entered("claude", "", "anthropic", &host, &inside);
    let expected = env(&[("ANTHROPIC_API_KEY", "mine"), ("KEEP", "1")]);
    assert_eq!(arrives(&ready, &inside, &host), expected);
    // Without one the container's own login is used, and not for that address.
    let expected = env(&[("CLAUDE_CODE_OAUTH_TOKEN", "theirs"), ("KEEP", "1")]);
    let ready = entered("claude", "", "anthropic", &Vec::new(), &inside);
    assert_eq!(arrives(&ready, &inside, &Vec::new()), expected);
    let blank = vars(&[("ANTHROPIC_API_KEY", " ")]);
    let ready = entered("claude", "", "anthropic", &blank, &inside);
    assert_eq!(arrives(&ready, &inside, &blank), expected);
}

/// The key is that address's, and the address stays here.
#[test]
fn a_login_beside_an_address_of_here_does_not_go_along() {
    let host = vars(&[
        ("ANTHROPIC_BASE_URL", "https://corp.example.com"),
        ("ANTHROPIC_API_KEY", "of-corp"),
    ]);
    let plan = plan("claude", "", "anthropic", &host);
    assert!(plan.clone().detached(&host).set.is_empty());
    let mut plan = plan.unnamed(&host);
    plan.warnings.clear();
    let plan = plan.detached(&host);
    assert!(plan.set.is_empty());
    assert_eq!(plan.warnings.len(), 1);
    assert!(plan.warnings[0].contains("`ANTHROPIC_BASE_URL`"), "{:?}", plan.warnings);
}

fn tab(multiplexer: Multiplexer) -> Tab {
    let command = ["jackin", "run", "claude", "fix this;", ";", "a;b", "#{x}"];
    Tab { multiplexer, dir: "/work/#(x);".into(), command: command.map(str::to_owned).into() }
}

#[test]
fn a_tab_is_named_and_holds_nothing() {
    let mut plan = plan("claude", GATEWAY, "gateway", &Vec::new());
    plan.label = "a #(touch x) #{y} ##[z".into();
    let tmux = plan.clone().in_tab(&tab(Multiplexer::Tmux)).unwrap();
    assert!(tmux.program == "tmux" && tmux.set.is_empty() && tmux.references().is_empty());
    let args = words(&tmux.args);
    assert_eq!(args[..6], ["new-window", "-n", "a ##(touch x) ##{y} ##[z", "--", "sh", "-c"]);
    let tail = [r"/work/#(x)\;", "jackin", "run", "claude", r"fix this\;", r"\;", "a;b", "#{x}"];
    assert_eq!(args[8..], tail);
    let zellij = plan.in_tab(&tab(Multiplexer::Zellij)).unwrap();
    let expected = [
        "action",
        "new-tab",
        "--name=a #(touch x) #{y} ##[z",
        "--cwd=/work/#(x);",
        "--",
        "jackin",
        "run",
        "claude",
        "fix this;",
        ";",
        "a;b",
        "#{x}",
    ];
    assert!(zellij.program == "zellij" && words(&zellij.args) == expected, "{zellij:?}");
}

#[test]
fn a_tab_is_refused_what_only_this_environment_has() {
    let host = vars(&[("ZAI_API_KEY", "sentinel"), ("MINE", "x"), ("ANTHROPIC_API_KEY", "mine")]);
    let config = "[env]\nEDITOR = '$MINE'\n";
    let refusal = |provider: &str, host: &Vars| {
        let plan = plan("claude", config, provider, host).detached(host);
        plan.in_tab(&tab(Multiplexer::Tmux)).unwrap_err()
    };
    let error = refusal("zai", &host);
    assert_eq!(error.to_string(), "a new tab does not have this shell's `ZAI_API_KEY`, `MINE`");
    let error = refusal("anthropic", &host);
    assert_eq!(
        error.to_string(),
        "a new tab does not have this shell's `MINE`, `ANTHROPIC_API_KEY`"
    );
}

/// What is inherited in a container is the container's; the client needs all it finds here.
#[test]
fn a_pure_launch_is_pure_inside_and_leaves_the_client_alone() {
    let config =
        "[scrub]\ndeny = ['LC_*', 'DOCKER_*']\npass = ['ZAI_*', 'MINE']\n[env]\nZAI_API_KEY = 'zk'";
    let host = vars(&[("DOCKER_HOST", "tcp://x"), ("HOME", "/home/me"), ("OTHER", "o")]);
    let inside = vars(&[
        ("PATH", "/bin"),
        ("HOME", "/root"),
        ("LC_ALL", "C"),
        ("MINE", "m"),
        ("COPY", "zk"),
        ("container", "podman"),
        ("ZAI_API_KEY", "theirs"),
        ("BASH_FUNC_x%%", "() { :; }"),
    ]);
    let plan = plan("claude", config, "zai", &host).pure().detached(&host).through_client();
    let shown = plan.clone().in_container(&running(Runtime::Docker), &inside);
    assert!(shown.kept().is_some() && shown.removals()[0].pattern == "LC_*", "it is shown");
    let ready = plan.materialize(&Host(host.clone())).unwrap();
    let ready = ready.in_container(&running(Runtime::Docker), &inside, &host);
    assert_eq!(shown.args, ready.plan().args);
    let mut got = arrives(&ready, &inside, &host);
    got.retain(|name, _| !plan.set.iter().any(|var| var.name.as_str() == name));
    assert_eq!(got, env(&[("PATH", "/bin"), ("HOME", "/root"), ("MINE", "m")]));
    let client = child_env(&ready, host.clone());
    assert!(host.iter().all(|var| client.contains(var)), "{client:?}");
}

#[test]
fn a_login_that_is_not_inherited_does_not_go_along() {
    let host = vars(&[("OPENAI_API_KEY", "own")]);
    let passes = "[scrub]\npass = ['OPENAI_*']";
    for (config, pure, goes) in [
        ("", false, true),
        ("", true, false),
        (passes, true, true),
        ("[scrub]\ndeny = ['OPENAI_*']\npass = ['OPENAI_*']", true, false),
        ("[scrub]\ndeny = ['OPENAI_*']", false, false),
    ] {
        let plan = plan("codex", config, "openai", &host);
        let plan = if pure { plan.pure() } else { plan };
        let set = plan.detached(&host).set;
        assert_eq!(set.iter().any(|var| var.name.as_str() == "OPENAI_API_KEY"), goes, "{config}");
    }
}
