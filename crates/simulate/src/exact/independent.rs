//! Independent, identically distributed noise of any shape: one integral for all alternatives.

use super::quadrature::{integrate, pieces};
use super::shape::Shape;

/// ```text
/// P_j = ∫ f(x − v_j) Π_{k≠j} F(x − v_k) dx
/// ```
///
/// `v`: utilities over the temperature, the largest 0. Over x = sinh t, so that heavy tails are within reach.
pub(super) fn probabilities(shape: &Shape, v: &[f64]) -> Vec<f64> {
    let (from, to) = shape.range();
    // Below `from` not even the best alternative is found; above `to` by a hair with many alternatives.
    let (apart, longest) = if shape.smooth() { (0.25, 0.5) } else { (1e-12, 0.5) };
    let marks: Vec<f64> = shape.marks();
    let marks = v.iter().flat_map(|v| marks.iter().map(move |mark| (v + mark).asinh()));
    let points = pieces(from.asinh(), to.asinh(), marks, apart, longest);
    let mut distribution = vec![0.0; v.len()];
    integrate(&points, v.len(), 1e-12, |t, out| {
        let x = t.sinh();
        let stretch = t.cosh();
        for (f, v) in distribution.iter_mut().zip(v) {
            *f = shape.distribution(x - v);
        }
        all_but_one(&distribution, stretch, out);
        for (product, v) in out.iter_mut().zip(v) {
            *product *= shape.density(x - v);
        }
    })
}

/// `factor` times the product of all values but the j-th.
pub(super) fn all_but_one(values: &[f64], factor: f64, out: &mut [f64]) {
    let mut before = factor;
    for (product, value) in out.iter_mut().zip(values) {
        *product = before;
        before *= value;
    }
    let mut after = 1.0;
    for (product, value) in out.iter_mut().zip(values).rev() {
        *product *= after;
        after *= value;
    }
}
