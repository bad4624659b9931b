//! Models whose answer is a formula.

use logsum_data::{Layout, Schema};

use super::{assert_near, fit};
use crate::constants::{log_likelihood_constants, log_likelihood_null};
use crate::testing::{data, expression, long_table, numbers, specification, table, wide_schema, wide_table};

#[test]
fn a_constant_between_two_alternatives_is_the_log_odds() {
    let specification = specification(&[("asc", 0.0)], &[("a", "asc"), ("b", "0")]);
    let schema = Schema::wide("choice").alternative("a", 1).alternative("b", 2);
    let choices = (0..30).map(|row| if row < 21 { 1.0 } else { 2.0 });
    let fit = fit(
        &specification,
        &data(table(vec![numbers("choice", choices)]), &schema, &specification),
    );
    assert_near(fit.parameters[0].estimate, (21.0_f64 / 9.0).ln(), 1e-14, 0.0);
    // Var = 1 / (n p (1 − p)) = 1/21 + 1/9.
    assert_near(
        fit.parameters[0].std_error.unwrap(),
        (1.0 / 21.0 + 1.0 / 9.0_f64).sqrt(),
        1e-14,
        0.0,
    );
    let expected = 21.0 * 0.7_f64.ln() + 9.0 * 0.3_f64.ln();
    assert_near(fit.log_likelihood, expected, 1e-14, 0.0);
    assert_near(fit.log_likelihood_constants.unwrap(), expected, 1e-14, 0.0);
    assert_near(fit.log_likelihood_null, -30.0 * 2.0_f64.ln(), 1e-14, 0.0);
    assert_near(fit.aic, 2.0 - 2.0 * expected, 1e-14, 0.0);
    assert_near(fit.bic, 30.0_f64.ln() - 2.0 * expected, 1e-14, 0.0);
    assert_near(
        fit.rho_squared.unwrap(),
        1.0 - expected / (-30.0 * 2.0_f64.ln()),
        1e-13,
        0.0,
    );
    assert_near(
        fit.rho_squared_adjusted.unwrap(),
        1.0 - (expected - 1.0) / (-30.0 * 2.0_f64.ln()),
        1e-13,
        0.0,
    );
}

#[test]
fn log_likelihoods_by_hand() {
    let specification = specification(&[("asc", 0.0)], &[("1", "asc")]);
    // Choice sets {1, 2, 3}, {1, 2}, {2, 3}; weights 1, 2, 0.5; counts in the second table.
    let rows = table(vec![
        numbers("case", [1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]),
        numbers("alt", [1.0, 2.0, 3.0, 1.0, 2.0, 2.0, 3.0]),
        numbers("choice", [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0]),
        numbers("count", [2.0, 0.0, 3.0, 1.0, 1.0, 0.0, 4.0]),
        numbers("w", [1.0, 1.0, 1.0, 2.0, 2.0, 0.5, 0.5]),
    ]);
    let (ln2, ln3) = (2.0_f64.ln(), 3.0_f64.ln());
    let null = |schema: Schema| log_likelihood_null(&data(rows.clone(), &schema, &specification));
    let counts = || {
        Schema::of(Layout::Long {
            case: "case".to_owned(),
            alternative: Some("alt".to_owned()),
            choice: "count".to_owned(),
            counts: true,
        })
    };
    let chosen = || Schema::long("case", "alt", "choice");
    assert_near(null(chosen()), -ln3 - 2.0 * ln2, 1e-15, 0.0);
    assert_near(null(chosen().weight(expression("w"))), -ln3 - 2.5 * ln2, 1e-15, 0.0);
    assert_near(null(counts()), -5.0 * ln3 - 6.0 * ln2, 1e-15, 0.0);
    assert_near(
        null(counts().weight(expression("w"))),
        -5.0 * ln3 - 6.0 * ln2,
        1e-15,
        0.0,
    );
}

#[test]
fn constants_where_all_cases_have_one_choice_set() {
    // Shares 5, 3 and 2 of 10, and a fourth alternative that nobody chose.
    let choices = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0];
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .alternative("c", 2)
        .alternative("d", 3);
    let specification = specification(&[("asc_b", 0.0), ("asc_c", 0.0)], &[("b", "asc_b"), ("c", "asc_c")]);
    let data = data(table(vec![numbers("choice", choices)]), &schema, &specification);
    let expected = 5.0 * 0.5_f64.ln() + 3.0 * 0.3_f64.ln() + 2.0 * 0.2_f64.ln();
    assert_near(log_likelihood_constants(&data).unwrap(), expected, 1e-15, 0.0);
}

/// The model with a constant for every alternative but the first.
#[test]
fn constants_where_choice_sets_differ_are_estimated() {
    let wide = specification(
        &[("asc_b", 0.0), ("asc_c", 0.0)],
        &[("a", "0"), ("b", "asc_b"), ("c", "asc_c")],
    );
    for schema in [wide_schema(), wide_schema().weight(expression("w"))] {
        let data = data(wide_table(300, 2), &schema, &wide);
        let fit = fit(&wide, &data);
        assert!(fit.converged);
        assert_near(fit.log_likelihood_constants.unwrap(), fit.log_likelihood, 1e-13, 0.0);
        assert!(fit.log_likelihood > fit.log_likelihood_null);
    }
    let own = [("2", "asc_2"), ("3", "asc_3"), ("4", "asc_4"), ("5", "asc_5")];
    let long = specification(&own.map(|(_, name)| (name, 0.0)), &own);
    let data = data(long_table(300, 2), &Schema::long("case", "alt", "choice"), &long);
    let fit = fit(&long, &data);
    assert_near(fit.log_likelihood_constants.unwrap(), fit.log_likelihood, 1e-13, 0.0);
}

#[test]
fn constants_of_alternatives_that_never_meet() {
    // {1, 2} and {3, 4}: two log-odds, though the level of one pair against the other is nowhere determined.
    let specification = specification(&[("b", 0.0)], &[("1", "b * x")]);
    let case = (0..20).flat_map(|case| [case as f64, case as f64]);
    let alternative = (0..20).flat_map(|case| if case < 10 { [1.0, 2.0] } else { [3.0, 4.0] });
    let choice = (0..20).flat_map(|case| if case % 10 < 3 { [1.0, 0.0] } else { [0.0, 1.0] });
    let rows = table(vec![
        numbers("case", case),
        numbers("alt", alternative),
        numbers("choice", choice),
        numbers("x", (0..40).map(|row| (row % 7) as f64)),
    ]);
    let data = data(rows, &Schema::long("case", "alt", "choice"), &specification);
    let expected = 2.0 * (3.0 * 0.3_f64.ln() + 7.0 * 0.7_f64.ln());
    assert_near(log_likelihood_constants(&data).unwrap(), expected, 1e-12, 0.0);
}

#[test]
fn there_are_no_constants_without_labels() {
    let specification = specification(&[("b_x", 0.0)], &[("all", "b_x * x")]);
    let data = data(
        long_table(50, 1),
        &Schema::long("case", "alt", "choice"),
        &specification,
    );
    assert_eq!(log_likelihood_constants(&data), None);
    let fit = fit(&specification, &data);
    assert_eq!(fit.log_likelihood_constants, None);
    assert_eq!(fit.warnings, Vec::<String>::new());
    assert_eq!(fit.n_alternatives, 5);
}
