//! The rows about whole launches.

use std::{fmt, fs, path::Path};

use jackin_benches::{
    Answer,
    build::Target,
    config_of, count,
    race::{Times, race},
    small_config,
    stage::Stage,
};

/// What is measured: the target and the number, for musl and for glibc.
pub(crate) struct Row {
    what: &'static str,
    cells: [(&'static str, String); 2],
}

impl Row {
    /// A row of what is the same for both.
    pub(crate) fn of_both(what: &'static str, target: &'static str, cell: String) -> Self {
        Self { what, cells: [("", String::new()), (target, cell)] }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [(first, musl), (second, gnu)] = &self.cells;
        write!(f, "| {} | {first} | {musl} | {second} | {gnu} |", self.what)
    }
}

/// The configurations that are started with.
struct Stages {
    small: Stage,
    one: Stage,
    named: Stage,
    here: Stage,
    half: Stage,
    large: Stage,
}

impl Stages {
    fn new(bench: bool) -> Answer<Self> {
        // Whether it runs at all is soon known.
        let part = if bench { 1 } else { 100 };
        let with = |count| Stage::new(&small_config())?.with_workspaces(count);
        Ok(Self {
            small: Stage::new(&small_config())?,
            one: with(1)?,
            named: with(10_000 / part)?,
            here: with(1_000 / part)?,
            half: Stage::new(&config_of(500_000 / part))?,
            large: Stage::new(&config_of(1_000_000 / part))?,
        })
    }
}

/// Whole processes, all in the same rounds.
pub(crate) fn launches(musl: &Path, gnu: &Path, rounds: usize, bench: bool) -> Answer<Vec<Row>> {
    let stages = Stages::new(bench)?;
    let mut commands = vec![stages.small.env_i()];
    for jackin in [musl, gnu] {
        commands.extend([stages.small.launch(jackin), stages.small.export(jackin)]);
        for stage in [&stages.one, &stages.named] {
            let mut command = stage.launch(jackin);
            command.env("JACKIN_WORKSPACE", "work-0");
            commands.push(command);
        }
        for stage in [&stages.one, &stages.here] {
            let mut command = stage.launch(jackin);
            command
                .current_dir(stage.workdir(0))
                .env("JACKIN_CONFIG_DIR", stage.path().join("config"));
            commands.push(command);
        }
        commands.extend([stages.half.launch(jackin), stages.large.launch(jackin)]);
    }
    let times = race(&mut commands, rounds)?;
    let (env, jackins) = (&times[0], times[1..].chunks(8));
    Ok(table(jackins.map(|times| cells(env, times)).collect()))
}

/// A row's name, and its targets for musl and glibc.
const LAUNCHES: [(&str, [&str; 2]); 6] = [
    ("launch, × `env -i`", ["0.70", "1.20"]),
    ("`env --export`, × `env -i`", ["0.30", "0.75"]),
    ("workspace named among 10,000, × one", ["1.05"; 2]),
    ("workspace found among 1,000, × one", ["2.00"; 2]),
    ("configuration of 0.5 MB, over 2 KB", ["10 ms"; 2]),
    ("configuration of 1 MB, over 2 KB", ["20 ms"; 2]),
];

fn cells(env: &Times, jackin: &[Times]) -> [String; 6] {
    let [launch, export, one, named, alone, here, half, large] = jackin else {
        unreachable!("there are eight commands")
    };
    let more = |times: &Times| {
        let at = |part| (times.at(part) - launch.at(part)) * 1e3;
        format!("{:.1} ms (5 % {:.1})", at(0.5), at(0.05))
    };
    [
        launch.to(env).to_string(),
        export.to(env).to_string(),
        named.to(one).to_string(),
        here.to(alone).to_string(),
        more(half),
        more(large),
    ]
}

fn table(columns: Vec<[String; 6]>) -> Vec<Row> {
    let mut columns = columns.into_iter();
    let (musl, gnu) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
    let rows = LAUNCHES.iter().zip(musl.into_iter().zip(gnu));
    rows.map(|(&(what, [first, second]), (musl, gnu))| Row {
        what,
        cells: [(first, musl), (second, gnu)],
    })
    .collect()
}

/// What can be counted.
pub(crate) fn counts() -> Answer<[Row; 3]> {
    let stage = Stage::new(&small_config())?;
    let count = |target: Target| -> Answer<[String; 3]> {
        let program = target.measure()?;
        let instructions = count::instructions(&stage, &program)?;
        let (all, own) = (instructions.all / 1000, instructions.own / 1000);
        Ok([
            if all == own { format!("{all} k") } else { format!("{all} k, {own} k its own") },
            count::system_calls(&stage, &program)?.to_string(),
            format!("{:.1} MB", count::peak_memory(&stage, &target.release()?)? as f64 / 1e3),
        ])
    };
    let ([a, b, c], [d, e, f]) = (count(Target::Musl)?, count(Target::Gnu)?);
    Ok([
        Row { what: "instructions up to `execve`", cells: [("350 k", a), ("", d)] },
        Row { what: "system calls up to `execve`", cells: [("40", b), ("", e)] },
        Row { what: "peak memory before `execve`", cells: [("2 MB", c), ("4 MB", f)] },
    ])
}

/// How large the programs are.
pub(crate) fn sizes(musl: &Path, gnu: &Path) -> Answer<[Row; 2]> {
    let size = |program: &Path| -> Answer<String> {
        Ok(format!("{:.1} MB", fs::metadata(program)?.len() as f64 / 1e6))
    };
    let bare = |target: Target| size(&target.bare()?);
    let (with, without) = ("8 MB", "2.5 MB");
    Ok([
        Row { what: "size with every feature", cells: [(with, size(musl)?), (with, size(gnu)?)] },
        Row {
            what: "size without any feature",
            cells: [(without, bare(Target::Musl)?), (without, bare(Target::Gnu)?)],
        },
    ])
}
