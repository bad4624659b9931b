//! Functions of the parameters, as expressions: a cost coefficient, a restriction.

use logsum_expressions::{Expression, Graph, LowerError, ParameterId, Program, Scope, Symbol, With, Workspace, lower};

use crate::fit::Fit;

/// A function of the parameters with its exact gradient.
#[derive(Debug)]
pub struct ParameterFunction {
    program: Program,
    /// Positions of the parameters on which it depends; the program's outputs after the first are the derivatives in them.
    parameters: Vec<usize>,
    n: usize,
    sign: f64,
}

/// Why an expression is no function of the parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum ParameterFunctionError {
    #[error("{message}\n{caret}")]
    Syntax { message: String, caret: String },
    #[error("\"{name}\" is no parameter of this fit{}", did_you_mean(suggestion))]
    NoParameter { name: String, suggestion: Option<String> },
    #[error("{message}")]
    Meaning { message: String },
    #[error("\"{text}\" does not depend on any parameter")]
    Constant { text: String },
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    let near = suggestion.as_ref();
    near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"))
}

/// The names of parameters.
struct Parameters<'a>(Vec<&'a str>);

impl Scope for Parameters<'_> {
    fn resolve(&self, name: &str) -> Option<Symbol> {
        let position = self.0.iter().position(|known| *known == name)?;
        Some(Symbol::Parameter(ParameterId(position as u32)))
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|name| (*name).to_owned()).collect()
    }
}

impl ParameterFunction {
    /// Parses an expression of the parameters of a fit. A parameter whose name is no plain identifier may stand alone as
    /// it is, and in backticks otherwise.
    ///
    /// # Errors
    /// What is no expression, names that are no parameters, and expressions without any.
    pub fn parse(text: &str, fit: &Fit) -> Result<Self, ParameterFunctionError> {
        let text = text.trim();
        let names = Parameters(fit.parameters.iter().map(|estimate| estimate.term.as_str()).collect());
        let mut graph = Graph::new();
        let node = match names.0.iter().position(|name| *name == text) {
            Some(position) => graph.parameter(ParameterId(position as u32)),
            None => {
                let expression = Expression::parse(text).map_err(|error| ParameterFunctionError::Syntax {
                    message: error.to_string(),
                    caret: error.caret(),
                })?;
                no_parameter(&expression, &names)?;
                let lowered = lower(&expression, &names, &mut graph);
                lowered.map_err(|problems| ParameterFunctionError::Meaning {
                    message: problems.first().map(LowerError::to_string).unwrap_or_default(),
                })?
            }
        };
        let parameters = graph.parameters_of(node);
        if parameters.is_empty() {
            return Err(ParameterFunctionError::Constant { text: text.to_owned() });
        }
        let slopes = parameters.iter().map(|&id| graph.derivative(node, With::Parameter(id)));
        let outputs: Vec<_> = std::iter::once(node).chain(slopes).collect();
        Ok(ParameterFunction {
            program: Program::new(&graph, &outputs, &|_| false),
            parameters: parameters.iter().map(|id| id.0 as usize).collect(),
            n: names.0.len(),
            sign: 1.0,
        })
    }

    /// Minus it.
    pub fn negated(self) -> Self {
        ParameterFunction {
            sign: -self.sign,
            ..self
        }
    }

    /// A multiple of it.
    pub fn times(self, factor: f64) -> Self {
        ParameterFunction {
            sign: factor * self.sign,
            ..self
        }
    }

    /// Positions of the parameters on which it depends.
    pub fn parameters(&self) -> &[usize] {
        &self.parameters
    }

    /// Its value at `theta`, which holds all parameters.
    pub fn value(&self, theta: &[f64]) -> f64 {
        self.outputs(theta)[0]
    }

    /// Its gradient at `theta`, in all parameters.
    pub fn gradient(&self, theta: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.n];
        for (&position, slope) in self.parameters.iter().zip(&self.outputs(theta)[1..]) {
            gradient[position] = *slope;
        }
        gradient
    }

    fn outputs(&self, theta: &[f64]) -> Vec<f64> {
        let mut workspace = Workspace::new();
        self.program.run(&[], theta, 1, &mut workspace);
        (0..self.program.n_outputs())
            .map(|output| self.sign * workspace.output(output)[0])
            .collect()
    }
}

/// The first name that is no parameter.
fn no_parameter(expression: &Expression, names: &Parameters<'_>) -> Result<(), ParameterFunctionError> {
    let unknown = expression.names().into_iter().find(|name| !names.0.contains(name));
    match unknown {
        Some(name) => Err(ParameterFunctionError::NoParameter {
            name: name.to_owned(),
            suggestion: logsum_data::near_miss(name, names.0.iter().copied()),
        }),
        None => Ok(()),
    }
}

/// The two sides of `left = right`; `None` if there is no single sign of equality.
pub(super) fn sides(text: &str) -> Option<(&str, &str)> {
    let (left, right) = text.split_once('=')?;
    let right = right.strip_prefix('=').unwrap_or(right);
    let plain = |side: &str| !side.contains('=') && !side.ends_with(['<', '>', '!']) && !side.trim().is_empty();
    (plain(left) && plain(right)).then_some((left, right))
}
