//! Hessians where only scores are analytic.

use std::sync::atomic::AtomicBool;

use super::{Stopped, Totals};
use crate::model::lanes::Compensated;
use crate::model::mixture::kernel::{GRADIENT, pair};
use crate::model::mixture::{DrawSet, Mixture};

impl Mixture {
    /// The same where only scores are analytic: the Hessian from their central differences, over a thousandth of what a
    /// parameter's outer product says of its standard error.
    pub(super) fn total_by_differences(
        &self,
        draws: &DrawSet,
        theta: &[f64],
        times: Option<&[f64]>,
        interrupt: &AtomicBool,
    ) -> Result<Totals, Stopped> {
        const STEP: f64 = 1e-3;
        let mut totals = self.total(draws, theta, GRADIENT, times, interrupt)?;
        let k = theta.len();
        let mut rows = vec![vec![0.0; k]; k];
        let mut moved = theta.to_vec();
        for (at, row) in rows.iter_mut().enumerate() {
            let information = totals.products[pair(at as u32, at as u32)].total();
            if information == 0.0 {
                continue;
            }
            let step = STEP / information.sqrt();
            moved[at] = theta[at] + step;
            let above = self.total(draws, &moved, GRADIENT, times, interrupt)?;
            moved[at] = theta[at] - step;
            let below = self.total(draws, &moved, GRADIENT, times, interrupt)?;
            moved[at] = theta[at];
            for (cell, (above, below)) in row.iter_mut().zip(above.score.iter().zip(&below.score)) {
                *cell = (above.total() - below.total()) / (2.0 * step);
            }
        }
        totals.hessian = vec![Compensated::default(); k * (k + 1) / 2];
        for (at, row) in rows.iter().enumerate() {
            for (column, (one, other)) in row
                .iter()
                .zip(rows.iter().map(|other| other[at]))
                .enumerate()
                .take(at + 1)
            {
                totals.hessian[pair(at as u32, column as u32)].add(0.5 * (one + other));
            }
        }
        Ok(totals)
    }
}
