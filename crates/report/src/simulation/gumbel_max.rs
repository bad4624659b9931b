//! Gumbel-max: the frequencies of winners against softmax, the largest utility and the orderings against their laws.

#[cfg(test)]
mod tests;

use logsum_simulate::{EULER, GumbelMax, Maximum, OrderingShares};

use super::parts::{Drawn, TABLE, cell, full, given, many, p_in_words, places, score, test, tests};
use crate::number::{fixed, level, p_value, significant};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Orderings shown, at most.
const SHOWN: usize = 6;

/// Probabilities that differ by less are the same to every number of draws.
const SAME: f64 = 1e-9;

/// An experiment with noise in a format: how often each alternative won against softmax, the tests of that, and whether
/// it may have come from softmax. CSV has the alternatives, JSON everything.
pub fn gumbel_max(found: &GumbelMax, seed: u64, format: Format, style: Style) -> String {
    let value = Drawn {
        draws: None,
        seed,
        found,
    };
    page(found, seed).write(format, style, &value, || comma_separated(found))
}

fn page(found: &GumbelMax, seed: u64) -> Page {
    let mut page = Page::new(
        "Random utility against softmax",
        "Every draw adds noise to the utilities, U = V + T·ε, and the largest U wins.",
    );
    page.fact("Noise", &found.noise);
    page.fact("Draws", many(found.draws));
    page.fact("Temperature T", given(found.temperature));
    page.fact("Seed", seed.to_string());
    page.table(
        "How often each alternative has the largest utility",
        alternatives(found),
    );
    page.table("", tests_of_frequencies(found));
    let (law, tests) = maximum(&found.maximum, found.draws);
    page.table(
        format!(
            "The largest utility: Gumbel noise gives it location {}, the logsum, and mean logsum + {} T",
            fixed(found.maximum.logsum, 4),
            fixed(EULER, 4),
        ),
        law,
    );
    page.table("", tests);
    if let Some(orderings) = &found.orderings {
        let (frequent, tests) = compare_orderings(orderings);
        page.table(
            format!(
                "Orderings, best first: the most frequent in {} draws",
                many(orderings.draws)
            ),
            frequent,
        );
        page.table("", tests);
    }
    if is_not_gumbel(found) && found.under_noise.is_some() {
        // Nests are of Gumbel noise; all others have no mean, and the spread of the Gumbel.
        let scale = if found.noise.starts_with("gev") {
            String::new()
        } else {
            ", which has the mean 0 and the variance of standard Gumbel noise, π²/6".to_owned()
        };
        page.note(format!("Exact: the probability under {} noise{scale}.", found.noise));
    }
    let pooled = found.softmax.pooled;
    if pooled > 0 {
        let (alternatives, are) = if pooled == 1 {
            ("alternative", "is")
        } else {
            ("alternatives", "are")
        };
        page.note(format!(
            "{pooled} {alternatives} that softmax expects fewer than five times {are} pooled in the tests."
        ));
    }
    page.note(verdict(found));
    page
}

/// Whether softmax is not the law of the noise by its name.
fn is_not_gumbel(found: &GumbelMax) -> bool {
    !["gumbel", "exponential-race"].contains(&found.noise.as_str())
}

fn alternatives(found: &GumbelMax) -> Table {
    let all = || found.alternatives.iter();
    let with_exact = is_not_gumbel(found) && found.under_noise.is_some();
    let mut columns = vec![
        ("Alt.", Align::Right),
        ("Utility", Align::Decimal),
        ("Softmax", Align::Decimal),
        ("Frequency", Align::Decimal),
        ("Difference", Align::Decimal),
        ("Std. error", Align::Decimal),
        ("z", Align::Decimal),
    ];
    if with_exact {
        columns.push(("Exact", Align::Decimal));
    }
    let mut table = Table::new(columns).at_least(TABLE).at_most(crate::WIDTH);
    let places = places(all().map(|alternative| alternative.std_error));
    for (position, alternative) in all().enumerate() {
        let mut row = vec![
            (position + 1).to_string(),
            given(alternative.utility),
            cell(alternative.softmax, places),
            cell(alternative.frequency, places),
            cell(alternative.difference, places),
            cell(alternative.std_error, places),
            score(alternative.z),
        ];
        if with_exact {
            row.extend(alternative.under_noise.map(|exact| cell(exact, places)));
        }
        table.row(row);
    }
    table
}

fn tests_of_frequencies(found: &GumbelMax) -> Table {
    let mut table = tests();
    for (name, chi) in [
        ("Softmax: Pearson χ²", found.softmax.pearson),
        ("Softmax: likelihood ratio G", found.softmax.g),
    ] {
        test(&mut table, name, chi.statistic, Some(chi.degrees), chi.p_value);
    }
    if let Some(goodness) = found.under_noise.as_ref().filter(|_| is_not_gumbel(found)) {
        let g = goodness.g;
        let name = format!("Exact under {}: G", found.noise);
        test(&mut table, &name, g.statistic, Some(g.degrees), g.p_value);
    }
    let distance = found.total_variation;
    let places = places([distance.standard_deviation]);
    table.row([
        format!(
            "Total variation (by chance {} ± {})",
            cell(distance.expected, places),
            cell(distance.standard_deviation, places)
        ),
        cell(distance.observed, places),
    ]);
    table
}

/// Mean and variance of the largest utility, and the tests of its law.
fn maximum(found: &Maximum, draws: u64) -> (Table, Table) {
    let mut law = Table::new([
        ("Largest utility", Align::Left),
        ("Drawn", Align::Decimal),
        ("Expected", Align::Decimal),
        ("Std. error", Align::Decimal),
        ("z", Align::Decimal),
    ])
    .at_least(TABLE)
    .at_most(crate::WIDTH);
    let places = places([found.std_error]);
    law.row([
        "Mean".to_owned(),
        cell(found.mean, places),
        cell(found.expected, places),
        cell(found.std_error, places),
        score(found.z),
    ]);
    if draws > 1 {
        law.row([
            "Variance".to_owned(),
            cell(found.variance, places),
            cell(found.expected_variance, places),
        ]);
    }
    let mut tests = tests();
    let kolmogorov = found.kolmogorov;
    let name = format!("Kolmogorov–Smirnov D, first {} draws", many(kolmogorov.n as u64));
    tests.row([
        name,
        cell(kolmogorov.statistic, 6),
        String::new(),
        p_value(Some(kolmogorov.p_value)),
    ]);
    let independence = found.independence;
    test(
        &mut tests,
        "Independence of the winner: χ²",
        independence.statistic,
        Some(independence.degrees),
        independence.p_value,
    );
    (law, tests)
}

/// The most frequent orderings, and the tests of all of them.
fn compare_orderings(found: &OrderingShares) -> (Table, Table) {
    let mut frequent = Table::new([
        ("Ordering", Align::Left),
        ("Plackett–Luce", Align::Decimal),
        ("Frequency", Align::Decimal),
        ("z", Align::Decimal),
    ])
    .at_least(TABLE)
    .at_most(crate::WIDTH);
    let shown = || found.frequent.iter().take(SHOWN);
    let places = places(shown().map(|one| (one.probability * (1.0 - one.probability) / found.draws as f64).sqrt()));
    for one in shown() {
        let ordering: Vec<String> = one.ordering.iter().map(|position| (position + 1).to_string()).collect();
        frequent.row([
            ordering.join(" > "),
            cell(one.probability, places),
            cell(one.frequency, places),
            score(one.z),
        ]);
    }
    let mut tests = tests();
    let places = match found.top {
        1 => "first place".to_owned(),
        top => format!("first {top} places"),
    };
    for (name, chi) in [("Pearson χ²", found.goodness.pearson), ("G", found.goodness.g)] {
        let name = format!("Orderings of the {places}: {name}");
        test(&mut tests, &name, chi.statistic, Some(chi.degrees), chi.p_value);
    }
    (frequent, tests)
}

/// Whether the frequencies may have come from softmax, and what else there is to say.
fn verdict(found: &GumbelMax) -> String {
    let (p, at) = (p_in_words(found.softmax.g.p_value), given(found.level));
    if found.softmax.g.degrees == 0 && !found.rejected {
        return "Nothing could be tested: too few draws are expected of all alternatives but one.".to_owned();
    }
    let mut sentences = vec![if found.rejected {
        format!("The frequencies do not come from softmax: the G test rejects it at the level {at} ({p}).")
    } else {
        format!("Frequencies agree with softmax: the G test does not reject at the level {at} ({p}).")
    }];
    match &found.under_noise {
        Some(goodness) if is_not_gumbel(found) => {
            let p = p_in_words(goodness.g.p_value);
            sentences.push(if goodness.g.p_value < found.level {
                format!(
                    "Against the exact probabilities under {} noise the test rejects too ({p}).",
                    found.noise
                )
            } else if found.rejected {
                format!(
                    "The exact probabilities under {} noise are not rejected ({p}).",
                    found.noise
                )
            } else {
                distance(found)
            });
        }
        _ if found.rejected && !is_not_gumbel(found) => sentences.push(format!(
            "Chance alone does that to {} of all seeds.",
            level(found.level)
        )),
        _ => {}
    }
    sentences.push(others(found));
    sentences.join(" ")
}

/// How far the noise is from softmax, where the draws did not show it.
fn distance(found: &GumbelMax) -> String {
    let all = found.alternatives.iter();
    let most = all
        .filter_map(|alternative| Some((alternative.under_noise? - alternative.softmax).abs()))
        .fold(0.0, f64::max);
    if most < SAME {
        format!("Here {} noise has the probabilities of softmax.", found.noise)
    } else {
        format!(
            "The exact probabilities under {} noise differ from it by {} at most: more draws would show that.",
            found.noise,
            significant(most, 2)
        )
    }
}

/// What the other tests reject at the level of the verdict.
fn others(found: &GumbelMax) -> String {
    let orderings = found.orderings.as_ref().map(|orderings| orderings.goodness.g.p_value);
    let tests = [
        (
            "the Gumbel law of the largest utility",
            Some(found.maximum.kolmogorov.p_value),
        ),
        (
            "its independence of the winner",
            Some(found.maximum.independence.p_value).filter(|_| found.maximum.independence.degrees > 0),
        ),
        ("Plackett–Luce for the orderings", orderings),
    ];
    let (mut rejected, mut kept) = (Vec::new(), Vec::new());
    for (name, p) in tests {
        match p {
            Some(p) if p < found.level => rejected.push(name),
            Some(_) => kept.push(name),
            None => {}
        }
    }
    let list = |names: &[&str]| match names {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        names => names.concat(),
    };
    match (rejected.as_slice(), kept.as_slice(), found.rejected) {
        ([], kept, false) => format!("Not rejected either: {}.", list(kept)),
        ([], kept, true) => format!("Not rejected: {}.", list(kept)),
        (rejected, [], true) => format!("Rejected as well: {}.", list(rejected)),
        (rejected, [], false) => format!("Rejected, though: {}.", list(rejected)),
        (rejected, kept, _) => format!("Rejected: {}; not rejected: {}.", list(rejected), list(kept)),
    }
}

fn comma_separated(found: &GumbelMax) -> String {
    let mut text = csv::record([
        "alternative",
        "utility",
        "softmax",
        "frequency",
        "difference",
        "std_error",
        "z",
        "under_noise",
    ]);
    for (position, alternative) in found.alternatives.iter().enumerate() {
        text.push_str(&csv::record([
            (position + 1).to_string(),
            full(alternative.utility),
            full(alternative.softmax),
            full(alternative.frequency),
            full(alternative.difference),
            full(alternative.std_error),
            full(alternative.z),
            alternative.under_noise.map(full).unwrap_or_default(),
        ]));
    }
    text
}
