//! A point with all that is known about it, and the space it moves in.

use ndarray::{Array1, Array2, Axis};

use crate::convergence::Bound;
use crate::likelihood::{Evaluation, Parameter};
use crate::symmetric::{Definiteness, Symmetric};

/// Which parameters may move, and how far.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    /// Indices of parameters that are not fixed.
    pub(crate) moving: Vec<usize>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

impl Space {
    pub(crate) fn new(parameters: &[Parameter]) -> Space {
        Space {
            moving: (0..parameters.len()).filter(|&i| !parameters[i].fixed).collect(),
            lower: parameters.iter().map(|parameter| parameter.lower).collect(),
            upper: parameters.iter().map(|parameter| parameter.upper).collect(),
        }
    }

    /// The bound parameter `i` rests on, if any.
    pub(crate) fn bound_at(&self, i: usize, value: f64) -> Option<Bound> {
        if value <= self.lower[i] {
            Some(Bound::Lower)
        } else if value >= self.upper[i] {
            Some(Bound::Upper)
        } else {
            None
        }
    }

    /// The bound that holds parameter `i` back: it rests there and ln L rises outwards.
    fn holding_bound(&self, i: usize, value: f64, score: f64) -> Option<Bound> {
        if self.lower[i] == self.upper[i] {
            return Some(if score > 0.0 { Bound::Upper } else { Bound::Lower });
        }
        self.bound_at(i, value).filter(|bound| match bound {
            Bound::Lower => score < 0.0,
            Bound::Upper => score > 0.0,
        })
    }
}

/// A point, its evaluation, and the curvature over the parameters that are free to move from it.
pub(crate) struct Iterate {
    pub(crate) theta: Vec<f64>,
    pub(crate) evaluation: Evaluation,
    /// Indices of parameters that are neither fixed nor held at a bound.
    pub(crate) free: Vec<usize>,
    /// Score over `free`.
    pub(crate) score: Array1<f64>,
    /// −H over `free`.
    pub(crate) information: Array2<f64>,
    /// What −H is.
    pub(crate) analysis: Symmetric,
    /// The Newton decrement over `free`, as [`Symmetric::decrement`] has it for a matrix that is not definite.
    pub(crate) decrement: f64,
}

impl Iterate {
    pub(crate) fn new(space: &Space, theta: Vec<f64>, evaluation: Evaluation, flat: f64) -> Iterate {
        let free = space
            .moving
            .iter()
            .copied()
            .filter(|&i| space.holding_bound(i, theta[i], evaluation.score[i]).is_none())
            .collect();
        Iterate::over(free, theta, evaluation, flat)
    }

    fn over(free: Vec<usize>, theta: Vec<f64>, evaluation: Evaluation, flat: f64) -> Iterate {
        let score = evaluation.score.select(Axis(0), &free);
        let information = -evaluation.hessian.select(Axis(0), &free).select(Axis(1), &free);
        let analysis = Symmetric::new(&information, flat);
        let decrement = analysis.decrement(score.view());
        Iterate {
            theta,
            evaluation,
            free,
            score,
            information,
            analysis,
            decrement,
        }
    }

    /// The same point with parameters that rest on a bound held there if leaving it would gain nothing worth the
    /// tolerance: a maximum that happens to lie on the bound is reported as such, whatever side rounding puts the score.
    pub(crate) fn settled(self, space: &Space, tolerance: f64, flat: f64) -> Iterate {
        let stays = |&i: &usize| {
            let score = self.evaluation.score[i];
            let curvature = self.evaluation.hessian[[i, i]].abs();
            space.bound_at(i, self.theta[i]).is_none() || score * score > tolerance * curvature
        };
        let free: Vec<usize> = self.free.iter().copied().filter(stays).collect();
        if free.len() == self.free.len() {
            self
        } else {
            Iterate::over(free, self.theta, self.evaluation, flat)
        }
    }

    /// Whether the score vanishes, as far as the tolerance goes.
    pub(crate) fn is_stationary(&self, tolerance: f64) -> bool {
        self.decrement <= tolerance
    }

    /// Whether this is a maximum by the tolerance.
    pub(crate) fn is_converged(&self, tolerance: f64) -> bool {
        self.definiteness() == Definiteness::Definite && self.is_stationary(tolerance)
    }

    pub(crate) fn definiteness(&self) -> Definiteness {
        self.analysis.definiteness()
    }

    /// The decrement, where there is one.
    pub(crate) fn criterion(&self) -> Option<f64> {
        (self.definiteness() != Definiteness::Indefinite).then_some(self.decrement)
    }

    /// Parameters, as indices of all, that keep −H from being positive definite.
    pub(crate) fn offenders(&self) -> Vec<usize> {
        self.analysis.offenders().into_iter().map(|i| self.free[i]).collect()
    }

    /// Where each parameter rests on a bound that holds it; fixed parameters never do.
    pub(crate) fn held(&self, space: &Space) -> Vec<Option<Bound>> {
        let mut held = vec![None; self.theta.len()];
        for &i in &space.moving {
            if !self.free.contains(&i) {
                held[i] = space.bound_at(i, self.theta[i]);
            }
        }
        held
    }
}
