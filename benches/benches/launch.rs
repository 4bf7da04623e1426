//! What a whole launch costs, against `env -i A=1 /bin/true`: whole processes, in interleaved pairs,
//! so that whatever else the machine does hits both alike. Times are wall times; nothing is asserted.
//!
//! `cargo bench -p jackin-benches --bench launch [-- JACKIN…]`, after `cargo build --release`.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use jackin_benches::small_config;

/// Pairs that count, and those before them that warm the caches up.
const PAIRS: usize = 400;
const WARM_UP: usize = 20;

type Answer<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Answer<()> {
    let options: Vec<_> = env::args().skip(1).collect();
    // `--test` is how `cargo bench` is asked whether the benches run at all.
    let test = options.iter().any(|option| option == "--test");
    let named = options.iter().filter(|option| !option.starts_with("--")).map(PathBuf::from);
    let mut programs: Vec<_> = named.collect();
    if programs.is_empty() {
        programs = built(test)?;
    }
    if programs.is_empty() {
        return Err("no `jackin` is built: run `cargo build --release` first".into());
    }
    let config = config_dir()?;
    let result = programs.iter().try_for_each(|program| {
        writeln!(io::stdout(), "{}", program.display())?;
        for (what, args) in [("run", &LAUNCH[..]), ("env --export", &EXPORT)] {
            compare(what, program, args, &config, if test { 2 } else { PAIRS })?;
        }
        Ok(())
    });
    fs::remove_dir_all(&config)?;
    result
}

const LAUNCH: [&str; 6] = ["run", "--provider", "zai", "--program", "/bin/true", "claude"];
const EXPORT: [&str; 4] = ["env", "--export", "--provider", "zai"];

/// The programs that `cargo build` left beside this one, for this system and for static musl.
fn built(test: bool) -> Answer<Vec<PathBuf>> {
    let target = env::current_exe()?.ancestors().nth(3).map(Path::to_path_buf).unwrap_or_default();
    let mut dirs = vec!["release", "x86_64-unknown-linux-musl/release"];
    dirs.extend(test.then_some("debug"));
    let programs = dirs.iter().map(|dir| target.join(dir).join("jackin"));
    Ok(programs.filter(|program| program.exists()).collect())
}

/// A directory with a usual configuration of 2 KB.
fn config_dir() -> Answer<PathBuf> {
    let dir = env::temp_dir().join(format!("jackin-bench-{}", std::process::id()));
    fs::create_dir(&dir)?;
    fs::write(dir.join("config.toml"), small_config())?;
    Ok(dir)
}

fn compare(what: &str, program: &Path, args: &[&str], config: &Path, pairs: usize) -> Answer<()> {
    let mut usual = Command::new("/usr/bin/env");
    usual.args(["-i", "A=1", "/bin/true"]);
    let mut ours = Command::new(program);
    ours.args(args).env("JACKIN_CONFIG_DIR", config);
    let mut times = [Vec::new(), Vec::new()];
    for pair in 0..WARM_UP.min(pairs) + pairs {
        // Neither always comes second.
        let order = if pair % 2 == 0 { [0, 1] } else { [1, 0] };
        for which in order {
            let command = if which == 0 { &mut usual } else { &mut ours };
            times[which].push(time(command)?);
        }
    }
    let [usual, ours] = times.map(|times| Quartiles::of(times[WARM_UP.min(pairs)..].to_vec()));
    let ratio = ours.median.as_secs_f64() / usual.median.as_secs_f64();
    writeln!(io::stdout(), "  {what:12} {ratio:.2}   {ours}, `env -i` {usual}")?;
    Ok(())
}

fn time(command: &mut Command) -> Answer<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    if status.success() { Ok(took) } else { Err(format!("{command:?}: {status}").into()) }
}

/// The middle of some times, and how far they spread.
struct Quartiles {
    lower: Duration,
    median: Duration,
    upper: Duration,
}

impl Quartiles {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |quarter: usize| times[(times.len() - 1) * quarter / 4];
        Self { lower: at(1), median: at(2), upper: at(3) }
    }
}

impl std::fmt::Display for Quartiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: &Duration| time.as_secs_f64() * 1e3;
        write!(f, "{:.2} ms ({:.2} to {:.2})", ms(&self.median), ms(&self.lower), ms(&self.upper))
    }
}
