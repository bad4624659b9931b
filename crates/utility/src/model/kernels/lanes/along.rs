//! Tangents of both sweeps along a direction: how the derivatives of Σ y ln P change.

use multiversion::multiversion;

use super::{N, NestLanes, Scale, ScaleChange, ZERO, one_block, resize, run, run_mut, two};
use crate::model::kernels::network::Network;

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
pub(super) fn along(network: &Network, functions: &[f64], direction: &[f64], lanes: &mut NestLanes) {
    along_plain(network, functions, direction, lanes);
}
