//! Normal errors: the probability of a choice is that of a normal orthant.
//!
//! ```text
//! P(i beats j for all pairs of the outcome) = P(ε_j − ε_i ≤ V_i − V_j),   ε ~ N(0, Σ(θ))
//! ```
//!
//! A choice has a pair for each alternative that was not chosen; a ranking one for each two neighbours. Where tastes are
//! the same, every choice is a unit of its own with draws of its own. Where they are random, each of a decision maker's
//! draws of tastes goes with one draw of the errors of every case.
//!
//! # Source
//! Train (2009), *Discrete Choice Methods with Simulation*, chapter 5; Bolduc (1999), *A practical technique to estimate
//! multinomial probit models in transportation*.

mod choice;
mod draws;
mod factors;
mod lanes;
mod outcomes;
mod predict;
mod structure;
mod unit;

use logsum_draws::Maker;

use crate::probit::Probabilities;

pub(crate) use choice::ChoiceScratch;
pub(crate) use draws::{CaseBlocks, CaseDraws};
pub(crate) use factors::{NotPositive, OfOutcome};
pub(crate) use lanes::{ErrorLanes, UnitDraws};
pub(crate) use outcomes::{Outcome, Outcomes, Pairs, pairs_of_choice, pairs_of_ranking};
pub(crate) use predict::{Foreseen, Refused, root};
pub(crate) use structure::Structure;
pub(crate) use unit::{Point, UnitErrors};

/// Normal errors bound to choice data.
#[derive(Debug)]
pub(crate) struct NormalErrors {
    pub structure: Structure,
    pub probabilities: Probabilities,
    /// What can come out in the choice sets of the data.
    pub outcomes: Outcomes,
    /// Whose draws those of each case are.
    pub makers: Vec<Maker>,
    /// What each case's ranking says, while cases are added.
    pub rankings: Vec<Pairs>,
}

impl NormalErrors {
    /// Whether second derivatives are analytic.
    pub fn has_curvature(&self) -> bool {
        self.probabilities == Probabilities::Ghk || self.outcomes.most_pairs() < 2
    }

    /// Uniform draws that the largest choice set takes.
    pub fn n_dimensions(&self) -> usize {
        match self.probabilities {
            Probabilities::Ghk => self.outcomes.most_pairs().saturating_sub(1),
            _ => 0,
        }
    }
}
