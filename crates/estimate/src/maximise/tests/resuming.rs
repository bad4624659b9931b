//! Going on from a state as if nothing had happened.

use super::*;

/// Every state that a maximisation passes.
fn states(likelihood: &dyn LogLikelihood, start: &[f64]) -> (Maximum, Vec<State>) {
    let mut states = Vec::new();
    let mut record = |progress: &Progress| states.push(progress.state.clone());
    let maximum = maximise(likelihood, start, &Options::default(), Some(&mut record)).unwrap();
    (maximum, states)
}

/// From every state the same steps are taken, to the last bit: through curved valleys, where the trust region and its
/// memory of curvature matter, and at the end, where only rounding is left.
#[test]
fn a_maximisation_that_was_stopped_ends_where_it_would_have() {
    let logistic = Logistic::simulated(300, 3);
    let banana = Banana::new();
    let likelihoods: [(&dyn LogLikelihood, &[f64]); 3] = [
        (&banana, &[-1.2, 1.0]),
        (&logistic, &[25.0, -30.0, 8.0]),
        (&logistic, &[0.0; 3]),
    ];
    for (likelihood, start) in likelihoods {
        let (whole, states) = states(likelihood, start);
        assert!(states.len() > 3);
        for state in &states {
            let mut seen = Vec::new();
            let mut record = |progress: &Progress| seen.push(progress.state.clone());
            let resumed = resume(likelihood, state, &Options::default(), Some(&mut record)).unwrap();
            assert_eq!(resumed.theta, whole.theta);
            assert_eq!(resumed.log_likelihood_start, whole.log_likelihood_start);
            assert_eq!(
                (resumed.convergence.iterations, resumed.convergence.evaluations),
                (whole.convergence.iterations, whole.convergence.evaluations)
            );
            assert_eq!(resumed.evaluation.hessian, whole.evaluation.hessian);
            let rest = states.iter().skip(state.iterations as usize + 1);
            assert!(seen.iter().eq(rest), "the states that follow are the same");
        }
    }
}

#[test]
fn the_limit_of_iterations_counts_those_before() {
    let banana = Banana::new();
    let (_, states) = states(&banana, &[-1.2, 1.0]);
    let options = Options {
        max_iterations: 5,
        ..Options::default()
    };
    let resumed = resume(&banana, &states[3], &options, None).unwrap();
    assert_eq!(resumed.theta, states[5].theta);
    assert_eq!(resumed.convergence.iterations, 5);
}

#[test]
fn a_state_of_another_size_is_refused() {
    let (_, states) = states(&Banana::new(), &[-1.2, 1.0]);
    let error = resume(&Logistic::simulated(50, 3), &states[0], &Options::default(), None).unwrap_err();
    assert_eq!(error, EstimateError::StartLength { expected: 3, found: 2 });
}
