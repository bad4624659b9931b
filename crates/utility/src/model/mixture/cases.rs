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
    /// Every coefficient in it, ascending.
    pub coefficients: Vec<u32>,
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
        let terms: Vec<u32> = terms.into_iter().map(|(c, _)| c).collect();
        let of_rest = rest.iter().flat_map(|rest: &Rest| rest.coefficients.iter().copied());
        let mut coefficients: Vec<u32> = terms.iter().copied().chain(of_rest).collect();
        coefficients.sort_unstable();
        coefficients.dedup();
        Plan {
            terms,
            rest,
            coefficients,
            sources,
        }
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
    pub form: ChoiceForm,
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

/// How a row, the difference of two alternatives, is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowForm {
    pub pattern: u32,
    /// Of which places of the two alternatives' numbers; none where both have the pattern's terms as they stand.
    pub places: Option<u32>,
}

/// Of each coefficient of a pattern, its place among the terms of the one and of the other alternative.
type Places = Vec<(Option<u32>, Option<u32>)>;

/// Differences between alternatives.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub all: Vec<Pattern>,
    pub places: Vec<Places>,
    known: HashMap<Vec<u32>, u32>,
    /// Of choices, one row after another.
    pub forms: Vec<RowForm>,
    /// By the plans of the alternatives not chosen and of the one chosen.
    choices: HashMap<Vec<u32>, ChoiceForm>,
}

/// How the rows of a choice are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChoiceForm {
    /// Pattern of all rows, or of their union.
    pub pattern: u32,
    /// Which of the two.
    pub uniform: bool,
    /// First of the forms of the rows.
    pub first_form: u32,
}

/// Times as many multiplications as rows by themselves take, up to which rows are filled up with zeros to have one
/// pattern: then sums stay in registers.
const FILLED: usize = 3;

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

    /// The form of a choice: `alternatives` has the plans of those that were not chosen, and last of the one that was.
    pub fn of_choice(&mut self, plans: &[Plan], alternatives: &[u32], n_random: usize) -> ChoiceForm {
        if let Some(&known) = self.choices.get(alternatives) {
            return known;
        }
        let (&chosen, others) = alternatives.split_last().expect("one alternative was chosen");
        let terms = |plan: u32| &plans[plan as usize].terms;
        let difference = |&one: &u32| {
            let mut coefficients: Vec<u32> = terms(one).iter().chain(terms(chosen)).copied().collect();
            coefficients.sort_unstable();
            coefficients.dedup();
            coefficients
        };
        let own: Vec<Vec<u32>> = others.iter().map(difference).collect();
        let mut union: Vec<u32> = own.iter().flatten().copied().collect();
        union.sort_unstable();
        union.dedup();
        let pairs = |n: usize| n * (n + 1) / 2;
        let few: usize = own.iter().map(|coefficients| pairs(coefficients.len())).sum();
        let form = ChoiceForm {
            uniform: others.len() * pairs(union.len()) <= FILLED * few,
            pattern: self.of(union, n_random),
            first_form: self.forms.len() as u32,
        };
        for (&one, own) in others.iter().zip(own) {
            let pattern = if form.uniform {
                form.pattern
            } else {
                self.of(own, n_random)
            };
            let row = self.row(plans, pattern, one, chosen);
            self.forms.push(row);
        }
        self.choices.insert(alternatives.to_vec(), form);
        form
    }

    fn row(&mut self, plans: &[Plan], pattern: u32, one: u32, other: u32) -> RowForm {
        let (first, second) = (&plans[one as usize].terms, &plans[other as usize].terms);
        let coefficients = &self.all[pattern as usize].coefficients;
        if one == other && first == coefficients {
            return RowForm { pattern, places: None };
        }
        let place = |terms: &[u32], c: &u32| terms.binary_search(c).ok().map(|at| at as u32);
        let of = |c: &u32| (place(first, c), place(second, c));
        self.places.push(coefficients.iter().map(of).collect());
        RowForm {
            pattern,
            places: Some(self.places.len() as u32 - 1),
        }
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

    /// Whether every utility is linear in its coefficients.
    pub fn is_linear(&self) -> bool {
        self.plans.iter().all(|plan| plan.rest.is_none())
    }
}
