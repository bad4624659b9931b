//! Data that are large in one way or another: choice sets of thousands that differ from case to case, characteristics of
//! the decision maker with a coefficient for each alternative, situations that repeat, and files read part by part.
//! Ids are cases × alternatives × parameters.

mod synthetic;

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use logsum::data::{Column, Parts, Table, Values};
use logsum::estimate::Order;
use logsum::tables::Columns;
use logsum::utility::{Binder, Storage};
use logsum::{ChoiceData, LogLikelihood, Model, Specification, column, parameter};

fn evaluate(criterion: &mut Criterion, id: BenchmarkId, table: Table, specification: &Specification) {
    let n_rows = table.n_rows;
    let data = ChoiceData::new(table, &synthetic::schema(), &specification.uses()).expect("synthetic data are sound");
    let model = Model::bind(specification, &data).expect("binds");
    let theta = model.start();
    let mut group = criterion.benchmark_group("layouts");
    group.sample_size(20).throughput(Throughput::Elements(n_rows as u64));
    group.bench_function(id, |bencher| {
        bencher.iter(|| model.evaluate(black_box(&theta), Order::Hessian))
    });
}

/// The rows of `table` that `keep` admits by case and alternative; the chosen ones always.
fn ragged(table: &Table, keep: impl Fn(usize, usize) -> bool) -> Table {
    let cells = |at: usize| match &table.columns[at].values {
        Values::Number(cells) => cells,
        Values::Text(_) => unreachable!("all columns are numbers"),
    };
    let (case, alternative, choice) = (cells(0), cells(1), cells(2));
    let kept: Vec<usize> = (0..table.n_rows)
        .filter(|&row| choice[row] > 0.0 || keep(case[row] as usize, alternative[row] as usize))
        .collect();
    let columns = table.columns.iter().enumerate().map(|(at, column)| Column {
        name: column.name.clone(),
        values: Values::Number(kept.iter().map(|&row| cells(at)[row]).collect()),
    });
    Table {
        n_rows: kept.len(),
        columns: columns.collect(),
        ..table.clone()
    }
}

/// Destinations: of 2,000 each case has some, no two the same.
fn destinations(criterion: &mut Criterion) {
    let (cases, alternatives, attributes) = (200, 2_000, 8);
    let whole = synthetic::table(cases, alternatives, attributes);
    let table = ragged(&whole, |case, alternative| {
        (case * 31 + alternative * 17) % 97 > case % 50
    });
    let id = BenchmarkId::new("destinations", format!("{cases}x{alternatives}x{attributes}"));
    evaluate(criterion, id, table, &synthetic::specification(attributes));
}

/// A coefficient of each attribute for each alternative but the first.
fn characteristics(criterion: &mut Criterion) {
    let (cases, alternatives, attributes) = (2_000, 10, 10);
    let mut specification = Specification::new();
    for alternative in 1..alternatives {
        let name = |k: usize| format!("b{alternative}_{k}");
        let term = |k: usize| parameter(&name(k)) * column(&format!("x{k}"));
        specification = (0..attributes).fold(specification, |model, k| model.parameter(name(k), 0.0));
        let utility = (1..attributes).fold(term(0), |sum, k| sum + term(k));
        specification = specification.utility(alternative.to_string(), utility);
    }
    let mut table = synthetic::table(cases, alternatives, attributes);
    // The same in all rows of a case.
    for column in &mut table.columns[3..] {
        if let Values::Number(cells) = &column.values {
            let of_case = |row: usize| cells[row - row % alternatives];
            column.values = Values::Number((0..cells.len()).map(of_case).collect());
        }
    }
    let n_parameters = (alternatives - 1) * attributes;
    let id = BenchmarkId::new("characteristics", format!("{cases}x{alternatives}x{n_parameters}"));
    evaluate(criterion, id, table, &specification);
}

/// A hundred situations, over and over.
fn situations(criterion: &mut Criterion) {
    let (cases, alternatives, attributes) = (20_000, 5, 8);
    let mut table = synthetic::table(cases, alternatives, attributes);
    for column in &mut table.columns[3..] {
        if let Values::Number(cells) = &column.values {
            let repeated = |row: usize| cells[row % (100 * alternatives)];
            column.values = Values::Number((0..cells.len()).map(repeated).collect());
        }
    }
    let id = BenchmarkId::new("situations", format!("{cases}x{alternatives}x{attributes}"));
    evaluate(criterion, id, table, &synthetic::specification(attributes));
}

/// A model of a Parquet file read part by part.
fn bound(path: &Path, specification: &Specification, storage: Option<Storage>) -> Model<'static> {
    let schema = synthetic::schema();
    let uses = specification.uses();
    let mut rows = logsum::tables::Parts::open(path, Columns::All)
        .expect("reads")
        .expect("Parquet");
    let mut parts = Parts::new(&schema, &uses);
    let mut binder = Binder::new(specification);
    if let Some(storage) = storage {
        binder = binder.storage(storage);
    }
    let (mut keep, mut left) = (0, rows.n_rows());
    while let Some(table) = rows.next(keep, 1 << 15).expect("reads") {
        left -= table.n_rows - keep;
        let added = parts.add(table, left == 0).expect("sound data");
        keep = added.keep;
        if let Some(data) = added.data {
            binder.add(data).expect("binds");
        }
    }
    binder.finish().expect("binds")
}

fn parts(criterion: &mut Criterion) {
    let (cases, alternatives, attributes) = (20_000, 10, 10);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("synthetic.parquet");
    logsum::tables::write(&path, &synthetic::table(cases, alternatives, attributes)).expect("writes");
    let specification = synthetic::specification(attributes);
    let on_disk = || {
        Some(Storage {
            memory: 0,
            folder: folder.path().to_owned(),
        })
    };
    let size = format!("{cases}x{alternatives}x{attributes}");
    let mut group = criterion.benchmark_group("parts");
    group
        .sample_size(10)
        .throughput(Throughput::Elements((cases * alternatives) as u64));
    group.bench_function(BenchmarkId::new("bound in memory", &size), |bencher| {
        bencher.iter(|| bound(&path, &specification, None))
    });
    group.bench_function(BenchmarkId::new("bound on disk", &size), |bencher| {
        bencher.iter(|| bound(&path, &specification, on_disk()))
    });
    for (name, storage) in [("evaluated in memory", None), ("evaluated on disk", on_disk())] {
        let model = bound(&path, &specification, storage);
        let theta = model.start();
        group.bench_function(BenchmarkId::new(name, &size), |bencher| {
            bencher.iter(|| model.evaluate(black_box(&theta), Order::Hessian))
        });
    }
}

criterion_group!(benches, destinations, characteristics, situations, parts);
criterion_main!(benches);
