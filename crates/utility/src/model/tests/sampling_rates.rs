//! Choice-based samples: what the rates do to likelihood and estimates, and that predictions are free of them.

use std::path::Path;

use logsum_data::{ChoiceData, Schema, Table};
use logsum_draws::Seed;
use logsum_estimate::{LogLikelihood, Order};

use super::{assert_near, bind, estimates, fit};
use crate::error::SpecificationError;
use crate::model::Model;
use crate::model_file::ModelFile;
use crate::specification::Specification;
use crate::testing::{
    LONG, Random, WIDE, data, long_table, numbers, plain_ln_probabilities, plain_utilities, specification, subset,
    table, wide_schema, wide_table,
};

/// ln L with ln R added to utilities from elsewhere.
fn plain_with_rates(specification: &Specification, data: &ChoiceData, theta: &[f64], rates: &[f64]) -> f64 {
    let mut utilities = plain_utilities(specification, data, theta);
    for (utility, alternative) in utilities.iter_mut().zip(data.pair_alternatives()) {
        *utility += rates[*alternative as usize].ln();
    }
    let ln_probabilities = plain_ln_probabilities(data, &utilities);
    let logsum_data::Outcome::Chosen(chosen) = data.outcome() else {
        panic!("choices");
    };
    (0..data.n_cases())
        .map(|case| ln_probabilities[data.pairs(case).start + chosen[case] as usize])
        .sum()
}

#[test]
fn the_likelihood_has_them_and_predictions_have_not() {
    let wide = (
        wide_table(300, 3),
        wide_schema(),
        specification(WIDE.0, WIDE.1),
        vec![1.0, 0.2, 3.0],
    );
    let listed = (1..=5).fold(Schema::long("case", "alt", "choice"), |schema, code| {
        schema.alternative(code.to_string(), code)
    });
    // Alternatives 1, 4 and 5 share a utility, but not all of them a rate.
    let long = (
        long_table(300, 4),
        listed,
        specification(LONG.0, LONG.1),
        vec![1.0, 0.5, 2.0, 0.1, 1.0],
    );
    for (table, schema, specification, rates) in [wide, long] {
        let names: Vec<String> = schema.alternatives.iter().map(|known| known.name.clone()).collect();
        // Those of rate 1 are left unsaid.
        let rated = names
            .iter()
            .zip(&rates)
            .filter(|(_, rate)| **rate != 1.0)
            .fold(schema.clone(), |schema, (name, rate)| schema.sampling_rate(name, *rate));
        let without = data(table.clone(), &schema, &specification);
        let with = data(table, &rated, &specification);
        let theta = [0.3, -0.2, 0.4, -0.6, 0.1];
        let (plain, rated) = (bind(&specification, &without), bind(&specification, &with));

        let expected = plain_with_rates(&specification, &without, &theta, &rates);
        let found = rated.evaluate(&theta, Order::Value).unwrap().log_likelihood;
        assert_near(found, expected, 1e-12, 1.0);
        let other = plain.evaluate(&theta, Order::Value).unwrap().log_likelihood;
        assert!((found - other).abs() > 1.0, "the rates matter");

        let (utilities, expected) = (rated.utilities(&theta).unwrap(), plain.utilities(&theta).unwrap());
        utilities
            .iter()
            .zip(&expected)
            .for_each(|(left, right)| assert_near(*left, *right, 1e-14, 1.0));
        let (prediction, expected) = (rated.predict(&theta).unwrap(), plain.predict(&theta).unwrap());
        let values = |prediction: &crate::model::Prediction| {
            [prediction.probabilities.clone(), prediction.logsums.clone()].concat()
        };
        for (left, right) in values(&prediction).iter().zip(values(&expected)) {
            assert_near(*left, right, 1e-13, 1.0);
        }
        let draw = |model: &Model<'_>| model.draw_outcome(&theta, Seed::new(5)).unwrap();
        assert_eq!(draw(&rated), draw(&plain));
    }
}

#[test]
fn only_their_ratios_matter() {
    let specification = specification(WIDE.0, WIDE.1);
    let fitted = |rates: [f64; 3]| {
        let schema = ["a", "b", "c"]
            .iter()
            .zip(rates)
            .fold(wide_schema(), |schema, (name, rate)| schema.sampling_rate(name, rate));
        fit(&specification, &data(wide_table(400, 8), &schema, &specification))
    };
    let unrated = fit(
        &specification,
        &data(wide_table(400, 8), &wide_schema(), &specification),
    );
    assert_eq!(estimates(&fitted([0.04; 3])), estimates(&unrated));
    let (shares, multiples) = (fitted([0.04, 0.02, 0.3]), fitted([4.0, 2.0, 30.0]));
    for (left, right) in estimates(&shares).iter().zip(estimates(&multiples)) {
        assert_near(*left, right, 1e-8, 1.0);
    }
}

#[test]
fn rates_that_are_none() {
    let specification = specification(WIDE.0, WIDE.1);
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let schema = wide_schema().sampling_rate("b", rate);
        let data = data(wide_table(50, 1), &schema, &specification);
        let error = Model::bind(&specification, &data).expect_err("no such rate");
        assert!(
            matches!(&error, SpecificationError::SamplingRate { alternative, .. } if alternative == "b"),
            "{error}"
        );
    }
}

/// A file of numbers under a header.
fn read_numbers(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).expect("the data set is there");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let mut cells = vec![Vec::new(); names.len()];
    for line in lines {
        for (column, cell) in cells.iter_mut().zip(line.split(',')) {
            column.push(cell.parse().expect("a number"));
        }
    }
    table(
        names
            .iter()
            .zip(cells)
            .map(|(name, cells)| numbers(name, cells))
            .collect(),
    )
}

#[test]
fn with_all_constants_only_these_move_and_by_the_logarithms_of_the_rates() {
    // Manski and Lerman (1977): with a full set of constants, estimating a choice-based sample as if it were a random
    // one gives the slopes of the corrected likelihood, and constants shifted by ln R_j - ln R_base.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/swissmetro");
    let text = std::fs::read_to_string(folder.join("logit.toml")).expect("the model file is there");
    let rated = text
        .replace("{ code = 1,", "{ code = 1, sampling_rate = 0.04,")
        .replace("{ code = 3,", "{ code = 3, sampling_rate = 2.5,");
    let fitted = |text: &str| {
        let file = ModelFile::parse(text, "logit.toml").unwrap_or_else(|error| panic!("{error}"));
        let table = read_numbers(&folder.join("swissmetro.csv"));
        fit(&file.specification, &data(table, &file.schema, &file.specification))
    };
    let (random, choice_based) = (fitted(&text), fitted(&rated));
    assert!((random.log_likelihood + 5331.252007).abs() < 1e-5, "the published fit");
    assert!((random.log_likelihood - choice_based.log_likelihood).abs() < 1e-8);
    let shifts = [0.04_f64.ln(), 2.5_f64.ln(), 0.0, 0.0];
    for ((left, right), shift) in random.parameters.iter().zip(&choice_based.parameters).zip(shifts) {
        assert!(
            (left.estimate - right.estimate - shift).abs() < 1e-8,
            "{}: {} against {}, shift {shift}",
            left.term,
            left.estimate,
            right.estimate
        );
        let (left, right) = (left.std_error.unwrap(), right.std_error.unwrap());
        assert_near(left, right, 1e-7, 0.0);
    }
    assert_eq!(random.log_likelihood_null, choice_based.log_likelihood_null);
    assert_eq!(random.log_likelihood_constants, choice_based.log_likelihood_constants);
}

#[test]
fn without_constants_the_rates_recover_the_truth() {
    let truth = [0.8, -0.5];
    let rates = [1.0, 0.15, 0.5];
    let specification = specification(
        &[("b_x", 0.0), ("b_y", 0.0)],
        &[
            ("a", "b_x * xa + b_y * ya"),
            ("b", "b_x * xb + b_y * yb"),
            ("c", "b_x * xc + b_y * yc"),
        ],
    );
    let mut random = Random::new(12);
    let names = ["choice", "xa", "xb", "xc", "ya", "yb", "yc"];
    let n = 30_000;
    let mut cells = vec![Vec::new(); names.len()];
    let mut sampled = Vec::new();
    for case in 0..n {
        // Alternative b has the larger x, so that wrong shares bear on the slopes.
        let x = [random.normal(), 1.5 + random.normal(), random.normal()];
        let y = [random.normal(), random.normal(), 1.0 + random.normal()];
        let utilities: Vec<f64> = (0..3).map(|j| truth[0] * x[j] + truth[1] * y[j]).collect();
        let choice = random.choose(&utilities);
        if random.uniform() < rates[choice] {
            sampled.push(case);
        }
        let row = [choice as f64, x[0], x[1], x[2], y[0], y[1], y[2]];
        cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
    }
    let population = table(
        names
            .iter()
            .zip(cells)
            .map(|(name, cells)| numbers(name, cells))
            .collect(),
    );
    let sample = subset(&population, &sampled);
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .alternative("c", 2);
    let rated = ["a", "b", "c"]
        .iter()
        .zip(rates)
        .fold(schema.clone(), |schema, (name, rate)| schema.sampling_rate(name, rate));
    let distances = |schema: &Schema| -> Vec<f64> {
        let fit = fit(&specification, &data(sample.clone(), schema, &specification));
        let distance = |(estimate, truth): (&crate::fit::Estimate, f64)| {
            ((estimate.estimate - truth) / estimate.std_error.unwrap()).abs()
        };
        fit.parameters.iter().zip(truth).map(distance).collect()
    };
    let corrected = distances(&rated);
    assert!(corrected.iter().all(|distance| *distance < 4.0), "{corrected:?}");
    let uncorrected = distances(&schema);
    assert!(uncorrected.iter().any(|distance| *distance > 10.0), "{uncorrected:?}");
}
