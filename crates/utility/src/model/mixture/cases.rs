//! What is stored of the data for a mixture: cases of decision makers with what multiplies their coefficients.

use std::collections::HashMap;

use logsum_expressions::{Graph, Node, NodeId, ParameterId, Program};

use super::kernel::Pattern;
use crate::model::plan::{Source, UtilityPlan};

/// A utility in coefficients, as it is evaluated over draws.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Coefficients in which it is linear, ascending.
    pub terms: Vec<u32>,
    /// The rest, if there is one.
    pub rest: Option<Rest>,
    /// Numbers that a slot stores: the offset, what multiplies each term, inputs of the rest, the correction.
    pub sources: Vec<Source>,
}

/// The part of a utility that is not linear in its coefficients.
#[derive(Debug)]
pub(crate) struct Rest {
    /// The value, derivatives in `coefficients`, second derivatives.
    pub program: Program,
    pub inputs: Vec<RestInput>,
    /// Coefficients in it, ascending.
    pub coefficients: Vec<u32>,
    /// Places in `coefficients` of each second derivative that is not 0 everywhere.
    pub seconds: Vec<(usize, usize)>,
}

/// What a program over draws reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RestInput {
    /// A random coefficient.
    Coefficient(u32),
    /// A number of the slot.
    Number(usize),
}

impl Plan {
    /// `place(c)` numbers the coefficient with identifier c among those in use; the first `n_random` vary over draws.
    pub fn new(graph: &mut Graph, plan: &UtilityPlan, place: &dyn Fn(u32) -> u32, n_random: usize) -> Self {
        let mut terms: Vec<(u32, Source)> = plan.terms.iter().map(|&(c, source)| (place(c), source)).collect();
        terms.sort_unstable_by_key(|(c, _)| *c);
        let mut sources = vec![plan.offset];
        sources.extend(terms.iter().map(|(_, source)| *source));
        let rest = plan.rest.as_ref().map(|rest| {
            let is_random = |id: NodeId| match graph.node(id) {
                Node::Parameter(ParameterId(c)) => (place(c) as usize) < n_random,
                _ => false,
            };
            let hoisted = |id: NodeId| graph.is_parameter_free(id) && graph.as_constant(id).is_none();
            let mut outputs = vec![rest.value];
            outputs.extend(&rest.firsts);
            outputs.extend(&rest.second_nodes);
            let program = Program::new(graph, &outputs, &|id| is_random(id) || hoisted(id));
            let inputs = program.inputs().iter().map(|&id| match graph.node(id) {
                Node::Parameter(ParameterId(c)) => RestInput::Coefficient(place(c)),
                _ => {
                    sources.push(Source::Node(id));
                    RestInput::Number(sources.len() - 1)
                }
            });
            let inputs = inputs.collect();
            Rest {
                inputs,
                program,
                coefficients: rest.parameters.iter().map(|&c| place(c)).collect(),
                seconds: rest.seconds.clone(),
            }
        });
        Plan {
            terms: terms.into_iter().map(|(c, _)| c).collect(),
            rest,
            sources,
        }
    }

    /// Every coefficient in it, ascending.
    pub fn coefficients(&self) -> Vec<u32> {
        let rest = self.rest.iter().flat_map(|rest| rest.coefficients.iter().copied());
        let mut all: Vec<u32> = self.terms.iter().copied().chain(rest).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A choice situation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub first_slot: u32,
    pub n_slots: u32,
    /// Row of the file in which it begins.
    pub row: u64,
}

/// A choice that was made, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub case: u32,
    /// Slot of the case.
    pub chosen: u32,
    pub times: f64,
    /// Pattern of the differences to the chosen alternative, or of their union.
    pub pattern: u32,
    pub uniform: bool,
    /// First of the patterns of the rows.
    pub first_pattern: u32,
}

/// Choices whose likelihoods are multiplied at each draw before they are averaged.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub maker: u32,
    pub choices: std::ops::Range<u32>,
    pub weight: f64,
}

/// A decision maker.
#[derive(Clone, Debug)]
pub(crate) struct DecisionMaker {
    pub cases: std::ops::Range<u32>,
    /// Bits of the identifier.
    pub key: u64,
    /// Choices made in all cases.
    pub choices: f64,
}

/// Differences between alternatives, by the plans of both.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub all: Vec<Pattern>,
    known: HashMap<Vec<u32>, u32>,
    of_plans: HashMap<(u32, u32), u32>,
    /// Of each pattern of two plans: for each coefficient, its place among the terms of the one and of the other.
    pub places: HashMap<(u32, u32), Vec<(Option<u32>, Option<u32>)>>,
}

impl Patterns {
    /// The pattern of these coefficients.
    pub fn of(&mut self, coefficients: Vec<u32>, n_random: usize) -> u32 {
        if let Some(&known) = self.known.get(&coefficients) {
            return known;
        }
        let at = self.all.len() as u32;
        self.known.insert(coefficients.clone(), at);
        self.all.push(Pattern::new(coefficients, n_random));
        at
    }

    /// The pattern of the difference of two utilities.
    pub fn of_difference(&mut self, plans: &[Plan], one: u32, other: u32, n_random: usize) -> u32 {
        if let Some(&known) = self.of_plans.get(&(one, other)) {
            return known;
        }
        let (first, second) = (&plans[one as usize].terms, &plans[other as usize].terms);
        let mut coefficients: Vec<u32> = first.iter().chain(second).copied().collect();
        coefficients.sort_unstable();
        coefficients.dedup();
        let place = |terms: &[u32], c: &u32| terms.binary_search(c).ok().map(|at| at as u32);
        let places = coefficients.iter().map(|c| (place(first, c), place(second, c))).collect();
        self.places.insert((one, other), places);
        let pattern = self.of(coefficients, n_random);
        self.of_plans.insert((one, other), pattern);
        pattern
    }
}

/// All that a mixture evaluates.
#[derive(Debug, Default)]
pub(crate) struct Cases {
    /// Identifiers, in the utilities, of the coefficients in use, and one more than the largest that there is.
    pub identifiers: Vec<u32>,
    pub n_identifiers: usize,
    pub plans: Vec<Plan>,
    pub patterns: Patterns,
    pub makers: Vec<DecisionMaker>,
    pub units: Vec<Unit>,
    pub cases: Vec<Case>,
    pub choices: Vec<Choice>,
    /// Pattern of each row of a choice.
    pub row_patterns: Vec<u32>,
    /// Plan of each slot, and where its numbers begin.
    pub slots: Vec<(u32, u64)>,
    pub numbers: Vec<f64>,
    /// Of each slot.
    pub alternatives: Vec<u32>,
    /// Of each slot, what a likelihood of sampled alternatives adds; empty if nothing.
    pub corrections: Vec<f64>,
    /// Of each case, what the coefficients use.
    pub characteristics: Vec<f64>,
    pub n_characteristics: usize,
}

impl Cases {
    /// The numbers of a slot, and its plan.
    pub fn slot(&self, slot: usize) -> (&Plan, &[f64]) {
        let (plan, first) = self.slots[slot];
        let plan = &self.plans[plan as usize];
        (plan, &self.numbers[first as usize..][..plan.sources.len()])
    }

    /// Characteristics of a case.
    pub fn characteristics(&self, case: u32) -> &[f64] {
        &self.characteristics[case as usize * self.n_characteristics..][..self.n_characteristics]
    }

    /// The slots of a case.
    pub fn slots_of(&self, case: u32) -> std::ops::Range<usize> {
        let case = &self.cases[case as usize];
        case.first_slot as usize..(case.first_slot + case.n_slots) as usize
    }

    /// Bytes it takes, near enough.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        8 * (self.numbers.len() + self.characteristics.len() + 2 * self.slots.len())
    }

    /// Whether every utility is linear in its coefficients.
    pub fn is_linear(&self) -> bool {
        self.plans.iter().all(|plan| plan.rest.is_none())
    }
}
