//! Coefficients at many draws, and their derivatives in the parameters.

use logsum_expressions::{Graph, Node, NodeId, ParameterId, Program, With, Workspace};
use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::arithmetic::{FARTHEST, NARROW, Run, WIDE, exp, multiply_add};
use super::kernel::{CURVATURE, GRADIENT};
use super::symbolic::{Curve, Form};
use super::truncated;

/// ∂β/∂θ of one coefficient in one parameter; where a coefficient is a function of an index, ∂η/∂θ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    pub coefficient: u32,
    pub parameter: u32,
    pub source: Source,
}

/// Where a derivative stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    /// 1.
    One,
    /// The standard draw itself.
    Draw(u32),
    /// Computed with the coefficient.
    Computed(u32),
}

/// ∂²β/∂θ_k∂θ_l, computed with the coefficient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Second {
    pub coefficient: u32,
    pub parameters: (u32, u32),
    pub computed: u32,
}

/// The coefficients of the utilities: those that vary over draws first, then parameters as they are.
#[derive(Debug)]
pub(crate) struct Tastes {
    pub n_parameters: usize,
    forms: Vec<Random>,
    /// Whether a coefficient differs between the cases of a decision maker.
    pub within: Vec<bool>,
    /// Parameters that are coefficients themselves.
    pub fixed: Vec<u32>,
    /// In the order of coefficients.
    pub entries: Vec<Entry>,
    /// First entry of each coefficient, and one past the last.
    pub entries_of: Vec<std::ops::Range<usize>>,
    pub seconds: Vec<Second>,
    n_computed: usize,
    /// Parameter-free expressions of characteristics that the coefficients use.
    pub characteristics: Vec<NodeId>,
    /// Derivatives and second derivatives of the index are to be scaled.
    pub curved: Vec<bool>,
}

/// A random coefficient.
#[derive(Debug)]
enum Random {
    Index {
        curve: Curve,
        location: u32,
        loadings: Vec<(u32, u32)>,
    },
    Truncated {
        sign: f64,
        location: u32,
        second: u32,
        dimension: u32,
        /// First of the places of its derivatives.
        computed: usize,
    },
    Program(Box<Compiled>),
}

/// An expression with its derivatives.
#[derive(Debug)]
struct Compiled {
    /// The value, derivatives, second derivatives.
    second_order: (Program, Vec<Input>),
    first_order: (Program, Vec<Input>),
    n_firsts: usize,
    n_seconds: usize,
    computed: usize,
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Draw(usize),
    Characteristic(usize),
}

impl Tastes {
    /// Compiles the coefficients; `forms` are those that vary over draws, `fixed` the parameters that are coefficients.
    /// Draws from `n_between` on are those of cases.
    pub fn new(graph: &mut Graph, forms: Vec<Form>, fixed: Vec<u32>, n_parameters: usize, n_between: usize) -> Self {
        let mut tastes = Tastes {
            n_parameters,
            forms: Vec::new(),
            within: Vec::new(),
            fixed: Vec::new(),
            entries: Vec::new(),
            entries_of: Vec::new(),
            seconds: Vec::new(),
            n_computed: 0,
            characteristics: Vec::new(),
            curved: Vec::new(),
        };
        for (coefficient, form) in forms.into_iter().enumerate() {
            let coefficient = coefficient as u32;
            let first = tastes.entries.len();
            let (random, within) = match form {
                Form::Parameter(_) => unreachable!("parameters do not vary"),
                Form::Index {
                    curve,
                    location,
                    loadings,
                } => {
                    tastes.entry(coefficient, location, Source::One);
                    for &(dimension, parameter) in &loadings {
                        tastes.entry(coefficient, parameter, Source::Draw(dimension));
                    }
                    let within = loadings.iter().any(|(dimension, _)| *dimension as usize >= n_between);
                    tastes.curved.push(curve != Curve::Identity);
                    let random = Random::Index {
                        curve,
                        location,
                        loadings,
                    };
                    (random, within)
                }
                Form::Truncated {
                    sign,
                    location,
                    second,
                    dimension,
                } => {
                    let computed = tastes.n_computed;
                    tastes.entry(coefficient, location, Source::Computed(computed as u32));
                    tastes.entry(coefficient, second, Source::Computed(computed as u32 + 1));
                    for (at, parameters) in [(location, location), (second, location), (second, second)]
                        .into_iter()
                        .enumerate()
                    {
                        tastes.seconds.push(Second {
                            coefficient,
                            parameters,
                            computed: (computed + 2 + at) as u32,
                        });
                    }
                    tastes.n_computed += 5;
                    tastes.curved.push(false);
                    let random = Random::Truncated {
                        sign,
                        location,
                        second,
                        dimension,
                        computed,
                    };
                    (random, dimension as usize >= n_between)
                }
                Form::Expression(node) => {
                    tastes.curved.push(false);
                    let (compiled, within) = tastes.compile(graph, node, coefficient, n_between);
                    (Random::Program(Box::new(compiled)), within)
                }
            };
            tastes.forms.push(random);
            tastes.within.push(within);
            tastes.entries_of.push(first..tastes.entries.len());
        }
        for parameter in fixed {
            let first = tastes.entries.len();
            tastes.entry(tastes.entries_of.len() as u32, parameter, Source::One);
            tastes.fixed.push(parameter);
            tastes.entries_of.push(first..first + 1);
        }
        tastes
    }

    fn entry(&mut self, coefficient: u32, parameter: u32, source: Source) {
        self.entries.push(Entry {
            coefficient,
            parameter,
            source,
        });
    }

    fn compile(&mut self, graph: &mut Graph, node: NodeId, coefficient: u32, n_between: usize) -> (Compiled, bool) {
        let k = self.n_parameters as u32;
        let all = graph.parameters_of(node);
        let parameters: Vec<ParameterId> = all.iter().copied().filter(|id| id.0 < k).collect();
        let within = all.iter().any(|id| id.0 >= k + n_between as u32);
        let mut outputs = vec![node];
        let firsts: Vec<NodeId> = parameters
            .iter()
            .map(|&id| graph.derivative(node, With::Parameter(id)))
            .collect();
        outputs.extend(&firsts);
        let computed = self.n_computed;
        for (at, parameter) in parameters.iter().enumerate() {
            self.entry(coefficient, parameter.0, Source::Computed((computed + at) as u32));
        }
        self.n_computed += parameters.len();
        let n_firsts = parameters.len();
        let mut n_seconds = 0;
        for (row, &first) in firsts.iter().enumerate() {
            for &column in &parameters[..=row] {
                let second = graph.derivative(first, With::Parameter(column));
                if graph.as_constant(second) != Some(0.0) {
                    outputs.push(second);
                    self.seconds.push(Second {
                        coefficient,
                        parameters: (parameters[row].0, column.0),
                        computed: self.n_computed as u32,
                    });
                    self.n_computed += 1;
                    n_seconds += 1;
                }
            }
        }
        let mut program = |outputs: &[NodeId]| {
            let is_draw = |id: NodeId| matches!(graph.node(id), Node::Parameter(parameter) if parameter.0 >= k);
            let hoisted = |id: NodeId| graph.is_parameter_free(id) && graph.as_constant(id).is_none();
            let program = Program::new(graph, outputs, &|id| is_draw(id) || hoisted(id));
            let inputs = program.inputs().iter().map(|&id| match graph.node(id) {
                Node::Parameter(parameter) => Input::Draw((parameter.0 - k) as usize),
                _ => {
                    let known = self.characteristics.iter().position(|known| *known == id);
                    Input::Characteristic(known.unwrap_or_else(|| {
                        self.characteristics.push(id);
                        self.characteristics.len() - 1
                    }))
                }
            });
            let inputs = inputs.collect();
            (program, inputs)
        };
        let second_order = program(&outputs);
        let first_order = program(&outputs[..1 + n_firsts]);
        let compiled = Compiled {
            second_order,
            first_order,
            n_firsts,
            n_seconds,
            computed,
        };
        (compiled, within)
    }

    /// Coefficients that vary over draws.
    pub fn n_random(&self) -> usize {
        self.forms.len()
    }

    /// All coefficients.
    pub fn n_coefficients(&self) -> usize {
        self.entries_of.len()
    }

    /// Characteristics that coefficients use which are the same in all cases of a decision maker.
    pub fn characteristics_between(&self) -> Vec<usize> {
        let between = self.forms.iter().zip(&self.within).filter(|(_, within)| !**within);
        let compiled = between.filter_map(|(random, _)| match random {
            Random::Program(compiled) => Some(&compiled.second_order.1),
            _ => None,
        });
        let inputs = compiled.flatten().filter_map(|input| match input {
            Input::Characteristic(at) => Some(*at),
            Input::Draw(_) => None,
        });
        inputs.collect()
    }

    /// Whether some coefficient has a kink, as one that is censored.
    pub fn any_kinks(&self) -> bool {
        let kinked = |random: &Random| {
            matches!(
                random,
                Random::Index {
                    curve: Curve::Positive { .. },
                    ..
                }
            )
        };
        self.forms.iter().any(kinked)
    }

    /// Whether some coefficient differs between the cases of a decision maker.
    pub fn any_within(&self) -> bool {
        self.within.contains(&true)
    }
}

/// Coefficients at `W` draws.
#[derive(Debug, Default)]
pub(crate) struct TasteLanes<const W: usize> {
    /// β of the coefficients that vary.
    pub beta: Vec<Run<W>>,
    /// dβ/dη and d²β/dη² of those that are functions of an index.
    pub slope: Vec<Run<W>>,
    pub bend: Vec<Run<W>>,
    pub computed: Vec<Run<W>>,
    constants: Vec<Run<W>>,
    workspace: Workspace,
}

impl Tastes {
    /// Coefficients at the `draws` (a run of lanes for each dimension): those that vary between cases if `within`, else
    /// the others. `characteristics` are those of the decision maker, or of the case.
    pub fn evaluate<const W: usize>(
        &self,
        within: bool,
        theta: &[f64],
        draws: &[[f64; W]],
        characteristics: &[f64],
        order: u8,
        lanes: &mut TasteLanes<W>,
    ) where
        TasteLanes<W>: IndexKernel<W>,
    {
        lanes.beta.resize(self.forms.len(), Run([0.0; W]));
        lanes.slope.resize(self.forms.len(), Run([1.0; W]));
        lanes.bend.resize(self.forms.len(), Run([0.0; W]));
        lanes.computed.resize(self.n_computed, Run([0.0; W]));
        for (at, random) in self.forms.iter().enumerate() {
            if self.within[at] != within {
                continue;
            }
            match random {
                Random::Index {
                    curve,
                    location,
                    loadings,
                } => {
                    let index = (theta[*location as usize], loadings.as_slice(), theta);
                    lanes.index(at, *curve, index, draws);
                }
                Random::Truncated {
                    sign,
                    location,
                    second,
                    dimension,
                    computed,
                } => {
                    let (m, s) = (theta[*location as usize], theta[*second as usize]);
                    for l in 0..W {
                        let all = truncated::coefficient(m, s, draws[*dimension as usize][l], order >= GRADIENT);
                        lanes.beta[at][l] = sign * all[0];
                        for (place, value) in lanes.computed[*computed..*computed + 5].iter_mut().zip(&all[1..]) {
                            place[l] = sign * value;
                        }
                    }
                }
                Random::Program(compiled) => {
                    let (program, inputs) = if order >= CURVATURE {
                        &compiled.second_order
                    } else {
                        &compiled.first_order
                    };
                    lanes.constants.clear();
                    let constant = |input: &Input| match input {
                        Input::Draw(_) => Run([0.0; W]),
                        Input::Characteristic(at) => Run([characteristics[*at]; W]),
                    };
                    lanes.constants.extend(inputs.iter().map(constant));
                    let slices: Vec<&[f64]> = inputs
                        .iter()
                        .zip(&lanes.constants)
                        .map(|(input, constant)| match input {
                            Input::Draw(dimension) => draws[*dimension].as_slice(),
                            Input::Characteristic(_) => constant.as_slice(),
                        })
                        .collect();
                    program.run(&slices, theta, W, &mut lanes.workspace);
                    lanes.beta[at].copy_from_slice(lanes.workspace.output(0));
                    let n = match order {
                        CURVATURE => compiled.n_firsts + compiled.n_seconds,
                        GRADIENT => compiled.n_firsts,
                        _ => 0,
                    };
                    for output in 0..n {
                        lanes.computed[compiled.computed + output].copy_from_slice(lanes.workspace.output(1 + output));
                    }
                }
            }
        }
    }
}

/// An index: its location, the dimension and parameter of each loading, the parameters.
type Index<'a> = (f64, &'a [(u32, u32)], &'a [f64]);

#[inline(always)]
fn index_plain<const W: usize, const FUSED: bool>(
    curve: Curve,
    (location, loadings, theta): Index<'_>,
    draws: &[[f64; W]],
    (beta, slope, bend): (&mut [f64; W], &mut [f64; W], &mut [f64; W]),
) {
    let mut index = [location; W];
    for &(dimension, parameter) in loadings {
        let (draws, loading) = (&draws[dimension as usize], theta[parameter as usize]);
        for l in 0..W {
            index[l] = multiply_add::<FUSED>(loading, draws[l], index[l]);
        }
    }
    match curve {
        Curve::Identity => *beta = index,
        Curve::Exponential { sign } => {
            for l in 0..W {
                beta[l] = sign * exp::<FUSED>(index[l]);
            }
            // Where the exponential is cut off there is no coefficient.
            for l in 0..W {
                beta[l] = if index[l] > FARTHEST {
                    sign * f64::INFINITY
                } else {
                    beta[l]
                };
            }
            *slope = *beta;
            *bend = *beta;
        }
        Curve::Positive { sign } => {
            for l in 0..W {
                beta[l] = if index[l] > 0.0 { sign * index[l] } else { 0.0 };
                slope[l] = if index[l] > 0.0 { sign } else { 0.0 };
                bend[l] = 0.0;
            }
        }
        Curve::Logistic { low, high } => {
            let width = high - low;
            for l in 0..W {
                let share = 1.0 / (1.0 + exp::<FUSED>(-index[l]));
                let rest = 1.0 / (1.0 + exp::<FUSED>(index[l]));
                beta[l] = low + width * share;
                slope[l] = width * share * rest;
                bend[l] = slope[l] * (rest - share);
            }
        }
    }
}

/// Widths for which the functions of indices are compiled.
pub(crate) trait IndexKernel<const W: usize> {
    /// The coefficient at that place.
    fn index(&mut self, at: usize, curve: Curve, index: Index<'_>, draws: &[[f64; W]]);
}

macro_rules! index_kernel {
    ($name:ident, $width:expr) => {
        #[multiversion(targets(
            "x86_64+avx512f+avx512dq+avx512vl+avx2+fma",
            "x86_64+avx2+fma",
            "aarch64+neon"
        ))]
        fn $name(
            curve: Curve,
            index: Index<'_>,
            draws: &[[f64; $width]],
            out: (&mut [f64; $width], &mut [f64; $width], &mut [f64; $width]),
        ) {
            if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                index_plain::<$width, true>(curve, index, draws, out);
            } else {
                index_plain::<$width, false>(curve, index, draws, out);
            }
        }

        impl IndexKernel<$width> for TasteLanes<$width> {
            fn index(&mut self, at: usize, curve: Curve, index: Index<'_>, draws: &[[f64; $width]]) {
                let out = (&mut *self.beta[at], &mut *self.slope[at], &mut *self.bend[at]);
                $name(curve, index, draws, out);
            }
        }
    };
}

index_kernel!(index_wide, WIDE);
index_kernel!(index_narrow, NARROW);
