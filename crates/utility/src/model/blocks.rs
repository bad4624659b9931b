//! Storage: segments of decision makers, in them groups of cases with one choice set, columns with a lane per case.

use std::collections::{BTreeSet, HashMap};

use logsum_data::{ChoiceData, Level, Outcome};
use logsum_expressions::{Graph, NodeId};

use super::aligned::Aligned;
use super::plan::{Source, UtilityPlan};
use super::tiling::{Run, Tiling};

/// Logical lanes: sums over cases are kept in this many parts on every machine, so that all give the same bits.
pub(crate) const LANES: usize = 8;

/// Consecutive decision makers whose contributions are added up before anything else is.
const SEGMENT: usize = 1024;

/// Lanes in one visit: its calls and the sums at its end ask for many, the caches for few.
const VISITS: [usize; 4] = [MOST_LANES, 64, 32, 16];
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

/// Cases of one segment that share a choice set.
#[derive(Debug)]
pub(crate) struct Group {
    pub set: usize,
    /// Cases, as numbered in the data.
    pub cases: Vec<u32>,
    /// Lanes: the number of cases, rounded up to a multiple of [`LANES`]; the last case fills the rest at weight 0.
    pub stride: usize,
    /// Lanes of one visit after another, in each the stored columns one after another.
    columns: Aligned,
    /// Chosen slot per lane; empty where outcomes are counts.
    pub chosen: Vec<u32>,
    /// Counts per slot and lane; empty where one alternative is chosen.
    pub counts: Vec<f64>,
    pub weights: Vec<f64>,
}

impl Group {
    /// Fills a column from values per case (no slot) or per pair.
    fn store(&mut self, data: &ChoiceData, visit: usize, column: usize, slot: Option<usize>, values: &[f64]) {
        let last = *self.cases.last().expect("a group has cases");
        for from in (0..self.stride).step_by(visit) {
            let lanes = visit.min(self.stride - from);
            let start = from * self.n_columns() + column * lanes;
            for (at, lane) in self.columns[start..start + lanes].iter_mut().enumerate() {
                let case = *self.cases.get(from + at).unwrap_or(&last) as usize;
                *lane = match slot {
                    None => values[case],
                    Some(slot) => values[data.pairs(case).start + slot],
                };
            }
        }
    }

    fn n_columns(&self) -> usize {
        self.columns.len() / self.stride
    }

    /// The stored columns of a visit, one after another.
    pub fn columns(&self, from: usize, lanes: usize) -> &[f64] {
        &self.columns[from * self.n_columns()..(from + lanes) * self.n_columns()]
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
        let segments = segment_bounds(data)
            .into_iter()
            .map(|cases| arrangement.segment(data, &plans, plan_of, cases))
            .collect();
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
        // Who stores a node: set, column, slot. Gone through once, as there may be thousands of choice sets.
        let mut users: HashMap<NodeId, Vec<(usize, usize, Option<usize>)>> = HashMap::new();
        for (set, choice_set) in self.sets.iter().enumerate() {
            for (column, &(node, slot)) in choice_set.columns.iter().enumerate() {
                users.entry(node).or_default().push((set, column, slot));
            }
        }
        let mut nodes: Vec<(NodeId, Level)> = Vec::new();
        for source in self.plans.iter().flat_map(UtilityPlan::sources) {
            if let Source::Node(node, level) = source {
                nodes.push((node, level));
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        let mut groups: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.sets.len()];
        for (at, segment) in self.segments.iter().enumerate() {
            for (index, group) in segment.groups.iter().enumerate() {
                groups[group.set].push((at, index));
            }
        }
        for (node, level) in nodes {
            let Some(users) = users.get(&node) else { continue };
            let values = data.evaluate(graph, node, level);
            for &(set, column, slot) in users {
                for &(segment, index) in &groups[set] {
                    self.segments[segment].groups[index].store(data, self.sets[set].visit, column, slot, &values);
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
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

#[derive(Default)]
struct Arrangement {
    sets: Vec<ChoiceSet>,
    /// Choice sets by what tells them apart: the plans of their slots in order.
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
        let mut members: Vec<(usize, Vec<u32>)> = Vec::new();
        let mut position: HashMap<usize, usize> = HashMap::new();
        let mut key = Vec::new();
        for case in cases.clone() {
            key.clear();
            key.extend(
                data.pair_alternatives()[data.pairs(case)]
                    .iter()
                    .map(|&at| plan_of[at as usize] as u32),
            );
            let set = self.known.get(&key).copied().unwrap_or_else(|| {
                self.sets.push(ChoiceSet::new(plans, &key));
                self.known.insert(key.clone(), self.sets.len() - 1);
                self.sets.len() - 1
            });
            let at = *position.entry(set).or_insert_with(|| {
                members.push((set, Vec::new()));
                members.len() - 1
            });
            members[at].1.push(case as u32);
        }
        let groups = members
            .into_iter()
            .map(|(set, cases)| self.group(data, set, cases))
            .collect();
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
            // Nothing was chosen as far as is known, and contributes nothing.
            Outcome::None => counts = vec![0.0; n_slots * stride],
        }
        let weight = |case: u32| data.weights().map_or(1.0, |weights| weights[case as usize]);
        let mut weights: Vec<f64> = cases.iter().map(|&case| weight(case)).collect();
        weights.resize(stride, 0.0);
        Group {
            set,
            stride,
            columns: Aligned::zeros(self.sets[set].columns.len() * stride),
            chosen,
            counts,
            weights,
            cases,
        }
    }
}

impl ChoiceSet {
    fn new(plans: &[UtilityPlan], slot_plans: &[u32]) -> Self {
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
            Source::Node(node, level) => {
                let column = (node, (level == Level::Pair).then_some(slot));
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
            .filter(|(_, position)| users[*position] == slots.len())
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
        }
    }
}
