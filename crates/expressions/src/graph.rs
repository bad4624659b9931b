//! Expressions with their names resolved: a graph in which equal parts are one node.

use std::collections::{HashMap, HashSet};

use crate::ast::Comparison;
use crate::derive::With;
use crate::operation::Operation;

/// A node of a [`Graph`]. Operands have smaller ids than what is made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// A column of the data, numbered by whoever resolves names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub u32);

/// A parameter, numbered by whoever resolves names: its place in the parameter vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);

/// A text literal of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextId(u32);

/// A number that compares and hashes by its bits; there is one zero and one NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Real(u64);

impl Real {
    /// The number, −0 taken as 0.
    pub fn new(value: f64) -> Self {
        let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
        Self(value.to_bits())
    }

    /// The number.
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number. NaN stands for an undefined derivative.
    Constant(Real),
    /// A number column.
    Column(ColumnId),
    /// A parameter.
    Parameter(ParameterId),
    /// A text column compared with a text.
    TextCompare {
        /// How.
        operator: Comparison,
        /// Left side.
        column: ColumnId,
        /// Right side.
        text: TextId,
    },
    /// Two text columns compared.
    TextCompareColumns {
        /// How.
        operator: Comparison,
        /// Left side.
        left: ColumnId,
        /// Right side.
        right: ColumnId,
    },
    /// −a
    Negate(NodeId),
    /// e^a
    Exp(NodeId),
    /// ln a
    Log(NodeId),
    /// √a
    Sqrt(NodeId),
    /// |a|
    Abs(NodeId),
    /// 1 if a is 0, else 0
    Not(NodeId),
    /// a + b
    Add(NodeId, NodeId),
    /// a − b
    Subtract(NodeId, NodeId),
    /// a · b
    Multiply(NodeId, NodeId),
    /// a / b
    Divide(NodeId, NodeId),
    /// a^b
    Power(NodeId, NodeId),
    /// The smaller
    Min(NodeId, NodeId),
    /// The larger
    Max(NodeId, NodeId),
    /// 1 if it holds, else 0
    Compare(Comparison, NodeId, NodeId),
    /// 1 if neither is 0, else 0
    And(NodeId, NodeId),
    /// 1 if either is not 0, else 0
    Or(NodeId, NodeId),
    /// The second if the first is not 0, else the third
    If(NodeId, NodeId, NodeId),
    /// The derivative of that order in λ of the Box-Cox transform
    BoxCox {
        /// Order of the derivative in λ; 0 is the transform itself.
        order: u32,
        /// What is transformed.
        x: NodeId,
        /// λ.
        lambda: NodeId,
    },
}

impl Node {
    /// The nodes that it is made of.
    pub fn operands(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.operand_array().into_iter().flatten()
    }

    pub(crate) fn operand_array(&self) -> [Option<NodeId>; 3] {
        match *self {
            Node::Constant(_)
            | Node::Column(_)
            | Node::Parameter(_)
            | Node::TextCompare { .. }
            | Node::TextCompareColumns { .. } => [None; 3],
            Node::Negate(a) | Node::Exp(a) | Node::Log(a) | Node::Sqrt(a) | Node::Abs(a) | Node::Not(a) => {
                [Some(a), None, None]
            }
            Node::Add(a, b)
            | Node::Subtract(a, b)
            | Node::Multiply(a, b)
            | Node::Divide(a, b)
            | Node::Power(a, b)
            | Node::Min(a, b)
            | Node::Max(a, b)
            | Node::Compare(_, a, b)
            | Node::And(a, b)
            | Node::Or(a, b)
            | Node::BoxCox { x: a, lambda: b, .. } => [Some(a), Some(b), None],
            Node::If(a, b, c) => [Some(a), Some(b), Some(c)],
        }
    }

    /// What it does to the values of its operands; none for leaves.
    pub(crate) fn operation(&self) -> Option<Operation> {
        Some(match *self {
            Node::Constant(_)
            | Node::Column(_)
            | Node::Parameter(_)
            | Node::TextCompare { .. }
            | Node::TextCompareColumns { .. } => return None,
            Node::Negate(_) => Operation::Negate,
            Node::Exp(_) => Operation::Exp,
            Node::Log(_) => Operation::Log,
            Node::Sqrt(_) => Operation::Sqrt,
            Node::Abs(_) => Operation::Abs,
            Node::Not(_) => Operation::Not,
            Node::Add(..) => Operation::Add,
            Node::Subtract(..) => Operation::Subtract,
            Node::Multiply(..) => Operation::Multiply,
            Node::Divide(..) => Operation::Divide,
            Node::Power(..) => Operation::Power,
            Node::Min(..) => Operation::Min,
            Node::Max(..) => Operation::Max,
            Node::Compare(comparison, ..) => Operation::Compare(comparison),
            Node::And(..) => Operation::And,
            Node::Or(..) => Operation::Or,
            Node::If(..) => Operation::If,
            Node::BoxCox { order, .. } => Operation::BoxCox(order),
        })
    }
}

/// An arena of nodes without duplicates.
///
/// The constructors (`add`, `multiply`, …, in `simplify.rs`) simplify and put the operands of
/// commutative operations in order, so that equal expressions get the same [`NodeId`].
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    parameter_free: Vec<bool>,
    ids: HashMap<Node, NodeId>,
    texts: Vec<String>,
    text_ids: HashMap<String, TextId>,
    pub(crate) derivatives: HashMap<(NodeId, With), NodeId>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the node is.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }

    /// The text of a text literal.
    pub fn text(&self, id: TextId) -> &str {
        &self.texts[id.0 as usize]
    }

    /// The number that the node is, if it is one.
    pub fn as_constant(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(real) => Some(real.value()),
            _ => None,
        }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether no parameter stands in it.
    pub fn is_parameter_free(&self, id: NodeId) -> bool {
        self.parameter_free[id.0 as usize]
    }

    /// The parameters that stand in it, sorted.
    pub fn parameters_of(&self, id: NodeId) -> Vec<ParameterId> {
        let nodes = self.below([id], |id| !self.is_parameter_free(id));
        let mut parameters: Vec<_> = nodes
            .into_iter()
            .filter_map(|id| match self.node(id) {
                Node::Parameter(parameter) => Some(parameter),
                _ => None,
            })
            .collect();
        parameters.sort_unstable();
        parameters
    }

    /// The columns, number and text, that stand in it, sorted.
    pub fn columns_of(&self, id: NodeId) -> Vec<ColumnId> {
        let mut columns = Vec::new();
        for id in self.below([id], |_| true) {
            match self.node(id) {
                Node::Column(column) | Node::TextCompare { column, .. } => columns.push(column),
                Node::TextCompareColumns { left, right, .. } => columns.extend([left, right]),
                _ => {}
            }
        }
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The nodes that the roots are made of, themselves included, operands first; the search
    /// does not go into (nor list) nodes that are not wanted.
    pub(crate) fn below(
        &self,
        roots: impl IntoIterator<Item = NodeId>,
        wanted: impl Fn(NodeId) -> bool,
    ) -> Vec<NodeId> {
        let mut seen = HashSet::new();
        let mut stack: Vec<NodeId> = roots.into_iter().collect();
        let mut found = Vec::new();
        while let Some(id) = stack.pop() {
            if wanted(id) && seen.insert(id) {
                found.push(id);
                stack.extend(self.node(id).operands());
            }
        }
        // Operands have smaller ids.
        found.sort_unstable();
        found
    }

    /// The id of the node, which is added if it is new.
    pub(crate) fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
        let free =
            !matches!(node, Node::Parameter(_)) && node.operands().all(|operand| self.is_parameter_free(operand));
        self.nodes.push(node);
        self.parameter_free.push(free);
        self.ids.insert(node, id);
        id
    }

    pub(crate) fn intern_text(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.text_ids.get(text) {
            return id;
        }
        let id = TextId(u32::try_from(self.texts.len()).expect("fewer than 2^32 texts"));
        self.texts.push(text.to_owned());
        self.text_ids.insert(text.to_owned(), id);
        id
    }
}

#[cfg(test)]
mod tests;
