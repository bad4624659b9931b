//! Normal errors as a model specifies them.

use logsum_utility::{ErrorCovariance, Probabilities, Probit};

use crate::page::Page;
use crate::{Format, Style};

/// How the errors of a probit vary together, and how its probabilities are computed; as text or Markdown, nothing in other
/// formats.
pub fn normal_errors(probit: &Probit, format: Format, style: Style) -> String {
    match format {
        Format::Text | Format::Markdown => page(probit).write(format, style, &(), String::new),
        _ => String::new(),
    }
}

fn page(probit: &Probit) -> Page {
    let mut page = Page::new("Normal errors", "");
    let covariance = match &probit.covariance {
        ErrorCovariance::Full => "full, of the differences: chol_ROW_COLUMN".to_string(),
        ErrorCovariance::Diagonal => "diagonal: sd_ALTERNATIVE, relative to that of the first difference".to_string(),
        ErrorCovariance::Independent => "independent, with equal variances".to_string(),
        ErrorCovariance::Factors(1) => "one common factor: loading_ALTERNATIVE".to_string(),
        ErrorCovariance::Factors(n) => format!("{n} common factors: loading_ALTERNATIVE_FACTOR"),
        ErrorCovariance::Pattern(elements) => {
            let one = |element: &logsum_utility::PatternElement| {
                format!("{}.{} = {}", element.row, element.column, element.value.source())
            };
            elements.iter().map(one).collect::<Vec<String>>().join(", ")
        }
    };
    page.fact("Covariance", covariance);
    if let Some(base) = probit.base.as_ref().or(probit.alternatives.first()) {
        page.fact("Base", base.clone());
    }
    let probabilities = match probit.probabilities {
        Probabilities::Ghk => "simulated (GHK); exact for two alternatives",
        Probabilities::Exact => "exact",
        Probabilities::Approximate => "an analytic approximation",
    };
    page.fact("Probabilities", probabilities.to_string());
    page
}
