//! Newton's method for a sum of concave functions of the probabilities under linear constraints, inside p > 0.

use super::MaximumEntropyError;

/// Steps before giving up; averages very near their extremes take up to about 200.
const MAX_ITERATIONS: usize = 1000;
/// Share of the way to p = 0 that a step may go.
const FRACTION_TO_BOUNDARY: f64 = 0.99;
/// Probabilities below this part of the smallest distance of a target from its extreme change no sum: they go that share of the way by themselves, and hold up no step.
const NEGLIGIBLE: f64 = 1e-100;
/// The rise that a further step promises, at which the search ends.
const RISE_TOLERANCE: f64 = 1e-24;
/// The largest share of a probability by which it would still change, at which the search ends: sums do not see the
/// changes of small probabilities, multipliers do.
const CHANGE_TOLERANCE: f64 = 1e-9;
/// Averages met to this, in units of their targets' distance from the extremes, are met.
const RESIDUAL_TOLERANCE: f64 = 1e-13;

/// A sum over outcomes of one concave function of p.
pub(super) struct Functional {
    pub(super) value: fn(f64) -> f64,
    /// First derivative.
    pub(super) slope: fn(f64) -> f64,
    /// Negative of the second derivative.
    pub(super) curvature: fn(f64) -> f64,
}

/// −p ln p.
pub(super) const ENTROPY: Functional = Functional {
    value: |p| -p * p.ln(),
    slope: |p| -p.ln() - 1.0,
    curvature: |p| 1.0 / p,
};

/// Constraints with target and spread taken out: Σ p_j a_ij = 0.
pub(super) struct Problem {
    /// a_ij = (f_ij − target_i) / spread_i.
    rows: Vec<Vec<f64>>,
    spreads: Vec<f64>,
    /// Distance of each target from the nearer extreme, in units of the spread.
    distances: Vec<f64>,
}

pub(super) struct Solution {
    pub(super) p: Vec<f64>,
    /// Multipliers of the rows.
    pub(super) lambda: Vec<f64>,
    pub(super) iterations: usize,
}

impl Problem {
    /// Checks everything that can be checked of one constraint at a time.
    pub(super) fn new(constraints: &[Vec<f64>], targets: &[f64]) -> Result<Problem, MaximumEntropyError> {
        let Some(first) = constraints.first() else {
            return Err(MaximumEntropyError::NoConstraints);
        };
        if targets.len() != constraints.len() {
            return Err(MaximumEntropyError::TargetLength {
                expected: constraints.len(),
                found: targets.len(),
            });
        }
        if first.len() < 2 {
            return Err(MaximumEntropyError::TooFew { found: first.len() });
        }
        let (mut rows, mut spreads, mut distances) = (Vec::new(), Vec::new(), Vec::new());
        for (i, (values, &target)) in constraints.iter().zip(targets).enumerate() {
            let constraint = i + 1;
            if values.len() != first.len() {
                return Err(MaximumEntropyError::Length {
                    constraint,
                    expected: first.len(),
                    found: values.len(),
                });
            }
            // Twice the value still fits, and so does any difference.
            if let Some(j) = values.iter().position(|value| !(2.0 * value).is_finite()) {
                return Err(MaximumEntropyError::Value {
                    constraint,
                    outcome: j + 1,
                    value: values[j],
                });
            }
            let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if !(lowest < target && target < highest || lowest == target && target == highest) {
                return Err(MaximumEntropyError::Target {
                    constraint,
                    target,
                    lowest,
                    highest,
                });
            }
            let spread = if lowest < highest { highest - lowest } else { 1.0 };
            rows.push(values.iter().map(|value| (value - target) / spread).collect());
            spreads.push(spread);
            distances.push((target - lowest).min(highest - target) / spread);
        }
        Ok(Problem {
            rows,
            spreads,
            distances,
        })
    }

    /// Averages of the rows, all 0 where the targets are met.
    pub(super) fn averages(&self, p: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| dot(p, row)).collect()
    }

    /// Multipliers in the units of the constraints.
    pub(super) fn multipliers(&self, lambda: &[f64]) -> Vec<f64> {
        lambda.iter().zip(&self.spreads).map(|(l, spread)| l / spread).collect()
    }

    /// The interior maximum of a functional.
    ///
    /// As long as an average is off its target, steps that stay positive shrink what is missing by the share that could
    /// be gone; once one could be gone in full the targets hold, and steps have to raise the functional.
    pub(super) fn maximise(&self, functional: &Functional) -> Result<Solution, MaximumEntropyError> {
        let mut p = self.start();
        let total = |p: &[f64]| -> f64 { p.iter().map(|p| (functional.value)(*p)).sum() };
        let nearest = self.distances.iter().copied().filter(|distance| *distance > 0.0);
        let negligible = (NEGLIGIBLE * nearest.fold(1.0, f64::min)).max(f64::MIN_POSITIVE);
        let (mut met, mut rise) = (false, f64::INFINITY);
        for iterations in 1..=MAX_ITERATIONS {
            let (step, lambda) = self.step(&p, functional);
            rise = p
                .iter()
                .zip(&step)
                .map(|(p, d)| (functional.curvature)(*p) * d * d)
                .sum();
            met = self
                .averages(&p)
                .iter()
                .zip(&self.distances)
                .all(|(average, distance)| average.abs() <= RESIDUAL_TOLERANCE * distance);
            let changes = || {
                let moving = p.iter().zip(&step).filter(|(p, _)| **p > negligible);
                moving.map(|(p, d)| d / p)
            };
            if met && rise <= RISE_TOLERANCE && changes().all(|change| change.abs() <= CHANGE_TOLERANCE) {
                return Ok(Solution { p, lambda, iterations });
            }
            let steepest = changes().map(|change| -change).fold(0.0, f64::max);
            let mut length = (FRACTION_TO_BOUNDARY / steepest).min(1.0);
            let at = |length: f64| -> Vec<f64> {
                let least = |p: f64| ((1.0 - FRACTION_TO_BOUNDARY) * p).max(f64::MIN_POSITIVE);
                p.iter()
                    .zip(&step)
                    .map(|(p, d)| (p + length * d).max(least(*p)))
                    .collect()
            };
            let mut next = at(length);
            // Too near the maximum, rounding hides the rise, and Newton's step needs no watching.
            if met && rise > 1e-8 {
                let now = total(&p);
                while total(&next) < now + 1e-4 * length * rise {
                    length *= 0.5;
                    next = at(length);
                }
            }
            p = next;
        }
        // Targets on the boundary of what is possible are met to rounding once a probability has all but vanished.
        let vanished = self.rows.len() > 1 && p.iter().any(|p| *p <= 10.0 * RESIDUAL_TOLERANCE);
        Err(if self.rows.len() == 1 || met && !vanished {
            MaximumEntropyError::NotConverged {
                iterations: MAX_ITERATIONS,
                rise,
            }
        } else {
            MaximumEntropyError::Together {
                constraints: self.rows.len(),
            }
        })
    }

    /// Equal probabilities; for a single constraint mixed with its lowest or highest outcomes so that it holds.
    fn start(&self) -> Vec<f64> {
        let n = self.rows[0].len() as f64;
        let uniform = vec![1.0 / n; self.rows[0].len()];
        let [row] = &self.rows[..] else { return uniform };
        let average = row.iter().sum::<f64>() / n;
        let end = if average > 0.0 {
            row.iter().copied().fold(f64::INFINITY, f64::min)
        } else {
            row.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        };
        if average == 0.0 || end == 0.0 {
            return uniform;
        }
        let at_end = row.iter().filter(|a| **a == end).count() as f64;
        let (stay, go) = (-end / (average - end), average / (average - end));
        let mixed = row.iter().map(|a| stay / n + if *a == end { go / at_end } else { 0.0 });
        mixed.collect()
    }

    /// Newton's step and the multipliers of the rows.
    ///
    /// ```text
    /// Δ_j = w_j (slope_j − ν − Σ_i λ_i a_ij)    w_j = 1/curvature_j
    /// ```
    ///
    /// with ν and λ such that p + Δ sums to 1 and meets the targets. Taking w-weighted means out of slopes and rows
    /// leaves m equations for λ, their matrix the weighted covariance of the rows.
    fn step(&self, p: &[f64], functional: &Functional) -> (Vec<f64>, Vec<f64>) {
        let weights: Vec<f64> = p.iter().map(|p| 1.0 / (functional.curvature)(*p)).collect();
        let weight: f64 = weights.iter().sum();
        let missing = 1.0 - p.iter().sum::<f64>();
        let means: Vec<f64> = self.rows.iter().map(|row| dot(&weights, row) / weight).collect();
        let centred: Vec<Vec<f64>> = self
            .rows
            .iter()
            .zip(&means)
            .map(|(row, mean)| row.iter().map(|a| a - mean).collect())
            .collect();
        let mut slopes: Vec<f64> = p.iter().map(|p| (functional.slope)(*p)).collect();
        let mean = dot(&weights, &slopes) / weight;
        slopes.iter_mut().for_each(|slope| *slope -= mean);
        let weighted =
            |a: &[f64], b: &[f64]| -> f64 { weights.iter().zip(a).zip(b).map(|((w, a), b)| w * a * b).sum() };
        let matrix = centred
            .iter()
            .map(|a| centred.iter().map(|b| weighted(a, b)).collect())
            .collect();
        let right = centred
            .iter()
            .zip(&means)
            .zip(self.averages(p))
            .map(|((row, mean), average)| weighted(row, &slopes) + missing * mean + average)
            .collect();
        let lambda = solve(matrix, right);
        let step = (0..p.len()).map(|j| {
            let pull: f64 = lambda.iter().zip(&centred).map(|(l, row)| l * row[j]).sum();
            weights[j] * (missing / weight + slopes[j] - pull)
        });
        (step.collect(), lambda)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a positive semidefinite system by elimination, largest pivot first; dependent unknowns are 0.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let m = right.len();
    let scale: Vec<f64> = (0..m).map(|i| matrix[i][i]).collect();
    let mut order: Vec<usize> = Vec::new();
    // The pivot that keeps most of its variance, as a share of what it had.
    let share = |matrix: &[Vec<f64>], i: usize| if scale[i] > 0.0 { matrix[i][i] / scale[i] } else { 0.0 };
    loop {
        let left = (0..m).filter(|i| !order.contains(i));
        let Some(pivot) = left.max_by(|a, b| share(&matrix, *a).total_cmp(&share(&matrix, *b))) else {
            break;
        };
        if share(&matrix, pivot) <= 1e-12 {
            break;
        }
        order.push(pivot);
        let pivot_row = matrix[pivot].clone();
        for i in (0..m).filter(|i| !order.contains(i)) {
            let factor = matrix[i][pivot] / pivot_row[pivot];
            right[i] -= factor * right[pivot];
            for (element, from) in matrix[i].iter_mut().zip(&pivot_row) {
                *element -= factor * from;
            }
        }
    }
    let mut solution = vec![0.0; m];
    for &i in order.iter().rev() {
        solution[i] = (right[i] - dot(&matrix[i], &solution)) / matrix[i][i];
    }
    solution
}
