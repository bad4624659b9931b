//! Outcomes of several alternatives in logit: those that share a rank, or the best and the worst.
//!
//! What is chosen alone has softmax probabilities; a kernel of this kind knows besides the probability that some
//! alternatives together come before the others ([`exact`], [`efron`]), or that of a pair ([`max_diff`]).

mod efron;
mod exact;
mod max_diff;
#[cfg(test)]
mod tests;

use logsum_data::{Joint, Ties};

use efron::Efron;
use exact::Exact;
use max_diff::MaxDiff;

/// Most alternatives that may share a rank where all orders are summed: work and memory double with each.
pub(crate) const MOST_TIED: usize = 12;

/// A choice set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JointSet {
    pub joint: Joint,
    pub n_slots: usize,
}

/// The outcome of a lane: w ln P of the slots in it.
#[derive(Clone, Debug, Default)]
struct Outcome {
    weight: f64,
    /// Slots that are the best together, or the best.
    best: Vec<usize>,
    /// The others, but for the worst of a pair.
    rest: Vec<usize>,
    worst: Option<usize>,
}

/// What the backward sweep leaves of a lane.
#[derive(Clone, Debug, Default)]
enum State {
    /// The outcome is certain, or has no weight.
    #[default]
    Certain,
    Efron(Efron),
    Exact(Exact),
    MaxDiff(MaxDiff),
}

/// Buffers.
#[derive(Debug, Default)]
pub(crate) struct JointLanes {
    utilities: Vec<f64>,
    outcomes: Vec<f64>,
    lanes: Vec<State>,
    outcome: Outcome,
    of_lane: Vec<f64>,
    out: Vec<f64>,
}

impl Outcome {
    /// Reads y of slots: positive for what is best, negative for the worst.
    fn read(&mut self, of_slots: impl Iterator<Item = f64>) {
        self.weight = 0.0;
        self.best.clear();
        self.rest.clear();
        self.worst = None;
        for (slot, y) in of_slots.enumerate() {
            if y > 0.0 {
                self.weight = y;
                self.best.push(slot);
            } else if y < 0.0 {
                self.worst = Some(slot);
            } else {
                self.rest.push(slot);
            }
        }
    }

    /// Whether nothing else could be.
    fn is_certain(&self) -> bool {
        self.best.is_empty() || (self.rest.is_empty() && self.worst.is_none())
    }
}

impl JointLanes {
    /// ln P of each alternative alone, and logsums.
    pub fn forward(
        &mut self,
        set: &JointSet,
        utilities: &[f64],
        (ln_probabilities, logsums): (&mut Vec<f64>, &mut Vec<f64>),
    ) {
        let lanes = utilities.len() / set.n_slots;
        self.utilities.clear();
        self.utilities.extend_from_slice(utilities);
        logsums.clear();
        for lane in 0..lanes {
            let of_lane = (0..set.n_slots).map(|slot| utilities[slot * lanes + lane]);
            logsums.push(logsum(of_lane));
        }
        ln_probabilities.clear();
        for of_slot in utilities.chunks_exact(lanes) {
            ln_probabilities.extend(of_slot.iter().zip(&*logsums).map(|(v, logsum)| v - logsum));
        }
    }

    /// w ln P of the outcomes and its derivatives, at the utilities of the forward sweep.
    pub fn backward(
        &mut self,
        set: &JointSet,
        outcomes: &[f64],
        (values, of_utilities): (&mut Vec<f64>, &mut Vec<f64>),
    ) {
        let n = set.n_slots;
        let lanes = self.utilities.len() / n;
        values.clear();
        of_utilities.clear();
        of_utilities.resize(n * lanes, 0.0);
        self.lanes.resize_with(lanes, State::default);
        self.outcomes.clear();
        self.outcomes.extend_from_slice(outcomes);
        for lane in 0..lanes {
            let JointLanes {
                utilities,
                outcomes,
                lanes: states,
                outcome,
                of_lane,
                out,
            } = self;
            outcome.read((0..n).map(|slot| outcomes[slot * lanes + lane]));
            if outcome.is_certain() {
                states[lane] = State::Certain;
                values.push(0.0);
                continue;
            }
            of_lane.clear();
            of_lane.extend((0..n).map(|slot| utilities[slot * lanes + lane]));
            out.clear();
            out.resize(n, 0.0);
            let state = match set.joint {
                Joint::Ties(Ties::Efron) => State::Efron(Efron::new(outcome, of_lane)),
                Joint::Ties(Ties::Exact) => State::Exact(Exact::new(outcome, of_lane)),
                Joint::MaxDiff => State::MaxDiff(MaxDiff::new(of_lane)),
            };
            let value = match &state {
                State::Certain => 0.0,
                State::Efron(efron) => efron.value(outcome, of_lane, out),
                State::Exact(exact) => exact.value(outcome, of_lane, out),
                State::MaxDiff(max_diff) => max_diff.value(outcome, of_lane, out),
            };
            states[lane] = state;
            values.push(outcome.weight * value);
            for (slot, slope) in out.iter().enumerate() {
                of_utilities[slot * lanes + lane] = outcome.weight * slope;
            }
        }
    }

    /// How the derivatives change along a direction of the utilities.
    pub fn along(&mut self, set: &JointSet, direction: &[f64], changes: &mut Vec<f64>) {
        let n = set.n_slots;
        let lanes = self.utilities.len() / n;
        changes.clear();
        changes.resize(n * lanes, 0.0);
        for lane in 0..lanes {
            if matches!(self.lanes[lane], State::Certain) {
                continue;
            }
            let outcomes = &self.outcomes;
            self.outcome.read((0..n).map(|slot| outcomes[slot * lanes + lane]));
            self.of_lane.clear();
            self.of_lane.extend((0..n).map(|slot| direction[slot * lanes + lane]));
            self.out.clear();
            self.out.resize(n, 0.0);
            let (outcome, direction, out) = (&self.outcome, &self.of_lane, &mut self.out);
            match &mut self.lanes[lane] {
                State::Certain => {}
                State::Efron(efron) => efron.along(outcome, direction, out),
                State::Exact(exact) => exact.along(outcome, direction, out),
                State::MaxDiff(max_diff) => max_diff.along(direction, out),
            }
            for (slot, change) in self.out.iter().enumerate() {
                changes[slot * lanes + lane] = outcome.weight * change;
            }
        }
    }
}

/// ln Σ exp v.
fn logsum(of_slots: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = of_slots.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + of_slots.map(|v| (v - largest).exp()).sum::<f64>().ln()
}
