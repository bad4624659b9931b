//! Independent noise of any shape: one integral for all alternatives.

use super::quadrature::{integrate, pieces};
use super::shape::Shape;

/// ```text
/// P_j = ∫ f_j(x − v_j) Π_{k≠j} F_k(x − v_k) dx
/// ```
///
/// `v`: utilities over the temperature, the largest 0; `shapes`: of the same length.
/// Over x = sinh t, so that heavy tails are within reach.
pub(super) fn probabilities(shapes: &[Shape], v: &[f64]) -> Vec<f64> {
    let each = || shapes.iter().zip(v);
    // The largest utility is not below what any alternative has for certain, nor above what all fall short of.
    let from = each()
        .map(|(shape, v)| v + shape.range().0)
        .fold(f64::NEG_INFINITY, f64::max);
    let to = each()
        .map(|(shape, v)| v + shape.range().1)
        .fold(f64::NEG_INFINITY, f64::max);
    // Jumps and bends must be ends of pieces; of smooth densities it is enough to step on each.
    let apart = match shapes.iter().all(Shape::smooth) {
        true => 0.2 * shapes.iter().map(Shape::scale).fold(1.0, f64::min),
        false => 1e-12,
    };
    let marks = each().flat_map(|(shape, v)| shape.marks().into_iter().map(move |mark| (v + mark).asinh()));
    let points = pieces(from.asinh(), to.asinh(), marks, apart, 0.5);
    let mut distribution = vec![0.0; v.len()];
    integrate(&points, v.len(), 1e-12, |t, out| {
        let x = t.sinh();
        for (f, (shape, v)) in distribution.iter_mut().zip(each()) {
            *f = shape.distribution(x - v);
        }
        all_but_one(&distribution, t.cosh(), out);
        for (product, (shape, v)) in out.iter_mut().zip(each()) {
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
