//! Tests of mixed logit: against a twin that works draw by draw, against differences, against what it must not depend on.

mod bits;
mod counts;
mod degenerate;
mod derivatives;
mod errors;
mod estimation;
mod exponential;
mod extremes;
mod integrals;
mod models;
mod paths;
mod scores;
mod tastes;
mod twin;

use logsum_data::{ChoiceData, Layout, Schema};
use logsum_estimate::Evaluation;

use super::{assert_near, bind, evaluate};
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape, TasteDistribution, Varies};
use crate::specification::Specification;
use crate::testing::{Random, WIDE, expression, specification, wide_schema};

/// Parameters of [`WIDE`] where probabilities are neither 0 nor 1.
const AWAY: [(&str, f64); 5] = [
    ("asc_b", 0.3),
    ("asc_c", -0.2),
    ("b_time", -0.6),
    ("b_cost", -0.5),
    ("b_income", 0.3),
];

/// A coefficient whose second estimate starts well away from 0.
fn random(symbol: &str, shape: Shape) -> RandomCoefficient {
    let mut random = RandomCoefficient::new(symbol, shape);
    let TasteDistribution::Named { start, .. } = &mut random.distribution else {
        unreachable!("it has just been named");
    };
    *start = Some(0.6);
    random
}

/// More of what can be said of a coefficient: "sign", "second", "mean_shift", "ln_sd_shift".
fn with(mut random: RandomCoefficient, said: &[(&str, &str)]) -> RandomCoefficient {
    let TasteDistribution::Named {
        sign,
        start,
        second,
        mean_shift,
        ln_sd_shift,
        ..
    } = &mut random.distribution
    else {
        panic!("a named distribution");
    };
    for (what, value) in said {
        match *what {
            "sign" => *sign = value.parse().unwrap(),
            "second" => (*start, *second) = (None, Some(expression(value))),
            "mean_shift" => *mean_shift = Some(expression(value)),
            "ln_sd_shift" => *ln_sd_shift = Some(expression(value)),
            other => panic!("{other}"),
        }
    }
    random
}

fn from_case_to_case(mut random: RandomCoefficient) -> RandomCoefficient {
    random.varies = Varies::Case;
    random
}

fn transform(symbol: &str, source: &str) -> RandomCoefficient {
    RandomCoefficient::transform(symbol, expression(source))
}

fn plan(method: DrawMethod, number: usize) -> DrawPlan {
    DrawPlan {
        method,
        number: DrawNumber::Number(number),
        ..DrawPlan::default()
    }
}

/// The utilities of [`WIDE`] with random coefficients and further parameters.
fn mixed_model(further: &[(&str, f64)], random: impl IntoIterator<Item = RandomCoefficient>) -> Specification {
    let parameters: Vec<(&str, f64)> = AWAY.iter().chain(further).copied().collect();
    let specification = specification(&parameters, WIDE.1);
    random.into_iter().fold(specification, Specification::random)
}

fn panel() -> Schema {
    wide_schema().decision_maker("person")
}

/// Rows with what was counted, of cases and alternatives.
fn counted() -> Schema {
    Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "count".to_owned(),
        counts: true,
    })
}

/// Parameters near the start.
fn near_start(specification: &Specification, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let completed = specification.clone().completed();
    let starts = completed.parameters.iter().map(|declared| declared.parameter.start);
    starts.map(|start| start + random.between(-0.25, 0.25)).collect()
}

/// The place of a parameter once all are declared.
fn place(specification: &Specification, name: &str) -> usize {
    let symbols = specification.clone().completed().symbols();
    symbols.iter().position(|symbol| symbol == name).expect("a parameter")
}

/// Value, score and Hessian agree relative to what was summed.
#[track_caller]
fn assert_same(left: &Evaluation, right: &Evaluation, tolerance: f64, what: &str) {
    let size = left.magnitude.max(1.0);
    let near = |left: f64, right: f64, size: f64| (left - right).abs() <= tolerance * size;
    let (one, other) = (left.log_likelihood, right.log_likelihood);
    assert!(near(one, other, size), "{what}: ln L {one} and {other}");
    for (k, (&one, &other)) in left.score.iter().zip(&right.score).enumerate() {
        assert!(near(one, other, size), "{what}: score of {k} {one} and {other}");
    }
    for ((k, l), &one) in left.hessian.indexed_iter() {
        let other = right.hessian[[k, l]];
        assert!(near(one, other, size), "{what}: Hessian of {k}, {l} {one} and {other}");
    }
}

/// Everything at once, whatever the path.
fn evaluate_at(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> Evaluation {
    evaluate(specification, data, theta)
}
