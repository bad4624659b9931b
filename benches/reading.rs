//! From a file to checked choice data: Swissmetro as CSV, a larger synthetic table as CSV and Parquet.
//! Ids are cases × alternatives × columns.

mod synthetic;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, ModelFile};

fn swissmetro(criterion: &mut Criterion) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/swissmetro");
    let text = std::fs::read_to_string(format!("{folder}/logit.toml")).expect("the model file");
    let file = ModelFile::parse(&text, "logit.toml").expect("parses");
    let path = format!("{folder}/{}", file.file);
    criterion.bench_function("swissmetro", |bencher| {
        bencher.iter(|| {
            let table = logsum::tables::read(path.as_ref(), Columns::All, &ReadOptions::default()).expect("reads");
            ChoiceData::new(table, &file.schema, &file.specification.uses()).expect("sound data")
        });
    });
}

fn synthetic_table(criterion: &mut Criterion) {
    let (cases, alternatives, attributes) = (10_000, 10, 10);
    let folder = tempfile::tempdir().expect("a folder");
    let table = synthetic::table(cases, alternatives, attributes);
    let specification = synthetic::specification(attributes);
    let schema = synthetic::schema();
    let mut group = criterion.benchmark_group("reading");
    group.sample_size(10);
    for format in ["csv", "parquet"] {
        let path = folder.path().join(format!("synthetic.{format}"));
        logsum::tables::write(&path, &table).expect("writes");
        group.throughput(Throughput::Bytes(std::fs::metadata(&path).expect("just written").len()));
        group.bench_function(format!("{format}/{cases}x{alternatives}x{attributes}"), |bencher| {
            bencher.iter(|| {
                let table = logsum::tables::read(&path, Columns::All, &ReadOptions::default()).expect("reads");
                ChoiceData::new(table, &schema, &specification.uses()).expect("sound data")
            });
        });
    }
}

criterion_group!(benches, swissmetro, synthetic_table);
criterion_main!(benches);
