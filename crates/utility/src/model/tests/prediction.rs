//! Predictions: by hand, against the plain twin, and what they must not depend on.

use logsum_data::{ChoiceData, Layout, Schema};
use logsum_estimate::{EvalError, LogLikelihood, Order};

use super::{assert_near, bind};
use crate::constants::{log_likelihood_constants, log_likelihood_null};
use crate::estimation::{FitError, FitOptions};
use crate::specification::Specification;
use crate::testing::{
    LONG, Random, WIDE, data, expression, long_table, numbers, plain_ln_probabilities, plain_utilities, shuffled,
    situations, specification, table, texts, wide_schema, wide_table,
};

/// Utilities of a few terms of size 10, added in another order.
const ROUNDING: f64 = 1e-13;

#[track_caller]
fn assert_twins(specification: &Specification, data: &ChoiceData, theta: &[f64]) {
    let model = bind(specification, data);
    let utilities = model.utilities(theta).unwrap();
    let prediction = model.predict(theta).unwrap();
    let plain = plain_utilities(specification, data, theta);
    let ln_probabilities = plain_ln_probabilities(data, &plain);
    assert_eq!(
        (utilities.len(), prediction.logsums.len()),
        (data.n_pairs(), data.n_cases())
    );
    for case in 0..data.n_cases() {
        let pairs = data.pairs(case);
        for pair in pairs.clone() {
            assert_near(utilities[pair], plain[pair], ROUNDING, 1.0);
            assert_near(
                prediction.probabilities[pair],
                ln_probabilities[pair].exp(),
                ROUNDING,
                1.0,
            );
        }
        assert_near(prediction.probabilities[pairs.clone()].iter().sum(), 1.0, 1e-14, 0.0);
        let sum: f64 = plain[pairs].iter().map(|utility| utility.exp()).sum();
        assert_near(prediction.logsums[case], sum.ln(), ROUNDING, 1.0);
        assert_eq!(prediction.energy(case), -prediction.logsums[case]);
    }
}

fn random_theta(n: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..n).map(|_| random.between(-1.0, 1.0)).collect()
}

#[test]
fn two_alternatives_by_hand() {
    // V = (ln 3, 0): P = (3/4, 1/4), logsum ln 4; then V = (0, 0); then the bus alone.
    let specification = specification(&[("b", 1.0)], &[("car", "b * x"), ("bus", "0 * b")]);
    let schema = Schema::wide("choice")
        .alternative_if("car", 1, expression("av"))
        .alternative("bus", 2);
    let cells = vec![numbers("x", [3.0_f64.ln(), 0.0, 9.0]), numbers("av", [1.0, 1.0, 0.0])];
    let data = situations(table(cells), &schema, &specification);
    let model = bind(&specification, &data);
    let prediction = model.predict(&[1.0]).unwrap();
    let expect = |found: &[f64], expected: &[f64]| {
        assert_eq!(found.len(), expected.len(), "what is unavailable has no pair");
        for (found, expected) in found.iter().zip(expected) {
            assert_near(*found, *expected, 1e-15, 1.0);
        }
    };
    expect(&model.utilities(&[1.0]).unwrap(), &[3.0_f64.ln(), 0.0, 0.0, 0.0, 0.0]);
    expect(&prediction.probabilities, &[0.75, 0.25, 0.5, 0.5, 1.0]);
    expect(&prediction.logsums, &[4.0_f64.ln(), 2.0_f64.ln(), 0.0]);
    assert_eq!(prediction.energy(0), -prediction.logsums[0]);
}

#[test]
fn wide_data_with_and_without_outcomes() {
    let specification = specification(WIDE.0, WIDE.1);
    for (seed, n_cases) in [1, 8, 65, 400].into_iter().enumerate() {
        let seed = seed as u64;
        let theta = random_theta(WIDE.0.len(), seed);
        for schema in [
            wide_schema(),
            wide_schema().decision_maker("person").weight(expression("w")),
        ] {
            let with = data(wide_table(n_cases, seed), &schema, &specification);
            let without = situations(wide_table(n_cases, seed), &schema, &specification);
            assert_twins(&specification, &with, &theta);
            assert_twins(&specification, &without, &theta);
            let predict = |data| bind(&specification, data).predict(&theta).unwrap();
            assert_eq!(predict(&with), predict(&without), "the same bits");
        }
    }
}

#[test]
fn ragged_long_data_with_choices_and_counts() {
    let specification = specification(LONG.0, LONG.1);
    let theta = random_theta(LONG.0.len(), 5);
    for counts in [false, true] {
        let schema = Schema::of(Layout::Long {
            case: "case".to_owned(),
            alternative: Some("alt".to_owned()),
            choice: if counts { "count" } else { "choice" }.to_owned(),
            counts,
        });
        let with = data(long_table(130, 3), &schema, &specification);
        let without = situations(long_table(130, 3), &schema, &specification);
        assert_twins(&specification, &with, &theta);
        assert_twins(&specification, &without, &theta);
        let predict = |data| bind(&specification, data).predict(&theta).unwrap();
        let (with, without) = (predict(&with), predict(&without));
        assert_eq!(with.probabilities, without.probabilities);
        assert_eq!(with.logsums, without.logsums);
    }
}

#[test]
fn non_linear_utilities() {
    let specification = specification(
        &[("b_time", -0.5), ("lambda", 0.5), ("b_cost", -0.4)],
        &[
            ("all", "b_time * boxcox(time_a / 10, lambda)"),
            ("b", "exp(b_cost) * cost_b"),
            ("c", "cost_c ^ b_cost"),
        ],
    );
    let data = situations(wide_table(70, 2), &wide_schema(), &specification);
    assert_twins(&specification, &data, &[-0.5, 0.5, -0.4]);
}

#[test]
fn results_are_per_case_where_decision_makers_bring_cases_together() {
    let specification = specification(&[("b", 1.0)], &[("car", "b * x"), ("bus", "0 * b")]);
    let schema = Schema::wide("choice")
        .alternative("car", 1)
        .alternative("bus", 2)
        .decision_maker("who");
    let cells = vec![texts("who", &["n", "m", "n", "m"]), numbers("x", [1.0, 2.0, 3.0, 4.0])];
    let data = situations(table(cells), &schema, &specification);
    let model = bind(&specification, &data);
    assert_eq!(
        model.utilities(&[1.0]).unwrap(),
        [1.0, 0.0, 3.0, 0.0, 2.0, 0.0, 4.0, 0.0]
    );
    let rows: Vec<usize> = (0..4).map(|case| data.place(case).row).collect();
    assert_eq!(rows, [2, 4, 3, 5]);
    let logsums = model.predict(&[1.0]).unwrap().logsums;
    for (logsum, x) in logsums.iter().zip([1.0_f64, 3.0, 2.0, 4.0]) {
        assert_near(*logsum, (x.exp() + 1.0).ln(), 1e-15, 0.0);
    }
}

#[test]
fn utilities_of_800_either_way() {
    let specification = specification(&[("b", 1.0)], &[("car", "b * x"), ("bus", "b * y")]);
    let schema = Schema::wide("choice").alternative("car", 1).alternative("bus", 2);
    let cells = vec![
        numbers("x", [800.0, -800.0, 800.0]),
        numbers("y", [800.0, -800.0, -800.0]),
    ];
    let data = situations(table(cells), &schema, &specification);
    let prediction = bind(&specification, &data).predict(&[1.0]).unwrap();
    assert_eq!(prediction.probabilities, [0.5, 0.5, 0.5, 0.5, 1.0, 0.0]);
    let expected = [800.0 + 2.0_f64.ln(), -800.0 + 2.0_f64.ln(), 800.0];
    for (logsum, expected) in prediction.logsums.iter().zip(expected) {
        assert_near(*logsum, expected, 1e-15, 0.0);
    }
}

#[test]
fn one_more_alternative_raises_the_logsum_and_a_constant_moves_it() {
    let specification = specification(
        &[("c", 0.0), ("b_time", 0.0)],
        &[("all", "c + b_time * time_a"), ("b", "c * 0"), ("c", "c * 0")],
    );
    let full = situations(wide_table(50, 4), &wide_schema(), &specification);
    let model = bind(&specification, &full);
    let (at, moved) = (
        model.predict(&[0.0, -0.1]).unwrap(),
        model.predict(&[2.0, -0.1]).unwrap(),
    );
    for case in 0..full.n_cases() {
        let n = full.pairs(case).len() as f64;
        assert_near(moved.logsums[case], at.logsums[case] + 2.0, 1e-14, 1.0);
        // All alternatives of a case have one utility here: P = 1/J and the logsum is V + ln J.
        assert_near(at.probabilities[full.pairs(case).start], 1.0 / n, 1e-14, 0.0);
        assert_near(
            at.logsums[case] - model.utilities(&[0.0, -0.1]).unwrap()[full.pairs(case).start],
            n.ln(),
            1e-13,
            1.0,
        );
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_any_order_of_rows() {
    let specification = specification(WIDE.0, WIDE.1);
    let theta = random_theta(WIDE.0.len(), 7);
    let data = situations(wide_table(5000, 6), &wide_schema(), &specification);
    let model = bind(&specification, &data);
    assert!(
        model.blocks.segments.len() >= 2,
        "more than one segment, or nothing is shared out"
    );
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| model.predict(&theta).unwrap())
    };
    let one = on(1);
    assert_eq!(on(2), one);
    assert_eq!(on(5), one);
    let other = situations(shuffled(&wide_table(5000, 6), 1), &wide_schema(), &specification);
    let mut logsums = [
        one.logsums,
        bind(&specification, &other).predict(&theta).unwrap().logsums,
    ];
    logsums.iter_mut().for_each(|logsums| logsums.sort_by(f64::total_cmp));
    assert_eq!(logsums[0], logsums[1]);
}

#[test]
fn the_mean_probability_of_what_was_chosen_is_in_the_likelihood() {
    let specification = specification(WIDE.0, WIDE.1);
    let theta = random_theta(WIDE.0.len(), 8);
    let data = data(wide_table(300, 8), &wide_schema(), &specification);
    let model = bind(&specification, &data);
    let prediction = model.predict(&theta).unwrap();
    let logsum_data::Outcome::Chosen(chosen) = data.outcome() else {
        panic!("choices");
    };
    let ln_likelihood: f64 = (0..data.n_cases())
        .map(|case| prediction.probabilities[data.pairs(case).start + chosen[case] as usize].ln())
        .sum();
    let evaluation = model.evaluate(&theta, Order::Value).unwrap();
    assert_near(evaluation.log_likelihood, ln_likelihood, 1e-12, 0.0);
}

#[test]
fn what_is_not_finite_is_told_with_its_place() {
    let specification = specification(&[("b", 1.0)], &[("car", "b * x"), ("bus", "0 * b")]);
    let schema = Schema::wide("choice").alternative("car", 1).alternative("bus", 2);
    // Also where the other alternative was chosen and the contribution is finite.
    let cells = vec![numbers("choice", [2.0, 2.0]), numbers("x", [1.0, -1e10])];
    for data in [
        situations(table(cells.clone()), &schema, &specification),
        data(table(cells), &schema, &specification),
    ] {
        let model = bind(&specification, &data);
        let outside = EvalError::Outside {
            reason: "the utility of \"car\" is not a finite number at choices.csv, row 3".to_owned(),
        };
        assert_eq!(model.predict(&[1e300]), Err(outside.clone()));
        assert_eq!(model.utilities(&[1e300]), Err(outside));
        assert_eq!(
            model.predict(&[1.0, 2.0]).unwrap_err().to_string(),
            "2 values are given for 1 parameters; give one for each, fixed ones included"
        );
    }
}

#[test]
fn nothing_is_estimated_without_outcomes() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = situations(wide_table(40, 1), &wide_schema(), &specification);
    let model = bind(&specification, &data);
    let error = model.fit(&FitOptions::default(), None).unwrap_err();
    assert_eq!(error, FitError::NoOutcomes);
    assert_eq!(
        error.to_string(),
        "the data have no outcomes: nothing can be estimated from them, only predicted; read them with their choices"
    );
    let start = model.start();
    let failed = "the data have no outcomes: they have no likelihood, only predictions; read them with their choices";
    assert_eq!(model.evaluate(&start, Order::Value).unwrap_err().to_string(), failed);
    assert_eq!(
        model.visit_scores(&start, &mut |_, _| ()).unwrap_err().to_string(),
        failed
    );
    assert_eq!(model.not_identified(&start).unwrap_err().to_string(), failed);
    assert_eq!(model.separated().unwrap_err().to_string(), failed);
    assert_eq!(log_likelihood_null(&data), 0.0);
    assert_eq!(log_likelihood_constants(&data), None);
}
