//! The engine against the plain loops, for every kind of model.

use logsum_estimate::{LogLikelihood, Order};

use super::models::{self, Case};
use super::*;
use crate::testing::mixed;

/// Relative to the sum of absolute contributions. Products of a few dozen probabilities that are right to 1e-16 or so
/// are right to 1e-14; where coefficients come from quantiles and exponentials, errors are a few times those.
const ROUNDING: f64 = 1e-13;

#[track_caller]
fn assert_twins(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for Case {
        name,
        specification,
        data,
    } in cases
    {
        let model = bind(&specification, &data);
        for seed in 0..2 {
            let theta = near_start(&specification, seed);
            let twin = mixed(&specification, &data, &theta);
            let (value, magnitude) = (
                twin.iter().sum::<f64>(),
                twin.iter().map(|value| value.abs()).sum::<f64>(),
            );
            match model.evaluate(&theta, Order::Value) {
                Ok(evaluation) => {
                    let error = (evaluation.log_likelihood - value).abs() / magnitude;
                    let other = (evaluation.magnitude - magnitude).abs() / magnitude;
                    if !(error <= ROUNDING && other <= ROUNDING) {
                        let value_of = evaluation.log_likelihood;
                        wrong.push(format!(
                            "{name}: {value_of} against {value}, {error:.1e} and {other:.1e}"
                        ));
                    }
                }
                Err(error) => wrong.push(format!("{name}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn shapes() {
    assert_twins(tastes::shapes());
}

#[test]
fn expressions() {
    assert_twins(tastes::expressions());
}

#[test]
fn groups_and_spaces() {
    assert_twins(tastes::groups_and_spaces());
}

#[test]
fn nonlinear_utilities() {
    assert_twins(tastes::nonlinear());
}

#[test]
fn ragged_choice_sets_and_counts() {
    assert_twins(models::long());
}

#[test]
fn draws() {
    assert_twins(models::draws());
}

#[test]
fn coefficients_that_vary_from_case_to_case() {
    assert_twins(models::within());
}

/// The usual sequence by its definition: the digits of whole numbers mirrored at the point, stretch after stretch.
#[test]
fn halton_draws_by_hand() {
    use crate::testing::{data, wide_table};
    use logsum_draws::normal_quantile;
    let mirrored = |mut number: u64, base: u64| {
        let (mut value, mut digit) = (0.0, 1.0 / base as f64);
        while number > 0 {
            value += (number % base) as f64 * digit;
            (number, digit) = (number / base, digit / base as f64);
        }
        value
    };
    let specification = mixed_model(&[], [random("b_cost", Shape::Normal), random("b_time", Shape::Normal)])
        .draws(plan(DrawMethod::Halton, 37));
    let data = data(wide_table(15, 3), &panel(), &specification);
    let theta = near_start(&specification, 0);
    let at = |name: &str| theta[place(&specification, name)];
    let logit = crate::testing::specification(&AWAY, WIDE.1);
    let makers = data.decision_makers().unwrap();
    let mut likelihoods = vec![0.0; makers[14] as usize + 1];
    for (n, likelihood) in likelihoods.iter_mut().enumerate() {
        for r in 0..37 {
            // The first coefficient that was named has base 2.
            let [first, second] = [2, 3].map(|base| normal_quantile(mirrored(100 + 37 * n as u64 + r, base)));
            let mut beta = theta[..5].to_vec();
            beta[3] = at("b_cost") + at("sd_b_cost") * first;
            beta[2] = at("b_time") + at("sd_b_time") * second;
            let utilities = crate::testing::plain_utilities(&logit, &data, &beta);
            let ln_p = crate::testing::plain_ln_probabilities(&data, &utilities);
            let logsum_data::Outcome::Chosen(chosen) = data.outcome() else {
                panic!("choices");
            };
            let of_maker = (0..15).filter(|&case| makers[case] as usize == n);
            let product: f64 = of_maker
                .map(|case| ln_p[data.pairs(case).start + chosen[case] as usize])
                .sum();
            *likelihood += product.exp() / 37.0;
        }
    }
    let expected: f64 = likelihoods.iter().map(|likelihood| likelihood.ln()).sum();
    assert_near(
        evaluate_at(&specification, &data, &theta).log_likelihood,
        expected,
        1e-13,
        0.0,
    );
}
