use logsum_simulate::counting::{Arrangements, Occupation};
use logsum_simulate::maximum_entropy::MaximumEntropy;

use super::super::parts::testing::{every_format, labels};
use super::*;

/// Two levels a unit apart at T = 1/ln 2, where the lower is twice as probable.
fn distribution() -> Boltzmann {
    let beta = 2f64.ln();
    Boltzmann {
        energies: vec![0.0, 1.0],
        degeneracies: None,
        temperature: 1.0 / beta,
        beta,
        probabilities: vec![2.0 / 3.0, 1.0 / 3.0],
        ln_partition: 1.5f64.ln(),
        partition: Some(1.5),
        free_energy: -1.5f64.ln() / beta,
        mean_energy: 1.0 / 3.0,
        entropy: 3f64.ln() - beta * 2.0 / 3.0,
        heat_capacity: beta * beta * 2.0 / 9.0,
        iterations: Some(5),
    }
}

fn counting(n: u64, numbers: [u64; 2], exact: u128) -> Counting {
    let arrangements = Arrangements {
        exact: Some(exact),
        ln: (exact as f64).ln(),
    };
    Counting {
        n_particles: n,
        mean_energy: Some(1.0 / 3.0),
        unit: Some(1.0),
        n_occupations: Some(1),
        n_arrangements: arrangements,
        most_numerous: Occupation {
            numbers: numbers.to_vec(),
            arrangements,
        },
        n_most_numerous: Some(1),
        share: 1.0,
        average: numbers.map(|number| number as f64).to_vec(),
        boltzmann: distribution(),
        total_variation: 0.0,
        divergence: 1.5e-7,
        average_total_variation: 0.0,
    }
}

fn point(temperature: f64) -> CurvePoint {
    let p = 1.0 / (1.0 + (1.0 / temperature).exp());
    let entropy = -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
    CurvePoint {
        temperature,
        mean_energy: p,
        entropy,
        heat_capacity: p * (1.0 - p) / (temperature * temperature),
        free_energy: p - temperature * entropy,
    }
}

fn full_page() -> BoltzmannPage {
    BoltzmannPage {
        distribution: distribution(),
        maximum_entropy: Some(AgainstBoltzmann {
            maximum: MaximumEntropy {
                probabilities: vec![2.0 / 3.0 + 1e-15, 1.0 / 3.0],
                entropy: distribution().entropy,
                multipliers: vec![2f64.ln()],
                iterations: 6,
                residual: 0.0,
            },
            beta: 2f64.ln(),
            boltzmann: distribution(),
            largest_difference: 1e-15,
        }),
        counting: vec![counting(3, [2, 1], 3), counting(300, [200, 100], 1 << 90)],
        curve: vec![point(0.1), point(1.0), point(20.0)],
    }
}

fn alone(distribution: Boltzmann) -> BoltzmannPage {
    BoltzmannPage {
        distribution,
        maximum_entropy: None,
        counting: vec![],
        curve: vec![],
    }
}

fn text(page: &BoltzmannPage) -> String {
    boltzmann(page, Format::Text, Style::Plain)
}

#[test]
fn whole_text() {
    assert_eq!(text(&full_page()), WHOLE);
}

const WHOLE: &str = "\
Boltzmann distribution
Softmax with utility = -energy: probabilities proportional to exp(-E/T).

Temperature T        1.4427, found from the mean energy in 5 steps
β = 1/T              0.693147
Partition function   Z = 1.5, ln Z = 0.405465
Free energy -T ln Z  -0.584963
Mean energy          0.333333
Entropy              0.636514 nats of at most 0.693147
Heat capacity        0.106767

Levels
Level  Energy  Probability
──────────────────────────
    1       0      0.66667
    2       1      0.33333

Maximum entropy at mean energy 0.333333: 6 Newton steps on the probabilities
themselves
 Level     Energy     Softmax     Maximum entropy     Difference
────────────────────────────────────────────────────────────────
     1          0     0.66667             0.66667        1.0e-15
     2          1     0.33333             0.33333        0

Arrangements of n particles with mean energy 0.333333
    n  Arrangements  Most numerous   Share  Distance  Divergence
────────────────────────────────────────────────────────────────
    3             3              3  1.0000   0.00000      1.5e-7
  300        1.2e27         1.2e27  1.0000   0.00000      1.5e-7

Most numerous occupation, as shares of the particles, beside softmax
Level   n = 3  n = 300  Softmax
───────────────────────────────
    1  0.6667   0.6667   0.6667
    2  0.3333   0.3333   0.3333

Along the temperature
   Temperature  Mean energy  Entropy  Heat capacity  Free energy
────────────────────────────────────────────────────────────────
           0.1      4.5e-5   0.00050        0.00454      -4.5e-6
           1        0.26894  0.58220        0.19661      -0.3133
          20        0.48750  0.69283        0.00062     -13.3692

Maximum entropy: the largest difference from softmax is 1.0e-15; the multiplier
of the energy is 0.693147, and 1/T is 0.693147.

Share: of all arrangements, those of the most numerous occupation. Distance
(total variation, half the sum of |n_j/n - p_j|) and divergence
(Kullback–Leibler, in nats) between that occupation and softmax; both go to 0 as
n grows.
";

#[test]
fn every_format_is_right() {
    let json = every_format(2, |format| boltzmann(&full_page(), format, Style::Plain));
    assert_eq!(json["distribution"]["partition"], 1.5);
    assert_eq!(json["maximum_entropy"]["maximum"]["iterations"], 6);
    assert_eq!(json["counting"][1]["n_particles"], 300);
    assert_eq!(json["curve"][2]["temperature"], 20.0);
    assert_eq!(
        boltzmann(&full_page(), Format::Csv, Style::Plain),
        "level,energy,degeneracy,probability,maximum_entropy\n\
         1,0.0,1.0,0.6666666666666666,0.6666666666666676\n\
         2,1.0,1.0,0.3333333333333333,0.3333333333333333\n"
    );
    let json = every_format(2, |format| boltzmann(&alone(distribution()), format, Style::Plain));
    let keys: Vec<&String> = json.as_object().expect("a page is an object").keys().collect();
    assert_eq!(keys, ["distribution"]);
}

#[test]
fn temperatures_that_are_not_positive_and_finite() {
    let infinite = Boltzmann {
        temperature: f64::INFINITY,
        beta: 0.0,
        free_energy: f64::NEG_INFINITY,
        degeneracies: Some(vec![2.0, 1.0]),
        iterations: None,
        ..distribution()
    };
    let page = alone(infinite);
    let found = text(&page);
    for part in [
        "infinite (energies do not matter)\n",
        "without limit",
        "The temperature is infinite: the mean",
        "Level  Energy  Degeneracy  Probability",
        "nats of at most 1.09861",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
    let json = every_format(2, |format| boltzmann(&page, format, Style::Plain));
    assert!(json["distribution"]["temperature"].is_null());

    let negative = Boltzmann {
        temperature: -0.5,
        beta: -2.0,
        partition: None,
        ln_partition: -2000.0,
        ..distribution()
    };
    let found = text(&alone(negative));
    for part in [
        "-0.5 (inverted populations), found from the mean",
        "ln Z = -2000 (Z itself is too small to be written)",
        "(populations inverted).",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
}

#[test]
fn long_results_are_thinned_and_wrapped() {
    let mut page = full_page();
    page.curve = (0..200).map(|i| point(0.01 * 1.05f64.powi(i))).collect();
    page.counting = (1..=13)
        .map(|i| counting(300_000 * i, [200_000 * i, 100_000 * i], 7))
        .collect();
    page.counting[3].n_most_numerous = Some(2);
    page.distribution.energies = vec![-123_456.789, -0.0];
    let found = text(&page);
    assert!(found.contains("20 of 200 points"), "{found}");
    assert!(found.contains("of which one is shown: 2 for n = 1200000."), "{found}");
    // Both ends of the curve, and every number of particles once.
    for end in ["0.01 ", "164.69 "] {
        assert!(
            found.lines().any(|line| line.trim_start().starts_with(end)),
            "{end} in {found}"
        );
    }
    assert_eq!(found.matches("n = 300000 ").count(), 1);
    assert_eq!(found.matches("n = 3900000 ").count(), 1);
    every_format(2, |format| boltzmann(&page, format, Style::Plain));
}

#[test]
fn the_picture_marks_temperature_and_mean_energy() {
    let curve: Vec<CurvePoint> = (0..40).map(|i| point(0.1 * 1.15f64.powi(i))).collect();
    let has = |svg: &str, label: &str| {
        let labels = labels(svg);
        assert!(
            labels.iter().any(|found| found.contains(label)),
            "{label} in {labels:?}"
        );
    };
    let marked = boltzmann_picture(&curve, Some((1.0, point(1.0).mean_energy)));
    for label in [
        "Mean energy, entropy and heat capacity",
        "temperature T",
        "mean energy",
        "entropy, nats",
        "heat capacity",
        "T = 1, mean energy 0.268941",
        "either determines the other",
    ] {
        has(&marked, label);
    }
    let inverted = boltzmann_picture(&curve, Some((-1.0, 0.7311)));
    has(
        &inverted,
        "Not shown: mean energy 0.7311, which takes a negative temperature",
    );
    let flat = boltzmann_picture(&curve, Some((f64::INFINITY, 0.5)));
    has(&flat, "which takes an infinite temperature");
    assert!(!boltzmann_picture(&curve, None).contains("T = "));
    has(&boltzmann_picture(&[], None), "no data");
}

#[test]
fn large_and_distant_energies_are_drawn_beside_entropies() {
    let curve: Vec<CurvePoint> = (0..40)
        .map(|i| {
            let one = point(0.1 * 1.15f64.powi(i));
            CurvePoint {
                temperature: 1000.0 * one.temperature,
                mean_energy: 1000.0 * one.mean_energy,
                ..one
            }
        })
        .collect();
    let svg = boltzmann_picture(&curve, None);
    assert!(
        labels(&svg)
            .iter()
            .any(|label| label == "mean energy, in units of 1000"),
        "{svg}"
    );
    let far = curve.iter().map(|one| CurvePoint {
        mean_energy: 1_000_234.5 + one.mean_energy,
        ..*one
    });
    let svg = boltzmann_picture(&far.collect::<Vec<_>>(), None);
    assert!(
        labels(&svg)
            .iter()
            .any(|label| label.starts_with("mean energy above 1000200, in units of 1000")),
        "{svg}"
    );
}
