use std::fmt;

use proptest::prelude::*;

use super::*;

/// Relative to the larger of the two and a scale.
fn close(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(scale)
}

fn entropy(probabilities: &[f64]) -> f64 {
    let terms = probabilities.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln());
    terms.sum()
}

fn energies() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(-1e4..1e4, 2..9),
        prop::collection::vec(-3.0..3.0, 2..9),
        prop::collection::vec((0..5i32).prop_map(f64::from), 2..9),
    ]
}

/// Energies that are not all equal, with a share of the way from the lowest to the highest.
fn reachable() -> impl Strategy<Value = (Vec<f64>, f64)> {
    let share = prop_oneof![0.001..0.999, (1.0f64..12.0).prop_map(|x| 10f64.powf(-x))];
    (energies(), share).prop_filter("one energy", |(energies, _)| {
        energies.iter().any(|energy| (energy - energies[0]).abs() > 1e-6)
    })
}

#[test]
fn two_levels_by_hand() {
    for temperature in [0.05, 0.3, 1.0, 7.0] {
        let state = Boltzmann::at_temperature(&[0.0, 1.0], temperature).unwrap();
        let x = 1.0 / temperature;
        let p = 1.0 / (1.0 + x.exp());
        assert!(close(state.probabilities[1], p, 0.0, 1e-14));
        assert!(close(state.mean_energy, p, 0.0, 1e-14));
        assert!(close(state.ln_partition, (-x).exp().ln_1p(), 0.0, 1e-14));
        assert!(close(state.partition.unwrap(), 1.0 + (-x).exp(), 0.0, 1e-14));
        assert!(close(state.free_energy, -temperature * (-x).exp().ln_1p(), 0.0, 1e-14));
        // Schottky's formula.
        assert!(close(state.heat_capacity, x * x * p * (1.0 - p), 0.0, 1e-13));
        assert_eq!((state.remark(), state.iterations), (None, None));
    }
}

#[test]
fn temperature_of_two_levels_by_hand() {
    for mean in [1e-300, 1e-12, 0.1, 0.3, 0.5 - 1e-9, 0.5 + 1e-9, 0.9, 1.0 - 1e-12] {
        let state = Boltzmann::with_mean_energy(&[0.0, 1.0], mean).unwrap();
        let temperature = 1.0 / f64::ln((1.0 - mean) / mean);
        // Near ½ the logarithm itself is known to ε absolutely only.
        let tolerance = 1e-14 * (1.0 + temperature.abs());
        assert!(close(state.temperature, temperature, 0.0, tolerance), "{mean}");
        // A probability exp(−E/T) is as good as E/T, rounded to ε.
        let tolerance = 4.0 * f64::EPSILON * (1.0 + state.beta.abs());
        assert!(close(state.mean_energy, mean, 0.0, tolerance), "{mean}");
        assert_eq!(state.remark().is_some(), mean > 0.5);
    }
}

#[test]
fn cold_is_the_lowest_and_hot_is_uniform() {
    let energies = [2.0, -1.0, 5.0, -1.0];
    let cold = Boltzmann::at_temperature(&energies, 1e-6).unwrap();
    assert_eq!(cold.probabilities, [0.0, 0.5, 0.0, 0.5]);
    assert_eq!(cold.entropy, 2f64.ln());
    assert_eq!((cold.mean_energy, cold.heat_capacity), (-1.0, 0.0));
    let hot = Boltzmann::at_temperature(&energies, 1e6).unwrap();
    // To first order in β = 1e-6.
    assert!(hot.probabilities.iter().all(|p| (p - 0.25).abs() < 2e-6));
    assert!(hot.probabilities.iter().any(|p| *p != 0.25));
    let infinite = Boltzmann::at_temperature(&energies, f64::INFINITY).unwrap();
    assert_eq!(infinite.probabilities, [0.25; 4]);
    assert_eq!((infinite.beta, infinite.heat_capacity), (0.0, 0.0));
    assert_eq!(infinite.free_energy, f64::NEG_INFINITY);
    assert!(infinite.remark().unwrap().starts_with("the temperature is infinite"));
}

#[test]
fn far_energies_and_extreme_temperatures_stay_exact() {
    let energies = [-1e4, 1e4, -9_999.0];
    let state = Boltzmann::at_temperature(&energies, 1e-6).unwrap();
    assert_eq!((state.free_energy, state.mean_energy, state.entropy), (-1e4, -1e4, 0.0));
    assert!(close(state.ln_partition, 1e10, 0.0, 1e-15));
    assert_eq!(state.partition, None);
    let tiny = Boltzmann::at_temperature(&energies, 1e-310).unwrap();
    assert_eq!((tiny.free_energy, tiny.entropy, tiny.heat_capacity), (-1e4, 0.0, 0.0));
    // The tail is a matter of the gap alone: at T = 0.01 the second level is exp(−100) of the first.
    let state = Boltzmann::at_temperature(&energies, 0.01).unwrap();
    assert!(close(state.probabilities[2], f64::exp(-100.0), 0.0, 1e-13));
    assert!(close(state.entropy, 101.0 * f64::exp(-100.0), 0.0, 1e-13));
}

#[test]
fn degenerate_levels_are_levels_repeated() {
    let repeated = [0.0, 1.0, 1.0, 1.0, 2.5, 2.5];
    let levels = Levels::new(&[0.0, 1.0, 2.5])
        .unwrap()
        .with_degeneracies(&[1.0, 3.0, 2.0])
        .unwrap();
    let pairs = [
        (levels.at_temperature(0.7), Boltzmann::at_temperature(&repeated, 0.7)),
        (
            levels.with_mean_energy(0.4),
            Boltzmann::with_mean_energy(&repeated, 0.4),
        ),
        (
            levels.with_mean_energy(2.0),
            Boltzmann::with_mean_energy(&repeated, 2.0),
        ),
    ];
    for (short, long) in pairs.map(|(short, long)| (short.unwrap(), long.unwrap())) {
        assert!(close(short.temperature, long.temperature, 0.0, 1e-13));
        assert!(close(short.entropy, long.entropy, 0.0, 1e-13));
        assert!(close(short.free_energy, long.free_energy, 0.0, 1e-13));
        assert!(close(short.heat_capacity, long.heat_capacity, 0.0, 1e-13));
        let sums = [0..1, 1..4, 4..6].map(|states| long.probabilities[states].iter().sum::<f64>());
        for (p, sum) in short.probabilities.iter().zip(sums) {
            assert!(close(*p, sum, 0.0, 1e-13));
        }
    }
    // More states than a double can count with.
    let levels = Levels::new(&[0.0, 1.0])
        .unwrap()
        .with_degeneracies(&[1e-300, 1e300])
        .unwrap();
    let state = levels.at_temperature(1.0 / (600.0 * 10f64.ln())).unwrap();
    // E/T ≈ 1382 is rounded to about 2e-13.
    assert!(
        close(state.probabilities[0], 0.5, 0.0, 1e-12),
        "{:?}",
        state.probabilities
    );
}

#[test]
fn plain_average_is_infinite_temperature_despite_rounding() {
    for (energies, mean) in [
        (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3.5),
        (vec![0.1, 0.2, 0.3, 0.7], 0.325),
        (vec![1e4 + 0.1, 1e4 + 0.4], 1e4 + 0.25),
    ] {
        let state = Boltzmann::with_mean_energy(&energies, mean).unwrap();
        assert_eq!((state.temperature, state.beta), (f64::INFINITY, 0.0));
    }
    // And the search does come close to it from both sides.
    let above = Boltzmann::with_mean_energy(&[0.0, 1.0, 2.0], 1.0 + 1e-12).unwrap();
    let below = Boltzmann::with_mean_energy(&[0.0, 1.0, 2.0], 1.0 - 1e-12).unwrap();
    assert!(above.temperature < -1e11 && below.temperature > 1e11);
}

#[test]
fn infinity_is_null_where_it_is_written() {
    struct Written(f64);
    impl fmt::Display for Written {
        // A formatter serialises numbers, and refuses null.
        fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            finite_or_null(&self.0, formatter)
        }
    }
    assert_eq!(Written(2.5).to_string(), "2.5");
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let mut text = String::new();
        assert!(fmt::write(&mut text, format_args!("{}", Written(value))).is_err());
    }
}

#[test]
fn messages() {
    let at = |energies: &[f64], temperature| {
        Boltzmann::at_temperature(energies, temperature)
            .unwrap_err()
            .to_string()
    };
    let mean = |energies: &[f64], mean| Boltzmann::with_mean_energy(energies, mean).unwrap_err().to_string();
    let degeneracies = |g: &[f64]| {
        let levels = Levels::new(&[0.0, 1.0]).unwrap();
        levels.with_degeneracies(g).unwrap_err().to_string()
    };
    assert_eq!(at(&[], 1.0), "no energies; give two energies or more");
    assert_eq!(at(&[3.0], 1.0), "a single energy; give two energies or more");
    assert_eq!(
        at(&[3.0, f64::NAN], 1.0),
        "energy 2 is NaN; energies are finite numbers"
    );
    assert_eq!(
        at(&[-1e308, 1e308], 1.0),
        "the energies spread from -1e308 to 1e308, too far for double precision; choose a larger unit"
    );
    for (temperature, text) in [(0.0, "0"), (-2.0, "-2"), (f64::NAN, "NaN")] {
        assert_eq!(
            at(&[0.0, 1.0], temperature),
            format!(
                "temperature {text} is not positive; a negative temperature arises from a wanted mean energy above the \
                 plain average, so give the mean energy instead"
            )
        );
    }
    assert_eq!(degeneracies(&[1.0]), "1 degeneracies for 2 energies; give one for each");
    assert_eq!(
        degeneracies(&[1.0, 0.0]),
        "degeneracy 2 is 0; the number of states of a level is positive and finite"
    );
    assert_eq!(
        mean(&[0.0, 1.0], f64::NAN),
        "the wanted mean energy is NaN; it is a finite number"
    );
    for wanted in [0.5, 1.0, 6.0, 7.25] {
        assert_eq!(
            mean(&[3.0, 1.0, 6.0], wanted),
            format!(
                "mean energy {wanted} cannot be reached: it lies strictly between 1 and 6, the ends being reached only \
                 as T → 0 from above (lowest) or from below (highest)"
            )
        )
    }
    assert_eq!(
        mean(&[2.0, 2.0], 3.0),
        "mean energy 3 cannot be reached: every energy is 2, so the mean is 2 at any temperature"
    );
    assert_eq!(
        mean(&[2.0, 2.0], 2.0),
        "every energy is 2, so the mean is 2 at any temperature; give the temperature instead"
    );
    assert_eq!(
        energy_curve(&[0.0, 1.0], 1).unwrap_err().to_string(),
        "a curve of 1 points; use at least 2"
    );
}

#[test]
fn curve_spans_frozen_to_uniform() {
    let curve = energy_curve(&[0.0, 1.0, 2.5], 60).unwrap();
    assert_eq!(curve.len(), 60);
    assert!(curve[0].entropy < 1e-3 && curve[0].mean_energy < 1e-4);
    assert!(close(curve[59].entropy, 3f64.ln(), 0.0, 1e-3));
    assert!(curve.iter().all(|point| point.heat_capacity >= 0.0));
    let flat = energy_curve(&[2.0, 2.0], 3).unwrap();
    assert!(
        flat.iter()
            .all(|point| point.mean_energy == 2.0 && point.heat_capacity == 0.0)
    );
}

/// d⟨E⟩/dT by central difference is C, and dF/dT is −S: whether a claimed pair of (S, C) passes.
fn slopes_agree(levels: &Levels, temperature: f64, entropy: f64, heat_capacity: f64) -> bool {
    // Truncation h²/6 of a third derivative of at most some tens, rounding ε/h: both below 1e-6 at h = 1e-4 T.
    let h = 1e-4 * temperature;
    let (up, down) = (
        levels.at_temperature(temperature + h).unwrap(),
        levels.at_temperature(temperature - h).unwrap(),
    );
    let slope = |value: fn(&Boltzmann) -> f64| (value(&up) - value(&down)) / (2.0 * h);
    close(slope(|state| state.mean_energy), heat_capacity, 1.0, 1e-6)
        && close(-slope(|state| state.free_energy), entropy, 1.0, 1e-6)
}

proptest! {
    #[test]
    fn free_energy_is_mean_minus_temperature_times_entropy(energies in energies(), ln_t in -6.0..6.0f64) {
        let temperature = 10f64.powf(ln_t);
        let state = Boltzmann::at_temperature(&energies, temperature).unwrap();
        let sum: f64 = state.probabilities.iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-14);
        // Entropy from the probabilities, by its definition: ln p of rounded p is exact to ε.
        let entropy = entropy(&state.probabilities);
        prop_assert!(close(state.entropy, entropy, 1.0, 1e-13));
        // Energies up to 1e4 carry ε·1e4 each.
        let scale = energies.iter().fold(temperature, |scale, energy| scale.max(energy.abs()));
        prop_assert!(close(state.free_energy, state.mean_energy - temperature * entropy, scale, 1e-13));
        prop_assert!(close(state.free_energy, -temperature * state.ln_partition, scale, 1e-14));
        let mean: f64 = state.probabilities.iter().zip(&energies).map(|(p, energy)| p * energy).sum();
        prop_assert!(close(state.mean_energy, mean, scale, 1e-14));
    }

    #[test]
    fn slopes_are_entropy_and_heat_capacity(energies in prop::collection::vec(-3.0..3.0, 2..7), t in 0.5..5.0f64) {
        let levels = Levels::new(&energies).unwrap();
        let state = levels.at_temperature(t).unwrap();
        prop_assert!(slopes_agree(&levels, t, state.entropy, state.heat_capacity));
        // d ln Z/dβ = −⟨E⟩.
        let h = 1e-4;
        let ln_z = |beta: f64| levels.at_temperature(1.0 / beta).unwrap().ln_partition;
        let slope = (ln_z(state.beta + h) - ln_z(state.beta - h)) / (2.0 * h);
        prop_assert!(close(slope, -state.mean_energy, 1.0, 1e-6));
    }

    #[test]
    fn mean_energy_and_temperature_determine_each_other((energies, share) in reachable(), from_top: bool) {
        let levels = Levels::new(&energies).unwrap();
        let spread = levels.highest - levels.lowest;
        let mean = if from_top { levels.highest - share * spread } else { levels.lowest + share * spread };
        prop_assume!(levels.lowest < mean && mean < levels.highest);
        let state = levels.with_mean_energy(mean).unwrap();
        let average = energies.iter().sum::<f64>() / energies.len() as f64;
        // A few roundings of energies of this size.
        let rounding = 1e-15 * energies.iter().fold(0.0, |scale: f64, energy| scale.max(energy.abs()));
        prop_assert!((state.mean_energy - mean).abs() <= 10.0 * rounding, "{} for {mean}", state.mean_energy);
        prop_assert!((mean - average).abs() < 10.0 * rounding || (state.beta > 0.0) == (mean < average));
        prop_assert!(state.iterations.unwrap() <= 60, "{:?} steps", state.iterations);
        // And back.
        if state.temperature > 0.0 && state.temperature.is_finite() {
            let back = levels.at_temperature(state.temperature).unwrap();
            prop_assert_eq!(back.probabilities, state.probabilities);
        }
    }

    #[test]
    fn negative_temperature_mirrors_positive((energies, share) in reachable()) {
        let mirrored: Vec<f64> = energies.iter().map(|energy| -energy).collect();
        let levels = Levels::new(&energies).unwrap();
        let mean = levels.lowest + share * (levels.highest - levels.lowest);
        prop_assume!(levels.lowest < mean && mean < levels.highest);
        let (state, mirror) = (
            levels.with_mean_energy(mean).unwrap(),
            Boltzmann::with_mean_energy(&mirrored, -mean).unwrap(),
        );
        prop_assert_eq!(&state.probabilities, &mirror.probabilities);
        prop_assert_eq!((state.beta, state.free_energy), (-mirror.beta, -mirror.free_energy));
        prop_assert_eq!((state.entropy, state.heat_capacity), (mirror.entropy, mirror.heat_capacity));
    }

    #[test]
    fn mean_energy_and_entropy_rise_with_temperature(energies in energies()) {
        let spread = Levels::new(&energies).map(|levels| levels.highest - levels.lowest).unwrap();
        let curve = energy_curve(&energies, 40).unwrap();
        for pair in curve.windows(2) {
            prop_assert!(pair[0].temperature < pair[1].temperature);
            // Not below by more than rounding where the curve is flat; above where it is not.
            let rounding = 1e-13 * energies.iter().fold(1.0, |scale: f64, energy| scale.max(energy.abs()));
            prop_assert!(pair[1].mean_energy >= pair[0].mean_energy - rounding);
            prop_assert!(pair[1].entropy >= pair[0].entropy - 1e-13);
            let rise = pair[0].heat_capacity.min(pair[1].heat_capacity) * (pair[1].temperature - pair[0].temperature);
            prop_assert!(rise < 1e-6 * spread.max(1.0) || pair[1].mean_energy > pair[0].mean_energy);
        }
    }

    #[test]
    fn a_common_shift_moves_energies_alone(energies in prop::collection::vec(-3.0..3.0, 2..7), t in 0.2..5.0f64) {
        let shifted: Vec<f64> = energies.iter().map(|&energy| energy + 8.0).collect();
        let (state, moved) = (
            Boltzmann::at_temperature(&energies, t).unwrap(),
            Boltzmann::at_temperature(&shifted, t).unwrap(),
        );
        for (p, q) in state.probabilities.iter().zip(&moved.probabilities) {
            // The shifted energies are rounded to 1e-15, over T ≥ 0.2.
            prop_assert!((p - q).abs() < 1e-14);
        }
        prop_assert!(close(state.free_energy + 8.0, moved.free_energy, 1.0, 1e-14));
        prop_assert!(close(state.entropy, moved.entropy, 1.0, 1e-13));
    }
}

#[test]
fn the_slopes_reject_other_formulas() {
    let levels = Levels::new(&[0.0, 1.0, 2.5]).unwrap();
    let state = levels.at_temperature(0.8).unwrap();
    assert!(slopes_agree(&levels, 0.8, state.entropy, state.heat_capacity));
    // Variance over T rather than T², and entropy in bits.
    assert!(!slopes_agree(&levels, 0.8, state.entropy, state.heat_capacity * 0.8));
    assert!(!slopes_agree(
        &levels,
        0.8,
        state.entropy / 2f64.ln(),
        state.heat_capacity
    ));
}
