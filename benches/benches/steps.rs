//! The steps of a launch and of an export, each at three sizes, so that growth shows.

use std::{ffi::OsString, hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jackin_benches::{config, layers, providers, redirected};
use jackin_core::{
    Agent, Config, Document, EnvLayers, ExecPlan, ReadyPlan, Registry, Secret, SecretError,
    SecretRef, SecretSource, child_env,
    export::{Changes, Format, Shell},
    resolve,
};

/// Entries of a configuration: a usual one, ten times and a hundred times that.
const SIZES: [usize; 3] = [10, 100, 1000];

/// Keys of each layer, and variables of the parent.
const KEYS: [usize; 3] = [20, 200, 2000];

struct Source;

impl SecretSource for Source {
    fn read(&self, _: &SecretRef) -> Result<Secret, SecretError> {
        Ok("secret".into())
    }
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    for size in SIZES {
        let text = config(size);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &text, |b, text| {
            b.iter(|| Document::global("config.toml", black_box(text)));
        });
    }
    group.finish();
}

/// The providers: those that are built in, and under as many of the user's own.
fn registry(c: &mut Criterion) {
    let mut group = c.benchmark_group("registry");
    group.bench_function("built-in", |b| b.iter(Registry::built_in));
    for size in SIZES {
        let global = Document::global("config.toml", &providers(size)).ok();
        let config = Config { global, ..Config::default() };
        group.bench_with_input(BenchmarkId::from_parameter(size), &config, |b, config| {
            b.iter_with_setup(|| config.clone(), |config| config.layers(None));
        });
    }
    group.finish();
}

fn agent(layers: &EnvLayers) -> &Agent {
    &layers.registry().agents()[0]
}

fn parent(size: usize) -> Vec<(OsString, OsString)> {
    (0..size).map(|n| (format!("OF_THE_PARENT_{n}").into(), "value".into())).collect()
}

fn planned(layers: &EnvLayers) -> ExecPlan {
    resolve(layers, agent(layers), redirected(layers)).expect("its key is in the layers")
}

fn ready(plan: &ExecPlan) -> ReadyPlan<'_> {
    plan.materialize(&Source).unwrap_or_else(|error| panic!("{error}"))
}

fn plan(c: &mut Criterion) {
    for size in KEYS {
        let layers = layers(size);
        let provider = redirected(&layers);
        let plan = planned(&layers);
        let ready = ready(&plan);
        c.bench_with_input(BenchmarkId::new("resolve", size), &layers, |b, layers| {
            b.iter_with_large_drop(|| resolve(black_box(layers), agent(layers), provider));
        });
        c.bench_with_input(BenchmarkId::new("materialize", size), &plan, |b, plan| {
            b.iter(|| plan.materialize(&Source).is_ok());
        });
        c.bench_with_input(BenchmarkId::new("child_env", size), &parent(size), |b, parent| {
            b.iter(|| child_env(&ready, parent.iter().cloned()));
        });
    }
}

/// What an export writes, for every shell and in every format.
fn quoting(c: &mut Criterion) {
    for size in KEYS {
        let (plan, parent) = (planned(&layers(size)), parent(size));
        let ready = ready(&plan);
        let changes = Changes::of(&ready, &parent);
        for shell in Shell::ALL {
            c.bench_function(&format!("quoting/{shell:?}/{size}"), |b| {
                b.iter(|| shell.export(black_box(&changes)).is_ok());
            });
        }
        for format in Format::ALL {
            c.bench_function(&format!("quoting/{format:?}/{size}"), |b| {
                b.iter(|| format.write(black_box(&changes)).is_ok());
            });
        }
    }
}

criterion_group! {
    name = benches;
    // There are many, and none of them takes long.
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1));
    targets = parse, registry, plan, quoting
}
criterion_main!(benches);
