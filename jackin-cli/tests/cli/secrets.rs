//! What is asked for secrets, how often and in which order, and what is left of it. 1Password's own
//! program needs an account: a script of the same name stands in for it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::support::{Home, JACKIN, see};

/// Far longer than anything here takes.
const SOON: Duration = Duration::from_secs(60);

const LAUNCH: [&str; 4] = ["run", "--provider", "zai", "claude"];

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < SOON, "waited too long for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn ended(child: &mut Child) -> ExitStatus {
    until("the end of the launcher", || child.try_wait().unwrap())
}

/// A whole number on a line of its own.
fn number(file: &Path) -> Option<i32> {
    fs::read_to_string(file).ok()?.strip_suffix('\n')?.parse().ok()
}

/// Whether a process of the group runs; what nobody has reaped does not.
fn runs(group: i32) -> bool {
    let stats = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|dir| fs::read_to_string(dir.ok()?.path().join("stat")).ok());
    stats.filter_map(|stat| stat.rsplit_once(')').map(|(_, rest)| rest.to_owned())).any(|rest| {
        let fields: Vec<_> = rest.split_whitespace().collect();
        fields[0] != "Z" && fields[2] == group.to_string()
    })
}

/// Every reference that is read is noted where it begins and where it ends. Those to a field `f`
/// end when three of them have begun, which they never do one after the other.
const OP: &str = r#"
for reference; do :; done
echo "begin $*" >> log
case $reference in */f)
    touch "began-$$"; tries=0
    until [ "$(ls began-* | wc -l)" -ge 3 ]; do
        tries=$((tries + 1)); [ $tries -lt 3000 ] || exit 1
        sleep 0.01
    done
esac
printf 'value-of-%s' "$(echo "$*" | tr -dc a-z)"
echo "end $*" >> log"#;

#[test]
fn the_first_of_1password_is_read_alone_and_the_others_together() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'op://v/zai/key'\nKIMI_CODE_API_KEY = 'op://v/kimi/key'\n\
         A = 'op://v/a/f'\nB = { op = 'op://v/a/f', account = 'mine' }\nAGAIN = 'op://v/a/f'\n\
         C = 'op://v/c/s/f'\nOVER = 'op://v/over/key'\n[roles.other.env]\nX = 'op://v/x/key'\n",
    );
    home.write(".config/jackin/workspaces/acme.toml", "[env]\nOVER = 'mine'\n");
    home.script("bin/op", OP);
    home.script(
        "bin/claude",
        r#"printf '%s\n' "$ANTHROPIC_AUTH_TOKEN" "$A" "$B" "$AGAIN" "$C" "$OVER""#,
    );
    let seen = see(home.jackin(LAUNCH).env("JACKIN_WORKSPACE", "acme"));
    assert_eq!(
        seen.out,
        "value-of-readnonewlineopvzaikey\nvalue-of-readnonewlineopvaf\n\
         value-of-readnonewlineaccountmineopvaf\nvalue-of-readnonewlineopvaf\n\
         value-of-readnonewlineopvcsf\nmine\n",
        "{}",
        seen.err
    );
    let log = fs::read_to_string(home.path().join("log")).unwrap();
    let log: Vec<_> = log.lines().collect();
    let first = "read --no-newline op://v/zai/key";
    assert_eq!(log[..2], [format!("begin {first}"), format!("end {first}")]);
    let others = [
        "read --no-newline --account mine op://v/a/f",
        "read --no-newline op://v/a/f",
        "read --no-newline op://v/c/s/f",
    ];
    for (word, lines) in [("begin", &log[2..5]), ("end", &log[5..])] {
        let mut lines = lines.to_vec();
        lines.sort_unstable();
        assert_eq!(lines, others.map(|other| format!("{word} {other}")));
    }
}

#[test]
fn of_many_each_variable_gets_its_own() {
    let keys: String = (0..20).map(|key| format!("K{key} = 'op://v/k{key}/key'\n")).collect();
    let home = Home::with_config(&format!("{ONE}{keys}"));
    // What is read for a key must be none of the references.
    let answer = "case $3 in *zai*) printf sk-1;; *) printf %s \"$3\";; esac";
    home.script("bin/op", &format!("echo \"$3\" >> calls; {answer}"));
    home.script("bin/claude", "env | grep ^K | sort -V");
    let seen = see(&mut home.jackin(LAUNCH));
    let expected: String = (0..20).map(|key| format!("K{key}=op://v/k{key}/key\n")).collect();
    assert_eq!(seen.out, expected, "{}", seen.err);
    assert_eq!(fs::read_to_string(home.path().join("calls")).unwrap().lines().count(), 21);
}

#[test]
fn a_plan_reads_nothing() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'op://v/zai/key'\nA = { command = ['asked'] }\n\
         B = { file = '~/none' }\nC = { keyring = 'jackin/none' }\n",
    );
    for program in ["op", "asked", "claude"] {
        home.script(&format!("bin/{program}"), "touch asked");
    }
    for args in [
        &["plan", "--provider", "zai"][..],
        &["plan", "--json", "--provider", "zai"],
        &["run", "--dry-run", "--provider", "zai"],
        &["providers"],
        &["label", "--provider", "zai"],
    ] {
        let seen = see(&mut home.jackin(args));
        assert_eq!((seen.code, &*seen.err), (Some(0), ""), "{args:?}");
    }
    assert!(!home.path().join("asked").exists());
    assert_ne!(see(&mut home.jackin(LAUNCH)).code, Some(0));
    assert!(home.path().join("asked").exists(), "or nothing would have been noticed");
}

#[test]
fn every_kind_of_reference_reaches_the_agent() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = { command = ['pass', 'show', 'a b', '$HOME'] }\n\
         A = { file = '~/secret' }\nB = { command = ['~/tool'] }\n",
    );
    let secret = home.write("secret", "of the file\n");
    fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    home.script("bin/pass", "printf '[%s]' \"$@\" | tr -d ' '; echo; echo unlocked >&2");
    home.script("tool", "printf 'two\\nlines\\n\\n'");
    home.script("bin/claude", r#"printf '%s|' "$ANTHROPIC_AUTH_TOKEN" "$A" "$B""#);
    let seen = see(&mut home.jackin(LAUNCH));
    assert_eq!(seen.out, "[show][ab][$HOME]|of the file|two\nlines\n|", "{}", seen.err);
    assert_eq!(seen.err, "unlocked\n", "a command's words are passed on");
}

#[test]
fn all_that_cannot_be_read_stands_in_one_error() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'op://v/zai/key'\nA = { command = ['fails', 'sentinel'] }\n\
         [roles.dev.env]\nB = { file = '~/secret' }\nC = { command = ['none'] }\n",
    );
    let workspace = "[env]\nD = 'op://v/d/key'\nE = '$NOT_SET'\nFINE = 'op://v/fine/key'\n\
                     [roles.dev.env]\nF = { op = 'op://v/f/key', account = 'mine' }\n";
    home.write(".config/jackin/workspaces/acme.toml", workspace);
    let secret = home.write("secret", "sentinel");
    fs::set_permissions(secret, fs::Permissions::from_mode(0o640)).unwrap();
    home.script("bin/fails", "echo sentinel; exit 3");
    home.script(
        "bin/op",
        "case $* in *zai*) echo sentinel; echo 'not signed in: sentinel' >&2; exit 6;; \
         *d/key) head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1;; *f/key) kill -9 $$;; esac\n\
         printf sentinel",
    );
    home.script("bin/claude", "touch started");
    let mut command = home.jackin(LAUNCH);
    let seen = see(command.env("JACKIN_WORKSPACE", "acme").env("JACKIN_ROLE", "dev"));
    assert_eq!((seen.code, &*seen.out), (Some(125), ""));
    let dir = home.path().join(".config/jackin");
    let (global, acme) = (dir.join("config.toml"), dir.join("workspaces/acme.toml"));
    let (global, acme, flood) = (global.display(), acme.display(), "x".repeat(255) + "…");
    assert_eq!(
        seen.err,
        format!(
            "error: cannot read these values
  `ZAI_API_KEY` (global, {global}:2) from op://v/zai/key: `op` failed (exit status: 6): not signed in: ••••
  `A` (global, {global}:3) from command:fails: `fails` failed (exit status: 3)
  `B` (role, {global}:5) from file:~/secret: others may use it: its mode is 640
  `C` (role, {global}:6) from command:none: there is no such program
  `D` (workspace, {acme}:2) from op://v/d/key: `op` failed (exit status: 1): {flood}
  `E` (workspace, {acme}:3) from $NOT_SET: it is not set in the environment
  `F` (workspace-role, {acme}:6) from op://v/f/key (account mine): `op` failed (signal: 9 (SIGKILL))

hint: `chmod 600 ~/secret` makes it yours alone
"
        )
    );
    assert!(!home.path().join("started").exists());
}

/// Every command line of every process, seen while each secret is read and while the agent runs.
#[test]
fn no_secret_is_in_any_argument() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'op://v/zai/key'\nA = 'op://v/a/key'\n\
         B = { command = ['asked'] }\nC = { file = '~/secret' }\n",
    );
    // A line for a look: other programs' arguments may hold line breaks.
    let look = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\n' ' ' >> seen; echo >> seen";
    // Of this run alone, and in no argument of what writes it.
    let secret = |of: &str| format!("hidden-{}-{of}", std::process::id());
    let file = home.write("secret", secret("file"));
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    for (name, of) in [("op", "op"), ("asked", "command")] {
        home.script(&format!("bin/{name}"), &format!("{look}\nprintf '{}'\n{look}", secret(of)));
    }
    home.script("bin/claude", &format!("printf '%s ' $ANTHROPIC_AUTH_TOKEN $A $B $C; {look}"));
    let seen = see(&mut home.jackin(LAUNCH));
    let values = ["op", "op", "command", "file"].map(secret).join(" ");
    assert_eq!(seen.out.trim(), values, "{}", seen.err);
    let lines = fs::read(home.path().join("seen")).unwrap();
    let lines = String::from_utf8_lossy(&lines).replace('\0', " ");
    assert_eq!(lines.lines().count(), 7);
    assert!(lines.contains("read --no-newline op://v/a/key"), "or nothing would have been seen");
    assert!(!lines.contains(&secret("")), "{lines}");
}

/// The launcher while its first secret is being read, and the group of what reads it.
fn asking(home: &Home, command: &mut Command) -> (Child, i32) {
    home.script(
        "bin/op",
        "(trap '' TERM INT HUP; while :; do sleep 600; done) & sh -c 'sleep 600 & wait' &\n\
         echo $$ > group; until [ -e go ]; do sleep 0.01; done; printf key",
    );
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let group = until("the question", || number(&home.path().join("group")));
    (child, group)
}

const ONE: &str = "[env]\nZAI_API_KEY = 'op://v/zai/key'\n";

#[test]
fn a_signal_ends_the_launcher_and_what_it_asks() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        let home = Home::with_config(ONE);
        home.script("bin/claude", "touch started");
        let (mut child, group) = asking(&home, &mut home.jackin(LAUNCH));
        assert!(runs(group));
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        assert_eq!(ended(&mut child).signal(), Some(signal as i32));
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{signal}");
        until("the end of the group", || (!runs(group)).then_some(()));
        assert!(!home.path().join("started").exists());
    }
}

/// Six at once, of which none may be forgotten.
#[test]
fn a_signal_ends_all_that_are_asked_at_once() {
    let keys: String = (0..6).map(|key| format!("K{key} = 'op://v/{key}/f'\n")).collect();
    let home = Home::with_config(&format!("{ONE}{keys}"));
    home.script("bin/claude", "touch started");
    home.script(
        "bin/op",
        "case $* in *zai*) printf key; exit;; esac; echo $$ > group-$$; sleep 600",
    );
    let mut child = home.jackin(LAUNCH).stderr(Stdio::null()).spawn().unwrap();
    let groups = until("all of them", || {
        let files = fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().path());
        let notes = files.filter(|file| file.to_string_lossy().contains("/group-"));
        let groups: Vec<_> = notes.filter_map(|note| number(&note)).collect();
        (groups.len() == 6).then_some(groups)
    });
    assert!(groups.iter().all(|group| runs(*group)));
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(ended(&mut child).signal(), Some(Signal::SIGTERM as i32));
    for group in groups {
        until("the end of each group", || (!runs(group)).then_some(()));
    }
    assert!(!home.path().join("started").exists());
}

const SIGNALS: &str = "grep -E '^Sig(Ign|Blk|Cgt)' /proc/self/status; ls -l /proc/$$/fd";

/// Also while something is just being started.
#[test]
fn a_signal_at_any_moment_leaves_nothing() {
    let keys: String = (0..3).map(|key| format!("K{key} = 'op://v/{key}/f'\n")).collect();
    let home = Home::with_config(&format!("{ONE}{keys}"));
    home.script("bin/claude", "exec sleep 600");
    home.script("bin/op", "case $* in *zai*) printf key; exit;; esac; sleep 600");
    let left = || {
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let dirs = processes.filter_map(|dir| fs::read_link(dir.path().join("cwd")).ok());
        dirs.filter(|dir| dir == home.path()).count()
    };
    for moment in 0..60 {
        let mut child = home.jackin(LAUNCH).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_micros(moment * 250));
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
        assert_eq!(ended(&mut child).signal(), Some(Signal::SIGTERM as i32));
        until("the end of everything", || (left() == 0).then_some(()));
    }
}

/// Those that programs know; the C library keeps two more for itself.
fn masks(out: &str) -> BTreeMap<&str, u64> {
    let lines = out.lines().filter_map(|line| line.split_once(":\t"));
    lines.map(|(name, mask)| (name, u64::from_str_radix(mask, 16).unwrap() & 0x7fff_ffff)).collect()
}

/// As under `nohup`: the agent would otherwise end with the terminal.
#[test]
fn an_ignored_hangup_stays_ignored() {
    let home = Home::with_config(ONE);
    home.script("bin/claude", SIGNALS);
    let nohup = ["-c", "trap '' HUP; exec \"$@\"", "sh", JACKIN];
    let mut command = home.program("sh", nohup.into_iter().chain(LAUNCH));
    let (mut child, _) = asking(&home, &mut command);
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGHUP).unwrap();
    home.write("go", "");
    assert!(ended(&mut child).success());
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(masks(&out)["SigIgn"] & 1, 1, "{out}");
}

/// Nor anything else of the questions: no signal blocked, no file left open.
#[test]
fn the_agent_finds_everything_as_it_was() {
    let home = Home::with_config(ONE);
    home.script("bin/claude", SIGNALS);
    home.script("bin/op", "printf key");
    let asked = see(&mut home.jackin(LAUNCH));
    let plain =
        see(home.jackin(LAUNCH).env("JACKIN_CONFIG_DIR", home.path()).env("ZAI_API_KEY", "key"));
    let files = |out: &str| out.lines().filter(|line| line.contains(" -> ")).count();
    assert_eq!(files(&asked.out), files(&plain.out), "{}", asked.out);
    assert_eq!(masks(&asked.out), masks(&plain.out));
    assert_eq!(masks(&asked.out)["SigBlk"], 0);
}

/// In its directory and with its environment; but what there is to read is the agent's.
#[test]
fn a_command_runs_where_the_launcher_does() {
    let home = Home::with_config("[env]\nZAI_API_KEY = { command = ['asked'] }\n");
    let known = "$PASSWORD_STORE_DIR:$GNUPGHOME:$DBUS_SESSION_BUS_ADDRESS";
    home.script("bin/asked", &format!("cat; pwd | tr '\\n' :; printf '%s' \"{known}\""));
    home.script("bin/claude", r#"echo "$ANTHROPIC_AUTH_TOKEN"; cat"#);
    let mut command = home.jackin(LAUNCH);
    command.env("PASSWORD_STORE_DIR", "store").env("GNUPGHOME", "gnupg");
    command.env("DBUS_SESSION_BUS_ADDRESS", "bus").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"for the agent").unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(out, format!("{}:store:gnupg:bus\nfor the agent", home.path().display()));
}

#[test]
fn op_does_not_show_what_this_environment_holds() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'op://v/zai/key'\n");
    home.script("bin/claude", ":");
    home.script("bin/op", r#"echo "no: $OP_SESSION_mine, $MINIMAX_API_KEY, $EDITOR" >&2; exit 1"#);
    let seen = see(home
        .jackin(["run", "--provider", "zai", "claude"])
        .env("OP_SESSION_mine", "sentinel-session")
        .env("MINIMAX_API_KEY", "sentinel-key")
        .env("EDITOR", "some-editor"));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("no: ••••, ••••, some-editor"), "{}", seen.err);
}
