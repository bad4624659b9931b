//! What must not change results, to the last bit or up to the order of sums.

use logsum_data::Table;
use logsum_estimate::{LogLikelihood, Order};

use super::*;
use crate::model::tests::bits::on_threads;
use crate::model::tests::parts::slice;
use crate::model::{Binder, Model};
use crate::testing::{data, subset, wide_table};

fn model_with(method: DrawMethod, number: usize) -> Specification {
    let cost = with(random("b_cost", Shape::Lognormal), &[("sign", "-1")]);
    mixed_model(&[], [random("b_time", Shape::Normal), cost]).draws(plan(method, number))
}

type Bits = (u64, Vec<u64>, Vec<u64>, Vec<u64>, Vec<u64>);

/// Everything that comes of a model.
fn all_of(model: &Model<'_>, theta: &[f64]) -> Bits {
    let bits = |values: &mut dyn Iterator<Item = &f64>| values.map(|value| value.to_bits()).collect::<Vec<u64>>();
    let evaluation = model.evaluate(theta, Order::Hessian).unwrap();
    let mut scores = Vec::new();
    model
        .visit_scores(theta, &mut |_, score| scores.extend_from_slice(score))
        .unwrap();
    let mixture = model.mixture().unwrap();
    let products = model.simulated_products(mixture, &mixture.draws, theta).unwrap();
    (
        evaluation.log_likelihood.to_bits(),
        bits(&mut evaluation.score.iter()),
        bits(&mut evaluation.hessian.iter()),
        bits(&mut scores.iter()),
        bits(&mut products.iter()),
    )
}

/// Where each person's cases begin, and the end.
fn persons(table: &Table) -> Vec<usize> {
    let column = table.columns.iter().find(|column| column.name == "person").unwrap();
    let logsum_data::Values::Number(person) = &column.values else {
        panic!("numbers");
    };
    let mut starts: Vec<usize> = (0..table.n_rows)
        .filter(|&row| row == 0 || person[row] != person[row - 1])
        .collect();
    starts.push(table.n_rows);
    starts
}

#[test]
fn threads() {
    let within = mixed_model(
        &[],
        [
            random("b_time", Shape::Normal),
            from_case_to_case(random("b_cost", Shape::Normal)),
        ],
    );
    let within = within.draws(DrawPlan {
        number_within: 3,
        ..plan(DrawMethod::Mlhs, 40)
    });
    for specification in [
        model_with(DrawMethod::Halton, 100),
        model_with(DrawMethod::Sobol, 33),
        within,
    ] {
        let data = data(wide_table(300, 1), &panel(), &specification);
        let theta = near_start(&specification, 1);
        let work = || all_of(&bind(&specification, &data), &theta);
        let one = on_threads(1, work);
        for threads in [2, 5] {
            assert!(on_threads(threads, work) == one, "{threads} threads");
        }
    }
}

#[test]
fn a_whole_fit_on_any_number_of_threads() {
    let specification = model_with(DrawMethod::Mlhs, 64);
    let data = data(wide_table(200, 2), &panel(), &specification);
    let model = bind(&specification, &data);
    let work = || {
        let mut fit = model.fit(&crate::estimation::FitOptions::default(), None).unwrap();
        fit.elapsed_seconds = Default::default();
        fit
    };
    assert_eq!(on_threads(1, work), on_threads(3, work));
}

#[test]
fn data_that_come_in_parts() {
    let table = wide_table(80, 5);
    let starts = persons(&table);
    for method in [DrawMethod::Halton, DrawMethod::Random] {
        let specification = model_with(method, 50);
        let theta = near_start(&specification, 2);
        let whole = data(table.clone(), &panel(), &specification);
        let expected = all_of(&bind(&specification, &whole), &theta);
        for cuts in [
            vec![0, 1, 7, starts.len() - 1],
            vec![0, starts.len() - 2, starts.len() - 1],
        ] {
            let mut binder = Binder::new(&specification);
            for bounds in cuts.windows(2) {
                let part = slice(&table, starts[bounds[0]]..starts[bounds[1]]);
                binder.add(data(part, &panel(), &specification)).unwrap();
            }
            assert!(
                all_of(&binder.finish().unwrap(), &theta) == expected,
                "{method:?}, {cuts:?}"
            );
        }
    }
}

/// Draws of more decision makers than are kept in memory are generated on their way.
#[test]
fn draws_that_are_kept_or_not() {
    let table = wide_table(110, 5);
    let starts = persons(&table);
    assert!(starts.len() > 40);
    // 40 decision makers with 2 dimensions: more than 64 MiB, with some blocks that are full and some that are not.
    for method in [DrawMethod::Mlhs, DrawMethod::Random] {
        let specification = model_with(method, 110_021);
        let theta = near_start(&specification, 2);
        let scores = |persons: std::ops::Range<usize>| {
            let data = data(
                slice(&table, starts[persons.start]..starts[persons.end]),
                &panel(),
                &specification,
            );
            let mut scores = Vec::new();
            bind(&specification, &data)
                .visit_scores(&theta, &mut |_, score| scores.push(score.to_vec()))
                .unwrap();
            scores
        };
        let all = scores(0..40);
        assert_eq!(scores(0..2), all[..2], "{method:?}");
        assert_eq!(scores(17..19), all[17..19], "{method:?}");
    }
}

#[test]
fn the_order_of_decision_makers() {
    let table = wide_table(60, 8);
    let starts = persons(&table);
    let order = Random::new(3).permutation(starts.len() - 1);
    let rows: Vec<usize> = order
        .iter()
        .flat_map(|&person| starts[person]..starts[person + 1])
        .collect();
    let other = subset(&table, &rows);
    for (_, method) in DrawMethod::NAMES {
        let number = if method == DrawMethod::Quadrature { 6 } else { 40 };
        let specification = model_with(method, number);
        let theta = near_start(&specification, 2);
        let [one, other] = [&table, &other].map(|table| {
            let data = data(table.clone(), &panel(), &specification);
            evaluate_at(&specification, &data, &theta)
        });
        if method == DrawMethod::Halton {
            // Stretches of the sequence go to whoever comes first.
            assert!((one.log_likelihood - other.log_likelihood).abs() > 1e-6);
        } else {
            assert_same(&one, &other, 1e-13, method.name());
        }
    }
}

/// Somebody's draws are the same in a part of the data.
#[test]
fn a_subset_of_decision_makers() {
    let table = wide_table(60, 8);
    let starts = persons(&table);
    let specification = model_with(DrawMethod::ScrambledHalton, 40);
    let theta = near_start(&specification, 2);
    let scores = |rows: std::ops::Range<usize>| {
        let data = data(slice(&table, rows), &panel(), &specification);
        let mut scores = Vec::new();
        bind(&specification, &data)
            .visit_scores(&theta, &mut |_, score| scores.push(score.to_vec()))
            .unwrap();
        scores
    };
    assert_eq!(scores(starts[5]..starts[9]), scores(0..60)[5..9]);
}
