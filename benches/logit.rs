//! One evaluation of the log-likelihood by order of derivatives, and a whole estimation with its covariances.
//! Ids are cases × alternatives × parameters.

mod synthetic;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use logsum::estimate::Order;
use logsum::{ChoiceData, FitOptions, LogLikelihood, Model};

const SIZES: [(usize, usize, usize); 3] = [(1_000, 4, 5), (10_000, 10, 10), (10_000, 10, 29)];

fn data(cases: usize, alternatives: usize, parameters: usize) -> ChoiceData {
    let table = synthetic::table(cases, alternatives, parameters);
    let uses = synthetic::specification(parameters);
    ChoiceData::new(table, &synthetic::schema(), &uses.uses()).expect("synthetic data are sound")
}

fn evaluation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("evaluation");
    group.sample_size(20);
    for (cases, alternatives, parameters) in SIZES {
        let data = data(cases, alternatives, parameters);
        let model = Model::bind(&synthetic::specification(parameters), &data).expect("binds");
        let theta = model.start();
        group.throughput(Throughput::Elements((cases * alternatives) as u64));
        for (name, order) in [
            ("value", Order::Value),
            ("score", Order::Score),
            ("hessian", Order::Hessian),
        ] {
            let id = BenchmarkId::new(name, format!("{cases}x{alternatives}x{parameters}"));
            group.bench_function(id, |bencher| bencher.iter(|| model.evaluate(black_box(&theta), order)));
        }
    }
}

fn estimation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("estimation");
    group.sample_size(10);
    for (cases, alternatives, parameters) in SIZES {
        let data = data(cases, alternatives, parameters);
        let specification = synthetic::specification(parameters);
        group.bench_function(format!("{cases}x{alternatives}x{parameters}"), |bencher| {
            bencher.iter(|| {
                let model = Model::bind(&specification, &data).expect("binds");
                model.fit(&FitOptions::default(), None).expect("estimates")
            });
        });
    }
}

criterion_group!(benches, evaluation, estimation);
criterion_main!(benches);
