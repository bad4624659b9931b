//! Utilities as tall groups see them: what stands in columns over the slots of a case, and what in single slots.

use std::collections::{BTreeMap, HashMap};

use logsum_data::Level;
use logsum_expressions::NodeId;

use super::choice_set::{LANES, Operand, SHORTEST_VISIT};
use super::plan::{Source, UtilityPlan};

/// Slots from which a case may be worth lanes of its own.
const TALL: usize = 16;

/// What a case of a tall group costs by itself, in slots.
const CASE: usize = 16;

/// Bytes beyond which the derivatives of the shortest visit of a wide group leave the second-level cache, which doubles
/// what it costs.
const CACHE: usize = 512 << 10;

/// Parameters that occur in so many slots of a tall group (one of so many) get a column over all of them.
const DENSE: usize = 4;

/// Which plans' cases a tall group holds, and how it stores what their utilities need.
#[derive(Debug)]
pub(crate) struct TallSet {
    /// Parameters with a column over the slots, which is their derivative: parameter, its position, and the column.
    pub dense: Vec<(u32, usize, Operand)>,
    /// Column of the offset, if it varies within cases.
    pub offset: Option<usize>,
    pub n_columns: usize,
    /// By plan of the model.
    pub plans: Vec<SlotPlan>,
    /// The plan that all slots have, if it is not linear.
    pub rest: Option<TallRest>,
    /// Numbers stored per case.
    pub n_of_case: usize,
    /// Who needs a node: where it goes, and for slots of which plan.
    pub users: HashMap<NodeId, Vec<(Target, u32)>>,
    /// Numbers in columns that are the same everywhere: column, plan, number.
    pub constants: Vec<(usize, u32, f64)>,
}

/// What the slots of a plan have beside the columns.
#[derive(Debug, Default)]
pub(crate) struct SlotPlan {
    pub offset: Option<Value>,
    /// Parameters and what they multiply.
    pub extras: Vec<(u32, Value)>,
    /// How many of `extras` are stored slot by slot.
    pub n_values: usize,
}

/// What a parameter multiplies in a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Constant(f64),
    /// A number stored per case.
    OfCase(usize),
    /// The next number stored slot by slot.
    Next,
}

/// The non-linear part of the plan that all slots have.
#[derive(Debug)]
pub(crate) struct TallRest {
    pub plan: usize,
    pub inputs: Vec<Input>,
    pub first_order_inputs: Vec<Input>,
}

/// An input of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Input {
    Constant(f64),
    OfCase(usize),
    Column(usize),
}

/// Where the values of a node go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    Column(usize),
    /// The number stored per case.
    OfCase(usize),
    /// The number stored slot by slot, counted from the first of the slot.
    Next(usize),
}

/// Stored columns: of each, the source for every plan.
struct Columns<'a> {
    level: &'a dyn Fn(NodeId) -> Level,
    sources: Vec<Vec<Source>>,
    of_case: Vec<NodeId>,
}

impl Columns<'_> {
    fn column(&mut self, sources: Vec<Source>) -> usize {
        let known = self.sources.iter().position(|known| *known == sources);
        known.unwrap_or_else(|| {
            self.sources.push(sources);
            self.sources.len() - 1
        })
    }

    /// Where a node stands that belongs to the case.
    fn of_case(&mut self, node: NodeId) -> usize {
        let known = self.of_case.iter().position(|known| *known == node);
        known.unwrap_or_else(|| {
            self.of_case.push(node);
            self.of_case.len() - 1
        })
    }

    fn varies(&self, source: Source) -> bool {
        matches!(source, Source::Node(node) if (self.level)(node) == Level::Pair)
    }

    fn value(&mut self, source: Source) -> Value {
        match source {
            Source::Constant(number) => Value::Constant(number),
            Source::Node(_) if self.varies(source) => Value::Next,
            Source::Node(node) => Value::OfCase(self.of_case(node)),
        }
    }
}

impl TallSet {
    /// Whether `n` cases, whose slots all have these plans, are better off with lanes over their slots, as measured. If
    /// so, the plan of all slots if it is not linear.
    pub fn suits(plans: &[UtilityPlan], slots: &[u32], n: usize) -> Option<Option<usize>> {
        let n_slots = slots.len();
        let fill = |n: usize| n.next_multiple_of(LANES);
        if n_slots < TALL {
            return None;
        }
        let mut of_plan = BTreeMap::new();
        for alike in slots.chunk_by(|first, second| first == second) {
            *of_plan.entry(alike[0] as usize).or_default() += alike.len();
        }
        let first = slots[0] as usize;
        let rest = plans[first].rest.is_some().then_some(first);
        if rest.map_or(of_plan.keys().any(|&plan| plans[plan].rest.is_some()), |_| {
            of_plan.len() > 1
        }) {
            return None;
        }
        let n_terms =
            |plan: usize| plans[plan].terms.len() + plans[plan].rest.as_ref().map_or(0, |rest| rest.parameters.len());
        let n_runs: usize = of_plan.iter().map(|(&plan, slots)| slots * n_terms(plan)).sum();
        let dense = Self::dense(plans, &of_plan);
        let is_extra = |(parameter, _): &&(u32, Source)| !dense.contains(parameter);
        let n_extras: usize = of_plan
            .iter()
            .map(|(&plan, slots)| slots * plans[plan].terms.iter().filter(is_extra).count())
            .sum();
        // A parameter in a slot alone costs as much as a slot, and half as much where lanes are cases.
        let tall = n * (fill(n_slots) + CASE + n_extras);
        let cached = n_runs * SHORTEST_VISIT * size_of::<f64>() <= CACHE;
        let wide = fill(n) * (n_slots + n_extras / 2) * if cached { 1 } else { 2 };
        (tall <= wide).then_some(rest)
    }

    /// Parameters that get a column, from the number of slots of each plan.
    pub fn dense(plans: &[UtilityPlan], of_plan: &BTreeMap<usize, usize>) -> Vec<u32> {
        let n_slots: usize = of_plan.values().sum();
        let mut with: BTreeMap<u32, usize> = BTreeMap::new();
        for (&plan, slots) in of_plan {
            let terms = plans[plan].terms.iter();
            terms.for_each(|(parameter, _)| *with.entry(*parameter).or_default() += slots);
        }
        let dense = with.into_iter().filter(|(_, slots)| slots * DENSE >= n_slots);
        dense.map(|(parameter, _)| parameter).collect()
    }

    /// The set of all linear plans, or of one plan that is not linear. Parameters in `dense` have columns over the
    /// slots; `level` says whether a node varies within cases.
    pub fn new(plans: &[UtilityPlan], rest: Option<usize>, dense: &[u32], level: &dyn Fn(NodeId) -> Level) -> Self {
        let mut columns = Columns {
            level,
            sources: Vec::new(),
            of_case: Vec::new(),
        };
        let is_own = |index: usize| rest.map_or(plans[index].rest.is_none(), |rest| rest == index);
        let own: Vec<Option<&UtilityPlan>> = (0..plans.len())
            .map(|index| is_own(index).then(|| &plans[index]))
            .collect();
        let nothing = Source::Constant(0.0);
        let source_of = |plan: &UtilityPlan, parameter: u32| {
            let term = plan.terms.iter().find(|(k, _)| *k == parameter);
            term.map_or(nothing, |&(_, source)| source)
        };
        let dense: Vec<(u32, usize, Operand)> = dense
            .iter()
            .enumerate()
            .map(|(position, &parameter)| {
                let of_plan = |plan: &Option<&UtilityPlan>| plan.map_or(nothing, |plan| source_of(plan, parameter));
                let column = columns.column(own.iter().map(of_plan).collect());
                (parameter, position, Operand::Column(column))
            })
            .collect();
        let varies = own.iter().flatten().any(|plan| columns.varies(plan.offset));
        let offset = varies.then(|| {
            let of_plan = |plan: &Option<&UtilityPlan>| plan.map_or(nothing, |plan| plan.offset);
            columns.column(own.iter().map(of_plan).collect())
        });
        let mut users: HashMap<NodeId, Vec<(Target, u32)>> = HashMap::new();
        let mut slot_plans: Vec<SlotPlan> = Vec::new();
        for (index, plan) in own.iter().enumerate() {
            let mut slot_plan = SlotPlan::default();
            if let Some(plan) = plan {
                if offset.is_none() && plan.offset != nothing {
                    slot_plan.offset = Some(columns.value(plan.offset));
                }
                for &(parameter, source) in &plan.terms {
                    if dense.iter().any(|&(k, ..)| k == parameter) {
                        continue;
                    }
                    let value = columns.value(source);
                    if let (Value::Next, Source::Node(node)) = (value, source) {
                        let target = Target::Next(slot_plan.n_values);
                        users.entry(node).or_default().push((target, index as u32));
                        slot_plan.n_values += 1;
                    }
                    slot_plan.extras.push((parameter, value));
                }
            }
            slot_plans.push(slot_plan);
        }
        let rest = rest.map(|index| {
            let plan = plans[index].rest.as_ref().expect("the plan is not linear");
            let mut inputs = |sources: &[Source]| -> Vec<Input> {
                let input = |&source: &Source| match source {
                    Source::Constant(number) => Input::Constant(number),
                    Source::Node(_) if columns.varies(source) => {
                        let of_plan = |at: usize| if at == index { source } else { nothing };
                        Input::Column(columns.column((0..plans.len()).map(of_plan).collect()))
                    }
                    Source::Node(node) => Input::OfCase(columns.of_case(node)),
                };
                sources.iter().map(input).collect()
            };
            TallRest {
                plan: index,
                inputs: inputs(&plan.inputs),
                first_order_inputs: inputs(&plan.first_order_inputs),
            }
        });
        let mut constants = Vec::new();
        for (column, sources) in columns.sources.iter().enumerate() {
            for (plan, &source) in sources.iter().enumerate() {
                match source {
                    Source::Constant(number) if number != 0.0 => constants.push((column, plan as u32, number)),
                    Source::Constant(_) => {}
                    Source::Node(node) => users
                        .entry(node)
                        .or_default()
                        .push((Target::Column(column), plan as u32)),
                }
            }
        }
        for (at, &node) in columns.of_case.iter().enumerate() {
            users.entry(node).or_default().push((Target::OfCase(at), 0));
        }
        TallSet {
            dense,
            offset,
            n_columns: columns.sources.len(),
            plans: slot_plans,
            rest,
            n_of_case: columns.of_case.len(),
            users,
            constants,
        }
    }
}
