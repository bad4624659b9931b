//! Constants at which shares meet their targets, by Broyden's method.

use logsum_estimate::EvalError;

use crate::error::CalibrationError;

/// How far ln of a share may be from that of its target.
const TOLERANCE: f64 = 1e-10;

/// Predictions before the search is given up.
const EVALUATIONS: usize = 300;

/// Part of a step below which it leads nowhere.
const SHORTEST: f64 = 1e-6;

/// Shares of all alternatives at constants of those that move.
pub(super) type SharesAt<'a> = dyn FnMut(&[f64]) -> Result<Vec<f64>, EvalError> + 'a;

/// An alternative whose constant moves until its share is met.
pub(super) struct ToMeet<'n> {
    pub alternative: usize,
    pub name: &'n str,
    pub share: f64,
}

/// The constants, and the shares of all alternatives at them.
///
/// With what is missing, f_j = ln t_j − ln S_j, the constants c + f are a contraction for the logit; Broyden's updates of
/// minus the inverse of ∂f/∂c begin with them.
///
/// # Errors
/// Targets that cannot be met, and whatever keeps shares from being predicted.
///
/// # Source
/// Broyden (1965), *A class of methods for solving nonlinear simultaneous equations*.
pub(super) fn constants(
    targets: &[ToMeet<'_>],
    shares_at: &mut SharesAt<'_>,
) -> Result<(Vec<f64>, Vec<f64>), CalibrationError> {
    let missing = |shares: &[f64]| -> Vec<f64> {
        let of = |target: &ToMeet<'_>| (target.share / shares[target.alternative]).ln();
        targets.iter().map(of).collect()
    };
    let size = |missing: &[f64]| missing.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let n = targets.len();
    let mut constants = vec![0.0; n];
    let mut shares = shares_at(&constants)?;
    let mut now = missing(&shares);
    let mut inverse = Inverse::identity(n);
    // The part of a step that is taken.
    let mut part = 1.0;
    for _ in 0..EVALUATIONS {
        if size(&now) <= TOLERANCE {
            return Ok((constants, shares));
        }
        if part < SHORTEST {
            break;
        }
        let step: Vec<f64> = inverse.times(&now).iter().map(|value| part * value).collect();
        let moved: Vec<f64> = constants
            .iter()
            .zip(&step)
            .map(|(constant, step)| constant + step)
            .collect();
        let there = shares_at(&moved)?;
        let then = missing(&there);
        if size(&then) < size(&now) {
            part = 1.0;
            inverse.update(&step, &now, &then);
            (constants, shares, now) = (moved, there, then);
        } else {
            // The step went too far, or in a direction that no longer holds.
            inverse = Inverse::identity(n);
            part *= 0.5;
        }
    }
    let worst = (0..n).max_by(|&a, &b| now[a].abs().total_cmp(&now[b].abs()));
    let worst = &targets[worst.expect("without constants nothing is missing")];
    Err(CalibrationError::NotMet {
        name: worst.name.to_owned(),
        target: worst.share,
        share: shares[worst.alternative],
    })
}

/// Minus the inverse of the derivatives of what is missing in the constants, by Broyden's updates of the identity.
struct Inverse {
    rows: Vec<Vec<f64>>,
}

impl Inverse {
    fn identity(n: usize) -> Self {
        let row = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect();
        Inverse {
            rows: (0..n).map(row).collect(),
        }
    }

    fn times(&self, vector: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| dot(row, vector)).collect()
    }

    /// After a step along which what is missing has changed.
    fn update(&mut self, step: &[f64], before: &[f64], after: &[f64]) {
        let fallen: Vec<f64> = before.iter().zip(after).map(|(before, after)| before - after).collect();
        let found = self.times(&fallen);
        let length = dot(step, &found);
        if length.abs() < f64::MIN_POSITIVE {
            return;
        }
        let n = step.len();
        let across: Vec<f64> = (0..n)
            .map(|j| (0..n).map(|i| step[i] * self.rows[i][j]).sum())
            .collect();
        for ((row, step), found) in self.rows.iter_mut().zip(step).zip(&found) {
            let scale = (step - found) / length;
            row.iter_mut()
                .zip(&across)
                .for_each(|(value, across)| *value += scale * across);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
