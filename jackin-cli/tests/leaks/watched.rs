//! With every process watched by strace, a real keyring, a gateway and a launcher that is killed:
//! what takes longer, or needs what is not everywhere.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

use crate::{
    lines,
    planted::{CONFIG, LINE, Stage, filled},
    promised::promised,
    support::{Home, JACKIN},
    sweep::{Run, Sweep},
    tally::Floor,
};

/// A session bus with an unlocked keyring, until dropped.
struct Bus {
    address: String,
    child: Child,
    _home: Home,
}

impl Bus {
    fn new() -> Self {
        let home = Home::new();
        fs::create_dir(home.path().join("run")).unwrap();
        let script = "printf pass | gnome-keyring-daemon --unlock --components=secrets >unlocked\n\
            printf %s \"$SECRET\" | secret-tool store --label=x service jackin username LEAKS\n\
            echo \"$DBUS_SESSION_BUS_ADDRESS\"; exec cat";
        let mut command = home.program("dbus-run-session", ["--", "sh", "-c", script]);
        command.env("XDG_RUNTIME_DIR", home.path().join("run"));
        command.env("SECRET", filled("@keyring@")).stderr(Stdio::null());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { address: address.trim().to_owned(), child, _home: home }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // The bus ends with its command, which ends with its input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// With an entry of the keyring among the variables.
fn stage() -> Stage {
    let mut stage = Stage::new();
    stage.line(&format!("FROM_KEYRING = {{ keyring = 'jackin/LEAKS' }}\n{LINE}"));
    stage
}

#[test]
#[ignore = "needs strace, gnome-keyring, libsecret-tools and dbus; .ci/run runs it"]
fn no_process_is_given_a_secret_or_writes_one() {
    let bus = Bus::new();
    let home = Home::new();
    let commands = lines::commands(&home, JACKIN);
    let mut sweep = Sweep::new(JACKIN, true);
    sweep.vars.push(("DBUS_SESSION_BUS_ADDRESS".to_owned(), bus.address.clone()));
    let lines = lines::lines(&commands);
    let runs: Vec<_> = lines.iter().map(|line| Run::new(&line.words, "", &stage())).collect();
    sweep.over(&runs);
    sweep.tally.check(&Floor { runs: 640, places: 40_000, arguments: 3000, secrets: 22 });
    assert!(sweep.tally.saw("keyring"));
    promised(sweep.tally.runs(), "more watched by strace");
}

/// The token that asks for keys goes to the gateway alone, whatever that answers.
#[test]
#[cfg(feature = "request")]
#[ignore = "needs strace; .ci/run runs it"]
fn a_token_goes_to_the_gateway_alone() {
    use crate::gateway::{Answer, Gateway};
    let said = serde_json::json!({ "error": { "message": filled("no: @request-token@") } });
    let answers = [
        Answer::new("401 No", &["content-type: application/json"], said.to_string()),
        Answer::new("302 Found", &[&filled("location: https://x/@request-token@")], ""),
        Answer::json(&said),
        Answer::json(&said).cut(9),
    ];
    let count = answers.len();
    let gateway = Gateway::new(answers);
    let mut stage = Stage::new();
    let text = String::from_utf8(stage.files[CONFIG].clone()).unwrap();
    stage.file(CONFIG, &text.replace("http://127.0.0.1:9/api/mcp", &gateway.url));
    let sweep = Sweep::new(JACKIN, true);
    for _ in 0..count {
        sweep.over(&[Run::new("auth request --kind workshop", "the gateway refuses", &stage)]);
    }
    gateway.asked();
    let leaks = sweep.tally.leaks();
    assert_eq!(leaks.len(), count, "{leaks:#?}");
    let sent = "`request-token` as Plain in Network of";
    assert!(leaks.iter().all(|leak| leak.starts_with(sent)), "{leaks:#?}");
}

#[test]
fn a_launcher_that_is_killed_leaks_nothing() {
    let home = Home::new();
    let mut stage = Stage::new();
    stage.file("op.sh", "printf %s '@op@'; echo 'bad: @op@' >&2; exec sleep 30\n");
    for signal in ["TERM", "INT", "HUP", "QUIT", "ABRT", "KILL"] {
        let script = format!("exec timeout -s {signal} 0.5 '{JACKIN}' \"$@\"");
        let killed = home.script(&format!("killed-{signal}"), &script);
        let sweep = Sweep::new(killed.to_str().unwrap(), false);
        sweep.over(&[Run::new("run --debug --provider kimi claude", "it is killed", &stage)]);
        sweep.tally.check_leaks();
    }
}
