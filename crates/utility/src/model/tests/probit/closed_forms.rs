//! Likelihoods against exact probabilities and integrals.

use logsum_draws::normal_cdf;
use logsum_estimate::{LogLikelihood, Order};

use super::*;

/// ln L, with as many draws as the model has.
fn value(model: &Specification, data: &ChoiceData, theta: &[f64]) -> f64 {
    bind(model, data).evaluate(theta, Order::Value).unwrap().log_likelihood
}

#[test]
fn two_alternatives_are_a_binary_probit_without_draws() {
    let utilities = [("a", "b_time * time_a / 10"), ("b", "asc_b + b_time * time_b / 10")];
    let schema = Schema::wide("choice").alternative("a", 0).alternative("b", 1);
    let mut table = wide_table(80, 3);
    table = crate::testing::changed(table, "choice", |_, choice| choice.min(1.0));
    let starts = [("asc_b", 0.3), ("b_time", -0.4)];
    for covariance in [ErrorCovariance::Full, ErrorCovariance::Independent] {
        let model = specification(&starts, &utilities).probit(of(covariance));
        let data = data(table.clone(), &schema, &model);
        let theta = [0.2, -0.5];
        let column = |name: &str| {
            let column = data.columns().iter().find(|column| column.name == name).unwrap();
            let logsum_data::Values::Number(cells) = &column.values else {
                panic!("numbers")
            };
            cells.clone()
        };
        let (time_a, time_b) = (column("time_a"), column("time_b"));
        let logsum_data::Outcome::Chosen(chosen) = data.outcome() else {
            panic!("choices")
        };
        let expected: f64 = (0..data.n_cases())
            .map(|case| {
                let v = theta[0] + theta[1] * (time_b[case] - time_a[case]) / 10.0;
                // The variance of the difference of the errors is 1.
                normal_cdf(if chosen[case] == 1 { v } else { -v }).ln()
            })
            .sum();
        assert_near(value(&model, &data, &theta), expected, 1e-13, 0.0);
        let fit = bind(&model, &data).fit(&Default::default(), None).unwrap();
        assert!(fit.converged && fit.draws.is_none() && fit.model.family == "probit");
    }
}

/// P_j of independent errors with variance ½: ∫ φ(x) Π_k Φ(x + (V_j − V_k)/σ) dx by the trapezoidal rule, which is exact
/// to the last digits for a function that is analytic everywhere.
fn independent(utilities: &[f64], j: usize) -> f64 {
    let (step, sigma) = (0.02, 0.5_f64.sqrt());
    let at = |i: i32| {
        let x = step * f64::from(i);
        let others = (0..utilities.len()).filter(|&k| k != j);
        let product: f64 = others
            .map(|k| normal_cdf(x + (utilities[j] - utilities[k]) / sigma))
            .product();
        (-0.5 * x * x).exp() * product
    };
    step * (-500..=500).map(at).sum::<f64>() / std::f64::consts::TAU.sqrt()
}

#[test]
fn independent_errors_are_a_one_dimensional_integral() {
    // The same from a full covariance at its start, where errors are independent.
    for (covariance, tolerance) in [(ErrorCovariance::Independent, 2e-4), (ErrorCovariance::Full, 2e-4)] {
        let model = long(of(covariance), 8192);
        let data = long_data(&model, 60, 9);
        let bound = bind(&model, &data);
        let theta = bound.start();
        let utilities = bound.utilities(&theta).unwrap();
        let logsum_data::Outcome::Chosen(chosen) = data.outcome() else {
            panic!("choices")
        };
        let expected: f64 = (0..data.n_cases())
            .map(|case| independent(&utilities[data.pairs(case)], chosen[case] as usize).ln())
            .sum();
        let found = bound.evaluate(&theta, Order::Value).unwrap().log_likelihood;
        assert_near(found, expected, tolerance, 0.0);
        // Every probability: scrambled nets of 8,192 points leave some 1e-4 of small ones.
        let predicted = bound.predict(&theta).unwrap().probabilities;
        for case in 0..data.n_cases() {
            for (j, pair) in data.pairs(case).enumerate() {
                let expected = independent(&utilities[data.pairs(case)], j);
                assert!(
                    (predicted[pair] - expected).abs() < 5e-4,
                    "{case} {j}: {} {expected}",
                    predicted[pair]
                );
            }
        }
    }
}

#[test]
fn simulated_likelihoods_approach_the_exact_one() {
    let covariances = [
        ErrorCovariance::Full,
        ErrorCovariance::Diagonal,
        ErrorCovariance::Factors(1),
    ];
    for covariance in covariances {
        let at = |probit: Probit, number: usize| {
            let model = wide(probit, number);
            let data = wide_data(&model, 100, 4);
            let bound = bind(&model, &data);
            let theta = near_start(&bound, 8);
            bound.evaluate(&theta, Order::Value).unwrap().log_likelihood
        };
        let expected = at(exact(of(covariance.clone())), 1);
        let found = at(of(covariance.clone()), 16_384);
        // One dimension, scrambled nets: far below what 1/N allows of 100 cases.
        assert_near(found, expected, 2e-6, 0.0);
        let rough = at(of(covariance), 16);
        assert!((rough - expected).abs() < 0.05 * expected.abs());
    }
}

#[test]
fn covariances_with_the_same_differences_are_one_model() {
    // Of three alternatives all of these can give any covariance of differences. Σ of the full one as numbers of a pattern:
    // also choice sets without the base have their part of it.
    let full = wide(exact(of(ErrorCovariance::Full).base("b")), 1);
    let data_full = wide_data(&full, 100, 4);
    let (c_a, c_c) = (0.35, 0.9);
    let mut theta: Vec<f64> = AWAY.iter().map(|(_, start)| *start).collect();
    let utilities = theta.clone();
    theta.extend([c_a, c_c]);
    let expected = value(&full, &data_full, &theta);

    let (s_aa, s_ca, s_cc) = (1.0, c_a, c_a * c_a + c_c * c_c);
    let numbers = vec![
        element("a", "a", &format!("{s_aa} + 3")),
        element("a", "c", &format!("{s_ca} + 3")),
        element("c", "c", &format!("{s_cc} + 3")),
        // An error in common of all alternatives changes nothing.
        element("b", "b", "3"),
        element("a", "b", "3"),
        element("b", "c", "3"),
    ];
    let pattern = wide(exact(of(ErrorCovariance::Pattern(numbers))), 1);
    assert_near(
        value(&pattern, &wide_data(&pattern, 100, 4), &utilities),
        expected,
        1e-12,
        0.0,
    );

    // Independent errors with variances v: Ω_aa = v_a + v_b = 1, Ω_ca = v_b, Ω_cc = v_c + v_b.
    let (v_b, v_a, v_c) = (s_ca, 1.0 - s_ca, s_cc - s_ca);
    let diagonal = wide(exact(of(ErrorCovariance::Diagonal).base("b")), 1);
    let mut theta = utilities.clone();
    theta.extend([(v_b / v_a).sqrt(), (v_c / v_a).sqrt()]);
    assert_near(
        value(&diagonal, &wide_data(&diagonal, 100, 4), &theta),
        expected,
        1e-12,
        0.0,
    );
}

#[test]
fn other_bases_have_the_same_maximum() {
    let fitted = |base: &str| {
        let model = wide(exact(of(ErrorCovariance::Full).base(base)), 1);
        let data = wide_data(&model, 400, 6);
        bind(&model, &data).fit(&Default::default(), None).unwrap()
    };
    let first = fitted("a");
    for base in ["b", "c"] {
        let other = fitted(base);
        assert!(other.converged);
        assert_near(other.log_likelihood, first.log_likelihood, 1e-9, 0.0);
    }
}

#[test]
fn utilities_far_apart_stay_finite() {
    let model = wide(of(ErrorCovariance::Full), 64);
    let data = wide_data(&model, 60, 7);
    let bound = bind(&model, &data);
    let mut theta = bound.start();
    theta[2] = -300.0;
    let far = bound.evaluate(&theta, Order::Hessian).unwrap();
    assert!(
        far.log_likelihood.is_finite() && far.log_likelihood < -1e4,
        "{}",
        far.log_likelihood
    );
    assert!(far.score.iter().chain(&far.hessian).all(|value| value.is_finite()));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let model = long(of(ErrorCovariance::Full), 100);
    let data = long_data(&model, 50, 5);
    let at = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let bound = bind(&model, &data);
            let theta = near_start(&bound, 1);
            let all = bound.evaluate(&theta, Order::Hessian).unwrap();
            let bits = std::iter::once(&all.log_likelihood)
                .chain(&all.score)
                .chain(&all.hessian);
            bits.map(|value| value.to_bits()).collect::<Vec<u64>>()
        })
    };
    assert_eq!(at(1), at(3));
}

#[test]
fn counts_beside_random_tastes_are_choices_made_one_by_one() {
    use crate::testing::{numbers, table};
    let model = long(of(ErrorCovariance::Full), 8192).random(random("b_x", Shape::Normal));
    let counted = long_table(12, 5);
    let column = |name: &str| {
        let column = counted.columns.iter().find(|column| column.name == name).unwrap();
        let logsum_data::Values::Number(cells) = &column.values else {
            panic!("numbers")
        };
        cells.clone()
    };
    let names = ["case", "alt", "x", "y", "z", "person"];
    let all: Vec<_> = names.iter().map(|name| column(name)).collect();
    let count = column("count");
    // A case for every choice.
    let mut cells = vec![Vec::new(); names.len() + 1];
    let mut next = 0.0;
    for row in 0..counted.n_rows {
        for _ in 0..count[row] as usize {
            next += 1.0;
            for other in (0..counted.n_rows).filter(|&other| all[0][other] == all[0][row]) {
                cells[0].push(next);
                (1..names.len()).for_each(|at| cells[at].push(all[at][other]));
                cells[names.len()].push(f64::from(u8::from(other == row)));
            }
        }
    }
    let headed = names.iter().chain(&["choice"]).zip(cells);
    let one_by_one = table(headed.map(|(name, cells)| numbers(name, cells)).collect());
    let counts = Schema::of(logsum_data::Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "count".to_owned(),
        counts: true,
    });
    let first = data(counted, &counts.decision_maker("person"), &model);
    let second = data(one_by_one, &long_schema().decision_maker("person"), &model);
    let theta = bind(&model, &first).start();
    let (one, other) = (value(&model, &first, &theta), value(&model, &second, &theta));
    // Draws are others: 8,192 of them leave some hundredths of ln L. Taken as powers of one draw it would be 5 % higher.
    assert_near(one, other, 3e-3, 0.0);
}
