//! Tests of probit: against exact probabilities and integrals, against differences, against what it must not depend on.

mod closed_forms;
mod derivatives;
mod errors;
mod estimation;
mod prediction;
mod rankings;

use logsum_data::{ChoiceData, Schema};

use super::{assert_near, bind};
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape, TasteDistribution};
use crate::probit::{ErrorCovariance, PatternElement, Probabilities, Probit};
use crate::specification::Specification;
use crate::testing::{LONG, Random, WIDE, data, expression, long_table, specification, wide_schema, wide_table};

const AWAY: [(&str, f64); 5] = [
    ("asc_b", 0.3),
    ("asc_c", -0.2),
    ("b_time", -0.4),
    ("b_cost", -0.3),
    ("b_income", 0.2),
];

fn draws(method: DrawMethod, number: usize) -> DrawPlan {
    DrawPlan {
        method,
        number: DrawNumber::Number(number),
        ..DrawPlan::default()
    }
}

/// Three alternatives, of which two are not always available.
fn wide(probit: Probit, number: usize) -> Specification {
    specification(&AWAY, WIDE.1)
        .probit(probit)
        .draws(draws(DrawMethod::Sobol, number))
}

/// Ragged choice sets out of five alternatives.
fn long(probit: Probit, number: usize) -> Specification {
    let starts = [
        ("b_x", 0.6),
        ("b_y", -0.4),
        ("asc_2", 0.3),
        ("asc_3", -0.2),
        ("b_z3", 0.3),
    ];
    specification(&starts, LONG.1)
        .probit(probit)
        .draws(draws(DrawMethod::Sobol, number))
}

fn named(probit: Probit, alternatives: &[&str]) -> Probit {
    Probit {
        alternatives: alternatives.iter().map(|&name| name.to_owned()).collect(),
        ..probit
    }
}

fn of(covariance: ErrorCovariance) -> Probit {
    Probit::new(covariance)
}

fn exact(probit: Probit) -> Probit {
    Probit {
        probabilities: Probabilities::Exact,
        ..probit
    }
}

fn element(row: &str, column: &str, value: &str) -> PatternElement {
    PatternElement {
        row: row.to_owned(),
        column: column.to_owned(),
        value: expression(value),
    }
}

fn random(symbol: &str, shape: Shape) -> RandomCoefficient {
    let mut random = RandomCoefficient::new(symbol, shape);
    if let TasteDistribution::Named { start, .. } = &mut random.distribution {
        *start = Some(0.5);
    }
    random
}

fn long_schema() -> Schema {
    Schema::long("case", "alt", "choice")
}

fn wide_data(model: &Specification, n: usize, seed: u64) -> ChoiceData {
    data(wide_table(n, seed), &wide_schema(), model)
}

fn long_data(model: &Specification, n: usize, seed: u64) -> ChoiceData {
    data(long_table(n, seed), &long_schema(), model)
}

/// Parameters near the starts, once the data have told the alternatives.
fn near_start(model: &super::Model<'_>, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    model
        .start()
        .iter()
        .map(|start| start + random.between(-0.2, 0.2))
        .collect()
}
