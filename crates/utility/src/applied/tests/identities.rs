//! What must hold whatever the data and the parameters: elasticities of a case weigh up, irrelevant alternatives are
//! independent, nothing is worth nothing, and constants explain shares.

use logsum_data::ChoiceData;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::pair_of;
use crate::applied::{Breakdown, Effect, ParameterFunction, effects_of_cases, surplus};
use crate::comparison::testing::fitted;
use crate::fit::Fit;
use crate::model::Model;
use crate::specification::Specification;
use crate::testing::{Random, WIDE, data, specification, wide_schema, wide_table};

/// Random data, and a fit of a logit (or with nests of one, and of two) moved to random parameters.
fn anywhere(seed: u64, nested: bool) -> (Specification, ChoiceData, Fit) {
    let plain = specification(WIDE.0, WIDE.1);
    let specification = match nested {
        true => {
            let half = crate::testing::expression("0.6");
            plain.nest(crate::nests::Nest::new("two", ["a", "b"], half))
        }
        false => plain,
    };
    let data = data(wide_table(60, seed), &wide_schema(), &specification);
    let mut fit = fitted(&specification, &data);
    let mut random = Random::new(seed);
    for parameter in &mut fit.parameters {
        parameter.estimate = random.between(-0.8, 0.8);
    }
    (specification, data, fit)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, rng_seed: RngSeed::Fixed(3), ..ProptestConfig::default() })]

    #[test]
    fn what_one_alternative_gains_the_others_lose(seed in 0_u64..1000, nested in any::<bool>()) {
        let (specification, data, fit) = anywhere(seed, nested);
        let theta: Vec<f64> = fit.parameters.iter().map(|of| of.estimate).collect();
        let p = Model::bind(&specification, &data).unwrap().predict(&theta).unwrap().probabilities;
        let found = effects_of_cases(&specification, &data, &fit, ("time_a", None), Effect::Elasticity).unwrap();
        let [of] = &found[..] else { panic!("one column, one change") };
        prop_assert_eq!(of.changed, Some(0));
        for case in 0..data.n_cases() {
            let sum: f64 = data.pairs(case).map(|pair| p[pair] * of.values[pair]).sum();
            // The error of differences of probabilities: 1e-11 and less.
            prop_assert!(sum.abs() < 1e-9, "{sum}");
            // All others of a logit lose the same part.
            let others = (1..3).filter_map(|j| pair_of(&data, case, j)).map(|pair| of.values[pair]);
            let others: Vec<f64> = others.collect();
            if let (false, [b, c]) = (nested, others.as_slice()) {
                prop_assert!((b - c).abs() < 1e-9, "{b} {c}");
            }
        }
    }

    #[test]
    fn no_change_has_no_surplus(seed in 0_u64..1000, nested in any::<bool>()) {
        let (specification, data, fit) = anywhere(seed, nested);
        let same = data.under(&wide_table(60, seed), &[], &specification.uses()).unwrap();
        let models = [&data, &same].map(|data| Model::bind(&specification, data).unwrap());
        let money = ParameterFunction::parse("exp(b_cost)", &fit).unwrap();
        let found = surplus(&fit, (&models[0], &models[1]), &money, &Breakdown::new(&data, None)).unwrap();
        prop_assert_eq!((found[0].mean.estimate, found[0].total.estimate, found[0].median), (0.0, 0.0, 0.0));
    }

    #[test]
    fn constants_explain_the_shares_of_a_logit(seed in 0_u64..1000) {
        let specification = specification(
            &[("asc_b", 0.0), ("asc_c", 0.0), ("b_time", 0.0)],
            &[("a", "b_time * time_a"), ("b", "asc_b + b_time * time_b"), ("c", "asc_c")],
        );
        let data = data(wide_table(300, seed), &wide_schema(), &specification);
        let fit = fitted(&specification, &data);
        prop_assume!(fit.converged);
        let theta: Vec<f64> = fit.parameters.iter().map(|of| of.estimate).collect();
        let predicted = Model::bind(&specification, &data).unwrap().predict(&theta).unwrap().shares(&data);
        let observed = crate::observed_shares(&data).unwrap();
        for (predicted, observed) in predicted.iter().zip(&observed) {
            // The score at a Newton decrement of 1e-9 and less.
            prop_assert!((predicted - observed).abs() < 1e-7, "{predicted} {observed}");
        }
    }
}
