//! The outer product of scores, summed within decision makers.

use logsum_estimate::EvalError;
use ndarray::Array2;

use super::Model;
use super::choice_set::LANES;
use super::lanes::{Compensated, reduce};
use super::scratch::{At, Scratch};
use super::segment::Segment;
use super::tiles::{Tile, products};
use super::tiling::TILE;

/// Scores of the decision makers of a segment: a run of lanes for each parameter, a lane for each decision maker.
#[derive(Default)]
struct Scores {
    lanes: Vec<[f64; LANES]>,
    blocks: usize,
    /// Decision maker of each case, counted from the segment's first.
    makers: Vec<u32>,
}

impl Model<'_> {
    /// The outer product of the scores at `theta`,
    ///
    /// ```text
    /// B = Σ_n s_n s_n′,   s_n = Σ_{cases of decision maker n} ∂ ln L / ∂θ
    /// ```
    ///
    /// K × K over all parameters.
    ///
    /// # Errors
    /// As an evaluation.
    pub(crate) fn score_products(&self, theta: &[f64]) -> Result<Array2<f64>, EvalError> {
        self.require_outcomes()?;
        if let Some(mixture) = &self.mixture {
            return self.simulated_products(mixture, &mixture.draws, theta);
        }
        let k = theta.len();
        let kernel_at = self.kernel_at(theta)?;
        let mut sums = vec![Compensated::default(); k * k];
        self.blocks.segments.each(
            1,
            self.at_a_time(k * k),
            || (Scratch::at(At::Model, kernel_at.clone()), Scores::default()),
            |(scratch, scores), segment| {
                self.collect(segment, theta, scratch, scores)?;
                Ok(scores.products(k))
            },
            |part| sums.iter_mut().zip(&part).for_each(|(sum, part)| sum.add(*part)),
        )?;
        Ok(Array2::from_shape_fn((k, k), |(row, column)| {
            sums[row.max(column) * k + row.min(column)].total()
        }))
    }

    fn collect(
        &self,
        segment: &Segment,
        theta: &[f64],
        scratch: &mut Scratch,
        scores: &mut Scores,
    ) -> Result<(), EvalError> {
        scores.makers.clear();
        let maker = |choice: usize| {
            let case = self.case_of(choice);
            let makers = self.facts.decision_makers.as_ref();
            makers.map_or(case as u32, |makers| makers[case])
        };
        let first = maker(segment.cases.start);
        scores
            .makers
            .extend(segment.cases.clone().map(|choice| maker(choice) - first));
        let n_makers = scores.makers.last().map_or(0, |last| *last as usize + 1);
        scores.blocks = n_makers.div_ceil(LANES);
        scores.lanes.clear();
        scores.lanes.resize(theta.len() * scores.blocks, [0.0; LANES]);
        let blocks = scores.blocks;
        let lanes = scores.lanes.as_flattened_mut();
        for group in &segment.groups {
            self.blocks
                .scores(group, theta, scratch, |case, parameter, score| {
                    lanes[parameter * blocks * LANES + scores.makers[case as usize] as usize] += score;
                })
                .map_err(|undefined| self.outside(segment, &undefined))?;
        }
        Ok(())
    }
}

impl Scores {
    /// Sums of products of each pair of the `k` parameters: lower triangle, row-major.
    fn products(&self, k: usize) -> Vec<f64> {
        let mut sums = vec![0.0; k * k];
        let mut tile: Tile = Default::default();
        let runs = |first: usize| std::array::from_fn(|at| (first + at).min(k - 1) as u32);
        for row in (0..k).step_by(TILE) {
            let rows = TILE.min(k - row);
            for column in (0..=row).step_by(TILE) {
                let steps: ([[u32; TILE]; 1], [[u32; TILE]; 1]) = ([runs(row)], [runs(column)]);
                products(&self.lanes, self.blocks, rows, (&steps.0, &steps.1), &mut tile);
                for (i, tile) in tile.iter().enumerate().take(rows) {
                    for (j, lanes) in tile.iter().enumerate().take(TILE.min(k - column)) {
                        if column + j <= row + i {
                            sums[(row + i) * k + column + j] = reduce(*lanes);
                        }
                    }
                }
            }
        }
        sums
    }
}
