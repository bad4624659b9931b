//! Score and Hessian against differences, and what belongs to them.

use logsum_estimate::{LogLikelihood, Order, differences};

use super::*;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape};

#[track_caller]
fn assert_derivatives(name: &str, model: &Model<'_>, theta: &[f64]) {
    let whole = model
        .evaluate(theta, Order::Hessian)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let (score, hessian) = differences(model, theta, &vec![0.1; theta.len()]).unwrap();
    let size = whole.magnitude.max(1.0) + whole.hessian.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    for (k, (one, other)) in score.iter().zip(&whole.score).enumerate() {
        assert!((one - other).abs() < 1e-9 * size, "{name}: score of {k}: {one} {other}");
    }
    for ((k, j), one) in hessian.indexed_iter() {
        let other = whole.hessian[[k, j]];
        assert!((one - other).abs() < 1e-8 * size, "{name}: {k} {j}: {one} {other}");
    }
    for order in [Order::Value, Order::Score] {
        let part = model.evaluate(theta, order).unwrap();
        assert_near(part.log_likelihood, whole.log_likelihood, 1e-13, 1.0);
        for (one, other) in part.score.iter().zip(&whole.score) {
            assert!((one - other).abs() < 1e-12 * size, "{name}");
        }
    }
}

#[test]
fn score_and_hessian_of_random_trees_and_networks() {
    for (name, specification) in all_models() {
        let data = choices(60, 7, &specification);
        let model = bind(&specification, &data);
        for seed in 0..2 {
            assert_derivatives(&name, &model, &start(&model, seed));
        }
    }
}

#[test]
fn scores_of_cases_and_contributions_add_up() {
    for (name, specification) in all_models() {
        let data = choices(60, 8, &specification);
        let model = bind(&specification, &data);
        let theta = start(&model, 3);
        let whole = model.evaluate(&theta, Order::Score).unwrap();
        let mut sum = vec![0.0; theta.len()];
        let mut products = vec![0.0; theta.len() * theta.len()];
        let add = &mut |_: usize, score: &[f64]| {
            sum.iter_mut().zip(score).for_each(|(sum, score)| *sum += score);
            for (i, one) in score.iter().enumerate() {
                for (j, other) in score.iter().enumerate() {
                    products[i * score.len() + j] += one * other;
                }
            }
        };
        model.visit_scores(&theta, add).unwrap();
        for (one, other) in sum.iter().zip(&whole.score) {
            assert_near(*one, *other, 1e-11, 1.0);
        }
        let outer = model.score_products(&theta).unwrap();
        for (one, other) in products.iter().zip(&outer) {
            assert_near(*one, *other, 1e-11, 1.0);
        }
        let contributions = model.contributions(&theta).unwrap();
        assert_near(contributions.iter().sum(), whole.log_likelihood, 1e-12, 1.0);
        assert_eq!(contributions.len(), 60, "{name}");
    }
}

/// As a mixture sees them, with and without tastes that vary.
#[test]
fn random_tastes_over_nests() {
    let plan = |number| DrawPlan {
        number: DrawNumber::Number(number),
        method: DrawMethod::Sobol,
        ..DrawPlan::default()
    };
    for (name, specification) in all_models() {
        let specification = specification
            .random(RandomCoefficient::new("b_x", Shape::Normal))
            .draws(plan(37))
            .parameter("sd_b_x", 0.5);
        let data = choices(12, 9, &specification);
        let model = bind(&specification, &data);
        assert_derivatives(&name, &model, &start(&model, 1));
        // Without variance it is the model with the same taste for all.
        let mut theta = start(&model, 2);
        *theta.last_mut().unwrap() = 0.0;
        let fixed = Specification {
            mixing: None,
            parameters: specification.parameters[..theta.len() - 1].to_vec(),
            ..specification.clone()
        };
        let (mixed, same) = (bind(&specification, &data), bind(&fixed, &data));
        let value = |model: &Model<'_>, theta: &[f64]| model.evaluate(theta, Order::Value).unwrap().log_likelihood;
        let theta_of_same = &theta[..theta.len() - 1];
        assert_near(value(&mixed, &theta), value(&same, theta_of_same), 1e-13, 1.0);
        let (mixed, same) = (mixed.predict(&theta).unwrap(), same.predict(theta_of_same).unwrap());
        for (one, other) in mixed.probabilities.iter().zip(&same.probabilities) {
            assert_near(*one, *other, 1e-12, 1.0);
        }
        for (one, other) in mixed.logsums.iter().zip(&same.logsums) {
            assert_near(*one, *other, 1e-12, 1.0);
        }
    }
}
