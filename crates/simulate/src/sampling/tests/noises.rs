//! Every noise against its law, and correlated ones against the choices they imply.

use logsum_draws::Stream;
use statrs::distribution::StudentsT;

use super::super::source::Source;
use super::*;
use crate::constants::GUMBEL_DEVIATION;

const BLOCKS: usize = 200;

/// A distribution function.
type Law = Box<dyn Fn(f64) -> f64>;

/// Noise of each alternative, BLOCKS·BLOCK draws.
fn columns(text: &str, n_alternatives: usize) -> Vec<Vec<f64>> {
    let noise = Noise::parse(text, n_alternatives, None).expect("a noise");
    let mut source = Source::new(&noise);
    let mut stream: Stream = Seed::new(11).stream(0);
    let mut columns = vec![Vec::new(); n_alternatives];
    let mut values = [0.0; BLOCK];
    for _ in 0..BLOCKS {
        source.begin_block(&mut stream);
        for (j, column) in columns.iter_mut().enumerate() {
            source.fill(&mut stream, j, &mut values);
            column.extend(values);
        }
    }
    columns
}

/// p-value of the Kolmogorov–Smirnov statistic, from its limit law.
fn kolmogorov(values: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let distance = values.iter().enumerate().fold(0.0_f64, |distance, (i, &x)| {
        let p = cdf(x);
        distance.max(p - i as f64 / n).max((i + 1) as f64 / n - p)
    });
    let x = (n.sqrt() + 0.12 + 0.11 / n.sqrt()) * distance;
    let term = |k: i32| (-2.0 * f64::from(k * k) * x * x).exp();
    (1..100)
        .map(|k| if k % 2 == 1 { 2.0 * term(k) } else { -2.0 * term(k) })
        .sum::<f64>()
        .clamp(0.0, 1.0)
}

fn gumbel(x: f64) -> f64 {
    (-(-x).exp()).exp()
}

#[test]
fn noises_follow_their_laws() {
    let student = StudentsT::new(0.0, GUMBEL_DEVIATION * (3.0_f64 / 5.0).sqrt(), 5.0).expect("a law");
    let laws: Vec<(&str, Law)> = vec![
        ("gumbel", Box::new(gumbel)),
        ("normal", Box::new(|x| Normal::standard().cdf(x / GUMBEL_DEVIATION))),
        ("logistic", Box::new(|x| 1.0 / (1.0 + (-x * 2.0_f64.sqrt()).exp()))),
        (
            "exponential",
            Box::new(|x| -(-(x / GUMBEL_DEVIATION + 1.0).max(0.0)).exp_m1()),
        ),
        (
            "uniform",
            Box::new(|x| (x / (12.0_f64.sqrt() * GUMBEL_DEVIATION) + 0.5).clamp(0.0, 1.0)),
        ),
        (
            "laplace",
            Box::new(|x: f64| {
                let tail = 0.5 * (-x.abs() * 2.0_f64.sqrt() / GUMBEL_DEVIATION).exp();
                if x < 0.0 { tail } else { 1.0 - tail }
            }),
        ),
        ("student:5", Box::new(move |x| student.cdf(x))),
        ("gev-nested:0.3", Box::new(gumbel)),
        (
            "correlated-normal:0.7",
            Box::new(|x| Normal::standard().cdf(x / GUMBEL_DEVIATION)),
        ),
        (
            "correlated-normal:-0.5",
            Box::new(|x| Normal::standard().cdf(x / GUMBEL_DEVIATION)),
        ),
    ];
    for (text, law) in laws {
        for column in columns(text, 3) {
            assert!(kolmogorov(&column, &law) > LEVEL, "{text}");
            let stretched: Vec<f64> = column.iter().map(|x| 1.12 * x).collect();
            assert!(kolmogorov(&stretched, &law) < REJECTED, "{text}");
        }
    }
}

/// The variance of a sample of noise with a finite fourth moment, against π²/6.
#[test]
fn noises_have_the_variance_of_the_gumbel() {
    assert!((GUMBEL_DEVIATION * GUMBEL_DEVIATION - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
    for text in [
        "gumbel",
        "normal",
        "logistic",
        "exponential",
        "uniform",
        "laplace",
        "student:9",
        "gev-nested:0.5",
        "correlated-normal:0.5",
    ] {
        for column in columns(text, 2) {
            let n = column.len() as f64;
            let mean = column.iter().sum::<f64>() / n;
            let moment = |power| column.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
            let error = ((moment(4) - moment(2).powi(2)) / n).sqrt();
            let z = |variance: f64| (moment(2) - variance) / error;
            assert!(two_sided(z(GUMBEL_DEVIATION * GUMBEL_DEVIATION)) > LEVEL, "{text}");
            assert!(
                two_sided(z(1.2 * GUMBEL_DEVIATION * GUMBEL_DEVIATION)) < REJECTED,
                "{text}"
            );
        }
    }
}

/// Fisher's z of normal noise: the members are correlated as asked, and others not at all.
#[test]
fn correlated_normals_are_correlated_as_asked() {
    for correlation in [-0.9, -0.3, 0.0, 0.5, 0.99] {
        let columns = columns(&format!("correlated-normal:{correlation}"), 3);
        let z = |a: &[f64], b: &[f64], claimed: f64| {
            let sum = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
            let found = sum(a, b) / (sum(a, a) * sum(b, b)).sqrt();
            (found.atanh() - claimed.atanh()) * (a.len() as f64 - 3.0).sqrt()
        };
        assert!(
            two_sided(z(&columns[1], &columns[2], correlation)) > LEVEL,
            "{correlation}"
        );
        assert!(two_sided(z(&columns[0], &columns[2], 0.0)) > LEVEL, "{correlation}");
        assert!(
            two_sided(z(&columns[1], &columns[2], correlation - 0.05)) < REJECTED,
            "{correlation}"
        );
    }
}

/// Nested extreme value noise gives nested logit.
#[test]
fn nested_noise_chooses_by_nested_logit() {
    let (utilities, temperature) = ([0.4, 0.1, 0.3, -0.2], 0.8);
    let nested = |dissimilarity: f64| {
        let scaled = utilities.map(|v| v / temperature);
        let inner: f64 = scaled[2..].iter().map(|v| (v / dissimilarity).exp()).sum();
        let nest = inner.powf(dissimilarity);
        let total = scaled[0].exp() + scaled[1].exp() + nest;
        let member = |v: f64| nest / total * (v / dissimilarity).exp() / inner;
        vec![
            scaled[0].exp() / total,
            scaled[1].exp() / total,
            member(scaled[2]),
            member(scaled[3]),
        ]
    };
    for dissimilarity in [0.1, 0.5, 0.9, 1.0] {
        let noise = Noise::parse(&format!("gev-nested:{dissimilarity}"), 4, None).expect("a noise");
        let tally = Experiment {
            temperature,
            ..experiment(&utilities, noise)
        }
        .run()
        .expect("runs");
        let expected = nested(dissimilarity);
        assert!(pearson(&tally.counts, &expected) > LEVEL, "{dissimilarity}");
        assert!(
            pearson(&tally.counts, &nested(dissimilarity * 0.8)) < REJECTED,
            "{dissimilarity}"
        );
        // The largest utility of a generalised extreme value model is Gumbel about its logsum.
        let logsum = utilities[0] - temperature * expected[0].ln();
        let z = (tally.maximum_mean - logsum - EULER_GAMMA * temperature)
            / (temperature * GUMBEL_DEVIATION / (tally.draws as f64).sqrt());
        assert!(two_sided(z) > LEVEL, "{dissimilarity}");
    }
}

/// Two alternatives: the difference of two normals is normal.
#[test]
fn normal_noise_chooses_by_probit() {
    for (text, variance) in [("normal", 2.0), ("correlated-normal:0.6", 0.8)] {
        let noise = Noise::parse(text, 2, None).expect("a noise");
        let tally = experiment(&[0.5, 0.0], noise).run().expect("runs");
        let p = |variance: f64| Normal::standard().cdf(0.5 / (GUMBEL_DEVIATION * f64::sqrt(variance)));
        let shares = |variance: f64| [p(variance), 1.0 - p(variance)];
        assert!(pearson(&tally.counts, &shares(variance)) > LEVEL, "{text}");
        assert!(pearson(&tally.counts, &shares(variance * 1.3)) < REJECTED, "{text}");
    }
}

/// Shares of three equal members by their noise alone, and how often two of them tie.
fn shares_of_a_nest(dissimilarity: f64) -> ([u64; 3], usize) {
    let members = vec![0, 1, 2];
    let noise = Noise::GevNested { dissimilarity, members };
    let mut source = Source::new(&noise);
    let mut stream: Stream = Seed::new(12).stream(0);
    let (mut counts, mut ties) = ([0; 3], 0);
    for _ in 0..BLOCKS {
        let mut values = [[0.0; BLOCK]; 3];
        source.begin_block(&mut stream);
        for (j, values) in values.iter_mut().enumerate() {
            source.fill(&mut stream, j, values);
        }
        for i in 0..BLOCK {
            let [a, b, c] = values.map(|values| values[i]);
            counts[if a >= b && a >= c { 0 } else { usize::from(c > b) + 1 }] += 1;
            ties += usize::from(a == b || b == c || a == c);
        }
    }
    (counts, ties)
}

#[test]
fn members_of_the_tightest_nest_share_equally() {
    let shares = [1.0 / 3.0; 3];
    let least = crate::noise::LEAST_DISSIMILARITY;
    let (counts, ties) = shares_of_a_nest(least);
    assert!(pearson(&counts, &shares) > LEVEL, "{counts:?}");
    // Steps of about 10⁻⁶ of a Gumbel's spread: a tie in some 10⁵ draws or none.
    assert!(ties <= 5, "{ties} ties");
    let choices = |dissimilarity| {
        let members = vec![0, 1, 2];
        experiment(&[0.0; 3], Noise::GevNested { dissimilarity, members }).run()
    };
    assert!(pearson(&choices(least).unwrap().counts, &shares) > LEVEL);
    // Below, rounding favours the first; it is refused.
    assert!(pearson(&shares_of_a_nest(1e-15).0, &shares) < REJECTED);
    for dissimilarity in [9e-11, 1e-15, 1e-308, 0.0, f64::NAN] {
        assert!(matches!(
            choices(dissimilarity),
            Err(ExperimentError::Dissimilarity { .. })
        ));
    }
}
