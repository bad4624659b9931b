use logsum_simulate::statistics::{ChiSquared, Goodness, Kolmogorov, TotalVariation};
use logsum_simulate::{AlternativeShare, OrderingShare};

use super::super::parts::testing::every_format;
use super::*;

fn chi(statistic: f64, degrees: usize, p_value: f64) -> ChiSquared {
    ChiSquared {
        statistic,
        degrees,
        p_value,
    }
}

fn goodness(statistic: f64, degrees: usize, p_value: f64) -> Goodness {
    Goodness {
        pearson: chi(statistic, degrees, p_value),
        g: chi(statistic + 0.01, degrees, p_value),
        pooled: 0,
        rare: None,
    }
}

fn alternative(utility: f64, softmax: f64, frequency: f64) -> AlternativeShare {
    let std_error = (softmax * (1.0 - softmax) / 10_000.0).sqrt();
    AlternativeShare {
        utility,
        softmax,
        frequency,
        difference: frequency - softmax,
        std_error,
        z: (frequency - softmax) / std_error,
        under_noise: Some(softmax),
    }
}

/// Two alternatives, the first twice as good.
fn found() -> GumbelMax {
    let ordering = |ordering: [u32; 2], probability: f64, frequency: f64, z| OrderingShare {
        ordering: ordering.to_vec(),
        probability,
        frequency,
        z,
    };
    GumbelMax {
        noise: "gumbel".to_owned(),
        temperature: 1.0,
        draws: 10_000,
        alternatives: vec![
            alternative(2f64.ln(), 2.0 / 3.0, 0.6667),
            alternative(-0.0, 1.0 / 3.0, 0.3333),
        ],
        softmax: goodness(0.00005, 1, 0.9944),
        total_variation: TotalVariation {
            observed: 1.0 / 30_000.0,
            expected: 0.003761,
            standard_deviation: 0.002842,
        },
        under_noise: Some(goodness(0.00005, 1, 0.9944)),
        maximum: Maximum {
            logsum: 3f64.ln(),
            expected: 3f64.ln() + EULER,
            mean: 1.6831,
            std_error: 0.012825,
            z: 0.5659,
            expected_variance: 1.644934,
            variance: 1.6612,
            kolmogorov: Kolmogorov {
                n: 10_000,
                statistic: 0.0081,
                p_value: 0.5276,
            },
            independence: chi(7.25, 9, 0.6112),
        },
        orderings: Some(OrderingShares {
            top: 2,
            draws: 10_000,
            goodness: goodness(0.00005, 1, 0.9944),
            frequent: vec![
                ordering([0, 1], 2.0 / 3.0, 0.6667, 0.00707),
                ordering([1, 0], 1.0 / 3.0, 0.3333, -0.00707),
            ],
        }),
        level: 0.001,
        rejected: false,
    }
}

/// The same under noise that is not Gumbel: far from softmax.
fn rejected() -> GumbelMax {
    let mut found = GumbelMax {
        noise: "correlated-normal:0.9".to_owned(),
        softmax: goodness(1234.5, 1, 0.0),
        under_noise: Some(goodness(0.5, 1, 0.4795)),
        orderings: None,
        rejected: true,
        ..found()
    };
    found.alternatives[0].under_noise = Some(0.7);
    found.alternatives[1].under_noise = Some(1e-12);
    found.alternatives[1].z = f64::NEG_INFINITY;
    found.maximum.kolmogorov.p_value = 1e-7;
    found
}

fn text(found: &GumbelMax) -> String {
    gumbel_max(found, 7, Format::Text, Style::Plain)
}

/// The text on one line: sentences are looked for wherever it breaks.
fn flat(found: &GumbelMax) -> String {
    text(found).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn whole_text() {
    assert_eq!(text(&found()), WHOLE);
}

const WHOLE: &str = "\
Random utility against softmax
Every draw adds noise to the utilities, U = V + T·ε, and the largest U wins.

Noise             gumbel
Draws             10,000
Temperature T     1
Seed              7

How often each alternative has the largest utility
Alt.  Utility  Softmax  Frequency  Difference  Std. error      z
────────────────────────────────────────────────────────────────
   1  0.69315  0.66667    0.66670      3.3e-5     0.00471   0.01
   2  0        0.33333    0.33330     -3.3e-5     0.00471  -0.01

Test                                           Statistic  d.f.  p-value
───────────────────────────────────────────────────────────────────────
Softmax: Pearson χ²                               5.0e-5     1   0.9944
Softmax: likelihood ratio G                       0.010      1   0.9944
Total variation (by chance 0.00376 ± 0.00284)     3.3e-5

The largest utility: Gumbel noise gives it location 1.0986, the logsum, and mean
logsum + 0.5772 T
Largest utility       Drawn     Expected     Std. error        z
────────────────────────────────────────────────────────────────
Mean                 1.6831       1.6758         0.0128     0.57
Variance             1.6612       1.6449

Test                                      Statistic  d.f.  p-value
──────────────────────────────────────────────────────────────────
Kolmogorov–Smirnov D, first 10,000 draws   0.008100         0.5276
Independence of the winner: χ²             7.250        9   0.6112

Orderings, best first: the most frequent in 10,000 draws
Ordering                   Plackett–Luce     Frequency         z
────────────────────────────────────────────────────────────────
1 > 2                            0.66667       0.66670      0.01
2 > 1                            0.33333       0.33330     -0.01

Test                                         Statistic  d.f.  p-value
─────────────────────────────────────────────────────────────────────
Orderings of the first 2 places: Pearson χ²     5.0e-5     1   0.9944
Orderings of the first 2 places: G              0.010      1   0.9944

Frequencies agree with softmax: the G test does not reject at the level 0.001 (p
= 0.9944). Not rejected either: the Gumbel law of the largest utility, its
independence of the winner and Plackett–Luce for the orderings.
";

#[test]
fn every_format_is_right() {
    for found in [found(), rejected()] {
        let json = every_format(2, |format| gumbel_max(&found, 7, format, Style::Plain));
        assert_eq!(json["seed"], 7);
        assert_eq!(json["noise"], found.noise.as_str());
        assert_eq!(json["alternatives"][0]["frequency"], 0.6667);
        assert_eq!(json["rejected"], found.rejected);
    }
    let records = csv::parse(&gumbel_max(&found(), 7, Format::Csv, Style::Plain));
    assert_eq!(
        records[0],
        [
            "alternative",
            "utility",
            "softmax",
            "frequency",
            "difference",
            "std_error",
            "z",
            "under_noise"
        ]
    );
    assert_eq!(records[2][..4], ["2", "0.0", "0.3333333333333333", "0.3333"]);
}

#[test]
fn a_rejection_says_what_is_right_instead() {
    let text = flat(&rejected());
    for part in [
        "The frequencies do not come from softmax: the G test rejects it at the level 0.001 (p < 1e-300).",
        "The exact probabilities under correlated-normal:0.9 noise are not rejected (p = 0.4795).",
        "Rejected: the Gumbel law of the largest utility; not rejected: its independence of the winner.",
        "Exact: the probability under correlated-normal:0.9 noise, which has the mean 0 and the variance of standard Gumbel noise, π²/6.",
        "Exact under correlated-normal:0.9: G 0.510 1 0.4795",
        "-inf 1.0e-12",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn chance_and_small_differences_have_their_words() {
    let by_chance = GumbelMax {
        softmax: goodness(15.1, 1, 0.000_102),
        rejected: true,
        ..found()
    };
    let text = flat(&by_chance);
    assert!(
        text.contains("(p = 0.0001). Chance alone does that to 0.1% of all seeds."),
        "{text}"
    );
    let mut close = GumbelMax {
        noise: "normal".to_owned(),
        ..found()
    };
    assert!(flat(&close).contains("Here normal noise has the probabilities of softmax."));
    close.alternatives[0].under_noise = Some(2.0 / 3.0 + 0.0123);
    let text = flat(&close);
    assert!(
        text.contains("differ from it by 0.012 at most: more draws would show that."),
        "{text}"
    );
    close.softmax.pooled = 2;
    let text = flat(&close);
    assert!(
        text.contains("2 alternatives that softmax expects fewer than five times are pooled"),
        "{text}"
    );
}

#[test]
fn wide_numbers_stay_within_the_page() {
    let mut wide = rejected();
    for j in 0..98 {
        let mut one = alternative(-0.000_123_456 * f64::from(j), 0.01, 0.012_345);
        one.under_noise = Some(1e-112);
        one.z = -1234.567;
        wide.alternatives.push(one);
    }
    every_format(100, |format| gumbel_max(&wide, u64::MAX, format, Style::Plain));
}
