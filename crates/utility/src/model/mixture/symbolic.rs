//! Random coefficients as expressions of parameters, characteristics and standard draws.

use logsum_data::{ChoiceData, Names};
use logsum_draws::Variate;
use logsum_expressions::{Graph, NodeId, ParameterId};

use crate::error::SpecificationError;
use crate::mixing::{Mixing, RandomCoefficient, Shape, TasteDistribution, Varies, cholesky_name, is_draw, second_name};
use crate::specification::Specification;

/// What the standard draws of a model are, those of decision makers before those of cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dimensions {
    pub variates: Vec<Variate>,
    /// How many belong to decision makers.
    pub n_between: usize,
}

/// How the index η of a coefficient becomes the coefficient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Curve {
    /// η.
    Identity,
    /// ± exp η.
    Exponential { sign: f64 },
    /// ± max(0, η).
    Positive { sign: f64 },
    /// l + (u − l) / (1 + exp −η).
    Logistic { low: f64, high: f64 },
}

/// What a coefficient is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// A parameter.
    Parameter(u32),
    /// A function of an index: a parameter plus parameters times draws.
    Index {
        curve: Curve,
        location: u32,
        /// Dimension and parameter.
        loadings: Vec<(u32, u32)>,
    },
    /// A normal with that mean and standard deviation, given that it is positive.
    Truncated {
        sign: f64,
        location: u32,
        second: u32,
        dimension: u32,
    },
    /// Anything else, an expression in which draws are parameters behind the others.
    Expression(NodeId),
}

/// Resolves names to nodes.
pub(crate) struct Symbolic<'a> {
    specification: &'a Specification,
    pub(super) mixing: &'a Mixing,
    pub graph: Graph,
    names: Names,
    pub dimensions: Dimensions,
    /// Dimension of each random coefficient's own draw, in their order.
    own: Vec<Option<u32>>,
    /// Draws that are shared by number.
    shared: Vec<(String, u32)>,
    scale: Option<u32>,
}

impl<'a> Symbolic<'a> {
    pub fn new(specification: &'a Specification, mixing: &'a Mixing, data: &ChoiceData) -> Self {
        let mut graph = Graph::default();
        let names = data.names(&specification.symbols(), &mut graph);
        let mut symbolic = Symbolic {
            specification,
            mixing,
            graph,
            names,
            dimensions: Dimensions::default(),
            own: vec![None; mixing.random.len()],
            shared: Vec::new(),
            scale: None,
        };
        symbolic.number_draws(Varies::DecisionMaker);
        symbolic.dimensions.n_between = symbolic.dimensions.variates.len();
        symbolic.number_draws(Varies::Case);
        symbolic
    }

    /// Gives dimensions to the draws of coefficients that vary so, in their order.
    fn number_draws(&mut self, varies: Varies) {
        for (at, random) in self.mixing.random.iter().enumerate() {
            if random.varies != varies {
                continue;
            }
            match &random.distribution {
                TasteDistribution::Named { shape, .. } => {
                    let variate = match shape {
                        Shape::Uniform => Variate::Uniform,
                        Shape::Triangular => Variate::Triangular,
                        _ => Variate::Normal,
                    };
                    self.own[at] = Some(self.dimension(variate));
                }
                TasteDistribution::Transform(transform) => {
                    for name in transform.names().into_iter().filter(|name| is_draw(name)) {
                        if name == "draw" {
                            self.own[at] = Some(self.dimension(Variate::Normal));
                        } else if !self.shared.iter().any(|(known, _)| known == name) {
                            let dimension = self.dimension(Variate::Normal);
                            self.shared.push((name.to_owned(), dimension));
                        }
                    }
                }
            }
        }
        if varies == Varies::DecisionMaker && self.mixing.scale.is_some() {
            self.scale = Some(self.dimension(Variate::Normal));
        }
    }

    fn dimension(&mut self, variate: Variate) -> u32 {
        self.dimensions.variates.push(variate);
        self.dimensions.variates.len() as u32 - 1
    }

    fn position(&self, symbol: &str) -> Option<u32> {
        let parameters = &self.specification.parameters;
        parameters
            .iter()
            .position(|declared| declared.symbol == symbol)
            .map(|at| at as u32)
    }

    pub(super) fn parameter_of(&self, symbol: &str) -> u32 {
        self.position(symbol)
            .expect("completed specifications declare what they use")
    }

    /// The node of a draw; 0 where all draws are to be.
    fn draw(&mut self, dimension: u32, at_zero: bool) -> NodeId {
        if at_zero {
            return self.graph.constant(0.0);
        }
        let id = self.specification.parameters.len() as u32 + dimension;
        self.graph.parameter(ParameterId(id))
    }

    pub(super) fn lower(
        &mut self,
        label: &str,
        expression: &logsum_expressions::Expression,
        own: Option<u32>,
        at_zero: bool,
    ) -> Result<NodeId, SpecificationError> {
        let mut names = self.names.clone();
        if let Some(own) = own {
            names = names.meaning("draw", self.draw(own, at_zero));
        }
        for (name, dimension) in self.shared.clone() {
            names = names.meaning(&name, self.draw(dimension, at_zero));
        }
        names
            .lower(label, expression, &mut self.graph)
            .map_err(|problems| SpecificationError::Unchecked(logsum_data::DataError::from_list(problems)))
    }

    /// What stands for a coefficient of the utilities.
    pub fn form(&mut self, symbol: &str) -> Result<Form, SpecificationError> {
        let in_wtp = self.mixing.willingness_to_pay.as_ref();
        let in_wtp = in_wtp.is_some_and(|wtp| wtp.coefficients.iter().any(|known| known == symbol));
        if in_wtp || self.is_scaled(symbol) {
            return Ok(Form::Expression(self.node(symbol, false)?));
        }
        let Some(at) = self.mixing.random.iter().position(|random| random.symbol == symbol) else {
            return Ok(Form::Parameter(self.parameter_of(symbol)));
        };
        let TasteDistribution::Named {
            shape,
            sign,
            second: None,
            mean_shift: None,
            ln_sd_shift: None,
            ..
        } = self.mixing.random[at].distribution
        else {
            return Ok(Form::Expression(self.node(symbol, false)?));
        };
        let own = self.own[at].expect("named distributions have a draw");
        let location = self.parameter_of(symbol);
        let curve = match shape {
            Shape::Normal | Shape::Uniform | Shape::Triangular => Curve::Identity,
            Shape::Lognormal => Curve::Exponential { sign },
            Shape::CensoredNormal => Curve::Positive { sign },
            Shape::JohnsonSb { low, high } => Curve::Logistic { low, high },
            Shape::TruncatedNormal => {
                let second = self.parameter_of(&second_name(symbol, shape));
                return Ok(Form::Truncated {
                    sign,
                    location,
                    second,
                    dimension: own,
                });
            }
        };
        let loadings = match self.mixing.group_of(symbol) {
            Some(group) => {
                let members = group.iter().take_while(|member| *member != symbol);
                let members: Vec<&String> = members.chain(group.iter().find(|member| *member == symbol)).collect();
                members
                    .into_iter()
                    .map(|member| (self.own_of(member), self.parameter_of(&cholesky_name(symbol, member))))
                    .collect()
            }
            None => vec![(own, self.parameter_of(&second_name(symbol, shape)))],
        };
        Ok(Form::Index {
            curve,
            location,
            loadings,
        })
    }

    pub(super) fn own_of(&self, symbol: &str) -> u32 {
        let at = self.mixing.random.iter().position(|random| random.symbol == symbol);
        at.and_then(|at| self.own[at])
            .expect("members of a group have draws of their own")
    }

    pub(super) fn is_scaled(&self, symbol: &str) -> bool {
        self.mixing.scale.as_ref().is_some_and(|scale| {
            scale.coefficients.is_empty() || scale.coefficients.iter().any(|known| known == symbol)
        })
    }

    /// A coefficient of the utilities as an expression; with all draws at 0, whose tastes are in the middle.
    pub fn node(&mut self, symbol: &str, at_zero: bool) -> Result<NodeId, SpecificationError> {
        let wtp = self.mixing.willingness_to_pay.as_ref();
        if let Some(wtp) = wtp.filter(|wtp| wtp.coefficients.iter().any(|known| known == symbol)) {
            let cost = self.scaled(&wtp.cost, at_zero)?;
            let worth = self.plain(symbol, at_zero)?;
            let product = self.graph.multiply(cost, worth);
            return Ok(self.graph.negate(product));
        }
        self.scaled(symbol, at_zero)
    }

    /// With the scale of the decision maker.
    pub(super) fn scaled(&mut self, symbol: &str, at_zero: bool) -> Result<NodeId, SpecificationError> {
        let value = self.plain(symbol, at_zero)?;
        let (Some(scale), true, false) = (&self.mixing.scale, self.is_scaled(symbol), at_zero) else {
            return Ok(value);
        };
        let middle = self.plain(symbol, true)?;
        let tau = self.lower("tau of [scale_heterogeneity]", &scale.tau, None, false)?;
        let gamma = self.lower("gamma of [scale_heterogeneity]", &scale.gamma, None, false)?;
        let draw = self.draw(self.scale.expect("a scale has a draw"), false);
        let graph = &mut self.graph;
        // σ = exp(τ ξ − τ²/2)
        let (half, one) = (graph.constant(0.5), graph.constant(1.0));
        let square = graph.multiply(tau, tau);
        let mean = graph.multiply(half, square);
        let spread = graph.multiply(tau, draw);
        let exponent = graph.subtract(spread, mean);
        let sigma = graph.exp(exponent);
        // σ b + (γ + σ (1 − γ)) (β − b)
        let deviation = graph.subtract(value, middle);
        let rest = graph.subtract(one, gamma);
        let scaled = graph.multiply(sigma, rest);
        let factor = graph.add(gamma, scaled);
        let first = graph.multiply(sigma, middle);
        let second = graph.multiply(factor, deviation);
        Ok(graph.add(first, second))
    }

    /// As it is distributed by itself.
    pub(super) fn plain(&mut self, symbol: &str, at_zero: bool) -> Result<NodeId, SpecificationError> {
        let mixing = self.mixing;
        let Some(at) = mixing.random.iter().position(|random| random.symbol == symbol) else {
            let parameter = self.parameter_of(symbol);
            return Ok(self.graph.parameter(ParameterId(parameter)));
        };
        let random: &RandomCoefficient = &mixing.random[at];
        let label = |what: &str| format!("{what} of \"{symbol}\"");
        let (shape, sign, second, mean_shift, ln_sd_shift) = match &random.distribution {
            TasteDistribution::Transform(transform) => {
                return self.lower(&label("transform"), transform, self.own[at], at_zero);
            }
            TasteDistribution::Named {
                shape,
                sign,
                second,
                mean_shift,
                ln_sd_shift,
                ..
            } => (*shape, *sign, second, mean_shift, ln_sd_shift),
        };
        let location = ParameterId(self.parameter_of(symbol));
        let mut index = self.graph.parameter(location);
        if let Some(shift) = mean_shift {
            let shift = self.lower(&label("mean_shift"), shift, None, at_zero)?;
            index = self.graph.add(index, shift);
        }
        if !at_zero {
            let own = self.own[at].expect("named distributions have a draw");
            let mut loadings: Vec<(u32, NodeId)> = Vec::new();
            match (mixing.group_of(symbol), second) {
                (Some(group), _) => {
                    for member in group {
                        let id = ParameterId(self.parameter_of(&cholesky_name(symbol, member)));
                        loadings.push((self.own_of(member), self.graph.parameter(id)));
                        if member == symbol {
                            break;
                        }
                    }
                }
                (None, Some(second)) => {
                    let node = self.lower(&label("second estimate"), second, None, false)?;
                    loadings.push((own, node));
                }
                (None, None) => {
                    let id = ParameterId(self.parameter_of(&second_name(symbol, shape)));
                    loadings.push((own, self.graph.parameter(id)));
                }
            }
            let factor = match ln_sd_shift {
                Some(shift) => {
                    let shift = self.lower(&label("ln_sd_shift"), shift, None, false)?;
                    Some(self.graph.exp(shift))
                }
                None => None,
            };
            for (dimension, loading) in loadings {
                let draw = self.draw(dimension, false);
                let mut term = self.graph.multiply(loading, draw);
                if let Some(factor) = factor {
                    term = self.graph.multiply(factor, term);
                }
                index = self.graph.add(index, term);
            }
        }
        let graph = &mut self.graph;
        let signed = |graph: &mut Graph, node: NodeId| if sign < 0.0 { graph.negate(node) } else { node };
        Ok(match shape {
            Shape::Normal | Shape::Uniform | Shape::Triangular => index,
            Shape::Lognormal => {
                let value = graph.exp(index);
                signed(graph, value)
            }
            // In the middle of tastes the kink is left out: where it is flat there is no way out of it.
            Shape::CensoredNormal | Shape::TruncatedNormal if at_zero => signed(graph, index),
            Shape::TruncatedNormal => unreachable!("truncated coefficients in expressions are refused before"),
            Shape::CensoredNormal => {
                let zero = graph.constant(0.0);
                let value = graph.max(zero, index);
                signed(graph, value)
            }
            Shape::JohnsonSb { low, high } => {
                let (low, width) = (graph.constant(low), graph.constant(high - low));
                let one = graph.constant(1.0);
                let opposite = graph.negate(index);
                let exponential = graph.exp(opposite);
                let denominator = graph.add(one, exponential);
                let share = graph.divide(width, denominator);
                graph.add(low, share)
            }
        })
    }
}
