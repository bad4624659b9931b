//! Derivatives of Σ y ln P: how ln P depends on what is above, then how values depend on what is below.

use multiversion::multiversion;

use super::{Lanes, N, NestLanes, Scale, ZERO, one_block, resize, run, run_mut, two};
use crate::model::kernels::network::Network;

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

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn backward(network: &Network, functions: &[f64], outcomes: &[Lanes], lanes: &mut NestLanes) {
    backward_plain(network, functions, outcomes, lanes);
}
