//! Counts and shares: long and wide data give the same, and shares are a quasi-likelihood.

use logsum_data::{ChoiceData, Layout, Outcome, Schema, Table, Values};
use logsum_estimate::{LogLikelihood, Order, check_derivatives};

use super::{assert_near, bind, estimates, fit};
use crate::inference::CovarianceKind;
use crate::specification::Specification;
use crate::testing::{
    Random, WIDE, data, expression, numbers, plain_ln_probabilities, plain_utilities, specification, table, wide_table,
};

const NAMES: [&str; 3] = ["a", "b", "c"];

fn cells<'t>(table: &'t Table, name: &str) -> &'t [f64] {
    match &table.columns.iter().find(|column| column.name == name).unwrap().values {
        Values::Number(cells) => cells,
        Values::Text(_) => panic!("numbers"),
    }
}

/// [`wide_table`] with counts of what is available, or their shares.
fn counted(n_cases: usize, seed: u64, shares: bool) -> Table {
    let mut table = wide_table(n_cases, seed);
    let mut random = Random::new(seed + 100);
    let rows = (0..n_cases).map(|row| {
        let available = [1.0, cells(&table, "av_b")[row], cells(&table, "av_c")[row]];
        let choice = cells(&table, "choice")[row] as usize;
        let mut counts = available.map(|available| available * random.below(4) as f64);
        counts[choice] += 1.0;
        let total: f64 = if shares { counts.iter().sum() } else { 1.0 };
        counts.map(|count| count / total)
    });
    let rows: Vec<[f64; 3]> = rows.collect();
    for (j, name) in NAMES.iter().enumerate() {
        table
            .columns
            .push(numbers(&format!("n_{name}"), rows.iter().map(|row| row[j])));
        table.all_names.push(format!("n_{name}"));
    }
    table
}

fn wide(table: Table, specification: &Specification, shares: bool) -> ChoiceData {
    let counts = NAMES.map(|name| (name, expression(&format!("n_{name}"))));
    let schema = Schema::wide_counts(counts)
        .alternative("a", 0)
        .alternative_if("b", 1, expression("av_b == 1"))
        .alternative_if("c", 2, expression("av_c == 1"));
    data(table, &if shares { schema.shares() } else { schema }, specification)
}

/// The same with a row per available alternative.
fn long(wide: &Table, specification: &Specification, shares: bool) -> ChoiceData {
    let mut rows: Vec<(usize, usize)> = Vec::new();
    for row in 0..wide.n_rows {
        let available = [1.0, cells(wide, "av_b")[row], cells(wide, "av_c")[row]];
        rows.extend((0..3).filter(|&j| available[j] == 1.0).map(|j| (row, j)));
    }
    let names = wide.columns.iter().map(|column| column.name.as_str());
    let mut columns: Vec<_> = names
        .map(|name| numbers(name, rows.iter().map(|&(row, _)| cells(wide, name)[row])))
        .collect();
    columns.push(numbers("case", rows.iter().map(|&(row, _)| row as f64)));
    columns.push(numbers("alt", rows.iter().map(|&(_, j)| j as f64)));
    columns.push(numbers(
        "n",
        rows.iter()
            .map(|&(row, j)| cells(wide, &format!("n_{}", NAMES[j]))[row]),
    ));
    let schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "n".to_owned(),
        counts: true,
    });
    let schema = (0..3).fold(schema, |schema, j| schema.alternative(NAMES[j], j as i32));
    data(
        table(columns),
        &if shares { schema.shares() } else { schema },
        specification,
    )
}

#[test]
fn wide_and_long_give_the_same() {
    let model = specification(WIDE.0, WIDE.1);
    for shares in [false, true] {
        let table = counted(300, 2, shares);
        let (long, wide) = (long(&table, &model, shares), wide(table, &model, shares));
        assert_eq!(long.outcome(), wide.outcome());
        let (long, wide) = (fit(&model, &long), fit(&model, &wide));
        assert!(long.converged && wide.converged);
        assert_near(long.log_likelihood, wide.log_likelihood, 1e-12, 1.0);
        for (long, wide) in estimates(&long).into_iter().zip(estimates(&wide)) {
            assert_near(long, wide, 1e-10, 1e-3);
        }
        let matrix = |fit: &crate::fit::Fit| fit.covariance.robust.clone().unwrap().concat();
        for (long, wide) in matrix(&long).into_iter().zip(matrix(&wide)) {
            assert_near(long, wide, 1e-9, 1e-6);
        }
    }
}

#[test]
fn shares_are_a_quasi_likelihood() {
    let model = specification(WIDE.0, WIDE.1);
    let data = wide(counted(120, 3, true), &model, true);
    let bound = bind(&model, &data);
    let theta = [0.2, -0.3, -0.4, -0.2, 0.1];
    let Outcome::Counts(shares) = data.outcome() else {
        panic!("shares")
    };
    let ln_probabilities = plain_ln_probabilities(&data, &plain_utilities(&model, &data, &theta));
    let sum: f64 = shares.iter().zip(&ln_probabilities).map(|(share, ln)| share * ln).sum();
    assert_near(
        bound.evaluate(&theta, Order::Score).unwrap().log_likelihood,
        sum,
        1e-12,
        1.0,
    );
    let check = check_derivatives(&bound, &theta).unwrap();
    assert!(check.score_error < 1e-8 && check.hessian_error < 1e-8, "{check:?}");
    let fit = fit(&model, &data);
    assert!(fit.quasi_likelihood);
    assert!(
        fit.warnings[0].starts_with("outcomes are shares: "),
        "{:?}",
        fit.warnings
    );
    // A case is one choice, whatever its shares.
    assert_near(fit.log_likelihood_null, -data_null(&data), 1e-12, 1.0);
    assert_eq!(CovarianceKind::usual(data.schema()), CovarianceKind::Robust);
    assert_eq!(CovarianceKind::usual(&Schema::wide("choice")), CovarianceKind::Hessian);
}

fn data_null(data: &ChoiceData) -> f64 {
    (0..data.n_cases())
        .map(|case| (data.pairs(case).len() as f64).ln())
        .sum()
}

#[test]
fn shares_of_0_and_1_are_choices() {
    let model = specification(WIDE.0, WIDE.1);
    let mut table = wide_table(200, 5);
    for (j, name) in NAMES.iter().enumerate() {
        let chosen: Vec<f64> = cells(&table, "choice")
            .iter()
            .map(|choice| f64::from(u8::from(*choice == j as f64)))
            .collect();
        table.columns.push(numbers(&format!("n_{name}"), chosen));
    }
    let choices = data(table.clone(), &crate::testing::wide_schema(), &model);
    let shares = wide(table, &model, true);
    let (choices, shares) = (fit(&model, &choices), fit(&model, &shares));
    assert_near(choices.log_likelihood, shares.log_likelihood, 1e-13, 1.0);
    for (choices, shares) in estimates(&choices).into_iter().zip(estimates(&shares)) {
        assert_near(choices, shares, 1e-10, 1e-3);
    }
}
