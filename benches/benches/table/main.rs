//! The whole table of `README.md`: what a launch costs, beside what it may cost, and what others
//! take for the same, all in one run. It builds what is not built.
//!
//! `cargo bench -p jackin-benches --bench table`

mod peers;
mod rows;

use std::{
    hint::black_box,
    io::{self, Write as _},
    path::PathBuf,
    time::Instant,
};

use allocation_counter::{AllocationInfo, measure};
use jackin_benches::{
    Answer,
    build::{Target, debug},
    is_bench, layers, redirected,
};
use jackin_core::resolve;

use crate::rows::{Row, Run};

fn main() -> Answer<()> {
    let bench = is_bench();
    let mut out = io::stdout();
    let [musl, gnu, bare_musl, bare_gnu] = programs(bench)?;
    let run = Run { musl: &musl, gnu: &gnu, bare: [&bare_musl, &bare_gnu], bench };
    let mut rows = Vec::from(run.launches()?);
    rows.extend(run.workspaces()?);
    rows.extend(run.configurations()?);
    if bench {
        rows.extend(rows::counts()?);
        rows.extend(rows::sizes(&run)?);
    }
    rows.extend(resolving());
    writeln!(out, "| | target, musl | musl | target, glibc | glibc |\n|---|---|---|---|---|")?;
    for row in rows {
        writeln!(out, "{row}")?;
    }
    writeln!(out, "\n{}", peers::table(&musl, &gnu, if bench { 200 } else { 1 })?)?;
    Ok(())
}

/// With every feature and without any.
fn programs(bench: bool) -> Answer<[PathBuf; 4]> {
    if bench {
        let [musl, gnu] = [Target::Musl, Target::Gnu];
        Ok([musl.release()?, gnu.release()?, musl.bare()?, gnu.bare()?])
    } else {
        let debug = debug()?;
        Ok([(); 4].map(|()| debug.clone()))
    }
}

/// `resolve` of four layers of 20 keys each: how long it takes, and what it allocates that is not in
/// the plan.
fn resolving() -> [Row; 2] {
    let layers = layers(20);
    let (agent, provider) = (&layers.registry().agents()[0], redirected(&layers));
    let once = || resolve(black_box(&layers), agent, provider);
    let mut micros: Vec<f64> = (0..500)
        .map(|_| {
            let start = Instant::now();
            let plans = [(); 20].map(|()| once());
            let took = start.elapsed();
            // Dropping them is not resolving.
            drop(plans);
            took.as_secs_f64() * 1e6 / 20.0
        })
        .collect();
    micros.sort_by(f64::total_cmp);
    let mut plan = None;
    let AllocationInfo { count_total, count_current, bytes_total, bytes_current, .. } =
        measure(|| plan = once().ok());
    assert!(plan.is_some(), "its key is in the layers");
    let took = format!("{:.1} µs (5 % {:.1})", micros[250], micros[25]);
    let kept = format!(
        "{} of {count_total}, {} of {bytes_total} B",
        count_total.cast_signed() - count_current,
        bytes_total.cast_signed() - bytes_current
    );
    [
        Row::of_both("`resolve`, four layers of 20 keys", "4 µs", took),
        Row::of_both("its allocations that do not end up in the plan", "0", kept),
    ]
}
