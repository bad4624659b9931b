//! Two models against each other: coefficients on a common scale, and Vuong's test.

use logsum_utility::comparison::{BenAkivaSwait, Nesting, Restriction, ScaleComparison, Vuong, VuongTest};

use super::{ComparedModel, ComparedNesting, ComparedPair};
use crate::number::{MISSING, counted, decimals, fixed, in_plain_column, p_value, significant};
use crate::page::Page;
use crate::{Align, Table};

const DIGITS: usize = 4;

/// Level of the sentences that say which model is preferred.
const LEVEL: f64 = 0.05;

/// The parts on two models.
pub(super) fn pages(models: &[ComparedModel], pair: &ComparedPair) -> Vec<Page> {
    let name = |at: usize| models[at].name.as_str();
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
    pages.extend(tests(models, pair));
    pages
}

/// The tests of two models against each other.
pub(super) fn tests(models: &[ComparedModel], pair: &ComparedPair) -> Vec<Page> {
    let name = |at: usize| models[at].name.as_str();
    let (first, second) = (name(pair.first), name(pair.second));
    let mut pages = Vec::new();
    if let Some(test) = &pair.vuong {
        let nesting = pair.nesting.as_ref().map(|nesting| nested(models, nesting));
        pages.push(vuong(test, nesting, first, second));
    }
    if let Some(test) = &pair.ben_akiva_swait {
        pages.push(ben_akiva_swait(test, [first, second]));
    }
    pages
}

fn ben_akiva_swait(test: &BenAkivaSwait, names: [&str; 2]) -> Page {
    let title = format!("Ben-Akiva and Swait's test: {} against {}", names[0], names[1]);
    let mut page = Page::new(title, "");
    let (better, other) = (names[test.better], names[1 - test.better]);
    let [first, second] = test.rho_squared_adjusted.map(|index| significant(index, 5));
    page.fact(
        "Adj. rho-squared",
        format!("{first} and {second}, against equal shares"),
    );
    page.fact("Hypothesis", format!("{other} is the true model"));
    page.fact("Statistic", test.statistic.map_or(MISSING.to_string(), |z| fixed(z, 3)));
    page.fact("p-value, at most", p_value(test.p_bound));
    page.note(match test.p_bound {
        Some(p) if p < LEVEL => format!(
            "{better} is preferred (5%): were {other} the true model, so large a lead of {better} would be no more probable than \
             that."
        ),
        Some(_) => format!("Neither is preferred (5%): the bound does not exclude that {other} is the true model."),
        None => format!(
            "Neither is preferred: the lead of {better} is smaller than what the numbers of parameters allow for, and the bound \
             says nothing."
        ),
    });
    page
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
            [_] => {
                format!("Scaled: {second} divided by the ratio, which is that of the one coefficient that both have.")
            }
            _ => format!(
                "Scaled: {second} divided by the ratio, which brings its coefficients nearest to those of {first}, weighted by \
                 their precision in {second}."
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
        ("Scaled".to_string(), Align::Decimal),
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
            beside(term.first, difference, shared),
            beside(term.first, term.std_error, shared),
        ]);
    }
    table
}

/// A number beside a coefficient: what does not show in the decimals of that one is nothing.
fn beside(coefficient: f64, value: Option<f64>, decimals: usize) -> String {
    match value {
        Some(value) if in_plain_column(Some(coefficient), decimals).contains('e') => {
            in_plain_column(Some(value), decimals)
        }
        // + 0.0 turns a negative zero into a positive one, rounding another.
        Some(value) => {
            let unit = 10.0_f64.powi(decimals as i32);
            format!("{:.decimals$}", (value * unit).round() / unit + 0.0)
        }
        None => MISSING.to_string(),
    }
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
    let mut columns = vec![("", Align::Left), ("Statistic", Align::Decimal), ("p", Align::Decimal)];
    if nested.is_none() {
        columns.push(("Nearer to the truth (5%)", Align::Left));
    }
    let mut table = Table::new(columns).at_least(64).at_most(crate::WIDTH);
    for (label, test) in rows {
        let statistic = test.statistic.map_or(MISSING.to_string(), |z| fixed(z, 3));
        let mut cells = vec![label.to_string(), statistic, p_value(test.p_value)];
        if nested.is_none() {
            let better = preferred(test, first, second).unwrap_or("neither");
            cells.push(better.to_string());
        }
        table.row(cells);
    }
    page.table("", table);
    let signs = "Positive statistics speak for the first. The corrections charge for parameters as the criteria do.";
    match nested {
        Some(nested) => {
            page.note(nested);
            page.note(signs);
        }
        None => {
            page.note(verdict(rows.map(|(_, test)| test), first, second));
            page.note(format!(
                "{signs} The test is for models of which none is a special case of the other; their specifications do not show \
                 that one is."
            ));
        }
    }
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
fn nested(models: &[ComparedModel], nested: &ComparedNesting) -> String {
    let name = |at: usize| models[at].name.as_str();
    let Nesting {
        restrictions,
        on_boundary,
    } = &nested.nesting;
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
        listed(restrictions),
        fixed(nested.likelihood_ratio, 3),
    )
}

/// `sd_a, sd_b = 0, lambda = 1`
fn listed(restrictions: &[Restriction]) -> String {
    let mut parts: Vec<(f64, Vec<&str>)> = Vec::new();
    for Restriction { term, value } in restrictions {
        match parts.iter_mut().find(|(known, _)| known == value) {
            Some((_, terms)) => terms.push(term),
            None => parts.push((*value, vec![term])),
        }
    }
    let part = |(value, terms): &(f64, Vec<&str>)| format!("{} = {}", terms.join(", "), significant(*value, 6));
    parts.iter().map(part).collect::<Vec<_>>().join("; ")
}
