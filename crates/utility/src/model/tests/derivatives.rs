//! Score and Hessian against differences, at random parameters.

use logsum_data::{ChoiceData, Layout, Schema};
use logsum_estimate::check_derivatives;

use super::bind;
use crate::specification::Specification;
use crate::testing::{LONG, Random, WIDE, data, expression, long_table, specification, wide_schema, wide_table};

#[track_caller]
fn assert_derivatives(specification: &Specification, data: &ChoiceData, centre: f64) {
    let model = bind(specification, data);
    for seed in 0..3 {
        let mut random = Random::new(seed);
        let theta: Vec<f64> = model
            .start()
            .iter()
            .map(|_| centre + random.between(-0.4, 0.4))
            .collect();
        let check = check_derivatives(&model, &theta).unwrap();
        // Differences are exact to about 1e-12 of ln L; higher derivatives of powers and exponentials cost the rest.
        assert!(
            check.score_error < 1e-8 && check.hessian_error < 1e-8,
            "{check:?} at {theta:?}"
        );
    }
}

#[test]
fn linear_in_wide_and_long_data() {
    let wide = specification(WIDE.0, WIDE.1);
    assert_derivatives(&wide, &data(wide_table(90, 1), &wide_schema(), &wide), 0.0);
    let weighted = wide_schema().weight(expression("w")).decision_maker("person");
    assert_derivatives(&wide, &data(wide_table(90, 2), &weighted, &wide), 0.0);
    let long = specification(LONG.0, LONG.1);
    assert_derivatives(
        &long,
        &data(long_table(90, 1), &Schema::long("case", "alt", "choice"), &long),
        0.0,
    );
}

/// All of them with a constant that is linear, in data with ragged choice sets.
fn check(utilities: [&str; 3], parameters: &[&str], centre: f64) {
    let mut declared = vec![("asc_b", 0.1)];
    declared.extend(parameters.iter().map(|name| (*name, centre)));
    let [a, b, c] = utilities;
    let b = format!("asc_b + {b}");
    let specification = specification(&declared, &[("a", a), ("b", &b), ("c", c)]);
    for n_cases in [3, 8, 70] {
        let data = data(
            wide_table(n_cases, 6),
            &wide_schema().weight(expression("w")),
            &specification,
        );
        assert!(!bind(&specification, &data).is_linear());
        assert_derivatives(&specification, &data, centre);
    }
}

#[test]
fn box_cox() {
    check(
        [
            "b * boxcox(time_a / 10, lambda)",
            "b * boxcox(time_b / 10, lambda)",
            "b * boxcox(cost_c, lambda)",
        ],
        &["b", "lambda"],
        0.3,
    );
    // Around λ = 0, where the formula changes.
    check(
        ["boxcox(time_a / 10, lambda)", "0", "boxcox(cost_c, lambda)"],
        &["lambda"],
        0.0,
    );
}

#[test]
fn products_and_ratios() {
    check(
        [
            "m * b * time_a / 10",
            "m * (b * time_b / 10 - cost_b)",
            "m * m * income",
        ],
        &["b", "m"],
        0.8,
    );
    check(
        [
            "b * time_a / 10 / m",
            "cost_b / (m * b)",
            "(b + m) / (b ^ 2 + 1) * cost_c",
        ],
        &["b", "m"],
        1.2,
    );
}

#[test]
fn willingness_to_pay_space() {
    check(
        [
            "-m * (cost_a + v * time_a / 10)",
            "-m * (cost_b + v * time_b / 10)",
            "-m * (cost_c + v * time_c / 10)",
        ],
        &["m", "v"],
        0.9,
    );
}

#[test]
fn a_parameter_both_linear_and_in_a_product() {
    check(
        ["b * cost_a + b * m * time_a / 10", "b * cost_b", "m * cost_c"],
        &["b", "m"],
        0.7,
    );
}

#[test]
fn minimum_maximum_and_conditions() {
    // Parameters stay apart, so that no difference steps over a kink: around 0.7 ± 0.4, doubled, halved, negated.
    check(
        [
            "max(b * if(income > 0.5, 4, -4), m)",
            "min(4 * b, m * cost_b / 100) * cost_b",
            "if(income > 0.5, b * m, b / m) + abs(m * (income - 3))",
        ],
        &["b", "m"],
        0.7,
    );
}

#[test]
fn exponentials_logarithms_powers_and_roots() {
    check(
        [
            "b * exp(-m * time_a / 10)",
            "log(1 + exp(b)) * cost_b",
            "(time_c / 10) ^ m - sqrt(b * cost_c)",
        ],
        &["b", "m"],
        0.9,
    );
}

#[test]
fn long_data_with_counts() {
    let specification = specification(
        &[("b", 0.5), ("lambda", 0.5), ("asc", 0.0)],
        &[
            ("all", "b * boxcox(y, lambda) + b * lambda * x"),
            ("2", "asc * exp(b * z / 4)"),
            ("4", "asc"),
        ],
    );
    for counts in [false, true] {
        let schema = Schema::of(Layout::Long {
            case: "case".to_owned(),
            alternative: Some("alt".to_owned()),
            choice: if counts { "count" } else { "choice" }.to_owned(),
            counts,
        });
        assert_derivatives(&specification, &data(long_table(80, 7), &schema, &specification), 0.5);
    }
}

#[test]
fn outside_the_domain_names_the_place() {
    use logsum_estimate::{LogLikelihood, Order};
    let specification = specification(
        &[("b", 1.0), ("m", 1.0)],
        &[("a", "b * time_a"), ("b", "sqrt(m) * cost_b"), ("c", "cost_c / m")],
    );
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .alternative("c", 2);
    let data = data(wide_table(20, 3), &schema, &specification);
    let model = bind(&specification, &data);
    let message = |theta: &[f64]| model.evaluate(theta, Order::Score).unwrap_err().to_string();
    let start = "the log-likelihood is not defined at this point: ";
    assert_eq!(
        message(&[1.0, -1.0]),
        format!("{start}the utility of \"b\" is not a finite number at choices.csv, row 2")
    );
    // √m is 0 at m = 0 and rises infinitely fast.
    assert_eq!(
        message(&[0.0, 0.0]),
        format!("{start}a derivative of the utility of \"b\" is not a finite number at choices.csv, row 2")
    );
    // A linear utility that overflows.
    assert_eq!(
        message(&[1e308, 1e6]),
        format!("{start}the utility of \"a\" is not a finite number at choices.csv, row 2")
    );
}
