//! What comes out of a choice set, as pairs of alternatives of which one beats the other.

use std::collections::HashMap;

use logsum_data::Ranking;

/// Slots of a choice set, the better one first.
pub(crate) type Pairs = Vec<(u32, u32)>;

/// An outcome in a choice set: those that share it share a covariance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Outcome {
    /// Alternatives of the slots.
    pub alternatives: Vec<u32>,
    pub pairs: Pairs,
}

/// All that differ.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub all: Vec<Outcome>,
    known: HashMap<Outcome, u32>,
    /// Of each choice.
    pub of_choice: Vec<u32>,
    most_pairs: usize,
}

impl Outcomes {
    /// Numbers an outcome.
    pub fn number(&mut self, outcome: Outcome) -> u32 {
        if let Some(&known) = self.known.get(&outcome) {
            return known;
        }
        let number = self.all.len() as u32;
        self.most_pairs = self.most_pairs.max(outcome.pairs.len());
        self.known.insert(outcome.clone(), number);
        self.all.push(outcome);
        number
    }

    /// Makes room for what prediction asks of a choice set with so many alternatives.
    pub fn see_set(&mut self, n_slots: usize) {
        self.most_pairs = self.most_pairs.max(n_slots.saturating_sub(1));
    }

    /// Pairs of the longest outcome.
    pub fn most_pairs(&self) -> usize {
        self.most_pairs
    }
}

/// The pairs of a choice: the one chosen beats every other.
pub(crate) fn pairs_of_choice(chosen: u32, n_slots: usize) -> Pairs {
    (0..n_slots as u32)
        .filter(|&slot| slot != chosen)
        .map(|slot| (chosen, slot))
        .collect()
}

/// The pairs of a ranking: each beats the next; the last of the best beats all that are not ranked, and they the worst.
/// `None` where several that are not ranked stand between the best and the worst: that is no orthant of as many
/// dimensions as there are differences.
pub(crate) fn pairs_of_ranking(ranking: Ranking<'_>, n_slots: usize) -> Option<Pairs> {
    let is_ranked = |slot: &u32| ranking.best.contains(slot) || ranking.worst.contains(slot);
    let between: Vec<u32> = (0..n_slots as u32).filter(|slot| !is_ranked(slot)).collect();
    if ranking.worst.is_empty() {
        let mut pairs: Pairs = ranking.best.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let &last = ranking.best.last()?;
        pairs.extend(between.into_iter().map(|slot| (last, slot)));
        return Some(pairs);
    }
    if between.len() > 1 {
        return None;
    }
    let worst = ranking.worst.iter().rev().copied();
    let order: Vec<u32> = ranking.best.iter().copied().chain(between).chain(worst).collect();
    Some(order.windows(2).map(|pair| (pair[0], pair[1])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs() {
        assert_eq!(pairs_of_choice(1, 3), [(1, 0), (1, 2)]);
        let ranking = |best: &'static [u32], worst: &'static [u32]| Ranking { best, worst, tied: &[] };
        assert_eq!(
            pairs_of_ranking(ranking(&[2, 0], &[]), 4).unwrap(),
            [(2, 0), (0, 1), (0, 3)]
        );
        assert_eq!(pairs_of_ranking(ranking(&[2, 0, 1], &[]), 3).unwrap(), [(2, 0), (0, 1)]);
        assert_eq!(pairs_of_ranking(ranking(&[2], &[0]), 3).unwrap(), [(2, 1), (1, 0)]);
        assert_eq!(pairs_of_ranking(ranking(&[2], &[0]), 4), None);
    }
}
