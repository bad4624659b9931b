//! From uniform numbers to standard draws.

use multiversion::multiversion;

use super::BLOCK;
use crate::normal_quantile_each;

/// How one dimension's uniform number u becomes a standard draw. All are symmetric about 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variate {
    /// Standard normal: Φ⁻¹(u).
    Normal,
    /// Uniform on (−1, 1): 2u − 1.
    Uniform,
    /// Triangular on (−1, 1) with its mode at 0: √(2u) − 1 below u = ½, 1 − √(2(1 − u)) above.
    Triangular,
}

impl Variate {
    /// The standard draw of a uniform number in (0, 1).
    pub fn value(self, u: f64) -> f64 {
        let mut value = [u];
        self.of_blocks(&mut value, 0, |_, _| {});
        value[0]
    }

    /// Blocks of uniforms by their first number, transformed while they are at hand.
    pub(super) fn of_blocks(self, values: &mut [f64], first: u64, mut uniforms: impl FnMut(u64, &mut [f64])) {
        let mut number = first;
        for block in values.chunks_mut(BLOCK) {
            uniforms(number, block);
            match self {
                Variate::Normal => normal_quantile_each(block),
                Variate::Uniform => block.iter_mut().for_each(|u| *u = 2.0 * *u - 1.0),
                Variate::Triangular => triangular(block),
            }
            number += block.len() as u64;
        }
    }
}

#[inline(always)]
fn triangular_plain(values: &mut [f64]) {
    for u in values {
        let rest = if *u < 0.5 { *u } else { 1.0 - *u };
        *u = (1.0 - (2.0 * rest).sqrt()).copysign(*u - 0.5);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn triangular(values: &mut [f64]) {
    triangular_plain(values);
}

#[cfg(test)]
mod tests {
    use multiversion::multiversion;

    use super::*;

    #[multiversion(targets("x86_64+avx2"))]
    fn triangular_avx2(values: &mut [f64]) {
        triangular_plain(values);
    }

    fn drawn(variate: Variate, u: f64) -> f64 {
        let mut values = [0.0];
        variate.of_blocks(&mut values, 0, |_, block| block.fill(u));
        values[0]
    }

    #[test]
    fn draws_by_hand() {
        for (u, triangular) in [(0.125, -0.5), (0.5, 0.0), (0.875, 0.5), (0.995, 0.9)] {
            assert!((drawn(Variate::Triangular, u) - triangular).abs() < 1e-15);
            assert_eq!(drawn(Variate::Uniform, u), 2.0 * u - 1.0);
            assert_eq!(drawn(Variate::Normal, u), crate::normal_quantile(u));
        }
    }

    #[test]
    fn blocks_have_the_numbers_of_their_first() {
        let mut values = vec![0.0; 2 * BLOCK + 5];
        Variate::Uniform.of_blocks(&mut values, 7, |first, block| {
            for (i, u) in block.iter_mut().enumerate() {
                *u = (first + i as u64) as f64;
            }
        });
        for (i, value) in values.iter().enumerate() {
            assert_eq!(*value, 2.0 * (i + 7) as f64 - 1.0);
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for n in [0, 1, 7, 9, 100] {
            let values = [triangular_plain, triangular_avx2, triangular].map(|triangular| {
                let mut values: Vec<f64> = (0..n).map(|i| (f64::from(i) + 0.5) / f64::from(n)).collect();
                triangular(&mut values);
                values
            });
            assert_eq!(values[0], values[1]);
            assert_eq!(values[0], values[2]);
        }
    }
}
