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
