//! Two models against each other: coefficients on a common scale, and Vuong's test.

use logsum_utility::comparison::{Nesting, ScaleComparison, Vuong, VuongTest};

use super::{ComparedNesting, ComparedPair, ComparisonReport};
use crate::number::{MISSING, count, counted, decimals, fixed, in_plain_column, p_value, significant};
use crate::page::Page;
use crate::{Align, Table};

const DIGITS: usize = 4;

/// Level of the sentences that say which model is preferred.
const LEVEL: f64 = 0.05;

/// The parts on two models.
pub(super) fn pages(report: &ComparisonReport, pair: &ComparedPair) -> Vec<Page> {
    let name = |at: usize| report.models[at].name.as_str();
    let (first, second) = (name(pair.first), name(pair.second));
    let mut pages = Vec::new();
    if let Some(why) = &pair.left_out {
        let mut page = Page::new(format!("{second} against {first}"), "");
        page.note(why.clone());
        pages.push(page);
    }
    if pair.scale.is_some() || pair.scale_problem.is_some() {
        pages.push(scale(pair, first, second));
    }
    if let Some(test) = &pair.vuong {
        let nesting = pair.nesting.as_ref().map(|nesting| nested(report, nesting));
        pages.push(vuong(test, nesting, first, second));
    }
    pages
}

fn scale(pair: &ComparedPair, first: &str, second: &str) -> Page {
    let mut page = Page::new(format!("Common scale: {second} against {first}"), "");
    if let Some(scale) = &pair.scale {
        let error = match scale.std_error {
            Some(error) => format!(" (standard error {})", significant(error, 3)),
            None => String::new(),
        };
        page.fact("Ratio of scales", format!("{}{error}", significant(scale.ratio, 5)));
        page.table("", scaled(scale, first, second));
        let weights = match scale.terms.as_slice() {
            [_] => "As there is a single coefficient that both have, the ratio is its own.".to_string(),
            _ => format!(
                "The ratio brings the coefficients of {second} nearest to those of {first}, weighted by their precision in \
                 {second}."
            ),
        };
        let errors = match scale.std_error {
            Some(_) => {
                " Standard errors are by the delta method from the joint robust covariance of both estimators on the same \
                 decision makers."
            }
            None => "",
        };
        page.note(format!("{weights}{errors}"));
    }
    page.notes.extend(pair.scale_problem.clone());
    page
}

fn scaled(scale: &ScaleComparison, first: &str, second: &str) -> Table {
    let mut table = Table::new([
        (String::new(), Align::Left),
        (first.to_string(), Align::Decimal),
        (second.to_string(), Align::Decimal),
        (format!("{second} / ratio"), Align::Decimal),
        ("Difference".to_string(), Align::Decimal),
        ("Std error".to_string(), Align::Decimal),
    ])
    .at_least(crate::WIDTH)
    .at_most(crate::WIDTH);
    let terms = &scale.terms;
    let shared = decimals(terms.iter().flat_map(|term| [term.first, term.second_scaled]), DIGITS);
    let differs = terms.len() > 1;
    for term in terms {
        let difference = Some(term.difference).filter(|_| differs);
        table.row([
            term.term.clone(),
            in_plain_column(Some(term.first), shared),
            in_plain_column(Some(term.second), shared),
            in_plain_column(Some(term.second_scaled), shared),
            small(difference, shared),
            small(term.std_error, shared),
        ]);
    }
    table
}

/// A number that may be nothing but rounding.
fn small(value: Option<f64>, decimals: usize) -> String {
    value.map_or(MISSING.to_string(), |value| match value.abs() < 1e-7 {
        true => format!("{:.decimals$}", 0.0),
        false => fixed(value, decimals),
    })
}

fn vuong(test: &Vuong, nested: Option<String>, first: &str, second: &str) -> Page {
    let mut page = Page::new(format!("Vuong's test: {first} against {second}"), "");
    let makers = counted(test.n_decision_makers, "decision maker");
    page.fact(
        "ln L difference",
        format!("{} over {makers}", fixed(test.log_likelihood_ratio, 3)),
    );
    if test.identical {
        page.note(
            "Both models give every decision maker the same likelihood: they say the same of these choices, and there is \
             nothing to test.",
        );
        page.notes.extend(nested);
        return page;
    }
    let rows = [
        ("Log-likelihood", test.uncorrected),
        ("AIC-corrected", test.aic),
        ("BIC-corrected", test.bic),
    ];
    if test.uncorrected.statistic.is_none() {
        page.note("The difference is the same for every decision maker: it has no variance, and there is no test.");
        page.notes.extend(nested);
        return page;
    }
    let mut table = Table::new([
        ("", Align::Left),
        ("Statistic", Align::Decimal),
        ("p", Align::Decimal),
        ("Nearer to the truth (5%)", Align::Left),
    ])
    .at_least(64)
    .at_most(crate::WIDTH);
    for (label, test) in rows {
        let statistic = test.statistic.map_or(MISSING.to_string(), |z| fixed(z, 3));
        let verdict = preferred(test, first, second).unwrap_or("neither");
        table.row([label.to_string(), statistic, p_value(test.p_value), verdict.to_string()]);
    }
    page.table("", table);
    match nested {
        Some(nested) => page.note(nested),
        None => page.note(verdict(rows.map(|(_, test)| test), first, second)),
    }
    page.note(
        "Positive statistics speak for the first. The corrections charge for parameters as the criteria do. The test is for \
         models of which none is a special case of the other; whether they are is not known beyond what their \
         specifications show.",
    );
    page
}

/// The model that a test prefers, if it does.
fn preferred<'a>(test: VuongTest, first: &'a str, second: &'a str) -> Option<&'a str> {
    let significant = test.p_value.is_some_and(|p| p < LEVEL);
    let better = if test.statistic? > 0.0 { first } else { second };
    significant.then_some(better)
}

fn verdict(tests: [VuongTest; 3], first: &str, second: &str) -> String {
    let all = tests.map(|test| preferred(test, first, second));
    match all {
        [Some(better), aic, bic] if aic == Some(better) && bic == Some(better) => {
            format!("{better} is preferred, with and without corrections for the number of parameters.")
        }
        [None, None, None] => {
            "Neither is preferred: the data do not tell which of the two models is nearer to the truth.".to_string()
        }
        [plain, aic, bic] => {
            let say = |model: Option<&str>| model.map_or("neither".to_string(), str::to_string);
            format!(
                "The verdict depends on the correction for the number of parameters: {} without one, {} with that of the AIC, \
                 {} with that of the BIC.",
                say(plain),
                say(aic),
                say(bic)
            )
        }
    }
}

/// `logit is mixed with sd_b_time = 0`, and which test is the one for it.
fn nested(report: &ComparisonReport, nested: &ComparedNesting) -> String {
    let name = |at: usize| report.models[at].name.as_str();
    let Nesting {
        restrictions,
        on_boundary,
    } = &nested.nesting;
    let held: Vec<String> = restrictions
        .iter()
        .map(|held| format!("{} = {}", held.term, significant(held.value, 6)))
        .collect();
    let freedom = counted(restrictions.len(), "degree");
    let boundary = if *on_boundary {
        " (too cautious, as a spread of 0 lies on the boundary)"
    } else {
        ""
    };
    format!(
        "The models are nested: {} is {} with {}. For them this is not the test; twice the difference of ln L, {}, is to be \
         compared with chi-squared with {freedom} of freedom{boundary}.",
        name(nested.inner),
        name(nested.outer),
        listed(&held),
        fixed(nested.likelihood_ratio, 3),
    )
}

fn listed(parts: &[String]) -> String {
    const MOST: usize = 8;
    match parts.len() {
        n if n > MOST => format!(
            "{}, and {} more at 0 or other values",
            parts[..MOST].join(", "),
            count(n - MOST)
        ),
        _ => parts.join(", "),
    }
}
