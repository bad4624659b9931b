//! How the time of a simulated likelihood grows with draws, decision makers, alternatives and random coefficients, and how
//! near it is to the limit that the exponential sets. Prints tables; `cargo bench --bench mixed`.
//!
//! Times are the best of several evaluations, so that other work on the machine matters little; a line is straight where
//! the last column, nanoseconds per draw and unit of what grows, stays the same.

mod synthetic;

use std::hint::black_box;
use std::time::Instant;

use logsum::data::{Column, Table, Values};
use logsum::estimate::Order;
use logsum::utility::{DrawNumber, DrawPlan, RandomCoefficient, Shape, exponentials};
use logsum::{ChoiceData, LogLikelihood, Model, Specification};

/// Cases of each decision maker.
const CASES: usize = 12;

/// What is measured.
#[derive(Clone, Copy)]
struct Size {
    draws: usize,
    makers: usize,
    alternatives: usize,
    coefficients: usize,
}

const USUAL: Size = Size {
    draws: 1000,
    makers: 250,
    alternatives: 4,
    coefficients: 5,
};

fn panel(size: Size) -> Table {
    let mut table = synthetic::table(size.makers * CASES, size.alternatives, size.coefficients);
    let person = (0..table.n_rows).map(|row| (row / size.alternatives / CASES) as f64);
    table.columns.push(Column {
        name: "person".to_owned(),
        values: Values::Number(person.collect()),
    });
    table.all_names.push("person".to_owned());
    table
}

fn specification(size: Size) -> Specification {
    let model = synthetic::specification(size.coefficients).draws(DrawPlan {
        number: DrawNumber::Number(size.draws),
        ..DrawPlan::default()
    });
    (0..size.coefficients).fold(model, |model, k| {
        model.random(RandomCoefficient::new(format!("b{k}"), Shape::Normal))
    })
}

/// Seconds of the best of several runs.
fn best(mut run: impl FnMut()) -> f64 {
    run();
    let one = || {
        let started = Instant::now();
        run();
        started.elapsed().as_secs_f64()
    };
    std::iter::repeat_with(one).take(9).fold(f64::INFINITY, f64::min)
}

/// Seconds of a likelihood with its score, and with its Hessian too.
fn seconds(size: Size) -> [f64; 2] {
    let schema = synthetic::schema().decision_maker("person");
    let specification = specification(size);
    let data = ChoiceData::new(panel(size), &schema, &specification.uses()).expect("synthetic data are sound");
    let model = Model::bind(&specification, &data).expect("binds");
    let theta: Vec<f64> = model.start().iter().map(|start| start + 0.3).collect();
    [Order::Score, Order::Hessian].map(|order| {
        best(|| {
            black_box(model.evaluate(black_box(&theta), order)).expect("is defined");
        })
    })
}

fn grow(what: &str, sizes: &[(usize, Size)]) {
    println!("| {what} | score, ms | Hessian, ms | score, ns per draw and unit | Hessian |");
    println!("|---:|---:|---:|---:|---:|");
    for &(n, size) in sizes {
        let [score, hessian] = seconds(size);
        let units = (n * if what == "draws" { size.makers } else { size.draws }) as f64;
        println!(
            "| {n} | {:.2} | {:.2} | {:.2} | {:.2} |",
            1e3 * score,
            1e3 * hessian,
            1e9 * score / units,
            1e9 * hessian / units
        );
    }
    println!();
}

fn limit() {
    let size = Size {
        makers: 361,
        alternatives: 4,
        coefficients: 6,
        ..USUAL
    };
    let mut values: Vec<f64> = (0..4096).map(|at| -5.0 + 1e-3 * at as f64).collect();
    let start = values.clone();
    let repeats = 2000;
    let each = best(|| {
        for _ in 0..repeats {
            values.copy_from_slice(&start);
            exponentials(black_box(&mut values));
        }
    }) / (repeats * values.len()) as f64;
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let alone = pool(1).expect("a thread can be had");
    let [score, hessian] = alone.install(|| seconds(size));
    // Of each case the alternatives that were not chosen.
    let n = (size.makers * size.draws * CASES * (size.alternatives - 1)) as f64;
    println!(
        "exponentials of one evaluation (361 decision makers, {CASES} cases, 4 alternatives, 6 normal coefficients, 1,000 \
         draws): {:.2} million, {:.3} ns each: {:.2} ms",
        1e-6 * n,
        1e9 * each,
        1e3 * n * each
    );
    println!(
        "value and score, one thread: {:.2} ms, {:.2} times that; with the Hessian {:.2} ms, {:.2} times",
        1e3 * score,
        score / (n * each),
        1e3 * hessian,
        hessian / (n * each)
    );
    println!();
}

fn main() {
    limit();
    grow(
        "draws",
        &[125, 250, 500, 1000, 2000, 4000, 8000].map(|draws| (draws, Size { draws, ..USUAL })),
    );
    grow(
        "decision makers",
        &[62, 125, 250, 500, 1000, 2000].map(|makers| (makers, Size { makers, ..USUAL })),
    );
    grow(
        "alternatives",
        &[2, 3, 4, 6, 8, 16, 32].map(|alternatives| (alternatives, Size { alternatives, ..USUAL })),
    );
    grow(
        "random coefficients",
        &[1, 2, 4, 6, 8, 12].map(|coefficients| (coefficients, Size { coefficients, ..USUAL })),
    );
}
