//! Which parameters meet where: parameters of a choice set in bundles that occur in the same slots.

use std::collections::HashMap;

use super::choice_set::Operand;

/// Parameters of a bundle at most: rows, and columns, of a tile of the Hessian.
pub(crate) const TILE: usize = 4;

/// A run of derivatives: those of one slot in one parameter, a lane per case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Run {
    pub slot: u32,
    /// Position of the parameter in the choice set.
    pub position: u32,
    /// What the parameter multiplies; if nothing, the derivatives come from a program.
    pub factor: Option<Operand>,
    /// The run of the first slot from which derivatives are measured, where every slot has the parameter. Nothing
    /// depends on the level: residuals sum to zero, and the Hessian is a covariance. But a level that is large against
    /// the differences would drown them in rounding, and a column that is the same everywhere would leave noise in the
    /// Hessian where there is nothing.
    pub first: Option<u32>,
}

impl Run {
    /// Whether its derivatives are zero because they are measured from themselves.
    pub fn is_zero(&self) -> bool {
        self.slot == 0 && self.first.is_some()
    }
}

/// Up to [`TILE`] parameters whose derivatives differ from zero in the same slots.
#[derive(Debug, PartialEq)]
pub(crate) struct Bundle {
    /// Positions in the choice set.
    pub positions: Vec<u32>,
    pub slots: Vec<u32>,
    /// Their runs in each of the slots; the first stands again where parameters are fewer.
    pub runs: Vec<[u32; TILE]>,
}

/// The derivatives of a choice set, and its parameters in bundles.
#[derive(Debug, PartialEq)]
pub(crate) struct Tiling {
    /// In the order in which they are computed.
    pub runs: Vec<Run>,
    pub bundles: Vec<Bundle>,
    /// Whether all parameters occur in the same slots.
    pub uniform: bool,
}

impl Tiling {
    /// Bundles the parameters of `runs`.
    pub fn new(n_positions: usize, runs: Vec<Run>) -> Self {
        let mut users: Vec<(Vec<u32>, Vec<u32>)> = vec![Default::default(); n_positions];
        for (index, run) in runs.iter().enumerate() {
            if !run.is_zero() {
                let (slots, own) = &mut users[run.position as usize];
                slots.push(run.slot);
                own.push(index as u32);
            }
        }
        let mut classes: Vec<Vec<u32>> = Vec::new();
        let mut known: HashMap<&[u32], usize> = HashMap::new();
        for (position, (slots, _)) in users.iter().enumerate() {
            let class = *known.entry(slots).or_insert_with(|| {
                classes.push(Vec::new());
                classes.len() - 1
            });
            classes[class].push(position as u32);
        }
        let bundle = |positions: &[u32]| {
            let slots = users[positions[0] as usize].0.clone();
            let run =
                |at: usize, row: usize| users[positions[if row < positions.len() { row } else { 0 }] as usize].1[at];
            Bundle {
                runs: (0..slots.len())
                    .map(|at| std::array::from_fn(|row| run(at, row)))
                    .collect(),
                positions: positions.to_vec(),
                slots,
            }
        };
        Tiling {
            bundles: classes
                .iter()
                .flat_map(|class| class.chunks(TILE))
                .map(bundle)
                .collect(),
            uniform: classes.len() == 1,
            runs,
        }
    }
}

/// Runs of two bundles in the slots in which both occur.
pub(crate) fn meet(first: &Bundle, second: &Bundle, runs: &mut (Vec<[u32; TILE]>, Vec<[u32; TILE]>)) {
    runs.0.clear();
    runs.1.clear();
    let (mut a, mut b) = (0, 0);
    while a < first.slots.len() && b < second.slots.len() {
        match first.slots[a].cmp(&second.slots[b]) {
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
            std::cmp::Ordering::Equal => {
                runs.0.push(first.runs[a]);
                runs.1.push(second.runs[b]);
                (a, b) = (a + 1, b + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bundle, Run, Tiling, meet};

    /// Six parameters: 0 to 4 in slots 0 (where they are measured from) to 2, 5 in slot 1 alone.
    fn runs() -> Vec<Run> {
        let run = |slot, position| Run {
            slot,
            position,
            factor: None,
            first: Some(position).filter(|&position| position < 5),
        };
        let own = |slot: u32| (0..if slot == 1 { 6 } else { 5 }).map(move |position| run(slot, position));
        (0..3).flat_map(own).collect()
    }

    #[test]
    fn parameters_of_the_same_slots_are_bundled() {
        let tiling = Tiling::new(6, runs());
        assert!(!tiling.uniform);
        let expected = [
            Bundle {
                positions: vec![0, 1, 2, 3],
                slots: vec![1, 2],
                runs: vec![[5, 6, 7, 8], [11, 12, 13, 14]],
            },
            Bundle {
                positions: vec![4],
                slots: vec![1, 2],
                runs: vec![[9; 4], [15; 4]],
            },
            Bundle {
                positions: vec![5],
                slots: vec![1],
                runs: vec![[10; 4]],
            },
        ];
        assert_eq!(tiling.bundles, expected);
        let mut met = Default::default();
        meet(&tiling.bundles[0], &tiling.bundles[2], &mut met);
        assert_eq!(met, (vec![[5, 6, 7, 8]], vec![[10; 4]]));

        let generic: Vec<Run> = runs().into_iter().filter(|run| run.position < 5).collect();
        assert!(Tiling::new(5, generic).uniform);
    }
}
