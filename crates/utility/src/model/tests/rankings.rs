//! Rankings: the product over their stages by hand, and what must not change it.

use logsum_data::{ChoiceData, RankingSchema, Schema, Table, Values};
use logsum_estimate::{LogLikelihood, Order, check_derivatives};

use super::{assert_near, bind, estimates, evaluate, fit};
use crate::error::SpecificationError;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape, TasteDistribution, Varies};
use crate::specification::Specification;
use crate::testing::{
    LONG, Random, WIDE, data, expression, long_table, numbers, specification, wide_schema, wide_table,
};
use crate::{AlternativeSampling, CovarianceKind, FitOptions, Model, SampleSize, SamplingMethod};

/// Columns "first", "second", "third" of [`wide_table`] with a random order of what is available, each empty from some rank
/// on; the last is the worst, and never empty, if `best_worst`.
pub(super) fn ranked(n_cases: usize, seed: u64, best_worst: bool) -> Table {
    let mut table = wide_table(n_cases, seed);
    let cells = |name: &str| match &table.column(name).unwrap().values {
        Values::Number(cells) => cells.to_vec(),
        Values::Text(_) => unreachable!(),
    };
    let (av_b, av_c) = (cells("av_b"), cells("av_c"));
    let mut random = Random::new(seed);
    let mut columns = [const { Vec::new() }; 3];
    for case in 0..n_cases {
        let mut codes = vec![0.0];
        codes.extend((av_b[case] == 1.0).then_some(1.0));
        codes.extend((av_c[case] == 1.0).then_some(2.0));
        let order: Vec<f64> = random
            .permutation(codes.len())
            .into_iter()
            .map(|at| codes[at])
            .collect();
        let mut cells = [f64::NAN; 3];
        if best_worst {
            cells[2] = order[order.len() - 1];
            let best = &order[..order.len() - 1];
            cells[0] = best[0];
            if best.len() > 1 && random.between(0.0, 1.0) < 0.5 {
                cells[1] = best[1];
            }
        } else {
            let length = 1 + (random.between(0.0, 1.0) * order.len() as f64) as usize;
            cells[..length.min(order.len())].copy_from_slice(&order[..length.min(order.len())]);
        }
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
    for (name, cells) in ["first", "second", "third"].into_iter().zip(columns) {
        table.columns.push(numbers(name, cells));
        table.all_names.push(name.to_owned());
    }
    table
}

fn schema(best_worst: bool) -> Schema {
    let mut schema = wide_schema().ranking(RankingSchema {
        further: vec!["second".to_owned(), "third".to_owned()],
        best_worst,
        ..RankingSchema::default()
    });
    schema.layout = logsum_data::Layout::Wide {
        choice: logsum_data::WideChoice::Code("first".to_owned()),
    };
    schema
}

fn rankings(n_cases: usize, seed: u64, best_worst: bool) -> ChoiceData {
    let specification = specification(WIDE.0, WIDE.1);
    data(ranked(n_cases, seed, best_worst), &schema(best_worst), &specification)
}

/// A random coefficient of time.
fn mixed() -> Specification {
    let mut random = RandomCoefficient::new("b_time", Shape::Normal);
    if let TasteDistribution::Named { start, .. } = &mut random.distribution {
        *start = Some(0.6);
    }
    let draws = DrawPlan {
        method: DrawMethod::Sobol,
        number: DrawNumber::Number(64),
        ..DrawPlan::default()
    };
    specification(WIDE.0, WIDE.1).random(random).draws(draws).completed()
}

/// ln L of each case from its utilities, one stage after another.
fn by_hand(data: &ChoiceData, utilities: &[f64]) -> Vec<f64> {
    let of_case = |case: usize| {
        let of = &utilities[data.pairs(case)];
        let mut left: Vec<usize> = (0..of.len()).collect();
        let ranking = data.ranking(case).unwrap();
        let mut sum = 0.0;
        for (list, sign) in [(ranking.best, 1.0), (ranking.worst, -1.0)] {
            for &slot in list {
                let total: f64 = left.iter().map(|&k| (sign * of[k]).exp()).sum();
                sum += sign * of[slot as usize] - total.ln();
                left.retain(|&k| k != slot as usize);
            }
        }
        data.weights().map_or(1.0, |weights| weights[case]) * sum
    };
    (0..data.n_cases()).map(of_case).collect()
}

const THETA: [f64; 5] = [0.4, -0.3, -0.7, 0.2, 0.5];

#[test]
fn the_likelihood_is_the_product_over_stages() {
    let specification = specification(WIDE.0, WIDE.1);
    for best_worst in [false, true] {
        for weight in [false, true] {
            let mut schema = schema(best_worst);
            if weight {
                schema = schema.weight(expression("w"));
            }
            let data = data(ranked(150, 3, best_worst), &schema, &specification);
            let model = bind(&specification, &data);
            assert!(model.is_linear());
            let utilities = model.utilities(&THETA).unwrap();
            let expected = by_hand(&data, &utilities);
            let found = model.evaluate(&THETA, Order::Hessian).unwrap();
            assert_near(found.log_likelihood, expected.iter().sum(), 1e-12, 1.0);

            // A ranking is one case: its score is that of all stages.
            assert_eq!(model.n_units(), 150);
            let mut seen = Vec::new();
            let mut total = [0.0; 5];
            let mut visit = |case: usize, score: &[f64]| {
                seen.push(case);
                total.iter_mut().zip(score).for_each(|(total, score)| *total += score);
            };
            model.visit_scores(&THETA, &mut visit).unwrap();
            assert_eq!(seen, (0..150).collect::<Vec<_>>());
            for (total, score) in total.iter().zip(&found.score) {
                assert_near(*total, *score, 1e-11, 1.0);
            }
            let contributions = model.contributions(&THETA).unwrap();
            for (contribution, expected) in contributions.iter().zip(&expected) {
                assert_near(*contribution, *expected, 1e-12, 1.0);
            }
        }
    }
}

#[test]
fn by_hand_with_three_alternatives() {
    // V = ln 1, ln 2, ln 4: a ranking c, a, b has probability 4/7 · 1/3.
    let specification = specification(&[("b", 0.0)], &[("a", "b * x"), ("b", "b * y"), ("c", "b * z")]);
    let table = |cells: [f64; 3]| {
        let names = ["first", "second", "third"].into_iter().zip(cells);
        let mut columns: Vec<_> = names.map(|(name, cell)| numbers(name, [cell])).collect();
        columns.extend(
            ["x", "y", "z"]
                .into_iter()
                .zip([1.0_f64, 2.0, 4.0])
                .map(|(name, v)| numbers(name, [v.ln()])),
        );
        crate::testing::table(columns)
    };
    let value = |cells: [f64; 3], best_worst: bool| {
        let schema = Schema {
            alternatives: Schema::wide("first")
                .alternative("a", 0)
                .alternative("b", 1)
                .alternative("c", 2)
                .alternatives,
            ..schema(best_worst)
        };
        let data = data(table(cells), &schema, &specification);
        evaluate(&specification, &data, &[1.0]).log_likelihood.exp()
    };
    let missing = f64::NAN;
    assert_near(value([2.0, 0.0, 1.0], false), 4.0 / 7.0 / 3.0, 1e-14, 0.0);
    assert_near(value([2.0, 0.0, missing], false), 4.0 / 7.0 / 3.0, 1e-14, 0.0);
    assert_near(value([2.0, missing, missing], false), 4.0 / 7.0, 1e-14, 0.0);
    // b the worst of a and b: 1/2 against 1.
    assert_near(value([2.0, missing, 1.0], true), 4.0 / 7.0 * (0.5 / 1.5), 1e-14, 0.0);
    // Of all that are ranked, nothing is left to the worst.
    assert_near(value([2.0, 0.0, 1.0], true), 4.0 / 7.0 / 3.0, 1e-14, 0.0);
}

#[test]
fn score_and_hessian_against_differences() {
    let linear = specification(WIDE.0, WIDE.1);
    let curved = specification(
        &[("asc_b", 0.1), ("b", 0.3), ("lambda", 0.4)],
        &[
            ("a", "b * boxcox(time_a / 10, lambda)"),
            ("b", "asc_b + b * boxcox(time_b / 10, lambda)"),
            ("c", "b * boxcox(cost_c, lambda)"),
        ],
    );
    for best_worst in [false, true] {
        for specification in [&linear, &curved] {
            let data = data(ranked(70, 5, best_worst), &schema(best_worst), specification);
            let model = bind(specification, &data);
            let mut random = Random::new(2);
            let theta: Vec<f64> = model
                .start()
                .iter()
                .map(|start| start + random.between(-0.3, 0.3))
                .collect();
            let check = check_derivatives(&model, &theta).unwrap();
            assert!(check.score_error < 1e-8 && check.hessian_error < 1e-8, "{check:?}");
        }
    }
}

/// The same rankings, some of their columns empty.
fn without(table: &Table, emptied: &str, where_: impl Fn(usize) -> bool) -> Table {
    crate::testing::changed(
        table.clone(),
        emptied,
        |row, cell| if where_(row) { f64::NAN } else { cell },
    )
}

#[test]
fn what_is_left_alone_adds_nothing() {
    let specification = specification(WIDE.0, WIDE.1);
    let table = ranked(120, 8, false);
    let full = data(table.clone(), &schema(false), &specification);
    // The third of three says nothing that the second has not said.
    let shorter = data(without(&table, "third", |_| true), &schema(false), &specification);
    assert_ne!(full.rankings(), shorter.rankings());
    let (full, shorter) = (
        evaluate(&specification, &full, &THETA),
        evaluate(&specification, &shorter, &THETA),
    );
    assert_eq!(full.log_likelihood.to_bits(), shorter.log_likelihood.to_bits());
    assert_eq!(full.hessian, shorter.hessian);
}

#[test]
fn rankings_of_one_are_choices() {
    let specification = specification(WIDE.0, WIDE.1);
    let table = without(&without(&ranked(120, 8, false), "third", |_| true), "second", |_| true);
    let rankings = data(table, &schema(false), &specification);
    let choices = rankings.first_choices();
    let (rankings, choices) = (bind(&specification, &rankings), bind(&specification, &choices));
    let value = |model: &Model<'_>| model.evaluate(&THETA, Order::Value).unwrap().log_likelihood;
    assert_near(value(&rankings), value(&choices), 1e-14, 0.0);
    assert_eq!(
        rankings.facts().log_likelihood_null,
        choices.facts().log_likelihood_null
    );
}

#[test]
fn the_null_is_equal_shares_of_every_stage() {
    for best_worst in [false, true] {
        let data = rankings(80, 4, best_worst);
        let zeros = vec![0.0; data.n_pairs()];
        let expected: f64 = by_hand(&data, &zeros).iter().sum();
        assert_near(crate::log_likelihood_null(&data), expected, 1e-12, 0.0);
        let model = bind(&specification(WIDE.0, WIDE.1), &data);
        assert_near(model.facts().log_likelihood_null, expected, 1e-12, 0.0);
    }
}

#[test]
fn constants_alone_explain_every_stage() {
    let data = rankings(200, 4, false);
    let constants = specification(&[("asc_b", 0.0), ("asc_c", 0.0)], &[("b", "asc_b"), ("c", "asc_c")]);
    let fit = fit(&constants, &data);
    assert_near(
        fit.log_likelihood,
        crate::log_likelihood_constants(&data).unwrap(),
        1e-10,
        0.0,
    );
    assert_eq!(fit.log_likelihood_constants, crate::log_likelihood_constants(&data));
    assert_eq!(crate::log_likelihood_constants(&rankings(200, 4, true)), None);
}

#[test]
fn ranks_in_rows_whatever_their_order() {
    let specification = specification(LONG.0, LONG.1);
    // The two best of a random order.
    let mut table = long_table(60, 6);
    let mut random = Random::new(6);
    let Values::Number(cases) = table.column("case").unwrap().values.clone() else {
        unreachable!()
    };
    let mut ranks = vec![0.0; cases.len()];
    let mut begin = 0;
    for rows in cases.chunk_by(|a, b| a == b) {
        let order = random.permutation(rows.len());
        for (rank, row) in order.into_iter().enumerate().take(2) {
            ranks[begin + row] = rank as f64 + 1.0;
        }
        begin += rows.len();
    }
    table = crate::testing::changed(table, "choice", |row, _| ranks[row]);
    let schema = Schema::long("case", "alt", "choice").ranking(RankingSchema::default());
    let in_order = data(table.clone(), &schema, &specification);
    let shuffled = data(crate::testing::shuffled(&table, 3), &schema, &specification);
    let theta: Vec<f64> = LONG.0.iter().map(|_| 0.2).collect();
    let model = bind(&specification, &in_order);
    let expected: f64 = by_hand(&in_order, &model.utilities(&theta).unwrap()).iter().sum();
    let value = |data: &ChoiceData| evaluate(&specification, data, &theta).log_likelihood;
    assert_near(value(&in_order), expected, 1e-12, 0.0);
    assert_near(value(&shuffled), expected, 1e-10, 0.0);
}

#[test]
fn predicted_is_the_best() {
    let specification = specification(WIDE.0, WIDE.1);
    for best_worst in [false, true] {
        let data = rankings(60, 2, best_worst);
        let first = data.first_choices();
        let (ranked, choices) = (bind(&specification, &data), bind(&specification, &first));
        assert_eq!(ranked.utilities(&THETA).unwrap(), choices.utilities(&THETA).unwrap());
        assert_eq!(ranked.predict(&THETA).unwrap(), choices.predict(&THETA).unwrap());
    }
}

#[test]
fn fits_count_rankings() {
    let specification = specification(WIDE.0, WIDE.1);
    for (best_worst, family) in [(false, "rank-ordered logit"), (true, "best-worst logit")] {
        let panel = schema(best_worst).decision_maker("person");
        let data = data(ranked(400, 9, best_worst), &panel, &specification);
        let found = fit(&specification, &data);
        assert!(found.converged, "{:?}", found.warnings);
        assert_eq!(found.model.family, family);
        assert_eq!((found.n_cases, found.data.rows_used), (400, 400));
        assert_eq!(found.n_decision_makers, data.n_decision_makers());
        assert_near(found.bic, 5.0 * 400_f64.ln() - 2.0 * found.log_likelihood, 1e-14, 0.0);
        assert_eq!(found.log_likelihood_constants.is_some(), !best_worst);

        // Scores are summed over the stages and the rankings of a decision maker: as clustered on that.
        let options = FitOptions {
            covariance: CovarianceKind::Clustered(vec!["person".to_owned()]),
            ..FitOptions::default()
        };
        let clustered = bind(&specification, &data).fit(&options, None).unwrap();
        assert_eq!(estimates(&clustered), estimates(&found));
        let (robust, clustered) = (
            found.covariance.robust.unwrap(),
            clustered.covariance.clustered.unwrap(),
        );
        for (robust, clustered) in robust.iter().flatten().zip(clustered.iter().flatten()) {
            assert_near(*robust, *clustered, 1e-9, 1e-6);
        }
    }
}

#[test]
fn random_tastes_are_those_of_all_stages() {
    for best_worst in [false, true] {
        let mixed = mixed();
        let data = data(ranked(40, 7, best_worst), &schema(best_worst), &mixed);
        let model = bind(&mixed, &data);
        let theta = model.start();
        let found = model.evaluate(&theta, Order::Score).unwrap();

        // Stages as the choices of a panel: of the worst with every utility turned round.
        let stages = data.stages().unwrap();
        let turned = super::super::stages::of_stages(&mixed, Some(&stages)).into_owned();
        let panel = bind(&turned, &stages.data).evaluate(&theta, Order::Score).unwrap();
        assert_eq!(found.log_likelihood.to_bits(), panel.log_likelihood.to_bits());
        assert_eq!(found.score, panel.score);
        let check = check_derivatives(&model, &theta).unwrap();
        assert!(check.score_error < 1e-7, "{check:?}");

        let first = data.first_choices();
        let (ranked, choices) = (
            model.predict(&theta).unwrap(),
            bind(&mixed, &first).predict(&theta).unwrap(),
        );
        for (ranked, choices) in ranked.probabilities.iter().zip(&choices.probabilities) {
            assert_near(*ranked, *choices, 1e-12, 1e-3);
        }
        let mut units = 0;
        model.visit_scores(&theta, &mut |_, _| units += 1).unwrap();
        assert_eq!((units, model.n_units()), (40, 40));
    }
}

#[test]
fn without_spread_random_tastes_are_none() {
    let plain = specification(WIDE.0, WIDE.1);
    let mixed = mixed();
    let data = rankings(50, 7, true);
    let mut theta = THETA.to_vec();
    theta.resize(bind(&mixed, &data).parameters().len(), 0.0);
    let (mixed, plain) = (bind(&mixed, &data), bind(&plain, &data));
    let value = |model: &Model<'_>, theta: &[f64]| model.evaluate(theta, Order::Value).unwrap().log_likelihood;
    assert_near(value(&mixed, &theta), value(&plain, &THETA), 1e-12, 0.0);
}

#[test]
fn what_does_not_go_with_rankings() {
    let plain = specification(WIDE.0, WIDE.1);
    let rated = schema(false).sampling_rate("a", 0.5);
    let data_ = data(ranked(20, 1, false), &rated, &plain);
    assert_eq!(
        Model::bind(&plain, &data_).unwrap_err(),
        SpecificationError::RankingOfSample
    );
    assert_eq!(
        SpecificationError::RankingOfSample.to_string(),
        "rankings: sampling rates and sampled choice sets belong to single choices, and their correction does not hold for the \
         stages of a ranking; remove sampling_rate and [sampling], or [ranking]"
    );

    let mut random = RandomCoefficient::new("b_time", Shape::Normal);
    random.varies = Varies::Case;
    let within: Specification = plain.clone().random(random).completed();
    let data_ = data(ranked(20, 1, false), &schema(false), &within);
    assert_eq!(
        Model::bind(&within, &data_).unwrap_err().to_string(),
        "rankings: \"b_time\" varies from case to case, which is not available for rankings yet; let it vary between decision \
         makers"
    );
    let whole = rankings(20, 1, false);
    let sampling = AlternativeSampling {
        method: SamplingMethod::Uniform,
        number: SampleSize::Same(2),
        seed: 1,
        replications: 1,
    };
    assert_eq!(
        sampling.sample(&whole, 0).unwrap_err().to_string(),
        "[sampling]: the outcomes are rankings; a sample of alternatives belongs to one choice, and its correction does not hold \
         for the stages of a ranking: remove [sampling], or [ranking]"
    );
    let error = bind(&plain, &whole)
        .draw_outcome(&THETA, logsum_draws::Seed::new(1))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "rankings cannot be drawn yet; take the first choices of the data to draw the best"
    );
}

#[test]
fn in_parts_the_bits_are_those_of_the_whole() {
    let specification = specification(WIDE.0, WIDE.1);
    let table = ranked(300, 3, true);
    let schema = schema(true).weight(expression("w"));
    let whole = data(table.clone(), &schema, &specification);
    let uses = specification.uses();
    let mut parts = logsum_data::Parts::new(&schema, &uses);
    let mut binder = crate::Binder::new(&specification);
    for rows in [0..100, 100..101, 101..300] {
        let last = rows.end == 300;
        let mut part = crate::testing::subset(&table, &rows.clone().collect::<Vec<_>>());
        part.source.first_row += rows.start;
        let added = parts.add(part, last).unwrap();
        binder.add(added.data.unwrap()).unwrap();
    }
    let parts = binder.finish().unwrap();
    let whole = bind(&specification, &whole);
    let evaluate = |model: &Model<'_>| {
        let found = model.evaluate(&THETA, Order::Hessian).unwrap();
        let mut scores = Vec::new();
        model
            .visit_scores(&THETA, &mut |case, score| scores.push((case, score.to_vec())))
            .unwrap();
        (found.log_likelihood.to_bits(), found.score, found.hessian, scores)
    };
    assert_eq!(evaluate(&parts), evaluate(&whole));
    assert_eq!(parts.facts().n_cases, 300);
    assert_eq!(
        parts.facts().log_likelihood_null.to_bits(),
        whole.facts().log_likelihood_null.to_bits()
    );
}
