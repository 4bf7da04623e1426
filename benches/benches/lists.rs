//! Whole commands that list a configuration, at three sizes, so that growth shows.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use criterion::{Criterion, criterion_group, criterion_main};
use jackin_benches::{
    KINDS, LISTS,
    build::{Target, debug},
    is_bench,
    stage::Stage,
};

/// Roles or providers: some, ten times and a hundred times as many.
const SIZES: [usize; 3] = [10, 100, 1000];

fn lists(c: &mut Criterion) {
    let program = if is_bench() { Target::Gnu.release() } else { debug() };
    let program = program.expect("the program can be built");
    // Without a measurement it is only asked whether they run.
    let sizes = if is_bench() { &SIZES[..] } else { &SIZES[..1] };
    for (what, config) in KINDS {
        for size in sizes {
            let stage = Stage::new(&config(*size)).expect("a temporary directory can be written");
            for words in LISTS {
                let name = format!("{}/{what}/{size}", words.join(" "));
                let run = || {
                    let mut command: Command = stage.command(&program);
                    let status = command.args(words).stderr(Stdio::null()).status();
                    assert!(status.is_ok_and(|status| status.success()), "{name}");
                };
                c.bench_function(&name, |b| b.iter(&run));
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    targets = lists
}
criterion_main!(benches);
