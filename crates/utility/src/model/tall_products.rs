//! Products of centred derivatives of many slots, of one case or several.

use super::aligned::Aligned;
use super::choice_set::LANES;
use super::lanes::reduce;
use super::tall_scratch::Derivatives;
use super::tiles::{Tile, products};
use super::tiling::TILE;

/// Lanes at most and at least, and bytes that they should take together: some of a second-level cache.
const MOST: usize = 512;
const LEAST: usize = 64;
const BYTES: usize = 160 << 10;

/// Rows of derivatives that wait to be multiplied with each other.
#[derive(Default)]
pub(super) struct Panel {
    rows: Aligned,
    n_rows: usize,
    lanes: usize,
    filled: usize,
}

impl Panel {
    /// Empties it, for that many rows.
    pub fn start(&mut self, n_rows: usize) {
        self.n_rows = n_rows;
        let fits = BYTES / size_of::<f64>() / n_rows.max(1);
        self.lanes = (fits / LANES * LANES).clamp(LEAST, MOST);
        self.rows.resize(n_rows * self.lanes);
        self.filled = 0;
    }

    /// Lanes that are free.
    pub fn room(&self) -> usize {
        self.lanes - self.filled
    }

    /// The next `n` lanes of a row.
    pub fn row(&mut self, row: usize, n: usize) -> &mut [f64] {
        &mut self.rows[row * self.lanes + self.filled..][..n]
    }

    /// Closes `n` lanes, once they are written in all rows.
    pub fn take(&mut self, n: usize) {
        self.filled += n;
    }

    /// Subtracts Σ_lanes row_k row_l from the lower triangle of the Hessian, and empties the panel.
    pub fn flush(&mut self, dense: &[(u32, Derivatives)], n_parameters: usize, hessian: &mut [f64]) {
        if self.filled == 0 {
            return;
        }
        let (lanes, filled) = (self.lanes, self.filled);
        for row in self.rows.chunks_exact_mut(lanes) {
            row[filled..].fill(0.0);
        }
        self.filled = 0;
        let panel: &[[f64; LANES]] = self.rows.as_chunks().0;
        let mut tile: Tile = [[[0.0; LANES]; TILE]; TILE];
        let n = self.n_rows;
        let step = |first: usize| -> [u32; TILE] {
            std::array::from_fn(|at| (if first + at < n { first + at } else { first }) as u32)
        };
        for first in (0..n).step_by(TILE) {
            for second in (0..=first).step_by(TILE) {
                let n_first = TILE.min(n - first);
                products(
                    panel,
                    lanes / LANES,
                    n_first,
                    (&[step(first)], &[step(second)]),
                    &mut tile,
                );
                for (i, sums) in tile[..n_first].iter().enumerate() {
                    let n_second = if first == second { i + 1 } else { TILE };
                    for (j, sums) in sums[..n_second].iter().enumerate() {
                        let (row, column) = (dense[first + i].0 as usize, dense[second + j].0 as usize);
                        hessian[row.max(column) * n_parameters + row.min(column)] -= reduce(*sums);
                    }
                }
            }
        }
    }
}
