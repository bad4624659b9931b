//! Who is held out.

use logsum_data::ChoiceData;
use logsum_draws::Seed;

use super::ValidationError;

/// Branch of the seed from which decision makers are split, so that other draws from the same seed are independent.
const PURPOSE: u64 = 0x7661_6c69_6461_7465;

/// Whether each case is held out: those of round(fraction · N) of the N decision makers.
///
/// # Errors
/// A fraction outside (0, 1), and one that leaves a side empty.
pub fn held_out(data: &ChoiceData, fraction: f64, seed: u64) -> Result<Vec<bool>, ValidationError> {
    if !(fraction > 0.0 && fraction < 1.0) {
        return Err(ValidationError::Fraction(fraction));
    }
    let n = data.n_decision_makers();
    let held_out = (fraction * n as f64).round() as usize;
    if held_out == 0 || held_out == n {
        return Err(ValidationError::Empty {
            fraction,
            n_decision_makers: n,
            held_out,
        });
    }
    let places = places(data, seed);
    Ok(of_cases(data, |maker| places[maker] < held_out))
}

/// The fold of each case, from 0: folds have the same number of decision makers, or one more.
///
/// # Errors
/// Fewer than two folds, and fewer decision makers than folds.
pub fn folds(data: &ChoiceData, number: usize, seed: u64) -> Result<Vec<u32>, ValidationError> {
    if number < 2 {
        return Err(ValidationError::TooFew(number));
    }
    let n = data.n_decision_makers();
    if n < number {
        return Err(ValidationError::TooMany {
            folds: number,
            n_decision_makers: n,
        });
    }
    let places = places(data, seed);
    Ok(of_cases(data, |maker| (places[maker] % number) as u32))
}

/// Places of decision makers in a random order, which is that of numbers drawn for each of them.
fn places(data: &ChoiceData, seed: u64) -> Vec<usize> {
    let seed = Seed::new(seed).split(PURPOSE);
    let keys = data.decision_maker_keys();
    let mut drawn: Vec<(u64, u64, usize)> = Vec::with_capacity(data.n_decision_makers());
    for (case, &key) in keys.iter().enumerate() {
        let maker = data.decision_makers().map_or(case, |makers| makers[case] as usize);
        if maker == drawn.len() {
            drawn.push((seed.stream(key).open01().to_bits(), key, maker));
        }
    }
    drawn.sort_unstable();
    let mut places = vec![0; drawn.len()];
    for (place, (_, _, maker)) in drawn.into_iter().enumerate() {
        places[maker] = place;
    }
    places
}

fn of_cases<T>(data: &ChoiceData, of_maker: impl Fn(usize) -> T) -> Vec<T> {
    let maker = |case: usize| data.decision_makers().map_or(case, |makers| makers[case] as usize);
    (0..data.n_cases()).map(|case| of_maker(maker(case))).collect()
}
