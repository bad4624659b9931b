//! Symbolic derivatives.

use crate::ast::Comparison;
use crate::graph::{ColumnId, Graph, Node, NodeId, ParameterId};

/// What to differentiate with respect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum With {
    /// A parameter.
    Parameter(ParameterId),
    /// A number column.
    Column(ColumnId),
}

impl Graph {
    /// The derivative of a node with respect to a parameter or a column.
    ///
    /// Apply it twice for second derivatives. `if` differentiates its branches; at the kinks of
    /// `abs`, `min` and `max` it is the derivative of one side. Where a derivative is infinite or
    /// undefined though the value is not, as for x^λ, 0 < λ < 1, at x = 0, it evaluates to NaN.
    pub fn derivative(&mut self, node: NodeId, with: With) -> NodeId {
        let zero = self.constant(0.0);
        let order = self.below([node], |id| {
            self.may_depend(id, with) && !self.derivatives.contains_key(&(id, with))
        });
        for id in order {
            let derivative = self.differentiate(id, with, zero);
            self.derivatives.insert((id, with), derivative);
        }
        self.known(node, with, zero)
    }

    fn may_depend(&self, id: NodeId, with: With) -> bool {
        if matches!(with, With::Parameter(_)) && self.is_parameter_free(id) {
            return false;
        }
        !matches!(
            self.node(id),
            Node::Constant(_)
                | Node::TextCompare { .. }
                | Node::TextCompareColumns { .. }
                | Node::Compare(..)
                | Node::And(..)
                | Node::Or(..)
                | Node::Not(_)
        )
    }

    fn known(&self, id: NodeId, with: With, zero: NodeId) -> NodeId {
        self.derivatives.get(&(id, with)).copied().unwrap_or(zero)
    }

    /// The derivative of a node whose operands have theirs.
    fn differentiate(&mut self, id: NodeId, with: With, zero: NodeId) -> NodeId {
        let of = |graph: &Graph, operand: NodeId| graph.known(operand, with, zero);
        match self.node(id) {
            Node::Column(column) => {
                let one = with == With::Column(column);
                self.constant(f64::from(u8::from(one)))
            }
            Node::Parameter(parameter) => {
                let one = with == With::Parameter(parameter);
                self.constant(f64::from(u8::from(one)))
            }
            Node::Constant(_)
            | Node::TextCompare { .. }
            | Node::TextCompareColumns { .. }
            | Node::Not(_)
            | Node::Compare(..)
            | Node::And(..)
            | Node::Or(..) => zero,
            Node::Negate(a) => {
                let da = of(self, a);
                self.negate(da)
            }
            Node::Exp(a) => {
                let da = of(self, a);
                self.multiply(da, id)
            }
            Node::Log(a) => {
                let da = of(self, a);
                self.divide(da, a)
            }
            Node::Sqrt(a) => {
                let da = of(self, a);
                let two = self.constant(2.0);
                let twice = self.multiply(two, id);
                self.divide(da, twice)
            }
            Node::Abs(a) => {
                let da = of(self, a);
                let opposite = self.negate(da);
                let negative = self.compare(Comparison::Less, a, zero);
                self.choose(negative, opposite, da)
            }
            Node::Add(a, b) => {
                let (da, db) = (of(self, a), of(self, b));
                self.add(da, db)
            }
            Node::Subtract(a, b) => {
                let (da, db) = (of(self, a), of(self, b));
                self.subtract(da, db)
            }
            Node::Multiply(a, b) => {
                let (da, db) = (of(self, a), of(self, b));
                let left = self.multiply(da, b);
                let right = self.multiply(a, db);
                self.add(left, right)
            }
            Node::Divide(a, b) => {
                // (a/b)' = (a' − (a/b) b') / b
                let (da, db) = (of(self, a), of(self, b));
                let moved = self.multiply(id, db);
                let numerator = self.subtract(da, moved);
                self.divide(numerator, b)
            }
            Node::Power(a, b) => {
                let (da, db) = (of(self, a), of(self, b));
                self.derivative_of_power(id, (a, da), (b, db))
            }
            Node::Min(a, b) => {
                let (da, db) = (of(self, a), of(self, b));
                let first = self.compare(Comparison::LessOrEqual, a, b);
                self.choose(first, da, db)
            }
            Node::Max(a, b) => {
                let (da, db) = (of(self, a), of(self, b));
                let first = self.compare(Comparison::GreaterOrEqual, a, b);
                self.choose(first, da, db)
            }
            Node::If(condition, a, b) => {
                let (da, db) = (of(self, a), of(self, b));
                self.choose(condition, da, db)
            }
            Node::BoxCox { order, x, lambda } => {
                let (dx, dlambda) = (of(self, x), of(self, lambda));
                let mut sum = zero;
                if dlambda != zero {
                    let partial = self.boxcox(order + 1, x, lambda);
                    sum = self.multiply(partial, dlambda);
                }
                if dx != zero {
                    let partial = self.boxcox_slope(order, x, lambda);
                    let term = self.multiply(partial, dx);
                    sum = self.add(sum, term);
                }
                sum
            }
        }
    }

    /// `if`, but what is the same on both sides needs no condition.
    fn choose(&mut self, condition: NodeId, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return a;
        }
        self.if_else(condition, a, b)
    }

    /// (a^b)' = b a^(b−1) a' + a^b ln a b', each term only if it is there: so x^2 has its
    /// derivative at negative x and at 0, where it has no logarithm.
    fn derivative_of_power(&mut self, id: NodeId, (a, da): (NodeId, NodeId), (b, db): (NodeId, NodeId)) -> NodeId {
        let zero = self.constant(0.0);
        let one = self.constant(1.0);
        let mut sum = zero;
        if da != zero {
            let less = self.subtract(b, one);
            let power = self.power(a, less);
            let slope = self.multiply(b, power);
            sum = self.multiply(slope, da);
        }
        if db != zero {
            let log = self.log(a);
            let slope = self.multiply(id, log);
            let slope = self.guard_at_zero(a, b, 0.0, slope);
            let term = self.multiply(slope, db);
            sum = self.add(sum, term);
        }
        sum
    }

    /// ∂/∂x of the n-th derivative in λ of boxcox(x, λ): x^(λ−1) (ln x)ⁿ.
    fn boxcox_slope(&mut self, order: u32, x: NodeId, lambda: NodeId) -> NodeId {
        let one = self.constant(1.0);
        let less = self.subtract(lambda, one);
        let power = self.power(x, less);
        if order == 0 {
            return power;
        }
        let log = self.log(x);
        let n = self.constant(f64::from(order));
        let logs = self.power(log, n);
        let slope = self.multiply(power, logs);
        self.guard_at_zero(x, lambda, 1.0, slope)
    }

    /// `slope`, a power of x times a power of ln x, with its limit at x = 0: 0 where the exponent
    /// is above `threshold`, else undefined.
    fn guard_at_zero(&mut self, x: NodeId, exponent: NodeId, threshold: f64, slope: NodeId) -> NodeId {
        let zero = self.constant(0.0);
        let undefined = self.constant(f64::NAN);
        let threshold = self.constant(threshold);
        let is_zero = self.compare(Comparison::Equal, x, zero);
        let above = self.compare(Comparison::Greater, exponent, threshold);
        let limit = self.if_else(above, zero, undefined);
        self.if_else(is_zero, limit, slope)
    }
}

#[cfg(test)]
mod tests;
