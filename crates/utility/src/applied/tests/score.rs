use logsum_estimate::{chi_squared_tail, opg_covariance};
use ndarray::{Array1, Array2};

use super::super::{ScoreTest, ScoreTestError, score_test};
use crate::comparison::testing::{fitted, mixed};
use crate::fit::Fit;
use crate::inference::CovarianceKind;
use crate::model::Model;
use crate::specification::Specification;
use crate::testing::{WIDE, data, plain, plain_value, specification, wide_schema, wide_table};
use logsum_data::ChoiceData;

/// The model that the tables are drawn from, some parameters held.
fn held(values: &[(&str, f64)]) -> Specification {
    let mut specification = specification(WIDE.0, WIDE.1);
    for (name, value) in values {
        let mut all = specification.parameters.iter_mut();
        let declared = all.find(|declared| declared.symbol == *name).expect("a parameter");
        (declared.parameter.fixed, declared.parameter.start) = (true, *value);
    }
    specification
}

fn tested(specification: &Specification, data: &ChoiceData, names: &[&str], kind: CovarianceKind) -> ScoreTest {
    let mut fit = fitted(specification, data);
    fit.choose_covariance(&kind).unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    score_test(&Model::bind(specification, data).unwrap(), &fit, &names).unwrap_or_else(|error| panic!("{error}"))
}

fn inverse(matrix: &Array2<f64>) -> Array2<f64> {
    opg_covariance(matrix, &vec![true; matrix.nrows()]).expect("an inverse")
}

fn theta(fit: &Fit) -> Vec<f64> {
    fit.parameters.iter().map(|parameter| parameter.estimate).collect()
}

#[test]
fn statistics_are_their_definitions_by_finite_differences() {
    let specification = held(&[("b_cost", -0.35), ("b_income", 0.1)]);
    let data = data(wide_table(300, 5), &wide_schema(), &specification);
    let at = theta(&fitted(&specification, &data));
    let value = |moves: &[(usize, f64)]| {
        let mut there = at.clone();
        moves.iter().for_each(|&(k, by)| there[k] += by);
        plain_value(&specification, &data, &there)
    };
    let k = at.len();
    let h = 1e-4;
    let score: Array1<f64> = (0..k)
        .map(|i| (value(&[(i, h)]) - value(&[(i, -h)])) / (2.0 * h))
        .collect();
    let information = Array2::from_shape_fn((k, k), |(i, j)| {
        let at = |a: f64, b: f64| value(&[(i, a * h), (j, b * h)]);
        -(at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * h * h)
    });
    let mut products = Array2::<f64>::zeros((k, k));
    for row in plain(&specification, &data, &at).scores {
        products += &Array2::from_shape_fn((k, k), |(i, j)| row[i] * row[j]);
    }
    // The score of what is estimated vanishes: s′A⁻¹s is that of what is held alone.
    let step = inverse(&information).dot(&score);
    let by_hessian = score.dot(&step);
    let by_products = score.dot(&inverse(&products).dot(&score));
    // Of the generalised test as the Wald test of one Newton step with the sandwich.
    let bread = inverse(&information);
    let sandwich = bread.dot(&products).dot(&bread);
    let rows = [3, 4];
    let part = Array2::from_shape_fn((2, 2), |(i, j)| sandwich[[rows[i], rows[j]]]);
    let moved = Array1::from_vec(rows.map(|k| step[k]).to_vec());
    let robust = moved.dot(&inverse(&part).dot(&moved));
    for (kind, expected) in [
        (CovarianceKind::Hessian, by_hessian),
        (CovarianceKind::Opg, by_products),
        (CovarianceKind::Robust, robust),
    ] {
        let test = tested(&specification, &data, &["b_cost", "b_income"], kind.clone());
        let joint = test.joint.unwrap();
        assert!(
            (joint.statistic / expected - 1.0).abs() < 1e-4,
            "relative, second differences: {kind}: {joint:?} against {expected}"
        );
        assert_eq!(joint.degrees, 2);
        assert!((joint.p_value - chi_squared_tail(joint.statistic, 2)).abs() < 1e-15);
        assert!((test.parameters[0].score.unwrap() / score[3] - 1.0).abs() < 1e-5);
    }
}

#[test]
fn near_the_estimate_score_wald_and_likelihood_ratio_agree() {
    let full = held(&[]);
    let data = data(wide_table(4000, 7), &wide_schema(), &full);
    let fit = fitted(&full, &data);
    let (estimate, error) = (fit.parameters[3].estimate, fit.parameters[3].std_error.unwrap());
    let specification = held(&[("b_cost", estimate + 1.5 * error)]);
    let ratio = 2.0 * (fit.log_likelihood - fitted(&specification, &data).log_likelihood);
    for kind in [CovarianceKind::Hessian, CovarianceKind::Opg, CovarianceKind::Robust] {
        let test = tested(&specification, &data, &["b_cost"], kind);
        let found = test.joint.unwrap().statistic;
        assert!(
            (found / 2.25 - 1.0).abs() < 0.1 && (found / ratio - 1.0).abs() < 0.1,
            "{found} against {ratio}"
        );
        // One step is nearly all of the way.
        let change = test.parameters[0].expected_change.unwrap();
        assert!((change / (-1.5 * error) - 1.0).abs() < 0.1, "{change}");
    }
}

#[test]
fn it_rejects_what_is_true_as_often_as_it_says_and_what_is_false_more_often() {
    let (n, replications) = (400, 400);
    let mut rejected = [0; 3];
    let mut seen = 0;
    for seed in 0..replications {
        // The tables are drawn with −0.5.
        let specification = held(&[("b_cost", -0.5)]);
        let table = wide_table(n, 1000 + seed);
        let choices = data(table, &wide_schema(), &specification);
        let kinds = [CovarianceKind::Hessian, CovarianceKind::Opg, CovarianceKind::Robust];
        for (count, kind) in rejected.iter_mut().zip(kinds) {
            let p = tested(&specification, &choices, &["b_cost"], kind)
                .joint
                .unwrap()
                .p_value;
            *count += usize::from(p < 0.05);
        }
        if seed < 50 {
            let wrong = held(&[("b_cost", -0.1)]);
            let p = tested(&wrong, &choices, &["b_cost"], CovarianceKind::Hessian)
                .joint
                .unwrap()
                .p_value;
            seen += usize::from(p < 0.05);
        }
    }
    // Of 400 tests at 5% between 9 and 34 reject with a probability of 99.7%; the outer product's are known to be too many.
    for (count, most) in rejected.into_iter().zip([34, 40, 34]) {
        assert!((9..=most).contains(&count), "{rejected:?}");
    }
    assert!(seen >= 45, "{seen} of 50 reject what is false");
}

#[test]
fn random_tastes_and_panels_are_tested_alike() {
    let (specification, data) = mixed();
    let fit = fitted(&specification, &data);
    let model = Model::bind(&specification, &data).unwrap();
    let full = model.specification().clone();
    let k = full
        .parameters
        .iter()
        .position(|declared| declared.symbol == "b_income")
        .unwrap();
    let mut held = full.clone();
    held.parameters[k].parameter.fixed = true;
    held.parameters[k].parameter.start = fit.parameters[k].estimate + fit.parameters[k].std_error.unwrap();
    let ratio = 2.0 * (fit.log_likelihood - fitted(&held, &data).log_likelihood);
    let test = tested(&held, &data, &["b_income"], CovarianceKind::Hessian);
    let found = test.joint.unwrap().statistic;
    assert!((found / ratio - 1.0).abs() < 0.1, "{found} against {ratio}");

    let mut without = full.clone();
    let sd = without
        .parameters
        .iter()
        .position(|declared| declared.symbol == "sd_b_time")
        .unwrap();
    (
        without.parameters[sd].parameter.fixed,
        without.parameters[sd].parameter.start,
    ) = (true, 0.0);
    let fit = fitted(&without, &data);
    let error = score_test(&Model::bind(&without, &data).unwrap(), &fit, &["sd_b_time".to_owned()]).unwrap_err();
    assert!(error.to_string().contains("is a spread held at 0"), "{error}");
}

#[test]
fn every_slip_is_told() {
    let utilities: Vec<(&str, String)> = WIDE
        .1
        .iter()
        .map(|(name, utility)| {
            (
                *name,
                if *name == "a" {
                    format!("asc_a + {utility}")
                } else {
                    (*utility).to_owned()
                },
            )
        })
        .collect();
    let utilities: Vec<(&str, &str)> = utilities
        .iter()
        .map(|(name, utility)| (*name, utility.as_str()))
        .collect();
    let mut parameters = WIDE.0.to_vec();
    parameters.push(("asc_a", 0.0));
    let mut specification = specification(&parameters, &utilities);
    specification.parameters[5].parameter.fixed = true;
    specification.parameters[4].parameter.fixed = true;
    let data = data(wide_table(200, 1), &wide_schema(), &specification);
    let fit = fitted(&specification, &data);
    let model = Model::bind(&specification, &data).unwrap();
    let message = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        score_test(&model, &fit, &names).unwrap_err().to_string()
    };
    assert_eq!(
        message(&["b_incom"]),
        "score test: no parameter \"b_incom\"; did you mean \"b_income\"?"
    );
    assert!(message(&["b_cost"]).starts_with("score test: \"b_cost\" is estimated, not held;"));
    assert_eq!(
        message(&["b_income", "b_income"]),
        "score test: \"b_income\" is named twice"
    );
    let constants = message(&["asc_a"]);
    assert!(
        constants.starts_with("score test: once let go, \"asc_b\", \"asc_c\", \"asc_a\" are not jointly identified"),
        "{constants}"
    );
    let all = score_test(&model, &fit, &[]).unwrap();
    assert!(all.joint.is_none());
    assert!(all.parameters[0].test.is_some() && all.parameters[1].test.is_none());
    assert!(
        all.parameters[1]
            .problem
            .as_ref()
            .unwrap()
            .contains("not jointly identified")
    );
    let free = held(&[]);
    let nothing = score_test(&Model::bind(&free, &data).unwrap(), &fitted(&free, &data), &[]).unwrap_err();
    assert!(matches!(nothing, ScoreTestError::NothingHeld));
}
