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

use logsum_draws::ln;
use multiversion::multiversion;

use super::network::Network;
use crate::model::exp::exp;

/// Lanes are taken eight by eight.
const N: usize = 8;
type Lanes = [f64; N];

const ZERO: Lanes = [0.0; N];

/// Buffers. Runs of lanes: of items (slots, then nodes), of edges, of functions.
#[derive(Debug, Default)]
pub(crate) struct NestLanes {
    /// Edges through which nothing comes: an allocation is 0, or all below is closed.
    closed: Vec<bool>,
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
    /// Σ y ln P.
    value: Vec<Lanes>,
    /// Adjoint of functions.
    of_function: Vec<Lanes>,
    tangent: Tangent,
}

/// The same along a direction.
#[derive(Debug, Default)]
struct Tangent {
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
        self.close(network, functions);
        forward(network, functions, utilities.as_chunks().0, self);
    }

    fn close(&mut self, network: &Network, functions: &[f64]) {
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

/// Dissimilarity of a node, and by what w is divided.
#[inline(always)]
fn scales(network: &Network, functions: &[f64], node: usize) -> (f64, f64) {
    let node = &network.nodes[node];
    match node.dissimilarity {
        None => (1.0, 1.0),
        Some(function) if node.normalised => (functions[function], functions[function]),
        Some(function) => (functions[function], 1.0),
    }
}

fn resize(buffer: &mut Vec<Lanes>, len: usize) {
    buffer.resize(len, ZERO);
}

#[inline(always)]
fn forward_plain(network: &Network, functions: &[f64], utilities: &[Lanes], lanes: &mut NestLanes) {
    let (n_items, n_edges) = (network.above.len(), network.edges.len());
    let b = utilities.len() / network.n_slots;
    resize(&mut lanes.u, n_items * b);
    resize(&mut lanes.ln_p, n_items * b);
    resize(&mut lanes.inclusive, network.nodes.len() * b);
    resize(&mut lanes.w, n_edges * b);
    resize(&mut lanes.conditional, n_edges * b);
    resize(&mut lanes.part, n_edges * b);
    lanes.u[..utilities.len()].copy_from_slice(utilities);
    for (at, node) in network.nodes.iter().enumerate() {
        let (lambda, divisor) = scales(network, functions, at);
        let inverse = 1.0 / divisor;
        for k in 0..b {
            let mut largest = [f64::NEG_INFINITY; N];
            for e in node.edges.clone() {
                let edge = &network.edges[e];
                if lanes.closed[e] {
                    lanes.w[e * b + k] = ZERO;
                    continue;
                }
                let shift = edge.allocation.map_or(0.0, |function| functions[function]);
                let u = &lanes.u[edge.item * b + k];
                let w = &mut lanes.w[e * b + k];
                for l in 0..N {
                    w[l] = (shift + u[l]) * inverse;
                    largest[l] = largest[l].max(w[l]);
                }
            }
            let mut total = ZERO;
            for e in node.edges.clone() {
                let (w, conditional) = (&lanes.w[e * b + k], &mut lanes.conditional[e * b + k]);
                if lanes.closed[e] {
                    *conditional = ZERO;
                    continue;
                }
                for l in 0..N {
                    conditional[l] = exp(w[l] - largest[l]);
                    total[l] += conditional[l];
                }
            }
            let inclusive = &mut lanes.inclusive[at * b + k];
            let u = &mut lanes.u[(network.n_slots + at) * b + k];
            let mut share = ZERO;
            if node.edges.clone().all(|e| lanes.closed[e]) {
                (*inclusive, *u) = (ZERO, ZERO);
                continue;
            }
            for l in 0..N {
                share[l] = 1.0 / total[l];
                // A sum of exponentials from 1 to the number of members, or not a number.
                inclusive[l] = largest[l] + if total[l] >= 1.0 { ln(total[l]) } else { f64::NAN };
                u[l] = lambda * inclusive[l];
            }
            for e in node.edges.clone() {
                let conditional = &mut lanes.conditional[e * b + k];
                for l in 0..N {
                    conditional[l] *= share[l];
                }
            }
        }
    }
    // From above.
    let root = n_items - 1;
    lanes.ln_p[root * b..].fill(ZERO);
    for item in (0..root).rev() {
        let above = &network.above[item];
        for k in 0..b {
            let through = |e: u32, lanes: &NestLanes| -> Lanes {
                let node = network.edges[e as usize].node;
                let (ln_p, w) = (
                    &lanes.ln_p[(network.n_slots + node) * b + k],
                    &lanes.w[e as usize * b + k],
                );
                let inclusive = &lanes.inclusive[node * b + k];
                std::array::from_fn(|l| ln_p[l] + (w[l] - inclusive[l]))
            };
            if let [e] = above[..] {
                let closed = lanes.closed[e as usize];
                lanes.part[e as usize * b + k] = [if closed { 0.0 } else { 1.0 }; N];
                lanes.ln_p[item * b + k] = if closed { ZERO } else { through(e, lanes) };
                continue;
            }
            let mut largest = [f64::NEG_INFINITY; N];
            for &e in above {
                if lanes.closed[e as usize] {
                    lanes.part[e as usize * b + k] = [f64::NEG_INFINITY; N];
                    continue;
                }
                let ln_part = through(e, lanes);
                lanes.part[e as usize * b + k] = ln_part;
                for l in 0..N {
                    largest[l] = largest[l].max(ln_part[l]);
                }
            }
            let mut total = ZERO;
            for &e in above {
                let part = &mut lanes.part[e as usize * b + k];
                for l in 0..N {
                    part[l] = exp(part[l] - largest[l]);
                    total[l] += part[l];
                }
            }
            let ln_p = &mut lanes.ln_p[item * b + k];
            for l in 0..N {
                ln_p[l] = largest[l] + if total[l] >= 1.0 { ln(total[l]) } else { f64::NAN };
                total[l] = 1.0 / total[l];
            }
            for &e in above {
                let part = &mut lanes.part[e as usize * b + k];
                for l in 0..N {
                    part[l] *= total[l];
                }
            }
        }
    }
}

#[inline(always)]
fn backward_plain(network: &Network, functions: &[f64], outcomes: &[Lanes], lanes: &mut NestLanes) {
    let n_items = network.above.len();
    let b = lanes.u.len() / n_items;
    let root = n_items - 1;
    resize(&mut lanes.of_ln_p, n_items * b);
    resize(&mut lanes.of_u, n_items * b);
    resize(&mut lanes.of_edge, network.edges.len() * b);
    resize(&mut lanes.of_w, network.edges.len() * b);
    resize(&mut lanes.value, b);
    resize(&mut lanes.of_function, functions.len() * b);
    lanes.value.fill(ZERO);
    lanes.of_function.fill(ZERO);
    lanes.of_ln_p[..outcomes.len()].copy_from_slice(outcomes);
    lanes.of_ln_p[outcomes.len()..].fill(ZERO);
    for slot in 0..network.n_slots {
        for k in 0..b {
            let (y, ln_p, value) = (&outcomes[slot * b + k], &lanes.ln_p[slot * b + k], &mut lanes.value[k]);
            for l in 0..N {
                value[l] += if y[l] > 0.0 { y[l] * ln_p[l] } else { 0.0 };
            }
        }
    }
    // Up: members before their nests.
    for item in 0..root {
        for &e in &network.above[item] {
            let (e, node) = (e as usize, network.edges[e as usize].node);
            for k in 0..b {
                let of_item = lanes.of_ln_p[item * b + k];
                let (part, of_edge) = (&lanes.part[e * b + k], &mut lanes.of_edge[e * b + k]);
                let of_node = &mut lanes.of_ln_p[(network.n_slots + node) * b + k];
                for l in 0..N {
                    of_edge[l] = of_item[l] * part[l];
                    of_node[l] += of_edge[l];
                }
            }
        }
    }
    // Down: nests before their members.
    for item in (0..n_items).rev() {
        for k in 0..b {
            let mut of_u = ZERO;
            for &e in &network.above[item] {
                let (_, divisor) = scales(network, functions, network.edges[e as usize].node);
                let (of_w, inverse) = (&lanes.of_w[e as usize * b + k], 1.0 / divisor);
                for l in 0..N {
                    of_u[l] += of_w[l] * inverse;
                }
            }
            lanes.of_u[item * b + k] = of_u;
        }
        let Some(at) = item.checked_sub(network.n_slots) else {
            continue;
        };
        let node = &network.nodes[at];
        let (lambda, divisor) = scales(network, functions, at);
        let inverse = 1.0 / divisor;
        for k in 0..b {
            let (of_u, of_ln_p) = (lanes.of_u[item * b + k], lanes.of_ln_p[item * b + k]);
            let inclusive = &lanes.inclusive[at * b + k];
            let mut of_lambda: Lanes = std::array::from_fn(|l| of_u[l] * inclusive[l]);
            for e in node.edges.clone() {
                let edge = &network.edges[e];
                if lanes.closed[e] {
                    lanes.of_w[e * b + k] = ZERO;
                    continue;
                }
                let (of_edge, conditional) = (&lanes.of_edge[e * b + k], &lanes.conditional[e * b + k]);
                let (w, of_w) = (&lanes.w[e * b + k], &mut lanes.of_w[e * b + k]);
                for l in 0..N {
                    of_w[l] = of_edge[l] + (lambda * of_u[l] - of_ln_p[l]) * conditional[l];
                }
                if node.normalised {
                    for l in 0..N {
                        of_lambda[l] -= of_w[l] * w[l] * inverse;
                    }
                }
                if let Some(function) = edge.allocation {
                    let of_function = &mut lanes.of_function[function * b + k];
                    for l in 0..N {
                        of_function[l] += of_w[l] * inverse;
                    }
                }
            }
            if let Some(function) = node.dissimilarity {
                let of_function = &mut lanes.of_function[function * b + k];
                for l in 0..N {
                    of_function[l] += of_lambda[l];
                }
            }
        }
    }
}

#[inline(always)]
fn along_plain(network: &Network, functions: &[f64], direction: &[f64], lanes: &mut NestLanes) {
    let n_items = network.above.len();
    let b = lanes.u.len() / n_items;
    let root = n_items - 1;
    let t = &mut lanes.tangent;
    resize(&mut t.inclusive, network.nodes.len() * b);
    resize(&mut t.w, network.edges.len() * b);
    resize(&mut t.part, network.edges.len() * b);
    resize(&mut t.ln_p, n_items * b);
    resize(&mut t.of_ln_p, n_items * b);
    resize(&mut t.of_u, n_items * b);
    resize(&mut t.of_edge, network.edges.len() * b);
    resize(&mut t.of_w, network.edges.len() * b);
    resize(&mut t.of_function, functions.len() * b);
    t.of_function.fill(ZERO);
    t.of_ln_p.fill(ZERO);
    t.ln_p[root * b..].fill(ZERO);
    let change = |function: Option<usize>| function.map_or(0.0, |function| direction[function]);
    let scaled = |at: usize| {
        let node = &network.nodes[at];
        let (lambda, divisor) = scales(network, functions, at);
        let d_lambda = change(node.dissimilarity);
        (
            lambda,
            d_lambda,
            1.0 / divisor,
            if node.normalised { d_lambda } else { 0.0 },
        )
    };
    for (at, node) in network.nodes.iter().enumerate() {
        let (lambda, d_lambda, inverse, d_divisor) = scaled(at);
        for k in 0..b {
            let mut d_inclusive = ZERO;
            for e in node.edges.clone() {
                let edge = &network.edges[e];
                let d_w = &mut t.w[e * b + k];
                if lanes.closed[e] {
                    *d_w = ZERO;
                    continue;
                }
                let d_shift = change(edge.allocation);
                let (d_u, w) = (&t.u[edge.item * b + k], &lanes.w[e * b + k]);
                let conditional = &lanes.conditional[e * b + k];
                for l in 0..N {
                    d_w[l] = (d_shift + d_u[l] - w[l] * d_divisor) * inverse;
                    d_inclusive[l] += conditional[l] * d_w[l];
                }
            }
            let inclusive = &lanes.inclusive[at * b + k];
            let d_u = &mut t.u[(network.n_slots + at) * b + k];
            for l in 0..N {
                d_u[l] = d_lambda * inclusive[l] + lambda * d_inclusive[l];
            }
            t.inclusive[at * b + k] = d_inclusive;
        }
    }
    for item in (0..root).rev() {
        let above = &network.above[item];
        for k in 0..b {
            let mut d_ln_p = ZERO;
            for &e in above {
                let (e, node) = (e as usize, network.edges[e as usize].node);
                let (d_node, d_w) = (&t.ln_p[(network.n_slots + node) * b + k], &t.w[e * b + k]);
                let (d_inclusive, d_part) = (&t.inclusive[node * b + k], &mut t.part[e * b + k]);
                let part = &lanes.part[e * b + k];
                for l in 0..N {
                    d_part[l] = d_node[l] + d_w[l] - d_inclusive[l];
                    d_ln_p[l] += part[l] * d_part[l];
                }
            }
            for &e in above {
                let (part, d_part) = (&lanes.part[e as usize * b + k], &mut t.part[e as usize * b + k]);
                for l in 0..N {
                    d_part[l] = part[l] * (d_part[l] - d_ln_p[l]);
                }
            }
            t.ln_p[item * b + k] = d_ln_p;
        }
    }
    for item in 0..root {
        for &e in &network.above[item] {
            let (e, node) = (e as usize, network.edges[e as usize].node);
            for k in 0..b {
                let (of_item, d_of_item) = (&lanes.of_ln_p[item * b + k], t.of_ln_p[item * b + k]);
                let (part, d_part) = (&lanes.part[e * b + k], &t.part[e * b + k]);
                let d_of_edge = &mut t.of_edge[e * b + k];
                let d_of_node = &mut t.of_ln_p[(network.n_slots + node) * b + k];
                for l in 0..N {
                    d_of_edge[l] = d_of_item[l] * part[l] + of_item[l] * d_part[l];
                    d_of_node[l] += d_of_edge[l];
                }
            }
        }
    }
    for item in (0..n_items).rev() {
        for k in 0..b {
            let mut d_of_u = ZERO;
            for &e in &network.above[item] {
                let (_, _, inverse, d_divisor) = scaled(network.edges[e as usize].node);
                let (of_w, d_of_w) = (&lanes.of_w[e as usize * b + k], &t.of_w[e as usize * b + k]);
                for l in 0..N {
                    d_of_u[l] += (d_of_w[l] - of_w[l] * d_divisor * inverse) * inverse;
                }
            }
            t.of_u[item * b + k] = d_of_u;
        }
        let Some(at) = item.checked_sub(network.n_slots) else {
            continue;
        };
        let node = &network.nodes[at];
        let (lambda, d_lambda, inverse, d_divisor) = scaled(at);
        for k in 0..b {
            let (of_u, d_of_u) = (lanes.of_u[item * b + k], t.of_u[item * b + k]);
            let (of_ln_p, d_of_ln_p) = (lanes.of_ln_p[item * b + k], t.of_ln_p[item * b + k]);
            let (inclusive, d_inclusive) = (&lanes.inclusive[at * b + k], t.inclusive[at * b + k]);
            let mut d_of_lambda: Lanes = std::array::from_fn(|l| d_of_u[l] * inclusive[l] + of_u[l] * d_inclusive[l]);
            for e in node.edges.clone() {
                let edge = &network.edges[e];
                if lanes.closed[e] {
                    t.of_w[e * b + k] = ZERO;
                    continue;
                }
                let (conditional, w, d_w) = (&lanes.conditional[e * b + k], &lanes.w[e * b + k], &t.w[e * b + k]);
                let (of_w, d_of_edge, d_of_w) = (&lanes.of_w[e * b + k], &t.of_edge[e * b + k], &mut t.of_w[e * b + k]);
                for l in 0..N {
                    let d_conditional = conditional[l] * (d_w[l] - d_inclusive[l]);
                    let factor = lambda * of_u[l] - of_ln_p[l];
                    let d_factor = d_lambda * of_u[l] + lambda * d_of_u[l] - d_of_ln_p[l];
                    d_of_w[l] = d_of_edge[l] + d_factor * conditional[l] + factor * d_conditional;
                }
                if node.normalised {
                    for l in 0..N {
                        let d_product = d_of_w[l] * w[l] + of_w[l] * d_w[l];
                        d_of_lambda[l] -= (d_product - of_w[l] * w[l] * d_divisor * inverse) * inverse;
                    }
                }
                if let Some(function) = edge.allocation {
                    let d_of_function = &mut t.of_function[function * b + k];
                    for l in 0..N {
                        d_of_function[l] += (d_of_w[l] - of_w[l] * d_divisor * inverse) * inverse;
                    }
                }
            }
            if let Some(function) = node.dissimilarity {
                let d_of_function = &mut t.of_function[function * b + k];
                for l in 0..N {
                    d_of_function[l] += d_of_lambda[l];
                }
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn forward(network: &Network, functions: &[f64], utilities: &[Lanes], lanes: &mut NestLanes) {
    forward_plain(network, functions, utilities, lanes);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn backward(network: &Network, functions: &[f64], outcomes: &[Lanes], lanes: &mut NestLanes) {
    backward_plain(network, functions, outcomes, lanes);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn along(network: &Network, functions: &[f64], direction: &[f64], lanes: &mut NestLanes) {
    along_plain(network, functions, direction, lanes);
}
