//! Tests of sampled choice sets: the corrections by brute force, what a sample may depend on, and what is estimated.

mod bayes;
mod consistency;
mod estimation;
mod samples;

use logsum_data::{ChoiceData, Column, Schema, Table};

use super::{AlternativeSampling, SampleSize, SamplingMethod};
use crate::specification::Specification;
use crate::testing::{Random, data, expression, numbers, specification, table, texts};

fn uniform(number: usize) -> AlternativeSampling {
    AlternativeSampling {
        method: SamplingMethod::Uniform,
        number: SampleSize::Same(number),
        seed: 1,
        replications: 1,
    }
}

fn importance(number: usize, weight: &str) -> AlternativeSampling {
    AlternativeSampling {
        method: SamplingMethod::Importance {
            weight: expression(weight),
        },
        ..uniform(number)
    }
}

fn stratified(strata: &str, numbers: &[(&str, usize)]) -> AlternativeSampling {
    AlternativeSampling {
        method: SamplingMethod::Stratified {
            strata: strata.to_owned(),
        },
        number: SampleSize::Strata(
            numbers
                .iter()
                .map(|(name, number)| ((*name).to_owned(), *number))
                .collect(),
        ),
        ..uniform(2)
    }
}

const TRUTH: [f64; 3] = [1.0, -0.6, 0.5];

/// Utilities of [`zones`].
fn zone_specification() -> Specification {
    specification(
        &[("b_x", 0.0), ("b_y", 0.0), ("b_z", 0.0)],
        &[("all", "b_x * x + b_y * y + b_z * x * income")],
    )
}

/// A row per zone of each case, with the choices of logit at [`TRUTH`]; `kind` divides the zones by their x.
fn zones(n_cases: usize, n_zones: usize, seed: u64) -> Table {
    let mut random = Random::new(seed);
    let names = ["case", "zone", "choice", "x", "y", "income"];
    let mut cells = vec![Vec::new(); names.len()];
    let mut kind = Vec::new();
    for case in 0..n_cases {
        let income = random.normal();
        let attributes: Vec<[f64; 2]> = (0..n_zones).map(|_| [random.normal(), random.normal()]).collect();
        let utilities: Vec<f64> = attributes
            .iter()
            .map(|[x, y]| TRUTH[0] * x + TRUTH[1] * y + TRUTH[2] * x * income)
            .collect();
        let chosen = random.choose(&utilities);
        for (zone, [x, y]) in attributes.iter().enumerate() {
            let row = [
                1000.0 + case as f64,
                zone as f64 + 1.0,
                f64::from(u8::from(zone == chosen)),
                *x,
                *y,
                income,
            ];
            cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
            kind.push(if *x > 0.7 { "core" } else { "rest" });
        }
    }
    let mut columns: Vec<Column> = names
        .iter()
        .zip(cells)
        .map(|(name, cells)| numbers(name, cells))
        .collect();
    columns.push(texts("kind", &kind));
    table(columns)
}

fn zone_schema() -> Schema {
    Schema::long("case", "zone", "choice")
}

fn zone_data(n_cases: usize, n_zones: usize, seed: u64) -> ChoiceData {
    data(zones(n_cases, n_zones, seed), &zone_schema(), &zone_specification())
}

/// Identifier of the case and alternative of each pair, with its correction.
fn pairs(data: &ChoiceData) -> Vec<(u64, u32, f64)> {
    let keys = data.case_keys();
    let of_case = |case: usize| data.pairs(case).map(move |pair| (case, pair));
    (0..data.n_cases())
        .flat_map(of_case)
        .map(|(case, pair)| {
            (
                keys[case],
                data.pair_alternatives()[pair],
                data.correction().map_or(0.0, |correction| correction[pair]),
            )
        })
        .collect()
}
