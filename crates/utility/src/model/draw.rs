//! Drawing outcomes: what random utility maximisers with the given parameters choose.

use std::collections::HashMap;

use logsum_data::{ChoiceData, Outcome};
use logsum_draws::{Seed, Stream};
use logsum_estimate::EvalError;
use rayon::prelude::*;

use super::kernels::SetKernel;
use super::{Model, kernels, logit};

impl Model<'_> {
    /// Draws an outcome for every case at `theta` (length K),
    ///
    /// ```text
    /// chosen_n = argmax_{j ∈ C_n} V_nj(θ) + ε_nj
    /// ```
    ///
    /// the noise ε being the kernel's: independent standard Gumbel for logit, with positive stable variables that the
    /// alternatives of a nest share for nested logit. Of ordered alternatives the one is drawn into whose interval between
    /// thresholds V_n + ε_n falls, with one logistic or normal ε_n. Random tastes are drawn too, anew for each
    /// decision maker (and each choice where choices are counted and no decision makers are named). In data that count choices, each case
    /// makes as many as it has (rounded to whole ones), or 1 if that is not known.
    ///
    /// The draws of a decision maker come from the stream of that number alone: they do not depend on threads, nor on
    /// how many decision makers follow.
    ///
    /// # Errors
    /// As [`Model::utilities`].
    pub fn draw_outcome(&self, theta: &[f64], seed: Seed) -> Result<Outcome, EvalError> {
        let data = self.whole()?;
        if data.rankings().is_some() {
            return Err(EvalError::Failed(
                "rankings cannot be drawn yet; take the first choices of the data to draw the best".to_owned(),
            ));
        }
        if let Some(mixture) = &self.mixture {
            return self.draw_mixed(mixture, data, theta, seed);
        }
        let utilities = self.utilities(theta)?;
        let kernel_at = self.kernel_at(theta)?;
        let sets = self.sets(data);
        let counts = data.schema().has_counts();
        let known = matches!(data.outcome(), Outcome::Counts(_));
        let draw = |case: usize, stream: &mut Stream| {
            let utilities = &utilities[data.pairs(case)];
            let times = if known { data.choices(case).round() as u64 } else { 1 };
            let mut chosen = vec![0.0; if counts { utilities.len() } else { 0 }];
            let mut last = 0;
            for _ in 0..times {
                last = match (&kernel_at, &sets) {
                    (Some(at), Some(sets)) => {
                        let alternatives = &data.pair_alternatives()[data.pairs(case)];
                        kernels::choose(&sets[alternatives], &at.functions.value, utilities, stream)
                    }
                    _ => logit::choose(utilities, stream),
                };
                if counts {
                    chosen[last] += 1.0;
                }
            }
            (last as u32, chosen)
        };
        let makers = cases_by_decision_maker(data);
        let drawn: Vec<Vec<(u32, Vec<f64>)>> = makers
            .par_iter()
            .enumerate()
            .with_min_len(64)
            .map(|(maker, cases)| {
                let mut stream = seed.stream(maker as u64);
                cases.clone().map(|case| draw(case, &mut stream)).collect()
            })
            .collect();
        let drawn = drawn.into_iter().flatten();
        Ok(if counts {
            Outcome::Counts(drawn.flat_map(|(_, counts)| counts).collect())
        } else {
            Outcome::Chosen(drawn.map(|(chosen, _)| chosen).collect())
        })
    }
}

impl Model<'_> {
    /// The kernel of each choice set, by its alternatives.
    fn sets<'a>(&self, data: &'a ChoiceData) -> Option<HashMap<&'a [u32], SetKernel>> {
        let kernel = self.kernel.as_ref()?;
        let mut sets = HashMap::new();
        for case in 0..data.n_cases() {
            let alternatives = &data.pair_alternatives()[data.pairs(case)];
            sets.entry(alternatives).or_insert_with(|| kernel.of_set(alternatives));
        }
        Some(sets)
    }
}

/// The cases of each decision maker, which stand together.
pub(super) fn cases_by_decision_maker(data: &ChoiceData) -> Vec<std::ops::Range<usize>> {
    let n = data.n_cases();
    let Some(makers) = data.decision_makers() else {
        return (0..n).map(|case| case..case + 1).collect();
    };
    let mut ranges = Vec::with_capacity(data.n_decision_makers());
    let mut first = 0;
    for case in 1..=n {
        if case == n || makers[case] != makers[first] {
            ranges.push(first..case);
            first = case;
        }
    }
    ranges
}
