//! The covariance of the errors as a function of parameters.

use logsum_expressions::{Expression, Graph, NodeId, ParameterId};
use logsum_probit::ghk::pair;

use crate::error::{ProbitError, SpecificationError};
use crate::mixing::cholesky_name;
use crate::model::functions::{Functions, Values, lower_in_parameters};
use crate::probit::{ErrorCovariance, Probit, deviation_name, loading_name};
use crate::specification::Specification;

/// Σ(θ).
#[derive(Debug)]
pub(crate) struct Structure {
    /// Alternatives with errors of their own; none where all have the same, independent of each other.
    pub n_alternatives: usize,
    /// The elements of the packed triangle.
    elements: Functions,
}

/// Σ at some parameters, packed triangles.
pub(crate) type Covariance = Values;

impl Structure {
    /// Of a completed specification. `labelled`: whether alternatives have names.
    ///
    /// # Errors
    /// Errors of alternatives that have no names.
    pub fn new(specification: &Specification, probit: &Probit, labelled: bool) -> Result<Self, SpecificationError> {
        if !labelled && probit.covariance != ErrorCovariance::Independent {
            let covariance = probit.covariance.name();
            return Err(ProbitError::Unlabelled { covariance }.into());
        }
        let mut graph = Graph::default();
        let n = if probit.covariance == ErrorCovariance::Independent {
            0
        } else {
            probit.alternatives.len()
        };
        let elements = Elements {
            specification,
            probit,
            graph: &mut graph,
        }
        .triangle(n)?;
        Ok(Structure {
            n_alternatives: n,
            elements: Functions::new(&mut graph, &elements),
        })
    }

    /// Parameters of the covariance, ascending.
    pub fn parameters(&self) -> &[u32] {
        &self.elements.parameters
    }

    /// Σ and its derivatives.
    pub fn at(&self, theta: &[f64]) -> Covariance {
        self.elements.at(theta)
    }
}

/// Makes the nodes.
struct Elements<'a> {
    specification: &'a Specification,
    probit: &'a Probit,
    graph: &'a mut Graph,
}

impl Elements<'_> {
    fn triangle(mut self, n: usize) -> Result<Vec<NodeId>, SpecificationError> {
        let zero = self.graph.constant(0.0);
        let mut nodes = vec![zero; pair(n, 0)];
        let (base, others) = (self.probit.base_place(), self.probit.others());
        match &self.probit.covariance {
            ErrorCovariance::Independent => {}
            ErrorCovariance::Full => {
                let mut factor = vec![zero; pair(others.len(), 0)];
                for (k, &row) in others.iter().enumerate() {
                    for (j, &column) in others[..=k].iter().enumerate() {
                        factor[pair(k, j)] = match k {
                            0 => self.graph.constant(1.0),
                            _ => self.parameter(&cholesky_name(self.name(row), self.name(column))),
                        };
                    }
                }
                for k in 0..others.len() {
                    for j in 0..=k {
                        let rows = (0..=j).map(|i| (factor[pair(k, i)], factor[pair(j, i)]));
                        nodes[at(others[k], others[j])] = self.sum_of_products(rows.collect());
                    }
                }
            }
            ErrorCovariance::Diagonal => {
                let one = self.graph.constant(1.0);
                let first = others.first().copied();
                let squares: Vec<NodeId> = (0..n)
                    .map(|place| {
                        if Some(place) == first || n < 3 {
                            return one;
                        }
                        let deviation = self.parameter(&deviation_name(self.name(place)));
                        self.graph.multiply(deviation, deviation)
                    })
                    .collect();
                let scale = self.graph.add(one, squares[base]);
                for (place, square) in squares.into_iter().enumerate() {
                    nodes[at(place, place)] = self.graph.divide(square, scale);
                }
            }
            ErrorCovariance::Factors(n_factors) => {
                let n_factors = *n_factors;
                let half = self.graph.constant(0.5);
                let mut loadings = vec![vec![zero; n_factors]; n];
                if others.len() > 1 {
                    for (k, &row) in others.iter().enumerate() {
                        for (factor, loading) in loadings[row].iter_mut().enumerate().take(k + 1) {
                            let name = loading_name(self.name(row), factor, n_factors);
                            *loading = self.parameter(&name);
                        }
                    }
                }
                // The variance of ε_first − ε_base becomes 1.
                let one = self.graph.constant(1.0);
                let scale = match others.first() {
                    Some(&first) => {
                        let squares = loadings[first].iter().map(|&loading| (loading, loading)).collect();
                        let common = self.sum_of_products(squares);
                        self.graph.add(one, common)
                    }
                    None => one,
                };
                for row in 0..n {
                    for column in 0..=row {
                        let pairs = loadings[row].iter().copied().zip(loadings[column].iter().copied());
                        let mut node = self.sum_of_products(pairs.collect());
                        if row == column {
                            node = self.graph.add(node, half);
                        }
                        nodes[at(row, column)] = self.graph.divide(node, scale);
                    }
                }
            }
            ErrorCovariance::Pattern(elements) => {
                let one = self.graph.constant(1.0);
                (0..n).for_each(|place| nodes[at(place, place)] = one);
                for element in elements {
                    let place = |name: &String| {
                        let known = self.probit.alternatives.iter().position(|known| known == name);
                        known.ok_or_else(|| SpecificationError::NoAlternative { name: name.clone() })
                    };
                    let (row, column) = (place(&element.row)?, place(&element.column)?);
                    nodes[at(row, column)] = self.lower(&element.value)?;
                }
            }
        }
        Ok(nodes)
    }

    fn name(&self, place: usize) -> &str {
        &self.probit.alternatives[place]
    }

    fn parameter(&mut self, symbol: &str) -> NodeId {
        let known = &self.specification.parameters;
        let k = known.iter().position(|declared| declared.symbol == symbol);
        let k = k.expect("completed specifications declare what they use");
        self.graph.parameter(ParameterId(k as u32))
    }

    fn sum_of_products(&mut self, pairs: Vec<(NodeId, NodeId)>) -> NodeId {
        let zero = self.graph.constant(0.0);
        pairs.into_iter().fold(zero, |sum, (a, b)| {
            let product = self.graph.multiply(a, b);
            self.graph.add(sum, product)
        })
    }

    fn lower(&mut self, expression: &Expression) -> Result<NodeId, SpecificationError> {
        lower_in_parameters(expression, self.specification, self.graph).map_err(|reason| {
            ProbitError::PatternExpression {
                expression: expression.source().to_owned(),
                reason,
            }
            .into()
        })
    }
}

/// Place in a packed triangle, in either order.
fn at(row: usize, column: usize) -> usize {
    pair(row.max(column), row.min(column))
}
