//! Nests as a network: alternatives at the bottom, the root on top, nests between them.

/// What holds for all choice sets: the nests above each alternative.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tree {
    /// Below their own parents: the root is last.
    pub nodes: Vec<TreeNode>,
}

/// A nest, or the root.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TreeNode {
    pub members: Vec<TreeMember>,
    /// Function that gives its dissimilarity; the root has none.
    pub dissimilarity: Option<usize>,
    /// Whether utilities are divided by the dissimilarity.
    pub normalised: bool,
}

/// What stands in a nest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TreeMember {
    pub child: Child,
    /// Function that gives the allocation; without one it is 1.
    pub allocation: Option<usize>,
}

/// An alternative, or a nest by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Child {
    Alternative(u32),
    Nest(u32),
}

/// The network of one choice set: its slots are the first items, nodes follow from below, the root is last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Network {
    pub n_slots: usize,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Edges into each item from above; none into the root.
    pub above: Vec<Vec<u32>>,
}

/// A node with its edges.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub edges: std::ops::Range<usize>,
    pub dissimilarity: Option<usize>,
    pub normalised: bool,
}

/// From a node down to an item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edge {
    /// Place among the nodes.
    pub node: usize,
    pub item: usize,
    pub allocation: Option<usize>,
}

impl Tree {
    /// The part of it that a choice set of these alternatives has: nests without any of them are left out.
    pub fn network(&self, alternatives: &[u32]) -> Network {
        let n_slots = alternatives.len();
        let mut network = Network {
            n_slots,
            ..Network::default()
        };
        // Item of each node that is there.
        let mut items: Vec<Option<usize>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let first = network.edges.len();
            let place = network.nodes.len();
            for member in &node.members {
                let item = match member.child {
                    Child::Alternative(alternative) => alternatives.iter().position(|known| *known == alternative),
                    Child::Nest(nest) => items[nest as usize],
                };
                if let Some(item) = item {
                    network.edges.push(Edge {
                        node: place,
                        item,
                        allocation: member.allocation,
                    });
                }
            }
            if network.edges.len() == first {
                items.push(None);
                continue;
            }
            items.push(Some(n_slots + place));
            network.nodes.push(Node {
                edges: first..network.edges.len(),
                dissimilarity: node.dissimilarity,
                normalised: node.normalised,
            });
        }
        network.above = vec![Vec::new(); n_slots + network.nodes.len()];
        for (at, edge) in network.edges.iter().enumerate() {
            network.above[edge.item].push(at as u32);
        }
        network
    }

    /// Whether adding the same to all utilities changes no probability: not where they are not divided by dissimilarities.
    pub fn is_invariant(&self) -> bool {
        self.nodes
            .iter()
            .all(|node| node.normalised || node.dissimilarity.is_none())
    }
}

impl Network {
    /// Functions on which probabilities depend in this choice set: of normalised nests with one member they do not.
    pub fn functions(&self) -> impl Iterator<Item = usize> + '_ {
        let of_nodes = self
            .nodes
            .iter()
            .filter(|node| node.edges.len() > 1 || !node.normalised)
            .filter_map(|node| node.dissimilarity);
        of_nodes.chain(self.edges.iter().filter_map(|edge| edge.allocation))
    }
}
