//! Scores of decision makers.

use logsum_estimate::{LogLikelihood, Order};
use ndarray::Array2;

use super::models::{self, Case};
use super::*;
use crate::testing::{data, wide_table};

#[test]
fn they_sum_to_the_score_and_give_the_outer_product() {
    for Case {
        name,
        specification,
        data,
    } in models::all()
    {
        let model = bind(&specification, &data);
        let theta = near_start(&specification, 4);
        let whole = model.evaluate(&theta, Order::Hessian).unwrap();
        let k = theta.len();
        let (mut sum, mut products, mut seen) = (vec![0.0; k], Array2::<f64>::zeros((k, k)), 0);
        model
            .visit_scores(&theta, &mut |maker, score| {
                assert_eq!(maker, seen, "{name}: decision makers in order");
                seen += 1;
                for i in 0..k {
                    sum[i] += score[i];
                    for j in 0..k {
                        products[[i, j]] += score[i] * score[j];
                    }
                }
            })
            .unwrap();
        assert_eq!(seen, model.n_units(), "{name}");
        assert_eq!(seen, data.n_decision_makers(), "{name}");
        let mixture = model.mixture().unwrap();
        let fast = model.simulated_products(mixture, &mixture.draws, &theta).unwrap();
        // Squares of scores are at most a few times larger than what is summed.
        let tolerance = 1e-13 * whole.magnitude.max(1.0);
        for i in 0..k {
            assert!(
                (sum[i] - whole.score[i]).abs() <= tolerance,
                "{name}: {} {}",
                sum[i],
                whole.score[i]
            );
            for j in 0..k {
                let size = tolerance * (1.0 + products[[i, i]] + products[[j, j]]);
                assert!(
                    (fast[[i, j]] - products[[i, j]]).abs() <= size,
                    "{name}: {} {}",
                    fast[[i, j]],
                    products[[i, j]]
                );
            }
        }
    }
}

#[test]
fn products_are_those_of_the_parameters_asked_for() {
    let specification = mixed_model(&[], [random("b_time", Shape::Normal)]).draws(plan(DrawMethod::Mlhs, 40));
    let data = data(wide_table(40, 1), &panel(), &specification);
    let (here, there) = (near_start(&specification, 1), near_start(&specification, 2));
    let products = |evaluated: &[f64], asked: &[f64]| {
        let model = bind(&specification, &data);
        model.evaluate(evaluated, Order::Hessian).unwrap();
        let mixture = model.mixture().unwrap();
        model.simulated_products(mixture, &mixture.draws, asked).unwrap()
    };
    assert_eq!(products(&here, &there), products(&there, &there));
    assert_ne!(products(&here, &here), products(&there, &there));
}

#[test]
fn whoever_has_no_weight_has_no_score() {
    let specification = mixed_model(&[], [random("b_time", Shape::Normal)]).draws(plan(DrawMethod::Mlhs, 40));
    let schema = panel().weight(expression("if(income > 0.5, 1, 0)"));
    let data = data(wide_table(60, 1), &schema, &specification);
    let model = bind(&specification, &data);
    let theta = near_start(&specification, 1);
    let (makers, weights) = (data.decision_makers().unwrap(), data.weights().unwrap());
    let weight = |maker: usize| weights[makers.iter().position(|known| *known as usize == maker).unwrap()];
    let mut seen = 0;
    model
        .visit_scores(&theta, &mut |maker, score| {
            assert_eq!(maker, seen);
            seen += 1;
            assert_eq!(
                score.iter().all(|score| *score == 0.0),
                weight(maker) == 0.0,
                "decision maker {maker}"
            );
        })
        .unwrap();
    assert_eq!(seen, data.n_decision_makers());
}
