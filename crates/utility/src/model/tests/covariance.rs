//! Covariances against the formulas, written out.

use ndarray::{Array1, Array2};

use super::{assert_near, bind, estimates, fit};
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::inference::CovarianceKind;
use crate::testing::{WIDE, data, expression, numbers, plain, specification, texts, wide_schema, wide_table};

/// Inverse by Gauss-Jordan elimination with row exchange.
fn inverse(matrix: &Array2<f64>) -> Array2<f64> {
    let n = matrix.nrows();
    let mut left = matrix.clone();
    let mut right = Array2::eye(n);
    for column in 0..n {
        let pivot = (column..n)
            .max_by(|&a, &b| left[[a, column]].abs().total_cmp(&left[[b, column]].abs()))
            .unwrap();
        for j in 0..n {
            left.swap([column, j], [pivot, j]);
            right.swap([column, j], [pivot, j]);
        }
        let leading = left[[column, column]];
        left.row_mut(column).mapv_inplace(|value| value / leading);
        right.row_mut(column).mapv_inplace(|value| value / leading);
        for row in (0..n).filter(|&row| row != column) {
            let factor = left[[row, column]];
            let (from_left, from_right) = (left.row(column).to_owned(), right.row(column).to_owned());
            left.row_mut(row).scaled_add(-factor, &from_left);
            right.row_mut(row).scaled_add(-factor, &from_right);
        }
    }
    right
}

/// Σ over groups of s s′, with s the sum of a group's scores.
fn meat(scores: &[Vec<f64>], groups: &[u32]) -> Array2<f64> {
    let k = scores[0].len();
    let n = *groups.iter().max().unwrap() as usize + 1;
    let mut sums = vec![Array1::<f64>::zeros(k); n];
    for (score, &group) in scores.iter().zip(groups) {
        sums[group as usize] += &Array1::from(score.clone());
    }
    let mut meat = Array2::zeros((k, k));
    for sum in &sums {
        meat += &Array2::from_shape_fn((k, k), |(i, j)| sum[i] * sum[j]);
    }
    meat
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((rows.len(), rows.len()), |(i, j)| rows[i][j])
}

#[track_caller]
fn assert_matrix(found: Option<&Vec<Vec<f64>>>, expected: &Array2<f64>) {
    let found = found.expect("the matrix was computed");
    assert_eq!(found.len(), expected.nrows());
    for ((i, j), expected) in expected.indexed_iter() {
        // Inversion loses as many digits as the condition number has, three or four here.
        assert_near(found[i][j], *expected, 1e-10, 1e-6);
        assert_eq!(found[i][j], found[j][i], "exactly symmetric");
    }
}

#[test]
fn three_kinds_and_clusters_by_hand() {
    let specification = specification(WIDE.0, WIDE.1);
    for (panel, weighted) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut schema = wide_schema();
        if panel {
            schema = schema.decision_maker("person");
        }
        if weighted {
            schema = schema.weight(expression("w"));
        }
        let data = data(wide_table(300, 21), &schema, &specification);
        let model = bind(&specification, &data);
        let mut fit = model.fit(&FitOptions::default(), None).unwrap();
        let twin = plain(&specification, &data, &estimates(&fit));
        let bread = inverse(&-matrix(&twin.hessian));
        let cases: Vec<u32> = (0..300).collect();
        let b = meat(&twin.scores, data.decision_makers().unwrap_or(&cases));
        assert_matrix(fit.covariance.hessian.as_ref(), &bread);
        assert_matrix(fit.covariance.opg.as_ref(), &inverse(&b));
        assert_matrix(fit.covariance.robust.as_ref(), &bread.dot(&b).dot(&bread));
        assert_eq!(fit.covariance.clustered, None);

        model.add_clustered(&mut fit, "region").unwrap();
        let (groups, n_groups) = data.group_by("region").unwrap();
        assert_matrix(
            fit.covariance.clustered.as_ref(),
            &bread.dot(&meat(&twin.scores, &groups)).dot(&bread),
        );
        let cluster = fit.cluster.as_ref().unwrap();
        assert_eq!((cluster.column.as_str(), cluster.n_clusters), ("region", n_groups));
    }
}

#[test]
fn clustered_by_decision_maker_is_robust_with_a_panel() {
    let specification = specification(WIDE.0, WIDE.1);
    let clustered = FitOptions {
        covariance: CovarianceKind::Clustered(vec!["person".to_owned()]),
        ..FitOptions::default()
    };
    let table = wide_table(400, 22);
    let without = data(table.clone(), &wide_schema(), &specification);
    let with = data(table, &wide_schema().decision_maker("person"), &specification);
    let without = bind(&specification, &without).fit(&clustered, None).unwrap();
    let with = bind(&specification, &with).fit(&clustered, None).unwrap();
    // Summed in two ways, scores one by one and products by segments.
    let (clustered, robust) = (
        with.covariance.clustered.unwrap(),
        with.covariance.robust.clone().unwrap(),
    );
    for (left, right) in clustered.iter().flatten().zip(robust.iter().flatten()) {
        assert_near(*left, *right, 1e-13, 1e-2);
    }
    assert_eq!(with.covariance_kind, "clustered");
    let (left, right) = (without.covariance.clustered.unwrap(), with.covariance.robust.unwrap());
    for (left, right) in left.iter().flatten().zip(right.iter().flatten()) {
        assert_near(*left, *right, 1e-10, 1e-6);
    }
    assert!(without.n_decision_makers == 400 && with.n_decision_makers < 400);
}

#[test]
fn clusters_named_by_texts() {
    let specification = specification(WIDE.0, WIDE.1);
    let mut table = wide_table(200, 23);
    let towns: Vec<&str> = (0..200).map(|row| ["north", "south", "east"][row % 3]).collect();
    table.columns.push(texts("town", &towns));
    table
        .columns
        .push(numbers("number", (0..200).map(|row| (row % 3) as f64 * 7.0)));
    table.all_names.extend(["town".to_owned(), "number".to_owned()]);
    let data = data(table, &wide_schema(), &specification);
    let model = bind(&specification, &data);
    let mut fit = model.fit(&FitOptions::default(), None).unwrap();
    model.add_clustered(&mut fit, "town").unwrap();
    let by_town = fit.covariance.clustered.clone();
    model.add_clustered(&mut fit, "number").unwrap();
    assert_eq!(by_town, fit.covariance.clustered);
    let error = model.add_clustered(&mut fit, "twon").unwrap_err().to_string();
    assert!(error.contains("\"twon\"") && error.contains("\"town\""), "{error}");
}

/// Rows of the coefficient table by the kind that is chosen.
#[test]
fn changing_the_kind_changes_only_what_follows_from_it() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(300, 24), &wide_schema(), &specification);
    let original = fit(&specification, &data);
    let mut fit: Fit = original.clone();
    for kind in [CovarianceKind::Robust, CovarianceKind::Opg, CovarianceKind::Hessian] {
        fit.choose_covariance(&kind).unwrap();
        let rows = match kind {
            CovarianceKind::Robust => fit.covariance.robust.clone(),
            CovarianceKind::Opg => fit.covariance.opg.clone(),
            _ => fit.covariance.hessian.clone(),
        };
        assert_eq!(fit.covariance_kind, kind.to_string());
        for (k, parameter) in fit.parameters.iter().enumerate() {
            let std_error = rows.as_ref().unwrap()[k][k].sqrt();
            assert_eq!(parameter.std_error, Some(std_error));
            assert_eq!(parameter.statistic, Some(parameter.estimate / std_error));
            let half = 1.959963984540054 * std_error;
            assert_near(parameter.conf_low.unwrap(), parameter.estimate - half, 1e-12, 1.0);
            assert_near(parameter.conf_high.unwrap(), parameter.estimate + half, 1e-12, 1.0);
        }
    }
    assert_eq!(fit, original);
    // A matrix that was not computed gives no standard errors, rather than others.
    fit.choose_covariance(&CovarianceKind::Clustered(vec!["region".to_owned()]))
        .unwrap();
    assert!(
        fit.parameters
            .iter()
            .all(|parameter| parameter.std_error.is_none() && parameter.p_value.is_none())
    );
}

#[test]
fn names_of_kinds() {
    for name in ["hessian", "opg", "robust", "clustered"] {
        assert_eq!(name.parse::<CovarianceKind>().unwrap().to_string(), name);
    }
    assert_eq!(
        "sandwich".parse::<CovarianceKind>().unwrap_err(),
        "\"sandwich\" is not a kind of covariance; choose hessian, opg, robust, clustered or bootstrap"
    );
}

#[test]
fn no_clustered_covariance_without_the_whole_bread() {
    let specification = specification(
        &[("asc_a", 0.0), ("asc_b", 0.0), ("asc_c", 0.0), ("b_cost", 0.0)],
        &[
            ("a", "asc_a + b_cost * cost_a"),
            ("b", "asc_b + b_cost * cost_b"),
            ("c", "asc_c + b_cost * cost_c"),
        ],
    );
    let data = data(wide_table(300, 23), &wide_schema(), &specification);
    let mut fit = fit(&specification, &data);
    bind(&specification, &data).add_clustered(&mut fit, "person").unwrap();
    assert_eq!((fit.covariance.clustered, fit.cluster), (None, None));
    assert_eq!(
        fit.warnings.last().unwrap(),
        "no clustered covariance: some parameters have no unique finite estimate"
    );
}

/// The products by segments against those of scores visited one by one.
#[test]
fn outer_products_of_panels_and_of_single_cases() {
    let specification = specification(WIDE.0, WIDE.1);
    let schemas = [wide_schema(), wide_schema().decision_maker("person")];
    for schema in schemas {
        let data = data(wide_table(4000, 6), &schema, &specification);
        let model = bind(&specification, &data);
        let theta: Vec<f64> = (0..model.parameters.len()).map(|k| 0.1 - 0.03 * k as f64).collect();
        let found = model.score_products(&theta).unwrap();
        let groups: Vec<u32> = match data.decision_makers() {
            Some(makers) => makers.to_vec(),
            None => (0..4000).collect(),
        };
        let expected = logsum_estimate::outer_product(&model, &theta, &groups, data.n_decision_makers()).unwrap();
        for ((i, j), value) in expected.indexed_iter() {
            let size = (expected[[i, i]] * expected[[j, j]]).sqrt();
            assert_near(found[[i, j]], *value, 1e-13, size);
        }
    }
}
