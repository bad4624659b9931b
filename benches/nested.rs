//! Time of nested and cross-nested logits: of one evaluation, beside that of logit on the same data, and of an estimation.
//! Prints a table; `cargo bench --bench nested`.
//!
//! Times of evaluations are the best of several on one thread, so that other work on the machine matters little.

mod synthetic;

use std::hint::black_box;
use std::time::Instant;

use logsum::draws::Seed;
use logsum::estimate::Order;
use logsum::utility::{Nest, Nests};
use logsum::{ChoiceData, FitOptions, LogLikelihood, Model, Schema, Specification};

/// Seconds of the best of several runs.
fn best(mut run: impl FnMut()) -> f64 {
    run();
    let one = || {
        let started = Instant::now();
        run();
        started.elapsed().as_secs_f64()
    };
    std::iter::repeat_with(one).take(7).fold(f64::INFINITY, f64::min)
}

fn expression(source: &str) -> logsum::expressions::Expression {
    logsum::expressions::Expression::parse(source).expect("an expression")
}

/// A case of so many alternatives, named a0, a1, ...
fn schema(alternatives: usize) -> Schema {
    (0..alternatives).fold(synthetic::schema(), |schema, at| {
        schema.alternative(format!("a{at}"), at as f64)
    })
}

/// So many nests of neighbours, each with a dissimilarity of its own; crossed: half of an alternative belongs to its nest,
/// half to the next one.
fn nests(alternatives: usize, n: usize, crossed: bool) -> Nests {
    let of = |at: usize| at * n / alternatives;
    let members = |nest: usize| {
        let own = (0..alternatives).filter(move |&at| of(at) == nest);
        let next = (0..alternatives).filter(move |&at| crossed && (of(at) + 1) % n == nest);
        own.chain(next).map(|at| format!("a{at}"))
    };
    let nest = |at: usize| {
        let (name, lambda) = (format!("nest{at}"), expression(&format!("lambda{at}")));
        match crossed {
            true => Nest::of_parts(name, members(at).map(|member| (member, expression("0.5"))), lambda),
            false => Nest::new(name, members(at), lambda),
        }
    };
    Nests {
        nests: (0..n).map(nest).collect(),
    }
}

fn row(name: &str, cases: usize, alternatives: usize, n: usize, crossed: bool) {
    let table = synthetic::table(cases, alternatives, 3);
    let logit = synthetic::specification(3);
    let declared = (0..n).fold(logit.clone(), |model, at| model.parameter(format!("lambda{at}"), 0.9));
    let nested = declared.nested(nests(alternatives, n, crossed));
    let data = |specification: &Specification| {
        ChoiceData::new(table.clone(), &schema(alternatives), &specification.uses()).expect("synthetic data are sound")
    };
    let (of_logit, of_nested) = (data(&logit), data(&nested));
    let (logit, bound) = (
        Model::bind(&logit, &of_logit).expect("binds"),
        Model::bind(&nested, &of_nested).expect("binds"),
    );
    let truth: Vec<f64> = (0..3 + n)
        .map(|k| {
            if k < 3 {
                0.5
            } else {
                0.4 + 0.5 * ((k * 7) % 10) as f64 / 10.0
            }
        })
        .collect();
    let seconds = |model: &Model<'_>, order: Order| {
        let theta = &truth[..model.parameters().len()];
        best(|| {
            black_box(model.evaluate(black_box(theta), order)).expect("is defined");
        })
    };
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread can be had");
    let times =
        alone.install(|| [Order::Score, Order::Hessian].map(|order| (seconds(&logit, order), seconds(&bound, order))));
    let drawn = of_nested
        .clone()
        .with_outcome(bound.draw_outcome(&truth, Seed::new(1)).expect("is defined"));
    let started = Instant::now();
    let model = Model::bind(&nested, &drawn).expect("binds");
    let fit = model.fit(&FitOptions::default(), None).expect("is estimated");
    println!(
        "| {name} | {cases} | {alternatives} | {n} | {:.2} | {:.2} | {:.2} | {:.2} | {:.3} | {} |",
        1e3 * times[0].0,
        1e3 * times[0].1,
        1e3 * times[1].0,
        1e3 * times[1].1,
        started.elapsed().as_secs_f64(),
        if fit.converged { "yes" } else { "no" },
    );
}

fn main() {
    println!("milliseconds on one thread; seconds of an estimation on all, binding included");
    println!();
    println!(
        "| | cases | alternatives | nests | score, logit | score | Hessian, logit | Hessian | estimation, s | converged |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|");
    row("nested", 7_000, 3, 2, false);
    row("nested", 10_000, 10, 3, false);
    row("cross-nested", 7_000, 8, 4, true);
    row("cross-nested", 1_000, 500, 30, true);
}
