//! What the agent inherits.

use std::fs;

use super::{KEYS, agent, home};
use crate::support::see;

/// All that a process has of its own and keeps over an exec, of the agent itself.
const PROBE: &str = r#"p=/proc/$$
grep -E '^(Umask|Uid|Gid|Groups|Sig(Ign|Blk|Cgt)|Cap|NoNewPrivs|Seccomp|Cpus_allowed_list|Mems_allowed_list|NStgid)' $p/status | sed 's/^NStgid.*/ns/'
cat $p/limits $p/oom_score_adj $p/cgroup $p/timerslack_ns
readlink $p/cwd $p/root
set -- $(sed 's/.*) //' $p/stat)
own() { if [ "$1" = $$ ]; then echo own; else echo "$1"; fi; }
own $3; own $4; echo "tty $5 nice ${17} policy ${39}"
ls -l $p/fd >"$HOME/files"
sed -n 's/.* \([0-9]* -> \)/\1/; s/pipe:.*/a pipe/p; s/ -> /&/p' "$HOME/files" | grep -v ' -> .*/bin/claude$'
ionice -p $$
printf '%s|' "$LANG" "$LC_ALL" "$TZ" "$PWD" "$HOME"; echo; pwd -P"#;

/// Scripts around the agent, which ends them. Signal 34 is musl's own, which never lets it be blocked.
pub(super) const SURROUNDINGS: [&str; 20] = [
    "exec \"$@\"",
    "trap '' HUP; exec \"$@\"",
    "trap '' INT QUIT; exec \"$@\"",
    "trap '' TERM; exec \"$@\"",
    "trap '' TSTP TTOU WINCH; exec \"$@\"",
    "trap '' USR1 34 64; exec \"$@\"",
    "exec python3 -c 'import os, signal, sys\nsignal.signal(13, signal.SIG_DFL)\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals() - {34})\nos.execv(sys.argv[1], sys.argv[1:])' \"$@\"",
    "exec nohup \"$@\" </dev/null",
    "umask 027; exec \"$@\"",
    "exec nice -n 5 \"$@\"",
    "exec ionice -c 2 -n 7 \"$@\"",
    "ulimit -S -n 100; ulimit -S -c 0; ulimit -S -s 4096; exec \"$@\"",
    "echo 500 >/proc/self/oom_score_adj; exec \"$@\"",
    "exec 3<\"$HOME/secret\" 9>\"$HOME/nine\" 77<&3; exec \"$@\"",
    "exec setsid --wait \"$@\"",
    "set -m; \"$@\" & wait $!",
    "\"$@\" </dev/null & wait $!",
    "cd /usr/lib/..; exec \"$@\"",
    "exec env LANG=de_DE.UTF-8 LC_ALL=C TZ=Asia/Tokyo \"$@\"",
    "exec setpriv --no-new-privs \"$@\"",
];

#[test]
fn everything_is_as_after_a_direct_start() {
    for surrounding in SURROUNDINGS {
        let home = home(KEYS[0], PROBE);
        let direct = see(&mut agent(&home, false, surrounding));
        assert!(direct.out.lines().count() > 30 && direct.code == Some(0), "{}", direct.err);
        for key in KEYS {
            home.write(".config/jackin/config.toml", format!("[env]\n{key}\n"));
            let seen = see(&mut agent(&home, true, surrounding));
            let differ = || {
                let diff = similar::TextDiff::from_lines(&direct.out, &seen.out);
                diff.unified_diff().context_radius(0).to_string()
            };
            assert!(seen.out == direct.out, "{surrounding}\n{key}\n{}{}", differ(), seen.err);
        }
    }
}

/// The one thing that is not: Rust's library ignores it before the program begins, which nobody can
/// undo who does not know what it was. So the agent gets what it has in a shell, whatever it was.
#[test]
fn a_broken_pipe_ends_the_agent_as_in_a_shell() {
    let probe = "grep SigIgn /proc/$$/status";
    let ignored = |surrounding: &str, by_jackin: bool| {
        let home = home(KEYS[3], probe);
        let out = see(&mut agent(&home, by_jackin, surrounding)).out;
        u64::from_str_radix(out.trim().rsplit('\t').next().unwrap(), 16).unwrap() & (1 << 12) != 0
    };
    let usual = "exec python3 -c 'import os, signal, sys\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\nos.execv(sys.argv[1], sys.argv[1:])' \"$@\"";
    assert_eq!([true, false].map(|by_jackin| ignored(usual, by_jackin)), [false, false]);
    assert!(ignored("trap '' PIPE; exec \"$@\"", false));
    assert!(!ignored("trap '' PIPE; exec \"$@\"", true));
}

/// As some services and containers start what they start: nobody is told of a child's end then.
#[test]
fn ignored_ends_of_children_are_no_obstacle() {
    for key in KEYS {
        let home = home(key, "");
        // No shell, which would catch it.
        home.executable("bin/claude", &fs::read("/bin/grep").unwrap());
        let surrounding = "trap '' CHLD; exec \"$@\" SigIgn /proc/self/status";
        let [seen, direct] =
            [true, false].map(|by_jackin| see(&mut agent(&home, by_jackin, surrounding)));
        assert_eq!((seen.code, direct.code), (Some(0), Some(0)), "{key}: {}", seen.err);
        // Where programs were asked it is as usual again.
        let asked = key.contains("op:") || key.contains("command");
        assert_eq!(seen.out == direct.out, !asked, "{key}: {}{}", seen.out, direct.out);
    }
}
