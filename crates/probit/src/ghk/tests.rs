use logsum_draws::{Maker, Method, PointSet, Seed, Variate};

use super::*;

fn draws(n_dimensions: usize, number: usize) -> Held {
    let set = PointSet::new(
        Method::Sobol,
        number,
        false,
        Seed::new(3),
        vec![Variate::Uniform; n_dimensions],
    )
    .unwrap();
    let mut values = vec![0.0; n_dimensions * number];
    set.fill(Maker { position: 0, key: 7 }, 0..number, &mut values);
    Held::new(&values, number, None)
}

fn evaluate(limits: &[f64], factor: &[f64], draws: &Held, order: u8) -> Derivatives {
    let mut out = Derivatives::default();
    let factor = Factor::new(factor.to_vec());
    Simulator::default().evaluate(limits, &factor, &mut draws.clone(), order, &mut out);
    out
}

/// Limits and factor from x.
fn split(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut limits, mut factor) = (Vec::new(), Vec::new());
    let mut k = 0;
    while row(k) < x.len() {
        limits.push(x[row(k)]);
        factor.extend(&x[row(k) + 1..row(k + 1)]);
        k += 1;
    }
    (limits, factor)
}

fn points() -> Vec<Vec<f64>> {
    vec![
        vec![0.3, 1.2],
        vec![0.3, 1.0, -0.4, 0.5, 1.1],
        vec![0.3, 1.0, -0.4, 0.5, 1.1, 1.5, 0.3, -0.4, 0.9],
        vec![-2.0, 1.0, 0.4, -0.5, 0.7, -1.5, 0.3, -0.4, 0.9, 4.0, 0.2, 0.3, 0.4, 0.8],
        // Far in the tail: in logarithms.
        vec![-30.0, 1.0, -40.4, 0.5, 1.1, -25.0, 0.3, -0.4, 0.9],
    ]
}

#[test]
fn derivatives_are_those_of_the_simulated_probability() {
    for x in points() {
        let n = split(&x).0.len();
        let draws = draws(n.max(2) - 1, 77);
        let at = |x: &[f64], order: u8| {
            let (limits, factor) = split(x);
            evaluate(&limits, &factor, &draws, order)
        };
        let all = at(&x, CURVATURE);
        let first = at(&x, GRADIENT);
        assert!((all.ln_probability - first.ln_probability).abs() <= 1e-14 * all.ln_probability.abs());
        for i in 0..x.len() {
            let h = 1e-5 * x[i].abs().max(0.1);
            let (mut above, mut below) = (x.clone(), x.clone());
            above[i] += h;
            below[i] -= h;
            let (up, down) = (at(&above, GRADIENT), at(&below, GRADIENT));
            let difference = (up.ln_probability - down.ln_probability) / (2.0 * h);
            // Central differences: h² of a third derivative, and rounding of ln P over h.
            let slack = 1e-6 * (1.0 + first.score[i].abs());
            assert!(
                (difference - first.score[i]).abs() < slack,
                "{x:?} {i}: {difference} {}",
                first.score[i]
            );
            assert!((all.score[i] - first.score[i]).abs() < 1e-11 * (1.0 + first.score[i].abs()));
            for j in 0..=i {
                let difference = (up.score[j] - down.score[j]) / (2.0 * h);
                let second = all.hessian[pair(i, j)];
                let slack = 1e-5 * (1.0 + second.abs() + first.score[i].abs() * first.score[j].abs() * 1e-3);
                assert!(
                    (difference - second).abs() < slack,
                    "{x:?} {i} {j}: {difference} {second}"
                );
            }
        }
    }
}

#[test]
fn independent_variables_multiply() {
    let limits = [0.5, -1.0, 2.0, -8.0];
    let mut factor = vec![0.0; 10];
    (0..4).for_each(|k| factor[pair(k, k)] = 1.0 + k as f64);
    let found = evaluate(&limits, &factor, &draws(3, 64), VALUE).ln_probability;
    let expected: f64 = (0..4)
        .map(|k| crate::normal::ln_normal_cdf(limits[k] / (1.0 + k as f64)))
        .sum();
    assert!((found - expected).abs() < 1e-13, "{found} {expected}");
}

#[test]
fn exchangeable_variables_with_half_the_variance_in_common() {
    // 1/(n + 1): one of n + 1 equals is the least.
    for n in 2..=20 {
        let covariance: Vec<f64> = (0..n)
            .flat_map(|k| (0..=k).map(move |j| if j == k { 1.0 } else { 0.5 }))
            .collect();
        let factor = Factor::of(&covariance).unwrap();
        let found = evaluate(&vec![0.0; n], factor.lower(), &draws(n - 1, 4096), VALUE)
            .ln_probability
            .exp();
        let expected = 1.0 / (n + 1) as f64;
        // Owen-scrambled nets of 4,096 points: a few times 1/N of the spread of the integrand.
        assert!((found / expected - 1.0).abs() < 6e-3, "{n}: {found} {expected}");
    }
}

#[test]
fn deep_and_shallow_agree_where_both_are_numbers() {
    let x = &points()[3];
    let (limits, factor) = split(x);
    let factor = Factor::new(factor);
    let mut held = draws(3, 32);
    let (mut fast, mut deep) = (Lanes::<32>::default(), Lanes::<32>::default());
    fast.set_limits(&limits);
    deep.set_limits(&limits);
    fast.forward(&factor, held.wide(0), CURVATURE);
    deep.forward_deep(&factor, held.wide(0), CURVATURE);
    for l in 0..32 {
        let ln_weight = fast.weight[0][l].ln();
        assert!((ln_weight - deep.weight[0][l]).abs() < 1e-12 * ln_weight.abs());
    }
}

#[test]
fn far_probabilities_keep_their_logarithms() {
    // Independent, so that the exact value is known.
    for b in [-50.0, -1e3, -1e4] {
        let found = evaluate(&[b, b, b], &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0], &draws(2, 40), CURVATURE);
        let expected = 3.0 * crate::normal::ln_normal_cdf(b);
        assert!((found.ln_probability / expected - 1.0).abs() < 1e-12, "{found:?}");
        assert!(found.score.iter().chain(&found.hessian).all(|value| value.is_finite()));
    }
}

#[test]
fn singular_covariances_name_their_variable() {
    assert_eq!(Factor::of(&[1.0, 1.0, 1.0]), Err(1));
    assert_eq!(Factor::of(&[1.0, 0.5, 1.0, 0.5, 0.5, 0.0]), Err(2));
    assert_eq!(Factor::of(&[-1.0]), Err(0));
    assert_eq!(Factor::of(&[4.0, 2.0, 5.0]).unwrap().lower(), [2.0, 1.0, 2.0]);
}
