//! Distributions known by draws alone, and how they change with the parameters.

use super::{NUMBERS, Numbers};
use crate::taste_report::QUANTILES;

/// Draws on either side of a quantile whose derivatives are averaged, as a part of all.
const WINDOW: f64 = 1.0 / 64.0;

/// Mean, standard deviation, share above 0 and quantiles of draws, with derivatives in each parameter. `derivatives` are
/// those of each draw, parameter by parameter.
///
/// ```text
/// ∂E β/∂θ = E ∂β/∂θ
/// ∂q/∂θ = E(∂β/∂θ | β = q)
/// ∂P(β > 0)/∂θ = f(0) E(∂β/∂θ | β = 0)
/// ```
///
/// with a density f and conditional means from the draws nearby.
///
/// # Source
/// Hong (2009), *Estimating quantile sensitivities*.
pub(super) fn numbers(values: &[f64], derivatives: &[Vec<f64>]) -> (Numbers, Vec<Numbers>) {
    let n = values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mean = average(values.iter().copied());
    let sd = average(values.iter().map(|value| (value - mean) * (value - mean))).sqrt();
    let positive = n - order.partition_point(|&at| values[at] <= 0.0);
    let mut numbers = [0.0; NUMBERS];
    numbers[0] = mean;
    numbers[1] = sd;
    numbers[2] = positive as f64 / n as f64;
    for (number, p) in numbers[3..].iter_mut().zip(QUANTILES) {
        *number = between(values, &order, p);
    }
    let about_quantiles: Vec<&[usize]> = QUANTILES.iter().map(|p| about(values, &order, *p)).collect();
    let (about_zero, density) = zero(values, &order);
    let of_parameter = |derivatives: &Vec<f64>| {
        let near = |about: &[usize]| average(about.iter().map(|&at| derivatives[at]));
        let mut of = [0.0; NUMBERS];
        of[0] = average(derivatives.iter().copied());
        let products = values
            .iter()
            .zip(derivatives)
            .map(|(value, derivative)| (value - mean) * derivative);
        of[1] = if sd > 0.0 { average(products) / sd } else { 0.0 };
        of[2] = if about_zero.is_empty() {
            0.0
        } else {
            density * near(&about_zero)
        };
        for (number, about) in of[3..].iter_mut().zip(&about_quantiles) {
            *number = near(about);
        }
        of
    };
    (numbers, derivatives.iter().map(of_parameter).collect())
}

fn average(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

/// The quantile at p, between two draws.
fn between(values: &[f64], order: &[usize], p: f64) -> f64 {
    let place = (p * order.len() as f64 - 0.5).max(0.0);
    let at = (place as usize).min(order.len() - 1);
    let (low, high) = (values[order[at]], values[order[(at + 1).min(order.len() - 1)]]);
    low + (place - at as f64) * (high - low)
}

fn window(n: usize) -> usize {
    ((WINDOW * n as f64) as usize).max(1)
}

/// Draws about the quantile at p; those that are equal to it if several are.
fn about<'a>(values: &[f64], order: &'a [usize], p: f64) -> &'a [usize] {
    let n = order.len();
    let at = ((p * n as f64) as usize).clamp(1, n - 2);
    let here = values[order[at]];
    if values[order[at - 1]] == here && values[order[at + 1]] == here {
        let first = order.partition_point(|&draw| values[draw] < here);
        let end = order.partition_point(|&draw| values[draw] <= here);
        return &order[first..end];
    }
    let half = window(n).min(at).min(n - 1 - at);
    &order[at - half..=at + half]
}

/// Draws about 0, and the density there. Draws that are 0 themselves do not move: what is above or below does.
fn zero(values: &[f64], order: &[usize]) -> (Vec<usize>, f64) {
    let n = order.len();
    let below = order.partition_point(|&at| values[at] < 0.0);
    let above = order.partition_point(|&at| values[at] <= 0.0);
    let (n_below, n_above) = (below, n - above);
    // Mass at 0 comes of cutting off one side.
    let at_zero = above - below;
    let (low, high) = match (n_below, n_above) {
        (0, _) | (_, 0) if at_zero < 2 => return (Vec::new(), 0.0),
        (0, 0) => return (Vec::new(), 0.0),
        (0, _) => (above, above + window(n).min(n_above)),
        (_, 0) => (below - window(n).min(n_below), below),
        _ => {
            let half = window(n).min(n_below).min(n_above);
            (below - half, above + half)
        }
    };
    let chosen: Vec<usize> = order[low..high]
        .iter()
        .copied()
        .filter(|&at| values[at] != 0.0)
        .collect();
    let ends = |at: usize| values[order[at]];
    let width = match (n_below, n_above) {
        (0, _) => ends(high - 1),
        (_, 0) => -ends(low),
        _ => ends(high - 1) - ends(low),
    };
    let density = chosen.len() as f64 / (n as f64 * width);
    (chosen, density)
}
