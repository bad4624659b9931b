//! Loops over blocks of random bits and their transforms, compiled for several instruction sets.
//!
//! Each loop stands here once as plain code; `multiversion` compiles it for the instruction sets named and picks one
//! when the program runs. All of them give the same bits: integers, and floating-point operations rounded one by one.

use multiversion::multiversion;

use crate::logarithm::{ln, ln_each};
use crate::philox::{MULTIPLIERS, ROUNDS, WEYL};

const LOW: u64 = 0xFFFF_FFFF;

/// Philox blocks numbered from `first`, as numbers in (0, 1), two from each block.
#[inline(always)]
fn open01_plain(key: [u32; 2], id: u64, first: u64, pairs: &mut [[f64; 2]]) {
    for (i, pair) in pairs.iter_mut().enumerate() {
        // As `philox::block`, but with 32-bit words in 64-bit lanes: the products need the room.
        let number = first.wrapping_add(i as u64);
        let mut counter = [number & LOW, number >> 32, id & LOW, id >> 32];
        let mut key = key;
        for _ in 1..ROUNDS {
            let [a, b] = products(counter);
            counter = [
                (b >> 32) ^ counter[1] ^ u64::from(key[0]),
                b & LOW,
                (a >> 32) ^ counter[3] ^ u64::from(key[1]),
                a & LOW,
            ];
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        // The last round turns each product round, which puts both of its words where 64 bits want them.
        let [a, b] = products(counter);
        *pair = [
            open01(b.rotate_left(32) ^ counter[1] ^ u64::from(key[0])),
            open01(a.rotate_left(32) ^ counter[3] ^ u64::from(key[1])),
        ];
    }
}

/// The two products of a round.
#[inline(always)]
fn products(counter: [u64; 4]) -> [u64; 2] {
    [
        u64::from(MULTIPLIERS[0]) * (counter[0] & LOW),
        u64::from(MULTIPLIERS[1]) * (counter[2] & LOW),
    ]
}

/// 64 random bits to the open unit interval: ((bits >> 12) + ½)·2⁻⁵².
#[inline(always)]
pub(crate) fn open01(bits: u64) -> f64 {
    // 1 + k·2⁻⁵² by its bits, then down by 1 − 2⁻⁵³: exact, and free of integer conversions.
    f64::from_bits((bits >> 12) | 1.0_f64.to_bits()) - (1.0 - f64::EPSILON / 2.0)
}

/// −ln x of each.
#[inline(always)]
fn minus_ln_plain(values: &mut [f64]) {
    let half = values.len() / 2;
    let (near, far) = values.split_at_mut(half);
    let (far, odd) = far.split_at_mut(half);
    for (x, y) in near.iter_mut().zip(far) {
        [*x, *y] = ln_each([*x, *y]).map(|l| -l);
    }
    for x in odd {
        *x = -ln(*x);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn fill_open01(key: [u32; 2], id: u64, first: u64, pairs: &mut [[f64; 2]]) {
    open01_plain(key, id, first, pairs);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn minus_ln(values: &mut [f64]) {
    minus_ln_plain(values);
}

#[cfg(test)]
mod tests {
    use multiversion::multiversion;

    use super::*;
    use crate::philox::block;

    /// On machines with AVX-512 the dispatched functions never take this way.
    #[multiversion(targets("x86_64+avx2"))]
    fn open01_avx2(key: [u32; 2], id: u64, first: u64, pairs: &mut [[f64; 2]]) {
        open01_plain(key, id, first, pairs);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn minus_ln_avx2(values: &mut [f64]) {
        minus_ln_plain(values);
    }

    /// Numbers of blocks beyond 32 bits too, and lengths that leave a rest in every vector.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for (first, id) in [(0, 0), (u64::from(u32::MAX) - 3, 1 << 40), (u64::MAX - 5, 7)] {
            for n in [0, 1, 7, 8, 9, 100] {
                let key = [0x1234_5678, 0x9ABC_DEF0];
                let expected: Vec<[f64; 2]> = (0..n)
                    .map(|i| {
                        let number = first.wrapping_add(i);
                        let counter = [number as u32, (number >> 32) as u32, id as u32, (id >> 32) as u32];
                        let [a, b, c, d] = block(counter, key).map(u64::from);
                        [open01(a | b << 32), open01(c | d << 32)]
                    })
                    .collect();
                for fill in [open01_plain, open01_avx2, fill_open01] {
                    let mut pairs = vec![[0.0; 2]; n as usize];
                    fill(key, id, first, &mut pairs);
                    assert_eq!(pairs, expected, "{n} from {first}");
                }
                let expected: Vec<f64> = expected.iter().flatten().map(|&u| -ln(u)).collect();
                for transform in [minus_ln_plain, minus_ln_avx2, minus_ln] {
                    let mut values = vec![[0.0; 2]; n as usize];
                    fill_open01(key, id, first, &mut values);
                    transform(values.as_flattened_mut());
                    assert_eq!(values.as_flattened(), expected, "{n} from {first}");
                }
            }
        }
    }

    #[test]
    fn open01_at_its_ends() {
        let least = (-53.0_f64).exp2();
        assert_eq!(open01(0), least);
        assert_eq!(open01(u64::MAX), 1.0 - least);
        assert_eq!(open01(1 << 63), 0.5 + least);
        // As defined, in integers first.
        for bits in [0, 4095, 4096, 0x0123_4567_89AB_CDEF, u64::MAX] {
            assert_eq!(open01(bits), ((bits >> 12) as f64 + 0.5) * (-52.0_f64).exp2());
        }
    }
}
