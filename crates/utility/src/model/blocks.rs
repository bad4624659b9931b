//! Storage: segments of decision makers, in them groups of cases with one choice set, columns with a lane per case.

use std::collections::HashMap;

use logsum_data::{ChoiceData, Level, Outcome};
use logsum_expressions::{Graph, NodeId};

use super::plan::{Source, UtilityPlan};

/// Logical lanes: sums over cases are kept in this many parts on every machine, so that all give the same bits.
pub(crate) const LANES: usize = 8;

/// Consecutive decision makers whose contributions are added up before anything else is.
const SEGMENT: usize = 1024;

/// A choice set: which plan computes the utility of each of its slots, from which stored columns.
#[derive(Debug)]
pub(crate) struct ChoiceSet {
    pub slots: Vec<Slot>,
    /// Parameters that occur in it, ascending.
    pub parameters: Vec<u32>,
    /// What each stored column of a group holds.
    columns: Vec<(NodeId, Option<usize>)>,
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

/// A source as a group stores it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand {
    Constant(f64),
    Column(usize),
}

/// Cases of one segment that share a choice set.
#[derive(Debug)]
pub(crate) struct Group {
    pub set: usize,
    /// Cases, as numbered in the data.
    pub cases: Vec<u32>,
    /// Lanes: the number of cases, rounded up to a multiple of [`LANES`]; the last case fills the rest at weight 0.
    pub stride: usize,
    columns: Vec<f64>,
    /// Chosen slot per lane; empty where outcomes are counts.
    pub chosen: Vec<u32>,
    /// Counts per slot and lane; empty where one alternative is chosen.
    pub counts: Vec<f64>,
    pub weights: Vec<f64>,
}

impl Group {
    /// Lanes of a stored column.
    pub fn column(&self, index: usize) -> &[f64] {
        &self.columns[index * self.stride..(index + 1) * self.stride]
    }
}

/// Decision makers that stand together.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub groups: Vec<Group>,
    /// First case and one past the last.
    pub cases: std::ops::Range<usize>,
}

/// Everything that is evaluated: plans, choice sets and the data in their order of use.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub plans: Vec<UtilityPlan>,
    pub sets: Vec<ChoiceSet>,
    pub segments: Vec<Segment>,
}

impl Blocks {
    /// Arranges the data for `plans`; `plan_of` gives each alternative its plan.
    pub fn new(data: &ChoiceData, graph: &Graph, plans: Vec<UtilityPlan>, plan_of: &[usize]) -> Self {
        let mut arrangement = Arrangement::default();
        let segments = segment_bounds(data).into_iter().map(|cases| arrangement.segment(data, &plans, plan_of, cases)).collect();
        let mut blocks = Blocks {
            plans,
            sets: arrangement.sets,
            segments,
        };
        blocks.store(data, graph);
        blocks
    }

    /// Evaluates every node once over the data and puts its values where the groups want them.
    fn store(&mut self, data: &ChoiceData, graph: &Graph) {
        let mut nodes: Vec<(NodeId, Level)> = Vec::new();
        for source in self.plans.iter().flat_map(UtilityPlan::sources) {
            if let Source::Node(node, level) = source {
                nodes.push((node, level));
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        for (node, level) in nodes {
            let users: Vec<(usize, usize, Option<usize>)> = self
                .sets
                .iter()
                .enumerate()
                .flat_map(|(set, choice_set)| {
                    let uses = choice_set.columns.iter().enumerate().filter(move |(_, (stored, _))| *stored == node);
                    uses.map(move |(column, (_, slot))| (set, column, *slot))
                })
                .collect();
            if users.is_empty() {
                continue;
            }
            let values = data.evaluate(graph, node, level);
            for group in self.segments.iter_mut().flat_map(|segment| &mut segment.groups) {
                for (_, column, slot) in users.iter().filter(|(set, _, _)| *set == group.set) {
                    let stride = group.stride;
                    let lanes = &mut group.columns[column * stride..(column + 1) * stride];
                    for (lane, &case) in lanes.iter_mut().zip(&group.cases) {
                        *lane = match slot {
                            None => values[case as usize],
                            Some(slot) => values[data.pairs(case as usize).start + slot],
                        };
                    }
                    let last = lanes[group.cases.len() - 1];
                    lanes[group.cases.len()..].fill(last);
                }
            }
        }
    }
}

/// Case ranges of segments: a fixed number of whole decision makers each.
fn segment_bounds(data: &ChoiceData) -> Vec<std::ops::Range<usize>> {
    let starts: Vec<usize> = match data.decision_makers() {
        None => (0..data.n_cases()).step_by(SEGMENT).collect(),
        Some(makers) => {
            let mut first_cases = vec![0];
            first_cases.extend((1..makers.len()).filter(|&case| makers[case] != makers[case - 1]));
            first_cases.into_iter().step_by(SEGMENT).collect()
        }
    };
    let ends = starts.iter().skip(1).copied().chain([data.n_cases()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

#[derive(Default)]
struct Arrangement {
    sets: Vec<ChoiceSet>,
    /// Choice sets by what tells them apart: plans of their slots in order.
    known: HashMap<Vec<u32>, usize>,
}

impl Arrangement {
    fn segment(
        &mut self,
        data: &ChoiceData,
        plans: &[UtilityPlan],
        plan_of: &[usize],
        cases: std::ops::Range<usize>,
    ) -> Segment {
        let labelled = data.alternatives().labelled;
        let mut members: Vec<(usize, Vec<u32>)> = Vec::new();
        let mut position: HashMap<usize, usize> = HashMap::new();
        for case in cases.clone() {
            let alternatives = &data.pair_alternatives()[data.pairs(case)];
            let key: Vec<u32> = if labelled { alternatives.to_vec() } else { vec![alternatives.len() as u32] };
            let set = *self.known.entry(key).or_insert_with(|| {
                let slot_plans: Vec<usize> = alternatives.iter().map(|&alternative| plan_of[alternative as usize]).collect();
                self.sets.push(ChoiceSet::new(plans, &slot_plans));
                self.sets.len() - 1
            });
            let at = *position.entry(set).or_insert_with(|| {
                members.push((set, Vec::new()));
                members.len() - 1
            });
            members[at].1.push(case as u32);
        }
        let groups = members.into_iter().map(|(set, cases)| self.group(data, set, cases)).collect();
        Segment { groups, cases }
    }

    fn group(&self, data: &ChoiceData, set: usize, cases: Vec<u32>) -> Group {
        let stride = cases.len().next_multiple_of(LANES);
        let last = *cases.last().expect("a group has cases");
        let lane_cases = || cases.iter().copied().chain(std::iter::repeat(last)).take(stride);
        let n_slots = self.sets[set].slots.len();
        let (mut chosen, mut counts) = (Vec::new(), Vec::new());
        match data.outcome() {
            Outcome::Chosen(positions) => chosen = lane_cases().map(|case| positions[case as usize]).collect(),
            Outcome::Counts(pairs) => {
                for slot in 0..n_slots {
                    counts.extend(lane_cases().map(|case| pairs[data.pairs(case as usize).start + slot]));
                }
            }
        }
        let weight = |case: u32| data.weights().map_or(1.0, |weights| weights[case as usize]);
        let mut weights: Vec<f64> = cases.iter().map(|&case| weight(case)).collect();
        weights.resize(stride, 0.0);
        Group {
            set,
            stride,
            columns: vec![0.0; self.sets[set].columns.len() * stride],
            chosen,
            counts,
            weights,
            cases,
        }
    }
}

impl ChoiceSet {
    fn new(plans: &[UtilityPlan], slot_plans: &[usize]) -> Self {
        let mut parameters: Vec<u32> = slot_plans.iter().flat_map(|&plan| plans[plan].parameters()).collect();
        parameters.sort_unstable();
        parameters.dedup();
        let at = |parameter: u32| parameters.binary_search(&parameter).expect("collected above");
        let mut columns: Vec<(NodeId, Option<usize>)> = Vec::new();
        let mut known: HashMap<(NodeId, Option<usize>), usize> = HashMap::new();
        let mut operand = |source: Source, slot: usize| match source {
            Source::Constant(number) => Operand::Constant(number),
            Source::Node(node, level) => {
                let column = (node, (level == Level::Pair).then_some(slot));
                let index = *known.entry(column).or_insert_with(|| {
                    columns.push(column);
                    columns.len() - 1
                });
                Operand::Column(index)
            }
        };
        let slots = slot_plans
            .iter()
            .enumerate()
            .map(|(slot, &index)| {
                let plan = &plans[index];
                let rest = plan.rest.as_ref();
                Slot {
                    plan: index,
                    offset: operand(plan.offset, slot),
                    terms: plan.terms.iter().map(|&(k, source)| (k, at(k), operand(source, slot))).collect(),
                    inputs: rest.iter().flat_map(|rest| &rest.inputs).map(|&source| operand(source, slot)).collect(),
                    first_order_inputs: rest
                        .iter()
                        .flat_map(|rest| &rest.first_order_inputs)
                        .map(|&source| operand(source, slot))
                        .collect(),
                    rest_positions: rest.iter().flat_map(|rest| &rest.parameters).map(|&k| at(k)).collect(),
                }
            })
            .collect();
        ChoiceSet {
            slots,
            parameters,
            columns,
        }
    }
}
