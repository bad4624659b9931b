//! Estimates of data drawn from known errors.

use logsum_draws::Seed;

use super::*;
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::testing::changed;

/// Data of the wide table with choices drawn at these parameters.
fn drawn(model: &Specification, n: usize, theta: &[f64], seed: u64) -> ChoiceData {
    let table = wide_table(n, seed);
    let data = data(table.clone(), &wide_schema(), model);
    let logsum_data::Outcome::Chosen(chosen) = bind(model, &data).draw_outcome(theta, Seed::new(seed)).unwrap() else {
        panic!("choices");
    };
    let codes: Vec<f64> = (0..n)
        .map(|case| f64::from(data.pair_alternatives()[data.pairs(case).start + chosen[case] as usize]))
        .collect();
    let table = changed(table, "choice", |row, _| codes[row]);
    crate::testing::data(table, &wide_schema(), model)
}

fn fitted(model: &Specification, data: &ChoiceData) -> Fit {
    bind(model, data)
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn exact_and_simulated_estimates_agree_within_simulation_error() {
    let simulated = wide(of(ErrorCovariance::Full), 256);
    let truth = [0.3, -0.2, -0.4, -0.3, 0.2, 0.6, 0.8];
    let data = drawn(&simulated, 1500, &truth, 3);
    let fit = fitted(&simulated, &data);
    let exact_fit = fitted(&wide(exact(of(ErrorCovariance::Full)), 1), &data);
    assert!(fit.converged && exact_fit.converged);
    let errors = fit.draws.as_ref().unwrap().simulation_error.as_ref().unwrap();
    for (k, (one, other)) in fit.parameters.iter().zip(&exact_fit.parameters).enumerate() {
        let error = errors.estimates[k].unwrap();
        // Five replications tell a standard deviation to a third; five of them are far in its tail.
        assert!(
            (one.estimate - other.estimate).abs() < 5.0 * error + 1e-6,
            "{}: {} {}",
            one.term,
            one.estimate,
            other.estimate
        );
        let std_error = other.std_error.unwrap();
        assert!((one.std_error.unwrap() / std_error - 1.0).abs() < 0.02);
        assert!(
            (one.estimate - truth[k]).abs() < 4.0 * std_error,
            "{}: {} for {}",
            one.term,
            one.estimate,
            truth[k]
        );
    }
    assert!((fit.log_likelihood - exact_fit.log_likelihood).abs() < 5.0 * errors.log_likelihood + 1e-3);
    let report = fit.errors.as_ref().unwrap();
    assert_eq!((report.base.as_str(), report.alternatives.len()), ("a", 2));
    let variance = &report.differences[1][1];
    assert_near(
        variance.estimate,
        fit.parameters[5].estimate.powi(2) + fit.parameters[6].estimate.powi(2),
        1e-12,
        0.0,
    );
    assert!(variance.std_error.unwrap() > 0.0 && report.differences[0][0].std_error.is_none());
}

#[test]
fn a_covariance_at_its_boundary_says_so() {
    // Errors of b and c move together.
    let model = wide(of(ErrorCovariance::Full), 64);
    let truth = [0.3, -0.2, -0.4, -0.3, 0.2, 1.2, 0.001];
    let data = drawn(&model, 400, &truth, 8);
    let fit = fitted(&model, &data);
    let said = fit.warnings.iter().any(|warning| warning.contains("boundary"));
    assert!(said || !fit.converged, "{:?} {:?}", fit.warnings, fit.errors);
}

#[test]
fn random_tastes_in_a_panel_are_recovered() {
    let base = wide(of(ErrorCovariance::Independent), 128).random(random("b_cost", Shape::Normal));
    let panel = wide_schema().decision_maker("person");
    let table = wide_table(3000, 4);
    let first = data(table.clone(), &panel, &base);
    let truth = [0.3, -0.2, -0.4, -0.3, 0.2, 0.7];
    let logsum_data::Outcome::Chosen(chosen) = bind(&base, &first).draw_outcome(&truth, Seed::new(9)).unwrap() else {
        panic!("choices");
    };
    let codes: Vec<f64> = (0..first.n_cases())
        .map(|case| f64::from(first.pair_alternatives()[first.pairs(case).start + chosen[case] as usize]))
        .collect();
    let data = data(changed(table, "choice", |row, _| codes[row]), &panel, &base);
    let fit = fitted(&base, &data);
    assert!(fit.converged, "{:?}", fit.convergence);
    assert_eq!(fit.model.family, "mixed probit");
    for (parameter, truth) in fit.parameters.iter().zip(truth) {
        let off = (parameter.estimate - truth) / parameter.std_error.unwrap();
        assert!(
            off.abs() < 4.0,
            "{}: {} for {truth}",
            parameter.term,
            parameter.estimate
        );
    }
}
