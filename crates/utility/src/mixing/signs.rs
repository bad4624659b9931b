//! Signs that carry no meaning.

use super::{cholesky_name, second_name};
use crate::specification::Specification;

impl Specification {
    /// Makes standard deviations positive in the values `theta` of all parameters, and the diagonals of Cholesky factors:
    /// the distributions of tastes are the same, only draws tell them apart. Those that are fixed, bounded or stand in
    /// other expressions stay.
    pub fn align_signs(&self, theta: &mut [f64]) {
        self.align_error_signs(theta);
        let Some(mixing) = &self.mixing else { return };
        let free = |k: &usize| {
            let parameter = &self.parameters[*k].parameter;
            !parameter.fixed && parameter.lower == f64::NEG_INFINITY && parameter.upper == f64::INFINITY
        };
        let elsewhere: Vec<&str> = mixing
            .expressions()
            .into_iter()
            .flat_map(|(_, expression)| expression.names())
            .collect();
        let at = |symbol: String| {
            let mut declared = self.parameters.iter();
            let place = declared.position(|declared| declared.symbol == symbol).filter(free);
            place.filter(|_| !elsewhere.contains(&symbol.as_str()))
        };
        for random in &mixing.random {
            let Some(shape) = random.shape() else { continue };
            let column = match mixing.group_of(&random.symbol) {
                None => vec![at(second_name(&random.symbol, shape))],
                Some(group) => {
                    let rows = group.iter().skip_while(|member| **member != random.symbol);
                    rows.map(|row| at(cholesky_name(row, &random.symbol))).collect()
                }
            };
            // All of a column, the diagonal first, or none of it.
            let column: Option<Vec<usize>> = column.into_iter().collect();
            if let Some(column) = column.filter(|column| theta[column[0]] < 0.0) {
                column.into_iter().for_each(|k| theta[k] = -theta[k]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::mixing::{RandomCoefficient, Shape};
    use crate::specification::Specification;
    use crate::term::{column, parameter};

    #[test]
    fn columns_are_turned_as_a_whole() {
        let utility = parameter("a") * column("x") + parameter("b") * column("y") + parameter("c") * column("z");
        let specification = Specification::new()
            .parameter("a", 0.0)
            .parameter("b", 0.0)
            .parameter("c", 0.0)
            .utility_of_all(utility)
            .random(RandomCoefficient::new("a", Shape::Normal))
            .random(RandomCoefficient::new("b", Shape::Normal))
            .random(RandomCoefficient::new("c", Shape::Uniform))
            .correlated(["a", "b"])
            .completed();
        // a, b, c, chol_a_a, chol_b_a, chol_b_b, spread_c
        let mut theta = [-1.0, -2.0, -3.0, -0.5, 0.3, 0.7, -0.2];
        specification.align_signs(&mut theta);
        assert_eq!(theta, [-1.0, -2.0, -3.0, 0.5, -0.3, 0.7, 0.2]);
    }
}
