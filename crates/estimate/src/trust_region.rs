//! The trust-region subproblem in a ball, solved exactly from an eigenvalue decomposition.
//!
//! ```text
//! minimise g′p + ½ p′Bp   subject to   ‖p‖ ≤ Δ
//! ```
//!
//! # Source
//! Moré and Sorensen (1983), "Computing a trust region step", *SIAM J. Sci. Stat. Comput.* 4(3).

use ndarray::{Array1, ArrayView1};

use crate::symmetric::Eigen;

/// Components of the gradient along the lowest eigenvectors that are smaller than this share of what curvature does at
/// the boundary are rounding errors and must not choose the side to leave a saddle by.
const HARD_CASE: f64 = 1e-10;

/// Slopes along flat directions below this share of the whole gradient are rounding errors.
const FLAT_SLOPE: f64 = 1e-6;

/// A minimiser in the ball.
#[derive(Clone, Debug)]
pub(crate) struct BallStep {
    pub(crate) step: Array1<f64>,
    pub(crate) on_boundary: bool,
}

/// The global minimiser of the model in the ball. Eigenvalues within `flat` times the largest of zero count as that
/// much; `radius` may be infinite only if all others are positive.
pub(crate) fn minimise_in_ball(eigen: &Eigen, gradient: ArrayView1<f64>, radius: f64, flat: f64) -> BallStep {
    let largest = eigen.largest();
    let floor = flat * largest;
    let values = eigen
        .values
        .mapv(|value| if value.abs() <= floor { floor } else { value });
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let mut components = eigen.vectors.t().dot(&gradient);
    // Along a flat direction the slope must be real: divided by next to nothing, a rounding error makes a long step.
    let slope = norm(&components);
    for (component, value) in components.iter_mut().zip(&eigen.values) {
        if value.abs() <= floor && component.abs() <= FLAT_SLOPE * slope {
            *component = 0.0;
        }
    }

    if components.iter().all(|&c| c == 0.0) && lowest >= 0.0 {
        return BallStep {
            step: Array1::zeros(gradient.len()),
            on_boundary: false,
        };
    }
    if lowest > 0.0 {
        let newton = -&components / &values;
        if norm(&newton) <= radius {
            return BallStep {
                step: eigen.vectors.dot(&newton),
                on_boundary: false,
            };
        }
    }
    assert!(radius.is_finite(), "an unbounded region needs a definite matrix");

    // The step is −c / (λ + σ) with σ ≥ −λ₁. Written with the gaps e = λ − λ₁ and μ = σ + λ₁ nothing cancels.
    let gaps = values.mapv(|value| value - lowest);
    if lowest < 0.0 {
        let low: Vec<usize> = (0..gaps.len()).filter(|&i| gaps[i] <= HARD_CASE * largest).collect();
        let along = low.iter().map(|&i| components[i] * components[i]).sum::<f64>().sqrt();
        if along <= HARD_CASE * radius * -lowest {
            for &i in &low {
                components[i] = 0.0;
            }
            let mut step = Array1::from_shape_fn(gaps.len(), |i| {
                if components[i] == 0.0 {
                    0.0
                } else {
                    -components[i] / gaps[i]
                }
            });
            let rest = norm(&step);
            if rest < radius {
                step[low[0]] = outward_sign(eigen.vectors.column(low[0])) * (radius * radius - rest * rest).sqrt();
                return BallStep {
                    step: eigen.vectors.dot(&step),
                    on_boundary: true,
                };
            }
        }
    }
    let multiplier = secular_root(&components, &gaps, lowest.max(0.0), radius);
    let mut step = Array1::from_shape_fn(gaps.len(), |i| {
        if components[i] == 0.0 {
            0.0
        } else {
            -components[i] / (gaps[i] + multiplier)
        }
    });
    step *= radius / norm(&step);
    BallStep {
        step: eigen.vectors.dot(&step),
        on_boundary: true,
    }
}

/// The μ ≥ `smallest` with ‖c / (e + μ)‖ = Δ; the norm at `smallest` is at least Δ.
///
/// Newton's method on 1/‖p‖ − 1/Δ, which is nearly linear in μ and rises monotonically to the root from the left.
fn secular_root(components: &Array1<f64>, gaps: &Array1<f64>, smallest: f64, radius: f64) -> f64 {
    let length = |mu: f64| {
        let mut squared = 0.0;
        let mut slope = 0.0;
        for (&c, &e) in components.iter().zip(gaps).filter(|(c, _)| **c != 0.0) {
            let p = c / (e + mu);
            squared += p * p;
            slope += p * p / (e + mu);
        }
        (squared.sqrt(), slope)
    };
    // One component alone is never longer than the whole, and the whole never longer than with all gaps zero.
    let mut low = components
        .iter()
        .zip(gaps)
        .map(|(c, e)| c.abs() / radius - e)
        .fold(smallest, f64::max);
    let mut high = (norm(components) / radius).max(low);
    let mut mu = if low > 0.0 { low } else { high };
    for _ in 0..200 {
        let (norm, slope) = length(mu);
        if (norm - radius).abs() <= 1e-13 * radius {
            break;
        }
        if norm > radius {
            low = low.max(mu);
        } else {
            high = high.min(mu);
        }
        let next = mu + norm * norm / slope * (norm - radius) / radius;
        let next = if next > low && next < high {
            next
        } else if low > 0.0 {
            (low * high).sqrt()
        } else {
            high * 1e-3
        };
        if next == mu {
            break;
        }
        mu = next;
    }
    mu
}

/// A sign that makes the (first) largest component positive: LAPACK's own choice is arbitrary.
fn outward_sign(vector: ArrayView1<f64>) -> f64 {
    let largest = vector.iter().fold(0.0, |largest: f64, c| largest.max(c.abs()));
    let first = vector.iter().find(|c| c.abs() >= largest * (1.0 - 1e-6));
    first.map_or(1.0, |c| c.signum())
}

pub(crate) fn norm(vector: &Array1<f64>) -> f64 {
    vector.iter().map(|element| element * element).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;

    fn solve(matrix: &Array2<f64>, gradient: &Array1<f64>, radius: f64) -> BallStep {
        minimise_in_ball(&Eigen::new(matrix), gradient.view(), radius, 1e-12)
    }

    fn model(matrix: &Array2<f64>, gradient: &Array1<f64>, step: &Array1<f64>) -> f64 {
        gradient.dot(step) + 0.5 * step.dot(&matrix.dot(step))
    }

    #[test]
    fn the_newton_step_if_it_lies_inside() {
        let step = solve(&array![[2.0, 0.0], [0.0, 4.0]], &array![2.0, -4.0], 10.0);
        assert!(!step.on_boundary);
        assert!((step.step[0] + 1.0).abs() < 1e-15 && (step.step[1] - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_saddle_is_left_along_negative_curvature_by_a_fixed_side() {
        let step = solve(&array![[1.0, 0.0], [0.0, -1.0]], &array![0.0, 0.0], 2.0);
        assert!(step.on_boundary);
        assert_eq!(step.step.to_vec(), [0.0, 2.0]);
    }

    #[test]
    fn the_hard_case_adds_curvature_to_a_short_step() {
        // By hand: σ = 1, first component −3/(2+1) = −1, second ±√(4−1).
        let step = solve(&array![[2.0, 0.0], [0.0, -1.0]], &array![3.0, 0.0], 2.0);
        assert!((step.step[0] + 1.0).abs() < 1e-14);
        assert!((step.step[1] - 3f64.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn a_matrix_of_zeros_goes_downhill_to_the_boundary() {
        let step = solve(&Array2::zeros((2, 2)), &array![3.0, 4.0], 5.0);
        assert!((step.step[0] + 3.0).abs() < 1e-12 && (step.step[1] + 4.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn no_point_of_the_ball_is_lower(
            elements in prop::collection::vec(-3.0..3.0f64, 6),
            gradient in prop::collection::vec(-2.0..2.0f64, 3),
            radius in 0.01..10.0f64,
            others in prop::collection::vec(prop::collection::vec(-1.0..1.0f64, 3), 40),
        ) {
            let e = &elements;
            let matrix = array![[e[0], e[1], e[2]], [e[1], e[3], e[4]], [e[2], e[4], e[5]]];
            let gradient = Array1::from(gradient);
            let found = solve(&matrix, &gradient, radius);
            prop_assert!(norm(&found.step) <= radius * (1.0 + 1e-12));
            let lowest = model(&matrix, &gradient, &found.step);
            // Rounding in the model: a few ε times its largest term.
            let slack = 1e-10 * (norm(&gradient) * radius + 10.0 * radius * radius);
            for other in others {
                let other = Array1::from(other);
                for length in [0.3, 1.0] {
                    let point = &other * (length * radius / norm(&other).max(1e-300));
                    prop_assert!(lowest <= model(&matrix, &gradient, &point) + slack);
                }
            }
        }
    }
}
