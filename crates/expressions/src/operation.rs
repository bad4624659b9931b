//! What the operations of the language do to numbers: the one place where that is defined.
//!
//! Missing is NaN. It goes through every operation but a decided `and` and `or` and a branch not
//! taken. A value outside the domain of an operation is NaN too; overflow is infinite and stays so.

use crate::ast::Comparison;
use crate::boxcox::boxcox;

/// An operation on numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Negate,
    Exp,
    Log,
    Sqrt,
    Abs,
    Not,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Min,
    Max,
    Compare(Comparison),
    And,
    Or,
    If,
    BoxCox(u32),
}

/// An operand: a value for each lane, or one for all of them.
#[derive(Clone, Copy)]
pub(crate) enum Lanes<'a> {
    Each(&'a [f64]),
    All(f64),
}

impl Lanes<'_> {
    fn lane(self, index: usize) -> f64 {
        match self {
            Lanes::Each(values) => values[index],
            Lanes::All(value) => value,
        }
    }
}

impl Operation {
    /// Applies the operation to each lane; operands beyond the number it takes are ignored.
    pub fn apply(self, result: &mut [f64], operands: [Lanes<'_>; 3]) {
        let [a, b, c] = operands;
        match self {
            Operation::Negate => unary(result, a, |x| -x),
            Operation::Exp => unary(result, a, f64::exp),
            Operation::Log => unary(result, a, log),
            Operation::Sqrt => unary(result, a, f64::sqrt),
            Operation::Abs => unary(result, a, f64::abs),
            Operation::Not => unary(result, a, not),
            Operation::Add => binary(result, a, b, |x, y| x + y),
            Operation::Subtract => binary(result, a, b, |x, y| x - y),
            Operation::Multiply => binary(result, a, b, |x, y| x * y),
            Operation::Divide => binary(result, a, b, divide),
            Operation::Power => binary(result, a, b, power),
            Operation::Min => binary(result, a, b, minimum),
            Operation::Max => binary(result, a, b, maximum),
            Operation::Compare(comparison) => {
                binary(result, a, b, |x, y| comparison.numbers(x, y));
            }
            Operation::And => binary(result, a, b, and),
            Operation::Or => binary(result, a, b, or),
            Operation::If => {
                for (lane, value) in result.iter_mut().enumerate() {
                    let condition = a.lane(lane);
                    *value = if condition.is_nan() {
                        f64::NAN
                    } else if condition != 0.0 {
                        b.lane(lane)
                    } else {
                        c.lane(lane)
                    };
                }
            }
            Operation::BoxCox(order) => binary(result, a, b, |x, y| boxcox(order, x, y)),
        }
    }

    /// Applies the operation to one value each.
    pub fn scalar(self, operands: [f64; 3]) -> f64 {
        let mut result = [0.0];
        self.apply(&mut result, operands.map(Lanes::All));
        result[0]
    }
}

fn unary(result: &mut [f64], a: Lanes<'_>, f: impl Fn(f64) -> f64) {
    match a {
        Lanes::Each(a) => {
            for (result, &a) in result.iter_mut().zip(a) {
                *result = f(a);
            }
        }
        Lanes::All(a) => result.fill(f(a)),
    }
}

fn binary(result: &mut [f64], a: Lanes<'_>, b: Lanes<'_>, f: impl Fn(f64, f64) -> f64) {
    match (a, b) {
        (Lanes::Each(a), Lanes::Each(b)) => {
            for ((result, &a), &b) in result.iter_mut().zip(a).zip(b) {
                *result = f(a, b);
            }
        }
        (Lanes::Each(a), Lanes::All(b)) => {
            for (result, &a) in result.iter_mut().zip(a) {
                *result = f(a, b);
            }
        }
        (Lanes::All(a), Lanes::Each(b)) => {
            for (result, &b) in result.iter_mut().zip(b) {
                *result = f(a, b);
            }
        }
        (Lanes::All(a), Lanes::All(b)) => result.fill(f(a, b)),
    }
}

fn log(x: f64) -> f64 {
    if x > 0.0 { x.ln() } else { f64::NAN }
}

fn not(x: f64) -> f64 {
    if x.is_nan() {
        f64::NAN
    } else {
        f64::from(u8::from(x == 0.0))
    }
}

fn divide(x: f64, y: f64) -> f64 {
    if y == 0.0 { f64::NAN } else { x / y }
}

fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 2.0 {
        return base * base;
    }
    // The standard pow lets missing^0 and 1^missing be 1, and 0^negative infinite.
    let undefined = base.is_nan()
        || exponent.is_nan()
        || (base == 0.0 && exponent < 0.0)
        || (base < 0.0 && exponent.fract() != 0.0);
    if undefined { f64::NAN } else { base.powf(exponent) }
}

fn minimum(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { x.min(y) }
}

fn maximum(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { x.max(y) }
}

fn and(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 {
        0.0
    } else if x.is_nan() || y.is_nan() {
        f64::NAN
    } else {
        1.0
    }
}

fn or(x: f64, y: f64) -> f64 {
    let holds = |value: f64| value != 0.0 && !value.is_nan();
    if holds(x) || holds(y) {
        1.0
    } else if x.is_nan() || y.is_nan() {
        f64::NAN
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;

    #[test]
    fn operations_by_the_table() {
        use Comparison::{Equal, Less, NotEqual};
        let cases = [
            (Operation::Divide, [1.0, 0.0, 0.0], NAN),
            (Operation::Divide, [0.0, 0.0, 0.0], NAN),
            (Operation::Divide, [1.0, 4.0, 0.0], 0.25),
            (Operation::Log, [0.0; 3], NAN),
            (Operation::Log, [-1.0; 3], NAN),
            (Operation::Log, [1.0; 3], 0.0),
            (Operation::Sqrt, [-1.0; 3], NAN),
            (Operation::Sqrt, [9.0; 3], 3.0),
            (Operation::Exp, [1000.0; 3], INF),
            (Operation::Abs, [-2.0; 3], 2.0),
            (Operation::Power, [0.0, -1.0, 0.0], NAN),
            (Operation::Power, [0.0, 0.0, 0.0], 1.0),
            (Operation::Power, [NAN, 0.0, 0.0], NAN),
            (Operation::Power, [1.0, NAN, 0.0], NAN),
            (Operation::Power, [-8.0, 1.0 / 3.0, 0.0], NAN),
            (Operation::Power, [-2.0, 3.0, 0.0], -8.0),
            (Operation::Power, [-3.0, 2.0, 0.0], 9.0),
            (Operation::Power, [10.0, 400.0, 0.0], INF),
            (Operation::Min, [NAN, 1.0, 0.0], NAN),
            (Operation::Min, [2.0, 1.0, 0.0], 1.0),
            (Operation::Max, [2.0, NAN, 0.0], NAN),
            (Operation::Max, [2.0, 1.0, 0.0], 2.0),
            (Operation::Compare(Equal), [1.0, 1.0, 0.0], 1.0),
            (Operation::Compare(NotEqual), [NAN, 1.0, 0.0], NAN),
            (Operation::Compare(Less), [1.0, NAN, 0.0], NAN),
            (Operation::Compare(Less), [1.0, 2.0, 0.0], 1.0),
            (Operation::Not, [NAN; 3], NAN),
            (Operation::Not, [0.0; 3], 1.0),
            (Operation::Not, [-3.0; 3], 0.0),
            (Operation::And, [0.0, NAN, 0.0], 0.0),
            (Operation::And, [NAN, 0.0, 0.0], 0.0),
            (Operation::And, [NAN, 1.0, 0.0], NAN),
            (Operation::And, [2.0, 3.0, 0.0], 1.0),
            (Operation::Or, [NAN, 2.0, 0.0], 1.0),
            (Operation::Or, [2.0, NAN, 0.0], 1.0),
            (Operation::Or, [NAN, 0.0, 0.0], NAN),
            (Operation::Or, [0.0, 0.0, 0.0], 0.0),
            (Operation::If, [NAN, 1.0, 2.0], NAN),
            (Operation::If, [5.0, 1.0, NAN], 1.0),
            (Operation::If, [0.0, NAN, 2.0], 2.0),
        ];
        for (operation, operands, expected) in cases {
            let value = operation.scalar(operands);
            let same = value == expected || (value.is_nan() && expected.is_nan());
            assert!(same, "{operation:?} {operands:?}: {value}, not {expected}");
        }
    }
}
