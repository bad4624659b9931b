//! The constructors of nodes, which simplify what they make.
//!
//! Two rules lose a missing value: `x * 0 → 0` with its like `0 / x`, `x − x`, and `x ^ 0 → 1`.
//! Derivatives and linear forms need them, for terms that are not there must vanish. An expression
//! as the user wrote it must stay missing where a column is, so lowering uses the crate's own
//! `difference`, `product`, `quotient` and `raised`, which are the same without these rules.

use crate::ast::Comparison;
use crate::graph::{ColumnId, Graph, Node, NodeId, ParameterId, Real};

impl Graph {
    /// A number.
    pub fn constant(&mut self, value: f64) -> NodeId {
        self.intern(Node::Constant(Real::new(value)))
    }

    /// A number column.
    pub fn column(&mut self, column: ColumnId) -> NodeId {
        self.intern(Node::Column(column))
    }

    /// A parameter.
    pub fn parameter(&mut self, parameter: ParameterId) -> NodeId {
        self.intern(Node::Parameter(parameter))
    }

    /// A text column compared with a text.
    pub fn text_compare(&mut self, operator: Comparison, column: ColumnId, text: &str) -> NodeId {
        let text = self.intern_text(text);
        self.intern(Node::TextCompare { operator, column, text })
    }

    /// Two text columns compared.
    pub fn text_compare_columns(&mut self, operator: Comparison, left: ColumnId, right: ColumnId) -> NodeId {
        let (operator, left, right) = if left <= right {
            (operator, left, right)
        } else {
            (operator.flipped(), right, left)
        };
        self.intern(Node::TextCompareColumns { operator, left, right })
    }

    /// −a
    pub fn negate(&mut self, a: NodeId) -> NodeId {
        match self.node(a) {
            Node::Negate(inner) => inner,
            _ => self.make(Node::Negate(a)),
        }
    }

    /// e^a
    pub fn exp(&mut self, a: NodeId) -> NodeId {
        self.make(Node::Exp(a))
    }

    /// ln a
    pub fn log(&mut self, a: NodeId) -> NodeId {
        self.make(Node::Log(a))
    }

    /// √a
    pub fn sqrt(&mut self, a: NodeId) -> NodeId {
        self.make(Node::Sqrt(a))
    }

    /// |a|
    pub fn abs(&mut self, a: NodeId) -> NodeId {
        match self.node(a) {
            Node::Abs(_) => a,
            Node::Negate(inner) => self.abs(inner),
            _ => self.make(Node::Abs(a)),
        }
    }

    /// 1 if a is 0, else 0
    pub fn not(&mut self, a: NodeId) -> NodeId {
        match self.node(a) {
            Node::Not(inner) if self.is_logical(inner) => inner,
            _ => self.make(Node::Not(a)),
        }
    }

    /// a + b
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is(a, 0.0) {
            return b;
        }
        if self.is(b, 0.0) {
            return a;
        }
        match (self.node(a), self.node(b)) {
            (_, Node::Negate(inner)) => self.difference(a, inner),
            (Node::Negate(inner), _) => self.difference(b, inner),
            _ => self.make(Node::Add(a.min(b), a.max(b))),
        }
    }

    /// a − b
    pub fn subtract(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return self.constant(0.0);
        }
        self.difference(a, b)
    }

    pub(crate) fn difference(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is(b, 0.0) {
            return a;
        }
        if self.is(a, 0.0) {
            return self.negate(b);
        }
        match self.node(b) {
            Node::Negate(inner) => self.add(a, inner),
            _ => self.make(Node::Subtract(a, b)),
        }
    }

    /// a · b
    pub fn multiply(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is(a, 0.0) || self.is(b, 0.0) {
            return self.constant(0.0);
        }
        self.product(a, b)
    }

    pub(crate) fn product(&mut self, a: NodeId, b: NodeId) -> NodeId {
        for (one, other) in [(a, b), (b, a)] {
            if self.is(one, 1.0) {
                return other;
            }
            if self.is(one, -1.0) {
                return self.negate(other);
            }
        }
        self.make(Node::Multiply(a.min(b), a.max(b)))
    }

    /// a / b
    pub fn divide(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is(a, 0.0) && !self.is(b, 0.0) {
            return a;
        }
        self.quotient(a, b)
    }

    pub(crate) fn quotient(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is(b, 1.0) {
            return a;
        }
        if self.is(b, -1.0) {
            return self.negate(a);
        }
        self.make(Node::Divide(a, b))
    }

    /// a^b
    pub fn power(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is(b, 0.0) {
            return self.constant(1.0);
        }
        self.raised(a, b)
    }

    pub(crate) fn raised(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is(b, 1.0) {
            return a;
        }
        self.make(Node::Power(a, b))
    }

    /// The smaller
    pub fn min(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return a;
        }
        self.make(Node::Min(a.min(b), a.max(b)))
    }

    /// The larger
    pub fn max(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return a;
        }
        self.make(Node::Max(a.min(b), a.max(b)))
    }

    /// 1 if it holds, else 0
    pub fn compare(&mut self, comparison: Comparison, a: NodeId, b: NodeId) -> NodeId {
        let node = if a <= b {
            Node::Compare(comparison, a, b)
        } else {
            Node::Compare(comparison.flipped(), b, a)
        };
        self.make(node)
    }

    /// 1 if neither is 0, else 0
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        for (one, other) in [(a, b), (b, a)] {
            match self.as_constant(one) {
                Some(0.0) => return self.constant(0.0),
                Some(value) if !value.is_nan() && self.is_logical(other) => return other,
                _ => {}
            }
        }
        if a == b && self.is_logical(a) {
            return a;
        }
        self.make(Node::And(a.min(b), a.max(b)))
    }

    /// 1 if either is not 0, else 0
    pub fn or(&mut self, a: NodeId, b: NodeId) -> NodeId {
        for (one, other) in [(a, b), (b, a)] {
            match self.as_constant(one) {
                Some(0.0) if self.is_logical(other) => return other,
                Some(value) if value != 0.0 && !value.is_nan() => return self.constant(1.0),
                _ => {}
            }
        }
        if a == b && self.is_logical(a) {
            return a;
        }
        self.make(Node::Or(a.min(b), a.max(b)))
    }

    /// The second if the first is not 0, else the third
    pub fn if_else(&mut self, condition: NodeId, a: NodeId, b: NodeId) -> NodeId {
        match self.as_constant(condition) {
            Some(value) if value.is_nan() => self.constant(f64::NAN),
            Some(0.0) => b,
            Some(_) => a,
            None => self.make(Node::If(condition, a, b)),
        }
    }

    /// The derivative of that order in λ of the Box-Cox transform, order 0 being the transform.
    pub fn boxcox(&mut self, order: u32, x: NodeId, lambda: NodeId) -> NodeId {
        self.make(Node::BoxCox { order, x, lambda })
    }

    /// The node, or the number that it comes to: folded only if that is finite, for a fault is
    /// to be found where the expression is evaluated.
    fn make(&mut self, node: Node) -> NodeId {
        if let Some(operation) = node.operation() {
            let mut operands = [0.0; 3];
            let constant = node.operand_array().iter().zip(&mut operands).all(|(id, value)| {
                match id.map(|id| self.as_constant(id)) {
                    Some(Some(constant)) => {
                        *value = constant;
                        true
                    }
                    Some(None) => false,
                    None => true,
                }
            });
            if constant {
                let value = operation.scalar(operands);
                if value.is_finite() {
                    return self.constant(value);
                }
            }
        }
        self.intern(node)
    }

    fn is(&self, id: NodeId, value: f64) -> bool {
        self.as_constant(id) == Some(value)
    }

    /// Whether it is 1, 0 or missing by its kind.
    fn is_logical(&self, id: NodeId) -> bool {
        match self.node(id) {
            Node::Compare(..)
            | Node::TextCompare { .. }
            | Node::TextCompareColumns { .. }
            | Node::And(..)
            | Node::Or(..)
            | Node::Not(_) => true,
            Node::Constant(real) => real.value() == 0.0 || real.value() == 1.0,
            _ => false,
        }
    }
}
