//! From the specification to the distributions of random coefficients.

use logsum_draws::Variate;
use logsum_expressions::{Graph, Node, NodeId, ParameterId, Program, With};

use super::laws::{Bound, Input, Law, LawForm};
use super::symbolic::Symbolic;
use crate::error::SpecificationError;
use crate::mixing::{Shape, TasteDistribution, Varies, cholesky_name, second_name};

/// A law before its expressions are compiled.
pub(crate) struct Sketch {
    symbol: String,
    distribution: &'static str,
    varies: Varies,
    /// The shape and sign of a usual one.
    shape: Option<(Shape, f64)>,
    nodes: Vec<NodeId>,
}

impl Symbolic<'_> {
    /// The distributions of all random coefficients, in their order.
    ///
    /// # Errors
    /// Names that mean nothing.
    pub fn sketches(&mut self) -> Result<Vec<Sketch>, SpecificationError> {
        self.mixing
            .random
            .iter()
            .map(|random| self.sketch(&random.symbol))
            .collect()
    }

    fn sketch(&mut self, symbol: &str) -> Result<Sketch, SpecificationError> {
        let mixing = self.mixing;
        let random = mixing.coefficient(symbol).expect("one of the random coefficients");
        let mut sketch = Sketch {
            symbol: symbol.to_owned(),
            distribution: random.shape().map_or("transform", Shape::name),
            varies: random.varies,
            shape: None,
            nodes: Vec::new(),
        };
        let in_wtp = mixing.willingness_to_pay.as_ref();
        let in_wtp = in_wtp.is_some_and(|wtp| wtp.coefficients.iter().any(|known| known == symbol));
        if self.is_scaled(symbol) && !in_wtp {
            sketch.nodes.push(self.scaled(symbol, false)?);
            return Ok(sketch);
        }
        let TasteDistribution::Named {
            shape,
            sign,
            second,
            mean_shift,
            ln_sd_shift,
            ..
        } = &random.distribution
        else {
            sketch.nodes.push(self.plain(symbol, false)?);
            return Ok(sketch);
        };
        sketch.shape = Some((*shape, *sign));
        let parameter = self.parameter_of(symbol);
        let mut location = self.graph.parameter(ParameterId(parameter));
        if let Some(shift) = mean_shift {
            let shift = self.lower("mean_shift", shift, None, false)?;
            location = self.graph.add(location, shift);
        }
        let mut scale = match (mixing.group_of(symbol), second) {
            (Some(group), _) => {
                // The norm of its row of the Cholesky factor.
                let mut sum = self.graph.constant(0.0);
                let end = group.iter().position(|member| member == symbol).expect("a member");
                for member in &group[..=end] {
                    let loading = self.parameter_of(&cholesky_name(symbol, member));
                    let loading = self.graph.parameter(ParameterId(loading));
                    let square = self.graph.multiply(loading, loading);
                    sum = self.graph.add(sum, square);
                }
                self.graph.sqrt(sum)
            }
            (None, Some(second)) => self.lower("second estimate", second, None, false)?,
            (None, None) => {
                let second = self.parameter_of(&second_name(symbol, *shape));
                self.graph.parameter(ParameterId(second))
            }
        };
        if let Some(shift) = ln_sd_shift {
            let shift = self.lower("ln_sd_shift", shift, None, false)?;
            let factor = self.graph.exp(shift);
            scale = self.graph.multiply(factor, scale);
        }
        sketch.nodes.extend([location, scale]);
        Ok(sketch)
    }
}

impl Sketch {
    /// Compiles it. `characteristics` are the parameter-free expressions that are stored for each case, to which those
    /// that are missing are added; parameters from `variates`' first on are draws.
    pub fn law(
        self,
        graph: &mut Graph,
        n_parameters: usize,
        variates: &[Variate],
        characteristics: &mut Vec<NodeId>,
    ) -> Law {
        let k = n_parameters as u32;
        let mut used: Vec<u32> = self
            .nodes
            .iter()
            .flat_map(|&node| graph.parameters_of(node))
            .map(|id| id.0)
            .collect();
        used.sort_unstable();
        used.dedup();
        let (parameters, draws): (Vec<u32>, Vec<u32>) = used.into_iter().partition(|&id| id < k);
        let mut outputs = self.nodes;
        if self.shape.is_none() {
            let value = outputs[0];
            let derivative = |&id: &u32| graph.derivative(value, With::Parameter(ParameterId(id)));
            outputs.extend(parameters.iter().map(derivative).collect::<Vec<_>>());
        }
        let is_draw = |id: NodeId| matches!(graph.node(id), Node::Parameter(parameter) if parameter.0 >= k);
        let hoisted = |id: NodeId| graph.is_parameter_free(id) && graph.as_constant(id).is_none();
        let program = Program::new(graph, &outputs, &|id| is_draw(id) || hoisted(id));
        let inputs =
            program.inputs().iter().map(|&id| match graph.node(id) {
                Node::Parameter(parameter) => {
                    let place = draws.iter().position(|known| *known == parameter.0);
                    Input::Draw(place.expect("every draw in it is used"))
                }
                _ => Input::Characteristic(characteristics.iter().position(|known| *known == id).unwrap_or_else(
                    || {
                        characteristics.push(id);
                        characteristics.len() - 1
                    },
                )),
            });
        let inputs = inputs.collect();
        let program = Bound { program, inputs };
        let form = match self.shape {
            Some((shape, sign)) => LawForm::Usual { shape, sign, program },
            None => LawForm::Drawn {
                variates: draws.iter().map(|&draw| variates[(draw - k) as usize]).collect(),
                program,
            },
        };
        Law {
            symbol: self.symbol,
            distribution: self.distribution,
            varies: self.varies,
            parameters: parameters.into_iter().map(|id| id as usize).collect(),
            form,
        }
    }
}
