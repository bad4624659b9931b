//! What a fit is applied to: `logsum elasticities`, `wtp`, `surplus`, `scenario`, `calibrate` and `test`.

pub mod args;
pub mod calibrate;
mod case_effects;
mod changes;
pub mod elasticities;
pub mod scenario;
pub mod segments;
mod subject;
pub mod surplus;
pub mod test;
pub mod wtp;

use logsum_report::{Format, Style};
use logsum_utility::Fit;

use crate::failure::{Failure, NOT_CONVERGED};
use crate::output;

/// Prints a report, given as what it is in a format and a style; the exit code.
fn print(format: Format, converged: bool, write: impl Fn(Format, Style) -> String) -> Result<u8, Failure> {
    let style = match format {
        Format::Text => output::style(),
        _ => Style::Plain,
    };
    output::result(&write(format, style))?;
    Ok(if converged { 0 } else { NOT_CONVERGED })
}

/// What must be known of a fit that has not converged.
fn not_converged(fit: &Fit, path: &std::path::Path) -> Option<String> {
    (!fit.converged).then(|| {
        format!(
            "\"{}\" has not converged: {}; these are numbers at its best point",
            path.display(),
            fit.convergence.reason
        )
    })
}

/// The kind of the chosen covariance, if the fit has it.
fn covariance_kind(fit: &Fit) -> Option<String> {
    fit.chosen_covariance().map(|_| fit.covariance_kind.clone())
}
