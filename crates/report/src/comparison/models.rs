//! Estimates and fit of all models, a column each.

use logsum_utility::Estimate;

use super::{ComparedModel, ComparisonReport};
use crate::fit::draws::method_name;
use crate::number::{MISSING, count, decimals, fixed, in_column, significant};
use crate::page::Page;
use crate::text::width;
use crate::{Align, Table};

const DIGITS: usize = 5;

/// Decimals of log-likelihoods and information criteria, and of rho-squared.
const DECIMALS: usize = 3;
const DECIMALS_OF_RHO: usize = 4;

/// Models whose standard errors stand beside the estimates; those of more stand below.
const BESIDE: usize = 3;

/// Part of a difference beyond which a simulation error is not small beside it.
const SMALL: f64 = 0.1;

pub(super) fn page(report: &ComparisonReport) -> Page {
    let models = &report.models;
    let mut page = Page::new(format!("{} models side by side", models.len()), "");
    for model in models {
        let file = match model.title.as_str() {
            "" => model.file.clone(),
            title => format!("{title} ({})", model.file),
        };
        page.fact(model.name.clone(), file);
    }
    page.table("", table(models, report.stars));
    if report.stars {
        page.note("* p < 0.05, ** p < 0.01, *** p < 0.001: that the parameter is 0, two-sided.");
    }
    page.note(format!(
        "Standard errors in brackets: {}.{} BIC is over cases.",
        covariances(models),
        if models.iter().any(|model| model.draws.is_some()) {
            " Simulation error: how far other draws would move the log-likelihood."
        } else {
            ""
        }
    ));
    for model in models.iter().filter(|model| !model.converged) {
        page.note(format!(
            "NOT CONVERGED: the numbers of {} belong to the best point that its estimation found.",
            model.name
        ));
    }
    page.notes.extend(simulation(models));
    page.notes.extend(report.notes.iter().cloned());
    page
}

fn covariances(models: &[ComparedModel]) -> String {
    let kind = |kind: &str| match kind {
        "hessian" => "from the Hessian".to_string(),
        "opg" => "from the outer product of scores".to_string(),
        other => other.to_string(),
    };
    let first = &models[0].covariance_kind;
    if models.iter().all(|model| model.covariance_kind == *first) {
        return kind(first);
    }
    let each = models
        .iter()
        .map(|model| format!("{} {}", model.name, kind(&model.covariance_kind)));
    each.collect::<Vec<_>>().join(", ")
}

/// What simulation errors leave of the order of information criteria.
fn simulation(models: &[ComparedModel]) -> Vec<String> {
    let mut notes = Vec::new();
    let first = &models[0];
    for model in &models[1..] {
        let (Some(one), Some(other)) = (first.aic_difference, model.aic_difference) else {
            continue;
        };
        let random = |model: &ComparedModel| model.draws_method.as_ref().is_some_and(|method| method != "quadrature");
        let unmeasured = |model: &&&ComparedModel| random(model) && model.simulation_error.is_none();
        if let Some(unmeasured) = [&first, &model].iter().find(|model| unmeasured(model)) {
            notes.push(format!(
                "How far other draws would move the log-likelihood of {} was not measured, nor can it be said what that does to \
                 the difference of AIC.",
                unmeasured.name
            ));
            continue;
        }
        let square = |model: &ComparedModel| model.simulation_error.map_or(0.0, |error| error * error);
        let error = 2.0 * (square(first) + square(model)).sqrt();
        let difference = (one - other).abs();
        if error > SMALL * difference {
            notes.push(format!(
                "The simulation error of 2 ln L, {}, is not small beside the difference of {} between the AIC of {} and {}: \
                 compare them with more draws.",
                significant(error, 2),
                significant(difference, 3),
                first.name,
                model.name
            ));
        }
    }
    notes
}

fn table(models: &[ComparedModel], stars: bool) -> Table {
    let mut columns = vec![(String::new(), Align::Left)];
    columns.extend(models.iter().map(|model| (model.name.clone(), Align::Right)));
    let mut table = Table::new(columns).at_least(crate::WIDTH).at_most(crate::WIDTH);
    let all = || models.iter().flat_map(|model| &model.parameters);
    let shared = decimals(all().map(|estimate| estimate.estimate), DIGITS);
    let mut terms: Vec<&str> = Vec::new();
    for estimate in all() {
        if !terms.contains(&estimate.term.as_str()) {
            terms.push(&estimate.term);
        }
    }
    // Brackets of a column are as wide as its widest, so that estimates stand below each other.
    let room: Vec<usize> = models
        .iter()
        .map(|model| {
            let errors = model
                .parameters
                .iter()
                .map(|estimate| width(&bracket(estimate, shared)));
            errors.max().unwrap_or(0)
        })
        .collect();
    let found = |model: &ComparedModel, term: &str| model.parameters.iter().find(|known| known.term == term).cloned();
    let number = |estimate: &Estimate| {
        let number = in_column(Some(estimate.estimate), shared, DIGITS);
        match stars {
            true => format!("{number}{:<3}", starred(estimate.p_value)),
            false => number,
        }
    };
    for term in terms {
        let beside = models.iter().zip(&room).map(|(model, &room)| match found(model, term) {
            Some(estimate) if models.len() <= BESIDE => {
                format!("{} {:>room$}", number(&estimate), bracket(&estimate, shared))
            }
            Some(estimate) => number(&estimate),
            None => String::new(),
        });
        table.row(std::iter::once(term.to_string()).chain(beside));
        if models.len() > BESIDE {
            let below = models
                .iter()
                .map(|model| found(model, term).map_or(String::new(), |estimate| bracket(&estimate, shared)));
            table.row(std::iter::once(String::new()).chain(below));
        }
    }
    table.rule();
    for (label, value) in facts(models) {
        let cells: Vec<String> = models.iter().map(value).collect();
        if cells.iter().any(|cell| cell != MISSING) {
            table.row(std::iter::once(label.to_string()).chain(cells));
        }
    }
    table
}

/// The stars of a p-value.
fn starred(p_value: Option<f64>) -> &'static str {
    match p_value {
        Some(p) if p < 0.001 => "***",
        Some(p) if p < 0.01 => "**",
        Some(p) if p < 0.05 => "*",
        _ => "",
    }
}

/// The standard error in brackets, or why there is none.
fn bracket(estimate: &Estimate, decimals: usize) -> String {
    match &estimate.at_bound {
        _ if estimate.fixed => "(fixed)".to_string(),
        Some(bound) => format!("(at {bound} bound)"),
        None => format!("({})", in_column(estimate.std_error, decimals, DIGITS - 2)),
    }
}

type Fact = (&'static str, Box<dyn Fn(&ComparedModel) -> String>);

fn facts(models: &[ComparedModel]) -> Vec<Fact> {
    let optional =
        |value: Option<f64>, decimals: usize| value.map_or(MISSING.to_string(), |value| fixed(value, decimals));
    let simulated = models.iter().any(|model| model.draws.is_some());
    let mut facts: Vec<Fact> = vec![
        ("Family", Box::new(|model| model.family.clone())),
        ("Cases", Box::new(|model| count(model.n_cases))),
        ("Decision makers", Box::new(|model| count(model.n_decision_makers))),
        ("Free parameters", Box::new(|model| count(model.n_parameters))),
        (
            "Log-likelihood",
            Box::new(|model| fixed(model.log_likelihood, DECIMALS)),
        ),
    ];
    if simulated {
        let error = |model: &ComparedModel| match model.simulation_error {
            Some(error) => format!("± {}", significant(error, 2)),
            None => MISSING.to_string(),
        };
        facts.push(("  simulation error", Box::new(error)));
    }
    facts.extend([
        (
            "Rho-squared",
            Box::new(move |model: &ComparedModel| optional(model.rho_squared, DECIMALS_OF_RHO)) as Box<dyn Fn(&_) -> _>,
        ),
        (
            "Rho-squared, adj.",
            Box::new(move |model: &ComparedModel| optional(model.rho_squared_adjusted, DECIMALS_OF_RHO)),
        ),
        ("AIC", Box::new(|model: &ComparedModel| fixed(model.aic, DECIMALS))),
        (
            "  above lowest",
            Box::new(move |model: &ComparedModel| optional(model.aic_difference, DECIMALS)),
        ),
        ("BIC", Box::new(|model: &ComparedModel| fixed(model.bic, DECIMALS))),
        (
            "  above lowest",
            Box::new(move |model: &ComparedModel| optional(model.bic_difference, DECIMALS)),
        ),
        (
            "Converged",
            Box::new(|model: &ComparedModel| if model.converged { "yes" } else { "NO" }.to_string()),
        ),
    ]);
    if simulated {
        let draws = |model: &ComparedModel| match (&model.draws_method, model.draws) {
            (Some(method), Some(number)) => format!("{} {}", count(number), method_name(method)),
            _ => MISSING.to_string(),
        };
        facts.push(("Draws", Box::new(draws)));
    }
    facts.push(("Seconds", Box::new(|model| significant(model.seconds, 2))));
    facts
}
