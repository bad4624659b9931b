//! Kernels beyond logit: what turns utilities into choice probabilities where softmax does not.
//!
//! A kernel sees lanes that share a choice set, cases or draws: it cannot tell. Of their utilities it makes ln P and the
//! logsum; of an outcome Σ_j y_j ln P_j with its derivatives in the utilities and in functions of its own (dissimilarities,
//! allocations, thresholds), and how these derivatives change along a direction, from which come rows of the Hessian.

mod draw;
mod generated;
mod joint;
mod lanes;
mod nested;
mod network;
mod ordered;
mod visit;

use std::sync::Arc;

pub(crate) use joint::MOST_TIED;
pub(crate) use nested::NestedKernel;
pub(crate) use ordered::OrderedKernel;
pub(crate) use visit::OfSet;

use logsum_data::Joint;
use logsum_draws::Stream;

use super::functions::Values;
use crate::error::SpecificationError;
use crate::specification::Specification;
use generated::{GeneratedKernel, GeneratedLanes, GeneratedSet};
use joint::{JointLanes, JointSet};
use lanes::NestLanes;
use network::Network;
use ordered::{OrderedLanes, Ranks};

/// A kernel with what it depends on.
#[derive(Debug)]
pub(crate) enum Kernel {
    Nested(NestedKernel),
    Generated(GeneratedKernel),
    Ordered(OrderedKernel),
    /// Logit with outcomes of several alternatives.
    Joint(Joint),
}

/// What a kernel is for the alternatives of one choice set.
#[derive(Debug)]
pub(crate) enum SetKernel {
    Nested(Network),
    Generated(GeneratedSet),
    Ordered(Ranks),
    Joint(JointSet),
}

/// The functions of a kernel at some parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct KernelAt {
    pub functions: Values,
    /// Parameters that the derivatives of the functions belong to, ascending.
    pub parameters: Vec<u32>,
}

/// The same for all threads; none of logit.
pub(crate) type SharedAt = Option<Arc<KernelAt>>;

impl Kernel {
    /// That of a validated specification, for alternatives of these names and outcomes that may be several of them; none
    /// if it is logit.
    ///
    /// # Errors
    /// Names that are no alternatives.
    pub fn new(
        specification: &Specification,
        alternatives: &[String],
        joint: Option<Joint>,
    ) -> Result<Option<Self>, SpecificationError> {
        if let Some(joint) = joint {
            return Ok(Some(Kernel::Joint(joint)));
        }
        if let Some(generator) = &specification.generator {
            return Ok(Some(Kernel::Generated(GeneratedKernel::new(specification, generator)?)));
        }
        if let Some(ordered) = &specification.ordered {
            let ordered = OrderedKernel::new(specification, ordered, alternatives.len());
            return Ok(Some(Kernel::Ordered(ordered)));
        }
        let nests = specification.nests.as_ref();
        let nested = nests.map(|nests| NestedKernel::new(specification, nests, alternatives));
        Ok(nested.transpose()?.map(Kernel::Nested))
    }

    /// Parameters of the kernel itself, ascending.
    pub fn parameters(&self) -> &[u32] {
        match self {
            Kernel::Nested(nested) => nested.parameters(),
            Kernel::Generated(generated) => generated.parameters(),
            Kernel::Ordered(ordered) => &ordered.parameters,
            Kernel::Joint(_) => &[],
        }
    }

    /// How outcomes of several alternatives are taken, where there may be such.
    pub fn joint(&self) -> Option<Joint> {
        match self {
            Kernel::Joint(joint) => Some(*joint),
            Kernel::Nested(_) | Kernel::Generated(_) | Kernel::Ordered(_) => None,
        }
    }

    /// Its functions at `theta`.
    ///
    /// # Errors
    /// Why there are none.
    pub fn at(&self, theta: &[f64]) -> Result<KernelAt, String> {
        let functions = match self {
            Kernel::Nested(nested) => nested.at(theta)?,
            Kernel::Generated(generated) => generated.at(theta),
            Kernel::Ordered(ordered) => ordered.at(theta)?,
            Kernel::Joint(_) => Values::default(),
        };
        let finite = |all: &[Vec<f64>]| all.iter().flatten().all(|value| value.is_finite());
        if !finite(&functions.first) || !finite(&functions.second) {
            return Err("a derivative of the kernel's own parameters is not a finite number".to_owned());
        }
        Ok(KernelAt {
            functions,
            parameters: self.parameters().to_vec(),
        })
    }

    /// Where utilities of 0 make all outcomes equally likely; none where logit does, which has no functions.
    pub fn at_equal_shares(&self) -> SharedAt {
        match self {
            Kernel::Nested(_) | Kernel::Generated(_) => None,
            Kernel::Joint(_) => Some(Arc::default()),
            Kernel::Ordered(ordered) => Some(Arc::new(KernelAt {
                functions: ordered.at_equal_shares(),
                parameters: self.parameters().to_vec(),
            })),
        }
    }

    /// For a choice set of these alternatives.
    pub fn of_set(&self, alternatives: &[u32]) -> SetKernel {
        match self {
            Kernel::Nested(nested) => SetKernel::Nested(nested.tree.network(alternatives)),
            Kernel::Generated(generated) => SetKernel::Generated(generated.of_set(alternatives)),
            Kernel::Ordered(ordered) => SetKernel::Ordered(ordered.of_set(alternatives)),
            Kernel::Joint(joint) => SetKernel::Joint(JointSet {
                joint: *joint,
                n_slots: alternatives.len(),
            }),
        }
    }

    /// Whether adding the same to all utilities changes no probability.
    pub fn is_invariant(&self) -> bool {
        match self {
            Kernel::Nested(nested) => nested.tree.is_invariant(),
            // A function of degree 1, by its contract.
            Kernel::Generated(_) | Kernel::Joint(_) => true,
            Kernel::Ordered(_) => false,
        }
    }

    /// Whether ln P is concave in utilities and the kernel's parameters together: then there is one maximum.
    ///
    /// # Source
    /// Of ordered models Pratt (1981), *Concavity of the log likelihood*; of ties, whose probability is that of a convex
    /// set under a density with a concave logarithm, Prékopa (1973), *On logarithmic concave measures and functions*.
    pub fn is_concave(&self) -> bool {
        match self {
            Kernel::Nested(_) | Kernel::Generated(_) => false,
            Kernel::Ordered(_) | Kernel::Joint(_) => true,
        }
    }

    /// Parameters on which no probability in these choice sets depends.
    pub fn without_effect<'s>(&self, sets: impl Iterator<Item = &'s SetKernel>) -> Vec<u32> {
        match self {
            Kernel::Nested(nested) => nested.without_effect(sets.filter_map(|set| match set {
                SetKernel::Nested(network) => Some(network),
                SetKernel::Generated(_) | SetKernel::Ordered(_) | SetKernel::Joint(_) => None,
            })),
            Kernel::Generated(_) | Kernel::Ordered(_) | Kernel::Joint(_) => Vec::new(),
        }
    }
}

impl SetKernel {
    /// Slot of each rank, where alternatives are ordered.
    pub fn order(&self) -> Option<&[usize]> {
        match self {
            SetKernel::Nested(_) | SetKernel::Generated(_) | SetKernel::Joint(_) => None,
            SetKernel::Ordered(ranks) => Some(ranks.order()),
        }
    }

    /// Whether probabilities depend in this choice set on each of so many functions.
    pub fn depends_on(&self, n_functions: usize) -> Vec<bool> {
        let mut depends = vec![false; n_functions];
        match self {
            SetKernel::Nested(network) => network.functions().for_each(|function| depends[function] = true),
            SetKernel::Ordered(ranks) => ranks.functions().for_each(|function| depends[function] = true),
            SetKernel::Generated(_) => depends.fill(true),
            SetKernel::Joint(_) => {}
        }
        depends
    }
}

/// One random outcome: the slot that a maximiser of random utility takes.
pub(crate) fn choose(set: &SetKernel, functions: &[f64], utilities: &[f64], stream: &mut Stream) -> usize {
    match set {
        SetKernel::Nested(network) => draw::choose_nested(network, functions, utilities, stream),
        SetKernel::Generated(set) => generated::choose_generated(set, functions, utilities, stream),
        SetKernel::Ordered(ranks) => ordered::choose_rank(ranks, functions, utilities, stream),
        SetKernel::Joint(_) => super::logit::choose(utilities, stream),
    }
}

/// Buffers of a thread, and what the kernel left in them: runs of lanes, of slots or of functions.
#[derive(Debug, Default)]
pub(crate) struct KernelLanes {
    /// ln P of slots.
    pub ln_probabilities: Vec<f64>,
    pub logsums: Vec<f64>,
    /// Σ_j y_j ln P_j.
    pub values: Vec<f64>,
    /// Its derivatives in the utilities of slots, and in functions.
    pub of_utilities: Vec<f64>,
    pub of_functions: Vec<f64>,
    /// A direction of the utilities of slots, and the changes of those derivatives along it.
    pub direction: Vec<f64>,
    pub changes_of_utilities: Vec<f64>,
    pub changes_of_functions: Vec<f64>,
    nests: NestLanes,
    generated: GeneratedLanes,
    ordered: OrderedLanes,
    joint: JointLanes,
}

fn copy(to: &mut Vec<f64>, from: &[f64]) {
    to.clear();
    to.extend_from_slice(from);
}

impl KernelLanes {
    /// ln P and logsums (of an ordered model its index) at the `utilities` of slots, each a run of lanes, a multiple of eight.
    pub fn forward(&mut self, set: &SetKernel, functions: &[f64], utilities: &[f64]) {
        match set {
            SetKernel::Nested(network) => {
                self.nests.forward(network, functions, utilities);
                copy(&mut self.ln_probabilities, self.nests.ln_probabilities(network));
                copy(&mut self.logsums, self.nests.logsums(network));
            }
            SetKernel::Generated(set) => {
                let out = generated::Out {
                    ln_probabilities: &mut self.ln_probabilities,
                    logsums: &mut self.logsums,
                };
                self.generated.forward(set, functions, utilities, out);
            }
            SetKernel::Ordered(ranks) => {
                self.ordered.forward(ranks, functions, utilities);
                copy(&mut self.ln_probabilities, self.ordered.ln_p.as_flattened());
                copy(&mut self.logsums, self.ordered.index.as_flattened());
            }
            SetKernel::Joint(set) => {
                let out = (&mut self.ln_probabilities, &mut self.logsums);
                self.joint.forward(set, utilities, out);
            }
        }
    }

    /// Σ_j y_j ln P_j with its derivatives, after [`KernelLanes::forward`]; `outcomes`: y of slots. Where several alternatives
    /// are one outcome, that of all those whose y is not 0.
    pub fn backward(&mut self, set: &SetKernel, functions: &[f64], outcomes: &[f64]) {
        match set {
            SetKernel::Nested(network) => {
                self.nests.backward(network, functions, outcomes);
                copy(&mut self.values, self.nests.values());
                copy(&mut self.of_utilities, self.nests.of_utilities(network));
                copy(&mut self.of_functions, self.nests.of_functions());
            }
            SetKernel::Generated(set) => {
                let lanes = self.logsums.len();
                self.values.clear();
                self.values.resize(lanes, 0.0);
                for (y, ln_p) in outcomes
                    .chunks_exact(lanes)
                    .zip(self.ln_probabilities.chunks_exact(lanes))
                {
                    for ((value, y), ln_p) in self.values.iter_mut().zip(y).zip(ln_p) {
                        *value += if *y > 0.0 { y * ln_p } else { 0.0 };
                    }
                }
                let out = (&mut self.of_utilities, &mut self.of_functions);
                self.generated.backward(set, functions, outcomes, out);
            }
            SetKernel::Ordered(ranks) => {
                self.ordered.backward(ranks, functions, outcomes);
                copy(&mut self.values, self.ordered.value.as_flattened());
                copy(&mut self.of_utilities, self.ordered.of_utilities.as_flattened());
                copy(&mut self.of_functions, self.ordered.of_thresholds.as_flattened());
            }
            SetKernel::Joint(set) => {
                self.of_functions.clear();
                let out = (&mut self.values, &mut self.of_utilities);
                self.joint.backward(set, outcomes, out);
            }
        }
    }

    /// Their changes along `direction` of utilities and that one of the functions, after [`KernelLanes::backward`].
    pub fn along(&mut self, set: &SetKernel, functions: &[f64], of_functions: &[f64]) {
        match set {
            SetKernel::Nested(network) => {
                self.nests.along(network, functions, &self.direction, of_functions);
                let (utilities, functions) = self.nests.changes(network);
                copy(&mut self.changes_of_utilities, utilities);
                copy(&mut self.changes_of_functions, functions);
            }
            SetKernel::Generated(set) => {
                let out = (&mut self.changes_of_utilities, &mut self.changes_of_functions);
                self.generated
                    .along(set, functions, (&self.direction, of_functions), out);
            }
            SetKernel::Ordered(ranks) => {
                self.ordered.along(ranks, &self.direction, of_functions);
                copy(
                    &mut self.changes_of_utilities,
                    self.ordered.changes_of_utilities.as_flattened(),
                );
                copy(
                    &mut self.changes_of_functions,
                    self.ordered.changes_of_thresholds.as_flattened(),
                );
            }
            SetKernel::Joint(set) => {
                self.changes_of_functions.clear();
                self.joint.along(set, &self.direction, &mut self.changes_of_utilities);
            }
        }
    }

    /// A direction that does not move, to be filled.
    pub fn still(&mut self) -> &mut [f64] {
        self.direction.clear();
        self.direction.resize(self.of_utilities.len(), 0.0);
        &mut self.direction
    }
}
