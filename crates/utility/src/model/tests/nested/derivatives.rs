//! Score and Hessian against differences, and what belongs to them.

use logsum_estimate::{LogLikelihood, Order};

use super::*;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape};

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
