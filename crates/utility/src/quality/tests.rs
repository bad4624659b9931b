//! By hand, and against the formulas written out.

use logsum_data::{ChoiceData, Column, Source, Table, Uses, Values};
use logsum_draws::Seed;

use super::*;
use crate::model::Model;
use crate::{Specification, column, parameter};

fn table(columns: &[(&str, &[f64])]) -> Table {
    Table {
        source: Source {
            name: "trips.csv".to_owned(),
            first_row: 2,
        },
        n_rows: columns[0].1.len(),
        all_names: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        columns: columns
            .iter()
            .map(|(name, cells)| Column {
                name: (*name).to_owned(),
                values: Values::Number((*cells).into()),
            })
            .collect(),
    }
}

fn quality(data: &ChoiceData, probabilities: &[f64]) -> Quality {
    let mut scoring = Scoring::new(data.alternatives());
    let prediction = Prediction {
        probabilities: probabilities.to_vec(),
        logsums: vec![0.0; data.n_cases()],
    };
    scoring.add(data, &prediction);
    scoring.finish().expect("choices are known")
}

fn schema() -> logsum_data::Schema {
    logsum_data::Schema::long("case", "alt", "choice")
        .alternative("a", 1)
        .alternative("b", 2)
        .alternative("c", 3)
}

/// Three cases, the last without c, in which the first two alternatives tie.
fn three() -> ChoiceData {
    let rows: &[(&str, &[f64])] = &[
        ("case", &[1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0]),
        ("alt", &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0]),
        ("choice", &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0]),
    ];
    ChoiceData::new(table(rows), &schema(), &Uses::default()).unwrap()
}

const OF_THREE: [f64; 8] = [0.5, 0.25, 0.25, 0.625, 0.25, 0.125, 0.5, 0.5];

#[test]
fn by_hand() {
    let found = quality(&three(), &OF_THREE);
    let measures = &found.measures;
    assert_eq!((measures.n_cases, measures.weight, measures.ties), (3, 3.0, 1));
    // A hit, a miss, half a hit.
    assert_eq!(measures.hit_rate, 0.5);
    assert_eq!(measures.expected_hit_rate, (0.5 + 0.125 + 0.5) / 3.0);
    let log_score = (0.5_f64.ln() + 0.125_f64.ln() + 0.5_f64.ln()) / 3.0;
    assert!((measures.log_score.unwrap() - log_score).abs() < 1e-15);
    // (0.25 + 0.0625 + 0.0625) + (0.390625 + 0.0625 + 0.765625) + (0.25 + 0.25)
    assert!((measures.brier_score - (0.375 + 1.21875 + 0.5) / 3.0).abs() < 1e-15);
    let confusion = found.confusion.unwrap();
    assert_eq!(confusion.alternatives, ["a", "b", "c"]);
    assert_eq!(
        confusion.by_highest,
        [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]
    );
    assert_eq!(
        confusion.by_sum,
        [[0.5, 0.25, 0.25], [0.5, 0.5, 0.0], [0.625, 0.25, 0.125]]
    );
    // Eight alternatives of cases in four slots: 0.125, three of 0.25, three of 0.5, 0.625.
    let bins = found.calibration;
    let low: Vec<f64> = bins.iter().map(|bin| bin.low).collect();
    assert_eq!(low, [0.125, 0.25, 0.5, 0.625]);
    let observed: Vec<f64> = bins.iter().map(|bin| bin.observed).collect();
    assert_eq!(observed, [1.0, 0.0, 2.0 / 3.0, 0.0]);
    assert_eq!(bins.iter().map(|bin| bin.n).collect::<Vec<_>>(), [1, 3, 3, 1]);
}

/// Counts of 2 and weights of 2 are the same as cases that stand there twice.
#[test]
fn counts_and_weights_are_repetitions() {
    let mut schema = schema();
    let logsum_data::Layout::Long { counts, .. } = &mut schema.layout else {
        panic!("long data");
    };
    *counts = true;
    let rows: &[(&str, &[f64])] = &[
        ("case", &[1.0, 1.0, 2.0, 2.0]),
        ("alt", &[1.0, 2.0, 1.0, 2.0]),
        ("choice", &[2.0, 1.0, 0.0, 2.0]),
        ("w", &[1.0, 1.0, 0.5, 0.5]),
    ];
    schema.weight = Some(logsum_expressions::Expression::parse("w").unwrap());
    let counted = ChoiceData::new(table(rows), &schema, &Uses::default()).unwrap();
    let short = quality(&counted, &[0.75, 0.25, 0.5, 0.5]);
    let rows: &[(&str, &[f64])] = &[
        ("case", &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]),
        ("alt", &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
        ("choice", &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]),
    ];
    let spelt_out = ChoiceData::new(table(rows), &self::schema(), &Uses::default()).unwrap();
    let long = quality(&spelt_out, &[0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.5, 0.5]);
    assert_eq!((short.measures.n_cases, short.measures.weight), (2, 4.0));
    assert_eq!(short.measures.hit_rate, long.measures.hit_rate);
    assert_eq!(short.measures.expected_hit_rate, long.measures.expected_hit_rate);
    assert_eq!(short.measures.log_score, long.measures.log_score);
    assert_eq!(short.measures.brier_score, long.measures.brier_score);
    assert_eq!(short.confusion, long.confusion);
    let pairs = |quality: &Quality| -> Vec<(f64, f64)> {
        quality
            .calibration
            .iter()
            .map(|bin| (bin.predicted, bin.observed))
            .collect()
    };
    assert_eq!(pairs(&short), pairs(&long));
}

#[test]
fn what_had_no_probability_has_no_log_score() {
    let mut probabilities = OF_THREE;
    probabilities[..3].copy_from_slice(&[0.0, 0.5, 0.5]);
    let found = quality(&three(), &probabilities).measures;
    assert_eq!((found.log_score, found.impossible), (None, 1));
    assert!(found.brier_score.is_finite());
}

#[test]
fn a_perfect_forecast_is_perfect() {
    let found = quality(&three(), &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0]).measures;
    assert_eq!((found.hit_rate, found.expected_hit_rate), (1.0, 1.0));
    assert_eq!((found.log_score, found.brier_score, found.ties), (Some(0.0), 0.0, 0));
}

#[test]
fn without_choices_there_is_nothing_to_measure() {
    let data = three().with_outcome(Outcome::None);
    let mut scoring = Scoring::new(data.alternatives());
    let prediction = Prediction {
        probabilities: OF_THREE.to_vec(),
        logsums: vec![0.0; 3],
    };
    scoring.add(&data, &prediction);
    assert_eq!(scoring.finish(), None);
}

/// Many cases with random weights, choices and attributes.
fn many() -> (Table, logsum_data::Schema) {
    let mut columns: [Vec<f64>; 5] = Default::default();
    for case in 0..2_000_u64 {
        let mut stream = Seed::new(5).stream(case);
        let weight = 0.5 + stream.open01();
        let x: Vec<f64> = (0..3).map(|_| 3.0 * stream.open01()).collect();
        let utility = |j: usize, noise: f64| x[j] + 0.3 * j as f64 + noise;
        let utilities: Vec<f64> = (0..3).map(|j| utility(j, stream.gumbel())).collect();
        let best = (0..3).max_by(|&a, &b| utilities[a].total_cmp(&utilities[b])).unwrap();
        for (j, x) in x.iter().enumerate() {
            let chosen = f64::from(u8::from(j == best));
            let cells = [case as f64, 1.0 + j as f64, chosen, *x, weight];
            columns
                .iter_mut()
                .zip(cells)
                .for_each(|(column, cell)| column.push(cell));
        }
    }
    let named: Vec<(&str, &[f64])> = ["case", "alt", "choice", "x", "w"]
        .into_iter()
        .zip(columns.iter().map(Vec::as_slice))
        .collect();
    let mut schema = schema();
    schema.weight = Some(logsum_expressions::Expression::parse("w").unwrap());
    (table(&named), schema)
}

/// A logit with all constants: its score equations say that predicted and observed choices of each alternative agree.
#[test]
fn with_constants_sums_are_those_observed_and_scores_are_the_likelihood() {
    let specification = Specification::new()
        .parameter("b", 0.0)
        .parameter("asc_b", 0.0)
        .parameter("asc_c", 0.0)
        .utility_of_all(parameter("b") * column("x"))
        .utility("b", parameter("asc_b"))
        .utility("c", parameter("asc_c"));
    let (table, schema) = many();
    let data = ChoiceData::new(table, &schema, &specification.uses()).unwrap();
    let model = Model::bind(&specification, &data).unwrap();
    let fit = model.fit(&crate::FitOptions::default(), None).unwrap();
    let theta: Vec<f64> = fit.parameters.iter().map(|estimate| estimate.estimate).collect();
    let prediction = model.predict(&theta).unwrap();
    let found = quality(&data, &prediction.probabilities);
    let measures = &found.measures;
    let log_likelihood = measures.log_score.unwrap() * measures.weight;
    assert!((log_likelihood - fit.log_likelihood).abs() < 1e-9 * fit.log_likelihood.abs());
    let confusion = found.confusion.unwrap();
    for j in 0..3 {
        let observed: f64 = confusion.by_sum[j].iter().sum();
        let predicted: f64 = confusion.by_sum.iter().map(|row| row[j]).sum();
        assert!((observed - predicted).abs() < 1e-5 * observed, "{observed} {predicted}");
        let by_highest: f64 = confusion.by_highest[j].iter().sum();
        assert!((observed - by_highest).abs() < 1e-9 * observed);
    }
    // The score as it is defined, alternative by alternative.
    let mut brier = 0.0;
    for case in 0..data.n_cases() {
        let position = data.ranking(case).unwrap().best[0] as usize;
        for (k, pair) in data.pairs(case).enumerate() {
            let gap = prediction.probabilities[pair] - f64::from(u8::from(k == position));
            brier += data.weights().unwrap()[case] * gap * gap;
        }
    }
    assert!((measures.brier_score - brier / measures.weight).abs() < 1e-12);
    // Bins: all alternatives, in tenths by weight, and on the whole what was observed.
    let bins = &found.calibration;
    assert_eq!(bins.len(), 10);
    assert_eq!(bins.iter().map(|bin| bin.n).sum::<usize>(), data.n_pairs());
    let total: f64 = bins.iter().map(|bin| bin.weight).sum();
    assert!((total - 3.0 * measures.weight).abs() < 1e-9 * total);
    for bin in bins {
        assert!((bin.weight - 0.1 * total).abs() < 0.01 * total, "{bin:?}");
        assert!(bin.low <= bin.predicted && bin.predicted <= bin.high, "{bin:?}");
        // 600 alternatives of cases: five standard errors of a share.
        assert!((bin.predicted - bin.observed).abs() < 0.1, "{bin:?}");
    }
    let mean = |of: &dyn Fn(&CalibrationBin) -> f64| bins.iter().map(|bin| bin.weight * of(bin)).sum::<f64>() / total;
    assert!((mean(&|bin| bin.predicted) - mean(&|bin| bin.observed)).abs() < 1e-12);
    assert!(bins.windows(2).all(|pair| pair[0].high < pair[1].low));
}

/// Parts give the digits of the whole.
#[test]
fn parts_are_the_whole() {
    let (table, schema) = many();
    let data = ChoiceData::new(table, &schema, &Uses::default()).unwrap();
    let probabilities: Vec<f64> = (0..data.n_cases() as u64)
        .flat_map(|case| {
            let mut stream = Seed::new(9).stream(case);
            let parts: Vec<f64> = (0..3).map(|_| stream.open01()).collect();
            let sum: f64 = parts.iter().sum();
            parts.into_iter().map(move |part| part / sum)
        })
        .collect();
    let whole = quality(&data, &probabilities);
    let mut scoring = Scoring::new(data.alternatives());
    for (cases, pairs) in [(0..700, 0..2100), (700..701, 2100..2103), (701..2000, 2103..6000)] {
        let keep: Vec<bool> = (0..data.n_cases()).map(|case| cases.contains(&case)).collect();
        let part = Prediction {
            probabilities: probabilities[pairs].to_vec(),
            logsums: vec![0.0; cases.len()],
        };
        scoring.add(&data.select(&keep), &part);
    }
    assert_eq!(scoring.finish(), Some(whole));
}
