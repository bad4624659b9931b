//! Gauss rules for the densities of standard draws, and their products.

use crate::Variate;

/// Nodes in one dimension, at most.
const MOST_NODES: usize = 1000;
/// Points of a product rule, at most: 2²⁷.
const MOST_POINTS: usize = 1 << 27;

/// Weighted points that stand for draws.
///
/// ```text
/// E g(ξ) ≈ Σᵢ wᵢ g(ξᵢ)
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// `points[d * weights.len() + i]` is dimension d of point i.
    pub points: Vec<f64>,
    /// One for each point; positive, with sum 1.
    pub weights: Vec<f64>,
}

/// Why there is no such [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuadratureError {
    /// No nodes.
    #[error("quadrature: 0 nodes per dimension; use at least 1 (5 to 20 are usual)")]
    NoNodes,
    /// More nodes than are computed.
    #[error("quadrature: {per_dimension} nodes per dimension; use at most {MOST_NODES}")]
    TooManyNodes {
        /// Nodes asked for.
        per_dimension: usize,
    },
    /// A product too large to be stored.
    #[error(
        "quadrature: {per_dimension} nodes in each of {n_dimensions} dimensions make more than {MOST_POINTS} points; use fewer nodes, or draws"
    )]
    TooManyPoints {
        /// Nodes asked for.
        per_dimension: usize,
        /// Dimensions asked for.
        n_dimensions: usize,
    },
}

/// The product over dimensions of Gauss rules for the densities of the variates.
///
/// ```text
/// normal:      φ(x)            Gauss–Hermite
/// uniform:     ½ on (−1, 1)    Gauss–Legendre
/// triangular:  1 − |x|         its own Gauss rule
/// ```
///
/// Exact for polynomials up to degree 2n − 1 in each dimension, with n nodes there. The last dimension varies fastest.
/// Points whose weight is below the range of floats are left out, so that with hundreds of normal nodes there may be fewer
/// than asked for.
///
/// # Errors
/// See [`QuadratureError`].
///
/// ```
/// use logsum_draws::{Variate, quadrature};
///
/// let rule = quadrature(&[Variate::Normal], 3)?;
/// let fourth: f64 = rule.points.iter().zip(&rule.weights).map(|(x, w)| w * x.powi(4)).sum();
/// assert!((fourth - 3.0).abs() < 1e-14);
/// # Ok::<(), logsum_draws::QuadratureError>(())
/// ```
///
/// # Source
/// Golub, Welsch (1969), *Calculation of Gauss quadrature rules*; for the triangular density, the discretised Stieltjes
/// procedure of Gautschi (2004), *Orthogonal polynomials: computation and approximation*, §2.2.
pub fn quadrature(variates: &[Variate], per_dimension: usize) -> Result<Rule, QuadratureError> {
    if per_dimension == 0 {
        return Err(QuadratureError::NoNodes);
    }
    if per_dimension > MOST_NODES {
        return Err(QuadratureError::TooManyNodes { per_dimension });
    }
    let n_points = u32::try_from(variates.len())
        .ok()
        .and_then(|power| per_dimension.checked_pow(power))
        .filter(|n| *n <= MOST_POINTS);
    if n_points.is_none() {
        return Err(QuadratureError::TooManyPoints {
            per_dimension,
            n_dimensions: variates.len(),
        });
    }
    let lines: Vec<Line> = variates.iter().map(|variate| line(*variate, per_dimension)).collect();
    // Weights from the first dimension on, and the number of each point's node in every dimension.
    let mut weights = vec![1.0];
    for line in &lines {
        weights = weights
            .iter()
            .flat_map(|w| line.weights.iter().map(move |v| w * v))
            .collect();
    }
    let kept: Vec<usize> = (0..weights.len()).filter(|i| weights[*i] > 0.0).collect();
    let mut points = Vec::with_capacity(kept.len() * lines.len());
    let mut stride = weights.len();
    for line in &lines {
        stride /= line.nodes.len();
        points.extend(kept.iter().map(|i| line.nodes[i / stride % line.nodes.len()]));
    }
    Ok(Rule {
        points,
        weights: kept.iter().map(|i| weights[*i]).collect(),
    })
}

/// A rule in one dimension.
struct Line {
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

fn line(variate: Variate, n: usize) -> Line {
    gauss(&match variate {
        Variate::Normal => (1..=n).map(|k| (k as f64).sqrt()).collect::<Vec<_>>(),
        Variate::Uniform => legendre(n),
        Variate::Triangular => triangular(n),
    })
}

/// √βₖ of the Legendre polynomials: k/√(4k² − 1).
fn legendre(n: usize) -> Vec<f64> {
    (1..=n).map(|k| k as f64 / ((4 * k * k - 1) as f64).sqrt()).collect()
}

/// √βₖ for the density 1 − |x|, by Stieltjes' procedure on a rule that is exact for all the integrals in it.
fn triangular(n: usize) -> Vec<f64> {
    // On (0, 1), with half the density left out on the other side: the measure is symmetric.
    let half = gauss(&legendre(n + 2));
    let x: Vec<f64> = half.nodes.iter().map(|t| 0.5 * (1.0 + t)).collect();
    let w: Vec<f64> = x.iter().zip(&half.weights).map(|(x, w)| 2.0 * w * (1.0 - x)).collect();
    let mut before = vec![0.0; x.len()];
    let mut now = vec![1.0; x.len()];
    let mut root = 0.0;
    let mut roots = Vec::with_capacity(n);
    for _ in 0..n {
        let next: Vec<f64> = (0..x.len()).map(|i| x[i] * now[i] - root * before[i]).collect();
        let norm: f64 = next.iter().zip(&w).map(|(p, w)| w * p * p).sum();
        root = norm.sqrt();
        before = now;
        now = next.iter().map(|p| p / root).collect();
        roots.push(root);
    }
    roots
}

/// The Gauss rule of a symmetric density whose orthonormal polynomials follow
///
/// ```text
/// √βₖ₊₁ pₖ₊₁ = x pₖ − √βₖ pₖ₋₁,  p₀ = 1
/// ```
///
/// from √β₁ … √βₙ: nodes are the zeros of pₙ, by bisection on the number of zeros below and two of Newton's steps;
/// weights are 1/Σₖ pₖ².
fn gauss(roots: &[f64]) -> Line {
    let n = roots.len();
    let bound = 2.0 * roots.iter().fold(0.0_f64, |largest, root| largest.max(*root));
    let mut line = Line {
        nodes: Vec::new(),
        weights: Vec::new(),
    };
    for i in 0..n {
        let node = match (2 * i + 1).cmp(&n) {
            std::cmp::Ordering::Less => -zero(roots, n - 1 - i, bound),
            std::cmp::Ordering::Equal => 0.0,
            std::cmp::Ordering::Greater => zero(roots, i, bound),
        };
        let weight = evaluated(roots, node).squares.recip();
        if weight > 0.0 {
            line.nodes.push(node);
            line.weights.push(weight);
        }
    }
    let sum: f64 = line.weights.iter().sum();
    line.weights.iter_mut().for_each(|w| *w /= sum);
    line
}

/// Zero number `i` of pₙ, one of the positive ones.
fn zero(roots: &[f64], i: usize, bound: f64) -> f64 {
    let (mut low, mut high) = (0.0, bound);
    // Newton's steps square the distance.
    while high - low > 1e-9 * high {
        let middle = 0.5 * (low + high);
        if zeros_below(roots, middle) > i {
            high = middle;
        } else {
            low = middle;
        }
    }
    let mut x = 0.5 * (low + high);
    for _ in 0..2 {
        let Evaluated { value, slope, .. } = evaluated(roots, x);
        let step = value / slope;
        // Far out, the polynomials of many nodes overflow.
        if step.is_finite() && step.abs() < high - low {
            x -= step;
        }
    }
    x
}

/// Zeros of pₙ below x: changes of sign in the sequence p₀(x) … pₙ(x), by their ratios.
fn zeros_below(roots: &[f64], x: f64) -> usize {
    let n = roots.len();
    // Pivots of the Jacobi matrix less x.
    let mut pivot = -x;
    let mut below = usize::from(pivot < 0.0);
    for root in &roots[..n - 1] {
        let divisor = if pivot == 0.0 { f64::MIN_POSITIVE } else { pivot };
        pivot = -x - root * root / divisor;
        below += usize::from(pivot < 0.0);
    }
    below
}

struct Evaluated {
    /// √βₙ pₙ(x) and its slope.
    value: f64,
    slope: f64,
    /// Σ pₖ², k < n.
    squares: f64,
}

fn evaluated(roots: &[f64], x: f64) -> Evaluated {
    let ([mut before, mut now], [mut slope_before, mut slope]) = ([0.0, 1.0], [0.0, 0.0]);
    let mut squares = 1.0;
    let mut root_before = 0.0;
    for (k, root) in roots.iter().enumerate() {
        let next = x * now - root_before * before;
        let slope_next = now + x * slope - root_before * slope_before;
        if k + 1 == roots.len() {
            return Evaluated {
                value: next,
                slope: slope_next,
                squares,
            };
        }
        (before, now) = (now, next / root);
        (slope_before, slope) = (slope, slope_next / root);
        squares += now * now;
        root_before = *root;
    }
    unreachable!("a rule has at least one node")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Variate; 3] = [Variate::Normal, Variate::Uniform, Variate::Triangular];

    fn mean(rule: &Rule, g: impl Fn(f64) -> f64) -> f64 {
        rule.points.iter().zip(&rule.weights).map(|(x, w)| w * g(*x)).sum()
    }

    /// E ξ²ᵏ.
    fn moment(variate: Variate, k: i32) -> f64 {
        let power = f64::from(2 * k);
        match variate {
            Variate::Normal => (1..=k).map(|j| f64::from(2 * j - 1)).product(),
            Variate::Uniform => 1.0 / (power + 1.0),
            Variate::Triangular => 2.0 / ((power + 1.0) * (power + 2.0)),
        }
    }

    #[test]
    fn small_rules_by_hand() {
        for (variate, second) in ALL.into_iter().zip([1.0, 1.0 / 3.0, 1.0 / 6.0]) {
            let one = quadrature(&[variate], 1).unwrap();
            assert_eq!((one.points, one.weights), (vec![0.0], vec![1.0]));
            let two = quadrature(&[variate], 2).unwrap();
            let node = f64::sqrt(second);
            assert!((two.points[0] + node).abs() < 1e-15 && (two.points[1] - node).abs() < 1e-15);
            assert_eq!(two.weights, [0.5, 0.5]);
        }
        let three = quadrature(&[Variate::Normal], 3).unwrap();
        for (x, expected) in three.points.iter().zip([-(3.0_f64.sqrt()), 0.0, 3.0_f64.sqrt()]) {
            assert!((x - expected).abs() < 1e-15);
        }
        for (w, expected) in three.weights.iter().zip([1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0]) {
            assert!((w - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn monomials_up_to_their_degree() {
        for variate in ALL {
            for n in (1..30).chain([64, 101, 200]) {
                let rule = quadrature(&[variate], n).unwrap();
                assert!((rule.weights.iter().sum::<f64>() - 1.0).abs() < 1e-14);
                assert!(rule.points.is_sorted_by(|a, b| a < b));
                // Powers of large numbers overflow later on.
                for k in 0..(n as i32).min(80) {
                    let relative = mean(&rule, |x| x.powi(2 * k)) / moment(variate, k) - 1.0;
                    assert!(
                        relative.abs() < 1e-12,
                        "{variate:?}, {n} nodes, power {}: {relative}",
                        2 * k
                    );
                    let odd = mean(&rule, |x| x.powi(2 * k + 1)) / moment(variate, k);
                    assert!(odd.abs() < 1e-12, "{variate:?}, {n} nodes, power {}: {odd}", 2 * k + 1);
                }
                // The first power beyond is not exact.
                if n < 10 {
                    let beyond = mean(&rule, |x| x.powi(2 * n as i32)) / moment(variate, n as i32) - 1.0;
                    assert!(beyond < -1e-7, "{variate:?}, {n} nodes: {beyond}");
                }
            }
        }
    }

    #[test]
    fn characteristic_functions() {
        for n in [101, 200] {
            let rules = ALL.map(|variate| quadrature(&[variate], n).unwrap());
            for t in [0.5_f64, 1.0, 3.0, 7.0] {
                let expected = [(-t * t / 2.0).exp(), t.sin() / t, 2.0 * (1.0 - t.cos()) / (t * t)];
                for ((variate, rule), expected) in ALL.iter().zip(&rules).zip(expected) {
                    let error = mean(rule, |x| (t * x).cos()) - expected;
                    assert!(error.abs() < 1e-14, "{variate:?}, {n} nodes, t = {t}: {error}");
                }
            }
        }
    }

    /// Against Newton's iteration with 40 digits.
    #[test]
    fn two_hundred_normal_nodes() {
        let rule = quadrature(&[Variate::Normal], 200).unwrap();
        assert_eq!(rule.points.len(), 200);
        for (i, node, weight) in [
            (100, 0.110_933_604_378_383_7, 0.087_969_704_966_052_33),
            (101, 0.332_807_622_536_060_55, 0.083_749_194_562_345_17),
            (150, 11.531_346_253_927_861, 1.293_823_474_820_199_1e-30),
            (180, 19.548_646_599_556_214, 1.272_936_689_659_585_8e-84),
            (199, 27.349_827_752_266_123, 1.257_631_331_355_579_4e-163),
        ] {
            let (x, w) = (rule.points[i] / node - 1.0, rule.weights[i] / weight - 1.0);
            assert!(x.abs() < 1e-15, "node {i}: {x}");
            assert!(w.abs() < 1e-12, "weight {i}: {w}");
            assert_eq!(rule.points[199 - i], -rule.points[i]);
        }
    }

    #[test]
    fn weights_below_the_range_are_left_out() {
        let rule = quadrature(&[Variate::Normal], 1000).unwrap();
        assert!(rule.weights.len() < 1000);
        assert!(rule.weights.iter().all(|w| *w > 0.0) && rule.points.iter().all(|x| x.is_finite()));
        let square = quadrature(&[Variate::Normal; 2], 200).unwrap();
        assert!(square.weights.len() < 40_000 && square.weights.iter().all(|w| *w > 0.0));
        assert_eq!(square.points.len(), 2 * square.weights.len());
    }

    #[test]
    fn products_over_dimensions() {
        let rule = quadrature(&ALL, 6).unwrap();
        let n = rule.weights.len();
        assert_eq!((n, rule.points.len()), (216, 648));
        assert!(rule.points[1] == rule.points[0] && rule.points[2 * n + 1] > rule.points[2 * n]);
        let integral: f64 = (0..n)
            .map(|i| {
                let [x, y, z] = [0, 1, 2].map(|d| rule.points[d * n + i]);
                rule.weights[i] * (x * x * y.powi(4) * z * z + x * y + x.powi(4))
            })
            .sum();
        assert!((integral - (1.0 / 5.0 / 6.0 + 3.0)).abs() < 1e-14);
        let none = quadrature(&[], 5).unwrap();
        assert_eq!((none.points, none.weights), (vec![], vec![1.0]));
    }

    #[test]
    fn errors() {
        let message = |variates: &[Variate], n: usize| quadrature(variates, n).unwrap_err().to_string();
        assert_eq!(
            message(&ALL, 0),
            "quadrature: 0 nodes per dimension; use at least 1 (5 to 20 are usual)"
        );
        assert_eq!(
            message(&ALL, 1001),
            "quadrature: 1001 nodes per dimension; use at most 1000"
        );
        assert_eq!(
            message(&[Variate::Normal; 12], 10),
            "quadrature: 10 nodes in each of 12 dimensions make more than 134217728 points; use fewer nodes, or draws"
        );
        assert_eq!(
            message(&[Variate::Normal; 300], 7),
            "quadrature: 7 nodes in each of 300 dimensions make more than 134217728 points; use fewer nodes, or draws"
        );
    }
}
