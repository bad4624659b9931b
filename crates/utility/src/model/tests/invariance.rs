//! What must not change the log-likelihood, or must change the estimates in one known way.

use logsum_data::{Column, Layout, Schema, Table, Values};
use logsum_estimate::{LogLikelihood, Order};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{assert_near, bind, estimates, evaluate, fit};
use crate::testing::{
    LONG, WIDE, data, expression, long_table, numbers, shuffled, specification, subset, table, texts, wide_schema,
    wide_table,
};

/// Estimates of two arithmetics of the same maximum: the optimiser goes on until rounding stops it.
const ESTIMATES: f64 = 1e-10;

fn parameters(n: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-2.0..2.0f64, n)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn a_constant_added_to_all_utilities(theta in parameters(5), seed in 0..100u64, constant in -300.0..300.0f64) {
        let plain = specification(WIDE.0, WIDE.1);
        let moved = plain.clone().utility_of_all(crate::Term::parse(&format!("{constant} * (1 + income ^ 2)")).unwrap());
        let table = wide_table(40, seed);
        let left = data(table.clone(), &wide_schema(), &plain);
        let right = data(table, &wide_schema(), &moved);
        let (left, right) = (evaluate(&plain, &left, &theta), evaluate(&moved, &right, &theta));
        // Utilities of up to 1500 are rounded at 2e-13.
        prop_assert!((left.log_likelihood - right.log_likelihood).abs() <= 1e-12 * left.magnitude.max(40.0));
        for (left, right) in left.score.iter().zip(&right.score) {
            prop_assert!((left - right).abs() <= 1e-10 * 40.0);
        }
    }

    #[test]
    fn alternatives_in_another_order_and_with_other_codes(theta in parameters(5), seed in 0..100u64) {
        let specification = specification(WIDE.0, WIDE.1);
        let original = wide_table(40, seed);
        let left = data(original.clone(), &wide_schema(), &specification);
        let codes = ["seven", "zero", "Ω"];
        let Values::Number(cells) = &original.column("choice").unwrap().values else { unreachable!() };
        let mut relabelled = original.clone();
        relabelled.columns[0] = texts("choice", &cells.iter().map(|code| codes[*code as usize]).collect::<Vec<_>>());
        let schema = Schema::wide("choice")
            .alternative_if("c", "Ω", expression("av_c == 1"))
            .alternative("a", "seven")
            .alternative_if("b", "zero", expression("av_b == 1"));
        let right = data(relabelled, &schema, &specification);
        let (left, right) = (evaluate(&specification, &left, &theta), evaluate(&specification, &right, &theta));
        prop_assert!((left.log_likelihood - right.log_likelihood).abs() <= 1e-13 * left.magnitude);
        for (left, right) in left.score.iter().zip(&right.score) {
            // Sums of 40 terms of order 10 in another order.
            prop_assert!((left - right).abs() <= 1e-12 * 400.0);
        }
    }

    #[test]
    fn an_unavailable_alternative_has_probability_zero(theta in parameters(5), seed in 0..100u64) {
        let specification = specification(WIDE.0, WIDE.1);
        let original = wide_table(40, seed);
        let mut changed = original.clone();
        for (attribute, availability) in [("time_b", "av_b"), ("cost_b", "av_b"), ("time_c", "av_c")] {
            let cells = |name: &str| match &original.column(name).unwrap().values {
                Values::Number(cells) => cells.to_vec(),
                Values::Text(_) => unreachable!(),
            };
            // Whatever stands there, a missing cell and an infinity included.
            let junk = [f64::NAN, f64::INFINITY, 1e300, -7.0];
            let mixed = cells(attribute).into_iter().zip(cells(availability)).enumerate().map(|(row, (cell, available))| {
                if available == 1.0 { cell } else { junk[row % 4] }
            });
            let position = changed.columns.iter().position(|column| column.name == attribute).unwrap();
            changed.columns[position] = numbers(attribute, mixed);
        }
        let left = data(original, &wide_schema(), &specification);
        let right = data(changed, &wide_schema(), &specification);
        let (left, right) = (evaluate(&specification, &left, &theta), evaluate(&specification, &right, &theta));
        prop_assert_eq!(left.log_likelihood.to_bits(), right.log_likelihood.to_bits());
        prop_assert_eq!(left.score, right.score);
        prop_assert_eq!(left.hessian, right.hessian);
    }
}

#[test]
fn utilities_of_800_either_way() {
    // V = 800 s for the one and −800 s for the other: ln P is 0 or −1600 to the last bit, and −ln 2 at s = 0.
    let specification = specification(&[("b", 800.0)], &[("a", "b * s"), ("b", "-b * s")]);
    let schema = Schema::wide("choice").alternative("a", 0).alternative("b", 1);
    let two = table(vec![
        numbers("choice", [0.0, 1.0, 1.0, 0.0]),
        numbers("s", [1.0, 1.0, 0.0, -1.0]),
    ]);
    let data = data(two, &schema, &specification);
    let evaluation = evaluate(&specification, &data, &[800.0]);
    assert_eq!(evaluation.log_likelihood, -1600.0 - 2.0_f64.ln() - 1600.0);
    assert_eq!(evaluation.score[0], -4.0);
    assert_eq!(evaluation.hessian[[0, 0]], 0.0);
}

/// The rows of [`wide_table`] as long data, available alternatives only.
fn lengthen(wide: &Table) -> Table {
    let cell = |name: &str, row: usize| match &wide.column(name).unwrap().values {
        Values::Number(cells) => cells[row],
        Values::Text(_) => unreachable!(),
    };
    let names = ["case", "alt", "choice", "time", "cost", "income", "person", "w"];
    let mut cells = vec![Vec::new(); names.len()];
    for row in 0..wide.n_rows {
        for (code, suffix) in ["a", "b", "c"].into_iter().enumerate() {
            if suffix != "a" && cell(&format!("av_{suffix}"), row) == 0.0 {
                continue;
            }
            let code = code as f64;
            let values = [
                row as f64,
                code,
                f64::from(u8::from(cell("choice", row) == code)),
                cell(&format!("time_{suffix}"), row),
                cell(&format!("cost_{suffix}"), row),
                cell("income", row),
                cell("person", row),
                cell("w", row),
            ];
            cells
                .iter_mut()
                .zip(values)
                .for_each(|(column, value)| column.push(value));
        }
    }
    table(
        names
            .iter()
            .zip(cells)
            .map(|(name, cells)| numbers(name, cells))
            .collect(),
    )
}

#[test]
fn wide_and_long_forms() {
    let wide_model = specification(WIDE.0, WIDE.1);
    let long_model = specification(
        WIDE.0,
        &[
            ("all", "b_time * time / 10 + b_cost * cost"),
            ("1", "asc_b + b_income * income"),
            ("2", "asc_c"),
        ],
    );
    let wide = wide_table(700, 11);
    let long = lengthen(&wide);
    let left = data(
        wide,
        &wide_schema().weight(expression("w")).decision_maker("person"),
        &wide_model,
    );
    let schema = Schema::long("case", "alt", "choice")
        .weight(expression("w"))
        .decision_maker("person");
    for (long, schema) in [(long.clone(), schema.clone()), (shuffled(&long, 5), schema)] {
        let right = data(long, &schema, &long_model);
        let (left, right) = (fit(&wide_model, &left), fit(&long_model, &right));
        assert!(left.converged && right.converged);
        assert_near(left.log_likelihood, right.log_likelihood, 1e-12, 0.0);
        assert_near(left.log_likelihood_null, right.log_likelihood_null, 1e-12, 0.0);
        assert_near(
            left.log_likelihood_constants.unwrap(),
            right.log_likelihood_constants.unwrap(),
            ESTIMATES,
            0.0,
        );
        for (left, right) in left.parameters.iter().zip(&right.parameters) {
            assert_near(left.estimate, right.estimate, ESTIMATES, 0.0);
            assert_near(left.std_error.unwrap(), right.std_error.unwrap(), ESTIMATES, 0.0);
        }
        let (left, right) = (left.covariance.robust.unwrap(), right.covariance.robust.unwrap());
        for (left, right) in left.iter().flatten().zip(right.iter().flatten()) {
            assert_near(*left, *right, ESTIMATES, 1e-3);
        }
    }
}

#[test]
fn shuffled_rows() {
    let specification = specification(WIDE.0, WIDE.1);
    let original = wide_table(700, 12);
    let schema = wide_schema().decision_maker("person");
    let left = fit(&specification, &data(original.clone(), &schema, &specification));
    let right = fit(&specification, &data(shuffled(&original, 1), &schema, &specification));
    assert_near(left.log_likelihood, right.log_likelihood, 1e-13, 0.0);
    for (left, right) in estimates(&left).iter().zip(estimates(&right)) {
        assert_near(*left, right, ESTIMATES, 0.0);
    }
    assert_eq!(left.n_decision_makers, right.n_decision_makers);
}

#[test]
fn a_column_in_other_units_rescales_its_estimate() {
    let specification = specification(WIDE.0, WIDE.1);
    let original = wide_table(700, 13);
    let base = fit(&specification, &data(original.clone(), &wide_schema(), &specification));
    for unit in [1e-6, 1e6] {
        let mut scaled = original.clone();
        for column in scaled
            .columns
            .iter_mut()
            .filter(|column| column.name.starts_with("cost"))
        {
            let Values::Number(cells) = &column.values else {
                unreachable!()
            };
            *column = numbers(&column.name, cells.iter().map(|cell| cell * unit));
        }
        let fit = fit(&specification, &data(scaled, &wide_schema(), &specification));
        assert!(fit.converged, "{:?}", fit.convergence);
        assert_near(fit.log_likelihood, base.log_likelihood, 1e-13, 0.0);
        for (k, (found, expected)) in fit.parameters.iter().zip(&base.parameters).enumerate() {
            let unit = if k == 3 { unit } else { 1.0 };
            assert_near(found.estimate * unit, expected.estimate, ESTIMATES, 0.0);
            assert_near(
                found.std_error.unwrap() * unit,
                expected.std_error.unwrap(),
                ESTIMATES,
                0.0,
            );
            assert_near(found.p_value.unwrap(), expected.p_value.unwrap(), 1e-8, 1e-30);
        }
    }
}

#[test]
fn a_weight_of_two_is_a_case_that_stands_twice() {
    let specification = specification(WIDE.0, WIDE.1);
    let original = wide_table(300, 14);
    let twice: Vec<usize> = (0..300).chain((0..300).step_by(3)).collect();
    let mut weighted = original.clone();
    weighted.columns.push(numbers(
        "double",
        (0..300).map(|row| if row % 3 == 0 { 2.0 } else { 1.0 }),
    ));
    weighted.all_names.push("double".to_owned());
    let left = data(subset(&original, &twice), &wide_schema(), &specification);
    let right = data(weighted, &wide_schema().weight(expression("double")), &specification);
    let (left, right) = (fit(&specification, &left), fit(&specification, &right));
    assert_near(left.log_likelihood, right.log_likelihood, 1e-13, 0.0);
    assert_near(left.log_likelihood_null, right.log_likelihood_null, 1e-13, 0.0);
    assert_near(
        left.log_likelihood_constants.unwrap(),
        right.log_likelihood_constants.unwrap(),
        ESTIMATES,
        0.0,
    );
    for (left, right) in left.parameters.iter().zip(&right.parameters) {
        assert_near(left.estimate, right.estimate, ESTIMATES, 0.0);
        assert_near(left.std_error.unwrap(), right.std_error.unwrap(), ESTIMATES, 0.0);
    }
}

#[test]
fn counts_are_cases_that_stand_so_often() {
    let specification = specification(LONG.0, LONG.1);
    let counted = long_table(150, 15);
    let cell = |name: &str, row: usize| match &counted.column(name).unwrap().values {
        Values::Number(cells) => cells[row],
        Values::Text(_) => unreachable!(),
    };
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); 150];
    (0..counted.n_rows).for_each(|row| rows_of[cell("case", row) as usize].push(row));
    let (mut rows, mut case, mut choice) = (Vec::new(), Vec::new(), Vec::new());
    let mut n_cases = 0.0;
    for offered in &rows_of {
        for &chosen in offered {
            for _ in 0..cell("count", chosen) as usize {
                rows.extend(offered);
                case.extend(offered.iter().map(|_| n_cases));
                choice.extend(offered.iter().map(|&row| f64::from(u8::from(row == chosen))));
                n_cases += 1.0;
            }
        }
    }
    let mut repeated = subset(&counted, &rows);
    let replace = |columns: &mut Vec<Column>, name: &str, cells: Vec<f64>| {
        let position = columns.iter().position(|column| column.name == name).unwrap();
        columns[position] = numbers(name, cells);
    };
    replace(&mut repeated.columns, "case", case);
    replace(&mut repeated.columns, "choice", choice);

    let layout = Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "count".to_owned(),
        counts: true,
    };
    let left = data(counted.clone(), &Schema::of(layout), &specification);
    let right = data(repeated, &Schema::long("case", "alt", "choice"), &specification);
    assert_eq!(right.n_cases() as f64, n_cases);
    let theta = [0.3, -0.2, 0.4, 0.1, -0.6];
    let twin = bind(&specification, &right).evaluate(&theta, Order::Hessian).unwrap();
    let found = bind(&specification, &left).evaluate(&theta, Order::Hessian).unwrap();
    assert_near(found.log_likelihood, twin.log_likelihood, 1e-12, 0.0);
    for (found, expected) in found.hessian.iter().zip(&twin.hessian) {
        assert_near(*found, *expected, 1e-12, n_cases);
    }
    let (left, right) = (fit(&specification, &left), fit(&specification, &right));
    assert_near(left.log_likelihood_null, right.log_likelihood_null, 1e-12, 0.0);
    assert_near(
        left.log_likelihood_constants.unwrap(),
        right.log_likelihood_constants.unwrap(),
        ESTIMATES,
        0.0,
    );
    for (left, right) in left.parameters.iter().zip(&right.parameters) {
        assert_near(left.estimate, right.estimate, ESTIMATES, 0.0);
        assert_near(left.std_error.unwrap(), right.std_error.unwrap(), ESTIMATES, 0.0);
    }
}
