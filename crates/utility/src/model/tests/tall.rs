//! Groups whose lanes are the slots of one case: against the plain loop, and against what they must not depend on.

use logsum_data::{ChoiceData, Layout, Schema, Table, Values};
use logsum_estimate::{LogLikelihood, Order};

use super::twin::assert_twins;
use super::{assert_near, bind};
use crate::model::segment::Group;
use crate::model::{Binder, Model, Storage};
use crate::specification::Specification;
use crate::testing::{
    Random, data, expression, numbers, plain_ln_probabilities, plain_utilities, situations, specification, subset,
    table,
};

/// A row per alternative, 12 to 40 of 60 for each case; `z` belongs to the case, `count` is for counts.
fn ragged_table(n_cases: usize, seed: u64) -> Table {
    let mut random = Random::new(seed);
    let names = ["case", "alt", "choice", "x", "y", "z", "count", "w", "person"];
    let mut cells = vec![Vec::new(); names.len()];
    for case in 0..n_cases {
        let mut offered: Vec<usize> = random.permutation(60)[..12 + random.below(29)].to_vec();
        offered.sort_unstable();
        let (z, w) = (random.normal(), random.between(0.2, 2.0));
        let chosen = random.below(offered.len());
        for (position, &alternative) in offered.iter().enumerate() {
            let row = [
                case as f64,
                alternative as f64 + 1.0,
                f64::from(u8::from(position == chosen)),
                random.normal(),
                random.between(0.1, 3.0),
                z,
                random.below(3) as f64 + f64::from(u8::from(position == chosen)),
                w * f64::from(u8::from(case % 11 != 3)),
                (case / 3) as f64,
            ];
            cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
    }
    let columns = names.iter().zip(cells);
    table(columns.map(|(name, cells)| numbers(name, cells)).collect())
}

fn long(labelled: bool, counts: bool) -> Schema {
    Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: labelled.then(|| "alt".to_owned()),
        choice: if counts { "count" } else { "choice" }.to_owned(),
        counts,
    })
}

/// What stands in all alternatives, in some, in one, for the case and for the alternative; offsets of each kind.
fn labelled(table: &Table) -> Specification {
    let Values::Number(codes) = &table.column("alt").unwrap().values else {
        unreachable!()
    };
    let own: Vec<(String, String)> = (2..=60)
        .filter(|&alternative| codes.contains(&f64::from(alternative)))
        .map(|alternative| {
            let utility = match alternative % 6 {
                0 => format!("asc_{}", alternative % 4),
                1 => "b_z * z + 0.3".to_owned(),
                2 => "asc_2 + b_own * y * 2 + z / 4".to_owned(),
                3 => "b_some * (x + 10)".to_owned(),
                4 => "b_some * y + asc_3".to_owned(),
                _ => "0.2 * y".to_owned(),
            };
            (alternative.to_string(), utility)
        })
        .collect();
    let mut utilities = vec![("all", "b_x * x + b_y * (y + z)")];
    utilities.extend(own.iter().map(|(name, utility)| (name.as_str(), utility.as_str())));
    specification(
        &[
            ("b_x", 0.3),
            ("asc_2", 0.1),
            ("b_y", -0.2),
            ("b_z", 0.2),
            ("asc_0", 0.3),
            ("b_own", 0.1),
            ("b_some", -0.1),
            ("asc_3", 0.4),
        ],
        &utilities,
    )
}

fn unlabelled() -> Specification {
    specification(
        &[("b_x", 0.4), ("b_y", -0.3), ("b_yz", 0.2)],
        &[("all", "b_x * x + b_y * y + b_yz * y * z + x / 3")],
    )
}

fn n_tall(model: &Model<'_>) -> usize {
    let mut n = 0;
    for index in 0..model.blocks.segments.len() {
        let visited = model.blocks.segments.visit(index, |segment| {
            let tall = segment.groups.iter().filter(|group| matches!(group, Group::Tall(_)));
            n += tall.map(|group| group.cases().len()).sum::<usize>();
            Ok(())
        });
        visited.unwrap();
    }
    n
}

fn samples() -> Vec<(Specification, ChoiceData)> {
    let mut samples = Vec::new();
    for (seed, n_cases) in [1, 2, 9, 70].into_iter().enumerate() {
        for (has_labels, counts) in [(true, false), (true, true), (false, false), (false, true)] {
            let table = ragged_table(n_cases, seed as u64);
            let specification = if has_labels { labelled(&table) } else { unlabelled() };
            let plain = long(has_labels, counts);
            let weighted = plain.clone().weight(expression("w")).decision_maker("person");
            for schema in [plain, weighted] {
                let data = data(table.clone(), &schema, &specification);
                samples.push((specification.clone(), data));
            }
        }
    }
    samples
}

#[test]
fn linear_utilities() {
    let mut seen = 0;
    for (seed, (specification, data)) in samples().into_iter().enumerate() {
        seen += n_tall(&bind(&specification, &data));
        assert_twins(&specification, &data, seed as u64);
    }
    assert!(seen > 500, "{seen} cases are tall");
}

#[test]
fn predictions() {
    for (specification, data) in samples() {
        let model = bind(&specification, &data);
        let theta = model.start();
        let utilities = plain_utilities(&specification, &data, &theta);
        let ln_probabilities = plain_ln_probabilities(&data, &utilities);
        let prediction = model.predict(&theta).unwrap();
        for (found, expected) in model.utilities(&theta).unwrap().iter().zip(&utilities) {
            assert_near(*found, *expected, 1e-14, 1.0);
        }
        for (found, expected) in prediction.probabilities.iter().zip(&ln_probabilities) {
            assert_near(*found, expected.exp(), 1e-13, 0.0);
        }
        for (case, logsum) in prediction.logsums.iter().enumerate() {
            let first = data.pairs(case).start;
            assert_near(*logsum, utilities[first] - ln_probabilities[first], 1e-13, 1.0);
        }
    }
    let table = ragged_table(20, 3);
    let specification = labelled(&table);
    let nothing_chosen = situations(table, &long(true, false), &specification);
    let model = bind(&specification, &nothing_chosen);
    assert!(n_tall(&model) > 10);
    let utilities = plain_utilities(&specification, &nothing_chosen, &model.start());
    for (found, expected) in model.utilities(&model.start()).unwrap().iter().zip(&utilities) {
        assert_near(*found, *expected, 1e-14, 1.0);
    }
}

#[test]
fn derivatives_for_the_diagnosis() {
    for (specification, data) in samples() {
        let model = bind(&specification, &data);
        let k = model.start().len();
        let utilities = |theta: &[f64]| plain_utilities(&specification, &data, theta);
        let at_zero = utilities(&vec![0.0; k]);
        let derivatives: Vec<Vec<f64>> = (0..k)
            .map(|at| {
                let mut unit = vec![0.0; k];
                unit[at] = 1.0;
                utilities(&unit)
                    .iter()
                    .zip(&at_zero)
                    .map(|(unit, zero)| unit - zero)
                    .collect()
            })
            .collect();
        let mut expected = vec![0.0; k * k];
        for case in (0..data.n_cases()).filter(|&case| data.weights().is_none_or(|weights| weights[case] > 0.0)) {
            let pairs = data.pairs(case);
            let mean = |at: usize| derivatives[at][pairs.clone()].iter().sum::<f64>() / pairs.len() as f64;
            for (row, column) in (0..k).flat_map(|row| (0..k).map(move |column| (row, column))) {
                let (first, second) = (mean(row), mean(column));
                for pair in pairs.clone() {
                    expected[row * k + column] +=
                        (derivatives[row][pair] - first) * (derivatives[column][pair] - second);
                }
            }
        }
        for (found, expected) in model.gram(&model.start()).unwrap().iter().zip(&expected) {
            assert_near(*found, *expected, 1e-12, data.n_pairs() as f64);
        }
        let mut seen = Vec::new();
        model
            .each_case(&model.start(), |case| {
                let first = data.pairs(case.case).start;
                let chosen = data.pairs(case.case).filter(|&pair| match data.outcome() {
                    logsum_data::Outcome::Counts(counts) => counts[pair] > 0.0,
                    logsum_data::Outcome::Chosen(chosen) => chosen[case.case] as usize == pair - first,
                    logsum_data::Outcome::None => unreachable!(),
                });
                assert!(case.chosen.iter().map(|slot| first + slot).eq(chosen));
                seen.push(case.case);
            })
            .unwrap();
        seen.sort_unstable();
        assert!(
            seen.into_iter()
                .eq((0..data.n_cases()).filter(|&case| data.weights().is_none_or(|weights| weights[case] > 0.0)))
        );
    }
}

#[test]
fn utilities_that_are_not_linear() {
    let specification = specification(
        &[("b_x", 0.4), ("b", -0.7), ("lambda", 0.4), ("scale", 0.3)],
        &[("all", "b_x * x + b * boxcox(y, lambda) * exp(scale * z) + z * x / 3")],
    );
    let table = ragged_table(60, 5);
    for counts in [false, true] {
        let schema = long(false, counts).weight(expression("w"));
        let all = data(table.clone(), &schema, &specification);
        let model = bind(&specification, &all);
        assert!(n_tall(&model) > 10);
        let theta = model.start();
        let evaluation = model.evaluate(&theta, Order::Hessian).unwrap();
        assert_near(
            evaluation.log_likelihood,
            crate::testing::plain_value(&specification, &all, &theta),
            1e-12,
            0.0,
        );
        let score = model.evaluate(&theta, Order::Score).unwrap();
        assert_eq!(score.log_likelihood, evaluation.log_likelihood);
        assert_eq!(score.score, evaluation.score);
        let step = 1e-5;
        for k in 0..theta.len() {
            let along = |by: f64| {
                let mut theta = theta.clone();
                theta[k] += by;
                model.evaluate(&theta, Order::Score).unwrap()
            };
            let (up, down) = (along(step), along(-step));
            let slope = (up.log_likelihood - down.log_likelihood) / (2.0 * step);
            assert_near(evaluation.score[k], slope, 1e-7, 1.0);
            for l in 0..theta.len() {
                let slope = (up.score[l] - down.score[l]) / (2.0 * step);
                assert_near(evaluation.hessian[[k, l]], slope, 1e-7, 1.0);
            }
        }
        let mut sum = vec![0.0; theta.len()];
        model
            .visit_scores(&theta, &mut |_, score| {
                sum.iter_mut().zip(score).for_each(|(sum, score)| *sum += score)
            })
            .unwrap();
        for (sum, score) in sum.iter().zip(&evaluation.score) {
            assert_near(*sum, *score, 1e-12, evaluation.magnitude);
        }
        // Among many of its size a case has a lane, alone it is tall.
        let rows: Vec<usize> = (0..6).flat_map(|_| all.pairs(7)).collect();
        let at = all.pairs(7).len();
        let mut many = subset(&table, &rows);
        let case = many.columns.iter_mut().find(|column| column.name == "case").unwrap();
        *case = numbers("case", (0..6 * at).map(|row| (row / at) as f64));
        let many = data(many, &schema, &specification);
        let one = data(subset(&table, &rows[..at]), &schema, &specification);
        let (many, one) = (bind(&specification, &many), bind(&specification, &one));
        assert_eq!((n_tall(&many), n_tall(&one)), (0, 1));
        let (many, one) = (
            many.evaluate(&theta, Order::Hessian).unwrap(),
            one.evaluate(&theta, Order::Hessian).unwrap(),
        );
        assert_near(many.log_likelihood, 6.0 * one.log_likelihood, 1e-13, 0.0);
        for (many, one) in many.hessian.iter().zip(&one.hessian) {
            assert_near(*many, 6.0 * one, 1e-12, 1.0);
        }
    }
}

#[test]
fn what_is_undefined_is_named() {
    let specification = specification(&[("b", 1.0)], &[("all", "b * x + log(y + b)")]);
    let schema = long(false, false);
    let data = data(ragged_table(3, 6), &schema, &specification);
    let model = bind(&specification, &data);
    assert!(n_tall(&model) > 0);
    let error = model.evaluate(&[-5.0], Order::Score).unwrap_err().to_string();
    assert!(
        error.contains("a utility is not a finite number at choices.csv, row "),
        "{error}"
    );
    let error = model.utilities(&[-5.0]).unwrap_err().to_string();
    assert!(
        error.contains("a utility is not a finite number at choices.csv, row "),
        "{error}"
    );
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let table = ragged_table(2600, 7);
    let specification = labelled(&table);
    let data = data(table, &long(true, false), &specification);
    let model = bind(&specification, &data);
    assert!(model.blocks.segments.len() > 2);
    let work = || model.evaluate(&model.start(), Order::Hessian).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(work)
    };
    let one = on(1);
    for threads in [2, 3] {
        let found = on(threads);
        assert_eq!(found.log_likelihood.to_bits(), one.log_likelihood.to_bits());
        assert_eq!((found.score, found.hessian), (one.score.clone(), one.hessian.clone()));
    }
}

#[test]
fn parts_on_disk_or_not_give_the_same_bits_as_the_whole() {
    let specification = unlabelled();
    let table = ragged_table(60, 8);
    let Values::Number(cases) = &table.column("case").unwrap().values else {
        unreachable!()
    };
    let schema = long(false, false).weight(expression("w"));
    let whole = data(table.clone(), &schema, &specification);
    let expected = bind(&specification, &whole);
    let theta = expected.start();
    let expected = expected.evaluate(&theta, Order::Hessian).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for memory in [usize::MAX, 0] {
        let mut binder = Binder::new(&specification).storage(Storage {
            memory,
            folder: folder.path().to_owned(),
        });
        for part in [0.0..1.0, 1.0..24.0, 24.0..60.0] {
            let rows: Vec<usize> = (0..table.n_rows).filter(|&row| part.contains(&cases[row])).collect();
            binder
                .add(data(subset(&table, &rows), &schema, &specification))
                .unwrap();
        }
        let model = binder.finish().unwrap();
        assert!(n_tall(&model) > 30);
        assert_eq!(model.segments_on_disk().0 > 0, memory == 0);
        let found = model.evaluate(&theta, Order::Hessian).unwrap();
        assert_eq!(found.log_likelihood.to_bits(), expected.log_likelihood.to_bits());
        assert_eq!(
            (found.score, found.hessian),
            (expected.score.clone(), expected.hessian.clone())
        );
    }
}
