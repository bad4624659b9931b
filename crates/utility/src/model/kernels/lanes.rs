//! Nested and cross-nested logit over lanes: probabilities, and what an outcome gives to the derivatives.
//!
//! At each node n, with dissimilarity λ_n (1 at the root), members c and their allocations α_nc:
//!
//! ```text
//! w_nc = (ln α_nc + U_c) / λ_n,   I_n = ln Σ_c exp w_nc,   U_n = λ_n I_n,   P(c|n) = exp(w_nc − I_n)
//! ```
//!
//! with U of an alternative its utility. Where a nest is not normalised, w_nc = ln α_nc + U_c instead. A probability is
//! the sum over all ways down,
//!
//! ```text
//! P_c = Σ_n P_n P(c|n),   P_root = 1
//! ```
//!
//! All is computed in logarithms. Derivatives of Σ_j y_j ln P_j come from one sweep up (how P_j depends on what is above)
//! and one down (how U depends on what is below); second derivatives from the tangents of both.
//!
//! # Source
//! McFadden (1978), *Modelling the choice of residential location*; Daly and Bierlaire (2006), *A general and operational
//! representation of generalised extreme value models*; of the form that is not normalised Daly (1987), *Estimating
//! "tree" logit models*.

mod along;
mod backward;
mod forward;

use super::network::Network;
use along::along;
use backward::backward;
use forward::forward;

/// Lanes are taken eight by eight.
const N: usize = 8;
type Lanes = [f64; N];

const ZERO: Lanes = [0.0; N];

/// Buffers. Runs of lanes: of items (slots, then nodes), of edges, of functions.
#[derive(Debug, Default)]
pub(crate) struct NestLanes {
    /// Edges through which nothing comes: an allocation is 0, or all below is closed.
    closed: Vec<bool>,
    /// Of nodes.
    scales: Vec<Scale>,
    /// U of items.
    u: Vec<Lanes>,
    /// I of nodes.
    inclusive: Vec<Lanes>,
    /// w, P(c|n) and the part of P_c that comes through the edge.
    w: Vec<Lanes>,
    conditional: Vec<Lanes>,
    part: Vec<Lanes>,
    /// ln P of items.
    ln_p: Vec<Lanes>,
    /// Adjoint of ln P of items, of w and of U.
    of_ln_p: Vec<Lanes>,
    of_edge: Vec<Lanes>,
    of_w: Vec<Lanes>,
    of_u: Vec<Lanes>,
    /// λ times the adjoint of U less that of ln P, of nodes.
    factor: Vec<Lanes>,
    /// Σ y ln P.
    value: Vec<Lanes>,
    /// Adjoint of functions.
    of_function: Vec<Lanes>,
    /// A run each for what is gathered over edges.
    largest: Vec<Lanes>,
    total: Vec<Lanes>,
    tangent: Tangent,
}

/// The same along a direction.
#[derive(Debug, Default)]
struct Tangent {
    scales: Vec<ScaleChange>,
    u: Vec<Lanes>,
    inclusive: Vec<Lanes>,
    w: Vec<Lanes>,
    part: Vec<Lanes>,
    ln_p: Vec<Lanes>,
    of_ln_p: Vec<Lanes>,
    of_edge: Vec<Lanes>,
    of_w: Vec<Lanes>,
    of_u: Vec<Lanes>,
    of_function: Vec<Lanes>,
}

impl NestLanes {
    /// Probabilities at `utilities`, slot after slot so many runs of eight lanes, and the values of the functions.
    pub fn forward(&mut self, network: &Network, functions: &[f64], utilities: &[f64]) {
        self.prepare(network, functions);
        forward(network, functions, utilities.as_chunks().0, self);
    }

    /// What holds for all lanes.
    fn prepare(&mut self, network: &Network, functions: &[f64]) {
        self.scales.clear();
        self.scales.extend(network.nodes.iter().map(|node| {
            let lambda = node.dissimilarity.map_or(1.0, |function| functions[function]);
            Scale {
                lambda,
                inverse: if node.normalised { 1.0 / lambda } else { 1.0 },
            }
        }));
        self.closed.clear();
        for edge in &network.edges {
            let nothing = edge
                .allocation
                .is_some_and(|function| functions[function] == f64::NEG_INFINITY);
            let below = edge.item.checked_sub(network.n_slots);
            let inside = below.map(|node| network.nodes[node].edges.clone());
            let empty = inside.is_some_and(|edges| self.closed[edges].iter().all(|closed| *closed));
            self.closed.push(nothing || empty);
        }
    }

    /// Σ_j y_j ln P_j with its derivatives in utilities and functions, after [`NestLanes::forward`]. `outcomes`: y.
    pub fn backward(&mut self, network: &Network, functions: &[f64], outcomes: &[f64]) {
        backward(network, functions, outcomes.as_chunks().0, self);
    }

    /// How those derivatives change along a direction of the utilities and of the functions.
    pub fn along(&mut self, network: &Network, functions: &[f64], of_utilities: &[f64], of_functions: &[f64]) {
        let slots = of_utilities.len() / N;
        self.tangent.u.resize(self.u.len(), ZERO);
        self.tangent.u[..slots].as_flattened_mut().copy_from_slice(of_utilities);
        along(network, functions, of_functions, self);
    }

    /// ln P of slots.
    pub fn ln_probabilities(&self, network: &Network) -> &[f64] {
        let blocks = self.u.len() / network.above.len();
        self.ln_p[..network.n_slots * blocks].as_flattened()
    }

    /// I of the root.
    pub fn logsums(&self, network: &Network) -> &[f64] {
        let blocks = self.inclusive.len() / network.nodes.len();
        self.inclusive[(network.nodes.len() - 1) * blocks..].as_flattened()
    }

    /// Σ y ln P.
    pub fn values(&self) -> &[f64] {
        self.value.as_flattened()
    }

    /// Derivatives in the utilities of slots.
    pub fn of_utilities(&self, network: &Network) -> &[f64] {
        let blocks = self.u.len() / network.above.len();
        self.of_u[..network.n_slots * blocks].as_flattened()
    }

    /// Derivatives in the functions.
    pub fn of_functions(&self) -> &[f64] {
        self.of_function.as_flattened()
    }

    /// Their changes along the direction.
    pub fn changes(&self, network: &Network) -> (&[f64], &[f64]) {
        let blocks = self.u.len() / network.above.len();
        let of_u = self.tangent.of_u[..network.n_slots * blocks].as_flattened();
        (of_u, self.tangent.of_function.as_flattened())
    }
}

/// A node: its dissimilarity, and by what w is multiplied.
#[derive(Clone, Copy, Debug, Default)]
struct Scale {
    lambda: f64,
    inverse: f64,
}

/// The same along a direction; of the divisor 1/`inverse`, relative to itself.
#[derive(Clone, Copy, Debug, Default)]
struct ScaleChange {
    lambda: f64,
    divisor: f64,
}

fn resize(buffer: &mut Vec<Lanes>, len: usize) {
    buffer.resize(len, ZERO);
}

/// Keeps the eight lanes of a block together: compilers would take one lane of several blocks at once, which gathers.
#[inline(always)]
fn one_block() {
    std::hint::black_box(());
}

/// The run of `b` blocks at a place.
#[inline(always)]
fn run(buffer: &[Lanes], place: usize, b: usize) -> &[Lanes] {
    &buffer[place * b..][..b]
}

#[inline(always)]
fn run_mut(buffer: &mut [Lanes], place: usize, b: usize) -> &mut [Lanes] {
    &mut buffer[place * b..][..b]
}

/// The runs at a place and at a higher one.
#[inline(always)]
fn two(buffer: &mut [Lanes], low: usize, high: usize, b: usize) -> (&mut [Lanes], &mut [Lanes]) {
    let (below, above) = buffer.split_at_mut(high * b);
    (&mut below[low * b..][..b], &mut above[..b])
}
