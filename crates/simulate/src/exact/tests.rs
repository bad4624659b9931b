use std::f64::consts::PI;

use super::quadrature::integrate;
use super::shape::{Shape, normal_distribution};
use super::{correlated, independent, logsum, softmax, unnormalised};
use crate::Noise;
use crate::constants::GUMBEL_DEVIATION;

const UTILITIES: [f64; 5] = [1.0, 0.3, -0.5, 0.0, -2.0];

fn noises() -> Vec<Noise> {
    let members = vec![1, 2, 4];
    vec![
        Noise::Gumbel,
        Noise::ExponentialRace,
        Noise::Normal,
        Noise::Logistic,
        Noise::Exponential,
        Noise::Uniform,
        Noise::Laplace,
        Noise::Student { degrees: 2.5 },
        Noise::Student { degrees: 8.0 },
        Noise::GevNested {
            dissimilarity: 0.4,
            members: members.clone(),
        },
        Noise::CorrelatedNormal {
            correlation: 0.7,
            members: members.clone(),
        },
        Noise::CorrelatedNormal {
            correlation: 0.9999,
            members,
        },
    ]
}

fn probabilities(noise: &Noise, utilities: &[f64], temperature: f64) -> Vec<f64> {
    super::probabilities(noise, utilities, temperature).expect("a formula for this noise")
}

fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &dyn std::fmt::Debug) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() < tolerance, "{what:?}: {found:?} for {expected:?}");
    }
}

/// Distribution function of a bivariate normal with unit variances, by Plackett's identity ∂Φ₂/∂ρ = φ₂.
fn bivariate(h: f64, k: f64, correlation: f64) -> f64 {
    let integral = integrate(&[0.0, 1.0], 1, 1e-13, |t, out| {
        let (sin, cos) = (t * correlation.asin()).sin_cos();
        out[0] = (-(h * h + k * k - 2.0 * h * k * sin) / (2.0 * cos * cos)).exp();
    });
    normal_distribution(h) * normal_distribution(k) + correlation.asin() / (2.0 * PI) * integral[0]
}

#[test]
fn they_sum_to_one() {
    for noise in noises() {
        for temperature in [1e-6, 0.05, 1.0, 30.0, 1e6] {
            for utilities in [&UTILITIES[..], &[0.0], &[1e4, -1e4, 0.0, 1e4, 3.0], &[-7.0; 6]] {
                let p = unnormalised(&noise, utilities, temperature).expect("a formula for this noise");
                let sum = p.iter().sum::<f64>();
                assert!(
                    (sum - 1.0).abs() < 1e-10,
                    "{noise:?} T {temperature} {utilities:?}: {sum} {p:?}"
                );
                assert!(p.iter().all(|&p| p >= 0.0), "{noise:?} {p:?}");
            }
        }
    }
}

#[test]
fn many_alternatives() {
    let utilities: Vec<f64> = (0..300).map(|j| f64::from(j % 17) / 5.0).collect();
    for noise in noises() {
        let p = unnormalised(&noise, &utilities, 1.0).expect("a formula for this noise");
        let sum = p.iter().sum::<f64>();
        assert!((sum - 1.0).abs() < 1e-10, "{noise:?}: {sum}");
    }
}

/// One alternative far above the others has a probability of 1 and not a rounding more.
#[test]
fn no_probability_exceeds_one() {
    for noise in noises() {
        for utilities in [&[60.0, 0.0][..], &[60.0, 0.0, 0.0, 0.0, 0.0], &[0.0, 700.0, 0.0]] {
            for temperature in [0.3, 1.0, 7.0] {
                let p = probabilities(&noise, utilities, temperature);
                assert!(
                    p.iter().all(|p| (0.0..=1.0).contains(p)),
                    "{noise:?} {utilities:?}: {p:?}"
                );
                // A rounding for each addition.
                close(&[p.iter().sum()], &[1.0], 1e-15, &noise);
            }
        }
    }
}

/// Far below or beyond all numbers, an alternative has no probability.
#[test]
fn utilities_far_apart() {
    let mut noises = noises();
    noises.extend([1e5, 1e6, 1e300].map(|degrees| Noise::Student { degrees }));
    for noise in noises {
        for far in [-1e80, -1e160, -1e300] {
            for temperature in [1.0, 1e-9] {
                let found = probabilities(&noise, &[0.0, far, 0.1, -0.2, 0.0], temperature);
                assert!(
                    found.iter().all(|p| (0.0..=1.0).contains(p)),
                    "{noise:?} {far}: {found:?}"
                );
                assert!(found[1] < 1e-100, "{noise:?} {far}: {found:?}");
                close(&[found.iter().sum()], &[1.0], 1e-15, &noise);
            }
        }
    }
}

/// The quadrature of Gumbel noise is softmax, which it knows nothing of; logistic noise of that variance is not.
#[test]
fn quadrature_of_gumbel_noise_is_softmax() {
    for temperature in [0.1, 1.0, 20.0] {
        let v = super::softmax::scaled(&UTILITIES, temperature);
        let expected = softmax(&UTILITIES, temperature);
        close(
            &independent::probabilities(&[Shape::gumbel(); 5], &v),
            &expected,
            1e-12,
            &temperature,
        );
    }
    let logistic = probabilities(&Noise::Logistic, &UTILITIES, 1.0);
    let apart = logistic
        .iter()
        .zip(softmax(&UTILITIES, 1.0))
        .map(|(l, s)| (l - s).abs());
    assert!(apart.fold(0.0, f64::max) > 0.01);
}

#[test]
fn softmax_by_hand_and_at_the_ends_of_the_scale() {
    close(&softmax(&[0.0, 2.0_f64.ln()], 1.0), &[1.0 / 3.0, 2.0 / 3.0], 1e-15, &"");
    close(&softmax(&[0.0, 4.0_f64.ln()], 2.0), &[1.0 / 3.0, 2.0 / 3.0], 1e-15, &"");
    close(&softmax(&[1e4, -1e4], 1e-6), &[1.0, 0.0], 0.0_f64.next_up(), &"");
    close(
        &softmax(&[1e4, -1e4], 1e6),
        &[0.504_999_833_339_999_8, 0.495_000_166_660_000_2],
        1e-15,
        &"",
    );
    assert!((logsum(&[1e4, 1e4], 1e-6) - (1e4 + 1e-6 * 2.0_f64.ln())).abs() < 1e-11);
    assert!((logsum(&[-1e4, -1e4], 1e6) - (-1e4 + 1e6 * 2.0_f64.ln())).abs() < 1e-9);
    assert!((logsum(&[0.0, 0.0, 0.0], 2.0) - 2.0 * 3.0_f64.ln()).abs() < 1e-15);
    assert_eq!(logsum(&[], 1.0), f64::NEG_INFINITY);
}

/// A constant added to all utilities, or a common factor of utilities and temperature, changes nothing; equal
/// utilities have equal probabilities; relabelling permutes.
#[test]
fn invariances() {
    for noise in noises() {
        let p = probabilities(&noise, &UTILITIES, 0.8);
        close(
            &probabilities(&noise, &UTILITIES.map(|v| v + 512.0), 0.8),
            &p,
            1e-10,
            &noise,
        );
        close(
            &probabilities(&noise, &UTILITIES.map(|v| v * 64.0), 0.8 * 64.0),
            &p,
            1e-10,
            &noise,
        );
        let swapped = probabilities(&noise, &[0.0, 0.3, -0.5, 1.0, -2.0], 0.8);
        close(
            &[swapped[3], swapped[1], swapped[2], swapped[0], swapped[4]],
            &p,
            1e-10,
            &noise,
        );
    }
}

/// Two alternatives: the distribution function of the difference of two noises, in closed form.
#[test]
fn two_alternatives_in_closed_form() {
    let sigma = GUMBEL_DEVIATION;
    for d in [-6.0, -1.0, 0.0, 0.3, 1.0, 4.0] {
        for temperature in [0.5, 1.0, 3.0] {
            let x: f64 = d / temperature;
            let symmetric = |tail: &dyn Fn(f64) -> f64| if x > 0.0 { 1.0 - tail(x) } else { tail(-x) };
            let logistic = |x: f64| {
                let x = x * 2.0_f64.sqrt();
                // ∫ f F of two logistics: (1 − (1 + x) e^−x) / (1 − e^−x)² is the chance of the better one.
                if x == 0.0 {
                    0.5
                } else {
                    1.0 - (1.0 - (1.0 + x) * (-x).exp()) / (1.0 - (-x).exp()).powi(2)
                }
            };
            let (b, half) = (sigma / 2.0_f64.sqrt(), sigma * 3.0_f64.sqrt());
            for (noise, expected) in [
                (Noise::Gumbel, 1.0 / (1.0 + (-x).exp())),
                (Noise::Normal, normal_distribution(x / (sigma * 2.0_f64.sqrt()))),
                (Noise::Logistic, symmetric(&logistic)),
                (Noise::Exponential, symmetric(&|x| 0.5 * (-x / sigma).exp())),
                (
                    Noise::Laplace,
                    symmetric(&|x| 0.5 * (1.0 + 0.5 * x / b) * (-x / b).exp()),
                ),
                (
                    Noise::Uniform,
                    symmetric(&|x| 0.5 * (1.0 - 0.5 * x / half).max(0.0).powi(2)),
                ),
            ] {
                let found = probabilities(&noise, &[d, 0.0], temperature);
                close(&found, &[expected, 1.0 - expected], 1e-12, &(noise, x));
            }
            let correlation = 0.6;
            let noise = Noise::CorrelatedNormal {
                correlation,
                members: vec![0, 1],
            };
            let expected = normal_distribution(x / (sigma * (2.0 * (1.0 - correlation)).sqrt()));
            close(
                &probabilities(&noise, &[d, 0.0], temperature),
                &[expected, 1.0 - expected],
                1e-11,
                &noise,
            );
        }
    }
}

/// Three alternatives: the two differences to the chosen one are bivariate normal.
#[test]
fn trinomial_probit_by_the_bivariate_normal() {
    assert!((bivariate(0.0, 0.0, 0.5) - 1.0 / 3.0).abs() < 1e-14);
    let utilities = [0.7, 0.0, -0.4];
    for correlation in [0.0, 0.3, 0.95] {
        // Covariance of the noises in units of σ²: alternatives 1 and 2 correlate.
        let covariance = |j: usize, k: usize| -> f64 {
            match (j, k) {
                _ if j == k => 1.0,
                (1, 2) | (2, 1) => correlation,
                _ => 0.0,
            }
        };
        let expected: Vec<f64> = (0..3)
            .map(|j| {
                let (k, l) = ((j + 1) % 3, (j + 2) % 3);
                let variance = |k: usize| 2.0 - 2.0 * covariance(j, k);
                let together = covariance(k, l) - covariance(j, k) - covariance(j, l) + 1.0;
                let bound = |k: usize| (utilities[j] - utilities[k]) / (1.3 * GUMBEL_DEVIATION * variance(k).sqrt());
                bivariate(bound(k), bound(l), together / (variance(k) * variance(l)).sqrt())
            })
            .collect();
        let noise = match correlation {
            0.0 => Noise::Normal,
            _ => Noise::CorrelatedNormal {
                correlation,
                members: vec![2, 1],
            },
        };
        close(&probabilities(&noise, &utilities, 1.3), &expected, 1e-11, &noise);
    }
}

/// Student noise of many degrees of freedom is normal noise; of few it is not.
#[test]
fn student_tends_to_normal() {
    let normal = probabilities(&Noise::Normal, &UTILITIES, 1.0);
    // The difference is of order 1/ν.
    close(
        &probabilities(&Noise::Student { degrees: 1e6 }, &UTILITIES, 1.0),
        &normal,
        1e-6,
        &"1e6",
    );
    let three = probabilities(&Noise::Student { degrees: 3.0 }, &UTILITIES, 1.0);
    assert!((three[0] - normal[0]).abs() > 0.01);
}

#[test]
fn nests_at_their_limits() {
    let nested = |dissimilarity: f64, utilities: &[f64], members: &[usize]| {
        let members = members.to_vec();
        probabilities(&Noise::GevNested { dissimilarity, members }, utilities, 1.0)
    };
    close(
        &nested(1.0, &UTILITIES, &[1, 2]),
        &softmax(&UTILITIES, 1.0),
        1e-15,
        &"λ = 1",
    );
    close(
        &nested(0.3, &UTILITIES, &[3]),
        &softmax(&UTILITIES, 1.0),
        1e-15,
        &"a nest of one",
    );
    close(
        &nested(0.3, &UTILITIES, &[]),
        &softmax(&UTILITIES, 1.0),
        1e-15,
        &"a nest of none",
    );
    // Half the temperature within a nest of all.
    close(
        &nested(0.5, &UTILITIES, &[0, 1, 2, 3, 4]),
        &softmax(&UTILITIES, 0.5),
        1e-15,
        &"all",
    );
    // By hand: members of equal utility 0, I = ½ ln 2, P(nest) = √2 / (1 + √2).
    let nest = 2.0_f64.sqrt() / (1.0 + 2.0_f64.sqrt());
    close(
        &nested(0.5, &[0.0; 3], &[1, 2]),
        &[1.0 - nest, nest / 2.0, nest / 2.0],
        1e-15,
        &"λ = ½",
    );
    close(&nested(0.0, &[0.0; 3], &[1, 2]), &[0.5, 0.25, 0.25], 1e-15, &"λ = 0");
    close(&nested(1e-9, &[0.0; 3], &[1, 2]), &[0.5, 0.25, 0.25], 1e-9, &"λ → 0");
    close(
        &nested(1e-9, &[0.0, 0.0, -1e-3], &[1, 2]),
        &[0.5, 0.5, 0.0],
        1e-9,
        &"the better of two",
    );
    close(
        &nested(0.5, &[0.0, -1e9, -2e9], &[1, 2]),
        &[1.0, 0.0, 0.0],
        1e-15,
        &"a hopeless nest",
    );
}

#[test]
fn correlation_at_its_limits() {
    let correlated = |correlation: f64, utilities: &[f64]| {
        let members = vec![1, 2];
        probabilities(&Noise::CorrelatedNormal { correlation, members }, utilities, 1.0)
    };
    close(
        &correlated(0.0, &UTILITIES),
        &probabilities(&Noise::Normal, &UTILITIES, 1.0),
        1e-15,
        &"ρ = 0",
    );
    close(
        &correlated(1e-9, &UTILITIES),
        &probabilities(&Noise::Normal, &UTILITIES, 1.0),
        1e-8,
        &"ρ → 0",
    );
    // √(1 − ρ) = 1e-4 away from the limit in which the red bus takes half of the bus.
    close(&correlated(1.0 - 1e-8, &[0.0; 3]), &[0.5, 0.25, 0.25], 1e-4, &"ρ → 1");
    close(
        &correlated(1.0 - 1e-15, &[0.0, -1.0, 0.0]),
        &[0.5, 0.0, 0.5],
        1e-7,
        &"ρ → 1, the better of two",
    );
    // ε_2 = −ε_1: the independent one is above |ε_1| one time in four.
    close(&correlated(-1.0, &[0.0; 3]), &[0.25, 0.375, 0.375], 1e-9, &"ρ = −1");
}

/// By the shared factor and by the differences: two integrals that have nothing in common but the model.
#[test]
fn two_ways_to_correlate() {
    for correlation in [0.0, 0.2, 0.9, 0.999_99, 1.0 - 1e-13] {
        for (utilities, members) in [
            (&[0.3, 0.0, -0.2][..], &[false, true, true][..]),
            (&[0.0, -0.1, -0.1, -3.0], &[true, true, false, true]),
            (&[0.0, -1.0], &[true, true]),
        ] {
            let positions: Vec<usize> = (0..members.len()).filter(|&j| members[j]).collect();
            let expected = correlated::probabilities(utilities, correlation, &positions).unwrap();
            let found = correlated::given_what_is_shared(utilities, correlation, members);
            close(&found, &expected, 1e-10, &(correlation, utilities));
        }
    }
    assert_eq!(correlated::probabilities(&[0.0; 4], -0.1, &[0, 1]), None);
    assert!(correlated::probabilities(&[0.0; 4], -0.1, &[0, 1, 2]).is_some());
}
