//! Choice sets as the arithmetic sees them: slots, their utilities' plans, the columns that these need.

use std::collections::{BTreeSet, HashMap};

use logsum_data::Level;
use logsum_expressions::NodeId;

use super::kernels::OfSet;
use super::plan::{Source, UtilityPlan};
use super::tiling::{Run, Tiling};

/// Logical lanes: sums over cases are kept in this many parts on every machine, so that all give the same bits.
pub(crate) const LANES: usize = 8;

/// Lanes in one visit: its calls and the sums at its end ask for many, the caches for few.
const VISITS: [usize; 4] = [MOST_LANES, 64, 32, SHORTEST_VISIT];
pub(crate) const SHORTEST_VISIT: usize = 16;
pub(crate) const MOST_LANES: usize = 128;

/// Bytes that the derivatives of a visit may take if fewer lanes help: some of a second-level cache.
const VISIT_BYTES: usize = 160 << 10;

/// A choice set as the arithmetic sees it: which plan computes the utility of each of its slots, from which stored
/// columns. Sets of different alternatives with the same plans in the same order are one.
#[derive(Debug)]
pub(crate) struct ChoiceSet {
    pub slots: Vec<Slot>,
    /// Parameters that occur in it, ascending.
    pub parameters: Vec<u32>,
    /// Its derivatives, and which of them meet.
    pub tiling: Tiling,
    /// Lanes in one visit: a block and everything computed from it stay in the caches next to the processor.
    pub visit: usize,
    /// What each stored column of a group holds: a node, and of which slot if it varies within cases.
    pub columns: Vec<(NodeId, Option<usize>)>,
    /// The kernel, where it is not logit.
    pub kernel: Option<OfSet>,
}

/// A slot of a choice set: an alternative, or a position where alternatives are unlabelled.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Plan of its utility.
    pub plan: usize,
    pub offset: Operand,
    /// Parameter, its position in the set's parameters, and what it multiplies.
    pub terms: Vec<(u32, usize, Operand)>,
    /// Inputs of the plan's program, and of its first-order part.
    pub inputs: Vec<Operand>,
    pub first_order_inputs: Vec<Operand>,
    /// Positions in the set's parameters of those in the non-linear part.
    pub rest_positions: Vec<usize>,
}

impl Slot {
    /// Positions in the set's parameters of those in this slot, in the order in which derivatives are computed.
    fn positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.terms
            .iter()
            .map(|&(_, position, _)| position)
            .chain(self.rest_positions.iter().copied())
    }
}

/// A source as a group stores it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand {
    Constant(f64),
    Column(usize),
}

impl ChoiceSet {
    /// The set whose slots have these plans; `level` says whether a node varies within cases.
    ///
    /// `invariant`: whether adding the same to all utilities changes nothing.
    pub fn new(plans: &[UtilityPlan], slot_plans: &[u32], invariant: bool, level: &dyn Fn(NodeId) -> Level) -> Self {
        let distinct: BTreeSet<u32> = slot_plans.iter().copied().collect();
        let mut parameters: Vec<u32> = distinct
            .iter()
            .flat_map(|&plan| plans[plan as usize].parameters())
            .collect();
        parameters.sort_unstable();
        parameters.dedup();
        let at = |parameter: u32| parameters.binary_search(&parameter).expect("collected above");
        let mut columns: Vec<(NodeId, Option<usize>)> = Vec::new();
        let mut known: HashMap<(NodeId, Option<usize>), usize> = HashMap::new();
        let mut operand = |source: Source, slot: usize| match source {
            Source::Constant(number) => Operand::Constant(number),
            Source::Node(node) => {
                let column = (node, (level(node) == Level::Pair).then_some(slot));
                let index = *known.entry(column).or_insert_with(|| {
                    columns.push(column);
                    columns.len() - 1
                });
                Operand::Column(index)
            }
        };
        let slots: Vec<Slot> = slot_plans
            .iter()
            .enumerate()
            .map(|(slot, &index)| {
                let index = index as usize;
                let plan = &plans[index];
                let rest = plan.rest.as_ref();
                Slot {
                    plan: index,
                    offset: operand(plan.offset, slot),
                    terms: plan
                        .terms
                        .iter()
                        .map(|&(k, source)| (k, at(k), operand(source, slot)))
                        .collect(),
                    inputs: rest
                        .iter()
                        .flat_map(|rest| &rest.inputs)
                        .map(|&source| operand(source, slot))
                        .collect(),
                    first_order_inputs: rest
                        .iter()
                        .flat_map(|rest| &rest.first_order_inputs)
                        .map(|&source| operand(source, slot))
                        .collect(),
                    rest_positions: rest.iter().flat_map(|rest| &rest.parameters).map(|&k| at(k)).collect(),
                }
            })
            .collect();
        let mut users = vec![0; parameters.len()];
        slots
            .iter()
            .flat_map(Slot::positions)
            .for_each(|position| users[position] += 1);
        let mut shared = vec![None; parameters.len()];
        for (run, position) in slots[0]
            .positions()
            .enumerate()
            .filter(|(_, position)| invariant && users[*position] == slots.len())
        {
            shared[position] = Some(run);
        }
        let mut runs = Vec::new();
        for (at, slot) in slots.iter().enumerate() {
            let linear = slot.terms.iter().map(|&(_, position, factor)| (position, Some(factor)));
            let rest = slot.rest_positions.iter().map(|&position| (position, None));
            runs.extend(linear.chain(rest).map(|(position, factor)| Run {
                slot: at as u32,
                position: position as u32,
                factor,
                first: shared[position].map(|run| run as u32),
            }));
        }
        let tiling = Tiling::new(parameters.len(), runs);
        let fits = |lanes: &usize| tiling.runs.len() * lanes * size_of::<f64>() <= VISIT_BYTES;
        let visit = VISITS.into_iter().find(fits).unwrap_or(VISITS[VISITS.len() - 1]);
        ChoiceSet {
            slots,
            tiling,
            visit,
            parameters,
            columns,
            kernel: None,
        }
    }
}
