//! Score and Hessian against differences, and what belongs to them.

use logsum_data::Layout;
use logsum_estimate::{LogLikelihood, Order};

use super::*;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape};

#[test]
fn score_and_hessian() {
    for distribution in BOTH {
        for utility in [
            "b_x * x + b_z * z + b_g * g",
            "b_x * x + exp(b_z) * z ^ 2 + b_g * b_x * g",
        ] {
            let specification = ordered(distribution, utility);
            for schema in [schema(), schema().weight(expression("w"))] {
                let data = data(ratings(70), &schema, &specification);
                let model = bind(&specification, &data);
                for seed in 0..2 {
                    let name = format!("{distribution:?}, {utility}");
                    assert_derivatives(&name, &model, &point(&model, seed));
                }
            }
        }
    }
}

/// Long data that count, their rows in any order: the rank of a slot is not its place.
#[test]
fn counts_in_any_order() {
    let mut random = Random::new(5);
    let (mut case, mut alt, mut count, mut x) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 0..40 {
        let value = random.between(-1.0, 1.0);
        for place in random.permutation(4) {
            case.push(f64::from(number));
            alt.push(place as f64 + 1.0);
            count.push(random.below(3) as f64);
            x.push(value);
        }
    }
    let columns = vec![
        numbers("case", case),
        numbers("alt", alt),
        numbers("count", count),
        numbers("x", x),
    ];
    let mut schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "count".to_owned(),
        counts: true,
    });
    for (at, name) in ["one", "two", "three", "four"].iter().enumerate() {
        schema = schema.alternative(*name, at as i32 + 1);
    }
    for distribution in BOTH {
        let specification = ordered(distribution, "b_x * x");
        let data = data(table(columns.clone()), &schema, &specification);
        let model = bind(&specification, &data);
        let theta = point(&model, 3);
        assert_derivatives("counts", &model, &theta);
        let contributions = model.contributions(&theta).unwrap();
        let whole = model.evaluate(&theta, Order::Value).unwrap().log_likelihood;
        assert_near(contributions.iter().sum(), whole, 1e-13, 1.0);
    }
}

#[test]
fn scores_of_cases_add_up() {
    for distribution in BOTH {
        let specification = linear(distribution);
        let data = rated(80, &specification);
        let model = bind(&specification, &data);
        let theta = point(&model, 4);
        let whole = model.evaluate(&theta, Order::Score).unwrap();
        let mut sum = vec![0.0; theta.len()];
        let add = &mut |_: usize, score: &[f64]| sum.iter_mut().zip(score).for_each(|(sum, score)| *sum += score);
        model.visit_scores(&theta, add).unwrap();
        for (one, other) in sum.iter().zip(&whole.score) {
            assert_near(*one, *other, 1e-12, 1.0);
        }
    }
}

/// Random coefficients of a panel; without variance it is the model with the same taste for all.
#[test]
fn random_coefficients() {
    for distribution in BOTH {
        let specification = linear(distribution)
            .random(RandomCoefficient::new("b_x", Shape::Normal))
            .draws(DrawPlan {
                number: DrawNumber::Number(37),
                method: DrawMethod::Sobol,
                ..DrawPlan::default()
            })
            .parameter("sd_b_x", 0.5);
        let schema = schema().decision_maker("person");
        let data = data(ratings(40), &schema, &specification);
        let model = bind(&specification, &data);
        assert_derivatives("mixed", &model, &point(&model, 1));
        let mut theta = point(&model, 2);
        let at = model.symbols().iter().position(|name| name == "sd_b_x").unwrap();
        theta[at] = 0.0;
        let same = linear(distribution);
        let same = bind(&same, &data);
        let mut theta_of_same = theta.clone();
        theta_of_same.remove(at);
        let value = |model: &Model<'_>, theta: &[f64]| model.evaluate(theta, Order::Value).unwrap().log_likelihood;
        assert_near(value(&model, &theta), value(&same, &theta_of_same), 1e-13, 1.0);
        let (mixed, same) = (model.predict(&theta).unwrap(), same.predict(&theta_of_same).unwrap());
        for (one, other) in mixed.probabilities.iter().zip(&same.probabilities) {
            assert_near(*one, *other, 1e-12, 1.0);
        }
        for (one, other) in mixed.logsums.iter().zip(&same.logsums) {
            assert_near(*one, *other, 1e-12, 1.0);
        }
    }
}
