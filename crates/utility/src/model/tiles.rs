//! Sums of products over lanes, several pairs of runs at a time in registers.
//!
//! The loops stand here once as plain code; `multiversion` compiles them for the instruction sets named and picks one
//! when the program runs. All of them give the same bits: every product and every sum is rounded by itself, and each of
//! the eight logical lanes adds up in the same order, however many a register holds.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::choice_set::LANES;
use super::tiling::TILE;

/// Partial sums of a tile: for each row and column, a sum per logical lane.
pub(crate) type Tile = [[[f64; LANES]; TILE]; TILE];

/// Runs of the rows and of the columns of a tile, step by step.
pub(crate) type Steps<'a> = (&'a [[u32; TILE]], &'a [[u32; TILE]]);

/// The first `rows` rows of
///
/// ```text
/// tile_ij = Σ_steps Σ_blocks panel_i · panel_j
/// ```
///
/// per logical lane, where a step names the runs i and j, each of `blocks` blocks of lanes.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn products(panel: &[[f64; LANES]], blocks: usize, rows: usize, steps: Steps<'_>, tile: &mut Tile) {
    // As many sums as there are registers for, with as many lanes as one holds.
    match (
        target_cfg_f!(target_feature = "avx512f"),
        target_cfg_f!(target_feature = "avx2"),
        target_cfg_f!(target_feature = "neon"),
    ) {
        (true, _, _) => products_plain::<8, 4>(panel, blocks, rows, steps, tile),
        (_, true, _) => products_plain::<4, 2>(panel, blocks, rows, steps, tile),
        (_, _, true) => products_plain::<2, 4>(panel, blocks, rows, steps, tile),
        _ => products_plain::<2, 2>(panel, blocks, rows, steps, tile),
    }
}

/// `WIDTH` lanes and `COLUMNS` columns at a time.
#[inline(always)]
fn products_plain<const WIDTH: usize, const COLUMNS: usize>(
    panel: &[[f64; LANES]],
    blocks: usize,
    rows: usize,
    steps: Steps<'_>,
    tile: &mut Tile,
) {
    columns_from::<WIDTH, COLUMNS, 0>(panel, blocks, rows, steps, tile);
    if WIDTH <= 4 {
        columns_from::<WIDTH, COLUMNS, 4>(panel, blocks, rows, steps, tile);
    }
    if WIDTH <= 2 {
        columns_from::<WIDTH, COLUMNS, 2>(panel, blocks, rows, steps, tile);
        columns_from::<WIDTH, COLUMNS, 6>(panel, blocks, rows, steps, tile);
    }
}

/// All columns, of the lanes from `LANE`.
#[inline(always)]
fn columns_from<const WIDTH: usize, const COLUMNS: usize, const LANE: usize>(
    panel: &[[f64; LANES]],
    blocks: usize,
    rows: usize,
    steps: Steps<'_>,
    tile: &mut Tile,
) {
    rows_of::<WIDTH, COLUMNS, LANE, 0>(panel, blocks, rows, steps, tile);
    if COLUMNS <= 2 {
        rows_of::<WIDTH, COLUMNS, LANE, 2>(panel, blocks, rows, steps, tile);
    }
}

#[inline(always)]
fn rows_of<const WIDTH: usize, const COLUMNS: usize, const LANE: usize, const COLUMN: usize>(
    panel: &[[f64; LANES]],
    blocks: usize,
    rows: usize,
    steps: Steps<'_>,
    tile: &mut Tile,
) {
    match rows {
        1 => part::<WIDTH, 1, COLUMNS, LANE, COLUMN>(panel, blocks, steps, tile),
        2 => part::<WIDTH, 2, COLUMNS, LANE, COLUMN>(panel, blocks, steps, tile),
        _ => part::<WIDTH, 4, COLUMNS, LANE, COLUMN>(panel, blocks, steps, tile),
    }
}

/// `ROWS` × `COLUMNS` sums of `WIDTH` lanes.
///
/// Every place is known when this is compiled, there is one loop, and the sums end in memory and nowhere else: then
/// compilers keep them in vector registers, lanes side by side.
#[inline(always)]
fn part<const WIDTH: usize, const ROWS: usize, const COLUMNS: usize, const LANE: usize, const COLUMN: usize>(
    panel: &[[f64; LANES]],
    blocks: usize,
    steps: Steps<'_>,
    tile: &mut Tile,
) {
    let run = |run: u32| &panel[run as usize * blocks..][..blocks];
    let mut sums = [[[0.0; WIDTH]; COLUMNS]; ROWS];
    for (rows, columns) in steps.0.iter().zip(steps.1) {
        let a: [_; ROWS] = std::array::from_fn(|i| run(rows[i]));
        let b: [_; COLUMNS] = std::array::from_fn(|j| run(columns[COLUMN + j]));
        for block in 0..blocks {
            for i in 0..ROWS {
                for j in 0..COLUMNS {
                    for l in 0..WIDTH {
                        sums[i][j][l] += a[i][block][LANE + l] * b[j][block][LANE + l];
                    }
                }
            }
        }
    }
    for i in 0..ROWS {
        for j in 0..COLUMNS {
            for l in 0..WIDTH {
                tile[i][COLUMN + j][LANE + l] = sums[i][j][l];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lanes::{dot, reduce};
    use crate::testing::Random;

    /// Every shape, whatever this machine would pick; and the loop that it replaces.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut random = Random::new(8);
        for (blocks, n_steps) in [(1, 1), (2, 0), (4, 7), (8, 2)] {
            let n_runs = 12;
            let panel: Vec<[f64; LANES]> = (0..n_runs * blocks)
                .map(|_| std::array::from_fn(|_| random.normal()))
                .collect();
            let mut step = || -> Vec<[u32; TILE]> {
                (0..n_steps)
                    .map(|_| std::array::from_fn(|_| random.below(n_runs) as u32))
                    .collect()
            };
            let (rows, columns) = (step(), step());
            let steps: Steps<'_> = (&rows, &columns);
            for n in 1..=TILE {
                let mut expected: Tile = Default::default();
                for (row, column) in rows.iter().zip(&columns) {
                    for (i, j) in (0..n).flat_map(|i| (0..TILE).map(move |j| (i, j))) {
                        for block in 0..blocks {
                            let a = panel[row[i] as usize * blocks + block];
                            let b = panel[column[j] as usize * blocks + block];
                            for l in 0..LANES {
                                expected[i][j][l] += a[l] * b[l];
                            }
                        }
                    }
                }
                let shapes = [
                    products,
                    products_plain::<8, 4>,
                    products_plain::<4, 2>,
                    products_plain::<2, 4>,
                    products_plain::<2, 2>,
                ];
                for shape in shapes {
                    let mut tile: Tile = Default::default();
                    shape(&panel, blocks, n, steps, &mut tile);
                    assert_eq!(tile[..n], expected[..n], "{n} rows of {n_steps} steps");
                }
                if n_steps == 1 {
                    let run = |run: u32| panel[run as usize * blocks..][..blocks].as_flattened();
                    let last = expected[n - 1][2];
                    assert_eq!(reduce(last), dot(run(rows[0][n - 1]), run(columns[0][2])));
                }
            }
        }
    }
}
