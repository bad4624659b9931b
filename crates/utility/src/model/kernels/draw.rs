//! Drawing what nested utility maximisers choose.

use logsum_draws::{Stream, ln_positive_stable};

use super::network::Network;

/// Whether noise of random utilities gives these nests: every dissimilarity lies in (0, 1], that of a nest no higher than
/// that of the one around it, and utilities are divided by it.
fn is_random_utility(network: &Network, functions: &[f64]) -> bool {
    let lambda = |node: usize| {
        let dissimilarity = network.nodes[node].dissimilarity;
        dissimilarity.map_or(1.0, |function| functions[function])
    };
    network.nodes.iter().enumerate().all(|(at, node)| {
        let above = network.above[network.n_slots + at].first();
        let around = above.map_or(1.0, |&e| lambda(network.edges[e as usize].node));
        (node.normalised || node.dissimilarity.is_none()) && lambda(at) > 0.0 && lambda(at) <= around
    })
}

/// One random outcome: the slot with the largest utility.
///
/// The noise of an alternative j in nests n_1 ⊃ ... ⊃ n_m with dissimilarities λ_1 ≥ ... ≥ λ_m is
///
/// ```text
/// ε_j = Σ_i λ_i ln S_i + λ_m G_j
/// ```
///
/// with a positive stable S_i of index λ_i/λ_{i−1} (λ_0 = 1) for each nest and standard Gumbel G_j. An alternative that is
/// allocated to several nests has a twin in each, of utility V_j + ln α_jn, and takes the best. Where no noise gives the
/// model, as with a dissimilarity above 1, a member is drawn at each node by its conditional probability instead.
///
/// # Source
/// Cardell (1997), *Variance components structures for the extreme-value and logistic distributions*.
pub(super) fn choose_nested(network: &Network, functions: &[f64], utilities: &[f64], stream: &mut Stream) -> usize {
    let root = network.nodes.len() - 1;
    match is_random_utility(network, functions) {
        true => best(network, functions, utilities, (root, 0.0), stream).1,
        false => {
            let values = values(network, functions, utilities);
            let mut at = root;
            loop {
                let item = member(network, functions, &values, at, stream);
                match item.checked_sub(network.n_slots) {
                    None => return item,
                    Some(node) => at = node,
                }
            }
        }
    }
}

fn shift(functions: &[f64], allocation: Option<usize>) -> f64 {
    allocation.map_or(0.0, |function| functions[function])
}

fn dissimilarity(network: &Network, functions: &[f64], node: usize) -> f64 {
    network.nodes[node]
        .dissimilarity
        .map_or(1.0, |function| functions[function])
}

/// The best utility with noise under a node, and its slot; `common` is the noise of the nests above.
fn best(
    network: &Network,
    functions: &[f64],
    utilities: &[f64],
    (node, common): (usize, f64),
    stream: &mut Stream,
) -> (f64, usize) {
    let lambda = dissimilarity(network, functions, node);
    let mut best_of = (f64::NEG_INFINITY, 0);
    for edge in &network.edges[network.nodes[node].edges.clone()] {
        let found = match edge.item.checked_sub(network.n_slots) {
            None => {
                let utility = utilities[edge.item] + shift(functions, edge.allocation);
                (utility + common + lambda * stream.gumbel(), edge.item)
            }
            Some(inner) => {
                let own = dissimilarity(network, functions, inner);
                let shared = own * ln_positive_stable(stream, own / lambda);
                best(network, functions, utilities, (inner, common + shared), stream)
            }
        };
        if found.0 > best_of.0 {
            best_of = found;
        }
    }
    best_of
}

/// U of all items.
fn values(network: &Network, functions: &[f64], utilities: &[f64]) -> Vec<f64> {
    let mut values = utilities.to_vec();
    for (at, node) in network.nodes.iter().enumerate() {
        let lambda = dissimilarity(network, functions, at);
        let divisor = if node.normalised { lambda } else { 1.0 };
        let edges = &network.edges[node.edges.clone()];
        let w = |edge: &super::network::Edge| (values[edge.item] + shift(functions, edge.allocation)) / divisor;
        let largest = edges.iter().map(w).fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = edges.iter().map(|edge| (w(edge) - largest).exp()).sum();
        values.push(lambda * (largest + total.ln()));
    }
    values
}

/// A member of a node by its conditional probability.
fn member(network: &Network, functions: &[f64], values: &[f64], node: usize, stream: &mut Stream) -> usize {
    let divisor = match network.nodes[node].normalised {
        true => dissimilarity(network, functions, node),
        false => 1.0,
    };
    let mut best = (f64::NEG_INFINITY, 0);
    for edge in &network.edges[network.nodes[node].edges.clone()] {
        let w = (values[edge.item] + shift(functions, edge.allocation)) / divisor;
        let total = w + stream.gumbel();
        if total > best.0 {
            best = (total, edge.item);
        }
    }
    best.1
}
