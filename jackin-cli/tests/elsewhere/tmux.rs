//! `jackin run --tab` in a real tmux with a socket of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    arguments_with, environment,
    support::{Home, Seen, see},
    wait_for,
};

/// A tmux server, gone when dropped.
struct Tmux {
    home: Home,
    socket: PathBuf,
}

/// Writes down its environment and its arguments, whole or not at all, and stays.
const AGENT: &str = "{ env -0; printf '%s\\0' args \"$@\"; } > \"$HOME/writing.$TMUX_PANE\"
mv \"$HOME/writing.$TMUX_PANE\" \"$HOME/seen.$TMUX_PANE\"
exec sleep 600";

impl Tmux {
    /// A server with one session, in whose environment there is what must not matter.
    fn new(config: &str) -> Self {
        let home = Home::with_config(config);
        home.script("bin/claude", AGENT);
        let socket = home.path().join("socket");
        let tmux = Self { home, socket };
        let mut start = tmux.client(["new-session", "-d", "-x", "80", "-y", "24", "sleep", "600"]);
        start.env("ANTHROPIC_API_KEY", "of-the-server").env("JACKIN_PROVIDER", "kimi");
        start.env("JACKIN_ROLE", "nobody").env("JACKIN_CONFIG_DIR", "/nonexistent");
        let seen = see(&mut start);
        assert_eq!(seen.code, Some(0), "{}", seen.err);
        tmux
    }

    fn client<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut client = Command::new("tmux");
        client.args(["-f", "/dev/null", "-S"]).arg(&self.socket).args(args);
        client.env_clear().env("HOME", self.home.path()).env("PATH", "/usr/bin:/bin");
        client.env("SHELL", "/bin/sh").env("TERM", "xterm");
        client
    }

    fn ask<const N: usize>(&self, args: [&str; N]) -> String {
        let seen = see(&mut self.client(args));
        assert_eq!(seen.code, Some(0), "{args:?}: {}", seen.err);
        seen.out.trim_end().to_owned()
    }

    /// jackin as in the first window.
    fn jackin<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut jackin = self.home.jackin(args);
        jackin.env("TMUX", format!("{},0,0", self.socket.display())).env("TMUX_PANE", "%0");
        jackin
    }

    /// Opens a tab, the one of this number.
    fn open(&self, number: usize, mut jackin: Command) -> Window {
        let Seen { code, out, err } = see(&mut jackin);
        assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "", ""));
        let file = self.home.path().join(format!("seen.%{number}"));
        let text = wait_for("the agent in the tab", || fs::read_to_string(&file).ok());
        let (env, args) = text.split_once("args\0").unwrap();
        let args = args.split_terminator('\0').map(str::to_owned).collect();
        let name = format!("@{number}");
        let name = self.ask(["display-message", "-p", "-t", &name, "#W #{automatic-rename}"]);
        Window { name, env: env.to_owned(), args }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // Without a server there is nothing to end.
        let _ = self.client(["kill-server"]).status();
    }
}

struct Window {
    /// And whether tmux may rename it.
    name: String,
    env: String,
    args: Vec<String>,
}

const CONFIG: &str = "[env]\nZAI_API_KEY = 't9c4sentinel-zai'\nMINIMAX_API_KEY = 'sk-cp-t9c4sentinel'\n\
    EDITOR = 't9c4sentinel-editor'\n";

#[test]
#[ignore = "needs tmux"]
fn two_providers_run_side_by_side_and_no_secret_is_with_tmux() {
    let tmux = Tmux::new(CONFIG);
    let run = |provider| tmux.jackin(["run", "--tab", "--provider", provider, "claude"]);
    let zai = tmux.open(1, run("zai"));
    let minimax = tmux.open(2, run("minimax"));
    for (window, label, provider) in
        [(zai, "Claude (Z.AI)", "zai"), (minimax, "Claude (MiniMax)", "minimax")]
    {
        assert_eq!(window.name, format!("{label} 0"));
        let direct = ["run", "--provider", provider, "--program", "env", "claude", "-0"];
        let direct = see(&mut tmux.home.jackin(direct)).out;
        let [tab, direct] = [&window.env, &direct].map(|env| {
            let mut env = environment(env);
            // Another process each time, and the first launch in both: the tab is no launch inside one.
            let mark = env.remove("JACKIN_LAUNCHES").unwrap();
            assert_eq!(mark.split(':').nth(1), Some("1"), "{mark}");
            env
        });
        assert!(direct["ANTHROPIC_AUTH_TOKEN"].contains("sentinel"), "{direct:?}");
        assert_eq!(tab, direct, "{provider}");
    }
    let server = tmux.ask(["display-message", "-p", "#{pid}"]);
    let server = fs::read(Path::new("/proc").join(server).join("environ")).unwrap();
    let held = [
        tmux.ask(["show-environment", "-g"]),
        tmux.ask(["show-environment"]),
        tmux.ask(["list-panes", "-a", "-F", "#{pane_start_command}"]),
        String::from_utf8(server).unwrap(),
    ];
    assert!(held[0].contains("of-the-server") && held[2].contains("--provider=zai"), "{held:?}");
    assert!(!held.concat().contains("sentinel"), "{held:?}");
    assert_eq!(arguments_with("t9c4sentinel"), [""; 0]);
}

#[test]
#[ignore = "needs tmux"]
fn the_tab_starts_what_was_decided_here() {
    let tmux =
        Tmux::new(&format!("{CONFIG}[roles.-review.env]\nZAI_API_KEY = 't9c4sentinel-role'\n"));
    tmux.home.write(".config/jackin/workspaces/acme.toml", "default_provider = 'zai'\n");
    let odd = ["-p", "fix this;", "--provider", "x", ";", "#{pid} #(id) '\"$HOME\\", "", "a\nb"];
    let mut jackin =
        tmux.jackin(["run", "--tab", "--workspace", "acme", "--role=-review", "claude"]);
    jackin.args(odd);
    let window = tmux.open(1, jackin);
    let env = environment(&window.env);
    // What the guard adds comes before it.
    let (guard, args) = window.args.split_at(4);
    assert_eq!([&*guard[0], &*guard[2]], ["--teammate-mode", "--settings"]);
    assert_eq!(
        (&*env["ANTHROPIC_AUTH_TOKEN"], args),
        ("t9c4sentinel-role", &odd.map(str::to_owned)[..])
    );
    // The variables that decide here are not those of the tab.
    let other = tmux.home.script("elsewhere/agent", AGENT);
    let mut jackin = tmux.jackin(["run", "--tab", "--program", "./elsewhere/agent"]);
    let window = tmux.open(2, {
        jackin.env("JACKIN_PROVIDER", "minimax").env("PATH", "/bin:/usr/bin:/own");
        jackin
    });
    let env = environment(&window.env);
    assert_eq!(
        (&*env["ANTHROPIC_AUTH_TOKEN"], &*env["PATH"]),
        ("sk-cp-t9c4sentinel", "/bin:/usr/bin:/own")
    );
    assert!(other.exists());
}

#[test]
#[ignore = "needs tmux"]
fn a_label_and_a_directory_are_no_commands() {
    let pwned = |home: &Home| home.path().join("pwned");
    let tmux = Tmux::new(&format!(
        "{CONFIG}[providers.zai]\nlabel = '#[x ##[b] #(touch pwned) #{{pid}}#[ %H#;'\n"
    ));
    let dir = tmux.home.path().join("#(touch pwned) #{pid};");
    fs::create_dir(&dir).unwrap();
    let mut jackin = tmux.jackin(["run", "--tab", "--provider", "zai", "claude"]);
    jackin.current_dir(&dir);
    let window = tmux.open(1, jackin);
    assert_eq!(window.name, "Claude (#[x ##[b] #(touch pwned) #{pid}#[ %H#;) 0");
    let cwd = tmux.ask(["display-message", "-p", "-t", "@1", "#{pane_current_path}"]);
    assert_eq!(Path::new(&cwd), dir);
    assert!(!pwned(&tmux.home).exists() && !dir.join("pwned").exists());
}

/// tmux expands formats in its own option for a directory, and falls back to another one.
#[test]
#[ignore = "needs tmux"]
fn a_tab_opens_in_this_directory_or_fails() {
    let tmux = Tmux::new(CONFIG);
    let odd = [
        "a #[fg=red] b",
        "##[x",
        "#",
        "##",
        "#{pid}",
        "#{?1,a,b}",
        "#W #S #{l:x}",
        "#(id)",
        "%H %Y-%m",
        "~",
        "$HOME",
        "-",
        "--",
        " x ",
        ";",
        "a\\;",
        "\"'`\\",
        "a\nb",
        "\u{e9}",
        "#[",
        "#{E:#[}",
    ];
    let run = |dir: &Path| {
        let mut jackin = tmux.jackin(["run", "--tab", "--provider", "zai", "claude"]);
        jackin.current_dir(dir);
        jackin
    };
    for (number, name) in (1..).zip(odd) {
        let dir = tmux.home.path().join("odd").join(name);
        fs::create_dir_all(&dir).unwrap();
        tmux.open(number, run(&dir));
        let pid = tmux.ask(["display-message", "-p", "-t", &format!("@{number}"), "#{pane_pid}"]);
        let cwd = fs::read_link(Path::new("/proc").join(pid).join("cwd")).unwrap();
        assert_eq!(cwd, dir, "{name}");
    }
    // What cannot be entered in the tab is not replaced by another directory.
    let gone = tmux.home.path().join("gone");
    fs::create_dir(&gone).unwrap();
    let real = tmux.home.script("bin/tmux", "rmdir \"$HOME/gone\"; exec /usr/bin/tmux \"$@\"");
    let mut jackin = run(&gone);
    jackin.env("PATH", format!("{}:/usr/bin:/bin", real.parent().unwrap().display()));
    assert_eq!(see(&mut jackin).code, Some(0));
    let last = odd.len() + 1;
    let screen = || tmux.ask(["capture-pane", "-p", "-t", &format!("@{last}")]);
    let said = "[jackin: cannot enter the directory of this tab; Enter closes this tab]";
    wait_for(said, || screen().contains(said).then_some(()));
    assert!(!tmux.home.path().join(format!("seen.%{last}")).exists());
}

#[test]
#[ignore = "needs tmux"]
fn the_last_words_of_what_failed_stay_until_they_are_read() {
    let tmux = Tmux::new(CONFIG);
    let run = |agent: &str| {
        tmux.home.script("bin/claude", agent);
        let seen = see(&mut tmux.jackin(["run", "--tab", "--provider", "zai", "claude"]));
        assert_eq!(seen.code, Some(0), "{}", seen.err);
    };
    let windows = || tmux.ask(["list-windows", "-F", "#{window_id}"]);
    run("stty raw; echo these are the last words; exit 3");
    let said = ["these are the last words", "[jackin: it ended with 3; Enter closes this tab]"];
    let screen = || tmux.ask(["capture-pane", "-p", "-t", "@1"]);
    wait_for("both lines", || said.iter().all(|line| screen().contains(line)).then_some(()));
    run("exit 0");
    wait_for("the end of the second tab", || (windows() == "@0\n@1").then_some(()));
    tmux.ask(["send-keys", "-t", "@1", "Enter"]);
    wait_for("the end of the first tab", || (windows() == "@0").then_some(()));
}

#[test]
#[ignore = "needs tmux"]
fn a_key_that_only_this_shell_has_opens_no_tab() {
    let tmux = Tmux::new("");
    let mut jackin = tmux.jackin(["run", "--tab", "--provider", "zai", "claude"]);
    let seen = see(jackin.env("ZAI_API_KEY", "sentinel-exported"));
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
    let said = "error: a new tab does not have this shell's `ZAI_API_KEY`\n\nhint: ";
    assert!(seen.err.starts_with(said) && !seen.err.contains("sentinel"), "{}", seen.err);
    assert_eq!(tmux.ask(["list-windows", "-F", "#{window_id}"]), "@0");
}
