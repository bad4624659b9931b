//! Which names of an expression must be numbers, as its form tells before any column is known.

use crate::ast::{Ast, BinaryOperator, Kind};
use crate::expression::Expression;

impl Expression {
    /// Names that stand where only a number can: everywhere but beside a text or another name in a comparison.
    ///
    /// In `cost / 100 + (env == 'public')` that is `cost`; of `a == b` neither is told.
    pub fn number_names(&self) -> Vec<&str> {
        let mut needed = std::collections::HashSet::new();
        let mut note = |ast: &Ast| {
            if let Kind::Name(name) = &ast.kind {
                needed.insert(name.clone());
            }
        };
        let told = |ast: &Ast| !matches!(ast.kind, Kind::Name(_) | Kind::Text(_));
        note(self.ast());
        self.ast().visit(|ast| match &ast.kind {
            Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {}
            Kind::Binary(BinaryOperator::Compare(_), left, right) => {
                if told(left) {
                    note(right);
                }
                if told(right) {
                    note(left);
                }
            }
            Kind::In(left, items) => {
                if items.iter().any(told) {
                    note(left);
                }
            }
            Kind::Unary(_, operand) => note(operand),
            Kind::Binary(_, left, right) => {
                note(left);
                note(right);
            }
            Kind::Call(_, arguments) => arguments.iter().for_each(&mut note),
        });
        self.names().into_iter().filter(|name| needed.contains(*name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::Expression;

    #[test]
    fn names_beside_texts_and_names_are_left_open() {
        let cases = [
            ("cost / 100 + (env == 'public')", vec!["cost"]),
            ("a == b", vec![]),
            ("a != 0 and b in (1, 2)", vec!["a", "b"]),
            ("mode in ('air', 'car')", vec![]),
            ("income", vec!["income"]),
            ("if(region == 'north', x, -y)", vec!["x", "y"]),
            ("'a' < name", vec![]),
            ("2 * x + x", vec!["x"]),
        ];
        for (source, expected) in cases {
            let expression = Expression::parse(source).expect("parses");
            assert_eq!(expression.number_names(), expected, "{source}");
        }
    }
}
