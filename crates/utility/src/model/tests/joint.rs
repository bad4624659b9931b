//! Outcomes of several alternatives: ties in rankings, and pairs of the best and the worst.

use logsum_data::{ChoiceData, RankingSchema, Schema, Table, Ties, Values};
use logsum_estimate::{LogLikelihood, Order, check_derivatives};

use super::{assert_near, bind, estimates, evaluate, fit};
use crate::Model;
use crate::error::SpecificationError;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape, TasteDistribution};
use crate::model::Binder;
use crate::nests::Nest;
use crate::specification::Specification;
use crate::testing::{LONG, Random, changed, data, expression, long_table, numbers, orders, specification};

/// [`long_table`] with ranks: groups of `largest` at most share one, and after them the next counts either them all or one.
fn ranked(n_cases: usize, seed: u64, largest: usize) -> Table {
    let table = long_table(n_cases, seed);
    let Values::Number(cases) = table.column("case").unwrap().values.clone() else {
        unreachable!()
    };
    let mut random = Random::new(seed + 100);
    let mut ranks = vec![0.0; cases.len()];
    let mut begin = 0;
    for rows in cases.chunk_by(|a, b| a == b) {
        let order = random.permutation(rows.len());
        let counts_all = random.uniform() < 0.5;
        let (mut rank, mut at) = (1.0, 0);
        while at < order.len() {
            let size = (1 + random.below(largest)).min(order.len() - at);
            for &row in &order[at..at + size] {
                ranks[begin + row] = rank;
            }
            rank += if counts_all { size as f64 } else { 1.0 };
            at += size;
            if random.uniform() < 0.3 {
                break;
            }
        }
        begin += rows.len();
    }
    changed(table, "choice", |row, _| ranks[row])
}

/// The best and the worst of each case.
fn pairs(n_cases: usize, seed: u64) -> Table {
    let table = long_table(n_cases, seed);
    let Values::Number(cases) = table.column("case").unwrap().values.clone() else {
        unreachable!()
    };
    let mut random = Random::new(seed + 7);
    let mut ranks = vec![0.0; cases.len()];
    let mut begin = 0;
    for rows in cases.chunk_by(|a, b| a == b) {
        let order = random.permutation(rows.len());
        ranks[begin + order[0]] = 1.0;
        ranks[begin + order[1]] = 2.0;
        begin += rows.len();
    }
    changed(table, "choice", |row, _| ranks[row])
}

fn long(ranking: RankingSchema) -> Schema {
    Schema::long("case", "alt", "choice").ranking(ranking)
}

fn tied(ties: Ties) -> Schema {
    long(RankingSchema {
        ties: Some(ties),
        ..RankingSchema::default()
    })
}

fn max_diff() -> Schema {
    long(RankingSchema {
        best_worst: true,
        max_diff: true,
        ..RankingSchema::default()
    })
}

/// Data of each kind, with weights.
fn samples(n_cases: usize) -> Vec<(Specification, ChoiceData)> {
    let specification = specification(LONG.0, LONG.1);
    let ties = |ties| {
        let schema = tied(ties).weight(expression("1 + case / 50"));
        data(ranked(n_cases, 3, 3), &schema, &specification)
    };
    let of_pairs = data(pairs(n_cases, 3), &max_diff(), &specification);
    [ties(Ties::Efron), ties(Ties::Exact), of_pairs]
        .map(|data| (specification.clone(), data))
        .to_vec()
}

/// ln of the sum of the probabilities of all rankings without ties that a case's ranking may stand for.
fn over_orders(data: &ChoiceData, case: usize, utilities: &[f64]) -> f64 {
    let of = &utilities[data.pairs(case)];
    let ranking = data.ranking(case).unwrap();
    let mut whole: Vec<Vec<u32>> = vec![Vec::new()];
    let mut from = 0;
    while from < ranking.best.len() {
        let size = 1 + ranking.tied[from + 1..].iter().take_while(|tied| **tied).count();
        let of_group = orders(&ranking.best[from..from + size]);
        whole = whole
            .iter()
            .flat_map(|before| of_group.iter().map(|order| [before.clone(), order.clone()].concat()))
            .collect();
        from += size;
    }
    let probability = |order: &Vec<u32>| {
        let mut left: Vec<u32> = (0..of.len() as u32).collect();
        let mut product = 1.0;
        for &slot in order {
            product *= of[slot as usize].exp() / left.iter().map(|&k| of[k as usize].exp()).sum::<f64>();
            left.retain(|&k| k != slot);
        }
        product
    };
    whole.iter().map(probability).sum::<f64>().ln()
}

fn theta(model: &Model<'_>) -> Vec<f64> {
    let mut random = Random::new(2);
    let moved = model.start().into_iter().map(|start| start + random.between(-0.4, 0.4));
    moved.collect()
}

#[test]
fn exact_ties_are_sums_over_all_rankings() {
    let specification = specification(LONG.0, LONG.1);
    let data = data(ranked(80, 3, 3), &tied(Ties::Exact), &specification);
    assert!(data.rankings().unwrap().n_with_ties() > 20);
    let model = bind(&specification, &data);
    assert!(model.is_linear());
    let theta = theta(&model);
    let utilities = model.utilities(&theta).unwrap();
    let contributions = model.contributions(&theta).unwrap();
    for (case, contribution) in contributions.iter().enumerate() {
        assert_near(*contribution, over_orders(&data, case, &utilities), 1e-12, 1.0);
    }
}

#[test]
fn without_ties_nothing_changes() {
    let specification = specification(LONG.0, LONG.1);
    let plain = data(ranked(80, 3, 1), &long(RankingSchema::default()), &specification);
    let theta = theta(&bind(&specification, &plain));
    let expected = evaluate(&specification, &plain, &theta);
    for ties in [Ties::Efron, Ties::Exact] {
        let data = data(ranked(80, 3, 1), &tied(ties), &specification);
        let found = evaluate(&specification, &data, &theta);
        assert_near(found.log_likelihood, expected.log_likelihood, 1e-13, 0.0);
        for (found, expected) in found.hessian.iter().zip(&expected.hessian) {
            assert_near(*found, *expected, 1e-11, 1.0);
        }
    }
}

#[test]
fn pairs_by_hand() {
    let specification = specification(LONG.0, LONG.1);
    let data = data(pairs(60, 5), &max_diff(), &specification);
    let model = bind(&specification, &data);
    let theta = theta(&model);
    let utilities = model.utilities(&theta).unwrap();
    for (case, contribution) in model.contributions(&theta).unwrap().into_iter().enumerate() {
        let of = &utilities[data.pairs(case)];
        let ranking = data.ranking(case).unwrap();
        let mut sum = 0.0;
        for k in 0..of.len() {
            sum += (0..of.len())
                .filter(|&l| l != k)
                .map(|l| (of[k] - of[l]).exp())
                .sum::<f64>();
        }
        let expected = of[ranking.best[0] as usize] - of[ranking.worst[0] as usize] - sum.ln();
        assert_near(contribution, expected, 1e-12, 1.0);
    }
}

#[test]
fn the_parts_of_the_likelihood_agree() {
    for (specification, data) in samples(90) {
        let model = bind(&specification, &data);
        let theta = theta(&model);
        let check = check_derivatives(&model, &theta).unwrap();
        assert!(check.score_error < 1e-8 && check.hessian_error < 1e-8, "{check:?}");
        let found = model.evaluate(&theta, Order::Hessian).unwrap();
        let contributions = model.contributions(&theta).unwrap();
        assert_near(contributions.iter().sum(), found.log_likelihood, 1e-13, 0.0);
        let mut total = vec![0.0; theta.len()];
        let mut visit = |_: usize, score: &[f64]| {
            total.iter_mut().zip(score).for_each(|(total, score)| *total += score);
        };
        model.visit_scores(&theta, &mut visit).unwrap();
        for (total, score) in total.iter().zip(&found.score) {
            assert_near(*total, *score, 1e-11, 1.0);
        }
        // The null is where all utilities are equal.
        let zeros = vec![0.0; theta.len()];
        let null = model.evaluate(&zeros, Order::Value).unwrap().log_likelihood;
        assert_near(model.facts().log_likelihood_null, null, 1e-12, 0.0);
    }
}

#[test]
fn parts_of_data_give_the_same_bits() {
    for (specification, data) in samples(60) {
        let whole = bind(&specification, &data);
        let n = data.n_cases();
        let mut binder = Binder::new(&specification);
        for cases in [0..n / 3, n / 3..n] {
            let cases: Vec<usize> = cases.collect();
            binder.add(data.resample(&cases, None)).unwrap();
        }
        let parts = binder.finish().unwrap();
        let theta = theta(&whole);
        let bits = |model: &Model<'_>| model.evaluate(&theta, Order::Value).unwrap().log_likelihood.to_bits();
        assert_eq!(bits(&whole), bits(&parts));
    }
}

#[test]
fn under_random_tastes() {
    let mut random = RandomCoefficient::new(LONG.0[0].0, Shape::Normal);
    if let TasteDistribution::Named { start, .. } = &mut random.distribution {
        *start = Some(0.6);
    }
    let draws = DrawPlan {
        method: DrawMethod::Sobol,
        number: DrawNumber::Number(64),
        ..DrawPlan::default()
    };
    for (plain, data) in samples(40) {
        let mixed = plain.clone().random(random.clone()).draws(draws.clone()).completed();
        let model = bind(&mixed, &data);
        let theta = theta(&model);
        let check = check_derivatives(&model, &theta).unwrap();
        assert!(check.score_error < 1e-7 && check.hessian_error < 1e-7, "{check:?}");
        // Tastes that do not vary leave the model without them.
        let sd = model
            .parameters()
            .iter()
            .position(|known| known.name.starts_with("sd_"))
            .unwrap();
        let mut still = theta.clone();
        still[sd] = 0.0;
        let mut of_plain = still.clone();
        of_plain.remove(sd);
        let value = |model: &Model<'_>, theta: &[f64]| model.evaluate(theta, Order::Value).unwrap().log_likelihood;
        assert_near(
            value(&model, &still),
            value(&bind(&plain, &data), &of_plain),
            1e-12,
            0.0,
        );
        let contributions = model.contributions(&theta).unwrap();
        assert_near(contributions.iter().sum(), value(&model, &theta), 1e-12, 0.0);
    }
}

#[test]
fn predicted_is_the_best_alone() {
    for (specification, data) in samples(50) {
        let first = data.first_choices();
        let (several, one) = (bind(&specification, &data), bind(&specification, &first));
        let theta = theta(&several);
        let (several, one) = (several.predict(&theta).unwrap(), one.predict(&theta).unwrap());
        for (several, one) in several.probabilities.iter().zip(&one.probabilities) {
            assert_near(*several, *one, 1e-14, 1.0);
        }
        for (several, one) in several.logsums.iter().zip(&one.logsums) {
            assert_near(*several, *one, 1e-14, 1.0);
        }
    }
}

#[test]
fn estimates_are_maxima_of_named_families() {
    let families = ["rank-ordered logit", "rank-ordered logit", "max-diff logit"];
    for ((specification, data), family) in samples(300).into_iter().zip(families) {
        let found = fit(&specification, &data);
        assert!(found.converged, "{:?}", found.warnings);
        assert_eq!(found.model.family, family);
        assert_eq!(found.log_likelihood_constants, None);
        let model = bind(&specification, &data);
        let score = model.evaluate(&estimates(&found), Order::Score).unwrap().score;
        assert!(score.iter().all(|slope| slope.abs() < 1e-6), "{score}");
    }
}

/// χ² of counts of outcomes against n P.
fn chi_squared(counts: &[f64], ln_probabilities: &[f64]) -> f64 {
    let n: f64 = counts.iter().sum();
    let of = |(count, ln_p): (&f64, &f64)| (count - n * ln_p.exp()).powi(2) / (n * ln_p.exp());
    counts.iter().zip(ln_probabilities).map(of).sum()
}

/// Those who know the two best, but not in which order, and those who compare all pairs: what they say, drawn from utility
/// with Gumbel noise, and from a best and a worst drawn by themselves until they differ.
#[test]
fn drawn_outcomes_have_these_probabilities() {
    const N: usize = 40_000;
    let x = [0.0, 0.7, -0.4, 1.1];
    let rows = |ranks: [f64; 4], schema: &Schema| {
        let specification = specification(&[("b", 0.0)], &[("all", "b * x")]);
        let columns = vec![
            numbers("case", [1.0; 4]),
            numbers("alt", [1.0, 2.0, 3.0, 4.0]),
            numbers("x", x),
            numbers("choice", ranks),
        ];
        let data = data(crate::testing::table(columns), schema, &specification);
        evaluate(&specification, &data, &[1.0]).log_likelihood
    };
    let mut random = Random::new(11);
    let (mut two, mut pairs) = ([0.0; 16], [0.0; 16]);
    for _ in 0..N {
        let mut order = [0, 1, 2, 3];
        let noisy = x.map(|v| v + random.gumbel());
        order.sort_by(|&a, &b| noisy[b].total_cmp(&noisy[a]));
        two[4 * order[0].min(order[1]) + order[0].max(order[1])] += 1.0;
        loop {
            let (best, worst) = (random.choose(&x), random.choose(&x.map(|v| -v)));
            if best != worst {
                pairs[4 * best + worst] += 1.0;
                break;
            }
        }
    }
    let (mut of_two, mut of_pairs) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for a in 0..4 {
        for b in (0..4).filter(|&b| b != a) {
            let mut ranks = [0.0; 4];
            (ranks[a], ranks[b]) = (1.0, 2.0);
            of_pairs.0.push(pairs[4 * a + b]);
            of_pairs.1.push(rows(ranks, &max_diff()));
            if a < b {
                ranks[b] = 1.0;
                of_two.0.push(two[4 * a + b]);
                of_two.1.push(rows(ranks, &tied(Ties::Exact)));
            }
        }
    }
    // Beyond these are one in ten thousand of χ² with 5 and 11 degrees of freedom.
    assert!(chi_squared(&of_two.0, &of_two.1) < 25.7);
    assert!(chi_squared(&of_pairs.0, &of_pairs.1) < 37.4);
}

/// One alternative with x of each of three.
fn one_case(ranks: [f64; 3], schema: &Schema) -> (Specification, ChoiceData) {
    let specification = specification(&[("b", 0.0)], &[("all", "b * x")]);
    let columns = vec![
        numbers("case", [1.0; 3]),
        numbers("alt", [1.0, 2.0, 3.0]),
        numbers("x", [0.0, 1.0, 2.0]),
        numbers("choice", ranks),
    ];
    let data = data(crate::testing::table(columns), schema, &specification);
    (specification, data)
}

#[test]
fn what_separates() {
    let separated = |ranks: [f64; 3], schema: &Schema| {
        let (specification, data) = one_case(ranks, schema);
        !bind(&specification, &data).separated().unwrap().is_empty()
    };
    // Both of the better come before the third, in whatever order.
    assert!(separated([0.0, 1.0, 1.0], &tied(Ties::Exact)));
    assert!(!separated([1.0, 0.0, 1.0], &tied(Ties::Exact)));
    // Efron's approximation falls where one of them leaves the other behind.
    assert!(!separated([0.0, 1.0, 1.0], &tied(Ties::Efron)));
    assert!(separated([2.0, 0.0, 1.0], &max_diff()));
    assert!(!separated([0.0, 2.0, 1.0], &max_diff()));
}

#[test]
fn a_case_without_an_order_says_nothing() {
    for ties in [Ties::Efron, Ties::Exact] {
        let (specification, data) = one_case([1.0; 3], &tied(ties));
        let model = bind(&specification, &data);
        let found = model.evaluate(&[0.7], Order::Hessian).unwrap();
        assert_eq!(
            (found.log_likelihood, found.score[0], found.hessian[[0, 0]]),
            (0.0, 0.0, 0.0)
        );
        assert_eq!(model.facts().log_likelihood_null, 0.0);
        assert_eq!(model.predict(&[0.0]).unwrap().logsums.len(), 1);
    }
}

#[test]
fn what_does_not_go_together() {
    let specification = specification(LONG.0, LONG.1);
    let data = data(ranked(20, 3, 3), &tied(Ties::Exact), &specification);
    let names = data.alternatives().names.clone();
    let nested = specification
        .clone()
        .nest(Nest::new("n", names[..2].to_vec(), expression("0.5")));
    let message = Model::bind(&nested, &data).unwrap_err().to_string();
    assert!(message.contains("[nests] does not go with rankings"), "{message}");
    let many = (0..14).map(f64::from);
    let columns = vec![
        numbers("case", vec![1.0; 14]),
        numbers("alt", many.clone().collect::<Vec<_>>()),
        numbers("x", many.collect::<Vec<_>>()),
        numbers(
            "choice",
            (0..14).map(|at| if at < 13 { 1.0 } else { 2.0 }).collect::<Vec<_>>(),
        ),
    ];
    let one = crate::testing::specification(&[("b", 0.0)], &[("all", "b * x")]);
    let of = |ties| crate::testing::data(crate::testing::table(columns.clone()), &tied(ties), &one);
    assert!(matches!(
        Model::bind(&one, &of(Ties::Exact)),
        Err(SpecificationError::TooManyTied { tied: 13, .. })
    ));
    assert!(Model::bind(&one, &of(Ties::Efron)).is_ok());
}
