//! The trust-region subproblem in a ball and within bounds.
//!
//! ```text
//! minimise m(s) = g′s + ½ s′Bs   subject to   ‖s‖ ≤ Δ,  low ≤ s ≤ high
//! ```
//!
//! Solved face by face: go to the minimiser in the ball; if bounds are in the way, stop at the first, hold it, and go on
//! in the face that remains. That needs no tuning and ends after at most one round per parameter, but it may stop short
//! of the minimiser, so it is done from the origin and again from the projected-gradient (Cauchy) point, and the lower
//! end counts. Being no higher than the Cauchy point is what makes a trust-region method converge from anywhere.
//!
//! # Source
//! Conn, Gould and Toint (1988), "Global convergence of a class of trust region algorithms for optimization with simple
//! bounds", *SIAM J. Numer. Anal.* 25(2).

use ndarray::{Array1, Array2, ArrayView1, Axis};

use crate::convergence::Bound;
use crate::symmetric::Eigen;
use crate::trust_region::{minimise_in_ball, norm};

/// A quadratic model with its limits, in scaled variables. `low` ≤ 0 ≤ `high`, infinite where there is no bound.
#[derive(Clone, Debug)]
pub(crate) struct Subproblem {
    pub(crate) gradient: Array1<f64>,
    pub(crate) matrix: Array2<f64>,
    pub(crate) low: Array1<f64>,
    pub(crate) high: Array1<f64>,
    /// Δ; may be infinite if `matrix` is positive definite.
    pub(crate) radius: f64,
    /// Share of the largest eigenvalue that counts as zero.
    pub(crate) flat: f64,
}

/// Where a step leads.
#[derive(Clone, Debug)]
pub(crate) struct BoxStep {
    pub(crate) step: Array1<f64>,
    /// Bounds the step ends on.
    pub(crate) held: Vec<Option<Bound>>,
    /// −m(s), the predicted decrease.
    pub(crate) predicted: f64,
    /// Whether the ball limits the step.
    pub(crate) on_boundary: bool,
}

impl Subproblem {
    /// A step no higher than the Cauchy point; the global minimiser in the ball if that keeps within the bounds.
    pub(crate) fn solve(&self) -> BoxStep {
        let n = self.gradient.len();
        let direct = self.descend(Array1::zeros(n), vec![None; n]);
        if direct.held.iter().all(Option::is_none) {
            return direct;
        }
        let (cauchy, held) = self.cauchy_point();
        let detour = self.descend(cauchy, held);
        if detour.predicted > direct.predicted {
            detour
        } else {
            direct
        }
    }

    fn value(&self, step: &Array1<f64>) -> f64 {
        self.gradient.dot(step) + 0.5 * step.dot(&self.matrix.dot(step))
    }

    /// From `step`, minimises face by face; parameters in `held` stay where they are.
    fn descend(&self, mut step: Array1<f64>, mut held: Vec<Option<Bound>>) -> BoxStep {
        let mut on_boundary = false;
        let mut value = self.value(&step);
        loop {
            let free: Vec<usize> = (0..held.len()).filter(|&i| held[i].is_none()).collect();
            if free.is_empty() {
                break;
            }
            let mut fixed = step.clone();
            for &i in &free {
                fixed[i] = 0.0;
            }
            let room = self.radius * self.radius - fixed.dot(&fixed);
            if room <= 0.0 {
                on_boundary = true;
                break;
            }
            let linear = (&self.gradient + &self.matrix.dot(&fixed)).select(Axis(0), &free);
            let face = self.matrix.select(Axis(0), &free).select(Axis(1), &free);
            let ball = minimise_in_ball(&Eigen::new(&face), linear.view(), room.sqrt(), self.flat);

            let from = step.select(Axis(0), &free);
            let direction = &ball.step - &from;
            let share = self.first_bound(&free, from.view(), direction.view());
            let mut next = step.clone();
            let mut next_held = held.clone();
            for (k, &i) in free.iter().enumerate() {
                if share >= 1.0 {
                    next[i] = ball.step[k];
                    continue;
                }
                next[i] = from[k] + share * direction[k];
                // A bound at the smallest share, to rounding, is hit exactly.
                if direction[k] < 0.0 && (self.low[i] - from[k]) / direction[k] <= share * (1.0 + 1e-14) {
                    next[i] = self.low[i];
                    next_held[i] = Some(Bound::Lower);
                } else if direction[k] > 0.0 && (self.high[i] - from[k]) / direction[k] <= share * (1.0 + 1e-14) {
                    next[i] = self.high[i];
                    next_held[i] = Some(Bound::Upper);
                }
            }
            // In a face of negative curvature the way to the lowest point may lead uphill at first.
            let next_value = self.value(&next);
            if next_value > value {
                break;
            }
            (step, held, value) = (next, next_held, next_value);
            if share >= 1.0 {
                on_boundary = ball.on_boundary;
                break;
            }
        }
        BoxStep {
            step,
            held,
            predicted: -value,
            on_boundary,
        }
    }

    /// The share of `direction` after which the first bound is met; 1 if none is.
    fn first_bound(&self, free: &[usize], from: ArrayView1<f64>, direction: ArrayView1<f64>) -> f64 {
        let mut share = 1.0f64;
        for (k, &i) in free.iter().enumerate() {
            let limit = if direction[k] < 0.0 { self.low[i] } else { self.high[i] };
            if direction[k] != 0.0 && (from[k] + direction[k] < self.low[i] || from[k] + direction[k] > self.high[i]) {
                share = share.min(((limit - from[k]) / direction[k]).max(0.0));
            }
        }
        share
    }

    /// A point along the projected steepest descent that lowers the model sufficiently.
    fn cauchy_point(&self) -> (Array1<f64>, Vec<Option<Bound>>) {
        let n = self.gradient.len();
        let squared = self.gradient.dot(&self.gradient);
        if squared == 0.0 {
            return (Array1::zeros(n), vec![None; n]);
        }
        let curvature = self.gradient.dot(&self.matrix.dot(&self.gradient));
        let mut length = if curvature > 0.0 {
            squared / curvature
        } else {
            f64::INFINITY
        };
        length = length.min(self.radius / squared.sqrt());
        // Halving 60 times reaches rounding; a definite matrix needs a few.
        for _ in 0..60 {
            let (step, held) = self.projected(length);
            if norm(&step) <= self.radius && self.value(&step) <= 0.1 * self.gradient.dot(&step) {
                return (step, held);
            }
            length *= 0.5;
        }
        (Array1::zeros(n), vec![None; n])
    }

    fn projected(&self, length: f64) -> (Array1<f64>, Vec<Option<Bound>>) {
        let mut step = &self.gradient * -length;
        let mut held = vec![None; step.len()];
        for i in 0..step.len() {
            if step[i] <= self.low[i] && self.gradient[i] > 0.0 {
                step[i] = self.low[i];
                held[i] = Some(Bound::Lower);
            } else if step[i] >= self.high[i] && self.gradient[i] < 0.0 {
                step[i] = self.high[i];
                held[i] = Some(Bound::Upper);
            }
        }
        (step, held)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    const NONE: f64 = f64::INFINITY;

    fn subproblem(
        gradient: Array1<f64>,
        matrix: Array2<f64>,
        low: Array1<f64>,
        high: Array1<f64>,
        radius: f64,
    ) -> Subproblem {
        Subproblem {
            gradient,
            matrix,
            low,
            high,
            radius,
            flat: 1e-12,
        }
    }

    #[test]
    fn a_bound_in_the_way_is_held_and_the_rest_re_solved() {
        // By hand: unconstrained minimiser (2, −1); with the first held at 1 the second solves 2y + 1·1 = 0.
        let problem = subproblem(
            array![-3.0, 0.0],
            array![[2.0, 1.0], [1.0, 2.0]],
            array![-NONE, -NONE],
            array![1.0, NONE],
            NONE,
        );
        let found = problem.solve();
        assert_eq!(found.held, [Some(Bound::Upper), None]);
        assert_eq!(found.step[0], 1.0);
        assert!((found.step[1] + 0.5).abs() < 1e-15);
        assert!((found.predicted - 2.25).abs() < 1e-14, "−m by hand: 3 − (1 − ½ + ¼)");
    }

    #[test]
    fn a_parameter_already_at_its_bound_does_not_block_the_others() {
        let problem = subproblem(
            array![1.0, -2.0],
            array![[1.0, 0.0], [0.0, 1.0]],
            array![0.0, -NONE],
            array![NONE, NONE],
            10.0,
        );
        let found = problem.solve();
        assert_eq!(found.step.to_vec(), [0.0, 2.0]);
        assert_eq!(found.held, [Some(Bound::Lower), None]);
    }

    #[test]
    fn negative_curvature_runs_into_the_bound() {
        let problem = subproblem(array![-1e-3], array![[-1.0]], array![-NONE], array![0.5], 10.0);
        let found = problem.solve();
        assert_eq!(found.step[0], 0.5);
        assert_eq!(found.held, [Some(Bound::Upper)]);
    }

    proptest! {
        #[test]
        fn the_step_is_feasible_and_no_higher_than_the_cauchy_point(
            elements in prop::collection::vec(-3.0..3.0f64, 6),
            gradient in prop::collection::vec(-2.0..2.0f64, 3),
            low in prop::collection::vec(0.0..1.0f64, 3),
            high in prop::collection::vec(0.0..1.0f64, 3),
            radius in 0.01..3.0f64,
        ) {
            let e = &elements;
            let matrix = array![[e[0], e[1], e[2]], [e[1], e[3], e[4]], [e[2], e[4], e[5]]];
            let problem = subproblem(Array1::from(gradient), matrix, -Array1::from(low), Array1::from(high), radius);
            let found = problem.solve();
            prop_assert!(norm(&found.step) <= radius * (1.0 + 1e-12));
            for i in 0..3 {
                prop_assert!(problem.low[i] <= found.step[i] && found.step[i] <= problem.high[i]);
                match found.held[i] {
                    Some(Bound::Lower) => prop_assert_eq!(found.step[i], problem.low[i]),
                    Some(Bound::Upper) => prop_assert_eq!(found.step[i], problem.high[i]),
                    None => {}
                }
            }
            let (cauchy, _) = problem.cauchy_point();
            // Rounding of the model, a few ε.
            prop_assert!(-found.predicted <= problem.value(&cauchy) + 1e-12);
            prop_assert!((found.predicted + problem.value(&found.step)).abs() < 1e-12);
        }
    }
}
