use crate::applied::{RatioInterval, WillingnessKind, WillingnessTable, willingness_estimates};
use crate::comparison::testing::{fitted, logit, mixed};
use crate::testing::{WIDE, data, specification, wide_schema, wide_table};
use crate::{Fit, Specification};

fn table(
    fit: &Fit,
    specification: &Specification,
    only: &[&str],
    how: RatioInterval,
) -> Result<WillingnessTable, String> {
    let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
    let completed = specification.clone().completed();
    willingness_estimates(fit, (&completed, &wide_schema()), "b_cost", &only, how)
        .map_err(|problem| problem.to_string())
}

#[test]
fn scaling_within_expressions_does_not_matter() {
    let (one, data_of_one) = logit();
    let scaled: Vec<(&str, String)> = WIDE
        .1
        .iter()
        .map(|(name, utility)| {
            (
                *name,
                utility.replace("* cost", "* 0.001 * cost").replace("/ 10", "/ 60"),
            )
        })
        .collect();
    let scaled: Vec<(&str, &str)> = scaled.iter().map(|(name, utility)| (*name, utility.as_str())).collect();
    let other = specification(WIDE.0, &scaled);
    let data_of_other = data(wide_table(400, 3), &wide_schema(), &other);
    let (fit, twin) = (fitted(&one, &data_of_one), fitted(&other, &data_of_other));
    for how in [
        RatioInterval::Delta,
        RatioInterval::Fieller,
        RatioInterval::Simulated { draws: 1000, seed: 3 },
    ] {
        let (first, second) = (
            table(&fit, &one, &[], how).unwrap(),
            table(&twin, &other, &[], how).unwrap(),
        );
        assert_eq!(first.money, ["cost_a", "cost_b", "cost_c"]);
        assert_eq!(first.estimates[2].per, ["time_a", "time_b", "time_c"]);
        assert!((first.cost / second.cost - 1.0).abs() < 1e-6);
        for (one, other) in first.estimates.iter().zip(&second.estimates) {
            assert_eq!((&one.term, one.kind), (&other.term, WillingnessKind::Ratio));
            let numbers = |of: &crate::applied::WillingnessEstimate| {
                [Some(of.estimate), of.std_error, of.conf_low, of.conf_high].map(Option::unwrap)
            };
            for (one, other) in numbers(one).iter().zip(numbers(other)) {
                assert!((one / other - 1.0).abs() < 1e-6, "{one} {other}");
            }
        }
    }
    // −(b_time / 10) / b_cost.
    let (time, cost) = (fit.parameters[2].estimate, fit.parameters[3].estimate);
    let found = table(&fit, &one, &["b_time"], RatioInterval::Delta).unwrap();
    assert!((found.estimates[0].estimate + time / 10.0 / cost).abs() < 1e-15);
    assert_eq!(found.cost_statistic, fit.parameters[3].statistic);
    let wrong = table(&fit, &one, &["b_tim"], RatioInterval::Delta).unwrap_err();
    assert!(
        wrong.contains("no utility has the coefficient \"b_tim\"; did you mean \"b_time\"?"),
        "{wrong}"
    );
    assert!(
        table(&fit, &one, &["b_cost"], RatioInterval::Delta)
            .unwrap_err()
            .contains("\"b_cost\" has none")
    );
}

#[test]
fn lognormal_cost_leaves_medians_of_what_is_the_same_for_all() {
    let (specification, data) = mixed();
    let fit = fitted(&specification, &data);
    let found = table(&fit, &specification, &[], RatioInterval::Delta).unwrap();
    let terms: Vec<&str> = found.estimates.iter().map(|of| of.term.as_str()).collect();
    assert_eq!(terms, ["asc_b", "asc_c", "b_income"]);
    let of = |name: &str| {
        let position = fit.parameters.iter().position(|known| known.term == name).unwrap();
        (fit.parameters[position].estimate, position)
    };
    let ((income, i), (cost, c)) = (of("b_income"), of("b_cost"));
    let last = &found.estimates[2];
    assert_eq!(last.kind, WillingnessKind::Median);
    // −β / −exp(m), whose derivative in m is minus itself.
    let expected = income * (-cost).exp();
    assert!((last.estimate / expected - 1.0).abs() < 1e-12);
    let v = fit.chosen_covariance().unwrap();
    let slope = (-cost).exp();
    let variance = slope * slope * v[i][i] - 2.0 * slope * expected * v[i][c] + expected * expected * v[c][c];
    assert!((last.std_error.unwrap() / variance.sqrt() - 1.0).abs() < 1e-6);
    assert!(found.left_out[0].starts_with("willingness to pay for \"b_time\": both it and \"b_cost\""));
    let refused = table(&fit, &specification, &["b_time"], RatioInterval::Delta).unwrap_err();
    assert_eq!(refused, found.left_out[0]);
}
