//! Prediction: utilities, choice probabilities and logsums at given parameters, whatever was chosen.

use std::sync::atomic::Ordering;

use logsum_data::{ChoiceData, Stages};
use logsum_estimate::{EvalError, LogLikelihood};

use super::Model;
use super::scratch::{At, Scratch};
use super::segment::Segment;

/// Choice probabilities and logsums of every case.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// P_nj of every pair, in the order of the data's pairs; they sum to 1 over the choice set.
    pub probabilities: Vec<f64>,
    /// Expected maximum utility of every case up to a constant, in utils, in the order of the data's cases.
    ///
    /// ```text
    /// ln Σ_{j ∈ C_n} exp V_nj
    /// ```
    ///
    /// Of ordered alternatives, of which nobody chooses the best, it is the utility V_n that they share.
    ///
    /// Of normal errors E max_j (V_nj + ε_nj), from the probabilities and their slopes:
    ///
    /// ```text
    /// Σ_j P_nj (V_nj + Σ_k σ_jk ∂ ln P_nj/∂V_nk)
    /// ```
    pub logsums: Vec<f64>,
}

impl Prediction {
    /// Energy of a case: minus its logsum. The less its choice set has to offer, the higher it is.
    ///
    /// ```text
    /// −ln Σ_{j ∈ C_n} exp V_nj
    /// ```
    ///
    /// Utilities have no natural zero, so energies of cases compare only as far as their utilities do: with one
    /// specification, and with the same alternative (or the same attributes at 0) as the level of all.
    ///
    /// # Source
    /// Liu, Wang, Owens and Li (2020), *Energy-based out-of-distribution detection*.
    pub fn energy(&self, case: usize) -> f64 {
        -self.logsums[case]
    }
}

/// The values of a segment's pairs and cases.
struct Part {
    utilities: Vec<f64>,
    probabilities: Vec<f64>,
    logsums: Vec<f64>,
}

impl Model<'_> {
    /// Systematic utility V_nj of every pair at `theta` (length K), in the order of the data's pairs. What was chosen
    /// does not matter, nor whether that is known. Of random tastes the mean over draws.
    ///
    /// # Errors
    /// A `theta` of another length, and utilities that are not finite numbers.
    pub fn utilities(&self, theta: &[f64]) -> Result<Vec<f64>, EvalError> {
        Ok(self.predicted(theta)?.0)
    }

    /// Choice probabilities of every pair and logsums of every case at `theta` (length K), of rankings those of the best.
    /// What was chosen does not matter, nor whether that is known. Of random tastes the means over the population, by the model's draws.
    ///
    /// # Errors
    /// A `theta` of another length, and utilities that are not finite numbers.
    pub fn predict(&self, theta: &[f64]) -> Result<Prediction, EvalError> {
        Ok(self.predicted(theta)?.1)
    }

    /// Utilities, and what the kernel makes of them.
    fn predicted(&self, theta: &[f64]) -> Result<(Vec<f64>, Prediction), EvalError> {
        if theta.len() != self.parameters().len() {
            return Err(EvalError::Failed(format!(
                "{} values are given for {} parameters; give one for each, fixed ones included",
                theta.len(),
                self.parameters().len()
            )));
        }
        let data = self.whole()?;
        match self.ranked.as_ref().and_then(|_| data.stages()) {
            Some(stages) => {
                let (utilities, prediction) = self.predicted_choices(&stages.data, theta)?;
                Ok(of_first_stages(&stages, &utilities, &prediction))
            }
            None => self.predicted_choices(data, theta),
        }
    }

    /// The same of the choices that the likelihood is made of.
    fn predicted_choices(&self, data: &ChoiceData, theta: &[f64]) -> Result<(Vec<f64>, Prediction), EvalError> {
        if let Some(mixture) = &self.mixture {
            return self.predicted_mixed(mixture, theta);
        }
        let kernel_at = self.kernel_at(theta)?;
        let (n_pairs, n_cases) = (data.n_pairs(), data.n_cases());
        let mut utilities = vec![0.0; n_pairs];
        let mut prediction = Prediction {
            probabilities: vec![0.0; n_pairs],
            logsums: vec![0.0; n_cases],
        };
        let mut slots = (utilities.as_mut_slice(), prediction.probabilities.as_mut_slice());
        let mut logsums = prediction.logsums.as_mut_slice();
        self.blocks.segments.each(
            1,
            4 * rayon::current_num_threads(),
            || Scratch::at(At::Model, kernel_at.clone()),
            |scratch, segment| self.predicted_of(data, segment, theta, scratch),
            |part| {
                let take = |all: &mut &mut [f64], part: &[f64]| {
                    let room = all.split_off_mut(..part.len()).expect("segments cover the data");
                    room.copy_from_slice(part);
                };
                take(&mut slots.0, &part.utilities);
                take(&mut slots.1, &part.probabilities);
                take(&mut logsums, &part.logsums);
            },
        )?;
        Ok((utilities, prediction))
    }

    /// Utilities, probabilities and logsums of a segment, whose cases and pairs stand together.
    fn predicted_of(
        &self,
        data: &ChoiceData,
        segment: &Segment,
        theta: &[f64],
        scratch: &mut Scratch,
    ) -> Result<Part, EvalError> {
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(EvalError::Interrupted);
        }
        let first_case = segment.cases.start;
        let first_pair = data.pairs(first_case).start;
        let n_pairs = data.pairs(segment.cases.end - 1).end - first_pair;
        let mut part = Part {
            utilities: vec![0.0; n_pairs],
            probabilities: vec![0.0; n_pairs],
            logsums: vec![0.0; segment.cases.len()],
        };
        for group in &segment.groups {
            self.blocks
                .predictions(group, theta, scratch, |case, logsum, slots| {
                    part.logsums[case as usize] = logsum;
                    let pairs = data.pairs(first_case + case as usize);
                    for (pair, slot) in pairs.zip(slots) {
                        part.utilities[pair - first_pair] = slot.utility;
                        part.probabilities[pair - first_pair] = slot.probability;
                    }
                })
                .map_err(|undefined| self.outside(segment, &undefined))?;
        }
        if let Some(corrections) = &self.corrections {
            for case in segment.cases.clone() {
                let pairs = data.pairs(case);
                let inside = pairs.start - first_pair..pairs.end - first_pair;
                part.logsums[case - first_case] = corrections.remove(
                    data,
                    pairs,
                    &mut part.utilities[inside.clone()],
                    &mut part.probabilities[inside],
                );
            }
        }
        Ok(part)
    }
}

/// What is predicted of the first stage of every ranking, which has the whole choice set.
fn of_first_stages(stages: &Stages, utilities: &[f64], prediction: &Prediction) -> (Vec<f64>, Prediction) {
    let is_first = |stage: &usize| *stage == 0 || stages.case[*stage] != stages.case[*stage - 1];
    let first: Vec<usize> = (0..stages.case.len()).filter(is_first).collect();
    let of_pairs = |values: &[f64]| -> Vec<f64> {
        let of_stage = |&stage: &usize| values[stages.data.pairs(stage)].iter().copied();
        first.iter().flat_map(of_stage).collect()
    };
    let best = Prediction {
        probabilities: of_pairs(&prediction.probabilities),
        logsums: first.iter().map(|&stage| prediction.logsums[stage]).collect(),
    };
    (of_pairs(utilities), best)
}
