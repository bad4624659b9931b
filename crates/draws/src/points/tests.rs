//! Point sets as a whole: whatever holds for all methods, and their laws. Seeds are fixed; levels are 1 in 1000 or less.

use std::collections::HashSet;

use super::*;
use crate::normal_quantile;

const HALTON: Method = Method::Halton { drop: 100, leap: 1 };
const SEEDED: [Method; 4] = [Method::ScrambledHalton, Method::Sobol, Method::Mlhs, Method::Random];
const ALL: [Method; 6] = [
    HALTON,
    Method::Halton { drop: 7, leap: 409 },
    Method::ScrambledHalton,
    Method::Sobol,
    Method::Mlhs,
    Method::Random,
];
const VARIATES: [Variate; 3] = [Variate::Uniform, Variate::Normal, Variate::Triangular];

/// Keys of nearby numbers are as good as any.
fn maker(position: u64) -> Maker {
    Maker {
        position,
        key: 1000 + position,
    }
}

fn point_set(method: Method, number: usize, antithetic: bool, variates: &[Variate]) -> PointSet {
    PointSet::new(method, number, antithetic, Seed::new(1), variates.to_vec()).unwrap()
}

fn filled(points: &PointSet, maker: Maker, range: Range<usize>) -> Vec<f64> {
    let mut out = vec![f64::NAN; range.len() * points.n_dimensions()];
    points.fill(maker, range, &mut out);
    out
}

fn all_of(points: &PointSet, maker: Maker) -> Vec<f64> {
    filled(points, maker, 0..points.number())
}

/// p-value of the Kolmogorov–Smirnov statistic for uniforms, from its limit law.
fn kolmogorov(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let distance = values.iter().enumerate().fold(0.0_f64, |distance, (i, &u)| {
        distance.max(u - i as f64 / n).max((i + 1) as f64 / n - u)
    });
    let x = (n.sqrt() + 0.12 + 0.11 / n.sqrt()) * distance;
    let term = |k: i32| (-2.0 * f64::from(k * k) * x * x).exp();
    let terms = (1..100).map(|k| if k % 2 == 1 { 2.0 * term(k) } else { -2.0 * term(k) });
    terms.sum::<f64>().clamp(0.0, 1.0)
}

#[test]
fn the_last_dimensions_alone() {
    for method in ALL {
        let points = point_set(method, 40, true, &VARIATES);
        let last = points.clone().without_first(1);
        assert_eq!(last.n_dimensions(), 2);
        assert_eq!(filled(&last, maker(3), 5..70), filled(&points, maker(3), 5..70)[65..]);
        assert_eq!(
            all_of(&last.randomised(2), maker(3)),
            all_of(&points.randomised(2), maker(3))[80..]
        );
        assert_eq!(last.without_first(2).n_dimensions(), 0);
    }
}

#[test]
fn errors() {
    let message = |method: Method, number: usize, n_dimensions: usize| {
        let variates = vec![Variate::Normal; n_dimensions];
        let error = PointSet::new(method, number, false, Seed::new(1), variates).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        message(Method::Sobol, 0, 1),
        "draws: 0 per decision maker; use at least 1 (500 or more is usual for a first run)"
    );
    assert_eq!(
        message(Method::Mlhs, 1 << 32, 1),
        "draws: 4294967296 per decision maker; use at most 4294967295"
    );
    assert_eq!(
        message(Method::Sobol, 100, 1112),
        "Sobol draws: 1112 dimensions, but there are direction numbers for 1111; use MLHS or random draws"
    );
    assert_eq!(
        message(Method::Halton { drop: 0, leap: 1 }, 100, 1),
        "Halton draws: no element dropped, but the first is 0, which no draw can be made from; drop at least 1 (100 is usual)"
    );
    assert_eq!(
        message(Method::Halton { drop: 100, leap: 0 }, 100, 1),
        "Halton draws: leap 0; use 1 to take every element of the sequence, or a larger number to skip some"
    );
}

#[test]
#[should_panic(expected = "draws 5..11 of 10")]
fn draws_beyond_the_last_panic() {
    filled(&point_set(Method::Sobol, 5, true, &VARIATES), maker(0), 5..11);
}

#[test]
#[should_panic(expected = "a place for each number")]
fn places_missing_panic() {
    point_set(Method::Sobol, 5, true, &VARIATES).fill(maker(0), 0..10, &mut [0.0; 29]);
}

#[test]
fn any_cut_gives_the_same_numbers() {
    for method in ALL {
        for (number, antithetic) in [(1, true), (7, true), (700, false), (700, true), (1300, true)] {
            for points in [
                point_set(method, number, antithetic, &VARIATES),
                point_set(method, number, antithetic, &VARIATES).randomised(3),
            ] {
                let n = points.number();
                let whole = all_of(&points, maker(5));
                assert!(whole.iter().all(|x| x.is_finite()), "{method:?}");
                for cut in [
                    vec![0, 1, n],
                    vec![0, n / 3, n / 2, n],
                    vec![0, n / 4, 3 * n / 4, n],
                    vec![0, n / 2, n - 1, n],
                    (0..=n).step_by(1 + n / 37).chain([n]).collect(),
                ] {
                    for ends in cut.windows(2) {
                        let (start, end) = (ends[0].min(ends[1]), ends[1]);
                        let part = filled(&points, maker(5), start..end);
                        for d in 0..3 {
                            let expected = &whole[d * n + start..d * n + end];
                            let part = &part[d * (end - start)..][..end - start];
                            assert_eq!(part, expected, "{method:?}, {start}..{end} of {n}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn reflections_mirror_the_draws() {
    for method in ALL {
        let half = all_of(&point_set(method, 60, false, &VARIATES), maker(2));
        let both = all_of(&point_set(method, 60, true, &VARIATES), maker(2));
        for d in 0..3 {
            assert_eq!(both[d * 120..][..60], half[d * 60..][..60]);
            let mirrored: Vec<f64> = half[d * 60..][..60].iter().map(|x| -x).collect();
            assert_eq!(both[d * 120 + 60..][..60], mirrored);
        }
    }
}

#[test]
fn numbers_depend_on_what_they_should() {
    for method in ALL {
        let points = point_set(method, 50, false, &VARIATES);
        let draws = all_of(&points, maker(3));
        assert_eq!(draws, all_of(&points, maker(3)));
        assert_ne!(draws, all_of(&points, maker(4)), "{method:?}: another decision maker");
        let seed = PointSet::new(method, 50, false, Seed::new(2), VARIATES.to_vec()).unwrap();
        let elsewhere = Maker { position: 9, key: 1003 };
        let renamed = Maker { position: 3, key: 7 };
        let plain = matches!(method, Method::Halton { .. });
        assert_eq!(draws == all_of(&seed, maker(3)), plain, "{method:?}: seed");
        assert_eq!(draws != all_of(&points, elsewhere), plain, "{method:?}: position");
        assert_eq!(draws == all_of(&points, renamed), plain, "{method:?}: key");
        // Replications differ from each other and again among themselves.
        let replications = [
            points.randomised(0),
            points.randomised(1),
            points.randomised(0).randomised(0),
            seed.randomised(0),
        ];
        let mut seen: HashSet<u64> = draws.iter().map(|x| x.to_bits()).collect();
        let common = seen.len();
        for points in &replications {
            seen.extend(all_of(points, maker(3)).iter().map(|x| x.to_bits()));
        }
        assert_eq!(seen.len(), common + 4 * draws.len(), "{method:?}: replications");
        let again = points.randomised(1);
        assert_eq!(all_of(&again, maker(3)), all_of(&replications[1], maker(3)));
    }
}

/// All zero digits aside, decision maker n has elements drop + n·number and those after it.
#[test]
fn halton_stretches_follow_each_other() {
    let radical_inverse = |mut element: u64, base: u64| {
        let (mut numerator, mut denominator) = (0, 1);
        while element > 0 {
            (numerator, denominator) = (numerator * base + element % base, denominator * base);
            element /= base;
        }
        numerator as f64 / denominator as f64
    };
    for (drop, leap) in [(100, 1), (1, 1), (100, 3), (17, 409)] {
        let points = point_set(Method::Halton { drop, leap }, 30, false, &[Variate::Uniform; 5]);
        for position in [0, 1, 2, 1000] {
            let draws = all_of(&points, maker(position));
            for (d, base) in [2, 3, 5, 7, 11].into_iter().enumerate() {
                for r in 0..30 {
                    let element = drop + (position * 30 + r) * leap;
                    let expected = 2.0 * radical_inverse(element, base) - 1.0;
                    let draw = draws[d * 30 + r as usize];
                    assert!((draw - expected).abs() < 5e-16, "element {element} in base {base}");
                }
            }
        }
    }
    let normal = all_of(&point_set(HALTON, 3, false, &[Variate::Normal]), maker(0));
    // 100 = 1100100, 101 = 1100101, 102 = 1100110 in base 2.
    let expected = [19.0, 83.0, 51.0].map(|x| normal_quantile(x / 128.0));
    assert_eq!(normal, expected);
}

/// Means and variances of the variates, over many decision makers.
#[test]
fn moments_of_the_variates() {
    for method in ALL {
        let points = point_set(method, 100, false, &VARIATES);
        let mut sums = [[0.0; 3]; 2];
        let makers = 500;
        for n in 0..makers {
            let draws = all_of(&points, maker(n));
            for (d, draws) in draws.chunks(100).enumerate() {
                sums[0][d] += draws.iter().sum::<f64>();
                sums[1][d] += draws.iter().map(|x| x * x).sum::<f64>();
            }
        }
        let n = 100.0 * makers as f64;
        // Standard errors of independent numbers, which those of the others are below.
        for (d, (variance, fourth)) in [(1.0 / 3.0, 0.2), (1.0, 3.0), (1.0 / 6.0, 1.0 / 15.0)]
            .into_iter()
            .enumerate()
        {
            let z = sums[0][d] / (n * variance).sqrt();
            let z_squares = (sums[1][d] - n * variance) / (n * (fourth - variance * variance)).sqrt();
            assert!(
                z.abs() < 3.5 && z_squares.abs() < 3.5,
                "{method:?}, {d}: {z}, {z_squares}"
            );
        }
    }
}

/// A point by itself is uniform over decision makers, and over replications for the plain Halton sequence.
#[test]
fn single_points_are_uniform() {
    let uniforms = [Variate::Uniform; 8];
    for method in ALL {
        let points = point_set(method, 40, false, &uniforms);
        for (d, r) in [(0, 0), (0, 7), (1, 0), (2, 39), (7, 13)] {
            let single = |n: u64| {
                let plain = matches!(method, Method::Halton { .. });
                let draws = if plain {
                    filled(&points.randomised(n), maker(3), r..r + 1)
                } else {
                    filled(&points, maker(n), r..r + 1)
                };
                0.5 * (draws[d] + 1.0)
            };
            let p = kolmogorov((0..10_000).map(single).collect());
            assert!(p > 1e-3, "{method:?}, dimension {d}, draw {r}: {p}");
        }
        let wrong = (0..10_000).map(|n| {
            let u = 0.5 * (filled(&points.randomised(n), maker(n), 0..1)[0] + 1.0);
            u.powf(1.1)
        });
        assert!(kolmogorov(wrong.collect()) < 1e-6);
    }
}

/// Dimensions, decision makers and draws of independent numbers have nothing to do with each other.
#[test]
fn correlations_are_those_of_independent_numbers() {
    for method in ALL {
        let points = point_set(method, 16, false, &[Variate::Uniform; 4]);
        let n = 5000;
        // Two dimensions of a draw, two decision makers, two replications; and two draws for the independent.
        let mut sums = [0.0; 4];
        for k in 0..n {
            let random = points.randomised(k);
            let (this, next) = (all_of(&random, maker(1)), all_of(&random, maker(2)));
            let other = all_of(&points.randomised(k + 1), maker(1));
            sums[0] += this[3] * this[16 + 3];
            sums[1] += this[16 + 5] * next[16 + 5];
            sums[2] += this[2] * other[2];
            sums[3] += this[2] * this[3];
        }
        let z = sums.map(|sum| 3.0 * sum / (n as f64).sqrt());
        assert!(z[..3].iter().all(|z| z.abs() < 3.5), "{method:?}: {z:?}");
        assert_eq!(z[3].abs() < 3.5, method == Method::Random, "{method:?}: {z:?}");
    }
}

/// Mean and standard deviation over replications of the mean of g over the draws.
fn replicated(points: &PointSet, replications: u64, g: impl Fn([f64; 3]) -> f64) -> (f64, f64) {
    let n = points.number();
    let means: Vec<f64> = (0..replications)
        .map(|replication| {
            let draws = all_of(&points.randomised(replication), maker(1));
            (0..n).map(|i| g([0, 1, 2].map(|d| draws[d * n + i]))).sum::<f64>() / n as f64
        })
        .collect();
    let mean = means.iter().sum::<f64>() / replications as f64;
    let variance = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (replications - 1) as f64;
    (mean, variance.sqrt())
}

/// E exp(a·ξ) of three variates, without bias whatever the method, and more precise than random draws.
#[test]
fn replications_measure_the_error() {
    let g = |[x, y, z]: [f64; 3]| (0.5 * x + 0.5 * y - z).exp();
    let uniform = 2.0 * 0.5_f64.sinh();
    let expected = uniform * 0.125_f64.exp() * 2.0 * (1.0_f64.cosh() - 1.0);
    let (_, random) = replicated(&point_set(Method::Random, 256, false, &VARIATES), 400, g);
    for method in ALL {
        for antithetic in [false, true] {
            let points = point_set(method, 256, antithetic, &VARIATES).randomised(1);
            let (mean, deviation) = replicated(&points, 400, g);
            let z = (mean - expected) / (deviation / 20.0);
            assert!(z.abs() < 3.5, "{method:?}: {z}");
            let ratio = deviation / random;
            let most = match method {
                Method::Halton { leap: 1, .. } | Method::ScrambledHalton => 0.3,
                Method::Halton { .. } => 0.7,
                Method::Sobol => 0.2,
                Method::Mlhs => 0.6,
                Method::Random => 1.2,
            };
            assert!(ratio < most, "{method:?}: {ratio}");
        }
    }
}

/// From 64 draws to 4096, random draws gain a factor 8, scrambled nets far more with a smooth integrand.
#[test]
fn scrambled_nets_converge_faster() {
    let g = |[x, y, z]: [f64; 3]| (0.5 * x + 0.5 * y - z).exp();
    let gain = |method: Method| {
        let error = |number: usize| replicated(&point_set(method, number, false, &VARIATES), 60, g).1;
        error(64) / error(4096)
    };
    let random = gain(Method::Random);
    assert!((5.0..13.0).contains(&random), "{random}");
    for method in [Method::Sobol, Method::ScrambledHalton, HALTON] {
        assert!(gain(method) > 25.0, "{method:?}: {}", gain(method));
    }
    assert!(gain(Method::Sobol) > 35.0, "{}", gain(Method::Sobol));
}

/// One point in each of as many equal intervals, in every dimension, through the public way.
#[test]
fn strata_have_one_point_each() {
    for (method, numbers) in [
        (Method::ScrambledHalton, vec![8, 27, 25, 7]),
        (Method::Sobol, vec![64; 4]),
        (Method::Mlhs, vec![60; 4]),
    ] {
        for (d, number) in numbers.into_iter().enumerate() {
            let draws = all_of(&point_set(method, number, false, &[Variate::Uniform; 4]), maker(8));
            let mut hit = vec![0; number];
            for x in &draws[d * number..][..number] {
                hit[(0.5 * (x + 1.0) * number as f64) as usize] += 1;
            }
            assert!(hit.iter().all(|n| *n == 1), "{method:?}, dimension {d}");
        }
    }
}

/// Values that a change of any constant, key or order would change: they must stay.
#[test]
fn seeded_values() {
    let expected = [
        [
            -0.679_559_299_600_677_7,
            0.320_440_700_399_322_15,
            0.686_294_296_761_297_7,
            -0.647_039_036_572_035_7,
        ],
        [
            0.056_927_508_880_042_28,
            -0.348_651_240_039_960_4,
            0.202_680_410_046_150_12,
            -0.445_458_151_885_917_3,
        ],
        [
            -0.444_697_154_753_720_96,
            0.221_969_511_912_945_67,
            0.550_159_498_644_816_6,
            -0.783_173_834_688_516_8,
        ],
        [
            -0.462_737_079_577_173_25,
            0.272_653_028_619_413_3,
            0.667_375_443_361_730_9,
            0.668_004_857_417_723_1,
        ],
    ];
    for (method, expected) in SEEDED.into_iter().zip(expected) {
        let draws = all_of(&point_set(method, 3, false, &[Variate::Uniform; 2]), maker(0));
        assert_eq!([draws[0], draws[1], draws[3], draws[4]], expected, "{method:?}");
    }
}
