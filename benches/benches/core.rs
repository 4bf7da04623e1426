//! The steps of a launch that the core takes, each at three sizes, so that growth shows.

use std::{ffi::OsString, hint::black_box};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jackin_benches::{config, layers};
use jackin_core::{
    Agent, Catalog, Document, SecretError, SecretRef, SecretSource, SecretString, child_env,
    resolve,
};

/// Entries of a configuration: a usual one, ten times and a hundred times that.
const SIZES: [usize; 3] = [10, 100, 1000];

/// Keys of each layer, and variables of the parent.
const KEYS: [usize; 3] = [20, 200, 2000];

struct Source;

impl SecretSource for Source {
    fn read(&self, _: &SecretRef) -> Result<SecretString, SecretError> {
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
    c.bench_function("catalog", |b| b.iter(Catalog::built_in));
}

fn plan(c: &mut Criterion) {
    let agent = &Agent::all()[0];
    for size in KEYS {
        let layers = layers(size);
        let mut providers = layers.catalog.iter();
        let provider = providers.find(|provider| !provider.endpoints.is_empty());
        let provider = provider.expect("some provider can be redirected to");
        let plan = resolve(&layers, agent, provider).expect("its key is in the layers");
        let ready = plan.materialize(&Source).unwrap_or_else(|error| panic!("{error}"));
        let parent: Vec<(OsString, OsString)> =
            (0..size).map(|n| (format!("VARIABLE_{n}").into(), "value".into())).collect();
        c.bench_with_input(BenchmarkId::new("resolve", size), &layers, |b, layers| {
            b.iter_with_large_drop(|| resolve(black_box(layers), agent, provider));
        });
        c.bench_with_input(BenchmarkId::new("materialize", size), &plan, |b, plan| {
            b.iter(|| plan.materialize(&Source).is_ok());
        });
        c.bench_with_input(BenchmarkId::new("child_env", size), &parent, |b, parent| {
            b.iter(|| child_env(&ready, parent.iter().cloned()));
        });
    }
}

criterion_group!(benches, parse, plan);
criterion_main!(benches);
