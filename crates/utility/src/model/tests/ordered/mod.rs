//! Ordered logit and probit.

mod closed_forms;
mod derivatives;
mod drawing;
mod errors;
mod estimation;
mod identification;
mod proportional;
mod published;

use logsum_data::{ChoiceData, Column, Schema, Table};

use super::{assert_derivatives, assert_near, bind, estimates, fit};
use crate::model::Model;
use crate::ordered::{Ordered, OrderedDistribution};
use crate::specification::Specification;
use crate::testing::{Random, data, expression, numbers, specification, table};

const BOTH: [OrderedDistribution; 2] = [OrderedDistribution::Logit, OrderedDistribution::Probit];

/// The table of the numbers in `published`, by whole numbers alone but for the logarithm in the rating: row i has
///
/// ```text
/// x = (7919 i mod 101)/50 − 1,  z = (104729 i mod 97)/48 − 1,  g = [3 | i],  u = ((15485863 i mod 1009) + ½)/1009
/// rating = 1 + number of τ in (−1.5, −0.2, 1.1) below 0.9 x − 0.6 z + 0.4 g + ln(u/(1 − u))
/// ```
fn columns(n: usize) -> Vec<Column> {
    let of = |factor: usize, modulus: usize| move |i: usize| ((i * factor) % modulus) as f64;
    let x = move |i: usize| of(7919, 101)(i) / 50.0 - 1.0;
    let z = move |i: usize| of(104_729, 97)(i) / 48.0 - 1.0;
    let g = |i: usize| f64::from(u8::from(i.is_multiple_of(3)));
    let rating = move |i: usize| {
        let u = (of(15_485_863, 1009)(i) + 0.5) / 1009.0;
        let index = 0.9 * x(i) - 0.6 * z(i) + 0.4 * g(i) + (u / (1.0 - u)).ln();
        1.0 + [-1.5, -0.2, 1.1].iter().filter(|threshold| index > **threshold).count() as f64
    };
    vec![
        numbers("rating", (0..n).map(rating)),
        numbers("x", (0..n).map(x)),
        numbers("z", (0..n).map(z)),
        numbers("g", (0..n).map(g)),
        numbers("person", (0..n).map(|i| (i / 4) as f64)),
        numbers("w", (0..n).map(|i| 0.5 + (i % 5) as f64)),
    ]
}

fn ratings(n: usize) -> Table {
    table(columns(n))
}

fn schema() -> Schema {
    let names = ["bad", "fair", "good", "excellent"];
    let mut schema = Schema::wide("rating");
    for (at, name) in names.iter().enumerate() {
        schema = schema.alternative(*name, at as i32 + 1);
    }
    schema
}

/// As for data with four alternatives.
fn ordered(distribution: OrderedDistribution, utility: &str) -> Specification {
    let names = ["b_x", "b_z", "b_g", "asc"].into_iter();
    let parameters: Vec<(&str, f64)> = names
        .filter(|name| utility.contains(name))
        .map(|name| (name, 0.0))
        .collect();
    specification(&parameters, &[("all", utility)]).ordered(Ordered::new(distribution))
}

fn linear(distribution: OrderedDistribution) -> Specification {
    ordered(distribution, "b_x * x + b_z * z + b_g * g")
}

/// A point with thresholds in order.
fn point(model: &Model<'_>, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let start = model.start();
    start.iter().map(|start| start + random.between(-0.25, 0.25)).collect()
}

fn rated(n: usize, specification: &Specification) -> ChoiceData {
    data(ratings(n), &schema(), specification)
}

/// A specification and data of few cases, in panels.
pub(super) fn small(distribution: OrderedDistribution) -> (Specification, ChoiceData) {
    let specification = linear(distribution);
    let data = data(ratings(150), &schema().decision_maker("person"), &specification);
    (specification, data)
}
