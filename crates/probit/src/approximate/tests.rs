use logsum_draws::{Seed, Stream, normal_cdf, normal_quantile};
use proptest::prelude::*;

use super::*;
use crate::exact;
use crate::normal::ln_normal_density;
use crate::quadrature::{LEGENDRE_20, legendre};

/// z = Λf + ε with two independent standard normal f: P is an integral over these, in any number of dimensions.
struct Factors {
    limits: Vec<f64>,
    loadings: Vec<[f64; 2]>,
    unique: Vec<f64>,
}

impl Factors {
    /// Random limits, standardised with mean 0.3 and standard deviation 1.
    fn draw(stream: &mut Stream, n: usize, loading: impl Fn(&mut Stream) -> [f64; 2], unique: [f64; 2]) -> Self {
        let mut factors = Factors {
            limits: vec![],
            loadings: (0..n).map(|_| loading(stream)).collect(),
            unique: (0..n).map(|_| between(stream, unique)).collect(),
        };
        let covariance = factors.covariance();
        factors.limits = (0..n)
            .map(|k| (0.3 + normal_quantile(stream.open01())) * covariance[pair(k, k)].sqrt())
            .collect();
        factors
    }

    fn covariance(&self) -> Vec<f64> {
        let mut covariance = Vec::new();
        for (i, a) in self.loadings.iter().enumerate() {
            for (j, b) in self.loadings[..=i].iter().enumerate() {
                covariance.push(a[0] * b[0] + a[1] * b[1] + if i == j { self.unique[i] } else { 0.0 });
            }
        }
        covariance
    }

    fn ln_probability(&self) -> f64 {
        let given = |f: f64, g: f64| {
            let mut product = libm::exp(ln_normal_density(f) + ln_normal_density(g));
            for ((b, on), unique) in self.limits.iter().zip(&self.loadings).zip(&self.unique) {
                // No part of a probability above e⁻¹⁴.
                if product < 1e-13 {
                    return 0.0;
                }
                product *= normal_cdf((b - on[0] * f - on[1] * g) / unique.sqrt());
            }
            product
        };
        let one_factor = self.loadings.iter().all(|on| on[1] == 0.0);
        let over = |f: &mut dyn FnMut(f64) -> f64| -> f64 {
            (-4..4)
                .map(|panel| legendre(&LEGENDRE_20, 2.0, |x| f(2.0 * f64::from(panel) + x)))
                .sum()
        };
        let probability = if one_factor {
            over(&mut |f| given(f, 0.0)) / libm::exp(ln_normal_density(0.0))
        } else {
            over(&mut |f| over(&mut |g| given(f, g)))
        };
        libm::log(probability)
    }
}

fn between(stream: &mut Stream, [low, high]: [f64; 2]) -> f64 {
    low + (high - low) * stream.open01()
}

type Draw = fn(&mut Stream, usize) -> Factors;

/// Differences of independent utilities from one of them: variances of ½ to 2, correlations of about ½.
fn differences(stream: &mut Stream, n: usize) -> Factors {
    let base = between(stream, [0.5, 1.5]);
    Factors::draw(stream, n, |_| [base, 0.0], [0.5, 2.0])
}

/// Loadings N(0, 0.8²) on two factors beside variances of 0.3 to 1.5: correlations of either sign, mostly below 0.7.
fn moderate(stream: &mut Stream, n: usize) -> Factors {
    let loading = |stream: &mut Stream| [0, 1].map(|_| 0.8 * normal_quantile(stream.open01()));
    Factors::draw(stream, n, loading, [0.3, 1.5])
}

/// Loadings N(0, 1.5²) beside variances of 0.2 to 0.6: correlations up to 0.99 of either sign.
fn strong(stream: &mut Stream, n: usize) -> Factors {
    let loading = |stream: &mut Stream| [0, 1].map(|_| 1.5 * normal_quantile(stream.open01()));
    Factors::draw(stream, n, loading, [0.2, 0.6])
}

/// Errors of ln P over random problems.
struct Errors {
    /// Root mean square and largest.
    by_pairs: [f64; 2],
    singly: [f64; 2],
    /// Share of problems where the estimated error is no less than the actual one.
    covered: f64,
}

fn errors(draw: Draw, n: usize, problems: usize) -> Errors {
    let mut stream = Seed::new(n as u64).stream(0);
    let (mut squares, mut largest, mut covered, mut counted) = ([0.0; 2], [0.0_f64; 2], 0, 0);
    while counted < problems {
        let factors = draw(&mut stream, n);
        let expected = factors.ln_probability();
        if expected < -14.0 {
            continue;
        }
        counted += 1;
        let covariance = factors.covariance();
        let singly = State::new(&factors.limits, &covariance).run(State::least_probable).0;
        let by_pairs = approximate(&factors.limits, &covariance).expect("a problem");
        covered += usize::from((by_pairs.probability() - libm::exp(expected)).abs() <= by_pairs.error);
        for (k, ln_probability) in [by_pairs.ln_probability, singly].into_iter().enumerate() {
            let error = (ln_probability - expected).abs();
            squares[k] += error * error;
            largest[k] = largest[k].max(error);
        }
    }
    let [by_pairs, singly] = [0, 1].map(|k| [(squares[k] / problems as f64).sqrt(), largest[k]]);
    Errors {
        by_pairs,
        singly,
        covered: covered as f64 / problems as f64,
    }
}

/// The first of the 300 problems behind the documented figures: their largest errors are bounds, and so are their
/// squared errors, which sums of a fifth of them do not exceed.
#[test]
fn accuracy_is_as_documented() {
    for (draw, n, documented) in [
        (differences as Draw, 3, [0.0013, 0.0073]),
        (differences, 5, [0.0022, 0.007]),
        (differences, 7, [0.0026, 0.013]),
        (differences, 10, [0.0038, 0.018]),
        (moderate, 3, [0.0015, 0.0098]),
        (moderate, 5, [0.0059, 0.058]),
        (moderate, 7, [0.009, 0.044]),
        (moderate, 10, [0.026, 0.3]),
        (strong, 3, [0.039, 0.65]),
        (strong, 5, [0.13, 1.8]),
        (strong, 7, [0.1, 0.71]),
        (strong, 10, [0.14, 1.8]),
    ] {
        let Errors {
            by_pairs,
            singly,
            covered,
        } = errors(draw, n, 60);
        assert!(
            by_pairs[0] < 5.0_f64.sqrt() * documented[0] && by_pairs[1] < documented[1],
            "{n}: {by_pairs:?}"
        );
        assert!(by_pairs[0] < singly[0], "{n}: {by_pairs:?} {singly:?}");
        assert!(covered > 0.5, "{n}: {covered}");
    }
}

/// One and two variables leave nothing to approximate, nor do pairs that do not depend on each other.
#[test]
fn exact_where_it_should_be() {
    let limits = [0.4, -1.5, -0.2, 0.9];
    let covariance = [2.0, 0.8, 1.5];
    for n in 0..=2 {
        let elements = n * (n + 1) / 2;
        let expected = exact(&limits[..n], &covariance[..elements]).unwrap();
        let actual = approximate(&limits[..n], &covariance[..elements]).unwrap();
        assert_eq!(actual.ln_probability, expected.ln_probability);
        assert!(actual.error <= 2e-15);
        let slopes = |orthant: &Orthant| [orthant.limits.clone(), orthant.covariance.clone()].concat();
        for (a, b) in slopes(&actual).iter().zip(slopes(&expected)) {
            assert!((a - b).abs() < 1e-13, "{a} {b}");
        }
    }
    // z₁ and z₃, z₂ and z₄; those least probable together are of different pairs, −1.5 and −0.2.
    let blocks = [2.0, 0.0, 1.0, 0.8, 0.0, 1.5, 0.0, -0.3, 0.0, 0.7];
    let expected = exact(&[0.4, -0.2], &[2.0, 0.8, 1.5]).unwrap().ln_probability
        + exact(&[-1.5, 0.9], &[1.0, -0.3, 0.7]).unwrap().ln_probability;
    let ln_probability = approximate(&limits, &blocks).unwrap().ln_probability;
    assert!((ln_probability - expected).abs() < 0.01, "{ln_probability} {expected}");
    let alone: [f64; 10] = [2.0, 0.0, 1.0, 0.0, 0.0, 1.5, 0.0, 0.0, 0.0, 0.7];
    let expected: f64 = (0..4)
        .map(|k| ln_normal_cdf(limits[k] / alone[pair(k, k)].sqrt()))
        .sum();
    let actual = approximate(&limits, &alone).unwrap();
    assert!((actual.ln_probability - expected).abs() < 1e-14);
    assert!(actual.error < 1e-14);
}

/// Nothing overflows or is lost far out, and the leading term −½ b′S⁻¹b is met.
#[test]
fn far_tails() {
    for n in [3, 6, 9] {
        let covariance: Vec<f64> = (0..n)
            .flat_map(|i| (0..=i).map(move |j| if i == j { 2.0 } else { 1.0 }))
            .collect();
        for limit in [-30.0, -1e2] {
            let orthant = approximate(&vec![limit; n], &covariance).unwrap();
            // S⁻¹1 = 1/(n + 1).
            let count = n as f64;
            let leading = -0.5 * limit * limit * count / (count + 1.0);
            assert!(
                (orthant.ln_probability / leading - 1.0).abs() < 0.1,
                "{n} {limit}: {}",
                orthant.ln_probability
            );
            for slope in orthant.limits {
                assert!(
                    (slope * (count + 1.0) / -limit - 1.0).abs() < 0.5,
                    "{n} {limit}: {slope}"
                );
            }
            assert!(orthant.covariance.iter().all(|slope| slope.is_finite()));
        }
    }
}

/// ln P with blocks as they were at another point.
fn in_order(blocks: &[Vec<usize>], limits: &[f64], covariance: &[f64]) -> f64 {
    State::new(limits, covariance)
        .run(|state| {
            let next = blocks.iter().find(|block| state.left.contains(&block[0]));
            next.expect("blocks of all variables").clone()
        })
        .0
}

proptest! {
    /// Derivatives against central differences with the same order of variables.
    #[test]
    fn derivatives_are_those_of_the_approximation(seed in 0_u64..1_000_000, n in 1_usize..8) {
        let factors = moderate(&mut Seed::new(seed).stream(1), n);
        let (limits, covariance) = (factors.limits.clone(), factors.covariance());
        let orthant = approximate(&limits, &covariance).unwrap();
        let (ln_probability, steps) = State::new(&limits, &covariance).run(State::least_probable_pair);
        let blocks: Vec<Vec<usize>> = steps.into_iter().map(|step| step.variables).collect();
        prop_assert_eq!(in_order(&blocks, &limits, &covariance), ln_probability);
        let step = 1e-4;
        for k in 0..n {
            let [up, down] = [step, -step].map(|by| {
                let mut limits = limits.clone();
                limits[k] += by;
                in_order(&blocks, &limits, &covariance)
            });
            let (slope, numerical) = (orthant.limits[k], (up - down) / (2.0 * step));
            prop_assert!((slope - numerical).abs() < 1e-5 * (1.0 + slope.abs()), "b{}: {} {}", k, slope, numerical);
        }
        for k in 0..covariance.len() {
            let [up, down] = [step, -step].map(|by| {
                let mut covariance = covariance.clone();
                covariance[k] += by;
                in_order(&blocks, &limits, &covariance)
            });
            let (slope, numerical) = (orthant.covariance[k], (up - down) / (2.0 * step));
            prop_assert!((slope - numerical).abs() < 1e-5 * (1.0 + slope.abs()), "s{}: {} {}", k, slope, numerical);
        }
    }

    /// P does not depend on the units of a variable: b_k ∂/∂b_k + 2 s_kk ∂/∂s_kk + Σ s_kl ∂/∂s_kl = 0; nor on the order
    /// in which variables are given.
    #[test]
    fn units_and_order_are_free(seed in 0_u64..1_000_000, n in 2_usize..10) {
        let factors = moderate(&mut Seed::new(seed).stream(2), n);
        let (limits, covariance) = (factors.limits.clone(), factors.covariance());
        let orthant = approximate(&limits, &covariance).unwrap();
        for k in 0..n {
            let terms = (0..n).map(|l| {
                let twice = if k == l { 2.0 } else { 1.0 };
                twice * covariance[either(k, l)] * orthant.covariance[either(k, l)]
            });
            let scale = terms.clone().map(f64::abs).sum::<f64>() + 1.0;
            let sum = limits[k] * orthant.limits[k] + terms.sum::<f64>();
            prop_assert!(sum.abs() < 1e-10 * scale, "{}: {}", k, sum);
        }
        let mut reversed = Factors { ..factors };
        reversed.limits.reverse();
        reversed.loadings.reverse();
        reversed.unique.reverse();
        let other = approximate(&reversed.limits, &reversed.covariance()).unwrap();
        prop_assert!((other.ln_probability - orthant.ln_probability).abs() < 1e-11);
    }
}
