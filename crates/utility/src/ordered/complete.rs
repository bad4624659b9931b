//! The thresholds that an ordered model brings with it.

use logsum_estimate::Parameter;

use super::Ordered;
use crate::specification::{DeclaredParameter, Specification};

/// Name of a threshold; the first, between the first two alternatives, has number 1.
pub(crate) fn threshold_name(number: usize) -> String {
    format!("threshold_{number}")
}

/// Where a threshold starts of which nothing is said: where the alternatives are equally likely, moved so that it lies
/// between those of which something is. `declared`: what is known, in order.
fn default_start(quantiles: &[f64], declared: &[Option<f64>], at: usize) -> f64 {
    let known = |at: usize| declared[at].map(|start| (quantiles[at], start));
    let below = (0..at).rev().find_map(known);
    let above = (at + 1..quantiles.len()).find_map(known);
    let q = quantiles[at];
    match (below, above) {
        (None, None) => q,
        (Some((known, start)), None) | (None, Some((known, start))) => start + (q - known),
        (Some((q_below, below)), Some((q_above, above))) => {
            below + (above - below) * (q - q_below) / (q_above - q_below)
        }
    }
}

impl Ordered {
    /// The thresholds by name with their starting values: none where the alternatives are not known yet. `known` is the
    /// start of one that has its own.
    pub(crate) fn thresholds(&self, known: impl Fn(&str) -> Option<f64>) -> Vec<(String, f64)> {
        let quantiles = self.distribution.equal_shares(self.alternatives.len());
        let names: Vec<String> = (1..=quantiles.len()).map(threshold_name).collect();
        let declared: Vec<Option<f64>> = names.iter().map(|name| known(name)).collect();
        let start = |at: usize| declared[at].unwrap_or_else(|| default_start(&quantiles, &declared, at));
        let starts: Vec<f64> = (0..quantiles.len()).map(start).collect();
        names.into_iter().zip(starts).collect()
    }
}

impl Specification {
    /// Declares the thresholds that are not.
    pub(crate) fn complete_thresholds(&mut self) {
        let Some(ordered) = &self.ordered else { return };
        let start = |name: &str| {
            let declared = self.parameters.iter().find(|declared| declared.symbol == name);
            declared.map(|declared| declared.parameter.start)
        };
        for (name, start) in ordered.thresholds(start) {
            if !self.parameters.iter().any(|declared| declared.symbol == name) {
                self.parameters.push(DeclaredParameter {
                    symbol: name.clone(),
                    parameter: Parameter::new(name, start),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_lie_between_those_that_are_given() {
        let quantiles = [-2.0, -1.0, 1.0, 3.0];
        let start = |declared: [Option<f64>; 4]| -> Vec<f64> {
            (0..4)
                .map(|at| declared[at].unwrap_or_else(|| default_start(&quantiles, &declared, at)))
                .collect()
        };
        assert_eq!(start([None; 4]), quantiles);
        assert_eq!(start([Some(0.0), None, None, None]), [0.0, 1.0, 3.0, 5.0]);
        assert_eq!(start([None, None, Some(0.0), None]), [-3.0, -2.0, 0.0, 2.0]);
        assert_eq!(start([Some(0.0), None, None, Some(1.0)]), [0.0, 0.2, 0.6, 1.0]);
    }
}
