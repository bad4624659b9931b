//! Adaptive integration of several functions at once.

/// Nodes of the Kronrod rule of 15 points on the right half; those of odd position are Gauss's of 7 points.
const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_225,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_83,
];
const GAUSS: [f64; 4] = [
    0.129_484_966_168_869_7,
    0.279_705_391_489_276_67,
    0.381_830_050_505_118_9,
    0.417_959_183_673_469_4,
];
/// Halvings of a piece, at most: enough for any jump to matter less than the tolerance.
const DEPTH: u32 = 48;

/// Integrals of the functions that `integrand` writes to its buffer of `width`, over the pieces between the `points`.
///
/// Points ascend. A piece is halved until the rules of Gauss (7 points) and Kronrod (15 points) agree within
/// `tolerance` in every function; the error of the latter, which is taken, is smaller by orders of magnitude.
pub(super) fn integrate(
    points: &[f64],
    width: usize,
    tolerance: f64,
    mut integrand: impl FnMut(f64, &mut [f64]),
) -> Vec<f64> {
    let mut integrals = vec![0.0; width];
    let mut pieces: Vec<(f64, f64, u32)> = points.windows(2).rev().map(|ends| (ends[0], ends[1], DEPTH)).collect();
    let (mut values, mut kronrod, mut gauss) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
    while let Some((from, to, depth)) = pieces.pop() {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        kronrod.fill(0.0);
        gauss.fill(0.0);
        for (i, node) in NODES.iter().enumerate() {
            for sign in [-1.0, 1.0] {
                if i == 7 && sign > 0.0 {
                    continue;
                }
                integrand(middle + sign * half * node, &mut values);
                for (sum, value) in kronrod.iter_mut().zip(&values) {
                    *sum += KRONROD[i] * half * value;
                }
                if i % 2 == 1 {
                    for (sum, value) in gauss.iter_mut().zip(&values) {
                        *sum += GAUSS[i / 2] * half * value;
                    }
                }
            }
        }
        let apart = kronrod.iter().zip(&gauss).any(|(k, g)| (k - g).abs() > tolerance);
        if apart && depth > 0 {
            pieces.extend([(middle, to, depth - 1), (from, middle, depth - 1)]);
        } else {
            for (integral, piece) in integrals.iter_mut().zip(&kronrod) {
                *integral += piece;
            }
        }
    }
    integrals
}

/// Ascending points from `from` to `to`: those of `marks` inside, no two closer than `apart`, and enough between that
/// no piece is longer than `longest`.
pub(super) fn pieces(from: f64, to: f64, marks: impl Iterator<Item = f64>, apart: f64, longest: f64) -> Vec<f64> {
    let mut marks: Vec<f64> = marks.filter(|&mark| mark > from && mark < to).collect();
    marks.sort_unstable_by(f64::total_cmp);
    let mut points = vec![from];
    for mark in marks.into_iter().chain([to]) {
        let last = points[points.len() - 1];
        if mark - last <= apart && mark < to {
            continue;
        }
        let parts = ((mark - last) / longest).ceil().max(1.0);
        points.extend((1..parts as usize).map(|part| last + (mark - last) * part as f64 / parts));
        points.push(mark);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::{integrate, pieces};

    /// Exact for x²² and not for x⁶⁰, where the tolerance given lets no piece be halved.
    #[test]
    fn powers() {
        for power in 0..24 {
            let found = integrate(&[0.0, 2.0], 1, f64::INFINITY, |x, out| out[0] = x.powi(power))[0];
            let expected = 2.0_f64.powi(power + 1) / f64::from(power + 1);
            assert!((found / expected - 1.0).abs() < 1e-14, "{power}: {found}");
        }
        let found = integrate(&[0.0, 2.0], 1, f64::INFINITY, |x, out| out[0] = x.powi(60))[0];
        assert!((found / (2.0_f64.powi(61) / 61.0) - 1.0).abs() > 1e-9);
    }

    #[test]
    fn kinks_jumps_and_several_functions() {
        let found = integrate(&[-1.0, 2.0], 3, 1e-11, |x, out| {
            out[0] = (x - 0.3).abs();
            out[1] = f64::from(x > 1.0 / 3.0);
            out[2] = x.exp();
        });
        let expected = [
            (1.3_f64.powi(2) + 1.7_f64.powi(2)) / 2.0,
            5.0 / 3.0,
            2.0_f64.exp() - (-1.0_f64).exp(),
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-10, "{found} for {expected}");
        }
    }

    #[test]
    fn pieces_have_their_marks() {
        let found = pieces(0.0, 3.0, [2.0, -1.0, 2.05, 9.0, 0.5].into_iter(), 0.1, 1.0);
        assert_eq!(found, [0.0, 0.5, 1.25, 2.0, 3.0]);
    }
}
