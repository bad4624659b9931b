//! The draws of errors.

use logsum_draws::{Maker, NARROW, PointSet, Seed, WIDE};
use logsum_probit::ghk::Blocks;

use crate::model::mixture::points::{Ahead, OfMaker, Points};

/// A case's draws in blocks.
pub(crate) struct CaseBlocks<'a> {
    pub points: &'a Points,
    pub of_case: OfMaker<'a>,
    pub ahead: &'a mut Ahead,
}

impl Blocks for CaseBlocks<'_> {
    fn numbers(&self) -> (usize, usize) {
        self.points.blocks()
    }

    fn wide(&mut self, block: usize) -> &[[f64; WIDE]] {
        self.of_case.wide(block, self.ahead)
    }

    fn narrow(&mut self, block: usize) -> &[[f64; NARROW]] {
        self.of_case.narrow(block, self.ahead)
    }

    fn wide_weights(&self, block: usize) -> [f64; WIDE] {
        self.points.weights(block * WIDE)
    }

    fn narrow_weights(&self, block: usize) -> [f64; NARROW] {
        self.points.weights(self.points.blocks().0 * WIDE + block * NARROW)
    }
}

/// Draws of the errors that go with a decision maker's draws of tastes, one of each case for each of those, in an order of
/// their own: what fills the space evenly for each by itself must not be in step with the other.
#[derive(Clone, Debug)]
pub(crate) struct CaseDraws {
    pub points: PointSet,
    pub seed: Seed,
}

impl CaseDraws {
    /// As many, randomised anew.
    pub fn randomised(&self, replication: u64) -> Self {
        CaseDraws {
            points: self.points.randomised(replication),
            seed: self.seed,
        }
    }

    /// All draws of a case, dimension by dimension, `number` of each.
    pub fn of_case(&self, maker: Maker, number: usize, out: &mut Vec<f64>) {
        let n_dimensions = self.points.n_dimensions();
        out.clear();
        out.resize(number * n_dimensions, 0.0);
        if n_dimensions == 0 {
            return;
        }
        self.points.fill(maker, 0..number, out);
        let mut order: Vec<u32> = (0..number as u32).collect();
        let mut stream = self.seed.split(maker.key).stream(0);
        for place in (1..number).rev() {
            let other = (stream.open01() * (place + 1) as f64) as usize;
            order.swap(place, other.min(place));
        }
        let mut moved = vec![0.0; number];
        for values in out.chunks_mut(number) {
            for (moved, &from) in moved.iter_mut().zip(&order) {
                *moved = values[from as usize];
            }
            values.copy_from_slice(&moved);
        }
    }
}
