//! Splits, and what validation says of models whose answers are known.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use logsum_data::{ChoiceData, Column, Schema, Source, Table, Uses, Values};
use logsum_draws::Seed;

use super::*;
use crate::model::Model;
use crate::{Fit, FitOptions, Specification, column, parameter};

/// Persons with one to four cases each between two alternatives, in the order of `numbers`; nobody before `rare` has the
/// attribute z.
fn table(numbers: &[u64], rare: u64) -> Table {
    let names = ["who", "choice", "x", "z"];
    let mut columns: [Vec<f64>; 4] = Default::default();
    for &who in numbers {
        let mut stream = Seed::new(3).stream(who);
        for _ in 0..1 + who % 4 {
            let x = 4.0 * stream.open01() - 2.0;
            let z = if who < rare { 0.0 } else { stream.open01() };
            let utility = 0.8 * x + 0.5 + stream.gumbel() - stream.gumbel();
            let cells = [who as f64, if utility > 0.0 { 1.0 } else { 2.0 }, x, z];
            columns
                .iter_mut()
                .zip(cells)
                .for_each(|(column, cell)| column.push(cell));
        }
    }
    Table {
        source: Source {
            name: "trips.csv".to_owned(),
            first_row: 2,
        },
        n_rows: columns[0].len(),
        all_names: names.map(str::to_owned).to_vec(),
        columns: names
            .iter()
            .zip(columns)
            .map(|(name, cells)| Column {
                name: (*name).to_owned(),
                values: Values::Number(cells.into()),
            })
            .collect(),
    }
}

fn schema(panel: bool) -> Schema {
    let mut schema = Schema::wide("choice").alternative("a", 1).alternative("b", 2);
    schema.decision_maker = panel.then(|| "who".to_owned());
    schema
}

fn data(numbers: &[u64]) -> ChoiceData {
    ChoiceData::new(table(numbers, 0), &schema(true), &Uses::default()).unwrap()
}

fn specification() -> Specification {
    Specification::new()
        .parameter("asc", 0.0)
        .parameter("b", 0.0)
        .utility("a", parameter("asc") + parameter("b") * column("x"))
}

fn options(number: usize) -> FoldOptions {
    FoldOptions {
        number,
        seed: 7,
        optimiser: logsum_estimate::Options::default(),
        interrupt: Arc::default(),
    }
}

use std::sync::Arc;

fn fitted(specification: &Specification, data: &ChoiceData) -> Fit {
    let model = Model::bind(specification, data).unwrap();
    model.fit(&FitOptions::default(), None).unwrap()
}

/// The fold of each person.
fn by_person(data: &ChoiceData, of_case: &[u32]) -> HashMap<u64, u32> {
    let Values::Number(who) = &data
        .columns()
        .iter()
        .find(|column| column.name == "who")
        .unwrap()
        .values
    else {
        panic!("persons are numbers");
    };
    let mut folds = HashMap::new();
    for (case, &fold) in of_case.iter().enumerate() {
        let earlier = folds.insert(who[case] as u64, fold);
        assert!(earlier.is_none_or(|earlier| earlier == fold), "a person is in one fold");
    }
    folds
}

#[test]
fn every_person_is_in_one_fold_whatever_the_order_of_the_file() {
    let numbers: Vec<u64> = (1..=103).collect();
    let ascending = data(&numbers);
    let found = by_person(&ascending, &folds(&ascending, 10, 1).unwrap());
    assert_eq!(found.len(), 103);
    let mut sizes = [0; 10];
    found.values().for_each(|fold| sizes[*fold as usize] += 1);
    assert_eq!(sizes.iter().sum::<i32>(), 103);
    assert!(sizes.iter().all(|size| *size == 10 || *size == 11), "{sizes:?}");
    let mut turned = numbers.clone();
    turned.reverse();
    let descending = data(&turned);
    assert_eq!(by_person(&descending, &folds(&descending, 10, 1).unwrap()), found);
    assert_ne!(
        by_person(&ascending, &folds(&ascending, 10, 2).unwrap()),
        found,
        "another seed"
    );
}

#[test]
fn a_part_of_the_persons_is_held_out_whole() {
    let numbers: Vec<u64> = (1..=50).collect();
    let data = data(&numbers);
    let out = held_out(&data, 0.2, 1).unwrap();
    let as_folds: Vec<u32> = out.iter().map(|out| u32::from(*out)).collect();
    let persons = by_person(&data, &as_folds);
    assert_eq!(persons.values().filter(|side| **side == 1).count(), 10);
}

#[test]
fn splits_that_are_none() {
    let data = data(&[1, 2, 3]);
    let said = |error: ValidationError| error.to_string();
    assert_eq!(
        said(held_out(&data, 1.0, 1).unwrap_err()),
        "--holdout 1; it is a part of the decision makers between 0 and 1, such as 0.2"
    );
    assert!(held_out(&data, f64::NAN, 1).is_err() && held_out(&data, 0.0, 1).is_err());
    assert_eq!(
        said(held_out(&data, 0.1, 1).unwrap_err()),
        "--holdout 0.1 of 3 decision makers leaves nobody to hold out; hold out more"
    );
    assert_eq!(
        said(held_out(&data, 0.9, 1).unwrap_err()),
        "--holdout 0.9 of 3 decision makers leaves nobody to estimate on; hold out fewer"
    );
    assert_eq!(
        said(folds(&data, 4, 1).unwrap_err()),
        "--folds 4: there are 3 decision makers, and each fold needs one; take fewer folds"
    );
    assert_eq!(
        said(folds(&data, 1, 1).unwrap_err()),
        "--folds 1; there are 2 or more of them, and 5 or 10 are usual"
    );
}

/// Against estimations of each fold written out, from a cold start.
#[test]
fn folds_are_estimations_without_one_part() {
    let numbers: Vec<u64> = (1..=120).collect();
    let (specification, data) = (specification(), data(&numbers));
    let fit = fitted(&specification, &data);
    let calls = AtomicUsize::new(0);
    let done = || {
        calls.fetch_add(1, Relaxed);
    };
    let found = cross_validate(&specification, &data, None, &fit, &options(5), &done).unwrap();
    assert_eq!((calls.into_inner(), found.folds.len(), found.left_out), (5, 5, 0));
    assert!((found.in_sample.log_likelihood - fit.log_likelihood).abs() < 1e-9);
    let of_case = folds(&data, 5, 7).unwrap();
    let mut held = Vec::new();
    for (number, fold) in found.folds.iter().enumerate() {
        let without: Vec<bool> = of_case.iter().map(|of| *of as usize != number).collect();
        let within: Vec<bool> = without.iter().map(|without| !without).collect();
        let cold = fitted(&specification, &data.select(&without));
        let theta: Vec<f64> = cold.parameters.iter().map(|estimate| estimate.estimate).collect();
        let out = data.select(&within);
        // Written out: ln P of the chosen of two alternatives.
        let Values::Number(x) = &out.columns().iter().find(|column| column.name == "x").unwrap().values else {
            panic!("x is numbers");
        };
        let ln_probability = |case: usize| {
            let utility = theta[0] + theta[1] * x[case];
            let sign = if out.ranking(case).unwrap().best[0] == 0 {
                -1.0
            } else {
                1.0
            };
            -(sign * utility).exp().ln_1p()
        };
        let log_likelihood: f64 = (0..out.n_cases()).map(ln_probability).sum();
        let score = fold.held_out.as_ref().unwrap();
        // Two ends of a Newton path, each good to 1e-9 of a criterion.
        assert!((score.log_likelihood - log_likelihood).abs() < 1e-5, "{number}");
        assert!((score.log_likelihood_per_case - log_likelihood / out.n_cases() as f64).abs() < 1e-7);
        assert!((score.measures.log_score.unwrap() - score.log_likelihood_per_case).abs() < 1e-12);
        let estimation = fold.estimation_log_likelihood_per_case.unwrap();
        assert!((estimation - cold.log_likelihood / cold.n_cases as f64).abs() < 1e-7);
        assert_eq!((fold.fold, fold.n_cases), (number + 1, out.n_cases()));
        held.push(score.log_likelihood_per_case);
    }
    let mean = held.iter().sum::<f64>() / 5.0;
    let squares: f64 = held.iter().map(|value| (value - mean) * (value - mean)).sum();
    let means = found.means.log_likelihood_per_case.unwrap();
    assert!((means.mean - mean).abs() < 1e-12);
    assert!((means.std_error.unwrap() - (squares / 20.0).sqrt()).abs() < 1e-12);
    // The same in one thread.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = pool.install(|| cross_validate(&specification, &data, None, &fit, &options(5), &|| {}));
    assert_eq!(again.unwrap(), found);
}

/// An attribute that one person alone has: without that person's fold it says nothing.
#[test]
fn a_fold_that_identifies_less_is_said_and_left_out() {
    let numbers: Vec<u64> = (1..=60).map(|number| if number == 60 { 63 } else { number }).collect();
    let specification = specification()
        .parameter("b_z", 0.0)
        .utility("b", parameter("b_z") * column("z"));
    let data = ChoiceData::new(table(&numbers, 63), &schema(true), &specification.uses()).unwrap();
    let fit = fitted(&specification, &data);
    let found = cross_validate(&specification, &data, None, &fit, &options(4), &|| {}).unwrap();
    assert_eq!(found.left_out, 1, "{found:?}");
    let lost = found.folds.iter().find(|fold| fold.held_out.is_none()).unwrap();
    let problem = lost.problem.as_deref().unwrap();
    assert!(
        !lost.converged && problem.contains("\"b_z\" is not identified"),
        "{problem}"
    );
    assert!(found.means.log_likelihood_per_case.unwrap().std_error.is_some());
}

/// Without a panel every case is a decision maker.
#[test]
fn cases_are_decision_makers_where_there_are_no_others() {
    let data = ChoiceData::new(table(&[1, 2, 3], 0), &schema(false), &Uses::default()).unwrap();
    let mut of_case = folds(&data, 9, 1).unwrap();
    of_case.sort_unstable();
    assert_eq!(of_case, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
}
