//! The program for Windows, in Wine. A process cannot become another there: jackin waits for the
//! agent and ends as it does.

use std::{fs, path::Path, process::Command};

use crate::support::{Home, Seen, see};

/// What Rust's standard library wants of Windows and Wine 8 has not.
const MISSING: &str = "
__declspec(dllimport) unsigned char SystemFunction036(void *, unsigned long);
__declspec(dllexport) int ProcessPrng(void *buffer, unsigned long long length) {
    return SystemFunction036(buffer, length);
}
";

/// Presses Ctrl-C for everything in its console, which it survives itself.
const AGENT: &str = "
#include <windows.h>
static BOOL WINAPI survive(DWORD event) { return event == CTRL_C_EVENT; }
int main(void) {
    SetConsoleCtrlHandler(survive, TRUE);
    if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)) return 1;
    Sleep(1000);
    return 42;
}
";

/// A key in the configuration, and surroundings as Windows has them: names in any case.
const SURROUNDINGS: &str = "\
    @echo off\r\n\
    set USERPROFILE=%~dp0\r\n\
    set PATH=\r\n\
    set Path=C:\\windows\\system32\r\n\
    set Anthropic_Api_Key=key-of-another\r\n";

const LAUNCH: &str = "jackin.exe run --provider zai --no-title --program";

struct Windows(Home);

impl Windows {
    /// A directory with jackin as `.ci/run` has built it, and the agent.
    fn new() -> Self {
        let home = Home::with_config("[env]\nZAI_API_KEY = 'key-of-zai'\n");
        let built = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .with_file_name("x86_64-pc-windows-gnu/debug/jackin.exe");
        fs::copy(&built, home.path().join("jackin.exe")).expect("jackin is built for Windows");
        for (source, options) in [
            (MISSING, ["-shared", "-o", "bcryptprimitives.dll"].as_slice()),
            (AGENT, &["-o", "agent.exe"]),
        ] {
            home.write("source.c", source);
            let mut compiler = home.program("x86_64-w64-mingw32-gcc", options);
            assert!(compiler.args(["source.c", "-ladvapi32"]).status().unwrap().success());
        }
        Self(home)
    }

    /// A program of Unix with Wine's settings; what Wine keeps is kept for the next time.
    fn program(&self, program: &str, args: &[&str]) -> Command {
        let mut command = self.0.program(program, args);
        command.env("WINEPREFIX", concat!(env!("CARGO_TARGET_TMPDIR"), "/wine"));
        command.env("WINEDEBUG", "-all").env("WINEDLLOVERRIDES", "mscoree=;mshtml=");
        command
    }

    /// Runs a batch file.
    fn batch(&self, lines: &str) -> Seen {
        self.0.write("batch.bat", format!("{SURROUNDINGS}{lines}"));
        see(&mut self.program("timeout", &["300", "wine", "cmd", "/c", "batch.bat"]))
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        let _ = self.program("wineserver", &["-k"]).status();
    }
}

#[test]
#[ignore = "needs wine, gcc-mingw-w64-x86-64-posix and the program for Windows; .ci/run runs it"]
fn the_agent_starts_and_its_end_is_passed_on() {
    let windows = Windows::new();
    let codes = [0, 3, 256, 70_000, i32::MAX, -1, -1_073_741_510];
    let mut lines = format!("{LAUNCH} cmd.exe claude /c set\r\n");
    for code in codes {
        lines += &format!("{LAUNCH} cmd.exe claude /c exit {code}\r\necho code %errorlevel%\r\n");
    }
    let seen = windows.batch(&lines);
    let printed = seen.out.replace('\r', "");
    let (environment, ends) = printed.split_once("code ").expect(&seen.err);
    let expected = codes.map(|code| code.to_string()).join("\ncode ");
    assert_eq!(ends.trim_end(), expected);
    let names: Vec<_> = environment.lines().filter_map(|line| line.split_once('=')).collect();
    assert!(names.contains(&("ANTHROPIC_AUTH_TOKEN", "key-of-zai")), "{environment}");
    assert!(!names.iter().any(|(name, _)| name.eq_ignore_ascii_case("ANTHROPIC_API_KEY")));

    // A console needs a terminal; of an exit code, Unix sees eight bits.
    let launch = "wine jackin.exe --config-dir .config/jackin run --provider zai --no-title \
                  --program .\\\\agent.exe claude";
    let mut console = windows.program("timeout", &["60", "script", "-qec", launch, "/dev/null"]);
    let end = see(&mut console);
    assert_eq!(end.code, Some(42), "{}{}", end.out, end.err);
}
