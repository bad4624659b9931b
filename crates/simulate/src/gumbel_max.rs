//! Gumbel-max: that the largest of Gumbel-perturbed utilities is a draw from the softmax, tested from every side.

use std::f64::consts::{PI, SQRT_2};

use logsum_draws::Seed;
use serde::Serialize;

use crate::constants::{EULER, GUMBEL_DEVIATION};
use crate::exact::{logsum, normal_distribution, ordering_probability, orderings, probabilities, softmax};
use crate::statistics::{
    Cell, ChiSquared, Goodness, Kolmogorov, TotalVariation, cells, goodness, independence, kolmogorov, standard_score,
    total_variation,
};
use crate::{Experiment, Tally};

/// Level of the test unless another is asked for.
pub const LEVEL: f64 = 0.001;
/// Classes of the largest utility, equally probable, in the test of its independence of the winner.
const CLASSES: usize = 10;
/// Orderings that are listed.
const FREQUENT: usize = 10;

/// What Gumbel-max promises against what was drawn.
///
/// ```text
/// U_j = V_j + T ε_j, ε independent standard Gumbel
/// P(U_j largest) = exp(V_j/T) / Σ exp(V_k/T)                        Pearson, G, total variation
/// max U ~ Gumbel(location T ln Σ exp(V_k/T), scale T)               mean, Kolmogorov–Smirnov
/// max U and the winner are independent                              contingency of winner and decile
/// the order of the largest is Plackett–Luce                         Pearson, G
/// ```
///
/// Whatever noise was drawn is compared with that law; `under_noise` is compared with its own.
///
/// # Source
/// McFadden (1974), *Conditional logit analysis of qualitative choice behavior*; Train (2009), §3.10; for orderings
/// Yellott (1977), *The relationship between Luce's choice axiom, Thurstone's theory of comparative judgment, and the
/// double exponential distribution*.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GumbelMax {
    /// The noise drawn, as its user names it.
    pub noise: String,
    /// T.
    pub temperature: f64,
    /// R.
    pub draws: u64,
    /// In the order of the utilities.
    pub alternatives: Vec<AlternativeShare>,
    /// Frequencies against softmax.
    pub softmax: Goodness,
    /// Distance of the frequencies from softmax.
    pub total_variation: TotalVariation,
    /// Frequencies against the exact probabilities under the noise drawn, where [`probabilities`] has them.
    pub under_noise: Option<Goodness>,
    /// The largest utility against its Gumbel law.
    pub maximum: Maximum,
    /// The order of the largest utilities against Plackett–Luce, if it was recorded.
    pub orderings: Option<OrderingShares>,
    /// Level of the verdict.
    pub level: f64,
    /// Whether the G test of the frequencies against softmax rejects at that level.
    pub rejected: bool,
}

/// One alternative: how often it won and should have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlternativeShare {
    /// V_j.
    pub utility: f64,
    /// exp(V_j/T) / Σ exp(V_k/T).
    pub softmax: f64,
    /// Share of the draws that it won.
    pub frequency: f64,
    /// Frequency less softmax.
    pub difference: f64,
    /// Standard error of the frequency under softmax, √(p (1 − p) / R).
    pub std_error: f64,
    /// Difference over standard error.
    pub z: f64,
    /// Its exact probability under the noise drawn, where [`probabilities`] has it.
    pub under_noise: Option<f64>,
}

/// The largest utility against its law under independent Gumbel noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Maximum {
    /// Location T ln Σ exp(V_k/T): the logsum.
    pub logsum: f64,
    /// Mean by the law: logsum + T γ.
    pub expected: f64,
    /// Mean of the draws.
    pub mean: f64,
    /// Standard error of the mean by the law, T π / √(6 R).
    pub std_error: f64,
    /// (mean − expected) / standard error.
    pub z: f64,
    /// Variance by the law, T² π² / 6.
    pub expected_variance: f64,
    /// Variance of the draws.
    pub variance: f64,
    /// First draws against the law.
    pub kolmogorov: Kolmogorov,
    /// Winner and decile of the largest utility, in the first draws.
    pub independence: ChiSquared,
}

/// Orderings of the largest utilities against Plackett–Luce.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderingShares {
    /// Places that were recorded.
    pub top: usize,
    /// Draws of which the ordering was recorded.
    pub draws: u64,
    /// Counts against probabilities, over all orderings.
    pub goodness: Goodness,
    /// Orderings that were drawn, the most frequent first, ten at most.
    pub frequent: Vec<OrderingShare>,
}

/// One ordering.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderingShare {
    /// Positions of the alternatives, best first.
    pub ordering: Vec<u32>,
    /// Its Plackett–Luce probability.
    pub probability: f64,
    /// Share of the draws that showed it.
    pub frequency: f64,
    /// (frequency − probability) over its standard error.
    pub z: f64,
}

/// A level that is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("level of the test: {level} is not between 0 and 1; use 0.001 or 0.05, say")]
pub struct LevelError {
    /// What was asked for.
    pub level: f64,
}

impl GumbelMax {
    /// Compares the tally of an experiment with what Gumbel noise would give; `level`: of the verdict `rejected`.
    ///
    /// # Errors
    /// A level that is not between 0 and 1.
    pub fn compare(experiment: &Experiment, tally: &Tally, level: f64) -> Result<GumbelMax, LevelError> {
        if !(level > 0.0 && level < 1.0) {
            return Err(LevelError { level });
        }
        let Experiment {
            utilities,
            temperature,
            noise,
            ..
        } = experiment;
        let expected = softmax(utilities, *temperature);
        let under_noise = probabilities(noise, utilities, *temperature);
        let cells_of_softmax = cells(&tally.counts, &expected);
        let draws = tally.draws as f64;
        let alternatives = cells_of_softmax.iter().zip(utilities).enumerate();
        let alternatives = alternatives.map(|(j, (cell, &utility))| {
            let (softmax, frequency) = (cell.probability, cell.count as f64 / draws);
            AlternativeShare {
                utility,
                softmax,
                frequency,
                difference: frequency - softmax,
                std_error: (softmax * (1.0 - softmax) / draws).sqrt(),
                z: standard_score(*cell, tally.draws),
                under_noise: under_noise.as_ref().map(|probabilities| probabilities[j]),
            }
        });
        let against_softmax = goodness(&cells_of_softmax);
        Ok(GumbelMax {
            noise: noise.to_string(),
            temperature: *temperature,
            draws: tally.draws,
            alternatives: alternatives.collect(),
            total_variation: total_variation(&cells_of_softmax),
            under_noise: under_noise.as_ref().map(|p| goodness(&cells(&tally.counts, p))),
            maximum: maximum(experiment, tally),
            orderings: compare_orderings(experiment, tally),
            level,
            rejected: against_softmax.g.p_value < level,
            softmax: against_softmax,
        })
    }
}

/// Distribution function of the Gumbel law.
fn gumbel_distribution(x: f64, location: f64, scale: f64) -> f64 {
    (-(-(x - location) / scale).exp()).exp()
}

fn maximum(experiment: &Experiment, tally: &Tally) -> Maximum {
    let temperature = experiment.temperature;
    let logsum = logsum(&experiment.utilities, temperature);
    let expected = logsum + temperature * EULER;
    let expected_variance = temperature * temperature * PI * PI / 6.0;
    let std_error = (expected_variance / tally.draws as f64).sqrt();

    let mut winners_by_class = vec![vec![0; CLASSES]; experiment.utilities.len()];
    for &(winner, largest) in &tally.sample {
        let level = gumbel_distribution(largest, logsum, temperature);
        let class = ((level * CLASSES as f64) as usize).min(CLASSES - 1);
        winners_by_class[winner as usize][class] += 1;
    }
    let sample: Vec<f64> = tally.sample.iter().map(|(_, largest)| *largest).collect();
    Maximum {
        logsum,
        expected,
        mean: tally.maximum_mean,
        std_error,
        z: (tally.maximum_mean - expected) / std_error,
        expected_variance,
        variance: tally.maximum_variance,
        kolmogorov: kolmogorov(&sample, |x| gumbel_distribution(x, logsum, temperature)),
        independence: independence(&winners_by_class),
    }
}

fn compare_orderings(experiment: &Experiment, tally: &Tally) -> Option<OrderingShares> {
    let (utilities, temperature) = (&experiment.utilities, experiment.temperature);
    let top = tally.orderings.first()?.0.len();
    // Lexicographic, so that each is found by bisection; what is none of them is impossible and gets a cell of its own.
    let expected = orderings(utilities, temperature, top);
    let mut counts = vec![0; expected.len() + 1];
    for (ordering, count) in &tally.orderings {
        let at = expected.binary_search_by(|(known, _)| known.cmp(ordering));
        counts[at.unwrap_or(expected.len())] += count;
    }
    let probabilities = expected.into_iter().map(|(_, probability)| probability);
    let probabilities: Vec<f64> = probabilities.chain([0.0]).collect();

    let draws = tally.ordering_draws;
    let frequent = tally.orderings.iter().take(FREQUENT).map(|(ordering, count)| {
        let probability = ordering_probability(utilities, temperature, ordering);
        let cell = Cell {
            count: *count,
            probability,
        };
        OrderingShare {
            ordering: ordering.clone(),
            probability,
            frequency: *count as f64 / draws as f64,
            z: standard_score(cell, draws),
        }
    });
    Some(OrderingShares {
        top,
        draws,
        goodness: goodness(&cells(&counts, &probabilities)),
        frequent: frequent.collect(),
    })
}

/// The difference of two Gumbel variables against the logistic and, for contrast, the normal law of that variance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Differences {
    /// Against 1 / (1 + e^−x): true.
    pub logistic: Kolmogorov,
    /// Against the normal law with variance π²/3: false, though never by more than 0.023.
    pub normal: Kolmogorov,
}

/// Draws differences of two independent standard Gumbel variables and compares them with the logistic law.
///
/// ```text
/// P(ε_1 − ε_2 ≤ x) = 1 / (1 + e^−x)
/// ```
///
/// Why the binary logit is logistic regression.
pub fn gumbel_differences(seed: Seed, draws: usize) -> Differences {
    let mut stream = seed.stream(0);
    let (mut first, mut second) = (vec![0.0; draws], vec![0.0; draws]);
    stream.fill_gumbel(&mut first);
    stream.fill_gumbel(&mut second);
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a - b).collect();
    let deviation = SQRT_2 * GUMBEL_DEVIATION;
    Differences {
        logistic: kolmogorov(&differences, |x| 1.0 / (1.0 + (-x).exp())),
        normal: kolmogorov(&differences, |x| normal_distribution(x / deviation)),
    }
}

#[cfg(test)]
mod tests;
