//! The rows about whole launches.

use std::{fmt, fs, io, path::Path, process::Command};

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

/// The two programs, and how large everything is: whether it runs at all is soon known.
pub(crate) struct Run<'a> {
    pub(crate) musl: &'a Path,
    pub(crate) gnu: &'a Path,
    /// The same two without any feature.
    pub(crate) bare: [&'a Path; 2],
    pub(crate) bench: bool,
}

impl Run<'_> {
    /// Runs these commands of both programs in the same rounds, behind those that are in common.
    fn race(
        &self,
        rounds: usize,
        common: Vec<Command>,
        commands: impl Fn(&Path) -> Vec<Command>,
    ) -> io::Result<Vec<Times>> {
        let own = [self.musl, self.gnu].into_iter().flat_map(commands);
        let mut all: Vec<_> = common.into_iter().chain(own).collect();
        race(&mut all, if self.bench { rounds } else { 1 })
    }

    const fn size(&self, size: usize) -> usize {
        if self.bench { size } else { size / 100 }
    }

    /// Against `env -i`.
    pub(crate) fn launches(&self) -> Answer<[Row; 5]> {
        let stage = Stage::new(&small_config())?;
        let crowd = Stage::new(&small_config())?.with_workspaces(1)?;
        let commands = |jackin: &Path| {
            vec![stage.launch(jackin), stage.export(jackin), crowd.launch_crowded(jackin)]
        };
        let mut common = vec![stage.env_i(), crowd.env_i_crowded()];
        common.extend(
            self.bare.into_iter().flat_map(|bare| [stage.launch(bare), stage.export(bare)]),
        );
        let times = self.race(400, common, commands)?;
        let row = |what, [musl, gnu]: [(_, usize); 2], base: usize| {
            let ratio = |n: usize| times[n].to(&times[base]).to_string();
            Row { what, cells: [(musl.0, ratio(musl.1)), (gnu.0, ratio(gnu.1))] }
        };
        Ok([
            row("launch, × `env -i`", [("0.80", 6), ("1.30", 9)], 0),
            row(
                "launch with 60 further variables and a workspace, × `env -i`",
                [("1.00", 8), ("", 11)],
                1,
            ),
            row("`env --export`, × `env -i`", [("0.45", 7), ("", 10)], 0),
            row("launch without any feature, × `env -i`", [("", 2), ("", 4)], 0),
            row("`env --export` without any feature, × `env -i`", [("", 3), ("", 5)], 0),
        ])
    }

    /// With many workspaces, against one.
    pub(crate) fn workspaces(&self) -> Answer<[Row; 2]> {
        let with = |count| Stage::new(&small_config())?.with_workspaces(count);
        let (one, named, here) = (with(1)?, with(self.size(10_000))?, with(self.size(1_000))?);
        let commands = |jackin: &Path| {
            vec![
                one.launch_named(jackin),
                named.launch_named(jackin),
                one.launch_inside(jackin),
                here.launch_inside(jackin),
            ]
        };
        let times = self.race(300, Vec::new(), commands)?;
        let ratio = |n: usize| times[n].to(&times[n - 1]).to_string();
        let row =
            |what, target, n| Row { what, cells: [(target, ratio(n)), (target, ratio(n + 4))] };
        Ok([
            row("workspace named among 10,000, × one", "1.05", 1),
            row("workspace found among 1,000, × one", "", 3),
        ])
    }

    /// With a large global configuration, over the usual one.
    pub(crate) fn configurations(&self) -> Answer<[Row; 2]> {
        let with = |bytes| Stage::new(&config_of(self.size(bytes)));
        let (small, some, large) = (Stage::new(&small_config())?, with(100_000)?, with(1_000_000)?);
        let commands =
            |jackin: &Path| [&small, &some, &large].map(|stage| stage.launch(jackin)).into();
        let times = self.race(100, Vec::new(), commands)?;
        let more = |n: usize, than: usize| {
            let at = |part| (times[n].at(part) - times[than].at(part)) * 1e3;
            format!("{:.1} ms (5 % {:.1})", at(0.5), at(0.05))
        };
        let row =
            |what, target, n| Row { what, cells: [(target, more(n, 0)), (target, more(n + 3, 3))] };
        Ok([
            row("configuration of 100 KB, over 2 KB", "6 ms", 1),
            row("configuration of 1 MB, over 2 KB", "", 2),
        ])
    }
}

/// What can be counted.
pub(crate) fn counts() -> Answer<[Row; 3]> {
    let stage = Stage::new(&small_config())?;
    let count = |target: Target| -> Answer<[String; 3]> {
        let program = target.measured()?;
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
        Row { what: "instructions up to `execve`", cells: [("", a), ("", d)] },
        Row { what: "system calls up to `execve`", cells: [("45", b), ("", e)] },
        Row { what: "peak memory before `execve`", cells: [("2 MB", c), ("4 MB", f)] },
    ])
}

/// How large the programs are.
pub(crate) fn sizes(run: &Run<'_>) -> Answer<[Row; 2]> {
    let row = |what, target, [musl, gnu]: [&Path; 2]| -> Answer<Row> {
        let size = |program: &Path| Ok::<_, io::Error>(fs::metadata(program)?.len() as f64 / 1e6);
        let [musl, gnu] = [size(musl)?, size(gnu)?].map(|size| format!("{size:.1} MB"));
        Ok(Row { what, cells: [(target, musl), (target, gnu)] })
    };
    Ok([
        row("size with every feature", "8 MB", [run.musl, run.gnu])?,
        row("size without any feature", "2.5 MB", run.bare)?,
    ])
}
