//! What a report says of the draws behind a simulated likelihood.

use logsum_utility::{DrawMethod, DrawNumber, DrawPlan, DrawsReport, Fit, SimulationError};

use super::facts::Fact;
use crate::number::{MISSING, count, counted, significant};

/// Heads the simulation errors of the estimates.
pub(super) const HEADER: &str = "Sim. error";

/// Estimations from several points have come to the same maximum if their log-likelihoods are no further apart.
const SAME: f64 = 0.1;

/// How the likelihood was maximised.
pub(super) fn method(fit: &Fit) -> &'static str {
    match &fit.draws {
        None if fit.quasi_likelihood => "maximum quasi-likelihood (shares)",
        None if probabilities(fit) == Some("approximate") => "maximum approximate likelihood",
        None => "maximum likelihood",
        Some(draws) if is_rule(draws) => "maximum likelihood by quadrature",
        Some(_) if fit.quasi_likelihood => "maximum simulated quasi-likelihood (shares)",
        Some(_) => "maximum simulated likelihood",
    }
}

/// How a probit's probabilities were computed, if not by simulation.
fn probabilities(fit: &Fit) -> Option<&str> {
    fit.model.specification.get("probit")?.get("probabilities")?.as_str()
}

/// Whether the points are those of a rule, and nothing is random.
fn is_rule(draws: &DrawsReport) -> bool {
    draws.method == "quadrature"
}

/// Simulation errors of the estimates, where they were measured.
pub(super) fn errors(fit: &Fit) -> Option<&[Option<f64>]> {
    Some(&measured(fit)?.estimates)
}

fn measured(fit: &Fit) -> Option<&SimulationError> {
    fit.draws.as_ref()?.simulation_error.as_ref()
}

/// Draws, their error, how their number was found, and the points from which the estimation was begun.
pub(super) fn facts(fit: &Fit) -> Vec<Fact> {
    let Some(draws) = &fit.draws else {
        let how = match probabilities(fit) {
            Some("exact") => "exact",
            Some("approximate") => "an analytic approximation",
            _ => return Vec::new(),
        };
        return vec![("Probabilities", how.to_string())];
    };
    let mut facts = vec![("Draws", plan(fit, draws))];
    match &draws.simulation_error {
        Some(error) => facts.push(("Simulation error", size(error))),
        None if is_rule(draws) => {}
        None => facts.push(("Simulation error", "not measured".to_string())),
    }
    if !draws.path.is_empty() {
        facts.push(("Draws tried", path(draws)));
    }
    if let Some(starts) = starts(draws) {
        facts.push(("Starting points", starts));
    }
    facts
}

/// `500 Halton per decision maker, 6 dimensions`.
fn plan(fit: &Fit, draws: &DrawsReport) -> String {
    let dimensions = counted(draws.dimensions, "dimension");
    if is_rule(draws) {
        return format!("Gauss quadrature with {}, {dimensions}", counted(draws.number, "point"));
    }
    let (name, _) = named(&draws.method);
    let within = per_case(draws.number_within);
    let more = details(&draws.method, draws.antithetic, draws.seed);
    // Where tastes are the same, every case has draws of its errors.
    let whom = if fit.errors.is_some() && fit.tastes.is_none() {
        "case"
    } else {
        "decision maker"
    };
    format!("{} {name} per {whom}{within}, {dimensions}{more}", count(draws.number))
}

/// A method in words, and whether its draws depend on the seed.
fn named(method: &str) -> (&str, bool) {
    match method {
        "halton" => ("Halton", false),
        "scrambled_halton" => ("scrambled Halton", true),
        "sobol" => ("Sobol (Owen)", true),
        "mlhs" => ("modified Latin hypercube", true),
        "random" => ("pseudo-random", true),
        other => (other, true),
    }
}

/// A method in words.
pub(crate) fn method_name(method: &str) -> &str {
    named(method).0
}

fn per_case(within: Option<usize>) -> String {
    within.map_or(String::new(), |within| format!(" × {} per case", count(within)))
}

fn details(method: &str, antithetic: bool, seed: u64) -> String {
    let antithetic = if antithetic { ", antithetic" } else { "" };
    match named(method) {
        (_, true) => format!("{antithetic}, seed {seed}"),
        _ => antithetic.to_string(),
    }
}

/// Draws before anything is estimated; `by_case` says whether cases have draws of their own.
pub(crate) fn planned(plan: &DrawPlan, by_case: bool, of_tastes: bool) -> String {
    let whom = if of_tastes { "decision maker" } else { "case" };
    let method = plan.method.name();
    let (name, _) = named(method);
    let within = per_case(by_case.then_some(plan.number_within));
    let more = details(method, plan.antithetic, plan.seed);
    match plan.number {
        DrawNumber::Number(nodes) if plan.method == DrawMethod::Quadrature => {
            format!("Gauss quadrature with {} per dimension", counted(nodes, "node"))
        }
        DrawNumber::Number(number) => {
            let number = if plan.antithetic { 2 * number } else { number };
            format!("{} {name} per {whom}{within}{more}", count(number))
        }
        DrawNumber::Auto => format!(
            "as many {name} per {whom} as it takes for errors of {} of a standard error{within}{more}",
            plan.tolerance
        ),
    }
}

/// `ln L ± 6.5, estimates up to 0.97 of a standard error (8 randomisations)`.
fn size(error: &SimulationError) -> String {
    let estimates = match error.largest_ratio {
        Some(ratio) => format!(", estimates up to {} of a standard error", part(Some(ratio))),
        None => String::new(),
    };
    format!(
        "ln L ± {}{estimates} ({})",
        significant(error.log_likelihood, 3),
        counted(error.replications, "randomisation")
    )
}

/// A part of a standard error: two decimals, or two digits of less.
fn part(ratio: Option<f64>) -> String {
    match ratio {
        Some(ratio) if ratio.is_finite() && ratio >= 0.095 => format!("{ratio:.2}"),
        Some(ratio) => significant(ratio, 2),
        None => MISSING.to_string(),
    }
}

/// `128 → 256 → 512, with errors up to 0.81 → 0.44 → 0.09 of a standard error`.
fn path(draws: &DrawsReport) -> String {
    let joined = |parts: Vec<String>| parts.join(" → ");
    let numbers = draws.path.iter().map(|tried| count(tried.number)).collect();
    let ratios = draws.path.iter().map(|tried| part(tried.largest_ratio)).collect();
    format!(
        "{}, with errors up to {} of a standard error",
        joined(numbers),
        joined(ratios)
    )
}

/// `20, compared with 64 draws: 17 within 0.1 of the best log-likelihood, 1 without a result`.
fn starts(draws: &DrawsReport) -> Option<String> {
    let starts = draws.starts.as_ref()?;
    let unit = if is_rule(draws) { "point" } else { "draw" };
    let mut text = format!(
        "{}, compared with {}",
        count(starts.number),
        counted(starts.draws, unit)
    );
    if let Some(best) = starts.log_likelihoods.first() {
        let same = starts.log_likelihoods.iter().filter(|value| best - **value <= SAME);
        text.push_str(&format!(
            ": {} within {SAME} of the best log-likelihood",
            count(same.count())
        ));
    }
    let lost = starts.number.saturating_sub(starts.log_likelihoods.len());
    if lost > 0 {
        text.push_str(&format!(", {} without a result", count(lost)));
    }
    Some(text)
}

/// What the simulation errors are.
pub(super) fn note(fit: &Fit) -> Option<String> {
    errors(fit)?;
    Some(format!(
        "{HEADER}: standard deviation of an estimate over randomisations of the draws: how far other draws would move it."
    ))
}
