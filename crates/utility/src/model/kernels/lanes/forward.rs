//! Probabilities: values of nests from below, then ways down from the root.

use logsum_draws::ln;
use multiversion::multiversion;

use super::{Lanes, N, NestLanes, Scale, ZERO, one_block, resize, run, run_mut, two};
use crate::model::exp::exp;
use crate::model::kernels::network::Network;

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

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn forward(network: &Network, functions: &[f64], utilities: &[Lanes], lanes: &mut NestLanes) {
    forward_plain(network, functions, utilities, lanes);
}
