//! Parameters that the data cannot tell apart: what is said, and that nothing is said where they can.

use logsum_data::Schema;

use super::{assert_near, bind, fit};
use crate::fit::Fit;
use crate::specification::Specification;
use crate::testing::{Random, WIDE, data, long_table, numbers, specification, table, wide_schema, wide_table};

/// Fits, checks what the fit says of itself, and that the diagnosis before estimation says the same.
#[track_caller]
fn finding(specification: &Specification, data: &logsum_data::ChoiceData, hidden: &[&str]) -> Fit {
    let model = bind(specification, data);
    let fit = fit(specification, data);
    assert!(!fit.converged, "{}", fit.convergence.reason);
    assert_eq!(
        fit.convergence.reason,
        "some parameters have no unique finite estimate (see the warnings)"
    );
    let before: Vec<String> = model
        .not_identified(&model.start())
        .unwrap()
        .into_iter()
        .map(|finding| finding.message)
        .collect();
    assert_eq!(fit.warnings, before);
    for parameter in &fit.parameters {
        let shown = parameter.std_error.is_some_and(|error| error > 0.0 && error < 10.0);
        assert_eq!(shown, !hidden.contains(&parameter.term.as_str()), "{parameter:?}");
    }
    fit
}

fn long(specification: &Specification) -> logsum_data::ChoiceData {
    data(
        long_table(300, 51),
        &Schema::long("case", "alt", "choice"),
        specification,
    )
}

#[test]
fn a_well_identified_model_has_no_findings() {
    for (model, seed) in [(specification(WIDE.0, WIDE.1), 1), (specification(WIDE.0, WIDE.1), 2)] {
        let data = data(wide_table(300, seed), &wide_schema(), &model);
        let bound = bind(&model, &data);
        assert_eq!(bound.not_identified(&bound.start()).unwrap(), []);
        assert_eq!(bound.separated().unwrap(), []);
        let fit = fit(&model, &data);
        assert!(fit.converged && fit.warnings.is_empty());
    }
}

#[test]
fn constants_for_all_alternatives() {
    let all = specification(
        &[("asc_a", 0.0), ("asc_b", 0.0), ("asc_c", 0.0), ("b_cost", 0.0)],
        &[
            ("a", "asc_a + b_cost * cost_a"),
            ("b", "asc_b + b_cost * cost_b"),
            ("c", "asc_c + b_cost * cost_c"),
        ],
    );
    let data = data(wide_table(300, 52), &wide_schema(), &all);
    let found = finding(&all, &data, &["asc_a", "asc_b", "asc_c"]);
    assert_eq!(
        found.warnings,
        [
            "\"asc_a\", \"asc_b\", \"asc_c\" are not jointly identified: with a constant in every alternative, adding the \
          same to all of them changes no probability; remove one of them, or fix it at 0"
        ]
    );
    // What is identified has the estimate and standard error of the model with a base.
    let mut base = all.clone();
    base.parameters[0].parameter.fixed = true;
    let base = fit(&base, &data);
    assert!(base.converged);
    // A decrement of 1e-9, at which a flat maximum is left, is 3e-5 standard errors.
    let std_error = base.parameters[3].std_error.unwrap();
    assert_near(
        found.parameters[3].estimate,
        base.parameters[3].estimate,
        4e-5 * std_error,
        1.0,
    );
    assert_near(found.parameters[3].std_error.unwrap(), std_error, 1e-4, 0.0);
    assert_near(found.log_likelihood, base.log_likelihood, 1e-9, 1.0);
}

#[test]
fn a_characteristic_in_every_alternative() {
    let specification = specification(
        &[("i_a", 0.0), ("i_b", 0.0), ("i_c", 0.0), ("b_cost", 0.0)],
        &[
            ("a", "i_a * income + b_cost * cost_a"),
            ("b", "i_b * income + b_cost * cost_b"),
            ("c", "i_c * income + b_cost * cost_c"),
        ],
    );
    let data = data(wide_table(300, 53), &wide_schema(), &specification);
    assert_eq!(
        finding(&specification, &data, &["i_a", "i_b", "i_c"]).warnings,
        [
            "\"i_a\", \"i_b\", \"i_c\" are not jointly identified: with \"income\" in every alternative, adding the same to \
          all of them changes no probability; remove one of them, or fix it at 0"
        ]
    );
}

#[test]
fn a_column_that_never_varies_within_a_case() {
    let one = specification(&[("b_x", 0.0), ("b_z", 0.0)], &[("all", "b_x * x + b_z * z")]);
    assert_eq!(
        finding(&one, &long(&one), &["b_z"]).warnings,
        [
            "\"b_z\" is not identified: what it multiplies (\"z\") does not differ between the alternatives of any case; let \
          it enter some alternatives only, or interact it with an attribute"
        ]
    );
    let two = specification(&[("b_x", 0.0), ("b_z", 0.0)], &[("all", "b_x * x + b_z * z * w")]);
    assert_eq!(
        finding(&two, &long(&two), &["b_z"]).warnings,
        [
            "\"b_z\" is not identified: what it multiplies (\"z\", \"w\") do not differ between the alternatives of any \
          case; let them enter some alternatives only, or interact them with an attribute"
        ]
    );
    let constant = specification(&[("b_x", 0.0), ("asc", 0.0)], &[("all", "b_x * x + asc")]);
    assert_eq!(
        finding(&constant, &long(&constant), &["asc"]).warnings,
        [
            "\"asc\" is not identified: it adds the same to every alternative of a case, which changes no probability; \
          remove it from one alternative"
        ]
    );
}

#[test]
fn collinear_columns() {
    let specification = specification(
        &[("b_1", 0.0), ("b_2", 0.0), ("b_3", 0.0), ("b_z", 0.0)],
        &[("all", "b_1 * x + b_2 * y + b_3 * (0.3 * x - 0.7 * y) + b_z * z * x")],
    );
    assert_eq!(
        finding(&specification, &long(&specification), &["b_1", "b_2", "b_3"]).warnings,
        [
            "\"b_1\", \"b_2\", \"b_3\" are not jointly identified: what they multiply (\"x\", \"y\") is collinear within \
          choice sets, so that moving along 3/10 \"b_1\" − 7/10 \"b_2\" − \"b_3\" changes no probability; remove or fix \
          one of them"
        ]
    );
}

#[test]
fn the_same_column_in_other_units() {
    for (unit, combination) in [("1e8", "100000000"), ("1", ""), ("1e-8", "1e-8")] {
        let utility = format!("b_x * x + b_x2 * ({unit} * x) + b_y * y");
        let specification = specification(&[("b_x", 0.0), ("b_x2", 0.0), ("b_y", 0.0)], &[("all", &utility)]);
        let warnings = finding(&specification, &long(&specification), &["b_x", "b_x2"]).warnings;
        assert_eq!(warnings.len(), 1, "{combination}: {warnings:?}");
        assert!(
            warnings[0]
                .starts_with("\"b_x\", \"b_x2\" are not jointly identified: what they multiply (\"x\") is collinear"),
            "{warnings:?}"
        );
    }
}

#[test]
fn three_times_the_same_column_leaves_the_others_determined() {
    let specification = specification(
        &[("b_1", 0.0), ("b_2", 0.0), ("b_3", 0.0), ("b_y", 0.0)],
        &[("all", "b_1 * x + b_2 * x + b_3 * x + b_y * y")],
    );
    let data = long(&specification);
    let fit = finding(&specification, &data, &["b_1", "b_2", "b_3"]);
    assert_eq!(fit.warnings.len(), 2, "{:?}", fit.warnings);
}

#[test]
fn a_level_far_from_zero_hides_nothing() {
    // Differences of a year and of twice the year: 1e-3 of the level, so that squares alone would lose the collinearity.
    let specification = specification(
        &[("b_x", 0.0), ("b_year", 0.0), ("b_twice", 0.0)],
        &[(
            "all",
            "b_x * x + b_year * (2000000 + y) + b_twice * (2 * (2000000 + y) - 3)",
        )],
    );
    let warnings = finding(&specification, &long(&specification), &["b_year", "b_twice"]).warnings;
    assert!(
        warnings[0].starts_with("\"b_year\", \"b_twice\" are not jointly identified"),
        "{warnings:?}"
    );
}

#[test]
fn strong_correlation_is_none_of_these() {
    // Correlation 0.999: y = x + e with a spread of 0.045 against 1.
    let mut random = Random::new(54);
    let mut table = long_table(600, 54);
    let x = match &table.column("x").unwrap().values {
        logsum_data::Values::Number(cells) => cells.to_vec(),
        logsum_data::Values::Text(_) => unreachable!(),
    };
    table
        .columns
        .push(numbers("near", x.iter().map(|x| x + 0.045 * random.normal())));
    table.all_names.push("near".to_owned());
    let specification = specification(&[("b_x", 0.0), ("b_near", 0.0)], &[("all", "b_x * x + b_near * near")]);
    let data = data(table, &Schema::long("case", "alt", "choice"), &specification);
    let model = bind(&specification, &data);
    assert_eq!(model.not_identified(&model.start()).unwrap(), []);
    let fit = fit(&specification, &data);
    assert!(fit.converged && fit.warnings.is_empty(), "{:?}", fit.warnings);
    assert!(fit.parameters.iter().all(|parameter| parameter.std_error.is_some()));
}

#[test]
fn an_alternative_that_nobody_is_offered() {
    let specification = specification(
        &[("b_x", 0.0), ("asc_b", 0.0), ("asc_c", 0.0), ("b_c", 0.0)],
        &[("a", "b_x * x"), ("b", "asc_b - b_x * x"), ("c", "asc_c + b_c * x")],
    );
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .alternative_if("c", 2, crate::testing::expression("x > 100"));
    let mut random = Random::new(55);
    let x: Vec<f64> = (0..60).map(|_| random.normal()).collect();
    let choice: Vec<f64> = x
        .iter()
        .map(|x| random.choose(&[0.5 * x, 0.2 - 0.5 * x]) as f64)
        .collect();
    let data = data(
        table(vec![numbers("choice", choice), numbers("x", x)]),
        &schema,
        &specification,
    );
    let expected = |name: &str| {
        format!(
            "\"{name}\" is not identified: it stands with alternative \"c\", which is available in no case; remove it"
        )
    };
    assert_eq!(
        finding(&specification, &data, &["asc_c", "b_c"]).warnings,
        [expected("asc_c"), expected("b_c")]
    );
}

#[test]
fn utilities_that_are_not_linear_are_taken_where_they_stand() {
    let specification = specification(
        &[("scale", 1.0), ("b_x", 0.5), ("b_y", -0.5)],
        &[("all", "scale * (b_x * x + b_y * y)")],
    );
    let data = long(&specification);
    let fit = fit(&specification, &data);
    assert!(!fit.converged);
    assert_eq!(fit.warnings.len(), 1, "{:?}", fit.warnings);
    let warning = &fit.warnings[0];
    let start = "\"scale\", \"b_x\", \"b_y\" are not jointly identified: at the present values moving along ";
    let end = " changes no difference of utilities; fix one of them, or start elsewhere";
    assert!(warning.starts_with(start) && warning.ends_with(end), "{warning}");
    assert!(fit.parameters.iter().all(|parameter| parameter.std_error.is_none()));
    // At zero the derivative itself is zero.
    let model = bind(&specification, &data);
    let messages: Vec<String> = model
        .not_identified(&[1.0, 0.0, 0.0])
        .unwrap()
        .into_iter()
        .map(|finding| finding.message)
        .collect();
    assert_eq!(
        messages,
        [
            "\"scale\" is not identified: at the present values it changes no difference of utilities; fix it, or start \
          elsewhere"
        ]
    );
}

#[test]
fn a_bound_does_not_pass_for_identification() {
    let mut model = specification(
        &[("asc_a", 0.0), ("asc_b", 0.0), ("asc_c", 0.0), ("b_cost", 0.0)],
        &[
            ("a", "asc_a + b_cost * cost_a"),
            ("b", "asc_b + b_cost * cost_b"),
            ("c", "asc_c + b_cost * cost_c"),
        ],
    );
    model.parameters[1].parameter.lower = 0.0;
    let data = data(wide_table(300, 57), &wide_schema(), &model);
    let fit = fit(&model, &data);
    assert!(!fit.converged);
    let last = fit.warnings.last().unwrap();
    assert!(
        last.starts_with("\"asc_a\", \"asc_b\", \"asc_c\" are not jointly identified"),
        "{last}"
    );
}
