//! How the specification does on decision makers it was not estimated on.

use logsum_utility::Fit;
use logsum_utility::validation::{CrossValidation, Fold, FoldMean, Holdout, SampleScore, Validation};

use super::tastes::Section;
use crate::number::{MISSING, count, counted, fixed, percent};
use crate::prediction::quality::score;
use crate::{Align, Table};

/// Decimals of log-likelihoods by case.
const DECIMALS: usize = 4;

pub(super) fn sections(fit: &Fit, narrow: bool) -> Vec<Section> {
    match &fit.validation {
        None => Vec::new(),
        Some(Validation::Holdout(holdout)) => vec![held_out(holdout)],
        Some(Validation::Folds(folds)) => cross_validation(folds, narrow),
    }
}

fn held_out(holdout: &Holdout) -> Section {
    let mut table = Table::new([
        ("", Align::Left),
        ("Estimation", Align::Right),
        ("Held out", Align::Right),
    ]);
    let mut row = |name: &str, cell: &dyn Fn(&SampleScore) -> String| {
        table.row([name.to_owned(), cell(&holdout.estimation), cell(&holdout.held_out)]);
    };
    row("Decision makers", &|of| count(of.n_decision_makers));
    row("Cases", &|of| count(of.n_cases));
    row("Log-likelihood", &|of| fixed(of.log_likelihood, 3));
    row("  by case", &|of| fixed(of.log_likelihood_per_case, DECIMALS));
    row("Hit rate", &|of| percent(of.measures.hit_rate, 1.0));
    row("Expected hit rate", &|of| percent(of.measures.expected_hit_rate, 1.0));
    row("Mean log score", &|of| score(of.measures.log_score));
    row("Brier score", &|of| score(Some(of.measures.brier_score)));
    Section {
        heading: format!(
            "Held out: {} of {}, seed {}",
            count(holdout.held_out.n_decision_makers),
            counted(
                holdout.held_out.n_decision_makers + holdout.estimation.n_decision_makers,
                "decision maker"
            ),
            holdout.seed
        ),
        table,
        stretched: false,
    }
}

fn cross_validation(found: &CrossValidation, narrow: bool) -> Vec<Section> {
    let mut table = Table::new([
        ("Fold", Align::Left),
        ("Cases", Align::Right),
        ("ln L in", Align::Decimal),
        ("ln L out", Align::Decimal),
        ("Hit rate", Align::Right),
        ("Expected", Align::Right),
        ("Log score", Align::Decimal),
        ("Brier", Align::Decimal),
    ]);
    let number = |value: Option<f64>| value.map_or(MISSING.to_owned(), |value| fixed(value, DECIMALS));
    for fold in &found.folds {
        let held_out = fold.held_out.as_ref();
        let measures = held_out.map(|of| &of.measures);
        table.row([
            fold.fold.to_string(),
            count(fold.n_cases),
            number(fold.estimation_log_likelihood_per_case),
            number(held_out.map(|of| of.log_likelihood_per_case)),
            measures.map_or(MISSING.to_owned(), |of| percent(of.hit_rate, 1.0)),
            measures.map_or(MISSING.to_owned(), |of| percent(of.expected_hit_rate, 1.0)),
            number(measures.and_then(|of| of.log_score)),
            number(measures.map(|of| of.brier_score)),
        ]);
    }
    table.rule();
    let means = &found.means;
    let mut line = |name: &str, of: &dyn Fn(&FoldMean) -> Option<f64>| {
        let share = |mean: &Option<FoldMean>| {
            let value = mean.as_ref().and_then(of);
            value.map_or(MISSING.to_owned(), |value| percent(value, 1.0))
        };
        let plain = |mean: &Option<FoldMean>| number(mean.as_ref().and_then(of));
        table.row([
            name.to_owned(),
            String::new(),
            plain(&means.estimation_log_likelihood_per_case),
            plain(&means.log_likelihood_per_case),
            share(&means.hit_rate),
            share(&means.expected_hit_rate),
            plain(&means.log_score),
            plain(&means.brier_score),
        ]);
    };
    line("Mean", &|of| Some(of.mean));
    line("Std. err.", &|of| of.std_error);
    table.row([
        "All".to_owned(),
        count(found.in_sample.n_cases),
        fixed(found.in_sample.log_likelihood_per_case, DECIMALS),
        String::new(),
        percent(found.in_sample.measures.hit_rate, 1.0),
        percent(found.in_sample.measures.expected_hit_rate, 1.0),
        score(found.in_sample.measures.log_score),
        score(Some(found.in_sample.measures.brier_score)),
    ]);
    let mut sections = vec![Section {
        heading: format!(
            "Cross-validation: {} of {}, seed {}; ln L by case of the other folds (in) and of the fold itself (out), All: the \
             fit above on its own data",
            counted(found.number, "fold"),
            counted(found.in_sample.n_decision_makers, "decision maker"),
            found.seed
        ),
        table,
        stretched: narrow,
    }];
    sections.extend(left_out(found));
    sections
}

/// Folds that count for nothing, and why.
fn left_out(found: &CrossValidation) -> Option<Section> {
    let problems: Vec<(&Fold, &String)> = found
        .folds
        .iter()
        .filter_map(|fold| Some((fold, fold.problem.as_ref()?)))
        .collect();
    if problems.is_empty() {
        return None;
    }
    let mut table = Table::new([("Fold", Align::Left), ("Problem", Align::Left)]);
    for (fold, problem) in &problems {
        table.row([fold.fold.to_string(), (*problem).clone()]);
    }
    Some(Section {
        heading: format!("{} left out of the means", counted(problems.len(), "fold")),
        table,
        stretched: false,
    })
}
