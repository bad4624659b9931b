//! Rankings: orthants of the differences between neighbours.

use logsum_estimate::{LogLikelihood, Order};

use super::*;
use crate::testing::{numbers, table};

/// All six rankings of three alternatives with the same attributes, as rows.
fn all_rankings() -> logsum_data::Table {
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    let names = ["case", "alt", "rank", "x"];
    let mut cells = vec![Vec::new(); names.len()];
    for (case, ranks) in orders.iter().enumerate() {
        for (slot, rank) in ranks.iter().enumerate() {
            let row = [case as f64, slot as f64 + 1.0, f64::from(*rank), [0.4, -0.3, 0.9][slot]];
            cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
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
fn the_rankings_of_a_set_have_probabilities_that_sum_to_one() {
    for covariance in [ErrorCovariance::Full, ErrorCovariance::Independent] {
        let model =
            specification(&[("b", 0.7), ("asc", 0.2)], &[("all", "b * x"), ("3", "asc")]).probit(exact(of(covariance)));
        let schema = Schema::long("case", "alt", "rank").ranking(logsum_data::RankingSchema::default());
        let data = data(all_rankings(), &schema, &model);
        let bound = bind(&model, &data);
        let mut theta = bound.start();
        theta[2..].iter_mut().for_each(|value| *value *= 1.4);
        let contributions = bound.contributions(&theta).unwrap();
        let sum: f64 = contributions.iter().map(|value| value.exp()).sum();
        assert_near(sum, 1.0, 1e-12, 0.0);
        // The first two have 1 as the best: together they are its probability.
        let best = contributions[0].exp() + contributions[1].exp();
        let predicted = bound.predict(&theta).unwrap().probabilities;
        assert_near(best, predicted[0], 1e-12, 0.0);
        let all = bound.evaluate(&theta, Order::Hessian).unwrap();
        assert!(all.hessian.iter().all(|value| value.is_finite()));
    }
}
