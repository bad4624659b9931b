//! A generating function as a kernel: lane by lane.

use logsum_draws::Stream;
use logsum_expressions::{Graph, ParameterId};

use crate::error::{NestError, SpecificationError};
use crate::generator::{Generated, Generator};
use crate::model::functions::{Functions, Values};
use crate::specification::Specification;

/// Part of the size of a number by which it is moved for a central difference: the third root of the rounding error, where
/// what rounding and what curvature leave are of one size, 1e-10 or so of the second derivatives.
const STEP: f64 = 6e-6;

/// A generating function with its parameters.
#[derive(Debug)]
pub(crate) struct GeneratedKernel {
    generator: Generator,
    /// Its parameters, each a function.
    functions: Functions,
}

/// The same for the alternatives of a choice set.
#[derive(Debug)]
pub(crate) struct GeneratedSet {
    generator: Generator,
    alternatives: Vec<u32>,
}

impl GeneratedKernel {
    /// Of a specification that declares its parameters.
    ///
    /// # Errors
    /// A parameter that is not declared.
    pub fn new(specification: &Specification, generator: &Generator) -> Result<Self, SpecificationError> {
        let symbols = specification.symbols();
        let mut graph = Graph::default();
        let mut nodes = Vec::new();
        for name in generator.0.parameters() {
            let Some(k) = symbols.iter().position(|known| *known == name) else {
                return Err(NestError::NoParameter {
                    what: "generating function".to_owned(),
                    suggestion: logsum_data::near_miss(&name, symbols.iter().map(String::as_str)),
                    name,
                }
                .into());
            };
            nodes.push(graph.parameter(ParameterId(k as u32)));
        }
        Ok(GeneratedKernel {
            generator: generator.clone(),
            functions: Functions::new(&mut graph, &nodes),
        })
    }

    /// Its parameters, ascending.
    pub fn parameters(&self) -> &[u32] {
        &self.functions.parameters
    }

    /// Their values.
    pub fn at(&self, theta: &[f64]) -> Values {
        self.functions.at(theta)
    }

    /// For these alternatives.
    pub fn of_set(&self, alternatives: &[u32]) -> GeneratedSet {
        GeneratedSet {
            generator: self.generator.clone(),
            alternatives: alternatives.to_vec(),
        }
    }
}

/// What a lane gives.
#[derive(Debug, Default)]
struct Lane {
    y: Vec<f64>,
    g: Generated,
    ln_probabilities: Vec<f64>,
    of_utilities: Vec<f64>,
    of_functions: Vec<f64>,
}

/// Buffers.
#[derive(Debug, Default)]
pub(crate) struct GeneratedLanes {
    lane: Lane,
    utilities: Vec<f64>,
    outcomes: Vec<f64>,
}

/// ln P, logsum, and derivatives, as runs of lanes.
pub(crate) struct Out<'a> {
    pub ln_probabilities: &'a mut Vec<f64>,
    pub logsums: &'a mut Vec<f64>,
}

impl Lane {
    /// ln P of slots and the logsum; NaN where G is not defined.
    fn forward(&mut self, set: &GeneratedSet, own: &[f64], utilities: &[f64]) -> f64 {
        let n = utilities.len();
        let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.y.clear();
        self.y.extend(utilities.iter().map(|v| (v - largest).exp()));
        let g = &mut self.g;
        for (buffer, len) in [
            (&mut g.first, n),
            (&mut g.second, n * n),
            (&mut g.of_parameters, own.len()),
            (&mut g.first_of_parameters, own.len() * n),
        ] {
            buffer.clear();
            buffer.resize(len, 0.0);
        }
        self.ln_probabilities.clear();
        if set.generator.0.evaluate(&set.alternatives, &self.y, own, g).is_err() {
            self.ln_probabilities.resize(n, f64::NAN);
            return f64::NAN;
        }
        let ln_g = g.value.ln();
        let ln_p = utilities
            .iter()
            .zip(&g.first)
            .map(|(v, first)| v - largest + first.ln() - ln_g);
        self.ln_probabilities.extend(ln_p);
        largest + ln_g
    }

    /// Derivatives of Σ y ln P in utilities and parameters,
    ///
    /// ```text
    /// ∂ ln P_i/∂V_k = [i = k] + y_k (G_ik/G_i − G_k/G),   ∂ ln P_i/∂κ = G_iκ/G_i − G_κ/G
    /// ```
    fn backward(&mut self, outcomes: impl Fn(usize) -> f64) {
        let (n, g) = (self.y.len(), &self.g);
        let n_own = g.of_parameters.len();
        self.of_utilities.clear();
        self.of_utilities.resize(n, 0.0);
        self.of_functions.clear();
        self.of_functions.resize(n_own, 0.0);
        for i in 0..n {
            let outcome = outcomes(i);
            if outcome == 0.0 {
                continue;
            }
            for k in 0..n {
                let own = if i == k { 1.0 } else { 0.0 };
                let slope = self.y[k] * (g.second[i * n + k] / g.first[i] - g.first[k] / g.value);
                self.of_utilities[k] += outcome * (own + slope);
            }
            for q in 0..n_own {
                let slope = g.first_of_parameters[q * n + i] / g.first[i] - g.of_parameters[q] / g.value;
                self.of_functions[q] += outcome * slope;
            }
        }
    }
}

impl GeneratedLanes {
    /// ln P and logsums.
    pub fn forward(&mut self, set: &GeneratedSet, own: &[f64], utilities: &[f64], out: Out<'_>) {
        let n = set.alternatives.len();
        let lanes = utilities.len() / n;
        self.utilities.clear();
        self.utilities.extend_from_slice(utilities);
        out.ln_probabilities.clear();
        out.ln_probabilities.resize(utilities.len(), 0.0);
        out.logsums.clear();
        let mut v = vec![0.0; n];
        for lane in 0..lanes {
            (0..n).for_each(|slot| v[slot] = utilities[slot * lanes + lane]);
            out.logsums.push(self.lane.forward(set, own, &v));
            for (slot, ln_p) in self.lane.ln_probabilities.iter().enumerate() {
                out.ln_probabilities[slot * lanes + lane] = *ln_p;
            }
        }
    }

    /// Derivatives in utilities and parameters at the utilities of the forward sweep.
    pub fn backward(&mut self, set: &GeneratedSet, own: &[f64], outcomes: &[f64], out: (&mut Vec<f64>, &mut Vec<f64>)) {
        self.outcomes.clear();
        self.outcomes.extend_from_slice(outcomes);
        self.derivatives(set, (own, &[]), (&[], 0.0), out);
    }

    /// How they change along a direction.
    pub fn along(
        &mut self,
        set: &GeneratedSet,
        own: &[f64],
        (of_utilities, of_own): (&[f64], &[f64]),
        (utilities, functions): (&mut Vec<f64>, &mut Vec<f64>),
    ) {
        let size = of_utilities
            .iter()
            .chain(of_own)
            .fold(0.0, |most: f64, value| most.max(value.abs()));
        let step = if size > 0.0 { STEP / size } else { 0.0 };
        let (mut below, mut own_below) = (Vec::new(), Vec::new());
        self.derivatives(set, (own, of_own), (of_utilities, step), (utilities, functions));
        self.derivatives(set, (own, of_own), (of_utilities, -step), (&mut below, &mut own_below));
        let slope = |above: &mut Vec<f64>, below: &[f64]| {
            for (above, below) in above.iter_mut().zip(below) {
                *above = if step > 0.0 {
                    (*above - below) / (2.0 * step)
                } else {
                    0.0
                };
            }
        };
        slope(utilities, &below);
        slope(functions, &own_below);
    }

    /// Derivatives at utilities and parameters moved by a step along a direction.
    fn derivatives(
        &mut self,
        set: &GeneratedSet,
        (own, of_own): (&[f64], &[f64]),
        (of_utilities, step): (&[f64], f64),
        (utilities, functions): (&mut Vec<f64>, &mut Vec<f64>),
    ) {
        let n = set.alternatives.len();
        let lanes = self.utilities.len() / n;
        utilities.clear();
        utilities.resize(n * lanes, 0.0);
        functions.clear();
        functions.resize(own.len() * lanes, 0.0);
        let moved = |value: f64, direction: Option<&f64>| value + step * direction.copied().unwrap_or(0.0);
        let own: Vec<f64> = own
            .iter()
            .enumerate()
            .map(|(q, value)| moved(*value, of_own.get(q)))
            .collect();
        let mut v = vec![0.0; n];
        for lane in 0..lanes {
            for (slot, v) in v.iter_mut().enumerate() {
                let at = slot * lanes + lane;
                *v = moved(self.utilities[at], of_utilities.get(at));
            }
            self.lane.forward(set, &own, &v);
            let outcomes = &self.outcomes;
            self.lane.backward(|slot| outcomes[slot * lanes + lane]);
            for (slot, value) in self.lane.of_utilities.iter().enumerate() {
                utilities[slot * lanes + lane] = *value;
            }
            for (q, value) in self.lane.of_functions.iter().enumerate() {
                functions[q * lanes + lane] = *value;
            }
        }
    }
}

/// One random outcome, by the probabilities.
pub(super) fn choose_generated(set: &GeneratedSet, own: &[f64], utilities: &[f64], stream: &mut Stream) -> usize {
    let mut lane = Lane::default();
    lane.forward(set, own, utilities);
    crate::model::logit::choose(&lane.ln_probabilities, stream)
}
