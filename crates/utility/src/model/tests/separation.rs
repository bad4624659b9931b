//! Choices that columns predict without error: what is said, and that nothing is said where they do not.

use logsum_data::{ChoiceData, Schema};
use logsum_estimate::Parameter;

use super::{assert_near, bind, fit};
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::specification::Specification;
use crate::testing::{Random, data, expression, numbers, specification, table};

fn binary(choice: Vec<f64>, columns: Vec<(&str, Vec<f64>)>, specification: &Specification) -> ChoiceData {
    let mut all = vec![numbers("choice", choice)];
    all.extend(columns.into_iter().map(|(name, cells)| numbers(name, cells)));
    data(
        table(all),
        &Schema::wide("choice").alternative("no", 0).alternative("yes", 1),
        specification,
    )
}

/// Fits, and checks that the diagnosis before estimation says the same and who has standard errors.
#[track_caller]
fn finding(specification: &Specification, data: &ChoiceData, hidden: &[&str]) -> Fit {
    let model = bind(specification, data);
    let fit = fit(specification, data);
    assert!(!fit.converged, "{}", fit.convergence.reason);
    assert_eq!(
        fit.convergence.reason,
        "some parameters have no unique finite estimate (see the warnings)"
    );
    assert_eq!(model.not_identified(&model.start()).unwrap(), []);
    let before: Vec<String> = model
        .separated()
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

#[track_caller]
fn no_finding(specification: &Specification, data: &ChoiceData) -> Fit {
    let model = bind(specification, data);
    assert_eq!(model.separated().unwrap(), []);
    let fit = fit(specification, data);
    assert!(
        fit.converged && fit.warnings.is_empty(),
        "{} {:?}",
        fit.convergence.reason,
        fit.warnings
    );
    fit
}

#[test]
fn an_alternative_that_nobody_chose() {
    let one = specification(
        &[("asc_b", 0.0), ("asc_c", 0.0), ("b_x", 0.0)],
        &[("a", "b_x * x"), ("b", "asc_b - b_x * x"), ("c", "asc_c + b_x * x * x")],
    );
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .alternative("c", 2);
    let mut random = Random::new(61);
    let x: Vec<f64> = (0..200).map(|_| random.normal()).collect();
    let choice: Vec<f64> = x
        .iter()
        .map(|x| random.choose(&[0.4 * x, 0.3 - 0.4 * x]) as f64)
        .collect();
    let rows = table(vec![numbers("choice", choice), numbers("x", x.iter().copied())]);
    let of_one = data(rows.clone(), &schema, &one);
    let fit = finding(&one, &of_one, &["asc_c"]);
    assert_eq!(
        fit.warnings,
        [
            "\"asc_c\" has no finite estimate: alternative \"c\", with which it alone stands, is never chosen in the 200 \
          cases that offer it; remove the alternative, or fix the parameter"
        ]
    );
    // In the limit the alternative is as good as gone.
    let without = specification(
        &[("asc_b", 0.0), ("b_x", 0.0)],
        &[("a", "b_x * x"), ("b", "asc_b - b_x * x")],
    );
    let two = Schema::wide("choice").alternative("a", 0).alternative("b", 1);
    let without = super::fit(&without, &data(rows.clone(), &two, &without));
    assert_near(fit.log_likelihood, without.log_likelihood, 1e-8, 0.0);
    assert_near(
        fit.parameters[2].std_error.unwrap(),
        without.parameters[1].std_error.unwrap(),
        1e-6,
        0.0,
    );

    let several = specification(
        &[("asc_b", 0.0), ("asc_c", 0.0), ("b_x", 0.0), ("b_xc", 0.0)],
        &[("a", "b_x * x"), ("b", "asc_b - b_x * x"), ("c", "asc_c + b_xc * x")],
    );
    let data = data(rows, &schema, &several);
    assert_eq!(
        finding(&several, &data, &["asc_c", "b_xc"]).warnings,
        [
            "\"asc_c\", \"b_xc\" have no finite estimates: alternative \"c\", with which they alone stand, is never chosen \
          in the 200 cases that offer it; remove the alternative, or fix the parameters"
        ]
    );
}

/// 200 cases of x in (0, 2) that never chose alternative "c".
fn never_c(utilities: &[(&str, &str)], parameters: &[(&str, f64)]) -> (Specification, ChoiceData) {
    let model = specification(parameters, utilities);
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .alternative("c", 2);
    let mut random = Random::new(67);
    let x: Vec<f64> = (0..200).map(|row| 0.01 + 0.01 * f64::from(row)).collect();
    let choice: Vec<f64> = x.iter().map(|x| random.choose(&[*x, 0.7]) as f64).collect();
    let rows = table(vec![numbers("choice", choice), numbers("x", x.iter().copied())]);
    let data = data(rows, &schema, &model);
    (model, data)
}

#[test]
fn an_alternative_that_nobody_chose_where_utilities_are_not_linear() {
    let (model, data) = never_c(
        &[
            ("a", "b_x * boxcox(x, lambda)"),
            ("b", "asc_b"),
            ("c", "asc_c + b_x * x"),
        ],
        &[("asc_b", 0.0), ("asc_c", 0.0), ("b_x", 0.5), ("lambda", 1.0)],
    );
    let fit = fit(&model, &data);
    assert!(!fit.converged);
    assert_eq!(
        fit.warnings,
        [
            "\"asc_c\" has no finite estimate: alternative \"c\", with which it alone stands, is never chosen in the 200 \
          cases that offer it; remove the alternative, or fix the parameter"
        ]
    );
    let shown: Vec<bool> = fit.parameters.iter().map(|one| one.std_error.is_some()).collect();
    assert_eq!(shown, [true, false, true, true]);
}

#[test]
fn a_loose_tolerance_hides_no_separation() {
    let (model, data) = never_c(
        &[("a", "b_x * x"), ("b", "asc_b"), ("c", "asc_c")],
        &[("asc_b", 0.0), ("asc_c", 0.0), ("b_x", 0.0)],
    );
    for tolerance in [1e-6, 0.01, 1.0] {
        let mut options = FitOptions::default();
        options.optimiser.tolerance = tolerance;
        let fit = bind(&model, &data).fit(&options, None).unwrap();
        assert!(!fit.converged && fit.warnings[0].starts_with("\"asc_c\" has no finite estimate"));
    }
}

#[test]
fn perfect_separation_by_a_column() {
    let specification = specification(&[("asc", 0.0), ("b_x", 0.0)], &[("yes", "asc + b_x * x")]);
    let x: Vec<f64> = (0..40).map(|row| f64::from(row) - 19.7).collect();
    let choice = x.iter().map(|x| f64::from(u8::from(*x > 0.0))).collect();
    let data = binary(choice, vec![("x", x)], &specification);
    let fit = finding(&specification, &data, &["asc", "b_x"]);
    assert_eq!(
        fit.warnings,
        [
            "\"asc\", \"b_x\" have no finite estimates (column \"x\"): the choices are perfectly separated: moving \"b_x\" \
             to +∞ predicts all 40 cases without error; look for a column that gives the choice away, and remove or fix a \
             parameter"
        ]
    );
    assert!(fit.log_likelihood > -1e-4);
}

#[test]
fn perfect_separation_by_a_combination() {
    let specification = specification(&[("asc", 0.0), ("b_x", 0.0)], &[("yes", "asc + b_x * x")]);
    let x: Vec<f64> = (0..40).map(f64::from).collect();
    let choice = x.iter().map(|x| f64::from(u8::from(*x < 25.0))).collect();
    let data = binary(choice, vec![("x", x)], &specification);
    assert_eq!(
        finding(&specification, &data, &["asc", "b_x"]).warnings,
        [
            "\"asc\", \"b_x\" have no finite estimates (column \"x\"): the choices are perfectly separated: moving \"asc\" \
             to +∞, \"b_x\" to −∞ predicts all 40 cases without error; look for a column that gives the choice away, and \
             remove or fix a parameter"
        ]
    );
}

/// A simulated yes or no by x, with 30 rows of a dummy d at the end, all of which say yes.
fn quasi(seed: u64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut random = Random::new(seed);
    let x: Vec<f64> = (0..300).map(|_| random.normal()).collect();
    let d: Vec<f64> = (0..300).map(|row| f64::from(u8::from(row >= 270))).collect();
    let choice = (0..300)
        .map(|row| {
            if row >= 270 {
                1.0
            } else {
                random.choose(&[0.0, 0.5 * x[row]]) as f64
            }
        })
        .collect();
    (choice, x, d)
}

#[test]
fn quasi_complete_separation_by_a_dummy() {
    let with = specification(
        &[("asc", 0.0), ("b_x", 0.0), ("b_d", 0.0)],
        &[("yes", "asc + b_x * x + b_d * d")],
    );
    let (choice, x, d) = quasi(62);
    let data = binary(choice.clone(), vec![("x", x.clone()), ("d", d)], &with);
    let fit = finding(&with, &data, &["b_d"]);
    assert_eq!(
        fit.warnings,
        [
            "\"b_d\" has no finite estimate (column \"d\"): the choices are quasi-completely separated: moving \"b_d\" to +∞ \
          makes no choice less likely and 30 of 300 cases ever more likely; remove or fix a parameter, or merge rare \
          categories"
        ]
    );
    // The others are what they are without the rows that the dummy decides.
    let rest = specification(&[("asc", 0.0), ("b_x", 0.0)], &[("yes", "asc + b_x * x")]);
    let rest = super::fit(
        &rest,
        &binary(choice[..270].to_vec(), vec![("x", x[..270].to_vec())], &rest),
    );
    for (found, expected) in fit.parameters.iter().zip(&rest.parameters) {
        assert_near(found.estimate, expected.estimate, 1e-6, 0.0);
        assert_near(found.std_error.unwrap(), expected.std_error.unwrap(), 1e-6, 0.0);
    }
}

#[test]
fn quasi_complete_separation_in_any_units_from_any_start() {
    let (choice, x, d) = quasi(63);
    for unit in [1e-6, 1.0, 1e6] {
        let d = d.iter().map(|d| d * unit).collect();
        let specification = specification(
            &[("asc", 0.0), ("b_x", 0.3), ("b_d", 2.0 / unit)],
            &[("yes", "asc + b_x * x + b_d * d")],
        );
        let data = binary(choice.clone(), vec![("x", x.clone()), ("d", d)], &specification);
        finding(&specification, &data, &["b_d"]);
        // Started far out it stops at once, and is found out all the same.
        let mut far = specification.clone();
        far.parameters[2].parameter.start = 60.0 / unit;
        finding(&far, &data, &["b_d"]);
    }
}

#[test]
fn quasi_complete_separation_by_a_combination_of_dummies() {
    // d and e overlap; both say yes and no, but whoever has d and not e says yes, and whoever has e and not d says no.
    let mut random = Random::new(64);
    let (mut choice, mut d, mut e) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..400 {
        let (has_d, has_e) = [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)][row % 4];
        d.push(has_d);
        e.push(has_e);
        choice.push(if has_d != has_e {
            has_d
        } else {
            random.choose(&[0.0, 0.3]) as f64
        });
    }
    let specification = specification(
        &[("asc", 0.0), ("b_d", 0.0), ("b_e", 0.0)],
        &[("yes", "asc + b_d * d + b_e * e")],
    );
    let data = binary(choice, vec![("d", d), ("e", e)], &specification);
    assert_eq!(
        finding(&specification, &data, &["b_d", "b_e"]).warnings,
        [
            "\"b_d\", \"b_e\" have no finite estimates (columns \"d\", \"e\"): the choices are quasi-completely separated: \
          moving \"b_d\" to +∞, \"b_e\" to −∞ makes no choice less likely and 200 of 400 cases ever more likely; remove or \
          fix a parameter, or merge rare categories"
        ]
    );
}

#[test]
fn two_dummies_are_two_findings() {
    let (mut choice, x, d) = quasi(65);
    let e: Vec<f64> = (0..300).map(|row| f64::from(u8::from(row < 20))).collect();
    choice[..20].fill(0.0);
    let specification = specification(
        &[("asc", 0.0), ("b_x", 0.0), ("b_d", 0.0), ("b_e", 0.0)],
        &[("yes", "asc + b_x * x + b_d * d + b_e * e")],
    );
    let data = binary(choice, vec![("x", x), ("d", d), ("e", e)], &specification);
    let warnings = finding(&specification, &data, &["b_d", "b_e"]).warnings;
    assert_eq!(warnings.len(), 2);
    assert!(
        warnings[0].contains("moving \"b_d\" to +∞") && warnings[1].contains("moving \"b_e\" to −∞"),
        "{warnings:?}"
    );
}

#[test]
fn one_case_more_and_the_estimates_are_finite() {
    let specification = specification(
        &[("asc", 0.0), ("b_x", 0.0), ("b_d", 0.0)],
        &[("yes", "asc + b_x * x + b_d * d")],
    );
    let (mut choice, x, d) = quasi(66);
    choice[299] = 0.0;
    let data = binary(choice, vec![("x", x), ("d", d)], &specification);
    let fit = no_finding(&specification, &data);
    assert!(fit.parameters[2].estimate > 2.0 && fit.parameters[2].std_error.unwrap() < 1.5);
}

#[test]
fn rare_choices_are_not_separated() {
    // 2 of 5000 choose the one alternative, 1 of 20 with the dummy.
    let specification = specification(&[("asc", 0.0), ("b_d", 0.0)], &[("yes", "asc + b_d * d")]);
    let choice = (0..5000)
        .map(|row| f64::from(u8::from(row == 0 || row == 4999)))
        .collect();
    let d = (0..5000).map(|row| f64::from(u8::from(row < 20))).collect();
    let data = binary(choice, vec![("d", d)], &specification);
    let fit = no_finding(&specification, &data);
    assert_near(fit.parameters[0].estimate, (1.0_f64 / 4979.0).ln(), 1e-10, 0.0);
    assert_near(fit.parameters[1].estimate, (1.0_f64 / 19.0 * 4979.0).ln(), 1e-10, 0.0);
}

#[test]
fn a_bound_or_a_fixed_value_in_the_way_is_enough() {
    let (choice, x, d) = quasi(67);
    let parameters = [
        Parameter {
            upper: 5.0,
            ..Parameter::new("b_d", 0.0)
        },
        Parameter {
            fixed: true,
            ..Parameter::new("b_d", 3.0)
        },
    ];
    for parameter in parameters {
        let bounded = parameter.upper == 5.0;
        let mut specification = specification(
            &[("asc", 0.0), ("b_x", 0.0), ("b_d", 0.0)],
            &[("yes", "asc + b_x * x + b_d * d")],
        );
        specification.parameters[2].parameter = parameter;
        let data = binary(choice.clone(), vec![("x", x.clone()), ("d", d.clone())], &specification);
        assert_eq!(bind(&specification, &data).separated().unwrap(), []);
        let fit = fit(&specification, &data);
        assert!(fit.converged, "{}", fit.convergence.reason);
        assert_eq!(fit.parameters[2].at_bound.as_deref(), bounded.then_some("upper"));
        assert_eq!(fit.warnings.len(), usize::from(bounded));
    }
}

#[test]
fn cases_of_weight_zero_do_not_count() {
    let specification = specification(
        &[("asc", 0.0), ("b_x", 0.0), ("b_d", 0.0)],
        &[("yes", "asc + b_x * x + b_d * d")],
    );
    let (mut choice, x, d) = quasi(68);
    choice[299] = 0.0;
    let w = (0..300).map(|row| f64::from(u8::from(row != 299)));
    let columns = vec![
        numbers("choice", choice),
        numbers("x", x),
        numbers("d", d),
        numbers("w", w),
    ];
    let schema = Schema::wide("choice")
        .alternative("no", 0)
        .alternative("yes", 1)
        .weight(expression("w"));
    let data = data(table(columns), &schema, &specification);
    let warnings = finding(&specification, &data, &["b_d"]).warnings;
    assert!(
        warnings[0].contains("moving \"b_d\" to +∞") && warnings[0].contains("29 of 299 cases"),
        "{warnings:?}"
    );
}
