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

#[inline(always)]
fn forward_plain(network: &Network, functions: &[f64], utilities: &[Lanes], lanes: &mut NestLanes) {
    let (n_slots, n_items, n_edges) = (network.n_slots, network.above.len(), network.edges.len());
    let b = utilities.len() / n_slots;
    let NestLanes {
        closed,
        scales,
        u,
        inclusive,
        w,
        conditional,
        part,
        ln_p,
        largest,
        total,
        ..
    } = lanes;
    resize(u, n_items * b);
    resize(ln_p, n_items * b);
    resize(inclusive, network.nodes.len() * b);
    resize(w, n_edges * b);
    resize(conditional, n_edges * b);
    resize(part, n_edges * b);
    resize(largest, b);
    resize(total, b);
    let (largest, total) = (&mut largest[..b], &mut total[..b]);
    u[..utilities.len()].copy_from_slice(utilities);
    for (at, node) in network.nodes.iter().enumerate() {
        let Scale { lambda, inverse } = scales[at];
        largest.fill([f64::NEG_INFINITY; N]);
        for e in node.edges.clone() {
            let edge = &network.edges[e];
            let (u, w) = (run(u, edge.item, b), run_mut(w, e, b));
            if closed[e] {
                w.fill(ZERO);
                continue;
            }
            let shift = edge.allocation.map_or(0.0, |function| functions[function]);
            for ((w, u), largest) in w.iter_mut().zip(u).zip(&mut *largest) {
                one_block();
                let u = *u;
                let mut w_now = *w;
                let mut largest_now = *largest;
                for l in 0..N {
                    w_now[l] = (shift + u[l]) * inverse;
                    largest_now[l] = largest_now[l].max(w_now[l]);
                }
                *w = w_now;
                *largest = largest_now;
            }
        }
        total.fill(ZERO);
        for e in node.edges.clone() {
            let (w, conditional) = (run(w, e, b), run_mut(conditional, e, b));
            if closed[e] {
                conditional.fill(ZERO);
                continue;
            }
            for (((conditional, w), largest), total) in conditional.iter_mut().zip(w).zip(&*largest).zip(&mut *total) {
                one_block();
                let w = *w;
                let largest = *largest;
                let mut conditional_now = *conditional;
                let mut total_now = *total;
                for l in 0..N {
                    conditional_now[l] = exp(w[l] - largest[l]);
                    total_now[l] += conditional_now[l];
                }
                *conditional = conditional_now;
                *total = total_now;
            }
        }
        let (inclusive, u) = (run_mut(inclusive, at, b), run_mut(u, n_slots + at, b));
        if node.edges.clone().all(|e| closed[e]) {
            inclusive.fill(ZERO);
            u.fill(ZERO);
            continue;
        }
        for (((inclusive, u), largest), total) in inclusive.iter_mut().zip(u).zip(&*largest).zip(&mut *total) {
            one_block();
            let largest = *largest;
            let mut inclusive_now = *inclusive;
            let mut u_now = *u;
            let mut total_now = *total;
            for l in 0..N {
                // A sum of exponentials from 1 to the number of members, or not a number.
                inclusive_now[l] = largest[l]
                    + if total_now[l] >= 1.0 {
                        ln(total_now[l])
                    } else {
                        f64::NAN
                    };
                u_now[l] = lambda * inclusive_now[l];
                total_now[l] = 1.0 / total_now[l];
            }
            *inclusive = inclusive_now;
            *u = u_now;
            *total = total_now;
        }
        for e in node.edges.clone().filter(|&e| !closed[e]) {
            for (conditional, total) in run_mut(conditional, e, b).iter_mut().zip(&*total) {
                one_block();
                let total = *total;
                let mut conditional_now = *conditional;
                for l in 0..N {
                    conditional_now[l] *= total[l];
                }
                *conditional = conditional_now;
            }
        }
    }
    // From above.
    let root = n_items - 1;
    run_mut(ln_p, root, b).fill(ZERO);
    for item in (0..root).rev() {
        let above = &network.above[item];
        if let [e] = above[..] {
            let (e, node) = (e as usize, network.edges[e as usize].node);
            let (of_item, of_node) = two(ln_p, item, n_slots + node, b);
            if closed[e] {
                run_mut(part, e, b).fill(ZERO);
                of_item.fill(ZERO);
                continue;
            }
            run_mut(part, e, b).fill([1.0; N]);
            let through = of_node.iter().zip(run(w, e, b)).zip(run(inclusive, node, b));
            for (of_item, ((of_node, w), inclusive)) in of_item.iter_mut().zip(through) {
                one_block();
                let of_node = *of_node;
                let w = *w;
                let inclusive = *inclusive;
                let mut of_item_now = *of_item;
                for l in 0..N {
                    of_item_now[l] = of_node[l] + (w[l] - inclusive[l]);
                }
                *of_item = of_item_now;
            }
            continue;
        }
        largest.fill([f64::NEG_INFINITY; N]);
        for &e in above {
            let (e, node) = (e as usize, network.edges[e as usize].node);
            let part = run_mut(part, e, b);
            if closed[e] {
                part.fill([f64::NEG_INFINITY; N]);
                continue;
            }
            let through = run(ln_p, n_slots + node, b)
                .iter()
                .zip(run(w, e, b))
                .zip(run(inclusive, node, b));
            for ((part, ((of_node, w), inclusive)), largest) in part.iter_mut().zip(through).zip(&mut *largest) {
                one_block();
                let of_node = *of_node;
                let w = *w;
                let inclusive = *inclusive;
                let mut part_now = *part;
                let mut largest_now = *largest;
                for l in 0..N {
                    part_now[l] = of_node[l] + (w[l] - inclusive[l]);
                    largest_now[l] = largest_now[l].max(part_now[l]);
                }
                *part = part_now;
                *largest = largest_now;
            }
        }
        total.fill(ZERO);
        for &e in above {
            for ((part, largest), total) in run_mut(part, e as usize, b).iter_mut().zip(&*largest).zip(&mut *total) {
                one_block();
                let largest = *largest;
                let mut part_now = *part;
                let mut total_now = *total;
                for l in 0..N {
                    part_now[l] = exp(part_now[l] - largest[l]);
                    total_now[l] += part_now[l];
                }
                *part = part_now;
                *total = total_now;
            }
        }
        for ((ln_p, largest), total) in run_mut(ln_p, item, b).iter_mut().zip(&*largest).zip(&mut *total) {
            one_block();
            let largest = *largest;
            let mut ln_p_now = *ln_p;
            let mut total_now = *total;
            for l in 0..N {
                ln_p_now[l] = largest[l]
                    + if total_now[l] >= 1.0 {
                        ln(total_now[l])
                    } else {
                        f64::NAN
                    };
                total_now[l] = 1.0 / total_now[l];
            }
            *ln_p = ln_p_now;
            *total = total_now;
        }
        for &e in above {
            for (part, total) in run_mut(part, e as usize, b).iter_mut().zip(&*total) {
                one_block();
                let total = *total;
                let mut part_now = *part;
                for l in 0..N {
                    part_now[l] *= total[l];
                }
                *part = part_now;
            }
        }
    }
}

#[inline(always)]
fn backward_plain(network: &Network, functions: &[f64], outcomes: &[Lanes], lanes: &mut NestLanes) {
    let (n_slots, n_items, n_edges) = (network.n_slots, network.above.len(), network.edges.len());
    let b = lanes.u.len() / n_items;
    let root = n_items - 1;
    let NestLanes {
        closed,
        scales,
        inclusive,
        w,
        conditional,
        part,
        ln_p,
        of_ln_p,
        of_edge,
        of_w,
        of_u,
        value,
        of_function,
        factor,
        total: of_lambda,
        ..
    } = lanes;
    resize(of_ln_p, n_items * b);
    resize(of_u, n_items * b);
    resize(of_edge, n_edges * b);
    resize(of_w, n_edges * b);
    resize(factor, network.nodes.len() * b);
    resize(value, b);
    resize(of_function, functions.len() * b);
    value.fill(ZERO);
    of_function.fill(ZERO);
    of_ln_p[..outcomes.len()].copy_from_slice(outcomes);
    of_ln_p[outcomes.len()..].fill(ZERO);
    for slot in 0..n_slots {
        for ((value, y), ln_p) in value.iter_mut().zip(run(outcomes, slot, b)).zip(run(ln_p, slot, b)) {
            one_block();
            let y = *y;
            let ln_p = *ln_p;
            let mut value_now = *value;
            for l in 0..N {
                value_now[l] += if y[l] > 0.0 { y[l] * ln_p[l] } else { 0.0 };
            }
            *value = value_now;
        }
    }
    // Up: members before their nests.
    for item in 0..root {
        for &e in &network.above[item] {
            let (e, node) = (e as usize, network.edges[e as usize].node);
            let (of_item, of_node) = two(of_ln_p, item, n_slots + node, b);
            let through = run_mut(of_edge, e, b).iter_mut().zip(run(part, e, b));
            for ((of_item, of_node), (of_edge, part)) in of_item.iter().zip(of_node).zip(through) {
                one_block();
                let of_item = *of_item;
                let part = *part;
                let mut of_edge_now = *of_edge;
                let mut of_node_now = *of_node;
                for l in 0..N {
                    of_edge_now[l] = of_item[l] * part[l];
                    of_node_now[l] += of_edge_now[l];
                }
                *of_edge = of_edge_now;
                *of_node = of_node_now;
            }
        }
    }
    // Down: nests before their members.
    let of_lambda = &mut of_lambda[..b];
    for item in (0..n_items).rev() {
        let of_u = run_mut(of_u, item, b);
        of_u.fill(ZERO);
        for &e in &network.above[item] {
            let inverse = scales[network.edges[e as usize].node].inverse;
            for (of_u, of_w) in of_u.iter_mut().zip(run(of_w, e as usize, b)) {
                one_block();
                let of_w = *of_w;
                let mut of_u_now = *of_u;
                for l in 0..N {
                    of_u_now[l] += of_w[l] * inverse;
                }
                *of_u = of_u_now;
            }
        }
        let Some(at) = item.checked_sub(n_slots) else { continue };
        let node = &network.nodes[at];
        let Scale { lambda, inverse } = scales[at];
        let factor = run_mut(factor, at, b);
        let known = of_u.iter().zip(run(of_ln_p, item, b)).zip(run(inclusive, at, b));
        for ((factor, of_lambda), ((of_u, of_ln_p), inclusive)) in factor.iter_mut().zip(&mut *of_lambda).zip(known) {
            one_block();
            let of_u = *of_u;
            let of_ln_p = *of_ln_p;
            let inclusive = *inclusive;
            let mut factor_now = *factor;
            let mut of_lambda_now = *of_lambda;
            for l in 0..N {
                factor_now[l] = lambda * of_u[l] - of_ln_p[l];
                of_lambda_now[l] = of_u[l] * inclusive[l];
            }
            *factor = factor_now;
            *of_lambda = of_lambda_now;
        }
        for e in node.edges.clone() {
            let of_w = run_mut(of_w, e, b);
            if closed[e] {
                of_w.fill(ZERO);
                continue;
            }
            let known = run(of_edge, e, b).iter().zip(run(conditional, e, b)).zip(&*factor);
            for (of_w, ((of_edge, conditional), factor)) in of_w.iter_mut().zip(known) {
                one_block();
                let of_edge = *of_edge;
                let factor = *factor;
                let conditional = *conditional;
                let mut of_w_now = *of_w;
                for l in 0..N {
                    of_w_now[l] = of_edge[l] + factor[l] * conditional[l];
                }
                *of_w = of_w_now;
            }
            if node.normalised && node.dissimilarity.is_some() {
                for ((of_lambda, of_w), w) in of_lambda.iter_mut().zip(&*of_w).zip(run(w, e, b)) {
                    one_block();
                    let of_w = *of_w;
                    let w = *w;
                    let mut of_lambda_now = *of_lambda;
                    for l in 0..N {
                        of_lambda_now[l] -= of_w[l] * w[l] * inverse;
                    }
                    *of_lambda = of_lambda_now;
                }
            }
            if let Some(function) = network.edges[e].allocation {
                for (of_function, of_w) in run_mut(of_function, function, b).iter_mut().zip(&*of_w) {
                    one_block();
                    let of_w = *of_w;
                    let mut of_function_now = *of_function;
                    for l in 0..N {
                        of_function_now[l] += of_w[l] * inverse;
                    }
                    *of_function = of_function_now;
                }
            }
        }
        if let Some(function) = node.dissimilarity {
            for (of_function, of_lambda) in run_mut(of_function, function, b).iter_mut().zip(&*of_lambda) {
                one_block();
                let of_lambda = *of_lambda;
                let mut of_function_now = *of_function;
                for l in 0..N {
                    of_function_now[l] += of_lambda[l];
                }
                *of_function = of_function_now;
            }
        }
    }
}

#[inline(always)]
fn along_plain(network: &Network, functions: &[f64], direction: &[f64], lanes: &mut NestLanes) {
    let (n_slots, n_items, n_edges) = (network.n_slots, network.above.len(), network.edges.len());
    let b = lanes.u.len() / n_items;
    let root = n_items - 1;
    let NestLanes {
        closed,
        scales,
        inclusive,
        w,
        conditional,
        part,
        of_ln_p,
        of_w,
        of_u,
        factor,
        tangent: t,
        total: d_of_lambda,
        largest: d_factor,
        ..
    } = lanes;
    resize(&mut t.inclusive, network.nodes.len() * b);
    resize(&mut t.w, n_edges * b);
    resize(&mut t.part, n_edges * b);
    resize(&mut t.ln_p, n_items * b);
    resize(&mut t.of_ln_p, n_items * b);
    resize(&mut t.of_u, n_items * b);
    resize(&mut t.of_edge, n_edges * b);
    resize(&mut t.of_w, n_edges * b);
    resize(&mut t.of_function, functions.len() * b);
    t.of_function.fill(ZERO);
    t.of_ln_p.fill(ZERO);
    run_mut(&mut t.ln_p, root, b).fill(ZERO);
    let (d_of_lambda, d_factor) = (&mut d_of_lambda[..b], &mut d_factor[..b]);
    t.scales.clear();
    t.scales.extend(network.nodes.iter().zip(&*scales).map(|(node, scale)| {
        let lambda = node.dissimilarity.map_or(0.0, |function| direction[function]);
        ScaleChange {
            lambda,
            divisor: if node.normalised { lambda * scale.inverse } else { 0.0 },
        }
    }));
    for (at, node) in network.nodes.iter().enumerate() {
        let (Scale { lambda, inverse }, d) = (scales[at], t.scales[at]);
        let d_inclusive = run_mut(&mut t.inclusive, at, b);
        d_inclusive.fill(ZERO);
        for e in node.edges.clone() {
            let edge = &network.edges[e];
            let d_w = run_mut(&mut t.w, e, b);
            if closed[e] {
                d_w.fill(ZERO);
                continue;
            }
            let d_shift = edge.allocation.map_or(0.0, |function| direction[function]);
            let known = run(&t.u, edge.item, b)
                .iter()
                .zip(run(w, e, b))
                .zip(run(conditional, e, b));
            for ((d_w, d_inclusive), ((d_u, w), conditional)) in d_w.iter_mut().zip(&mut *d_inclusive).zip(known) {
                one_block();
                let d_u = *d_u;
                let w = *w;
                let conditional = *conditional;
                let mut d_w_now = *d_w;
                let mut d_inclusive_now = *d_inclusive;
                for l in 0..N {
                    d_w_now[l] = (d_shift + d_u[l]) * inverse - w[l] * d.divisor;
                    d_inclusive_now[l] += conditional[l] * d_w_now[l];
                }
                *d_w = d_w_now;
                *d_inclusive = d_inclusive_now;
            }
        }
        let d_u = run_mut(&mut t.u, n_slots + at, b);
        for ((d_u, d_inclusive), inclusive) in d_u.iter_mut().zip(&*d_inclusive).zip(run(inclusive, at, b)) {
            one_block();
            let inclusive = *inclusive;
            let d_inclusive = *d_inclusive;
            let mut d_u_now = *d_u;
            for l in 0..N {
                d_u_now[l] = d.lambda * inclusive[l] + lambda * d_inclusive[l];
            }
            *d_u = d_u_now;
        }
    }
    for item in (0..root).rev() {
        let above = &network.above[item];
        let mut first = true;
        for &e in above {
            let (e, node) = (e as usize, network.edges[e as usize].node);
            let (d_ln_p, d_node) = two(&mut t.ln_p, item, n_slots + node, b);
            if std::mem::take(&mut first) {
                d_ln_p.fill(ZERO);
            }
            let known = run(&t.w, e, b)
                .iter()
                .zip(run(&t.inclusive, node, b))
                .zip(run(part, e, b));
            let out = run_mut(&mut t.part, e, b).iter_mut().zip(d_ln_p).zip(&*d_node);
            for (((d_part, d_ln_p), d_node), ((d_w, d_inclusive), part)) in out.zip(known) {
                one_block();
                let d_node = *d_node;
                let d_w = *d_w;
                let d_inclusive = *d_inclusive;
                let part = *part;
                let mut d_part_now = *d_part;
                let mut d_ln_p_now = *d_ln_p;
                for l in 0..N {
                    d_part_now[l] = d_node[l] + d_w[l] - d_inclusive[l];
                    d_ln_p_now[l] += part[l] * d_part_now[l];
                }
                *d_part = d_part_now;
                *d_ln_p = d_ln_p_now;
            }
        }
        if let [e] = above[..] {
            // All comes through it.
            run_mut(&mut t.part, e as usize, b).fill(ZERO);
            continue;
        }
        for &e in above {
            let known = run(part, e as usize, b).iter().zip(run(&t.ln_p, item, b));
            for (d_part, (part, d_ln_p)) in run_mut(&mut t.part, e as usize, b).iter_mut().zip(known) {
                one_block();
                let part = *part;
                let d_ln_p = *d_ln_p;
                let mut d_part_now = *d_part;
                for l in 0..N {
                    d_part_now[l] = part[l] * (d_part_now[l] - d_ln_p[l]);
                }
                *d_part = d_part_now;
            }
        }
    }
    for item in 0..root {
        for &e in &network.above[item] {
            let (e, node) = (e as usize, network.edges[e as usize].node);
            let (d_of_item, d_of_node) = two(&mut t.of_ln_p, item, n_slots + node, b);
            let known = run(of_ln_p, item, b)
                .iter()
                .zip(run(part, e, b))
                .zip(run(&t.part, e, b));
            let out = run_mut(&mut t.of_edge, e, b).iter_mut().zip(&*d_of_item).zip(d_of_node);
            for (((d_of_edge, d_of_item), d_of_node), ((of_item, part), d_part)) in out.zip(known) {
                one_block();
                let d_of_item = *d_of_item;
                let part = *part;
                let of_item = *of_item;
                let d_part = *d_part;
                let mut d_of_edge_now = *d_of_edge;
                let mut d_of_node_now = *d_of_node;
                for l in 0..N {
                    d_of_edge_now[l] = d_of_item[l] * part[l] + of_item[l] * d_part[l];
                    d_of_node_now[l] += d_of_edge_now[l];
                }
                *d_of_edge = d_of_edge_now;
                *d_of_node = d_of_node_now;
            }
        }
    }
    for item in (0..n_items).rev() {
        let d_of_u = run_mut(&mut t.of_u, item, b);
        d_of_u.fill(ZERO);
        for &e in &network.above[item] {
            let node = network.edges[e as usize].node;
            let (inverse, d_divisor) = (scales[node].inverse, t.scales[node].divisor);
            let known = run(of_w, e as usize, b).iter().zip(run(&t.of_w, e as usize, b));
            for (d_of_u, (of_w, d_of_w)) in d_of_u.iter_mut().zip(known) {
                one_block();
                let d_of_w = *d_of_w;
                let of_w = *of_w;
                let mut d_of_u_now = *d_of_u;
                for l in 0..N {
                    d_of_u_now[l] += (d_of_w[l] - of_w[l] * d_divisor) * inverse;
                }
                *d_of_u = d_of_u_now;
            }
        }
        let Some(at) = item.checked_sub(n_slots) else { continue };
        let node = &network.nodes[at];
        let (Scale { lambda, inverse }, d) = (scales[at], t.scales[at]);
        let d_inclusive = run(&t.inclusive, at, b);
        let adjoints = run(of_u, item, b).iter().zip(&*d_of_u).zip(run(&t.of_ln_p, item, b));
        let known = adjoints.zip(run(inclusive, at, b)).zip(d_inclusive);
        let out = d_factor.iter_mut().zip(&mut *d_of_lambda);
        for ((d_factor, d_of_lambda), ((((of_u, d_of_u), d_of_ln_p), inclusive), d_inclusive)) in out.zip(known) {
            one_block();
            let of_u = *of_u;
            let d_of_u = *d_of_u;
            let d_of_ln_p = *d_of_ln_p;
            let inclusive = *inclusive;
            let d_inclusive = *d_inclusive;
            let mut d_factor_now = *d_factor;
            let mut d_of_lambda_now = *d_of_lambda;
            for l in 0..N {
                d_factor_now[l] = d.lambda * of_u[l] + lambda * d_of_u[l] - d_of_ln_p[l];
                d_of_lambda_now[l] = d_of_u[l] * inclusive[l] + of_u[l] * d_inclusive[l];
            }
            *d_factor = d_factor_now;
            *d_of_lambda = d_of_lambda_now;
        }
        let factor = run(factor, at, b);
        for e in node.edges.clone() {
            let d_of_w = run_mut(&mut t.of_w, e, b);
            if closed[e] {
                d_of_w.fill(ZERO);
                continue;
            }
            let d_w = run(&t.w, e, b);
            let of_node = factor.iter().zip(&*d_factor).zip(d_inclusive);
            let known = run(conditional, e, b)
                .iter()
                .zip(d_w)
                .zip(run(&t.of_edge, e, b))
                .zip(of_node);
            for (d_of_w, (((conditional, d_w), d_of_edge), ((factor, d_factor), d_inclusive))) in
                d_of_w.iter_mut().zip(known)
            {
                one_block();
                let d_factor = *d_factor;
                let factor = *factor;
                let d_w = *d_w;
                let d_inclusive = *d_inclusive;
                let d_of_edge = *d_of_edge;
                let conditional = *conditional;
                let mut d_of_w_now = *d_of_w;
                for l in 0..N {
                    let change = d_factor[l] + factor[l] * (d_w[l] - d_inclusive[l]);
                    d_of_w_now[l] = d_of_edge[l] + change * conditional[l];
                }
                *d_of_w = d_of_w_now;
            }
            let of_w = run(of_w, e, b);
            if node.normalised && node.dissimilarity.is_some() {
                let known = of_w.iter().zip(&*d_of_w).zip(run(w, e, b)).zip(d_w);
                for (d_of_lambda, (((of_w, d_of_w), w), d_w)) in d_of_lambda.iter_mut().zip(known) {
                    one_block();
                    let d_of_w = *d_of_w;
                    let w = *w;
                    let of_w = *of_w;
                    let d_w = *d_w;
                    let mut d_of_lambda_now = *d_of_lambda;
                    for l in 0..N {
                        let d_product = d_of_w[l] * w[l] + of_w[l] * (d_w[l] - w[l] * d.divisor);
                        d_of_lambda_now[l] -= d_product * inverse;
                    }
                    *d_of_lambda = d_of_lambda_now;
                }
            }
            if let Some(function) = network.edges[e].allocation {
                let out = run_mut(&mut t.of_function, function, b).iter_mut();
                for (d_of_function, (of_w, d_of_w)) in out.zip(of_w.iter().zip(&*d_of_w)) {
                    one_block();
                    let d_of_w = *d_of_w;
                    let of_w = *of_w;
                    let mut d_of_function_now = *d_of_function;
                    for l in 0..N {
                        d_of_function_now[l] += (d_of_w[l] - of_w[l] * d.divisor) * inverse;
                    }
                    *d_of_function = d_of_function_now;
                }
            }
        }
        if let Some(function) = node.dissimilarity {
            let out = run_mut(&mut t.of_function, function, b).iter_mut();
            for (d_of_function, d_of_lambda) in out.zip(&*d_of_lambda) {
                one_block();
                let d_of_lambda = *d_of_lambda;
                let mut d_of_function_now = *d_of_function;
                for l in 0..N {
                    d_of_function_now[l] += d_of_lambda[l];
                }
                *d_of_function = d_of_function_now;
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
