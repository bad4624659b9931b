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
