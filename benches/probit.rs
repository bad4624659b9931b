//! How near a simulated probit likelihood is to the limit that Φ, Φ⁻¹ and the exponential set, and how its time grows with
//! alternatives. Prints tables; `cargo bench --bench probit`.
//!
//! Times are the best of several evaluations on one thread, so that other work on the machine matters little.

mod synthetic;

use std::hint::black_box;
use std::time::Instant;

use logsum::estimate::Order;
use logsum::probit::{normal_cdf_each, normal_quantile_each};
use logsum::utility::{DrawNumber, DrawPlan, ErrorCovariance, Probit, exponentials};
use logsum::{ChoiceData, LogLikelihood, Model};

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

/// Seconds of a function of many numbers, for each of them.
fn each(values: impl Fn(usize) -> f64, function: impl Fn(&mut [f64])) -> f64 {
    let start: Vec<f64> = (0..4096).map(values).collect();
    let mut values = start.clone();
    let repeats = 500;
    best(|| {
        for _ in 0..repeats {
            values.copy_from_slice(&start);
            function(black_box(&mut values));
        }
    }) / (repeats * start.len()) as f64
}

/// Seconds of a likelihood, with its score, and with its Hessian too.
fn seconds(cases: usize, alternatives: usize, draws: usize) -> [f64; 3] {
    let specification = synthetic::specification(3)
        .probit(Probit::new(ErrorCovariance::Full))
        .draws(DrawPlan {
            number: DrawNumber::Number(draws),
            ..DrawPlan::default()
        });
    let table = synthetic::table(cases, alternatives, 3);
    let data = ChoiceData::new(table, &synthetic::schema(), &specification.uses()).expect("synthetic data are sound");
    let model = Model::bind(&specification, &data).expect("binds");
    let theta: Vec<f64> = model.start().iter().map(|start| start + 0.1).collect();
    [Order::Value, Order::Score, Order::Hessian].map(|order| {
        best(|| {
            black_box(model.evaluate(black_box(&theta), order)).expect("is defined");
        })
    })
}

/// Calls of Φ, Φ⁻¹ and the exponential in a likelihood with score.
fn calls(cases: usize, alternatives: usize, draws: usize) -> [f64; 3] {
    let n = (cases * draws) as f64;
    let variables = (alternatives - 1) as f64;
    [n * variables, n * (variables - 1.0), n * (variables - 1.0)]
}

fn limit() -> [f64; 3] {
    let cdf = each(|at| -4.0 + 8.0 * at as f64 / 4096.0, normal_cdf_each);
    // In no order, as draws come.
    let scattered = |at: usize| ((at * 1597) % 4096) as f64;
    let quantile = each(|at| (scattered(at) + 0.5) / 4096.0, normal_quantile_each);
    let exponential = each(|at| -5.0 + 1e-3 * at as f64, exponentials);
    println!(
        "one number, one thread: normal distribution function {:.2} ns, its inverse {:.2} ns, exponential {:.2} ns",
        1e9 * cdf,
        1e9 * quantile,
        1e9 * exponential
    );
    println!();
    [cdf, quantile, exponential]
}

fn main() {
    let [_, all, _] = seconds(2000, 4, 500);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    alone.expect("a thread can be had").install(|| {
        let [_, one, _] = seconds(2000, 4, 500);
        println!(
            "2,000 cases, 4 alternatives, 500 draws: likelihood with score {:.2} ms on one thread, {:.2} ms on all",
            1e3 * one,
            1e3 * all
        );
        println!();
        let kernels = limit();
        println!(
            "500 cases, 500 draws, full covariance; limit: what Φ, Φ⁻¹ and exp of one likelihood with score take alone"
        );
        println!();
        println!("| alternatives | likelihood, ms | with score, ms | with Hessian, ms | limit, ms | score / limit |");
        println!("|---:|---:|---:|---:|---:|---:|");
        for alternatives in [3, 4, 5, 6, 8, 10, 12, 15] {
            let [value, score, hessian] = seconds(500, alternatives, 500);
            let calls = calls(500, alternatives, 500);
            let limit: f64 = calls.iter().zip(&kernels).map(|(calls, each)| calls * each).sum();
            println!(
                "| {alternatives} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
                1e3 * value,
                1e3 * score,
                1e3 * hessian,
                1e3 * limit,
                score / limit
            );
        }
    });
}
