//! `jackin run --in` and `--image` in a real Podman with a store of its own, on an image that is
//! made of busybox; and through the real Docker client, which Podman answers.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::{fs::symlink, process::ExitStatusExt as _},
    process::{Child, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    arguments_with, environment,
    support::{Home, see},
    wait_for,
};

const CONFIG: &str = "guard = 'off'\ndefault_provider = 'gateway'\n[env]\nGATEWAY_API_KEY = 'agt_b3f1sentinel'\nEDITOR = 'b3f1sentinel-editor'\n\
    [providers.gateway.anthropic]\nbase_url = 'https://gateway.example.com'\n\
    models = { main = 'm', small_fast = 's' }\n";

/// What the image itself sets.
const HOSTILE: [&str; 5] = [
    "PATH=/bin",
    "KEEP=a b",
    "ANTHROPIC_API_KEY=of-the-image",
    "ANTHROPIC_BASE_URL=https://evil.example.com",
    "CLAUDECODE=1",
];

/// Prints its environment, and ends with the code it is told on standard input.
const AGENT: &str = "#!/bin/sh\nenv -0\nprintf 'args=%s\\0\\n' \"$*\"\nread code\nexit $code\n";

/// A store of containers with one image, `box`, all gone when dropped.
struct Podman {
    home: Home,
    service: Option<Child>,
}

impl Podman {
    fn new() -> Self {
        let home = Home::with_config(CONFIG);
        let dir = home.path().display().to_string();
        home.write(
            "containers.conf",
            // Few limits and no network: that is all that a small machine allows.
            format!(
                "[containers]\ndefault_ulimits = ['nofile=1024:1024', 'nproc=1000:1000']\nnetns = 'none'\n\
                 [engine]\nruntime = 'runc'\ncgroup_manager = 'cgroupfs'\nevents_logger = 'file'\n\
                 lock_type = 'file'\ntmp_dir = '{dir}/tmp'\n"
            ),
        );
        let storage = format!("driver = 'vfs'\ngraphroot = '{dir}/root'\nrunroot = '{dir}/run'\n");
        home.write("storage.conf", format!("[storage]\n{storage}"));
        home.executable("image/bin/busybox", &fs::read("/bin/busybox").unwrap());
        for applet in ["cat", "env", "ls", "sh", "sleep", "tty"] {
            symlink("busybox", home.path().join("image/bin").join(applet)).unwrap();
        }
        home.executable("image/bin/claude", AGENT.as_bytes());
        let podman = Self { home, service: None };
        let changes: String = HOSTILE.iter().map(|env| format!(" --change 'ENV {env}'")).collect();
        podman.shell(&format!("tar -C image -c . | podman import -q{changes} - box"));
        podman
    }

    /// The same with a running container, `here`, which has secrets of the runtime's own.
    fn with_container() -> Self {
        let podman = Self::new();
        podman.home.write("token", "of-the-secret");
        podman.home.write("copy", "agt_b3f1sentinel");
        podman.shell("podman secret create token token; podman secret create copy copy");
        let token = "--secret token,type=env,target=ANTHROPIC_CUSTOM_HEADERS";
        let copy = "--secret copy,type=env,target=COPY";
        podman.shell(&format!("podman run -d --name here {token} {copy} box sleep 600"));
        podman
    }

    /// The same behind the interface of Docker.
    fn as_docker() -> Self {
        let mut podman = Self::with_container();
        let mut service = podman.at_home(Command::new("podman"));
        service.args(["system", "service", "-t", "0", &podman.address()]).stderr(Stdio::null());
        podman.service = Some(service.spawn().unwrap());
        let socket = podman.home.path().join("socket");
        wait_for("Podman's service", || socket.exists().then_some(()));
        podman
    }

    fn address(&self) -> String {
        format!("unix://{}/socket", self.home.path().display())
    }

    fn at_home(&self, mut command: Command) -> Command {
        command.env("CONTAINERS_CONF", self.home.path().join("containers.conf"));
        command.env("CONTAINERS_STORAGE_CONF", self.home.path().join("storage.conf"));
        command.env("DOCKER_HOST", self.address());
        command
    }

    /// What a shell says, which must succeed.
    fn shell(&self, script: &str) -> String {
        let mut shell = self.at_home(Command::new("sh"));
        let seen = see(shell.args(["-c", script]).current_dir(self.home.path()));
        assert_eq!(seen.code, Some(0), "{script}: {}", seen.err);
        seen.out
    }

    /// jackin with what must not cross in its environment.
    fn jackin<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut jackin = self.at_home(self.home.jackin(args));
        jackin.env("ANTHROPIC_AUTH_TOKEN", "of-the-host").env("ZAI_API_KEY", "of-the-host");
        jackin.env("HOST", "of-the-host");
        jackin
    }

    /// Starts an agent that says what it sees and waits.
    fn start(&self, mut jackin: Command) -> Agent {
        jackin.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = jackin.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Agent { env: environment(&line), child }
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        if let Some(service) = &mut self.service {
            let _ = service.kill();
            let _ = service.wait();
        }
        // What is left would keep its directory busy.
        let mut clean = self.at_home(Command::new("podman"));
        let _ = clean.args(["rm", "--all", "--force", "-t", "0"]).stdout(Stdio::null()).status();
    }
}

struct Agent {
    env: BTreeMap<String, String>,
    child: Child,
}

impl Agent {
    /// Ends it with this code; the one that jackin ends with.
    fn end(mut self, code: u8) -> Option<i32> {
        writeln!(self.child.stdin.take().unwrap(), "{code}").unwrap();
        self.child.wait().unwrap().code()
    }
}

/// What an agent finds: of the image's environment what is harmless, and the plan's.
fn expected(args: &str) -> BTreeMap<String, String> {
    let pairs = [
        ("ANTHROPIC_AUTH_TOKEN", "agt_b3f1sentinel"),
        ("ANTHROPIC_BASE_URL", "https://gateway.example.com"),
        ("ANTHROPIC_MODEL", "m"),
        ("ANTHROPIC_SMALL_FAST_MODEL", "s"),
        ("EDITOR", "b3f1sentinel-editor"),
        ("HOME", "/"),
        ("KEEP", "a b"),
        ("PATH", "/bin"),
        ("args", args),
        ("container", "podman"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn a_running_container_keeps_what_is_harmless_and_shows_no_secret() {
    let podman = Podman::with_container();
    let all = podman.shell("podman exec here env");
    assert!(
        all.contains("ANTHROPIC_CUSTOM_HEADERS=of-the-secret") && all.contains("CLAUDECODE=1"),
        "{all}"
    );
    let agent = podman.start(podman.jackin(["run", "--in", "podman:here", "claude", "-p", "a b"]));
    assert_eq!(agent.env, expected("-p a b"));
    assert_eq!(arguments_with("b3f1sentinel"), [""; 0]);
    let shown = podman.shell("podman inspect here").replace("COPY=agt_b3f1sentinel", "");
    assert!(shown.contains("of-the-image") && !shown.contains("b3f1sentinel"), "{shown}");
    assert_eq!(agent.end(42), Some(42));
}

#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn a_fresh_container_has_this_directory_and_is_gone_afterwards() {
    let podman = Podman::new();
    let run = ["run", "--in", "podman", "--image", "box", "claude"];
    let agent = podman.start(podman.jackin(run));
    assert_eq!(agent.env, expected(""));
    assert_eq!(arguments_with("b3f1sentinel"), [""; 0]);
    // As README.md says.
    let shown = podman.shell("podman inspect $(podman ps -q)");
    assert!(shown.contains("ANTHROPIC_AUTH_TOKEN=agt_b3f1sentinel"), "{shown}");
    assert_eq!(agent.end(7), Some(7));
    assert_eq!(podman.shell("podman ps -a -q"), "");

    let dir = podman.home.path().join("work: a b");
    fs::create_dir(&dir).unwrap();
    let mut sh = podman.jackin(["run", "--in", "podman", "--image", "box", "--program", "sh"]);
    let seen = see(sh.args(["claude", "-c", "pwd; echo new > file; exit 9"]).current_dir(&dir));
    assert_eq!((seen.code, seen.out.trim_end()), (Some(9), dir.to_str().unwrap()), "{}", seen.err);
    assert_eq!(fs::read_to_string(dir.join("file")).unwrap(), "new\n");
}

/// Where one of them is the client's, Podman fails or says more than it should.
#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn what_steers_the_client_arrives_and_does_not_steer_it() {
    let podman = Podman::with_container();
    let steers = [
        ("CONTAINER_HOST", "unix:///nonexistent"),
        ("CONTAINER_CONNECTION", "nowhere"),
        ("CONTAINERS_CONF", "/nonexistent"),
        ("CONTAINERS_REGISTRIES_CONF", "/nonexistent"),
        ("CONTAINERS_STORAGE_CONF", "/nonexistent"),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"),
        ("GODEBUG", "gctrace=1"),
        ("GOMEMLIMIT", "b3f1sentinel"),
        ("PODMAN_USERNS", "keep-id"),
        ("SSL_CERT_FILE", "/nonexistent"),
        ("STORAGE_DRIVER", "nothing"),
        ("STORAGE_OPTS", "no=thing'\"$(touch x)`\\ ;"),
        ("TMPDIR", "/nonexistent"),
        ("XDG_RUNTIME_DIR", "/nonexistent"),
        ("_CONTAINERS_USERNS_CONFIGURED", "1"),
    ];
    for (name, value) in [steers[0], steers[2], steers[7], steers[11]] {
        let mut bare = podman.at_home(Command::new("podman"));
        let bare = see(bare.args(["exec", "here", "env"]).env(name, value));
        assert_ne!(bare.code, Some(0), "{name} does not steer Podman");
    }
    let lines: String =
        steers.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect();
    let config = CONFIG.replace("[env]\n", &format!("[env]\n{lines}"));
    podman.home.write(".config/jackin/config.toml", config);
    let mut all = expected("-p");
    all.extend(steers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for place in [&["podman:here"][..], &["podman", "--image", "box"]] {
        let mut jackin = podman.jackin(["run", "--in"]);
        jackin.args(place).args(["claude", "-p"]);
        let agent = podman.start(jackin);
        assert_eq!(agent.env, all, "{place:?}");
        assert_eq!(arguments_with("b3f1sentinel"), [""; 0]);
        assert_eq!(agent.end(5), Some(5));
    }
}

#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn a_terminal_is_passed_on_where_there_is_one() {
    let podman = Podman::with_container();
    let mut piped = podman.jackin(["run", "--in", "podman:here", "--program", "tty", "claude"]);
    assert_eq!(see(piped.stdin(Stdio::null())).out.trim_end(), "not a tty");
    let jackin = env!("CARGO_BIN_EXE_jackin");
    let mut script = podman.at_home(Command::new("script"));
    script.env("HOME", podman.home.path());
    let run = format!("{jackin} run --in podman:here --program tty claude");
    let seen = see(script.args(["-qec", &run, "/dev/null"]).stdin(Stdio::null()));
    assert!(seen.out.contains("/dev/pts/"), "{} {}", seen.out, seen.err);
}

#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn what_the_runtime_says_is_passed_on() {
    let podman = Podman::with_container();
    let seen = see(&mut podman.jackin(["run", "--in", "podman:nowhere", "claude"]));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("no such container") && !seen.err.contains("error:"), "{}", seen.err);
    let seen = see(&mut podman.jackin(["run", "--in", "podman:here", "--program", "none"]));
    assert_eq!(seen.code, Some(127), "{}", seen.err);
    podman.shell("podman stop -t 0 here");
    let seen = see(&mut podman.jackin(["run", "--in", "podman:here", "claude"]));
    assert!(seen.code == Some(255) && seen.err.contains("running"), "{:?} {}", seen.code, seen.err);
}

/// What Podman sets from its secrets no option overrides: the agent would send the one to the other.
#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn a_container_that_keeps_its_own_token_is_refused() {
    let podman = Podman::with_container();
    let token = "--secret token,type=env,target=ANTHROPIC_AUTH_TOKEN";
    podman.shell(&format!("podman run -d --name fixed {token} box sleep 600"));
    for dry in [&["--dry-run"][..], &[]] {
        let mut jackin = podman.jackin(["run", "--in", "podman:fixed"]);
        let seen = see(jackin.args(dry).arg("claude"));
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
        let said = "error: the container keeps its own `ANTHROPIC_AUTH_TOKEN`\n\nhint: ";
        assert!(seen.err.starts_with(said) && !seen.err.contains("of-the"), "{}", seen.err);
    }
}

#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn a_dry_run_in_a_container_shows_the_whole_command() {
    let podman = Podman::with_container();
    let seen = see(&mut podman.jackin(["run", "--dry-run", "--in", "podman:here", "claude"]));
    let command = "podman exec -i -e ANTHROPIC_AUTH_TOKEN -e ANTHROPIC_BASE_URL -e ANTHROPIC_MODEL \
        -e ANTHROPIC_SMALL_FAST_MODEL -e EDITOR here env -u ANTHROPIC_API_KEY -u ANTHROPIC_CUSTOM_HEADERS -u CLAUDECODE -u COPY claude";
    assert!(seen.out.contains(&format!("\ncommand    {command}\n")), "{}", seen.out);
    assert!(!(seen.out + &seen.err).contains("b3f1sentinel"));
}

#[test]
#[ignore = "needs podman, runc, busybox-static and Docker's client"]
fn through_dockers_client_it_is_the_same() {
    let podman = Podman::as_docker();
    let agent = podman.start(podman.jackin(["run", "--in", "docker:here", "claude", "-p"]));
    assert_eq!(agent.env, expected("-p"));
    assert_eq!(arguments_with("b3f1sentinel"), [""; 0]);
    let shown = podman.shell("docker inspect here").replace("COPY=agt_b3f1sentinel", "");
    assert!(shown.contains("of-the-image") && !shown.contains("b3f1sentinel"), "{shown}");
    assert_eq!(agent.end(42), Some(42));
    let agent = podman.start(podman.jackin(["run", "--in", "docker", "--image", "box", "claude"]));
    assert_eq!(agent.env, expected(""));
    // Podman's service forgets the code of a container that it removes.
    assert_eq!(agent.end(0), Some(0));
}

/// Every value that the format holds arrives as it is, read by Podman itself.
#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn an_env_file_is_read_as_it_was_meant() {
    let podman = Podman::new();
    let odd = " \t#\"'$HOME `id` \\n =x é\u{1b}\u{7f} ";
    let mut env = podman.jackin(["env", "--format", "docker", "--provider", "gateway"]);
    let config = CONFIG.replace("'b3f1sentinel-editor'", "'$ODD'\nEMPTY = ''");
    podman.home.write(".config/jackin/config.toml", config);
    let seen = see(env.env("ODD", odd));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    podman.home.write("env-file", &seen.out);
    let text = podman.shell("podman run --rm --env-file env-file box env -0");
    let read = environment(&text);
    assert_eq!((&*read["EDITOR"], &*read["EMPTY"]), (odd, ""));
    assert_eq!(read["ANTHROPIC_AUTH_TOKEN"], "agt_b3f1sentinel");
}

/// An image whose `env` is this script.
fn with_image(script: &str) -> Podman {
    let podman = Podman::new();
    podman.home.executable("hostile/bin/env", format!("#!/bin/sh\n{script}\n").as_bytes());
    let import = "podman import -q --change 'ENV PATH=/bin' - hostile";
    podman.shell(&format!("cp -a image/bin/busybox image/bin/sh image/bin/sleep hostile/bin; tar -C hostile -c . | {import}"));
    podman
}

const HOSTILE_RUN: [&str; 6] = ["run", "--in", "podman", "--image", "hostile", "claude"];

/// Neither is it read to the end, nor is anything left of it.
#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn an_image_whose_environment_has_no_end_is_given_up() {
    let endless = "line=$(printf '%01000d' 0)\nwhile :; do printf 'A=%s\\0' \"$line\"; done";
    let podman = with_image(endless);
    let seen = see(&mut podman.jackin(HOSTILE_RUN));
    assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{}", seen.err);
    assert!(seen.err.contains("error: `podman` printed more than 16 MiB"), "{}", seen.err);
    assert_eq!(podman.shell("podman ps -a -q"), "");
}

/// The container is no child of its client, which nothing in jackin could end by force.
#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn an_image_that_never_answers_is_gone_however_jackin_ends() {
    let podman = with_image("trap '' TERM INT HUP; sleep 600");
    for signal in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let mut jackin = podman.jackin(HOSTILE_RUN).stdin(Stdio::null()).spawn().unwrap();
        let runs = || !podman.shell("podman ps -q").is_empty();
        wait_for("the container", || runs().then_some(()));
        kill(Pid::from_raw(jackin.id().cast_signed()), signal).unwrap();
        assert_eq!(jackin.wait().unwrap().signal(), Some(signal as i32));
        let left = || podman.shell("podman ps -a -q");
        wait_for("its end", || left().is_empty().then_some(()));
    }
}

/// An interrupt at the terminal is the client's, which has it while it is asked.
#[test]
#[ignore = "needs podman, runc and busybox-static"]
fn an_image_that_never_answers_is_gone_after_an_interrupt() {
    let podman = with_image("trap '' TERM INT HUP; sleep 600");
    let mut script = podman.at_home(Command::new("script"));
    script.env("HOME", podman.home.path()).current_dir(podman.home.path());
    let run = format!("{} {}", env!("CARGO_BIN_EXE_jackin"), HOSTILE_RUN.join(" "));
    script.args(["-qec", &run, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut terminal = script.spawn().unwrap();
    let runs = || !podman.shell("podman ps -q").is_empty();
    wait_for("the container", || runs().then_some(()));
    terminal.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    assert!(!terminal.wait().unwrap().success());
    wait_for("its end", || podman.shell("podman ps -a -q").is_empty().then_some(()));
}
