//! Score and Hessian against differences.

use logsum_estimate::{LogLikelihood, Order, differences};

use super::models::{self, Case};
use super::*;

#[track_caller]
fn assert_derivatives(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for Case {
        name,
        specification,
        data,
    } in cases
    {
        let model = bind(&specification, &data);
        for seed in 10..12 {
            let theta = near_start(&specification, seed);
            let whole = model.evaluate(&theta, Order::Hessian).unwrap();
            // Parameters are of size 1, and so is what ln L changes over. Where tastes have a kink, steps are so small that
            // none of them is likely to meet it, and differences that much less exact.
            let (length, tolerance) = if name.contains("censored") {
                (1e-3, 1e-7)
            } else {
                (0.5, 1e-9)
            };
            let (score, hessian) = differences(&model, &theta, &vec![length; theta.len()]).unwrap();
            let size =
                whole.magnitude.max(1.0) + whole.hessian.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            let worst = |found: &mut dyn Iterator<Item = (&f64, &f64)>| {
                found.fold(0.0, |most: f64, (one, other)| most.max((one - other).abs() / size))
            };
            let errors = (
                worst(&mut score.iter().zip(&whole.score)),
                worst(&mut hessian.iter().zip(&whole.hessian)),
            );
            if !(errors.0 < tolerance && errors.1 < tolerance) {
                wrong.push(format!("{name}: {errors:?}"));
            }
            // Lower orders bring the same value and score, and no more.
            let value = model.evaluate(&theta, Order::Value).unwrap();
            let score = model.evaluate(&theta, Order::Score).unwrap();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-13 * whole.magnitude.max(1.0);
            assert!(near(value.log_likelihood, whole.log_likelihood), "{name}");
            assert!(
                score.score.iter().zip(&whole.score).all(|(a, b)| near(*a, *b)),
                "{name}"
            );
            assert_eq!((value.score.len(), value.hessian.len(), score.hessian.len()), (0, 0, 0));
            assert_eq!(whole.hessian, whole.hessian.t());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn shapes() {
    assert_derivatives(tastes::shapes());
}

#[test]
fn expressions() {
    assert_derivatives(tastes::expressions());
}

#[test]
fn groups_and_spaces() {
    assert_derivatives(tastes::groups_and_spaces());
}

#[test]
fn nonlinear_utilities() {
    assert_derivatives(tastes::nonlinear());
}

#[test]
fn ragged_choice_sets_and_counts() {
    assert_derivatives(models::long());
}

#[test]
fn draws() {
    assert_derivatives(models::draws());
}

#[test]
fn coefficients_that_vary_from_case_to_case() {
    assert_derivatives(models::within());
}
