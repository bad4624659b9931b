//! Cases that stand before the same choice share a lane: nothing but rounding tells.

use logsum_data::{ChoiceData, Layout, Schema, Table, Values};
use logsum_estimate::{LogLikelihood, Order};

use super::twin::assert_twins;
use super::{assert_near, bind};
use crate::estimation::FitOptions;
use crate::inference::CovarianceKind;
use crate::model::segment::Group;
use crate::model::{Binder, Model};
use crate::specification::Specification;
use crate::testing::{
    LONG, Random, WIDE, data, expression, long_table, numbers, specification, subset, wide_schema, wide_table,
};

fn replace(table: &mut Table, name: &str, cells: Vec<f64>) {
    let column = table.columns.iter_mut().find(|column| column.name == name).unwrap();
    *column = numbers(name, cells);
}

fn cells<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    match &table.column(name).unwrap().values {
        Values::Number(cells) => cells,
        Values::Text(_) => unreachable!(),
    }
}

/// `n` cases out of few situations, each with an outcome, a weight and a person of its own.
fn wide_again(n: usize, seed: u64) -> Table {
    let mut random = Random::new(seed);
    let rows: Vec<usize> = (0..n).map(|_| random.below(40)).collect();
    let mut table = subset(&wide_table(40, seed), &rows);
    let open = [None, Some("av_b"), Some("av_c")];
    let mut choice = Vec::new();
    for row in 0..n {
        choice.push(loop {
            let code = random.below(3);
            if open[code].is_none_or(|name| cells(&table, name)[row] == 1.0) {
                break code as f64;
            }
        });
    }
    replace(&mut table, "choice", choice);
    replace(
        &mut table,
        "w",
        (0..n)
            .map(|row| if row % 50 == 7 { 0.0 } else { random.between(0.2, 2.0) })
            .collect(),
    );
    replace(&mut table, "person", (0..n).map(|row| (row / 3) as f64).collect());
    table
}

fn long_again(n: usize, seed: u64) -> Table {
    let mut random = Random::new(seed);
    let few = long_table(25, seed);
    let of_row = cells(&few, "case");
    let (mut rows, mut case, mut choice, mut count) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for at in 0..n {
        let situation = random.below(25) as f64;
        let own: Vec<usize> = (0..few.n_rows).filter(|&row| of_row[row] == situation).collect();
        let chosen = random.below(own.len());
        for (position, row) in own.into_iter().enumerate() {
            rows.push(row);
            case.push(at as f64);
            choice.push(f64::from(u8::from(position == chosen)));
            count.push(random.below(3) as f64 + f64::from(u8::from(position == chosen)));
        }
    }
    let mut table = subset(&few, &rows);
    replace(
        &mut table,
        "person",
        case.iter().map(|case| (case / 4.0).floor()).collect(),
    );
    replace(&mut table, "case", case);
    replace(&mut table, "choice", choice);
    replace(&mut table, "count", count);
    table
}

fn apart<'a>(specification: &Specification, data: &'a ChoiceData) -> Model<'a> {
    let mut binder = Binder::new(specification).without_compression();
    binder.lend(data).unwrap();
    let mut model = binder.finish().unwrap();
    model.data = Some(data);
    model
}

/// Lanes and cases.
fn lanes(model: &Model<'_>) -> (usize, usize) {
    let mut n = (0, 0);
    for index in 0..model.blocks.segments.len() {
        let visited = model.blocks.segments.visit(index, |segment| {
            for group in &segment.groups {
                n.1 += group.cases().len();
                n.0 += match group {
                    Group::Wide(group) => group.n_lanes(),
                    Group::Tall(group) => group.cases.len(),
                };
            }
            Ok(())
        });
        visited.unwrap();
    }
    n
}

fn samples() -> Vec<(Specification, ChoiceData)> {
    let wide = specification(WIDE.0, WIDE.1);
    let long = specification(LONG.0, LONG.1);
    let mut samples = Vec::new();
    for (seed, n) in [(1, 60), (2, 1000), (3, 3001)] {
        for schema in [wide_schema(), wide_schema().weight(expression("w"))] {
            let schema = schema.decision_maker("person");
            samples.push((wide.clone(), data(wide_again(n, seed), &schema, &wide)));
        }
        for counts in [false, true] {
            let schema = Schema::of(Layout::Long {
                case: "case".to_owned(),
                alternative: Some("alt".to_owned()),
                choice: if counts { "count" } else { "choice" }.to_owned(),
                counts,
            });
            let schema = schema.weight(expression("w")).decision_maker("person");
            samples.push((long.clone(), data(long_again(n, seed), &schema, &long)));
        }
    }
    samples
}

#[test]
fn values_and_scores() {
    for (seed, (specification, data)) in samples().into_iter().enumerate() {
        let (together, alone) = (
            lanes(&bind(&specification, &data)),
            lanes(&apart(&specification, &data)),
        );
        assert_eq!(together.1, alone.1);
        assert_eq!(alone.0, data.n_cases());
        if data.n_cases() >= 1000 {
            assert!(4 * together.0 < data.n_cases(), "{together:?}");
        }
        assert_twins(&specification, &data, seed as u64);
    }
    let specification = specification(WIDE.0, WIDE.1);
    let different = data(wide_table(500, 4), &wide_schema(), &specification);
    assert_eq!(lanes(&bind(&specification, &different)), (500, 500));
}

#[test]
fn predictions_and_what_the_diagnosis_sees() {
    for (specification, data) in samples() {
        let (together, alone) = (bind(&specification, &data), apart(&specification, &data));
        let theta: Vec<f64> = (0..together.start().len()).map(|k| 0.3 - 0.2 * k as f64).collect();
        assert_eq!(together.predict(&theta).unwrap(), alone.predict(&theta).unwrap());
        assert_eq!(together.utilities(&theta).unwrap(), alone.utilities(&theta).unwrap());
        let seen = |model: &Model<'_>| {
            let mut seen = Vec::new();
            model
                .each_case(&theta, |case| {
                    seen.push((case.case, case.chosen.to_vec(), case.gradients.to_vec()))
                })
                .unwrap();
            seen.sort_by_key(|(case, ..)| *case);
            seen
        };
        assert!(seen(&together) == seen(&alone));
    }
}

#[test]
fn estimates_and_standard_errors() {
    for (specification, data) in samples().into_iter().filter(|(_, data)| data.n_cases() == 1000) {
        let options = FitOptions {
            covariance: CovarianceKind::Clustered(vec!["person".to_owned()]),
            ..FitOptions::default()
        };
        let left = bind(&specification, &data).fit(&options, None).unwrap();
        let right = apart(&specification, &data).fit(&options, None).unwrap();
        assert!(left.converged && right.converged);
        assert_near(left.log_likelihood, right.log_likelihood, 1e-13, 0.0);
        for (left, right) in left.parameters.iter().zip(&right.parameters) {
            assert_near(left.estimate, right.estimate, 1e-9, 1.0);
            assert_near(left.std_error.unwrap(), right.std_error.unwrap(), 1e-9, 0.0);
        }
        let robust = |fit: &crate::fit::Fit| fit.covariance.robust.clone().unwrap();
        for (left, right) in robust(&left).iter().flatten().zip(robust(&right).iter().flatten()) {
            assert_near(*left, *right, 1e-8, 1e-4);
        }
    }
}

#[test]
fn utilities_that_are_not_linear() {
    let specification = specification(
        &[("asc", 0.3), ("b", -0.7), ("vtt", 0.6), ("lambda", 0.4)],
        &[
            ("a", "b * (cost_a + vtt * boxcox(time_a / 10, lambda))"),
            ("b", "asc + b * (cost_b + vtt * boxcox(time_b / 10, lambda))"),
            ("c", "b * cost_c / (1 + vtt ^ 2)"),
        ],
    );
    let schema = wide_schema().weight(expression("w"));
    let data = data(wide_again(1500, 9), &schema, &specification);
    let (together, alone) = (bind(&specification, &data), apart(&specification, &data));
    assert!(lanes(&together).0 < 200);
    let theta = together.start();
    let (left, right) = (
        together.evaluate(&theta, Order::Hessian).unwrap(),
        alone.evaluate(&theta, Order::Hessian).unwrap(),
    );
    assert_near(left.log_likelihood, right.log_likelihood, 1e-13, 0.0);
    for (left, right) in left
        .score
        .iter()
        .chain(&left.hessian)
        .zip(right.score.iter().chain(&right.hessian))
    {
        assert_near(*left, *right, 1e-12, 1500.0);
    }
    let scores = |model: &Model<'_>| {
        let mut scores = Vec::new();
        model
            .visit_scores(&theta, &mut |_, score| scores.extend_from_slice(score))
            .unwrap();
        scores
    };
    for (left, right) in scores(&together).iter().zip(scores(&alone)) {
        assert_near(*left, right, 1e-13, 1.0);
    }
}

#[test]
fn constants_alone_need_one_lane_for_each_choice_set() {
    let specification = specification(&[("asc_b", 0.0), ("asc_c", 0.0)], &[("b", "asc_b"), ("c", "asc_c")]);
    let data = data(wide_table(900, 3), &wide_schema(), &specification);
    assert_eq!(
        lanes(&bind(&specification, &data)).0,
        bind(&specification, &data).blocks.sets.len()
    );
    assert_twins(&specification, &data, 3);
}

/// Situations too many to meet each other again among a thousand decision makers often: segments grow.
#[test]
fn segments_of_repeated_situations_are_larger() {
    let specification = specification(WIDE.0, WIDE.1);
    let mut random = Random::new(17);
    let few = wide_table(900, 17);
    let rows: Vec<usize> = (0..20_000).map(|_| random.below(900)).collect();
    let data = data(subset(&few, &rows), &wide_schema(), &specification);
    let together = bind(&specification, &data);
    let mut n_lanes = 0;
    for index in 0..together.blocks.segments.len() {
        let visited = together.blocks.segments.visit(index, |segment| {
            n_lanes += segment
                .groups
                .iter()
                .map(|group| match group {
                    Group::Wide(group) => group.n_lanes(),
                    Group::Tall(_) => unreachable!("three alternatives"),
                })
                .sum::<usize>();
            Ok(())
        });
        visited.unwrap();
    }
    assert_eq!(together.blocks.segments.len(), 4, "1,024, twice 8,192, the rest");
    assert!(n_lanes < 4 * 900, "{n_lanes} lanes for 20,000 cases");
    let fit = together.fit(&FitOptions::default(), None).unwrap();
    let expected = apart(&specification, &data).fit(&FitOptions::default(), None).unwrap();
    for (left, right) in fit.parameters.iter().zip(&expected.parameters) {
        assert_near(left.estimate, right.estimate, 1e-10, 1e-3);
        assert_near(left.std_error.unwrap(), right.std_error.unwrap(), 1e-10, 1e-3);
    }
}
