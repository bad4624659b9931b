use logsum_data::{Change, ChoiceData};

use super::{drawn_parameters, pair_of, spread};
use crate::applied::{Breakdown, ParameterFunction, scenario_shares, surplus};
use crate::comparison::testing::{fitted, mixed};
use crate::testing::{WIDE, data, specification, wide_schema, wide_table};
use crate::{Fit, Model, Specification};

/// A weighted logit, its table's data, and the same in a scenario.
fn scenario(changes: &[&str]) -> (Specification, ChoiceData, ChoiceData, Fit) {
    let specification = specification(WIDE.0, WIDE.1);
    let schema = wide_schema().weight(crate::testing::expression("w"));
    let table = wide_table(400, 3);
    let base = data(table.clone(), &schema, &specification);
    let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
    let moved = base.under(&table, &changes, &specification.uses()).unwrap();
    let fit = fitted(&specification, &base);
    (specification, base, moved, fit)
}

fn cost(fit: &Fit) -> ParameterFunction {
    ParameterFunction::parse("b_cost", fit).unwrap().negated()
}

#[test]
fn nothing_is_worth_exactly_nothing() {
    let (specification, base, same, fit) = scenario(&["time_a = time_a * 1"]);
    let models = [&base, &same].map(|data| Model::bind(&specification, data).unwrap());
    let breakdown = Breakdown::new(&base, None);
    let found = surplus(&fit, (&models[0], &models[1]), &cost(&fit), &breakdown).unwrap();
    assert_eq!(found[0].mean.estimate, 0.0);
    assert_eq!(
        (found[0].mean.std_error, found[0].total.estimate, found[0].median),
        (Some(0.0), 0.0, 0.0)
    );
    assert_eq!(
        (found[0].mean.conf_low, found[0].mean.conf_high),
        (Some(0.0), Some(0.0))
    );
    let shares = scenario_shares(&fit, (&models[0], &base), (&models[1], &same), &breakdown).unwrap();
    assert!(
        shares[0]
            .iter()
            .all(|of| of.change.estimate == 0.0 && of.change.std_error == Some(0.0))
    );

    let (specification, data) = mixed();
    let fit = fitted(&specification, &data);
    let same = data.under(&wide_table(400, 3), &[], &specification.uses()).unwrap();
    let models = [&data, &same].map(|data| Model::bind(&specification, data).unwrap());
    let breakdown = Breakdown::new(&data, None);
    let money = ParameterFunction::parse("exp(b_cost)", &fit).unwrap();
    let found = surplus(&fit, (&models[0], &models[1]), &money, &breakdown).unwrap();
    assert_eq!(found[0].mean.estimate, 0.0);
}

#[test]
fn a_cheaper_alternative_is_worth_about_its_share_of_the_money() {
    let (specification, base, cheaper, fit) = scenario(&["cost_a = cost_a - 0.001"]);
    let models = [&base, &cheaper].map(|data| Model::bind(&specification, data).unwrap());
    let breakdown = Breakdown::new(&base, Some(base.segments("region").unwrap()));
    let found = surplus(&fit, (&models[0], &models[1]), &cost(&fit), &breakdown).unwrap();
    assert_eq!(found.len(), 13);
    let shares = scenario_shares(&fit, (&models[0], &base), (&models[1], &cheaper), &breakdown).unwrap();
    for (group, surplus) in found.iter().enumerate() {
        // The mean of both ends is exact to the second order.
        let of_a = shares[group][0];
        let expected = 0.001 * 0.5 * (of_a.base.share + of_a.scenario.share);
        assert!(
            (surplus.mean.estimate / expected - 1.0).abs() < 1e-6,
            "{surplus:?} {expected}"
        );
        assert!((surplus.total.estimate / (surplus.weight * surplus.mean.estimate) - 1.0).abs() < 1e-14);
    }
    let weight: f64 = found[1..].iter().map(|of| of.weight).sum();
    let total: f64 = found[1..].iter().map(|of| of.total.estimate).sum();
    assert!((weight - found[0].weight).abs() < 1e-9 && (total - found[0].total.estimate).abs() < 1e-12);
}

#[test]
fn errors_are_those_of_simulated_estimates() {
    let (specification, base, dearer, fit) = scenario(&["cost_a = 1.5 * cost_a", "time_b = 0.8 * time_b"]);
    let models = [&base, &dearer].map(|data| Model::bind(&specification, data).unwrap());
    let breakdown = Breakdown::new(&base, None);
    let found = surplus(&fit, (&models[0], &models[1]), &cost(&fit), &breakdown).unwrap()[0];
    let shares = scenario_shares(&fit, (&models[0], &base), (&models[1], &dearer), &breakdown).unwrap();
    let draws = drawn_parameters(&fit, 2000, 0.2);
    let (mut values, mut changes) = (Vec::new(), Vec::new());
    for theta in &draws {
        let predictions = models.each_ref().map(|model| model.predict(theta).unwrap());
        let weights = base.weights().unwrap();
        let total: f64 = weights.iter().sum();
        let gain = |case: usize| (predictions[1].logsums[case] - predictions[0].logsums[case]) / -theta[3];
        values.push((0..base.n_cases()).map(|case| weights[case] * gain(case)).sum::<f64>() / total);
        changes.push(predictions[1].shares(&base)[1] - predictions[0].shares(&base)[1]);
    }
    for (values, error) in [
        (&values, found.mean.std_error),
        (&changes, shares[0][1].change.std_error),
    ] {
        // 2000 draws know a standard deviation to 1.6 %.
        let ratio = spread(values) / 0.2 / error.unwrap();
        assert!((ratio - 1.0).abs() < 0.06, "{ratio}");
    }
}

#[test]
fn medians_and_alternatives_that_come_and_go() {
    let (specification, base, open, fit) = scenario(&["av_c = 1"]);
    let models = [&base, &open].map(|data| Model::bind(&specification, data).unwrap());
    let breakdown = Breakdown::new(&base, None);
    let found = surplus(&fit, (&models[0], &models[1]), &cost(&fit), &breakdown).unwrap()[0];
    // More than half have had it before, and nobody is worse off.
    assert!(found.mean.estimate > 0.0 && found.median == 0.0, "{found:?}");
    let gone = open.without_alternative("c").unwrap();
    let without = Model::bind(&specification, &gone).unwrap();
    let shares = scenario_shares(&fit, (&models[0], &base), (&without, &gone), &breakdown).unwrap();
    assert_eq!(shares[0][2].scenario.share, 0.0);
    assert!((shares[0][2].change.estimate + shares[0][2].base.share).abs() < 1e-15);
    assert!((0..base.n_cases()).any(|case| pair_of(&base, case, 2).is_none()));
}
