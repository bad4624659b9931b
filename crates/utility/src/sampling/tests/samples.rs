//! Samples of data: what they keep, what they depend on, and what is refused.

use logsum_data::{ChoiceData, Outcome, Schema};
use logsum_estimate::{LogLikelihood, Order};

use super::{importance, pairs, stratified, uniform, zone_data, zone_schema, zone_specification, zones};
use crate::model::Model;
use crate::sampling::{AlternativeSampling, SampleSize, SamplingError};
use crate::testing::{
    WIDE, data, expression, long_table, plain_ln_probabilities, plain_utilities, shuffled, situations, specification,
    subset, wide_schema, wide_table,
};

fn protocols() -> Vec<AlternativeSampling> {
    vec![
        uniform(5),
        importance(5, "exp(x) * (1 + 0 * income)"),
        stratified("kind", &[("core", 2), ("rest", 3)]),
        AlternativeSampling {
            number: SampleSize::Same(2),
            ..stratified("kind", &[])
        },
    ]
}

#[test]
fn sizes_and_chosen_alternatives() {
    let whole = zone_data(50, 20, 1);
    for sampling in protocols() {
        let sampled = sampling.sample(&whole, 0).unwrap();
        let Outcome::Chosen(before) = whole.outcome() else {
            panic!("choices");
        };
        let Outcome::Chosen(after) = sampled.outcome() else {
            panic!("choices");
        };
        for case in 0..50 {
            let n = sampled.pairs(case).len();
            match &sampling.number {
                SampleSize::Same(5) if sampling == uniform(5) => assert_eq!(n, 5),
                SampleSize::Same(5) | SampleSize::Strata(_) => assert!((1..=5).contains(&n)),
                _ => assert!((1..=4).contains(&n)),
            }
            let alternative =
                |data: &ChoiceData, slot: u32| data.pair_alternatives()[data.pairs(case).start + slot as usize];
            assert_eq!(alternative(&whole, before[case]), alternative(&sampled, after[case]));
        }
        assert_eq!(sampled.correction().is_some(), sampling.method.name() != "uniform");
    }
}

#[test]
fn small_choice_sets_stay_whole() {
    let specification = specification(&[("b", 0.0)], &[("all", "b * x")]);
    let whole = data(
        long_table(60, 2),
        &Schema::long("case", "alt", "choice"),
        &specification,
    );
    for sampling in [uniform(3), importance(3, "y")] {
        let sampled = sampling.sample(&whole, 0).unwrap();
        let mut n_whole = 0;
        for case in 0..60 {
            let (before, after) = (whole.pairs(case), sampled.pairs(case));
            if before.len() > 3 {
                assert!(after.len() <= 3);
                continue;
            }
            n_whole += 1;
            assert_eq!(after.len(), before.len());
            let corrections = sampled.correction().map_or(&[0.0][..], |all| &all[after]);
            assert!(corrections.iter().all(|correction| *correction == 0.0));
        }
        assert!(n_whole > 10 && n_whole < 50);
    }
}

#[test]
fn a_sample_depends_on_seed_replication_and_case_alone() {
    let whole = zone_data(40, 30, 3);
    let table = zones(40, 30, 3);
    let other_order = data(shuffled(&table, 9), &zone_schema(), &zone_specification());
    let rows: Vec<usize> = (15 * 30..40 * 30).collect();
    let part = data(subset(&table, &rows), &zone_schema(), &zone_specification());
    let sorted = |mut pairs: Vec<(u64, u32, f64)>| {
        pairs.sort_unstable_by_key(|(case, alternative, _)| (*case, *alternative));
        pairs
    };
    for sampling in protocols() {
        let of = |data: &ChoiceData, replication: u64| sorted(pairs(&sampling.sample(data, replication).unwrap()));
        let first = of(&whole, 0);
        assert_eq!(of(&whole, 0), first);
        // Weights are added up in the order of the alternatives, which the order of rows does not change.
        assert_eq!(of(&other_order, 0), first);
        let of_part: Vec<_> = first
            .iter()
            .filter(|(case, ..)| f64::from_bits(*case) >= 1015.0)
            .copied()
            .collect();
        assert_eq!(of(&part, 0), of_part);
        assert_ne!(of(&whole, 1), first);
        let seeded = AlternativeSampling {
            seed: 2,
            ..sampling.clone()
        };
        assert_ne!(sorted(pairs(&seeded.sample(&whole, 0).unwrap())), first);
    }
}

#[test]
fn threads_do_not_matter() {
    let whole = zone_data(200, 30, 3);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pairs(&protocols()[1].sample(&whole, 0).unwrap()))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn strata_may_be_numbers_and_derived() {
    let derive = |schema: Schema| schema.derive("far", expression("if(x > 0.7, 2, 10)"));
    let whole = data(zones(30, 20, 4), &derive(zone_schema()), &zone_specification());
    let by_kind = stratified("kind", &[("core", 2), ("rest", 3)]);
    let by_number = stratified("far", &[("2.0", 2), ("10", 3)]);
    // The order of strata as written is another, and so are the draws; the corrections are not.
    let total = |sampling: &AlternativeSampling| -> f64 {
        let sampled = sampling.sample(&whole, 0).unwrap();
        sampled.correction().unwrap().iter().sum()
    };
    assert!((total(&by_kind) - total(&by_number)).abs() < 1e-9);
}

#[track_caller]
fn assert_refused(sampling: &AlternativeSampling, data: &ChoiceData, expected: &str) {
    let error = sampling.sample(data, 0).expect_err("not to be sampled").to_string();
    assert_eq!(error, expected);
}

#[test]
fn weights_that_cannot_be_used() {
    let data = zone_data(3, 10, 5);
    assert_refused(
        &importance(5, "if(zone == 3, 0 - 1, 1)"),
        &data,
        "[sampling]: the weight is -1 for alternative \"3\" at choices.csv, rows 4 (case 1000), 14 (case 1001), 24 (case \
         1002); a weight is a finite number, 0 or larger: mend the columns that it is made of",
    );
    let error = importance(5, "log(zone - 5)").sample(&data, 0).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "[sampling]: the weight is not a number for alternative \"1\" at choices.csv, rows 2 (case 1000), "
        ),
        "{error}"
    );
    let error = importance(5, "choice == 0").sample(&data, 0).unwrap_err();
    assert!(matches!(error, SamplingError::ChosenWeight { .. }));
    assert!(
        error
            .to_string()
            .starts_with("[sampling]: the weight of the chosen alternative (\""),
        "{error}"
    );
    // Whole choice sets need no weights of their own.
    assert!(importance(10, "choice == 0").sample(&data, 0).is_ok());
    let error = importance(5, "employment").sample(&data, 0).unwrap_err().to_string();
    assert!(
        error.contains("weight of [sampling]") && error.contains("employment"),
        "{error}"
    );
}

#[test]
fn strata_that_cannot_be_used() {
    let data = zone_data(3, 10, 5);
    assert_refused(
        &stratified("kin", &[("core", 2)]),
        &data,
        "[sampling]: no column \"kin\" for the strata; did you mean \"kind\"?",
    );
    let error = stratified("kind", &[("core", 2), ("rst", 2)])
        .sample(&data, 0)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("[sampling]: \"rest\" in the column of strata \"kind\" has no number for alternative \"")
            && error.ends_with("number has \"core\", \"rst\": add it"),
        "{error}"
    );
}

#[test]
fn numbers_and_data_that_cannot_be_sampled() {
    let whole = zone_data(3, 10, 5);
    assert_refused(
        &uniform(1),
        &whole,
        "[sampling]: number is 1; at least 2 alternatives of each case are needed, the chosen one among them",
    );
    assert_refused(
        &stratified("kind", &[("core", 0), ("rest", 3)]),
        &whole,
        "[sampling]: number is 0; at least 1 alternative of each stratum is needed, the chosen one among them",
    );
    let by_stratum = AlternativeSampling {
        number: stratified("kind", &[("core", 2)]).number,
        ..uniform(2)
    };
    assert_eq!(
        by_stratum.sample(&whole, 0).unwrap_err(),
        SamplingError::NumberByStratum
    );
    let none = AlternativeSampling {
        replications: 0,
        ..uniform(2)
    };
    assert_eq!(none.sample(&whole, 0).unwrap_err(), SamplingError::NoReplication);

    let wide = data(wide_table(40, 1), &wide_schema(), &specification(WIDE.0, WIDE.1));
    assert!(uniform(2).sample(&wide, 0).is_ok());
    assert_eq!(
        importance(2, "income + 9").sample(&wide, 0).unwrap_err(),
        SamplingError::Wide { method: "importance" }
    );
    let unknown = situations(zones(3, 10, 5), &zone_schema(), &zone_specification());
    assert_eq!(uniform(2).sample(&unknown, 0).unwrap_err(), SamplingError::NoOutcomes);
    let counts = unknown.with_outcome(Outcome::Counts(vec![1.0; 30]));
    assert_eq!(uniform(2).sample(&counts, 0).unwrap_err(), SamplingError::Counts);
}

#[test]
fn sampling_rates_add_to_the_correction_and_predictions_have_neither() {
    let schema = (1..=8).fold(zone_schema(), |schema, code| schema.alternative(code.to_string(), code));
    let schema = schema.sampling_rate("2", 0.25).sampling_rate("7", 3.0);
    let specification = zone_specification();
    let whole = data(zones(40, 8, 5), &schema, &specification);
    let sampled = importance(4, "exp(y)").sample(&whole, 0).unwrap();
    let theta = [0.7, -0.4, 0.2];
    let model = Model::bind(&specification, &sampled).unwrap();
    let utilities = plain_utilities(&specification, &sampled, &theta);
    for (found, expected) in model.utilities(&theta).unwrap().iter().zip(&utilities) {
        assert!((found - expected).abs() < 1e-13);
    }
    let mut corrected = utilities;
    for (pair, utility) in corrected.iter_mut().enumerate() {
        let rate: f64 = [1.0, 0.25, 1.0, 1.0, 1.0, 1.0, 3.0, 1.0][sampled.pair_alternatives()[pair] as usize];
        *utility += rate.ln() + sampled.correction().unwrap()[pair];
    }
    let ln_probabilities = plain_ln_probabilities(&sampled, &corrected);
    let Outcome::Chosen(chosen) = sampled.outcome() else {
        panic!("choices");
    };
    let expected: f64 = (0..40)
        .map(|case| ln_probabilities[sampled.pairs(case).start + chosen[case] as usize])
        .sum();
    let found = model.evaluate(&theta, Order::Value).unwrap().log_likelihood;
    assert!((found - expected).abs() < 1e-11, "{found} against {expected}");
}
