//! Models side by side, whatever their families.

mod comma_separated;
mod market;
mod models;
mod pairs;
#[cfg(test)]
mod tests;

use logsum_utility::applied::Willingness;
use logsum_utility::comparison::{BenAkivaSwait, Elasticities, Nesting, ScaleComparison, Vuong};
use logsum_utility::{Estimate, Fit};
use serde::Serialize;

use crate::page::Page;
use crate::{Format, Style, json};

/// Models side by side, and what was found of them together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonReport {
    /// The models, in the order in which they were named.
    pub models: Vec<ComparedModel>,
    /// Every model but the first, against the first.
    pub pairs: Vec<ComparedPair>,
    /// Willingness to pay, if a cost was named.
    pub willingness_to_pay: Option<ComparedWillingness>,
    /// Elasticities, by column.
    pub elasticities: Vec<ComparedElasticities>,
    /// Predicted shares beside the observed ones.
    pub shares: Option<ComparedShares>,
    /// Whether estimates have stars for their p-values; in JSON and CSV, which have these, there are none.
    #[serde(skip)]
    pub stars: bool,
    /// What else a reader must know.
    pub notes: Vec<String>,
}

/// A model of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedModel {
    /// What it is called in tables.
    pub name: String,
    /// Fit file.
    pub file: String,
    /// Title of the fit.
    pub title: String,
    /// "logit", "mixed logit", ...
    pub family: String,
    /// Choice situations.
    pub n_cases: usize,
    /// Independent decision makers.
    pub n_decision_makers: usize,
    /// Free parameters.
    pub n_parameters: usize,
    /// ln L at the estimates.
    pub log_likelihood: f64,
    /// Its simulation error; `None` where nothing is random, or it was not measured.
    pub simulation_error: Option<f64>,
    /// 1 − ln L / ln L(null).
    pub rho_squared: Option<f64>,
    /// 1 − (ln L − K) / ln L(null).
    pub rho_squared_adjusted: Option<f64>,
    /// 2K − 2 ln L.
    pub aic: f64,
    /// K ln(cases) − 2 ln L.
    pub bic: f64,
    /// AIC less the lowest of all; `None` unless all are known to be of the same choices.
    pub aic_difference: Option<f64>,
    /// The same of BIC.
    pub bic_difference: Option<f64>,
    /// Whether a convergence criterion was met.
    pub converged: bool,
    /// Seconds that the estimation took.
    pub seconds: f64,
    /// Method of the draws; `None` without draws.
    pub draws_method: Option<String>,
    /// Draws of each decision maker.
    pub draws: Option<usize>,
    /// Kind of the covariance behind the standard errors.
    pub covariance_kind: String,
    /// The estimates.
    pub parameters: Vec<Estimate>,
}

impl ComparedModel {
    /// A fit under a name for tables, from a file.
    pub fn new(name: &str, file: &str, fit: &Fit) -> Self {
        let draws = fit.draws.as_ref();
        ComparedModel {
            name: name.to_string(),
            file: file.to_string(),
            title: fit.title.trim().to_string(),
            family: fit.model.family.clone(),
            n_cases: fit.n_cases,
            n_decision_makers: fit.n_decision_makers,
            n_parameters: fit.n_parameters,
            log_likelihood: fit.log_likelihood,
            simulation_error: draws
                .and_then(|draws| draws.simulation_error.as_ref())
                .map(|error| error.log_likelihood),
            rho_squared: fit.rho_squared,
            rho_squared_adjusted: fit.rho_squared_adjusted,
            aic: fit.aic,
            bic: fit.bic,
            aic_difference: None,
            bic_difference: None,
            converged: fit.converged,
            seconds: fit.elapsed_seconds.estimate,
            draws_method: draws.map(|draws| draws.method.clone()),
            draws: draws.map(|draws| draws.number),
            covariance_kind: fit.covariance_kind.clone(),
            parameters: fit.parameters.clone(),
        }
    }
}

/// A model against the first, by their positions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedPair {
    /// Position of the first.
    pub first: usize,
    /// Position of the other.
    pub second: usize,
    /// Why nothing more can be said of the two.
    pub left_out: Option<String>,
    /// Their coefficients on a common scale.
    pub scale: Option<ScaleComparison>,
    /// Why there is no scale, or no error of it.
    pub scale_problem: Option<String>,
    /// Vuong's test of the first against the other.
    pub vuong: Option<Vuong>,
    /// The test of Ben-Akiva and Swait; `None` where one model is a special case of the other, or none is better.
    pub ben_akiva_swait: Option<BenAkivaSwait>,
    /// That one is a special case of the other, where that shows.
    pub nesting: Option<ComparedNesting>,
}

/// A model that is a special case of another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedNesting {
    /// Position of the special case.
    pub inner: usize,
    /// Position of the more general model.
    pub outer: usize,
    /// What makes the one of the other.
    pub nesting: Nesting,
    /// 2 (ln L of the outer − ln L of the inner).
    pub likelihood_ratio: f64,
}

/// Willingness to pay by every model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedWillingness {
    /// The cost coefficient.
    pub cost: String,
    /// By model; `None` where a model has no such coefficient.
    pub models: Vec<Option<Vec<Willingness>>>,
}

/// Elasticities in a column by every model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedElasticities {
    /// The column.
    pub attribute: String,
    /// The alternatives.
    pub alternatives: Vec<String>,
    /// By model; `None` where its utilities do not depend on the column.
    pub models: Vec<Option<Elasticities>>,
}

/// Predicted shares by every model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedShares {
    /// The alternatives.
    pub alternatives: Vec<String>,
    /// Observed share of each.
    pub observed: Vec<f64>,
    /// By model, share of each.
    pub models: Vec<Vec<f64>>,
}

/// A comparison in a format.
///
/// CSV has a row for each number with the columns `part, model, against, term, alternative, quantity, estimate,
/// std_error, p_value`; JSON is the whole report.
pub fn comparison(report: &ComparisonReport, format: Format) -> String {
    match format {
        Format::Text => comparison_text(report, Style::Plain),
        Format::Json => json::pretty(report),
        Format::Csv => comma_separated::write(report),
        Format::Latex | Format::Markdown => {
            let pages = pages(report);
            let pages: Vec<String> = pages
                .iter()
                .map(|page| page.write(format, Style::Plain, report, String::new))
                .collect();
            pages.join("\n")
        }
    }
}

/// The same as text in a style.
pub fn comparison_text(report: &ComparisonReport, style: Style) -> String {
    let pages = pages(report);
    let pages: Vec<String> = pages
        .iter()
        .map(|page| page.write(Format::Text, style, report, String::new))
        .collect();
    pages.join("\n\n")
}

/// The tests of two models against each other.
pub(crate) fn non_nested_pages(models: &[ComparedModel], pair: &ComparedPair) -> Vec<Page> {
    pairs::tests(models, pair)
}

fn pages(report: &ComparisonReport) -> Vec<Page> {
    let mut pages = vec![models::page(report)];
    for pair in &report.pairs {
        pages.extend(pairs::pages(&report.models, pair));
    }
    pages.extend(market::willingness(report));
    pages.extend(report.elasticities.iter().map(|of| market::elasticities(report, of)));
    pages.extend(market::shares(report));
    pages
}
