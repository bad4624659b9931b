use std::fmt;

use proptest::prelude::*;

use super::*;

fn ladder(n_levels: u32) -> Vec<f64> {
    (0..n_levels).map(f64::from).collect()
}

fn choose(n: u64, k: u64) -> u128 {
    arrangements::binomial(n, k).unwrap()
}

/// Boltzmann's table of 1877: seven molecules with energies 0 to 7 and seven units in all.
#[test]
fn boltzmann_1877() {
    let all = occupations(&ladder(8), 7, Some(1.0)).unwrap();
    let numbers: Vec<_> = all
        .iter()
        .map(|occupation| occupation.arrangements.exact.unwrap())
        .collect();
    assert_eq!(
        numbers,
        [420, 210, 210, 140, 140, 105, 105, 105, 105, 42, 42, 42, 42, 7, 1]
    );
    assert_eq!(all[0].numbers, [3, 2, 1, 1, 0, 0, 0, 0]);
    let counting = count_arrangements(&ladder(8), 7, Some(1.0)).unwrap();
    assert_eq!(counting.n_occupations, Some(15));
    assert_eq!(counting.n_arrangements.exact, Some(1716));
    assert_eq!(
        (counting.most_numerous, counting.n_most_numerous),
        (all[0].clone(), Some(1))
    );
    assert_eq!(counting.share, 420.0 / 1716.0);
    assert_eq!((counting.unit, counting.mean_energy), (Some(1.0), Some(1.0)));
}

#[test]
fn any_energy_by_hand() {
    let counting = count_arrangements(&[0.0, 0.3, 5.0], 4, None).unwrap();
    assert_eq!(counting.most_numerous.numbers, [2, 1, 1]);
    assert_eq!(counting.most_numerous.arrangements.exact, Some(12));
    assert_eq!(counting.n_most_numerous, Some(3));
    assert_eq!(
        (counting.n_occupations, counting.n_arrangements.exact),
        (Some(15), Some(81))
    );
    assert_eq!(counting.boltzmann.probabilities, [1.0 / 3.0; 3]);
    assert!(counting.average_total_variation < 1e-15);
    assert_eq!(counting.total_variation, 0.5 * (1.0 / 6.0 + 2.0 / 12.0));
    assert_eq!((counting.unit, counting.mean_energy), (None, None));
}

#[test]
fn arrangements_of_a_ladder_are_a_binomial() {
    for (n, q) in [(3, 5), (7, 7), (12, 6), (20, 10)] {
        // Levels enough for one particle to hold all.
        let mean = q as f64 / n as f64;
        let counting = count_arrangements(&ladder(q as u32 + 1), n, Some(mean)).unwrap();
        assert_eq!(counting.n_arrangements.exact, Some(choose(n + q - 1, q)));
    }
    // Beyond 128 bits in logarithms: q ≤ n(J − 1) is too high for the binomial, but two levels are one always.
    let counting = count_arrangements(&[0.0, 1.0], 1000, Some(0.3)).unwrap();
    let ln = arrangements::ln_factorial(1000) - arrangements::ln_factorial(300) - arrangements::ln_factorial(700);
    assert_eq!(counting.n_arrangements.exact, None);
    // A thousand logsums, each rounded at about 600.
    assert!((counting.n_arrangements.ln - ln).abs() < 1e-9);
    assert!((counting.share - 1.0).abs() < 1e-9);
    assert_eq!(counting.most_numerous.numbers, [700, 300]);
    assert_eq!(counting.n_occupations, Some(1));
}

#[test]
fn factorials() {
    assert_eq!(arrangements::arrangements(&[2, 3, 1]).exact, Some(60));
    assert_eq!(
        arrangements::arrangements(&[0, 5, 0]),
        Arrangements {
            exact: Some(1),
            ln: 0.0
        }
    );
    // 34!, the last factorial in 128 bits, and the next.
    let factorial = |n: u64| arrangements::arrangements(&vec![1; n as usize]);
    assert_eq!(
        factorial(34).exact,
        Some(295_232_799_039_604_140_847_618_609_643_520_000_000)
    );
    assert_eq!(factorial(35).exact, None);
    assert!((factorial(35).ln - factorial(34).ln - 35f64.ln()).abs() < 1e-12);
    // The largest central binomial in 128 bits; its numerators alone would overflow.
    assert_eq!(choose(130, 65), 95_067_625_827_960_698_145_584_333_020_095_113_100);
    assert_eq!(choose(7, 0), 1);
}

#[test]
fn equally_numerous_are_told_by_whole_numbers() {
    use std::cmp::Ordering::{Equal, Greater, Less};
    // 3!·5! = 6!·1!·0!, a tie that is no permutation.
    assert_eq!(compare(&[3, 5, 0], &[6, 1, 1]), Equal);
    assert_eq!(compare(&[2, 1], &[3, 0]), Greater);
    assert_eq!(compare(&[0, 3], &[1, 2]), Less);
    // n(n + 2) against (n + 1)² at n = 10⁹: closer than ln tells from a sum of ln n!.
    let n = 1_000_000_000;
    assert_eq!(compare(&[n + 1, n + 1], &[n, n + 2]), Greater);
    // Products beyond 128 bits.
    assert_eq!(compare(&[50, 50], &[0, 100]), Greater);
    assert_eq!(compare(&[100, 0], &[0, 100]), Equal);
    // 720! = 6!!, a tie that is no permutation, beyond 128 bits, among factorials that do not cancel level by level.
    assert_eq!(compare(&[400, 719, 6, 0], &[720, 400, 0, 5]), Greater);
    assert_eq!(compare(&[400, 719, 6, 0], &[720, 400, 0, 0]), Equal);
    // One factor of 721 in place of 720: apart by 1 in 720!·400!.
    assert_eq!(compare(&[400, 720, 6, 0], &[721, 400, 0, 0]), Greater);
    // Factorials of 10⁹ whose products differ by one factor, n + 1 against n + 2: logarithms of 10¹⁰, apart by 10⁻⁹.
    assert_eq!(compare(&[n + 1, n + 1, 0, 40], &[40, 0, n, n + 2]), Greater);
    assert_eq!(compare(&[n, n + 2, 40, 0], &[0, 40, n + 1, n + 1]), Less);
}

#[test]
fn ties_beyond_128_bits_in_their_order() {
    // Two levels, any energy: 200 and 200 first, then pairs that are equally numerous, first on the first level first.
    let all = occupations(&[0.0, 1.0], 400, None).unwrap();
    let firsts: Vec<u64> = all.iter().map(|occupation| occupation.numbers[0]).collect();
    let expected: Vec<u64> = std::iter::once(200)
        .chain((1..=200).flat_map(|k| [200 + k, 200 - k]))
        .collect();
    assert_eq!(firsts, expected);
    // Three levels: permutations beside each other, in lexicographic order.
    let all = occupations(&[0.0, 1.0, 2.0], 120, None).unwrap();
    for pair in all.windows(2) {
        let [a, b] = [&pair[0], &pair[1]].map(|occupation| {
            let mut sorted = occupation.numbers.clone();
            sorted.sort_unstable();
            sorted
        });
        assert!(a != b || pair[0].numbers > pair[1].numbers, "{pair:?}");
        assert!(pair[0].arrangements.ln > pair[1].arrangements.ln - 1e-10);
    }
}

#[test]
fn as_many_levels_as_allowed() {
    let counting = count_arrangements(&ladder(MAX_LEVELS as u32), 3, Some(1.0)).unwrap();
    assert_eq!(counting.n_arrangements.exact, Some(10));
    assert_eq!(
        occupations(&ladder(MAX_LEVELS as u32), 1, None).unwrap().len(),
        MAX_LEVELS
    );
}

#[test]
fn units_other_than_one() {
    for (energies, unit) in [
        (vec![0.0, 1.0, 2.5], 0.5),
        (vec![-0.2, 0.1, 0.7], 0.3),
        (vec![1e4 + 0.1, 1e4 + 0.4, 1e4 + 0.3], 0.1),
        (vec![0.0, 1.0, 1.0 / 3.0, 0.25], 1.0 / 12.0),
        (vec![3.0, 1.0, 3.0], 2.0),
    ] {
        let units = Units::new(&energies).unwrap();
        assert!(
            (units.unit - unit).abs() < 1e-10 * unit * 1e2,
            "{} for {unit}",
            units.unit
        );
    }
    // Means in decimals: 3 particles with 0.1 + 0.2 + 0.3.
    let counting = count_arrangements(&[0.1, 0.2, 0.3], 3, Some(0.2)).unwrap();
    assert_eq!(counting.n_arrangements.exact, Some(7));
    assert_eq!(counting.most_numerous.numbers, [1, 1, 1]);
}

/// n times the total variation distance, bounded by J if a distribution is the limit: n_j + ½ follows C exp(−βE_j), so
/// each n_j is off by its own rounding and by what the halves of the others push: less than 2 a level.
fn tends_to(distances: &[(u64, f64)], n_levels: f64) -> bool {
    distances.iter().all(|(n, distance)| *n as f64 * distance <= n_levels)
}

#[test]
fn most_numerous_tends_to_boltzmann() {
    for mean in [1.0, 2.0, 5.0] {
        let countings: Vec<_> = (0..8)
            .map(|doubling| count_arrangements(&ladder(8), 7 << doubling, Some(mean)).unwrap())
            .collect();
        let distances: Vec<_> = countings.iter().map(|c| (c.n_particles, c.total_variation)).collect();
        assert!(tends_to(&distances, 8.0), "{distances:?}");
        // Like 1/n, up to which fractions are rounded: 128 times the particles, at most a 20th of the distance.
        let (first, last) = (&countings[0], &countings[7]);
        assert!(last.total_variation < first.total_variation / 20.0);
        assert!(last.divergence < first.divergence / 400.0);
        // Averages are not rounded, and halve each time.
        for pair in countings.windows(2) {
            let ratio = pair[1].average_total_variation / pair[0].average_total_variation;
            assert!((0.4..0.6).contains(&ratio), "{ratio}");
        }
        assert!(last.share < first.share);
        // Neither the uniform distribution nor another temperature is the limit.
        for other in [None, Some(mean + 0.1)] {
            let other = match other {
                None => Boltzmann::at_temperature(&ladder(8), f64::INFINITY),
                Some(mean) => Boltzmann::with_mean_energy(&ladder(8), mean),
            };
            let p = other.unwrap().probabilities;
            let distance = |c: &Counting| {
                let shares: Vec<f64> = c
                    .most_numerous
                    .numbers
                    .iter()
                    .map(|n| *n as f64 / c.n_particles as f64)
                    .collect();
                (c.n_particles, total_variation(&shares, &p))
            };
            assert!(!tends_to(&countings.iter().map(distance).collect::<Vec<_>>(), 8.0));
        }
    }
}

#[test]
fn counting_each_occupation_once_tends_elsewhere() {
    // As if the particles could not be told apart.
    let energies = ladder(4);
    let distances = |weight: fn(&Occupation) -> f64| -> Vec<(u64, f64)> {
        let distance = |n: u64| {
            let all = occupations(&energies, n, Some(1.0)).unwrap();
            let total: f64 = all.iter().map(weight).sum();
            let share = |j: usize| all.iter().map(|o| weight(o) * o.numbers[j] as f64).sum::<f64>() / total / n as f64;
            let shares: Vec<f64> = (0..4).map(share).collect();
            let p = Boltzmann::with_mean_energy(&energies, 1.0).unwrap().probabilities;
            (n, total_variation(&shares, &p))
        };
        [12, 48, 96, 192].map(distance).to_vec()
    };
    assert!(tends_to(&distances(|occupation| occupation.arrangements.ln.exp()), 4.0));
    assert!(!tends_to(&distances(|_| 1.0), 4.0));
}

#[test]
fn thousands_of_particles() {
    let counting = count_arrangements(&ladder(8), 1900, Some(1.0)).unwrap();
    assert_eq!(counting.most_numerous.numbers.iter().sum::<u64>(), 1900);
    assert!(counting.total_variation < 8.0 / 1900.0 && counting.divergence < 1e-5);
    assert_eq!(counting.most_numerous.arrangements.exact, None);
    assert!(counting.n_occupations.unwrap() > 1 << 40);
}

proptest! {
    #[test]
    fn summary_agrees_with_the_list(
        levels in prop::collection::vec(0..5u64, 2..6),
        seat in prop::collection::vec(0..5usize, 1..10),
        any_energy: bool,
    ) {
        // Particles on some levels make a total that can be had.
        let energies: Vec<f64> = levels.iter().map(|level| 0.5 * *level as f64 - 1.0).collect();
        let n = seat.len() as u64;
        let mean = seat.iter().map(|seat| energies[seat % energies.len()]).sum::<f64>() / n as f64;
        let mean = (!any_energy).then_some(mean);
        let Ok(counting) = count_arrangements(&energies, n, mean) else {
            // All on the lowest level, or all on the highest, or all levels equal.
            prop_assert!(Boltzmann::with_mean_energy(&energies, mean.unwrap()).is_err());
            return Ok(());
        };
        let all = occupations(&energies, n, mean).unwrap();
        prop_assert_eq!(counting.n_occupations, Some(all.len() as u128));
        let exact = |occupation: &Occupation| occupation.arrangements.exact.unwrap();
        let total: u128 = all.iter().map(exact).sum();
        prop_assert_eq!(counting.n_arrangements.exact, Some(total));
        let most = all.iter().map(exact).max().unwrap();
        prop_assert_eq!(&counting.most_numerous, &all[0]);
        prop_assert_eq!(exact(&all[0]), most);
        let ties = all.iter().filter(|occupation| exact(occupation) == most).count();
        prop_assert_eq!(counting.n_most_numerous, Some(ties as u128));
        for (j, average) in counting.average.iter().enumerate() {
            let sum: u128 = all.iter().map(|o| exact(o) * u128::from(o.numbers[j])).sum();
            prop_assert!((average - sum as f64 / total as f64).abs() < 1e-12);
        }
        for occupation in &all {
            let W { direct } = W::of(&occupation.numbers);
            prop_assert_eq!(exact(occupation), direct);
            prop_assert!((occupation.arrangements.ln - (direct as f64).ln()).abs() < 1e-12);
        }
    }

    #[test]
    fn most_numerous_by_moves(n in 30..300u64, mean in 1..20u64, n_levels in 3..7usize) {
        // No move of two or three particles that keeps the energy finds more arrangements.
        let energies: Vec<f64> = [0.0, 1.0, 2.0, 4.0, 5.0, 9.0][..n_levels].to_vec();
        let total = (mean * n / 4).min(n * energies[n_levels - 1] as u64 - 1);
        let Ok(counting) = count_arrangements(&energies, n, Some(total as f64 / n as f64)) else {
            return Ok(());
        };
        let numbers = counting.most_numerous.numbers;
        let moves = |change: &[i64]| -> Option<Vec<u64>> {
            numbers.iter().zip(change).map(|(number, change)| number.checked_add_signed(*change)).collect()
        };
        let range = 7usize.pow(n_levels as u32);
        for code in 0..range {
            let change: Vec<i64> = (0..n_levels).map(|j| (code / 7usize.pow(j as u32) % 7) as i64 - 3).collect();
            let energy: f64 = change.iter().zip(&energies).map(|(change, energy)| *change as f64 * energy).sum();
            if energy == 0.0 && change.iter().sum::<i64>() == 0 && let Some(other) = moves(&change) {
                prop_assert!(compare(&numbers, &other) != std::cmp::Ordering::Less, "{change:?}");
            }
        }
    }
}

/// n!/Π n_j! as it stands.
struct W {
    direct: u128,
}

impl W {
    fn of(numbers: &[u64]) -> W {
        let factorial = |n: u64| (1..=u128::from(n)).product::<u128>();
        W {
            direct: factorial(numbers.iter().sum()) / numbers.iter().map(|n| factorial(*n)).product::<u128>(),
        }
    }
}

#[test]
fn large_counts_are_written_as_text() {
    struct Written(Option<u128>);
    impl fmt::Display for Written {
        // A formatter serialises text, and refuses null.
        fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            digits(&self.0, formatter)
        }
    }
    assert_eq!(Written(Some(u128::MAX)).to_string(), u128::MAX.to_string());
    assert!(fmt::write(&mut String::new(), format_args!("{}", Written(None))).is_err());
}

#[test]
fn messages() {
    let error = |energies: &[f64], n, mean| count_arrangements(energies, n, mean).unwrap_err().to_string();
    assert_eq!(error(&[0.0, 1.0], 0, None), "0 particles; give 1 or more");
    for mean in [None, Some(0.5)] {
        assert_eq!(
            error(&ladder(100_000), 1, mean),
            "100000 energies, limit 1000; use fewer levels"
        );
    }
    assert_eq!(
        error(&[0.0, 1.0, 2f64.sqrt()], 10, Some(0.5)),
        "the energies have no common unit: none down to a thousandth of their smallest step, 1, divides all differences \
         to within 1e-9; round them"
    );
    assert_eq!(
        error(&[0.0, 2.0, 5.0], 4, Some(0.26)),
        "4 particles cannot have a mean energy of 0.26 exactly; the nearest they can have are 0 (total 0) and 0.5 (total 2)"
    );
    assert_eq!(
        error(&[1.0, 3.0, 6.0], 2, Some(1.5)),
        "2 particles cannot have a mean energy of 1.5 exactly; the nearest they can have are 1 (total 2) and 2 (total 4)"
    );
    assert_eq!(
        error(&ladder(8), 100_000, Some(1.0)),
        "100000 particles need a table of 10000100000 entries, limit 4000000; use fewer particles or a larger unit"
    );
    assert_eq!(
        occupations(&ladder(8), 300, Some(1.0)).unwrap_err().to_string(),
        "263659693 occupations to list, limit 100000; use fewer particles or levels"
    );
    assert_eq!(error(&[1.0], 3, None), "a single energy; give two energies or more");
    // Thirty levels of the same energy for ten particles: C(30, 10) ways, all as good.
    let energies = [&[0.0; 30][..], &[1.0]].concat();
    assert_eq!(
        error(&energies, 20, Some(0.5)),
        "too many occupations of 20 particles are about equally numerous (over 50000000 looked at); use fewer levels"
    );
}
