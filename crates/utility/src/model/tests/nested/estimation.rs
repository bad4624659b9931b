//! Estimation: recovery, and what the data cannot tell.

use logsum_draws::Seed;

use super::*;
use crate::estimation::FitOptions;

#[test]
fn estimates_of_drawn_choices_are_near_the_truth() {
    let specification = nested(
        logit(),
        vec![
            Nest::new("n", ["a", "b", "c"], expression("lambda_0")),
            Nest::new("m", ["d", "e"], expression("lambda_1")),
            Nest::new("all_m", ["m", "f"], expression("lambda_2")),
        ],
    );
    let data = choices(6000, 4, &specification);
    let truth = [-0.8, 0.5, 0.2, -0.1, 0.8, 0.5, 0.3, 0.7];
    let outcome = bind(&specification, &data).draw_outcome(&truth, Seed::new(2)).unwrap();
    let drawn = data.with_outcome(outcome);
    let fit = bind(&specification, &drawn).fit(&FitOptions::default(), None).unwrap();
    assert!(fit.converged, "{}", fit.convergence.reason);
    for (found, truth) in fit.parameters.iter().zip(truth) {
        let error = found.std_error.expect("identified");
        // Four standard errors: 1 in 16,000; the seed is fixed.
        assert!(
            (found.estimate - truth).abs() < 4.0 * error,
            "{}: {} ± {error}",
            found.term,
            found.estimate
        );
    }
}

#[test]
fn the_dissimilarity_of_a_nest_of_one_is_held() {
    let specification = nested(
        logit(),
        vec![
            Nest::new("n", ["a"], expression("lambda_0")),
            Nest::new("m", ["d", "e"], expression("lambda_1")),
        ],
    );
    let data = choices(300, 4, &specification);
    let model = bind(&specification, &data);
    let fit = model.fit(&FitOptions::default(), None).unwrap();
    let held = fit
        .parameters
        .iter()
        .find(|parameter| parameter.term == "lambda_0")
        .unwrap();
    assert!(held.fixed && held.std_error.is_none());
    let said = |warning: &&String| warning.contains("\"lambda_0\" is not identified");
    assert_eq!(fit.warnings.iter().filter(said).count(), 1, "{:?}", fit.warnings);
}

#[test]
fn several_points_lead_to_the_same_optimum_on_any_number_of_threads() {
    let specification = nested(logit(), vec![Nest::new("n", ["a", "b", "c"], expression("lambda_0"))]);
    let data = choices(500, 14, &specification);
    let model = bind(&specification, &data);
    let fit = |starts: usize, threads: usize| {
        let options = FitOptions {
            starts,
            ..FitOptions::default()
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| model.fit(&options, None).unwrap())
    };
    let (one, many) = (fit(1, 1), fit(8, 1));
    assert!(one.optima.is_none());
    let report = many.optima.clone().unwrap();
    assert_eq!(report.starts, 8);
    assert_eq!(
        report.lost + report.optima.iter().map(|optimum| optimum.reached).sum::<usize>(),
        8
    );
    assert!(report.optima[0].reached >= 4, "{report:?}");
    assert_near(one.log_likelihood, many.log_likelihood, 1e-12, 1.0);
    assert_eq!(fit(8, 2).optima.unwrap(), report);
}
