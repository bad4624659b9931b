//! Loops over blocks of random bits and their transforms, compiled for several instruction sets.
//!
//! Each loop stands here once as plain code; `multiversion` compiles it for the instruction sets named and picks one
//! when the program runs. All of them give the same bits: integers, and floating-point operations rounded one by one.

use multiversion::multiversion;

use crate::logarithm::{ln, ln_each};
use crate::philox::{MULTIPLIERS, ROUNDS, WEYL};

/// Philox blocks numbered from `first`, as numbers in (0, 1), two from each block.
#[inline(always)]
fn open01_plain(key: [u32; 2], id: u64, first: u64, pairs: &mut [[f64; 2]]) {
    // Two blocks far apart in turn: their chains of dependent products fill each other's waits.
    let half = pairs.len() / 2;
    let (near, far) = pairs.split_at_mut(half);
    let (far, odd) = far.split_at_mut(half);
    for (i, (near, far)) in near.iter_mut().zip(far).enumerate() {
        let number = first.wrapping_add(i as u64);
        [*near, *far] = pairs_of([number, number.wrapping_add(half as u64)], id, key);
    }
    for pair in odd {
        [*pair] = pairs_of([first.wrapping_add(2 * half as u64)], id, key);
    }
}

/// As `philox::block` for several blocks, with 32-bit words in 64-bit lanes: the products need the room.
#[inline(always)]
fn pairs_of<const N: usize>(numbers: [u64; N], id: u64, mut key: [u32; 2]) -> [[f64; 2]; N] {
    const LOW: u64 = 0xFFFF_FFFF;
    let [multiplier_a, multiplier_b] = MULTIPLIERS.map(u64::from);
    let mut counters = numbers.map(|number| [number & LOW, number >> 32, id & LOW, id >> 32]);
    for _ in 0..ROUNDS {
        counters = counters.map(|counter| {
            let (a, b) = (multiplier_a * (counter[0] & LOW), multiplier_b * (counter[2] & LOW));
            [
                (b >> 32) ^ counter[1] ^ u64::from(key[0]),
                b & LOW,
                (a >> 32) ^ counter[3] ^ u64::from(key[1]),
                a & LOW,
            ]
        });
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counters.map(|[a, b, c, d]| [open01(a | b << 32), open01(c | d << 32)])
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
