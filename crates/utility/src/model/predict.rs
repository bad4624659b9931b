//! Prediction: utilities, choice probabilities and logsums at given parameters, whatever was chosen.

use std::sync::atomic::Ordering;

use logsum_estimate::{EvalError, LogLikelihood};
use rayon::prelude::*;

use super::Model;
use super::blocks::Segment;
use super::scratch::Scratch;

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

/// The values of a segment's pairs and cases, where they belong in the result.
struct Part<'a> {
    segment: &'a Segment,
    utilities: &'a mut [f64],
    probabilities: &'a mut [f64],
    logsums: &'a mut [f64],
}

impl Model<'_> {
    /// Systematic utility V_nj of every pair at `theta` (length K), in the order of the data's pairs. What was chosen
    /// does not matter, nor whether that is known.
    ///
    /// # Errors
    /// A `theta` of another length, and utilities that are not finite numbers.
    pub fn utilities(&self, theta: &[f64]) -> Result<Vec<f64>, EvalError> {
        Ok(self.predicted(theta)?.0)
    }

    /// Choice probabilities of every pair and logsums of every case at `theta` (length K). What was chosen does not
    /// matter, nor whether that is known.
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
        let (n_pairs, n_cases) = (self.data.n_pairs(), self.data.n_cases());
        let mut utilities = vec![0.0; n_pairs];
        let mut prediction = Prediction {
            probabilities: vec![0.0; n_pairs],
            logsums: vec![0.0; n_cases],
        };
        self.parts(&mut utilities, &mut prediction)
            .into_par_iter()
            .map_init(Scratch::default, |scratch, part| self.fill(part, theta, scratch))
            // Collected, so that of several errors the first in the data is told on any number of threads.
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Result<(), EvalError>>()?;
        Ok((utilities, prediction))
    }

    /// Cuts the result by segments, whose cases and pairs stand together.
    fn parts<'a>(&'a self, mut utilities: &'a mut [f64], prediction: &'a mut Prediction) -> Vec<Part<'a>> {
        let mut probabilities = prediction.probabilities.as_mut_slice();
        let mut logsums = prediction.logsums.as_mut_slice();
        let part = |segment: &'a Segment| {
            let cases = segment.cases.clone();
            let n_pairs = cases.clone().map(|case| self.data.pairs(case).len()).sum();
            Part {
                segment,
                utilities: utilities.split_off_mut(..n_pairs).expect("segments cover the pairs"),
                probabilities: probabilities
                    .split_off_mut(..n_pairs)
                    .expect("segments cover the pairs"),
                logsums: logsums.split_off_mut(..cases.len()).expect("segments cover the cases"),
            }
        };
        self.blocks.segments.iter().map(part).collect()
    }

    fn fill(&self, part: Part<'_>, theta: &[f64], scratch: &mut Scratch) -> Result<(), EvalError> {
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(EvalError::Interrupted);
        }
        let first_case = part.segment.cases.start;
        let first_pair = self.data.pairs(first_case).start;
        for group in &part.segment.groups {
            self.blocks
                .predictions(group, theta, scratch, |case, logsum, slots| {
                    let case = case as usize;
                    part.logsums[case - first_case] = logsum;
                    let pairs = self.data.pairs(case);
                    for (pair, (utility, probability)) in pairs.zip(slots) {
                        part.utilities[pair - first_pair] = utility;
                        part.probabilities[pair - first_pair] = probability;
                    }
                })
                .map_err(|undefined| self.outside(&undefined))?;
        }
        if let Some(corrections) = &self.corrections {
            for case in part.segment.cases.clone() {
                let pairs = self.data.pairs(case);
                let inside = pairs.start - first_pair..pairs.end - first_pair;
                part.logsums[case - first_case] = corrections.remove(
                    self.data,
                    pairs,
                    &mut part.utilities[inside.clone()],
                    &mut part.probabilities[inside],
                );
            }
        }
        Ok(())
    }
}
