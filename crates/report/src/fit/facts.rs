//! What stands above the coefficients, in words and pairs.

use logsum_utility::Fit;
use logsum_utility::applied::CalibratedShare;

use crate::number::{self, count, counted};

/// Decimals of log-likelihoods and information criteria, and of rho-squared.
const DECIMALS: usize = 3;
const DECIMALS_OF_RHO: usize = 4;

/// A name and its number or text.
pub(super) type Fact = (&'static str, String);

/// Title, or what was estimated where there is none.
pub(super) fn title(fit: &Fit) -> String {
    if fit.title.trim().is_empty() {
        capitalised(&fit.model.family)
    } else {
        crate::text::one_line(fit.title.trim())
    }
}

/// Family and method.
pub(super) fn method(fit: &Fit) -> String {
    let family = capitalised(&fit.model.family);
    if nothing_estimated(fit) {
        format!("{family}, evaluated at the starting values")
    } else {
        format!("{family}, {}", super::draws::method(fit))
    }
}

/// File and rows.
pub(super) fn data(fit: &Fit) -> String {
    let (read, used) = (fit.data.rows_read, fit.data.rows_used);
    if read == used {
        format!("{}, {}", fit.data.file, counted(used, "row"))
    } else {
        let rows = counted(read, "row");
        format!("{}, {} of {rows} used", fit.data.file, count(used))
    }
}

/// Whether only a likelihood was asked for.
pub(super) fn nothing_estimated(fit: &Fit) -> bool {
    !fit.converged && fit.convergence.iterations == 0
}

/// How the optimiser's stop is headed.
fn status(fit: &Fit) -> &'static str {
    if fit.converged { "Converged" } else { "NOT CONVERGED" }
}

/// Data, how it stopped, and kind of the standard errors: names and texts in the order of the report.
pub(super) fn header(fit: &Fit) -> Vec<Fact> {
    let convergence = &fit.convergence;
    let criterion = match convergence.criterion {
        Some(criterion) => number::significant(criterion, 2),
        None => "not measured".to_string(),
    };
    let tolerance = number::significant(convergence.tolerance, 2);
    let evaluations = counted(convergence.evaluations, "evaluation");
    let mut facts = vec![
        ("Data", data(fit)),
        (status(fit), convergence.reason.clone()),
        ("Newton decrement", format!("{criterion} (tolerance {tolerance})")),
        (
            "Iterations",
            format!(
                "{} ({evaluations} of the log-likelihood)",
                count(convergence.iterations)
            ),
        ),
        ("Standard errors", covariance(fit)),
    ];
    // How the data came about stands below them, then what else is random, and what is scaled.
    let came_about = super::sampling::facts(fit).into_iter().chain(ties(fit));
    let random = came_about.chain(super::draws::facts(fit));
    facts.splice(1..1, random.chain(super::scales::facts(fit)).collect::<Vec<Fact>>());
    facts.extend(calibrated(fit));
    facts
}

/// What predicted shares were made to be.
fn calibrated(fit: &Fit) -> Option<Fact> {
    let calibration = fit.calibration.as_ref()?;
    let target = |share: &CalibratedShare| {
        let target = share.target?;
        Some(format!("{} {}", share.alternative, number::percent(target, 1.0)))
    };
    let targets: Vec<String> = calibration.shares.iter().filter_map(target).collect();
    Some((
        "Calibrated to",
        format!("{}, of {}", targets.join(", "), calibration.file),
    ))
}

/// How alternatives that share a rank were taken.
fn ties(fit: &Fit) -> Option<Fact> {
    let ties = match fit.model.specification["ranking"]["ties"].as_str()? {
        "efron" => "Efron's approximation",
        "exact" => "exact, the sum over all orders",
        _ => return None,
    };
    Some(("Ties", ties.to_owned()))
}

/// What a fit that did not converge is to be taken for.
pub(super) fn caution(fit: &Fit) -> &'static str {
    if nothing_estimated(fit) {
        "These numbers belong to the starting values; nothing was estimated."
    } else {
        "These numbers belong to the best point reached, not to a maximum."
    }
}

/// Where the standard errors come from.
pub(super) fn covariance(fit: &Fit) -> String {
    match (fit.covariance_kind.as_str(), &fit.cluster) {
        ("hessian", _) => "from the Hessian (classical)".to_string(),
        ("opg", _) => "from the outer product of the scores of decision makers".to_string(),
        ("robust", _) => format!(
            "robust: sandwich, scores summed by decision maker{}",
            super::resampling::correction(fit)
        ),
        ("clustered", Some(cluster)) => {
            let columns: Vec<String> = cluster.each().map(|(column, _)| format!("\"{column}\"")).collect();
            let numbers: Vec<String> = cluster.each().map(|(_, n)| count(n)).collect();
            let clusters = match numbers.as_slice() {
                [_] => counted(cluster.n_clusters, "cluster"),
                _ => format!("{} clusters", numbers.join(" and ")),
            };
            format!(
                "clustered by {}: sandwich, {clusters}{}",
                columns.join(" and "),
                super::resampling::correction(fit)
            )
        }
        ("bootstrap", _) => super::resampling::covariance(fit),
        (kind, _) => kind.to_string(),
    }
}

/// Counts and information criteria.
pub(super) fn counts(fit: &Fit) -> Vec<Fact> {
    let fixed = fit.parameters.iter().filter(|p| p.fixed).count();
    let at_bound = fit
        .parameters
        .iter()
        .filter(|p| !p.fixed && p.at_bound.is_some())
        .count();
    let mut facts = vec![
        ("Decision makers", count(fit.n_decision_makers)),
        ("Cases", count(fit.n_cases)),
        ("Alternatives", count(fit.n_alternatives)),
        ("Free parameters", count(fit.n_parameters)),
        ("Fixed parameters", count(fixed)),
    ];
    if at_bound > 0 {
        facts.push(("At a bound", count(at_bound)));
    }
    facts.push(("AIC", number::fixed(fit.aic, DECIMALS)));
    facts.push(("BIC (over cases)", number::fixed(fit.bic, DECIMALS)));
    facts
}

/// Log-likelihoods, and what is made of them.
pub(super) fn likelihoods(fit: &Fit) -> Vec<Fact> {
    let or_missing = |value: Option<f64>, decimals| match value {
        Some(value) => number::fixed(value, decimals),
        None => number::MISSING.to_string(),
    };
    let log_likelihood = |value| or_missing(value, DECIMALS);
    // What rounding leaves of 0 where the model has no more to say than equal shares.
    let rho = |value: Option<f64>| {
        or_missing(
            value.map(|rho| if rho.abs() < 1e-9 { 0.0 } else { rho }),
            DECIMALS_OF_RHO,
        )
    };
    let eigenvalue = match fit.convergence.smallest_hessian_eigenvalue {
        Some(value) => number::significant(value, 4),
        None => number::MISSING.to_string(),
    };
    vec![
        ("Log-likelihood, start", log_likelihood(fit.log_likelihood_start)),
        ("Log-likelihood, null", log_likelihood(Some(fit.log_likelihood_null))),
        (
            "Log-likelihood, constants",
            log_likelihood(fit.log_likelihood_constants),
        ),
        ("Log-likelihood, final", log_likelihood(Some(fit.log_likelihood))),
        ("Rho-squared", rho(fit.rho_squared)),
        ("Rho-squared, adjusted", rho(fit.rho_squared_adjusted)),
        ("Smallest eigenvalue, -Hessian", eigenvalue),
    ]
}

/// Where a missing number is explained, if one is missing that is not held.
pub(super) fn missing_note(fit: &Fit) -> Option<&'static str> {
    let missing =
        |p: &logsum_utility::Estimate| !p.fixed && p.at_bound.is_none() && !p.std_error.is_some_and(f64::is_finite);
    fit.parameters
        .iter()
        .any(missing)
        .then_some("A dash stands for a number that could not be computed.")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
