//! What a report says of how cases and alternatives were sampled.

use logsum_utility::{Fit, SampleSize};

use super::facts::Fact;
use crate::number;

/// Heads the standard deviations over samples.
pub(super) const HEADER: &str = "Sd samples";

/// Alternatives whose rates are listed.
const SHOWN: usize = 6;

/// Standard deviations of the estimates over samples of alternatives, if there were several.
pub(super) fn deviations(fit: &Fit) -> Option<&[Option<f64>]> {
    let report = fit.sampling.as_ref()?;
    (report.replications > 1).then_some(&report.estimates_sd)
}

/// Sampling rates of a choice-based sample, and how alternatives were sampled.
pub(super) fn facts(fit: &Fit) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(rates) = rates(fit) {
        facts.push(("Sampling rates", rates));
    }
    if let Some(report) = &fit.sampling {
        let number = match &report.number {
            SampleSize::Same(number) if report.method == "stratified" => {
                format!("{} alternatives of each stratum", number::count(*number))
            }
            SampleSize::Same(number) => format!("{} alternatives", number::count(*number)),
            SampleSize::Strata(numbers) => {
                let one = |(name, number): (&String, &usize)| format!("{} of \"{name}\"", number::count(*number));
                numbers.iter().map(one).collect::<Vec<_>>().join(", ")
            }
        };
        let method = &report.method;
        facts.push((
            "Choice sets",
            format!("{method} samples of {number}, seed {}", report.seed),
        ));
        if let Some(sd) = report.log_likelihood_sd {
            let samples = number::count(report.replications);
            facts.push((
                "Other samples",
                format!(
                    "over {samples}, the log-likelihood has a standard deviation of {}",
                    number::significant(sd, 3)
                ),
            ));
        }
    }
    facts
}

/// The rates in the specification, if there are any.
fn rates(fit: &Fit) -> Option<String> {
    let alternatives = fit.model.specification.get("alternatives")?.as_object()?;
    let rate = |entry: &serde_json::Value| entry.get("sampling_rate").and_then(serde_json::Value::as_f64);
    alternatives.values().find_map(rate)?;
    let one = |(name, entry): (&String, &serde_json::Value)| format!("{name} {}", rate(entry).unwrap_or(1.0));
    let listed: Vec<String> = alternatives.iter().take(SHOWN).map(one).collect();
    let more = match alternatives.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {} more", number::count(more)),
    };
    Some(format!("{}{more} (choice-based sample)", listed.join(", ")))
}

/// What the standard deviations over samples are.
pub(super) fn note(fit: &Fit) -> Option<String> {
    deviations(fit)?;
    Some(format!(
        "{HEADER}: standard deviation of an estimate over samples of alternatives. It tells how far another sample would \
         move the estimate; the standard errors hold for the one sample that it is from."
    ))
}
