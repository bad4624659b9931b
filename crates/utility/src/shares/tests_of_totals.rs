//! Shares by segment, from parts, with simulated intervals.

use logsum_data::Segments;
use logsum_estimate::LogLikelihood;

use super::*;
use crate::estimation::FitOptions;
use crate::testing::{WIDE, data, expression, numbers, specification, wide_schema, wide_table};

/// Four segments of cases, named by numbers whose order is not that of their letters.
fn segments(n: usize, first: usize) -> Segments {
    let names = ["2", "7", "10", "30"].map(str::to_owned).to_vec();
    Segments {
        column: "group".to_owned(),
        names,
        of_case: (first..first + n).map(|case| (case % 4) as u32).collect(),
    }
}

/// A fit with the data that it is of, in which cases have a group.
fn fitted() -> (crate::Specification, ChoiceData, Fit) {
    let specification = specification(WIDE.0, WIDE.1);
    let mut table = wide_table(600, 3);
    let n = table.n_rows;
    let group = [2.0, 7.0, 10.0, 30.0];
    table
        .columns
        .push(numbers("group", (0..n).map(|row| group[row % 4]).collect::<Vec<f64>>()));
    table.all_names.push("group".to_owned());
    let data = data(table, &wide_schema().weight(expression("w")), &specification);
    let fit = Model::bind(&specification, &data)
        .unwrap()
        .fit(&FitOptions::default(), None)
        .unwrap();
    (specification, data, fit)
}

fn totals(fit: &Fit, model: &Model<'_>, data: &ChoiceData, interval: ShareInterval) -> ShareTotals {
    ShareTotals::new(fit, model.parameters(), data.alternatives(), interval)
}

#[test]
fn segments_in_parts_are_those_of_the_whole_and_add_up() {
    let (specification, data, fit) = fitted();
    let theta = theta(&fit);
    let whole = {
        let model = Model::bind(&specification, &data).unwrap();
        let mut totals = totals(&fit, &model, &data, ShareInterval::Delta);
        let prediction = model.predict(&theta).unwrap();
        totals
            .add(&model, &data, &prediction, Some(&segments(data.n_cases(), 0)))
            .unwrap();
        totals
    };
    let n = data.n_cases();
    let mut parts: Option<ShareTotals> = None;
    for cases in [0..1, 1..250, 250..n] {
        let keep: Vec<bool> = (0..n).map(|case| cases.contains(&case)).collect();
        let part = data.select(&keep);
        let model = Model::bind(&specification, &part).unwrap();
        let parts = parts.get_or_insert_with(|| totals(&fit, &model, &part, ShareInterval::Delta));
        let prediction = model.predict(&theta).unwrap();
        parts
            .add(&model, &part, &prediction, Some(&segments(part.n_cases(), cases.start)))
            .unwrap();
    }
    let parts = parts.unwrap();
    assert_eq!(parts.mean_logsum(), whole.mean_logsum());
    let (parts, whole) = (parts.finish(&fit).unwrap(), whole.finish(&fit).unwrap());
    assert_eq!(parts, whole, "to the last bit");
    let names: Vec<Option<&str>> = whole.iter().map(|group| group.segment.as_deref()).collect();
    assert_eq!(names, [None, Some("2"), Some("7"), Some("10"), Some("30")]);
    let all = &whole[0];
    assert_eq!(
        all.shares,
        Model::bind(&specification, &data)
            .unwrap()
            .share_estimates(&fit)
            .unwrap()
    );
    assert_eq!(all.observed, observed_shares(&data));
    for j in 0..all.shares.len() {
        let sum: f64 = whole[1..]
            .iter()
            .map(|group| group.weight * group.shares[j].share)
            .sum();
        assert!((sum / all.weight - all.shares[j].share).abs() < 1e-12);
    }
    assert_eq!(whole[1..].iter().map(|group| group.n_cases).sum::<usize>(), n);
}

/// Shares of so certain estimates are all but linear in them.
#[test]
fn simulated_intervals_are_those_of_the_delta_method_where_shares_are_nearly_linear() {
    let (specification, data, mut fit) = fitted();
    // As if there were a hundred times as many data.
    for row in fit.covariance.hessian.as_mut().unwrap() {
        row.iter_mut().for_each(|cell| *cell /= 100.0);
    }
    fit.choose_covariance(&crate::CovarianceKind::Hessian).unwrap();
    let model = Model::bind(&specification, &data).unwrap();
    let prediction = model.predict(&theta(&fit)).unwrap();
    let shares = |interval: ShareInterval| {
        let mut totals = totals(&fit, &model, &data, interval);
        totals.add(&model, &data, &prediction, None).unwrap();
        totals.finish(&fit).unwrap().remove(0).shares
    };
    let delta = shares(ShareInterval::Delta);
    let how = ShareInterval::Simulated { draws: 4_000, seed: 3 };
    let simulated = shares(how);
    for (delta, simulated) in delta.iter().zip(&simulated) {
        assert_eq!(delta.share, simulated.share);
        let error = delta.std_error.unwrap();
        // A standard deviation of so many draws is known to 1.1 %, their 2.5 % quantile to 4 % of it.
        assert!((error - simulated.std_error.unwrap()).abs() < 0.05 * error);
        assert!((delta.conf_low.unwrap() - simulated.conf_low.unwrap()).abs() < 0.2 * error);
        assert!((delta.conf_high.unwrap() - simulated.conf_high.unwrap()).abs() < 0.2 * error);
    }
    assert_eq!(shares(how), simulated, "the same seed");
    assert_ne!(shares(ShareInterval::Simulated { draws: 4_000, seed: 4 }), simulated);
}
