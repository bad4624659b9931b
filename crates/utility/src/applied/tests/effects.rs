use logsum_data::Schema;

use super::{column, drawn_parameters, pair_of, spread};
use crate::Model;
use crate::applied::{Breakdown, Effect, Estimated, effects, share_elasticities, users};
use crate::comparison::testing::{fitted, logit, mixed};
use crate::fit::Fit;
use crate::specification::Specification;
use crate::testing::{LONG, data, expression, long_table, specification};

fn long() -> (Specification, logsum_data::ChoiceData, Fit) {
    let specification = specification(LONG.0, LONG.1);
    let schema = Schema::long("case", "alt", "choice").weight(expression("w"));
    let data = data(long_table(300, 2), &schema, &specification);
    let fit = fitted(&specification, &data);
    (specification, data, fit)
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1.0),
        "{found} against {expected}"
    );
}

#[test]
fn elasticities_and_marginal_effects_of_a_logit_are_their_formulas() {
    let (specification, data, fit) = long();
    let theta: Vec<f64> = fit.parameters.iter().map(|of| of.estimate).collect();
    let p = Model::bind(&specification, &data)
        .unwrap()
        .predict(&theta)
        .unwrap()
        .probabilities;
    let segments = data.segments("z");
    assert!(segments.is_ok());
    let breakdown = Breakdown::new(&data, None);
    let y = column(&data, "y");
    let weights = data.weights().unwrap();
    let of = |effect| effects(&specification, &data, &fit, ("y", None), effect, &breakdown).unwrap();
    let (elastic, marginal) = (of(Effect::Elasticity), of(Effect::Marginal));
    for k in 0..5 {
        assert_eq!((elastic[k].changed, marginal[k].changed), (Some(k), Some(k)));
        let mut sum = 0.0;
        for j in 0..5 {
            let (mut top, mut share, mut both, mut mean, mut effect, mut all) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
            for (case, weight) in weights.iter().enumerate() {
                all += weight;
                let Some(own) = pair_of(&data, case, j) else { continue };
                share += weight * p[own];
                let Some(other) = pair_of(&data, case, k) else { continue };
                let slope = theta[1] * (f64::from(u8::from(j == k)) - p[other]);
                top += weight * p[own] * slope * y[other];
                effect += weight * p[own] * slope;
                mean += weight * slope * y[other];
                both += weight;
            }
            let found = elastic[k].groups[0][j];
            // The rule's own error, and rounding.
            near(found.share.estimate, top / share, 1e-11);
            near(found.mean.estimate, mean / both, 1e-11);
            near(marginal[k].groups[0][j].share.estimate, effect / all, 1e-11);
            sum += share / all * found.share.estimate;
        }
        // What one alternative loses the others gain.
        assert!(sum.abs() < 1e-12, "{sum}");
        let gained: f64 = (0..5)
            .filter(|j| *j != k)
            .map(|j| elastic[k].groups[0][j].diversion.estimate)
            .sum();
        near(gained, 1.0, 1e-10);
        assert!(!elastic[k].groups[0][k].diversion.has_value());
    }
    // The same without a fit.
    let bare = share_elasticities(&specification, &data, &theta, "y").unwrap();
    assert_eq!(bare[2].1[4], elastic[2].groups[0][4].share.estimate);
    // One alternative alone.
    let one = effects(
        &specification,
        &data,
        &fit,
        ("y", Some(3)),
        Effect::Elasticity,
        &breakdown,
    )
    .unwrap();
    assert_eq!((one.len(), one[0].changed), (1, Some(3)));
    assert_eq!(one[0].groups[0][2].share, elastic[3].groups[0][2].share);
}

#[test]
fn irrelevant_alternatives_are_independent_in_a_logit_and_not_in_a_mixture() {
    // Among cases that have all three, cross elasticities of cases are equal: so are those of segments of equal cases.
    let specification = specification(&[("b", -0.4)], &[("all", "b * price")]);
    let columns = vec![
        crate::testing::numbers("case", [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]),
        crate::testing::numbers("alt", [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]),
        crate::testing::numbers("choice", [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
        crate::testing::numbers("price", [1.0, 2.0, 3.0, 2.0, 2.5, 0.5]),
        crate::testing::numbers("who", [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]),
    ];
    let schema = Schema::long("case", "alt", "choice");
    let table = crate::testing::table(columns);
    let data = data(table, &schema, &specification);
    let mut fit = fitted(&specification, &data);
    fit.parameters[0].estimate = -0.4;
    let breakdown = Breakdown::new(&data, Some(data.segments("who").unwrap()));
    let found = effects(
        &specification,
        &data,
        &fit,
        ("price", Some(1)),
        Effect::Elasticity,
        &breakdown,
    )
    .unwrap();
    for group in 1..3 {
        let [first, own, third] = found[0].groups[group].as_slice() else {
            panic!("three alternatives")
        };
        near(first.share.estimate, third.share.estimate, 1e-12);
        assert!(own.share.estimate < 0.0 && first.share.estimate > 0.0);
    }
    let (all, first) = (&found[0].groups[0][0], &found[0].groups[1][0]);
    assert!((all.share.estimate - first.share.estimate).abs() > 1e-3);

    let (specification, data) = mixed();
    let fit = fitted(&specification, &data);
    let breakdown = Breakdown::new(&data, None);
    let found = effects(
        &specification,
        &data,
        &fit,
        ("time_b", None),
        Effect::Elasticity,
        &breakdown,
    )
    .unwrap();
    assert_eq!(found[0].changed, Some(1));
    let theta: Vec<f64> = fit.parameters.iter().map(|of| of.estimate).collect();
    let share = |factor: f64| {
        let moved = data.with_cells("time_b", None, |cell| factor * cell).unwrap();
        Model::bind(&specification, &moved)
            .unwrap()
            .predict(&theta)
            .unwrap()
            .shares(&moved)
    };
    let (up, down, now) = (share(1.0 + 1e-5), share(1.0 - 1e-5), share(1.0));
    for j in 0..3 {
        near(
            found[0].groups[0][j].share.estimate,
            (up[j] - down[j]) / (2e-5 * now[j]),
            1e-8,
        );
    }
}

#[test]
fn standard_errors_are_those_of_simulated_estimates() {
    let (specification, data, fit) = long();
    let breakdown = Breakdown::new(&data, None);
    let effect = |fit: &Fit, effect| {
        let found = effects(&specification, &data, fit, ("y", Some(1)), effect, &breakdown).unwrap();
        found[0].groups[0].clone()
    };
    let draws = drawn_parameters(&fit, 1500, 0.3);
    let at = |theta: &[f64], of| {
        let mut moved = fit.clone();
        moved.covariance_kind = "none".to_owned();
        moved
            .parameters
            .iter_mut()
            .zip(theta)
            .for_each(|(known, value)| known.estimate = *value);
        effect(&moved, of)
    };
    for of in [Effect::Elasticity, Effect::Marginal, Effect::Arc(0.1)] {
        let found = effect(&fit, of);
        let simulated: Vec<_> = draws.iter().map(|theta| at(theta, of)).collect();
        for j in [1, 2] {
            let compare = |number: fn(&crate::applied::EffectValues) -> Estimated| {
                let known = number(&found[j]);
                if !known.has_value() {
                    return;
                }
                let values: Vec<f64> = simulated.iter().map(|values| number(&values[j]).estimate).collect();
                // 1500 draws know a standard deviation to 1.8 %.
                let ratio = spread(&values) / 0.3 / known.std_error.unwrap();
                assert!((ratio - 1.0).abs() < 0.07, "{of:?} {j}: {ratio}");
            };
            compare(|values| values.share);
            compare(|values| values.mean);
            compare(|values| values.diversion);
        }
    }
}

#[test]
fn arcs_have_ends_and_wide_columns_their_alternative() {
    let (specification, data) = logit();
    let fit = fitted(&specification, &data);
    let breakdown = Breakdown::new(&data, None);
    let found = effects(
        &specification,
        &data,
        &fit,
        ("cost_c", None),
        Effect::Arc(0.1),
        &breakdown,
    )
    .unwrap();
    assert_eq!((found.len(), found[0].changed), (1, Some(2)));
    let theta: Vec<f64> = fit.parameters.iter().map(|of| of.estimate).collect();
    let share = |factor: f64| {
        let moved = data.with_cells("cost_c", None, |cell| factor * cell).unwrap();
        Model::bind(&specification, &moved)
            .unwrap()
            .predict(&theta)
            .unwrap()
            .shares(&moved)[2]
    };
    let (then, now) = (share(1.1), share(1.0));
    let expected = (then - now) / (0.5 * (then + now)) / (0.1 / 1.05);
    near(found[0].groups[0][2].share.estimate, expected, 1e-12);
    assert_eq!(users(&specification, &data, "income"), Some(vec![1]));
    assert_eq!(users(&specification, &data, "region"), Some(vec![]));
}
