//! Score and Hessian against differences.

use logsum_estimate::{LogLikelihood, Order, differences};

use super::*;

#[track_caller]
fn assert_derivatives(name: &str, model: &Specification, data: &ChoiceData, tolerance: f64) {
    let bound = bind(model, data);
    for seed in 20..22 {
        let theta = near_start(&bound, seed);
        let whole = bound
            .evaluate(&theta, Order::Hessian)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let (score, hessian) = differences(&bound, &theta, &vec![0.3; theta.len()]).unwrap();
        let size = whole.magnitude.max(1.0) + whole.hessian.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        for (k, (one, other)) in score.iter().zip(&whole.score).enumerate() {
            assert!((one - other).abs() < 1e-8 * size, "{name}: score of {k}: {one} {other}");
        }
        for ((k, j), one) in hessian.indexed_iter() {
            let other = whole.hessian[[k, j]];
            assert!((one - other).abs() < tolerance * size, "{name}: {k} {j}: {one} {other}");
        }
        let value = bound.evaluate(&theta, Order::Value).unwrap();
        let first = bound.evaluate(&theta, Order::Score).unwrap();
        assert!((value.log_likelihood - whole.log_likelihood).abs() < 1e-12 * whole.magnitude.max(1.0));
        assert!(
            first
                .score
                .iter()
                .zip(&whole.score)
                .all(|(a, b)| (a - b).abs() < 1e-11 * size),
            "{name}"
        );
    }
}

/// Of analytic second derivatives: what their differences leave.
const EXACT: f64 = 1e-8;

#[test]
fn covariances() {
    let pattern = vec![
        element("2", "3", "rho"),
        element("4", "4", "s ^ 2"),
        element("1", "4", "rho / 2 * s"),
    ];
    let covariances = [
        ErrorCovariance::Full,
        ErrorCovariance::Diagonal,
        ErrorCovariance::Independent,
        ErrorCovariance::Factors(1),
        ErrorCovariance::Factors(2),
        ErrorCovariance::Pattern(pattern),
    ];
    for (at, covariance) in covariances.into_iter().enumerate() {
        let name = covariance.name();
        let mut model = long(of(covariance.clone()).base("2"), [40, 33, 7, 64, 8, 100][at]);
        if matches!(covariance, ErrorCovariance::Pattern(_)) {
            model = model.parameter("rho", 0.3).parameter("s", 1.2);
        }
        let data = long_data(&model, 40, 5);
        assert_derivatives(name, &model, &data, EXACT);
    }
}

#[test]
fn weights_counts_and_panels() {
    let model = wide(of(ErrorCovariance::Full), 40);
    let weighted = wide_schema().weight(expression("income + 2"));
    assert_derivatives("weights", &model, &data(wide_table(30, 1), &weighted, &model), EXACT);
    let panel = wide_schema().decision_maker("person");
    assert_derivatives("panel", &model, &data(wide_table(30, 2), &panel, &model), EXACT);
    let model = long(of(ErrorCovariance::Full), 33);
    let counts = Schema::of(logsum_data::Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "count".to_owned(),
        counts: true,
    });
    assert_derivatives("counts", &model, &data(long_table(20, 5), &counts, &model), EXACT);
}

#[test]
fn utilities_that_are_not_linear() {
    let utilities = [
        ("a", "b_time * boxcox(time_a, b_income + 0.5) + b_cost * cost_a"),
        (
            "b",
            "asc_b + b_time * boxcox(time_b, b_income + 0.5) + exp(b_cost) * cost_b",
        ),
        ("c", "asc_c * b_cost + b_time * boxcox(time_c, b_income + 0.5)"),
    ];
    let model = specification(&AWAY, &utilities)
        .probit(of(ErrorCovariance::Full))
        .draws(draws(DrawMethod::Halton, 50));
    assert_derivatives("nonlinear", &model, &wide_data(&model, 30, 3), EXACT);
}

#[test]
fn a_parameter_of_utilities_and_covariance() {
    let pattern = ErrorCovariance::Pattern(vec![element("a", "b", "b_income"), element("c", "c", "exp(asc_b)")]);
    let model = wide(of(pattern), 40);
    assert_derivatives("shared", &model, &wide_data(&model, 30, 4), EXACT);
}

#[test]
fn random_tastes() {
    let base = |probit| long(probit, 40).random(random("b_x", Shape::Normal));
    let model = base(of(ErrorCovariance::Full));
    assert_derivatives("cross-section", &model, &long_data(&model, 25, 5), EXACT);
    let panel = long_schema().decision_maker("person");
    for covariance in [
        ErrorCovariance::Full,
        ErrorCovariance::Independent,
        ErrorCovariance::Factors(1),
    ] {
        let name = covariance.name();
        let model = base(of(covariance)).random(random("b_y", Shape::Lognormal));
        assert_derivatives(name, &model, &data(long_table(30, 6), &panel, &model), EXACT);
    }
    let pattern = ErrorCovariance::Pattern(vec![element("1", "3", "asc_2"), element("2", "2", "exp(asc_2)")]);
    let model = base(of(pattern));
    assert_derivatives("shared", &model, &data(long_table(30, 7), &panel, &model), EXACT);
}

#[test]
fn exact_probabilities() {
    // Second derivatives are differences of scores, over a thousandth of a standard error.
    let model = wide(exact(of(ErrorCovariance::Full)), 1);
    assert_derivatives("exact", &model, &wide_data(&model, 40, 5), 1e-5);
}

#[test]
fn approximate_probabilities() {
    let approximate = Probit {
        probabilities: Probabilities::Approximate,
        ..of(ErrorCovariance::Full)
    };
    let model = long(approximate, 1);
    // The order of variables in the approximation may change between the points of a difference.
    let data = long_data(&model, 30, 5);
    let bound = bind(&model, &data);
    let theta = near_start(&bound, 3);
    let (score, h) = (bound.evaluate(&theta, Order::Score).unwrap().score, 1e-6);
    for k in 0..theta.len() {
        let at = |by: f64| {
            let mut moved = theta.clone();
            moved[k] += by;
            bound.evaluate(&moved, Order::Value).unwrap().log_likelihood
        };
        let difference = (at(h) - at(-h)) / (2.0 * h);
        assert!(
            (difference - score[k]).abs() < 1e-5 * (1.0 + score[k].abs()),
            "{k}: {difference} {}",
            score[k]
        );
    }
}
