//! Estimates from sampled choice sets are those of the whole ones, up to sampling error; without the correction they
//! are not.

use std::collections::HashSet;

use logsum_data::ChoiceData;

use super::{TRUTH, importance, stratified, uniform, zone_data, zone_specification};
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::model::Model;
use crate::sampling::AlternativeSampling;

fn fit(data: &ChoiceData) -> Fit {
    let specification = zone_specification();
    let model = Model::bind(&specification, data).unwrap_or_else(|error| panic!("{error}"));
    let fit = model.fit_beside(&FitOptions::default(), None, false);
    fit.unwrap_or_else(|error| panic!("{error}"))
}

/// The largest distance of an estimate from the truth, in standard errors.
fn distance(fit: &Fit) -> f64 {
    let one = |(parameter, truth): (&crate::fit::Estimate, f64)| {
        ((parameter.estimate - truth) / parameter.std_error.expect("identified")).abs()
    };
    fit.parameters.iter().zip(TRUTH).map(one).fold(0.0, f64::max)
}

/// The same sample without its correction.
fn uncorrected(whole: &ChoiceData, sampled: &ChoiceData) -> ChoiceData {
    let rows: HashSet<usize> = (0..sampled.n_pairs()).map(|pair| sampled.row_number(pair)).collect();
    let keep: Vec<bool> = (0..whole.n_pairs())
        .map(|pair| rows.contains(&whole.row_number(pair)))
        .collect();
    whole.restrict(&keep, None)
}

#[test]
fn every_protocol_recovers_the_truth_and_needs_its_correction() {
    let whole = zone_data(2000, 100, 11);
    assert!(distance(&fit(&whole)) < 4.0);
    let least: Vec<f64> = fit(&whole).parameters.iter().map(|p| p.std_error.unwrap()).collect();
    let protocols: [AlternativeSampling; 3] = [
        uniform(10),
        importance(10, "exp(0.8 * x)"),
        stratified("kind", &[("core", 7), ("rest", 3)]),
    ];
    for sampling in protocols {
        let name = sampling.method.name();
        let sampled = sampling.sample(&whole, 0).unwrap();
        let corrected = fit(&sampled);
        assert!(distance(&corrected) < 4.0, "{name}: {}", distance(&corrected));
        // A tenth of the alternatives says less than all of them.
        for (parameter, least) in corrected.parameters.iter().zip(&least) {
            assert!(parameter.std_error.unwrap() > *least, "{name}: {}", parameter.term);
        }
        if name != "uniform" {
            let wrong = fit(&uncorrected(&whole, &sampled));
            assert!(distance(&wrong) > 8.0, "{name}: {}", distance(&wrong));
        }
    }
}
