use logsum_data::{Layout, Schema};
use logsum_estimate::LogLikelihood;

use super::*;
use crate::estimation::FitOptions;
use crate::testing::{
    LONG, WIDE, data, expression, long_table, numbers, situations, specification, table, wide_schema, wide_table,
};

#[track_caller]
fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} against {expected}");
    }
}

#[test]
fn shares_and_mean_logsum_by_hand() {
    // P(car) = 3/4 at weight 1 and 1/2 at weight 3; the bus is alone in a case of weight 0.
    let specification = specification(&[("b", 1.0)], &[("car", "b * x"), ("bus", "0 * b")]);
    let schema = Schema::wide("choice")
        .alternative_if("car", 1, expression("w > 0"))
        .alternative("bus", 2)
        .weight(expression("w"));
    let cells = vec![numbers("x", [3.0_f64.ln(), 0.0, 5.0]), numbers("w", [1.0, 3.0, 0.0])];
    let data = situations(table(cells), &schema, &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let prediction = model.predict(&[1.0]).unwrap();
    assert_near(&prediction.shares(&data), &[2.25 / 4.0, 1.75 / 4.0], 1e-15);
    let logsum = (4.0_f64.ln() + 3.0 * 2.0_f64.ln()) / 4.0;
    assert_near(&[prediction.mean_logsum(&data)], &[logsum], 1e-15);
    assert_eq!(observed_shares(&data), None);
}

#[test]
fn observed_shares_count_choices_and_weights() {
    let specification = specification(&[("b", 1.0)], &[("all", "b * x"), ("1", "0 * b")]);
    let schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "n".to_owned(),
        counts: true,
    })
    .weight(expression("w"));
    let cells = vec![
        numbers("case", [1.0, 1.0, 2.0, 2.0]),
        numbers("alt", [1.0, 2.0, 1.0, 2.0]),
        numbers("n", [3.0, 1.0, 0.0, 5.0]),
        numbers("x", [0.0; 4]),
        numbers("w", [2.0, 2.0, 1.0, 1.0]),
    ];
    let data = data(table(cells), &schema, &specification);
    // Choices 2·3 and 2·1 + 5 of 13.
    assert_near(&observed_shares(&data).unwrap(), &[6.0 / 13.0, 7.0 / 13.0], 1e-15);
    let prediction = Model::bind(&specification, &data).unwrap().predict(&[1.0]).unwrap();
    assert_near(&prediction.shares(&data), &[0.5, 0.5], 1e-15);
}

#[test]
fn with_constants_the_predicted_shares_of_the_sample_are_the_observed_ones() {
    // The first-order conditions of the constants say so, with weights too; without constants it is not so.
    let schema = wide_schema().weight(expression("w"));
    let gap = |specification: &crate::Specification| {
        let data = data(wide_table(600, 3), &schema, specification);
        let model = Model::bind(specification, &data).unwrap();
        let fit = model.fit(&FitOptions::default(), None).unwrap();
        assert!(fit.converged);
        let predicted = model.share_estimates(&fit).unwrap();
        let observed = observed_shares(&data).unwrap();
        let gaps = predicted
            .iter()
            .zip(observed)
            .map(|(share, observed)| (share.share - observed).abs());
        gaps.fold(0.0, f64::max)
    };
    // The score is 0 up to the tolerance of the decrement, whose root counts: 3e-5.
    assert!(gap(&specification(WIDE.0, WIDE.1)) < 3e-5);
    let without = [
        ("a", "b_time * time_a"),
        ("b", "b_time * time_b"),
        ("c", "b_time * time_c"),
    ];
    assert!(gap(&specification(&[("b_time", 0.0)], &without)) > 0.01);
}

#[test]
fn errors_are_those_of_the_delta_method_by_hand() {
    // One constant, shares of a and b alone: S = 1/(1 + e^−c), dS/dc = S (1 − S), and the variance of c is
    // 1/(n S (1 − S)): so se = √(S (1 − S)/n).
    let specification = specification(&[("c", 0.0)], &[("a", "0 * c"), ("b", "c")]);
    let choice = (0..50).map(|row| f64::from(u8::from(row < 15)) + 1.0);
    let schema = Schema::wide("choice").alternative("a", 1).alternative("b", 2);
    let data = data(table(vec![numbers("choice", choice)]), &schema, &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let fit = model.fit(&FitOptions::default(), None).unwrap();
    let shares = model.share_estimates(&fit).unwrap();
    let expected = (0.3_f64 * 0.7 / 50.0).sqrt();
    for (share, value) in shares.iter().zip([0.7, 0.3]) {
        assert_near(&[share.share], &[value], 1e-9);
        // Central differences: h² and ε/h are both near 4e-11.
        assert_near(&[share.std_error.unwrap()], &[expected], 1e-9);
    }
    // On the scale of ln odds the interval is that of the constant.
    let constant = &fit.parameters[0];
    let odds = |share: f64| (share / (1.0 - share)).ln();
    assert_near(
        &[odds(shares[1].conf_low.unwrap())],
        &[constant.conf_low.unwrap()],
        1e-8,
    );
    assert_near(
        &[odds(shares[1].conf_high.unwrap())],
        &[constant.conf_high.unwrap()],
        1e-8,
    );
}

#[test]
fn errors_agree_with_the_scatter_of_shares_over_other_estimates() {
    let specification = specification(LONG.0, LONG.1);
    let schema = Schema::long("case", "alt", "choice");
    let data = data(long_table(300, 4), &schema, &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let fit = model.fit(&FitOptions::default(), None).unwrap();
    let shares = model.share_estimates(&fit).unwrap();
    let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let covariance = fit.chosen_covariance().unwrap();
    // Cholesky factor, and θ moved by each of its columns: Σ (S(θ + L_k) − S(θ − L_k))²/4 is g′Cg where S is linear.
    let k = theta.len();
    let mut factor = vec![vec![0.0; k]; k];
    for i in 0..k {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|l| factor[i][l] * factor[j][l]).sum();
            factor[i][j] = if i == j {
                (covariance[i][i] - sum).sqrt()
            } else {
                (covariance[i][j] - sum) / factor[j][j]
            };
        }
    }
    let mut variance = vec![0.0; shares.len()];
    let columns = (0..k).map(|column| factor.iter().map(|row| row[column]).collect::<Vec<f64>>());
    for column in columns {
        let at = |sign: f64| {
            let moved: Vec<f64> = theta
                .iter()
                .zip(&column)
                .map(|(value, step)| value + sign * step)
                .collect();
            model.predict(&moved).unwrap().shares(&data)
        };
        for (sum, (up, down)) in variance.iter_mut().zip(at(1.0).iter().zip(at(-1.0))) {
            *sum += ((up - down) / 2.0).powi(2);
        }
    }
    for (share, variance) in shares.iter().zip(variance) {
        let error = share.std_error.unwrap();
        // Shares curve a little over a standard error.
        assert!(
            (error / variance.sqrt() - 1.0).abs() < 0.03,
            "{error} {}",
            variance.sqrt()
        );
        assert!(error > 1e-3, "an error of any size");
    }
}

#[test]
fn without_a_covariance_there_are_shares_alone() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(200, 5), &wide_schema(), &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let mut fit = model.fit(&FitOptions::default(), None).unwrap();
    fit.covariance.hessian = None;
    let shares = model.share_estimates(&fit).unwrap();
    assert!(
        shares
            .iter()
            .all(|share| share.std_error.is_none() && share.conf_low.is_none())
    );
    assert_eq!(model.parameters().len(), fit.parameters.len());
    // A share of 0 or 1 has no interval.
    assert_eq!(Share::new(1.0, Some(0.0), 0.95).conf_low, None);
}
