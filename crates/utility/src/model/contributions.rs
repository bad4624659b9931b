//! What each decision maker adds to the log-likelihood.

use std::sync::atomic::Ordering;

use logsum_data::Outcome;
use logsum_estimate::{EvalError, LogLikelihood};

use super::Model;
use super::scratch::{At, Scratch};

impl Model<'_> {
    /// ln L of each decision maker at `theta` (length K), in the order of the data: weights and counts included, panels
    /// summed, so that they add up to ln L. 0 for those without weight.
    ///
    /// ```text
    /// ln L(θ) = Σ_n ℓ_n(θ)
    /// ```
    ///
    /// # Errors
    /// As [`LogLikelihood::evaluate`]; a `theta` of another length.
    pub fn contributions(&self, theta: &[f64]) -> Result<Vec<f64>, EvalError> {
        if theta.len() != self.parameters().len() {
            return Err(EvalError::Failed(format!(
                "{} values are given for {} parameters; give one for each, fixed ones included",
                theta.len(),
                self.parameters().len()
            )));
        }
        self.require_outcomes()?;
        if let Some(mixture) = &self.mixture {
            return mixture
                .contributions(&mixture.draws, theta, &self.interrupt)
                .map_err(|stopped| self.stopped(mixture, stopped));
        }
        let whole = self.whole()?;
        let kernel_at = self.kernel_at(theta)?;
        // Rankings are stage by stage what the likelihood takes for cases.
        let stages = self.ranked.as_ref().and_then(|_| whole.stages());
        let data = stages.as_ref().map_or(whole, |stages| &stages.data);
        let several = self.kernel.as_ref().is_some_and(|kernel| kernel.joint().is_some());
        let mut contributions = vec![0.0; data.n_decision_makers()];
        self.blocks.segments.each(
            1,
            4 * rayon::current_num_threads(),
            || Scratch::at(At::Model, kernel_at.clone()),
            |scratch, segment| {
                if self.interrupt.load(Ordering::Relaxed) {
                    return Err(EvalError::Interrupted);
                }
                let mut of_cases = vec![0.0; segment.cases.len()];
                for group in &segment.groups {
                    if several {
                        self.blocks
                            .values(group, theta, scratch, |case, value| of_cases[case as usize] = value)
                            .map_err(|undefined| self.outside(segment, &undefined))?;
                        continue;
                    }
                    self.blocks
                        .predictions(group, theta, scratch, |case, _, slots| {
                            let at = segment.cases.start + case as usize;
                            let mut value = 0.0;
                            for ((position, pair), slot) in data.pairs(at).enumerate().zip(slots) {
                                let chosen = match data.outcome() {
                                    Outcome::Chosen(chosen) => f64::from(u8::from(chosen[at] as usize == position)),
                                    Outcome::Counts(counts) => counts[pair],
                                    Outcome::None => 0.0,
                                };
                                if chosen > 0.0 {
                                    value += chosen * slot.ln_probability;
                                }
                            }
                            of_cases[case as usize] = value * data.weights().map_or(1.0, |weights| weights[at]);
                        })
                        .map_err(|undefined| self.outside(segment, &undefined))?;
                }
                Ok((segment.cases.clone(), of_cases))
            },
            |(cases, values)| {
                for (case, value) in cases.zip(values) {
                    let maker = data.decision_makers().map_or(case, |makers| makers[case] as usize);
                    contributions[maker] += value;
                }
            },
        )?;
        Ok(contributions)
    }
}

#[cfg(test)]
mod tests;
