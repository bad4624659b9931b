//! Area under the receiver operating characteristic: how well a score tells one group from another.

use std::collections::BTreeMap;

use serde::Serialize;

/// The area under the curve with its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Auc {
    /// Probability that a positive scores above a negative, ties counted half: 1 tells them apart without error, 1/2
    /// not at all, 0 the wrong way round without error.
    pub area: f64,
    /// Of the area; `None` with a single score or cluster in a group, which does not tell how it scatters.
    pub std_error: Option<f64>,
}

/// Scores that are not independent within clusters, such as the cases of a decision maker.
#[derive(Clone, Copy, Debug)]
pub struct Clustered<'a> {
    /// The scores.
    pub scores: &'a [f64],
    /// Cluster of each; the same number is the same cluster in both groups.
    pub clusters: &'a [u32],
}

/// Why there is no area.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AucError {
    /// A group without members.
    #[error("no {group} scores; an area compares two groups: give at least one score of each")]
    Empty {
        /// "positive" or "negative".
        group: &'static str,
    },
    /// A score that is not a number.
    #[error("{group} score {position} is not a number; leave it out or correct it")]
    NotANumber {
        /// "positive" or "negative".
        group: &'static str,
        /// Counted from 1.
        position: usize,
    },
    /// Not a cluster for each score.
    #[error("{scores} {group} scores have {clusters} clusters; give one for each")]
    Clusters {
        /// "positive" or "negative".
        group: &'static str,
        /// Number of scores.
        scores: usize,
        /// Number of clusters.
        clusters: usize,
    },
}

/// Area under the curve of independent scores, with the standard error of DeLong, DeLong and Clarke-Pearson.
///
/// ```text
/// A   = 1/(mn) Σ_i Σ_j ψ(x_i, y_j),   ψ = 1 if x > y, 1/2 if x = y, 0 if x < y
/// se² = var_i(V_i)/m + var_j(W_j)/n,  V_i = 1/n Σ_j ψ(x_i, y_j),  W_j = 1/m Σ_i ψ(x_i, y_j)
/// ```
///
/// with x the m positive and y the n negative scores, and variances with m − 1 and n − 1. A is the statistic of Mann
/// and Whitney. In O((m + n) log(m + n)). An area of 0 or 1 has a standard error of 0, which says only that the sample
/// shows no overlap.
///
/// # Errors
/// An empty group, and scores that are not numbers. Infinite ones are compared as any.
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson (1988), *Biometrics* 44; Sun and Xu (2014), *IEEE Signal Processing Letters* 21,
/// for the form by ranks.
pub fn auc(positive: &[f64], negative: &[f64]) -> Result<Auc, AucError> {
    let components = Components::new(positive, negative)?;
    let variance = |values: &[f64]| {
        let n = values.len() as f64;
        (values.len() > 1).then(|| squares(values, components.area) / (n - 1.0) / n)
    };
    let of_groups = variance(&components.positive).zip(variance(&components.negative));
    Ok(Auc {
        area: components.area,
        std_error: of_groups.map(|(positive, negative)| (positive + negative).sqrt()),
    })
}

/// Area under the curve of scores that are not independent within clusters, which may have members in both groups.
///
/// With V and W as in [`auc`], summed within each of the I clusters over its m_c positives and n_c negatives,
///
/// ```text
/// se² = I₁/(I₁ − 1) Σ_c (V_c − m_c A)²/m² + I₀/(I₀ − 1) Σ_c (W_c − n_c A)²/n² + 2 I/(I − 1) Σ_c (V_c − m_c A)(W_c −
/// n_c A)/(mn)
/// ```
///
/// where I₁ and I₀ count the clusters with positives and with negatives. Where every score is its own cluster, this is
/// the standard error of [`auc`].
///
/// # Errors
/// As [`auc`], and clusters that are not as many as scores.
///
/// # Source
/// Obuchowski (1997), *Nonparametric analysis of clustered ROC curve data*, Biometrics 53.
pub fn clustered_auc(positive: Clustered<'_>, negative: Clustered<'_>) -> Result<Auc, AucError> {
    for (group, given) in [("positive", positive), ("negative", negative)] {
        if given.scores.len() != given.clusters.len() {
            return Err(AucError::Clusters {
                group,
                scores: given.scores.len(),
                clusters: given.clusters.len(),
            });
        }
    }
    let components = Components::new(positive.scores, negative.scores)?;
    // Deviations of the positives and of the negatives of each cluster, and whether it has any.
    let mut clusters: BTreeMap<u32, [(f64, bool); 2]> = BTreeMap::new();
    let groups = [
        (positive.clusters, &components.positive),
        (negative.clusters, &components.negative),
    ];
    for (group, (of, values)) in groups.into_iter().enumerate() {
        for (cluster, value) in of.iter().zip(values) {
            let (deviation, any) = &mut clusters.entry(*cluster).or_default()[group];
            *deviation += value - components.area;
            *any = true;
        }
    }
    let sizes = [positive.scores.len() as f64, negative.scores.len() as f64];
    let correction = |n: usize| (n > 1).then(|| n as f64 / (n as f64 - 1.0));
    let variance = |group: usize| {
        let n = clusters.values().filter(|cluster| cluster[group].1).count();
        let sum: f64 = clusters.values().map(|cluster| cluster[group].0.powi(2)).sum();
        Some(correction(n)? * sum / sizes[group].powi(2))
    };
    let covariance: f64 = clusters.values().map(|[first, second]| first.0 * second.0).sum();
    let covariance = correction(clusters.len()).map(|correction| correction * covariance / (sizes[0] * sizes[1]));
    let total = |((first, second), covariance): ((f64, f64), f64)| (first + second + 2.0 * covariance).max(0.0).sqrt();
    Ok(Auc {
        area: components.area,
        std_error: variance(0).zip(variance(1)).zip(covariance).map(total),
    })
}

/// What each score contributes to the area.
struct Components {
    area: f64,
    /// Share of the negatives that each positive exceeds, ties half.
    positive: Vec<f64>,
    /// Share of the positives that exceed each negative, ties half.
    negative: Vec<f64>,
}

impl Components {
    fn new(positive: &[f64], negative: &[f64]) -> Result<Self, AucError> {
        for (group, scores) in [("positive", positive), ("negative", negative)] {
            if scores.is_empty() {
                return Err(AucError::Empty { group });
            }
            if let Some(at) = scores.iter().position(|score| score.is_nan()) {
                return Err(AucError::NotANumber {
                    group,
                    position: at + 1,
                });
            }
        }
        let (sorted_positive, sorted_negative) = (sorted(positive), sorted(negative));
        let share = |among: &[f64], score: f64| {
            let below = among.partition_point(|other| *other < score);
            let up_to = among.partition_point(|other| *other <= score);
            (below + up_to) as f64 / 2.0 / among.len() as f64
        };
        let of_positive: Vec<f64> = positive.iter().map(|&x| share(&sorted_negative, x)).collect();
        let of_negative: Vec<f64> = negative.iter().map(|&y| 1.0 - share(&sorted_positive, y)).collect();
        Ok(Components {
            area: of_positive.iter().sum::<f64>() / positive.len() as f64,
            positive: of_positive,
            negative: of_negative,
        })
    }
}

fn sorted(scores: &[f64]) -> Vec<f64> {
    // −0 is 0.
    let mut sorted: Vec<f64> = scores.iter().map(|score| score + 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Sum of squared deviations.
fn squares(values: &[f64], mean: f64) -> f64 {
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests;
