//! The bootstrap against a slow one written out: data taken again, bound anew, estimated from the start.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logsum_data::ChoiceData;
use logsum_estimate::{LogLikelihood, normal_quantile};

use super::resample::multiplicities;
use super::{BootstrapOptions, IntervalKind, Replicate};
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::inference::CovarianceKind;
use crate::mixing::{RandomCoefficient, Shape};
use crate::model::Model;
use crate::specification::Specification;
use crate::testing::{Random, WIDE, changed, data, expression, numbers, specification, table, wide_schema, wide_table};

fn fitted(model: &Model<'_>) -> Fit {
    model.fit(&FitOptions::default(), None).unwrap()
}

fn options(replications: usize, interval: IntervalKind) -> BootstrapOptions {
    BootstrapOptions {
        replications,
        interval,
        ..BootstrapOptions::default()
    }
}

/// The fit with a bootstrap, chosen.
fn bootstrapped(model: &Model<'_>, options: &BootstrapOptions) -> Fit {
    let mut fit = fitted(model);
    model.add_bootstrap(&mut fit, options, &[], None).unwrap();
    fit.choose_covariance(&CovarianceKind::Bootstrap(options.clone()))
        .unwrap();
    fit
}

fn small_panel(n_cases: usize) -> (Specification, ChoiceData) {
    let specification = specification(WIDE.0, WIDE.1);
    let schema = wide_schema().decision_maker("person").weight(expression("income + 2"));
    let data = data(wide_table(n_cases, 5), &schema, &specification);
    (specification, data)
}

/// Cases of decision makers drawn so often, and their new decision makers.
fn taken(data: &ChoiceData, times: &[u32]) -> ChoiceData {
    let makers = data.decision_makers().unwrap();
    let (mut cases, mut of) = (Vec::new(), Vec::new());
    let mut next = 0;
    for (maker, &times) in times.iter().enumerate() {
        for _ in 0..times {
            for case in (0..data.n_cases()).filter(|&case| makers[case] as usize == maker) {
                cases.push(case);
                of.push(next);
            }
            next += 1;
        }
    }
    data.resample(&cases, Some(&of))
}

/// Φ by Simpson's rule.
fn normal_cdf(x: f64) -> f64 {
    let n = 20_000;
    let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let step = x / f64::from(n);
    let inner = (1..n).map(|i| f64::from(2 + 2 * (i % 2)) * density(f64::from(i) * step));
    0.5 + step / 3.0 * (density(0.0) + density(x) + inner.sum::<f64>())
}

/// The (R + 1)p th smallest, between two of them on a line.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = (sorted.len() + 1) as f64 * p;
    let below = (place.floor() as usize).clamp(1, sorted.len());
    let above = (below + 1).min(sorted.len());
    let part = (place - below as f64).clamp(0.0, 1.0);
    (1.0 - part) * sorted[below - 1] + part * sorted[above - 1]
}

#[test]
fn it_is_what_a_slow_one_finds() {
    let (specification, data) = small_panel(240);
    let model = Model::bind(&specification, &data).unwrap();
    let n = 40;
    let fit = bootstrapped(&model, &options(n, IntervalKind::Bca));
    let found = fit.bootstrap.as_ref().unwrap();
    assert_eq!((found.failed, found.n_groups), (0, data.n_decision_makers()));
    let mut slow = Vec::new();
    for number in 0..n {
        let times = multiplicities(1, number, data.n_decision_makers());
        let again = taken(&data, &times);
        let alone = fitted(&Model::bind(&specification, &again).unwrap());
        slow.push(
            alone
                .parameters
                .iter()
                .map(|parameter| parameter.estimate)
                .collect::<Vec<f64>>(),
        );
    }
    for k in 0..5 {
        let error = fit.parameters[k].std_error.unwrap();
        for (fast, slow) in found.estimates.iter().zip(&slow) {
            assert!((fast[k] - slow[k]).abs() < 1e-4 * error, "{} {}", fast[k], slow[k]);
        }
        // Covariance, percentiles and BCa from the slow ones; their error is that of the estimates.
        let column: Vec<f64> = slow.iter().map(|row| row[k]).collect();
        let mean = column.iter().sum::<f64>() / n as f64;
        let variance = column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
        assert!((error - variance.sqrt()).abs() < 1e-4 * error);
        let mut sorted = column.clone();
        sorted.sort_by(f64::total_cmp);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-3 * error, "{found} {expected}");
        let parameter = &found.parameters[k];
        near(parameter.percentile.unwrap()[0], quantile(&sorted, 0.025));
        near(parameter.percentile.unwrap()[1], quantile(&sorted, 0.975));
        near(parameter.bias.unwrap(), mean - fit.parameters[k].estimate);
        let estimate = fit.parameters[k].estimate;
        let below = column.iter().filter(|value| **value < estimate).count() as f64;
        let z0 = normal_quantile(below / n as f64);
        assert!((parameter.bias_correction.unwrap() - z0).abs() < 1e-9);
        let a = parameter.acceleration.unwrap();
        let end = |p: f64| {
            let z = normal_quantile(p);
            quantile(&sorted, normal_cdf(z0 + (z0 + z) / (1.0 - a * (z0 + z))))
        };
        near(parameter.bca.unwrap()[0], end(0.025));
        near(parameter.bca.unwrap()[1], end(0.975));
        assert_eq!(fit.parameters[k].conf_low, Some(parameter.bca.unwrap()[0]));
    }
    // An exact jackknife, which the infinitesimal one stands for.
    let mut left_out = Vec::new();
    for maker in 0..data.n_decision_makers() {
        let mut times = vec![1; data.n_decision_makers()];
        times[maker] = 0;
        let again = taken(&data, &times);
        let alone = fitted(&Model::bind(&specification, &again).unwrap());
        left_out.push(
            alone
                .parameters
                .iter()
                .map(|parameter| parameter.estimate)
                .collect::<Vec<f64>>(),
        );
    }
    for k in 0..5 {
        let mean = left_out.iter().map(|row| row[k]).sum::<f64>() / left_out.len() as f64;
        let squares: f64 = left_out.iter().map(|row| (mean - row[k]).powi(2)).sum();
        let cubes: f64 = left_out.iter().map(|row| (mean - row[k]).powi(3)).sum();
        let exact = cubes / (6.0 * squares.powf(1.5));
        let a = found.parameters[k].acceleration.unwrap();
        assert!((a - exact).abs() < 0.01, "absolute: {a} against {exact}");
    }
}

#[test]
fn signs_without_a_meaning_stay_those_of_the_estimates() {
    let (specification, data) = small_panel(150);
    // Nobody's tastes vary in these data: the standard deviation may come out on either side of 0.
    let random = specification
        .random(RandomCoefficient::new("b_time", Shape::Normal))
        .draws(crate::DrawPlan {
            number: crate::DrawNumber::Number(30),
            ..crate::DrawPlan::default()
        });
    let model = Model::bind(&random, &data).unwrap();
    let mut fit = fitted(&model);
    let k = fit
        .parameters
        .iter()
        .position(|known| known.term.starts_with("sd_"))
        .unwrap();
    for sign in [1.0, -1.0] {
        fit.converged = true;
        fit.bootstrap = None;
        fit.parameters[k].estimate = sign * fit.parameters[k].estimate.abs().max(1e-3);
        model
            .add_bootstrap(&mut fit, &options(20, IntervalKind::Normal), &[], None)
            .unwrap();
        let found = &fit.bootstrap.as_ref().unwrap().estimates;
        assert!(found.len() > 5, "{}", found.len());
        assert!(found.iter().all(|estimates| sign * estimates[k] >= 0.0), "{found:?}");
    }
}

#[test]
fn going_on_and_threads_leave_the_bits() {
    let (specification, data) = small_panel(150);
    let random = specification
        .clone()
        .random(RandomCoefficient::new("b_time", Shape::Normal))
        .draws(crate::DrawPlan {
            number: crate::DrawNumber::Number(30),
            ..crate::DrawPlan::default()
        });
    for (specification, n) in [(specification, 30), (random, 6)] {
        let model = Model::bind(&specification, &data).unwrap();
        let mut fit = fitted(&model);
        fit.converged = true;
        let all = |known: &[(usize, Replicate)], threads: usize| {
            let mut fit = fit.clone();
            let mut seen = Vec::new();
            let mut each = |number: usize, replicate: &Replicate| seen.push((number, replicate.clone()));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let add = || model.add_bootstrap(&mut fit, &options(n, IntervalKind::Bca), known, None);
            pool.install(add).unwrap();
            let mut again = fit.clone();
            again.bootstrap = None;
            model
                .add_bootstrap(&mut again, &options(n / 2, IntervalKind::Bca), &[], Some(&mut each))
                .unwrap();
            (fit.bootstrap, seen)
        };
        let (one, half) = all(&[], 1);
        let (two, _) = all(&[], 2);
        assert_eq!(one, two, "whatever the threads");
        assert_eq!(half.len(), n / 2);
        let (resumed, _) = all(&half, 2);
        assert_eq!(one, resumed, "whatever was known");
    }
}

#[test]
fn where_all_is_well_it_is_the_robust_one() {
    let specification = specification(WIDE.0, WIDE.1);
    let schema = wide_schema().decision_maker("person");
    let data = data(wide_table(1500, 8), &schema, &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let fit = bootstrapped(&model, &options(800, IntervalKind::Normal));
    let (bootstrap, robust) = (fit.covariance.bootstrap.unwrap(), fit.covariance.robust.unwrap());
    for k in 0..5 {
        let ratio = (bootstrap[k][k] / robust[k][k]).sqrt();
        // A standard deviation from 800 draws has a standard error of 2.5 %.
        assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    }
    assert_eq!(fit.covariance_kind, "bootstrap");
    // Where cases are taken for independent that are not, it differs as the robust one does: clusters are resampled whole.
    let mut by_region = fitted(&model);
    let regions = BootstrapOptions {
        cluster: Some("person".to_owned()),
        ..options(800, IntervalKind::Normal)
    };
    model.add_bootstrap(&mut by_region, &regions, &[], None).unwrap();
    assert_eq!(
        by_region.covariance.bootstrap.unwrap(),
        bootstrap,
        "persons are decision makers"
    );
}

/// Four cases have a constant of their own: without either outcome among them it is not identified.
#[test]
fn resamples_without_information_are_counted_and_left_out() {
    let mut random = Random::new(1);
    let n = 120;
    let x: Vec<f64> = (0..n).map(|_| random.normal()).collect();
    let choice: Vec<f64> = (0..n)
        .map(|row| match row {
            0 | 1 => 0.0,
            2 | 3 => 1.0,
            _ => f64::from(u8::from(x[row] + 1.5 * random.normal() > 0.0)),
        })
        .collect();
    let columns = vec![
        numbers("choice", choice),
        numbers("x", x),
        numbers("rare", (0..n).map(|row| f64::from(u8::from(row < 4)))),
    ];
    let specification = specification(
        &[("asc", 0.0), ("b", 0.0), ("b_rare", 0.0)],
        &[("b", "asc + b * x + b_rare * rare")],
    );
    let schema = logsum_data::Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1);
    let data = data(table(columns), &schema, &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let fit = bootstrapped(&model, &options(200, IntervalKind::Normal));
    let bootstrap = fit.bootstrap.unwrap();
    // All of the four that are drawn, about four, on one side: e⁻² each, about a quarter together.
    assert!(
        (30..80).contains(&bootstrap.not_identified),
        "{}",
        bootstrap.not_identified
    );
    assert_eq!(bootstrap.estimates.len(), 200 - bootstrap.failed);
    assert!(
        bootstrap
            .estimates
            .iter()
            .all(|row| row.iter().all(|value| value.abs() < 10.0))
    );
    let said = fit
        .warnings
        .iter()
        .any(|warning| warning.contains("of 200 replications of the bootstrap are left out"));
    assert!(said, "{:?}", fit.warnings);
}

#[test]
fn an_interruption_keeps_what_is_done() {
    let (specification, data) = small_panel(150);
    let flag = Arc::new(AtomicBool::new(false));
    let model = Model::bind(&specification, &data).unwrap().interrupted_by(flag.clone());
    let mut fit = fitted(&model);
    let mut n = 0;
    let mut stop = |_: usize, _: &Replicate| {
        n += 1;
        flag.store(n >= 5, Ordering::Relaxed);
    };
    model
        .add_bootstrap(&mut fit, &options(5000, IntervalKind::Percentile), &[], Some(&mut stop))
        .unwrap();
    let done = fit.bootstrap.as_ref().unwrap().estimates.len();
    assert!((5..5000).contains(&done), "{done}");
    let warning =
        format!("the bootstrap was interrupted: standard errors and intervals are from {done} of 5000 replications");
    assert!(fit.warnings.contains(&warning), "{:?}", fit.warnings);
}

#[test]
fn what_is_at_a_bound_stays_there() {
    let mut specification = specification(WIDE.0, WIDE.1);
    specification.parameters[3].parameter.lower = -0.2;
    let data = data(wide_table(200, 5), &wide_schema(), &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let fit = bootstrapped(&model, &options(30, IntervalKind::Percentile));
    assert_eq!(fit.parameters[3].at_bound.as_deref(), Some("lower"));
    let bootstrap = fit.bootstrap.as_ref().unwrap();
    assert!(bootstrap.estimates.iter().all(|row| row[3] == -0.2));
    assert_eq!(bootstrap.parameters[3].percentile, None);
    assert_eq!((fit.parameters[3].std_error, fit.parameters[3].conf_low), (None, None));
    assert!(
        fit.covariance
            .bootstrap
            .as_ref()
            .unwrap()
            .iter()
            .all(|row| row[3] == 0.0)
    );
}

#[test]
fn what_cannot_be_resampled_is_refused() {
    let (specification, data) = small_panel(150);
    let model = Model::bind(&specification, &data).unwrap();
    let fit = fitted(&model);
    let refused = |fit: &Fit, options: &BootstrapOptions| {
        let error = model.add_bootstrap(&mut fit.clone(), options, &[], None).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        refused(&fit, &options(1, IntervalKind::Normal)),
        "1 replications of a bootstrap; use at least 2 (500 or more are usual)"
    );
    let mut unfinished = fit.clone();
    unfinished.converged = false;
    assert!(refused(&unfinished, &options(9, IntervalKind::Normal)).contains("has not converged"));
    let mut without = fit.clone();
    without.covariance.hessian = None;
    assert!(refused(&without, &options(9, IntervalKind::Normal)).contains("needs the covariance of the Hessian"));
    let unknown = BootstrapOptions {
        cluster: Some("regoin".to_owned()),
        ..options(9, IntervalKind::Normal)
    };
    assert!(refused(&fit, &unknown).contains("did you mean \"region\"?"));
    let one = crate::testing::data(
        changed(wide_table(60, 5), "region", |_, _| 1.0),
        &wide_schema(),
        &specification,
    );
    let model = Model::bind(&specification, &one).unwrap();
    let mut fit = fitted(&model);
    let by_region = BootstrapOptions {
        cluster: Some("region".to_owned()),
        ..options(9, IntervalKind::Normal)
    };
    let error = model.add_bootstrap(&mut fit, &by_region, &[], None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 group to resample; a bootstrap needs several: resample decision makers, or another column"
    );
}

/// Data simulated again and again from known parameters: how often intervals cover them.
#[test]
fn intervals_cover_as_often_as_they_say() {
    let specification = specification(&[("asc", 0.0), ("b", 0.0)], &[("b", "asc + b * x")]);
    let schema = logsum_data::Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1);
    let truth = [0.3, 0.8];
    let mut random = Random::new(12);
    let (runs, n) = (300, 100);
    let mut covered = [[0.0; 2]; 4];
    for _ in 0..runs {
        let x: Vec<f64> = (0..n).map(|_| random.normal()).collect();
        let choice: Vec<f64> = x
            .iter()
            .map(|x| random.choose(&[0.0, truth[0] + truth[1] * x]) as f64)
            .collect();
        let columns = vec![numbers("choice", choice), numbers("x", x)];
        let data = data(table(columns), &schema, &specification);
        let model = Model::bind(&specification, &data).unwrap();
        let mut fit = bootstrapped(&model, &options(199, IntervalKind::Normal));
        let terms = ["asc".to_owned(), "b".to_owned()];
        model.add_profiles(&mut fit, &terms).unwrap();
        for k in 0..2 {
            let bootstrap = &fit.bootstrap.as_ref().unwrap().parameters[k];
            let normal = [
                fit.parameters[k].conf_low.unwrap(),
                fit.parameters[k].conf_high.unwrap(),
            ];
            let profile = [fit.profiles[k].conf_low.unwrap(), fit.profiles[k].conf_high.unwrap()];
            let intervals = [normal, bootstrap.percentile.unwrap(), bootstrap.bca.unwrap(), profile];
            for (covered, [low, high]) in covered.iter_mut().zip(intervals) {
                covered[k] += f64::from(u8::from(low <= truth[k] && truth[k] <= high)) / f64::from(runs);
            }
        }
    }
    for (kind, covered) in ["normal", "percentile", "bca", "profile"].iter().zip(covered) {
        for share in covered {
            // Of 300 runs the share has a standard error of 1.3 %; resamples of 100 cases are a little too narrow.
            assert!((0.90..=0.985).contains(&share), "{kind}: {covered:?}");
        }
    }
}

#[test]
fn profiles_satisfy_their_equation_and_refuse_what_has_none() {
    let (mut specification, data) = small_panel(240);
    specification.parameters[4].parameter.fixed = true;
    let model = Model::bind(&specification, &data).unwrap();
    let mut fit = fitted(&model);
    model.add_profiles(&mut fit, &["b_time".to_owned()]).unwrap();
    let profile = fit.profiles[0].clone();
    assert_eq!((profile.low.as_str(), profile.high.as_str()), ("found", "found"));
    for end in [profile.conf_low.unwrap(), profile.conf_high.unwrap()] {
        let mut held = specification.clone();
        held.parameters[2].parameter.fixed = true;
        held.parameters[2].parameter.start = end;
        let restricted = fitted(&Model::bind(&held, &data).unwrap());
        let ratio = 2.0 * (fit.log_likelihood - restricted.log_likelihood);
        let z = normal_quantile(0.975);
        assert!((ratio - z * z).abs() < 1e-6, "absolute: {ratio}");
    }
    let refused = |fit: &Fit, term: &str| {
        let error = model.add_profiles(&mut fit.clone(), &[term.to_owned()]).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        refused(&fit, "b_tmie"),
        "no parameter \"b_tmie\" to profile; did you mean \"b_time\"?"
    );
    assert_eq!(
        refused(&fit, "b_income"),
        "\"b_income\" is fixed at 0: there is nothing to profile"
    );
    fit.parameters[2].at_bound = Some("lower".to_owned());
    assert!(refused(&fit, "b_time").contains("stands at a bound"));
    fit.parameters[2].at_bound = None;
    fit.converged = false;
    assert!(refused(&fit, "b_time").contains("has not converged"));
    assert_eq!(model.parameters().len(), 5);
}
