//! The units of a likelihood: choices that are multiplied at each draw.

use logsum_data::{ChoiceData, Outcome};
use logsum_draws::Maker;

use super::MixtureBuilder;
use crate::error::{ProbitError, SpecificationError};
use crate::model::mixture::cases::{Choice, Unit};
use crate::model::mixture::probit::{Outcome as ErrorOutcome, pairs_of_choice, pairs_of_ranking};
use crate::model::mixture::within::case_key;
use crate::probit::Probabilities;

impl MixtureBuilder {
    /// The choices of a decision maker. Where choices are counted and nobody is named, each is somebody else's.
    pub(super) fn add_units(
        &mut self,
        data: &ChoiceData,
        cases: std::ops::Range<usize>,
        (maker, first_case): (u32, u32),
        n_random: usize,
    ) -> Result<(), SpecificationError> {
        if self.errors.is_some() && n_random == 0 {
            self.add_single_choices(data, cases, (maker, first_case));
            return Ok(());
        }
        let panel = data.decision_makers().is_some();
        let weight = data.weights().map_or(1.0, |weights| weights[cases.start]);
        let first_choice = self.cases.choices.len() as u32;
        for (offset, case) in cases.enumerate() {
            let id = first_case + offset as u32;
            match data.outcome() {
                Outcome::Chosen(chosen) => self.add_choice(id, chosen[case], 1.0, n_random),
                // One outcome, of which one alternative stands for all.
                Outcome::Counts(taken) if self.takes_several() => {
                    let first = data.pairs(case).position(|pair| taken[pair] > 0.0);
                    self.add_choice(id, first.expect("an outcome takes one") as u32, 1.0, n_random);
                }
                Outcome::Counts(counts) => {
                    for (position, pair) in data.pairs(case).enumerate() {
                        if counts[pair] == 0.0 {
                            continue;
                        }
                        if panel && self.errors.is_some() {
                            // Errors are others at every choice: each is simulated by itself.
                            if counts[pair].fract() != 0.0 {
                                let row = data.row_number(pair);
                                return Err(ProbitError::PartOfAChoice {
                                    row,
                                    count: counts[pair],
                                }
                                .into());
                            }
                            (0..counts[pair] as u64).for_each(|_| self.add_choice(id, position as u32, 1.0, n_random));
                            continue;
                        }
                        let times = if panel { counts[pair] } else { 1.0 };
                        self.add_choice(id, position as u32, times, n_random);
                        if !panel {
                            let end = self.cases.choices.len() as u32;
                            self.add_unit(maker, end - 1..end, weight * counts[pair]);
                        }
                    }
                }
                Outcome::None => {}
            }
        }
        let end = self.cases.choices.len() as u32;
        let counted_alone = matches!(data.outcome(), Outcome::Counts(_)) && !panel && !self.takes_several();
        if end > first_choice && !counted_alone {
            self.add_unit(maker, first_choice..end, weight);
        }
        Ok(())
    }

    /// Whether several alternatives may be one outcome.
    pub(super) fn takes_several(&self) -> bool {
        self.kernel
            .as_ref()
            .is_some_and(|kernel| kernel.kernel.joint().is_some())
    }

    /// The choices of a decision maker with the same tastes as everybody: each is a unit.
    fn add_single_choices(
        &mut self,
        data: &ChoiceData,
        cases: std::ops::Range<usize>,
        (maker, first_case): (u32, u32),
    ) {
        for (offset, case) in cases.enumerate() {
            let id = first_case + offset as u32;
            let weight = data.weights().map_or(1.0, |weights| weights[case]);
            let mut add = |chosen: u32, times: f64| {
                self.add_choice(id, chosen, 1.0, 0);
                let end = self.cases.choices.len() as u32;
                self.add_unit(maker, end - 1..end, weight * times);
            };
            match data.outcome() {
                Outcome::Chosen(chosen) => add(chosen[case], 1.0),
                Outcome::Counts(counts) => {
                    let pairs = data.pairs(case).enumerate();
                    let chosen = pairs.filter(|(_, pair)| counts[*pair] != 0.0);
                    chosen.for_each(|(position, pair)| add(position as u32, counts[pair]));
                }
                Outcome::None => {}
            }
        }
    }

    /// Whose draws those of a case's errors are, and what its ranking says.
    pub(super) fn add_errors(
        &mut self,
        data: &ChoiceData,
        case: usize,
        (offset, n_cases): (usize, usize),
        key: u64,
    ) -> Result<(), SpecificationError> {
        let Some(errors) = &mut self.errors else { return Ok(()) };
        errors.makers.push(Maker {
            position: errors.makers.len() as u64,
            key: if n_cases == 1 {
                key
            } else {
                case_key(key, offset as u32)
            },
        });
        let pairs = data.pairs(case);
        errors.outcomes.see_set(pairs.len());
        if errors.probabilities == Probabilities::Exact && pairs.len() > 4 {
            return Err(ProbitError::TooManyForExact {
                alternatives: pairs.len(),
            }
            .into());
        }
        if data.rankings().is_some() {
            let ranking = data.ranking(case).expect("every case of rankings has one");
            let row = data.row_number(pairs.start);
            let order = pairs_of_ranking(ranking, pairs.len()).ok_or(ProbitError::BetweenBestAndWorst { row })?;
            errors.rankings.push(order);
        }
        Ok(())
    }

    fn add_unit(&mut self, maker: u32, choices: std::ops::Range<u32>, weight: f64) {
        // What has no weight contributes nothing, not even where it is not defined.
        if weight != 0.0 {
            self.cases.units.push(Unit { maker, choices, weight });
        }
    }

    fn add_choice(&mut self, case: u32, chosen: u32, times: f64, n_random: usize) {
        let cases = &mut self.cases;
        let slots = cases.slots_of(case);
        let chosen_slot = slots.start + chosen as usize;
        let others = slots.filter(|slot| *slot != chosen_slot);
        self.plans.clear();
        self.plans.extend(others.map(|slot| cases.slots[slot].0));
        self.plans.push(cases.slots[chosen_slot].0);
        let form = cases.patterns.of_choice(&cases.plans, &self.plans, n_random);
        if let Some(errors) = &mut self.errors {
            let slots = cases.slots_of(case);
            let ranking = errors.rankings.get(case as usize);
            let outcome = ErrorOutcome {
                alternatives: errors.alternatives(&cases.alternatives[slots.clone()]),
                pairs: ranking.cloned().unwrap_or_else(|| pairs_of_choice(chosen, slots.len())),
            };
            let number = errors.outcomes.number(outcome);
            errors.outcomes.of_choice.push(number);
        }
        cases.choices.push(Choice {
            case,
            chosen,
            times,
            form,
        });
    }
}
