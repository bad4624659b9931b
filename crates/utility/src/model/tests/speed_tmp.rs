use std::time::Instant;
use logsum_data::Schema;
use logsum_estimate::{LogLikelihood, Order};
use super::*;
use crate::testing::*;

fn time<T>(what: &str, f: impl FnOnce() -> T) -> T {
    let t = Instant::now();
    let r = f();
    println!("{what}: {:.3}s", t.elapsed().as_secs_f64());
    r
}

#[test]
fn wide_million() {
    let spec = specification(WIDE.0, WIDE.1);
    let table = wide_table(1_000_000, 1);
    let d = time("wide data", || data(table, &wide_schema(), &spec));
    let m = time("bind", || bind(&spec, &d));
    let theta = vec![0.1; 5];
    for _ in 0..3 { time("hessian eval", || m.evaluate(&theta, Order::Hessian).unwrap()); }
    time("score", || m.evaluate(&theta, Order::Score).unwrap());
    time("visit_scores", || m.visit_scores(&theta, &mut |_, _| ()).unwrap());
    time("fit", || m.fit(&FitOptions::default(), None).unwrap());
    time("separated", || m.separated().unwrap());
    time("not_identified", || m.not_identified(&theta).unwrap());
    time("constants", || crate::log_likelihood_constants(&d));
}

fn ragged(n_cases: usize, n_alt: usize, per: usize, k: usize, own: bool) {
    let mut r = Random::new(3);
    let mut case = vec![]; let mut alt = vec![]; let mut choice = vec![];
    let mut xs = vec![vec![]; k];
    for c in 0..n_cases {
        let mut offered: Vec<usize> = r.permutation(n_alt)[..per].to_vec();
        offered.sort();
        let chosen = r.below(per);
        for (i, a) in offered.iter().enumerate() {
            case.push(c as f64); alt.push(*a as f64 + 1.0); choice.push(f64::from(u8::from(i == chosen)));
            for x in &mut xs { x.push(r.normal()); }
        }
    }
    let mut cols = vec![numbers("case", case), numbers("alt", alt), numbers("choice", choice)];
    let mut params: Vec<(String, f64)> = vec![]; let mut all = vec![];
    for (i, x) in xs.into_iter().enumerate() { cols.push(numbers(&format!("x{i}"), x)); params.push((format!("b{i}"), 0.0)); all.push(format!("b{i} * x{i}")); }
    let mut utils = vec![("all".to_owned(), all.join(" + "))];
    if own { for a in 2..=n_alt { params.push((format!("asc{a}"), 0.0)); utils.push((a.to_string(), format!("asc{a}"))); } }
    let p: Vec<(&str, f64)> = params.iter().map(|(n, s)| (n.as_str(), *s)).collect();
    let u: Vec<(&str, &str)> = utils.iter().map(|(n, s)| (n.as_str(), s.as_str())).collect();
    let spec = specification(&p, &u);
    let d = time("ragged data", || data(table(cols), &Schema::long("case", "alt", "choice"), &spec));
    let m = time("bind", || bind(&spec, &d));
    println!("sets {} params {}", m.blocks.sets.len(), p.len());
    let theta = vec![0.1; p.len()];
    for _ in 0..2 { time("hessian eval", || m.evaluate(&theta, Order::Hessian).unwrap()); }
    time("fit", || m.fit(&FitOptions::default(), None).unwrap());
    time("separated", || m.separated().unwrap());
    time("constants", || crate::log_likelihood_constants(&d));
}

#[test]
fn ragged_labelled() { ragged(20_000, 60, 10, 5, true); }
#[test]
fn unlabelled() { ragged(20_000, 60, 30, 20, false); }
