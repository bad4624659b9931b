//! Boltzmann's counting: n particles on J levels, and the occupation that can be arranged in most ways.
//!
//! ```text
//! W = n! / Π_j n_j!      Σ_j n_j = n      Σ_j n_j E_j = n ⟨E⟩
//! ```
//!
//! Every arrangement of the particles with the wanted total energy counts the same. The most numerous occupation, and
//! the average one, tend to n softmax(−E/T) as n grows, T belonging to that mean energy. Counts are whole numbers as
//! long as 128 bits hold them; logarithms go on beyond.
//!
//! # Source
//! Boltzmann (1877), *Über die Beziehung zwischen dem zweiten Hauptsatze der mechanischen Wärmetheorie und der
//! Wahrscheinlichkeitsrechnung respektive den Sätzen über das Wärmegleichgewicht*, section I.

mod arrangements;
mod compare;
mod error;
mod most_numerous;
#[cfg(test)]
mod tests;
mod units;

use serde::{Serialize, Serializer};

pub use arrangements::Arrangements;
pub use error::CountingError;

use crate::boltzmann::{Boltzmann, Levels};
use crate::statistics::distance as total_variation;
use arrangements::{arrangements, arrangements_of_all, n_occupations};
use compare::compare;
use units::Units;

/// Largest table, in entries: particles times units of energy.
pub const MAX_TABLE: u64 = 4_000_000;
/// Most energies.
pub const MAX_LEVELS: usize = 1000;
/// Most occupations that [`occupations`] lists.
pub const MAX_OCCUPATIONS: u64 = 100_000;

/// How many particles are on each level, and in how many ways.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Occupation {
    /// n_j, length J.
    pub numbers: Vec<u64>,
    /// W = n!/Π n_j!.
    pub arrangements: Arrangements,
}

/// All arrangements of n particles, summed up, beside the Boltzmann distribution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counting {
    /// n.
    pub n_particles: u64,
    /// Energy per particle; absent if any will do.
    pub mean_energy: Option<f64>,
    /// The common unit of the energies; absent if any total energy will do.
    pub unit: Option<f64>,
    /// Occupations with that energy (digits as text in JSON, whose readers round); absent beyond 128 bits.
    #[serde(serialize_with = "digits")]
    pub n_occupations: Option<u128>,
    /// Arrangements of all of them together.
    pub n_arrangements: Arrangements,
    /// The occupation with the most arrangements; of several, the one with the most particles on the first level where
    /// they differ.
    pub most_numerous: Occupation,
    /// How many occupations have as many (digits as text in JSON); absent beyond 128 bits.
    #[serde(serialize_with = "digits")]
    pub n_most_numerous: Option<u128>,
    /// Share of all arrangements that belongs to the one most numerous occupation.
    pub share: f64,
    /// Mean of n_j over all arrangements, length J.
    pub average: Vec<f64>,
    /// Softmax of −E/T with the same mean energy, or the uniform distribution (T infinite) if any energy will do.
    pub boltzmann: Boltzmann,
    /// ½ Σ |n_j/n − p_j| of the most numerous occupation.
    pub total_variation: f64,
    /// Σ (n_j/n) ln(n_j/(n p_j)) of the most numerous occupation, in nats.
    pub divergence: f64,
    /// ½ Σ |n_j/n − p_j| of the average occupation.
    pub average_total_variation: f64,
}

/// A checked question: levels in units above the lowest or below the highest, and the total to be shared out.
struct Question {
    levels: Vec<u64>,
    total: u64,
    unit: Option<f64>,
    boltzmann: Boltzmann,
}

/// Counts the arrangements of `n` particles with a wanted energy per particle, or with any energy.
///
/// Nothing is enumerated: sums over arrangements come from a table over particles and units of energy, the most
/// numerous occupation from a search that leaves out only what it has proved less numerous.
///
/// ```
/// // Boltzmann's example: seven molecules that share seven units of energy.
/// let ladder: Vec<f64> = (0..8).map(f64::from).collect();
/// let counting = logsum_simulate::counting::count_arrangements(&ladder, 7, Some(1.0))?;
/// assert_eq!(counting.most_numerous.numbers, [3, 2, 1, 1, 0, 0, 0, 0]);
/// assert_eq!(counting.most_numerous.arrangements.exact, Some(420));
/// assert_eq!(counting.n_arrangements.exact, Some(1716));
/// # Ok::<(), logsum_simulate::counting::CountingError>(())
/// ```
///
/// # Errors
/// No particles; more than [`MAX_LEVELS`] energies; energies or a mean that [`Boltzmann::with_mean_energy`] refuses; energies without a common unit; a
/// total energy that n particles cannot have exactly; more than [`MAX_TABLE`] entries, or too many occupations about
/// equally numerous.
pub fn count_arrangements(energies: &[f64], n: u64, mean: Option<f64>) -> Result<Counting, CountingError> {
    let question = Question::new(energies, n, mean)?;
    let Question { levels, total, .. } = &question;
    let all = arrangements_of_all(levels, n, *total);
    let (numbers, n_most_numerous) = if question.unit.is_some() {
        let (numbers, ties) = most_numerous::search(levels, n, *total)?;
        (numbers, Some(u128::from(ties)))
    } else {
        most_numerous::even(levels.len(), n)
    };
    let most = arrangements(&numbers);
    let p = &question.boltzmann.probabilities;
    let shares: Vec<f64> = numbers.iter().map(|number| *number as f64 / n as f64).collect();
    let average_shares: Vec<f64> = all.average.iter().map(|number| number / n as f64).collect();
    let occupied = shares.iter().zip(p).filter(|(share, _)| **share > 0.0);
    Ok(Counting {
        n_particles: n,
        mean_energy: mean,
        unit: question.unit,
        n_occupations: n_occupations(levels, n, *total),
        share: most.share_of(&all.number),
        total_variation: total_variation(&shares, p),
        divergence: occupied
            .map(|(share, p)| share * (share / p).ln())
            .sum::<f64>()
            .max(0.0),
        average_total_variation: total_variation(&average_shares, p),
        n_arrangements: all.number,
        most_numerous: Occupation {
            numbers,
            arrangements: most,
        },
        n_most_numerous,
        average: all.average,
        boltzmann: question.boltzmann,
    })
}

/// Every occupation of `n` particles with a wanted energy per particle, or with any energy, the most numerous first.
///
/// # Errors
/// Those of [`count_arrangements`], and more than [`MAX_OCCUPATIONS`].
pub fn occupations(energies: &[f64], n: u64, mean: Option<f64>) -> Result<Vec<Occupation>, CountingError> {
    let question = Question::new(energies, n, mean)?;
    let Question { levels, total, .. } = &question;
    let found = n_occupations(levels, n, *total);
    if found.is_none_or(|found| found > u128::from(MAX_OCCUPATIONS)) {
        return Err(CountingError::TooManyOccupations {
            found: found.map_or("more than 2^128".to_owned(), |found| found.to_string()),
        });
    }
    let mut all = Vec::new();
    list(levels, n, *total, &mut Vec::new(), &mut all);
    // First on the first level, where equally numerous.
    all.sort_by(|a, b| compare(&b.numbers, &a.numbers).then_with(|| b.numbers.cmp(&a.numbers)));
    Ok(all)
}

/// Appends the occupations of the remaining levels.
fn list(levels: &[u64], n: u64, total: u64, prefix: &mut Vec<u64>, all: &mut Vec<Occupation>) {
    let (level, rest) = (levels[prefix.len()], &levels[prefix.len() + 1..]);
    let Some((least, most)) = rest.iter().min().zip(rest.iter().max()) else {
        if n * level == total {
            let numbers = [&prefix[..], &[n]].concat();
            let arrangements = arrangements(&numbers);
            all.push(Occupation { numbers, arrangements });
        }
        return;
    };
    for number in 0..=n {
        let (left, spent) = (n - number, number * level);
        if spent + left * least <= total && total <= spent + left * most {
            prefix.push(number);
            list(levels, left, total - spent, prefix, all);
            prefix.pop();
        }
    }
}

impl Question {
    fn new(energies: &[f64], n: u64, mean: Option<f64>) -> Result<Question, CountingError> {
        let levels = Levels::new(energies)?;
        if n == 0 {
            return Err(CountingError::NoParticles);
        }
        if energies.len() > MAX_LEVELS {
            return Err(CountingError::TooManyLevels { found: energies.len() });
        }
        let fits = |rows: u64, columns: u64| {
            let entries = u128::from(rows) * u128::from(columns);
            if entries <= u128::from(MAX_TABLE) {
                Ok(())
            } else {
                Err(CountingError::Table { n, entries })
            }
        };
        let Some(mean) = mean else {
            fits(n, 1)?;
            return Ok(Question {
                levels: vec![0; energies.len()],
                total: 0,
                unit: None,
                boltzmann: levels.at_temperature(f64::INFINITY)?,
            });
        };
        let boltzmann = levels.with_mean_energy(mean)?;
        let units = Units::new(energies)?;
        let highest = units.highest();
        fits(n, highest)?;
        let total = units.total(n, mean)?;
        // Energy that is missing counts as well as energy that is there; the smaller makes the smaller table.
        let missing = n * highest - total;
        fits(n, total.min(missing) + 1)?;
        Ok(Question {
            levels: if missing < total {
                units.levels.iter().map(|level| highest - level).collect()
            } else {
                units.levels
            },
            total: total.min(missing),
            unit: Some(units.unit),
            boltzmann,
        })
    }
}

/// Digits as text.
fn digits<S: Serializer>(number: &Option<u128>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.collect_str(number),
        None => serializer.serialize_none(),
    }
}
