//! Utilities as tall groups see them: what stands in columns over the slots of a case, and what in single slots.

use std::collections::HashMap;

use logsum_data::Level;
use logsum_expressions::NodeId;

use super::choice_set::Operand;
use super::plan::{Source, UtilityPlan};

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
