//! Coefficients of two models on a common scale.

use logsum_estimate::opg_covariance;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::coefficients::{Coefficient, rows};
use super::influence::covariance;
use crate::fit::Fit;

/// How many times larger the second model's coefficients are than the first's, and what is left of the difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleComparison {
    /// The ratio s of the second's scale to the first's.
    pub ratio: f64,
    /// Of the ratio, from the joint covariance of both estimators; `None` without it.
    pub std_error: Option<f64>,
    /// The coefficients that both have.
    pub terms: Vec<ScaledTerm>,
}

/// A coefficient that two models have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaledTerm {
    /// Its name.
    pub term: String,
    /// In the first model.
    pub first: f64,
    /// In the second.
    pub second: f64,
    /// That divided by the ratio of scales.
    pub second_scaled: f64,
    /// `second_scaled − first`.
    pub difference: f64,
    /// Of the difference; `None` without a joint covariance, or where the ratio leaves no difference.
    pub std_error: Option<f64>,
}

/// Influences of decision makers, a row for each, on coefficients.
type Influences<'a> = &'a [Vec<f64>];

/// The positions, in two lists of coefficients, of those that both models have and that their scale multiplies.
fn shared(first: &[Coefficient], second: &[Coefficient]) -> Vec<(usize, usize)> {
    let pair = |(at, one): (usize, &Coefficient)| {
        let twin = second.iter().position(|other| other.term == one.term)?;
        (one.scales && second[twin].scales).then_some((at, twin))
    };
    first.iter().enumerate().filter_map(pair).collect()
}

/// The ratio of scales s that brings the second model's coefficients b₂ nearest to s times the first's b₁,
///
/// ```text
/// s = argmin (b₂ − s b₁)′ W (b₂ − s b₁) = b₁′W b₂ / b₁′W b₁
/// ```
///
/// over the coefficients that both have, W being the inverse of their covariance in the second model (from the Hessian).
/// Standard errors are by the delta method at given weights, from [`influences`](super::influences) of the same decision
/// makers on all coefficients of either model.
///
/// `None` where there is no such coefficient or the second model has no covariance.
pub fn compare_scales(
    (first, second): (&[Coefficient], &[Coefficient]),
    second_fit: &Fit,
    influences: Option<(Influences<'_>, Influences<'_>)>,
) -> Option<ScaleComparison> {
    let shared = shared(first, second);
    let m = shared.len();
    let of = |coefficients: &[Coefficient], at: usize| coefficients[at].estimate;
    let b1: Array1<f64> = shared.iter().map(|&(at, _)| of(first, at)).collect();
    let b2: Array1<f64> = shared.iter().map(|&(_, at)| of(second, at)).collect();
    let weights = precision(second, &shared, second_fit)?;
    let weighted = weights.dot(&b1);
    let square = weighted.dot(&b1);
    let ratio = weighted.dot(&b2) / square;
    if !ratio.is_finite() || ratio == 0.0 {
        return None;
    }
    let mut std_error = None;
    let mut errors = vec![None; m];
    if let Some((of_first, of_second)) = influences {
        // ∂s/∂b₂ = W b₁ / b₁′Wb₁ and ∂s/∂b₁ = W (b₂ − 2 s b₁) / b₁′Wb₁.
        let along_second = &weighted / square;
        let along_first = weights.dot(&(&b2 - &(&b1 * (2.0 * ratio)))) / square;
        let moved: Vec<Vec<f64>> = of_first
            .iter()
            .zip(of_second)
            .map(|(one, other)| {
                let one: Array1<f64> = shared.iter().map(|&(at, _)| one[at]).collect();
                let other: Array1<f64> = shared.iter().map(|&(_, at)| other[at]).collect();
                let of_ratio = along_first.dot(&one) + along_second.dot(&other);
                // Of b₂/s − b₁.
                let of_differences = (&other - &(&b2 * (of_ratio / ratio))) / ratio - one;
                std::iter::once(of_ratio).chain(of_differences).collect()
            })
            .collect();
        let covariance = covariance(&moved);
        let roots = (0..=m).map(|at| Some(covariance.get(at)?[at].sqrt()).filter(|error| error.is_finite()));
        let roots: Vec<Option<f64>> = roots.collect();
        std_error = roots[0];
        if m > 1 {
            errors = roots[1..].to_vec();
        }
    }
    let terms = shared.iter().zip(errors).map(|(&(at, twin), std_error)| {
        let (one, other) = (of(first, at), of(second, twin));
        ScaledTerm {
            term: first[at].term.clone(),
            first: one,
            second: other,
            second_scaled: other / ratio,
            difference: if m > 1 { other / ratio - one } else { 0.0 },
            std_error,
        }
    });
    Some(ScaleComparison {
        ratio,
        std_error,
        terms: terms.collect(),
    })
}

/// The inverse of the covariance of shared coefficients in the second model.
fn precision(second: &[Coefficient], shared: &[(usize, usize)], fit: &Fit) -> Option<Array2<f64>> {
    if shared.is_empty() {
        return None;
    }
    let covariance = fit.covariance.hessian.as_ref()?;
    let (rows, n) = rows(fit);
    let gradients: Option<Vec<Vec<f64>>> = shared.iter().map(|&(_, at)| second[at].gradient(&rows, n)).collect();
    let gradients = gradients?;
    let spread = Array2::from_shape_fn((shared.len(), shared.len()), |(i, j)| {
        let mut sum = 0.0;
        for (g, row) in gradients[i].iter().zip(covariance) {
            sum += g * row.iter().zip(&gradients[j]).map(|(c, g)| c * g).sum::<f64>();
        }
        sum
    });
    // An inverse is an inverse: this one is scaled, and refuses what is singular.
    opg_covariance(&spread, &vec![true; shared.len()]).ok()
}

#[cfg(test)]
mod tests {
    use super::super::coefficients::coefficients;
    use super::super::influence::influences;
    use super::super::testing::{fitted, logit};
    use super::*;
    use crate::model::Model;
    use crate::testing::{WIDE, specification};

    /// What a fit has for a comparison.
    fn parts(
        specification: &crate::Specification,
        data: &logsum_data::ChoiceData,
    ) -> (Fit, Vec<Coefficient>, Vec<Vec<f64>>) {
        let fit = fitted(specification, data);
        let model = Model::bind(specification, data).unwrap();
        let all = coefficients(&fit, model.specification(), data.schema());
        let who: Vec<u32> = (0..data.n_decision_makers() as u32).collect();
        let moved = influences(&model, &fit, &all, &who, who.len()).unwrap().unwrap();
        (fit, all, moved)
    }

    #[test]
    fn utilities_that_are_scaled_give_their_scale() {
        // Half of everything but the constants' names: coefficients come out twice as large, without any doubt.
        let (one, data) = logit();
        let halved: Vec<(&str, String)> = WIDE.1.iter().map(|(name, v)| (*name, format!("({v}) / 2"))).collect();
        let halved: Vec<(&str, &str)> = halved.iter().map(|(name, v)| (*name, v.as_str())).collect();
        let other = specification(WIDE.0, &halved);
        let (_, first, of_first) = parts(&one, &data);
        let (fit, second, of_second) = parts(&other, &data);
        let scales = compare_scales((&first, &second), &fit, Some((&of_first, &of_second))).unwrap();
        assert!((scales.ratio - 2.0).abs() < 1e-6, "{}", scales.ratio);
        assert!(scales.std_error.unwrap() < 1e-6, "{:?}", scales.std_error);
        assert_eq!(scales.terms.len(), 5);
        for term in &scales.terms {
            assert!(
                term.difference.abs() < 1e-6 && term.std_error.unwrap() < 1e-6,
                "{term:?}"
            );
        }
        // Without influences the numbers stay, and their errors go.
        let bare = compare_scales((&first, &second), &fit, None).unwrap();
        assert_eq!((bare.ratio, bare.std_error), (scales.ratio, None));
        assert!(bare.terms.iter().all(|term| term.std_error.is_none()));
    }

    #[test]
    fn the_ratio_by_hand() {
        // Variances 1 and 4 in the second: s = (2·3/1 + 1·4/4) / (2²/1 + 1²/4) = 7 / 4.25.
        let coefficient = |term: &str, estimate: f64, position: usize| Coefficient {
            term: term.to_owned(),
            estimate,
            is_mean: false,
            is_money: false,
            scales: true,
            parameters: vec![position],
            derivatives: vec![1.0],
        };
        let first = [
            coefficient("a", 2.0, 0),
            coefficient("b", 1.0, 1),
            coefficient("c", 9.0, 2),
        ];
        let second = [coefficient("b", 4.0, 0), coefficient("a", 3.0, 1)];
        let (specification, data) = logit();
        let mut fit = fitted(&specification, &data);
        fit.parameters.truncate(2);
        fit.covariance.hessian = Some(vec![vec![4.0, 0.0], vec![0.0, 1.0]]);
        let at =
            |b1: [f64; 2], b2: [f64; 2]| (b1[0] * b2[0] + b1[1] * b2[1] / 4.0) / (b1[0] * b1[0] + b1[1] * b1[1] / 4.0);
        // Two decision makers; the error is that of differences along their influences.
        let of_first = vec![vec![0.1, 0.2, 7.0], vec![-0.3, 0.1, 7.0]];
        let of_second = vec![vec![0.4, -0.1], vec![0.2, 0.5]];
        let scales = compare_scales((&first, &second), &fit, Some((&of_first, &of_second))).unwrap();
        assert!((scales.ratio - 7.0 / 4.25).abs() < 1e-14);
        let h = 1e-6;
        let along = |n: usize, value: &dyn Fn([f64; 2], [f64; 2]) -> f64| {
            let moved = |sign: f64| {
                let b1 = [2.0 + sign * h * of_first[n][0], 1.0 + sign * h * of_first[n][1]];
                let b2 = [3.0 + sign * h * of_second[n][1], 4.0 + sign * h * of_second[n][0]];
                value(b1, b2)
            };
            (moved(1.0) - moved(-1.0)) / (2.0 * h)
        };
        let error = |value: &dyn Fn([f64; 2], [f64; 2]) -> f64| along(0, value).hypot(along(1, value));
        let near = |found: Option<f64>, expected: f64| (found.unwrap() / expected - 1.0).abs() < 1e-8;
        assert!(near(scales.std_error, error(&at)));
        let terms: Vec<&str> = scales.terms.iter().map(|term| term.term.as_str()).collect();
        assert_eq!(terms, ["a", "b"]);
        assert!(near(
            scales.terms[0].std_error,
            error(&|b1, b2| b2[0] / at(b1, b2) - b1[0])
        ));
        assert!(near(
            scales.terms[1].std_error,
            error(&|b1, b2| b2[1] / at(b1, b2) - b1[1])
        ));
        // Of a single one nothing is left.
        let alone = compare_scales((&first[..1], &second), &fit, Some((&of_first, &of_second))).unwrap();
        assert_eq!((alone.ratio, alone.terms[0].difference), (1.5, 0.0));
        assert!(compare_scales((&first[2..], &second), &fit, None).is_none());
    }
}
