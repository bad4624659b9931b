//! The protocols of one case: which slots of its choice set are taken, and what corrects for it.

use logsum_draws::Stream;

/// An alternative of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Drawn {
    /// Its position in the choice set.
    pub slot: usize,
    /// ln π(D | j) up to a constant of the case.
    pub correction: f64,
}

/// The whole choice set.
pub(super) fn whole(size: usize) -> Vec<Drawn> {
    (0..size).map(|slot| Drawn { slot, correction: 0.0 }).collect()
}

/// The chosen alternative and `number` − 1 of the others, all sets of them equally likely.
pub(super) fn uniform(size: usize, chosen: usize, number: usize, stream: &mut Stream) -> Vec<Drawn> {
    let mut others: Vec<usize> = (0..size).filter(|&slot| slot != chosen).collect();
    take(&mut others, number - 1, stream);
    others.push(chosen);
    others.sort_unstable();
    let drawn = |slot: usize| Drawn { slot, correction: 0.0 };
    others.into_iter().map(drawn).collect()
}

/// The chosen alternative and `draws` draws with replacement, with probabilities q_j proportional to the weights; each
/// distinct alternative once, with the correction ln(n_j / q_j), n_j counting its draws and 1 for the chosen.
///
/// Given D with these multiplicities, the draws are multinomial with one draw of the chosen taken off:
///
/// ```text
/// π(D | i) = (number − 1)! / ((n_i − 1)! Π_{j≠i} n_j!) · Π_j q_j^n_j / q_i ∝ n_i / q_i
/// ```
///
/// # Source
/// Ben-Akiva and Lerman (1985), equation 9.22.
pub(super) fn importance(weights: &[f64], chosen: usize, draws: usize, stream: &mut Stream) -> Vec<Drawn> {
    // Scaled, so that no sum overflows.
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let mut total = 0.0;
    let cumulative: Vec<f64> = weights
        .iter()
        .map(|weight| {
            total += weight / largest;
            total
        })
        .collect();
    let last = weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(chosen);
    let mut times = vec![0_u32; weights.len()];
    times[chosen] += 1;
    for _ in 0..draws {
        let at = stream.open01() * total;
        // Of weight 0, a slot ends where the one before it ends, and is never the first beyond.
        times[cumulative.partition_point(|end| *end <= at).min(last)] += 1;
    }
    let drawn = |(slot, times): (usize, u32)| Drawn {
        slot,
        correction: importance_correction(times, weights[slot] / largest),
    };
    let taken = times.into_iter().enumerate().filter(|(_, times)| *times > 0);
    taken.map(drawn).collect()
}

/// ln(n_j / w_j): the sum of the weights is the same for all alternatives of the case.
pub(super) fn importance_correction(times: u32, weight: f64) -> f64 {
    f64::from(times).ln() - weight.ln()
}

/// Of each stratum `number` alternatives, the chosen one among those of its own, all sets of them equally likely; with
/// the correction ln(N_s / n_s) for n_s taken of N_s. `strata` numbers the stratum of each slot; `number` says how many
/// are taken of one.
///
/// ```text
/// π(D | i) = Π_{s≠s(i)} 1 / C(N_s, n_s) · 1 / C(N_s(i) − 1, n_s(i) − 1) ∝ N_s(i) / n_s(i)
/// ```
pub(super) fn stratified(
    strata: &[u32],
    chosen: usize,
    number: impl Fn(u32) -> usize,
    stream: &mut Stream,
) -> Vec<Drawn> {
    let mut distinct = strata.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let mut drawn = Vec::new();
    for stratum in distinct {
        let mut members: Vec<usize> = (0..strata.len()).filter(|&slot| strata[slot] == stratum).collect();
        let available = members.len();
        let taken = number(stratum).min(available);
        if taken < available {
            if strata[chosen] == stratum {
                members.retain(|slot| *slot != chosen);
                take(&mut members, taken - 1, stream);
                members.push(chosen);
            } else {
                take(&mut members, taken, stream);
            }
        }
        let correction = stratified_correction(available, taken);
        drawn.extend(members.into_iter().map(|slot| Drawn { slot, correction }));
    }
    drawn.sort_unstable_by_key(|drawn| drawn.slot);
    drawn
}

/// ln(N_s / n_s).
pub(super) fn stratified_correction(available: usize, taken: usize) -> f64 {
    (available as f64 / taken as f64).ln()
}

/// Leaves `number` of the items, every set of them equally likely.
fn take(items: &mut Vec<usize>, number: usize, stream: &mut Stream) {
    for at in 0..number {
        let left = items.len() - at;
        let further = ((stream.open01() * left as f64) as usize).min(left - 1);
        items.swap(at, at + further);
    }
    items.truncate(number);
}
