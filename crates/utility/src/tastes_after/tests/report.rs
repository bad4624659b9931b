use logsum_draws::normal_cdf;

use super::*;
use crate::inference::CovarianceKind;
use crate::mixing::{ScaleHeterogeneity, WillingnessToPaySpace};

#[test]
fn a_lognormal_mean_has_the_error_of_its_formula() {
    let specification = two(&[("b", 0.1), ("c", 0.1)]).random(RandomCoefficient::new("b", Shape::Lognormal));
    let (m, s) = (-0.4, 0.7f64);
    let c = covariance(3);
    // b, c, sd_b
    let report = report_at(&specification, &[m, 0.3, s], &c);
    let taste = &report.coefficients[0];
    let mean = (m + 0.5 * s * s).exp();
    assert_near(taste.mean.estimate, mean, 1e-15);
    assert_near(
        taste.mean.std_error.unwrap(),
        error_of(&[mean, 0.0, s * mean], &c),
        1e-9,
    );
    assert_eq!(taste.share_positive.estimate, 1.0);
    assert_eq!(taste.share_positive.std_error, None);
    assert_near(
        taste.quantiles[2].std_error.unwrap(),
        error_of(&[m.exp(), 0.0, 0.0], &c),
        1e-9,
    );
    let sd = mean * (s * s).exp_m1().sqrt();
    let by_s = s * sd + mean * s * (s * s).exp() / (s * s).exp_m1().sqrt();
    assert_near(taste.sd.std_error.unwrap(), error_of(&[sd, 0.0, by_s], &c), 1e-9);
    assert_eq!(
        (taste.coefficient.as_str(), taste.distribution.as_str()),
        ("b", "lognormal")
    );
}

#[test]
fn the_share_of_a_normal_above_zero_has_the_error_of_its_formula() {
    let specification = two(&[("b", 0.1), ("c", 0.1)]).random(RandomCoefficient::new("b", Shape::Normal));
    // The sign of a second estimate carries no meaning.
    for s in [0.8, -0.8f64] {
        let m = 0.5;
        let c = covariance(3);
        let report = report_at(&specification, &[m, 0.3, s], &c);
        let taste = &report.coefficients[0];
        let a = m / s.abs();
        let density = (-0.5 * a * a).exp() / (2.0 * std::f64::consts::PI).sqrt();
        assert_near(taste.share_positive.estimate, normal_cdf(a), 1e-15);
        let gradient = [density / s.abs(), 0.0, -a * density / s];
        assert_near(taste.share_positive.std_error.unwrap(), error_of(&gradient, &c), 1e-9);
        assert_eq!(taste.sd.estimate, 0.8);
        assert_near(taste.sd.std_error.unwrap(), c[2][2].sqrt(), 1e-9);
        assert_near(taste.mean.std_error.unwrap(), c[0][0].sqrt(), 1e-9);
    }
}

#[test]
fn covariance_and_correlation_of_two_by_hand() {
    let specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(RandomCoefficient::new("b", Shape::Normal))
        .random(RandomCoefficient::new("c", Shape::Lognormal))
        .correlated(["b", "c"]);
    // b, c, chol_b_b, chol_c_b, chol_c_c
    let (l11, l21, l22) = (0.8, -0.5, 1.2);
    let c = covariance(5);
    let report = report_at(&specification, &[0.2, -1.0, l11, l21, l22], &c);
    let [group] = report.groups.as_slice() else {
        panic!("one group")
    };
    assert_eq!(group.coefficients, ["b", "c"]);
    let found: Vec<Vec<f64>> = group
        .covariance
        .iter()
        .map(|row| row.iter().map(|cell| cell.estimate).collect())
        .collect();
    assert_eq!(found, [vec![l11 * l11], vec![l21 * l11, l21 * l21 + l22 * l22]]);
    let error = |gradient: [f64; 3]| error_of(&[0.0, 0.0, gradient[0], gradient[1], gradient[2]], &c);
    assert_near(
        group.covariance[0][0].std_error.unwrap(),
        error([2.0 * l11, 0.0, 0.0]),
        1e-14,
    );
    assert_near(group.covariance[1][0].std_error.unwrap(), error([l21, l11, 0.0]), 1e-14);
    assert_near(
        group.covariance[1][1].std_error.unwrap(),
        error([0.0, 2.0 * l21, 2.0 * l22]),
        1e-14,
    );
    // ρ = l21 / √(l21² + l22²), whatever l11 is.
    let norm = (l21 * l21 + l22 * l22).sqrt();
    assert_near(group.correlation[1][0].estimate, l21 / norm, 1e-15);
    let gradient = [0.0, l22 * l22 / norm.powi(3), -l21 * l22 / norm.powi(3)];
    assert_near(group.correlation[1][0].std_error.unwrap(), error(gradient), 1e-13);
    assert_eq!(group.correlation[1][1].estimate, 1.0);
    assert_eq!(group.correlation[1][1].std_error, None);
    // The index of the second has the norm of its row.
    let taste = &report.coefficients[1];
    assert_near(taste.mean.estimate, (-1.0 + 0.5 * norm * norm).exp(), 1e-14);
}

#[test]
fn a_tie_is_evaluated() {
    let tie = |distribution: &mut TasteDistribution| {
        if let TasteDistribution::Named { second, .. } = distribution {
            *second = Some(expressed("2 * c"));
        }
    };
    let specification = two(&[("b", 0.1), ("c", 0.1)]).random(named("b", Shape::Uniform, tie));
    let c = covariance(2);
    let report = report_at(&specification, &[1.0, 0.3], &c);
    let taste = &report.coefficients[0];
    assert_near(taste.sd.estimate, 0.6 / 3.0f64.sqrt(), 1e-15);
    assert_near(taste.sd.std_error.unwrap(), 2.0 / 3.0f64.sqrt() * c[1][1].sqrt(), 1e-9);
    assert_near(taste.quantiles[0].estimate, 1.0 - 0.9 * 0.6, 1e-15);
}

#[test]
fn characteristics_are_averaged_over() {
    let shift = |distribution: &mut TasteDistribution| {
        if let TasteDistribution::Named {
            mean_shift,
            ln_sd_shift,
            ..
        } = distribution
        {
            *mean_shift = Some(expressed("g * z"));
            *ln_sd_shift = Some(expressed("h * z"));
        }
    };
    let specification = two(&[("b", 0.1), ("c", 0.1), ("g", 0.0), ("h", 0.0)]).random(named("b", Shape::Normal, shift));
    let (m, g, h, s) = (0.5, 2.0, -0.7f64, 0.9);
    let c = covariance(5);
    let report = report_at(&specification, &[m, 0.3, g, h, s], &c);
    let taste = &report.coefficients[0];
    // z is 0 for one half, 1 for the other.
    assert_near(taste.mean.estimate, m + 0.5 * g, 1e-14);
    assert_near(
        taste.mean.std_error.unwrap(),
        error_of(&[1.0, 0.0, 0.5, 0.0, 0.0], &c),
        1e-9,
    );
    let variance = 0.5 * s * s * (1.0 + (2.0 * h).exp()) + 0.25 * g * g;
    assert_near(taste.sd.estimate, variance.sqrt(), 1e-14);
    let positive = 0.5 * normal_cdf(m / s) + 0.5 * normal_cdf((m + g) / (s * h.exp()));
    assert_near(taste.share_positive.estimate, positive, 1e-14);
}

#[test]
fn a_transform_is_described_by_draws() {
    let transform = |source: &str| RandomCoefficient::transform("b", expressed(source));
    let parameters = [("m", -0.4), ("s", 0.7), ("c", 0.1)];
    let c = covariance(3);
    let specification = two(&parameters).random(transform("exp(m + s * draw)"));
    let report = report_at(&specification, &[-0.4, 0.7, 0.3], &c);
    let found = &report.coefficients[0];
    let usual = two(&[("b", 0.1), ("c", 0.1)]).random(RandomCoefficient::new("b", Shape::Lognormal));
    let same = [&c[0], &c[2], &c[1]].map(|row| vec![row[0], row[2], row[1]]);
    let expected = &report_at(&usual, &[-0.4, 0.3, 0.7], &same).coefficients[0];
    assert_eq!(found.distribution, "transform");
    for (found, expected) in all(found).into_iter().zip(all(expected)) {
        // Quasi-random draws: the tail of a lognormal is hardest.
        assert_near(found.estimate, expected.estimate, 2e-3);
        match (found.std_error, expected.std_error) {
            (Some(found), Some(expected)) => assert_near(found / expected, 1.0, 2e-2),
            (found, expected) => assert_eq!(found, expected),
        }
    }
    // Characteristics of half of the population.
    let specification = two(&parameters).random(transform("m + s * draw + 3 * z"));
    let report = report_at(&specification, &[-0.4, 0.7, 0.3], &c);
    assert_near(report.coefficients[0].mean.estimate, -0.4 + 1.5, 2e-3);
    assert_near(report.coefficients[0].sd.estimate, (0.49f64 + 2.25).sqrt(), 2e-3);
}

#[test]
fn scale_heterogeneity_widens_and_money_is_described_as_money() {
    let c = covariance(4);
    let mut specification =
        two(&[("b", 0.1), ("c", 0.1), ("tau", 0.1)]).random(RandomCoefficient::new("b", Shape::Normal));
    specification.mixing.as_mut().unwrap().scale = Some(ScaleHeterogeneity {
        tau: expressed("tau"),
        gamma: expressed("0"),
        coefficients: Vec::new(),
    });
    let (m, tau, s) = (0.8, 0.5f64, 0.6);
    let report = report_at(&specification, &[m, 0.3, tau, s], &c);
    let taste = &report.coefficients[0];
    // E σ = 1, E σ² = exp τ².
    assert_near(taste.mean.estimate, m, 2e-3);
    assert_near(
        taste.sd.estimate,
        ((tau * tau).exp() * (m * m + s * s) - m * m).sqrt(),
        5e-3,
    );

    let mut specification = two(&[("b", 0.1), ("c", 0.1)]).random(RandomCoefficient::new("b", Shape::Normal));
    specification.mixing.as_mut().unwrap().willingness_to_pay = Some(WillingnessToPaySpace {
        cost: "c".to_owned(),
        coefficients: vec!["b".to_owned()],
    });
    let report = report_at(&specification, &[12.0, -0.3, 4.0], &covariance(3));
    assert_eq!(
        (report.coefficients[0].mean.estimate, report.coefficients[0].sd.estimate),
        (12.0, 4.0)
    );
}

#[test]
fn another_covariance_is_chosen_without_the_data() {
    let specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(RandomCoefficient::new("b", Shape::Normal))
        .random(RandomCoefficient::new("c", Shape::Normal))
        .correlated(["b", "c"]);
    let data = choices(&specification, 10);
    let model = Model::bind(&specification, &data).unwrap();
    let c = covariance(5);
    let mut fit = fit_at(&model, &[0.2, -1.0, 0.8, -0.5, 1.2], &c);
    let by_hessian = fit.tastes.clone().unwrap();
    let four_times = c
        .iter()
        .map(|row| row.iter().map(|cell| 4.0 * cell).collect())
        .collect();
    fit.covariance.robust = Some(four_times);
    let text = serde_json::to_string(&fit).unwrap();
    let mut fit: Fit = serde_json::from_str(&text).unwrap();
    fit.choose_covariance(&CovarianceKind::Robust).unwrap();
    let robust = fit.tastes.clone().unwrap();
    let errors = |report: &TasteReport| -> Vec<Option<f64>> {
        let groups = report
            .groups
            .iter()
            .flat_map(|group| group.covariance.iter().chain(&group.correlation));
        let of_groups = groups.flatten().map(|quantity| quantity.std_error);
        report
            .coefficients
            .iter()
            .flat_map(all)
            .map(|quantity| quantity.std_error)
            .chain(of_groups)
            .collect()
    };
    assert!(errors(&by_hessian).iter().filter(|error| error.is_some()).count() > 15);
    for (by_hessian, robust) in errors(&by_hessian).into_iter().zip(errors(&robust)) {
        assert_eq!(by_hessian.map(|error| 2.0 * error), robust);
    }
    fit.choose_covariance(&CovarianceKind::Hessian).unwrap();
    assert_eq!(fit.tastes, Some(by_hessian));
    fit.covariance.opg = None;
    fit.choose_covariance(&CovarianceKind::Opg).unwrap();
    assert!(errors(fit.tastes.as_ref().unwrap()).iter().all(Option::is_none));
}

#[test]
fn parameters_without_variance_give_no_errors() {
    let mut specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(RandomCoefficient::new("b", Shape::Normal))
        .completed();
    specification.parameters[2].parameter.fixed = true;
    let report = report_at(&specification, &[0.5, 0.3, 0.8], &[vec![0.0, 0.0], vec![0.0, 1.0]]);
    assert!(
        all(&report.coefficients[0])
            .iter()
            .all(|quantity| quantity.std_error.is_none())
    );
    assert_eq!(report.derivatives.coefficients[0].parameters, [0]);
}

#[test]
fn what_has_no_value_comes_back_from_a_fit_file() {
    let specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(RandomCoefficient::new("b", Shape::Normal))
        .random(RandomCoefficient::new("c", Shape::Lognormal))
        .correlated(["b", "c"]);
    // The first does not vary, the second has a mean beyond the largest number.
    let report = report_at(&specification, &[0.2, -1.0, 0.0, 0.0, 50.0], &covariance(5));
    assert!(report.groups[0].correlation[1][0].estimate.is_nan());
    assert_eq!(report.groups[0].correlation[1][0].std_error, None);
    assert_eq!(report.coefficients[1].mean.estimate, f64::INFINITY);
    assert_eq!(report.coefficients[1].mean.std_error, None);
    let again: TasteReport = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert!(again.coefficients[1].mean.estimate.is_nan());
    assert_eq!(again.coefficients[0], report.coefficients[0]);
}
