//! Nests bound to alternatives.

use logsum_expressions::{Graph, Node, NodeId, ParameterId};

use super::network::{Child, Network, Tree, TreeMember, TreeNode};
use crate::error::{NestError, SpecificationError};
use crate::model::functions::{Functions, Values, lower_in_parameters};
use crate::nests::{Nest, Nests, problems_of_names};
use crate::specification::Specification;

/// The nests of a specification with what they depend on.
#[derive(Debug)]
pub(crate) struct NestedKernel {
    pub tree: Tree,
    /// Names of the nests in the order of its nodes, and of the alternatives.
    names: Vec<String>,
    alternatives: Vec<String>,
    functions: Functions,
    /// Parameters that are dissimilarities of normalised nests themselves.
    pub dissimilarities: Vec<u32>,
    /// What each function is.
    labels: Vec<Label>,
}

#[derive(Clone, Debug, PartialEq)]
enum Label {
    /// Of the nest of that name; whether it must be positive.
    Dissimilarity { nest: String, positive: bool },
    /// Of a member to a nest.
    Allocation { member: String, nest: String },
}

impl NestedKernel {
    /// Of a validated specification, for alternatives of these names.
    ///
    /// # Errors
    /// Members that are no alternatives.
    pub fn new(
        specification: &Specification,
        nests: &Nests,
        alternatives: &[String],
    ) -> Result<Self, SpecificationError> {
        let names: Vec<&str> = alternatives.iter().map(String::as_str).collect();
        let problems = problems_of_names(nests, &names);
        if !problems.is_empty() {
            let problems = problems.into_iter().map(SpecificationError::from).collect();
            return Err(SpecificationError::from_list(problems));
        }
        let mut builder = Builder {
            specification,
            graph: Graph::default(),
            nodes: Vec::new(),
            labels: Vec::new(),
        };
        let order = from_below(nests);
        let place = |name: &str| order.iter().position(|nest| nest.name == name);
        let alternative = |name: &str| alternatives.iter().position(|known| known == name);
        let mut tree = Tree::default();
        for nest in &order {
            let dissimilarity = builder.dissimilarity(nest)?;
            let mut members = Vec::new();
            for member in &nest.members {
                let child = match place(&member.name) {
                    Some(inner) => Child::Nest(inner as u32),
                    None => Child::Alternative(alternative(&member.name).expect("members were checked") as u32),
                };
                let allocation = match &member.allocation {
                    Some(_) => builder.allocation(nest, &member.name)?,
                    None => None,
                };
                members.push(TreeMember { child, allocation });
            }
            tree.nodes.push(TreeNode {
                members,
                dissimilarity: Some(dissimilarity),
                normalised: nest.normalised,
            });
        }
        // What is in no nest stands at the root.
        let held = |child: Child| {
            tree.nodes
                .iter()
                .any(|node| node.members.iter().any(|member| member.child == child))
        };
        let children = (0..alternatives.len() as u32).map(Child::Alternative);
        let children = children.chain((0..order.len() as u32).map(Child::Nest));
        let members = children.filter(|&child| !held(child)).map(|child| TreeMember {
            child,
            allocation: None,
        });
        let root = TreeNode {
            members: members.collect(),
            ..TreeNode::default()
        };
        tree.nodes.push(root);
        let Builder {
            mut graph,
            nodes,
            labels,
            ..
        } = builder;
        let plain = nodes
            .iter()
            .zip(&labels)
            .filter_map(|(&node, label)| match (graph.node(node), label) {
                (Node::Parameter(ParameterId(k)), Label::Dissimilarity { positive: true, .. }) => Some(k),
                _ => None,
            });
        let dissimilarities = plain.collect();
        Ok(NestedKernel {
            tree,
            names: order.iter().map(|nest| nest.name.clone()).collect(),
            alternatives: alternatives.to_vec(),
            functions: Functions::new(&mut graph, &nodes),
            dissimilarities,
            labels,
        })
    }

    /// Dissimilarities and allocations at `theta`, as they are.
    pub fn values(&self, theta: &[f64]) -> Values {
        self.functions.at(theta)
    }

    /// Function of the dissimilarity of a nest.
    pub fn dissimilarity(&self, nest: &str) -> Option<usize> {
        let place = self.names.iter().position(|name| name == nest)?;
        self.tree.nodes[place].dissimilarity
    }

    /// Function of the allocation of an alternative to a nest, if it is not 1.
    pub fn allocation(&self, nest: &str, member: &str) -> Option<usize> {
        let nest = self.names.iter().position(|name| name == nest)?;
        let alternative = self.alternatives.iter().position(|name| name == member)? as u32;
        let mut members = self.tree.nodes[nest].members.iter();
        let member = members.find(|member| member.child == Child::Alternative(alternative))?;
        member.allocation
    }

    /// Parameters of allocations that are in no dissimilarity.
    pub fn of_allocations(&self) -> Vec<u32> {
        let depends = self.functions.dependencies();
        let in_any = |k: u32, allocation: bool| {
            let is = |label: &Label| matches!(label, Label::Allocation { .. }) == allocation;
            depends
                .iter()
                .any(|&(function, of)| of == k && is(&self.labels[function]))
        };
        let of_these = self.parameters().iter().copied();
        of_these.filter(|&k| in_any(k, true) && !in_any(k, false)).collect()
    }

    /// Parameters of dissimilarities and allocations, ascending.
    pub fn parameters(&self) -> &[u32] {
        &self.functions.parameters
    }

    /// Dissimilarities and logarithms of allocations at `theta`.
    ///
    /// # Errors
    /// Why there are none.
    pub fn at(&self, theta: &[f64]) -> Result<Values, String> {
        let mut values = self.functions.at(theta);
        for (function, label) in self.labels.iter().enumerate() {
            let value = values.value[function];
            match label {
                Label::Dissimilarity { nest, positive } => {
                    if !value.is_finite() || (*positive && value <= 0.0) {
                        return Err(format!(
                            "the dissimilarity of nest \"{nest}\" is {value}, not a positive number"
                        ));
                    }
                }
                Label::Allocation { member, nest } => {
                    if value.is_nan() || value < 0.0 {
                        return Err(format!(
                            "the allocation of \"{member}\" to nest \"{nest}\" is {value}, which is negative"
                        ));
                    }
                    // Of ln α.
                    let slopes: Vec<f64> = values.first.iter().map(|first| first[function]).collect();
                    let inverse = if value > 0.0 { 1.0 / value } else { 0.0 };
                    values.value[function] = value.ln();
                    for (row, slope) in slopes.iter().enumerate() {
                        values.first[row][function] = slope * inverse;
                        for (column, other) in slopes[..=row].iter().enumerate() {
                            let second = &mut values.second[row * (row + 1) / 2 + column][function];
                            *second = *second * inverse - slope * other * inverse * inverse;
                        }
                    }
                }
            }
        }
        Ok(values)
    }

    /// Parameters on which no probability depends in choice sets with these networks: those of nests that never have more
    /// than one member at a time.
    pub fn without_effect<'n>(&self, networks: impl Iterator<Item = &'n Network>) -> Vec<u32> {
        let mut matters = vec![false; self.labels.len()];
        networks
            .flat_map(Network::functions)
            .for_each(|function| matters[function] = true);
        let depends = self.functions.dependencies();
        let of_none = |parameter: &&u32| {
            let mut users = depends.iter().filter(|(_, k)| k == *parameter);
            users.all(|(function, _)| !matters[*function])
        };
        self.parameters().iter().filter(of_none).copied().collect()
    }
}

struct Builder<'a> {
    specification: &'a Specification,
    graph: Graph,
    nodes: Vec<NodeId>,
    labels: Vec<Label>,
}

impl Builder<'_> {
    /// Function of a nest's dissimilarity: one for all nests that share an expression.
    fn dissimilarity(&mut self, nest: &Nest) -> Result<usize, SpecificationError> {
        let node = self.lower("dissimilarity", &nest.name, &nest.dissimilarity)?;
        let positive = nest.normalised;
        let same = |(at, label): (usize, &Label)| match label {
            Label::Dissimilarity { positive: other, .. } if *other == positive && self.nodes[at] == node => Some(at),
            _ => None,
        };
        if let Some(known) = self.labels.iter().enumerate().find_map(same) {
            return Ok(known);
        }
        self.nodes.push(node);
        self.labels.push(Label::Dissimilarity {
            nest: nest.name.clone(),
            positive,
        });
        Ok(self.nodes.len() - 1)
    }

    /// Function of an allocation; none if it is 1.
    fn allocation(&mut self, nest: &Nest, member: &str) -> Result<Option<usize>, SpecificationError> {
        let of_member = nest.members.iter().find(|known| known.name == member);
        let expression = of_member.and_then(|member| member.allocation.as_ref());
        let Some(expression) = expression else { return Ok(None) };
        let node = self.lower(&format!("allocation of \"{member}\" to"), &nest.name, expression)?;
        if self.graph.as_constant(node) == Some(1.0) {
            return Ok(None);
        }
        let same = |(at, label): (usize, &Label)| match label {
            Label::Allocation { .. } if self.nodes[at] == node => Some(at),
            _ => None,
        };
        if let Some(known) = self.labels.iter().enumerate().find_map(same) {
            return Ok(Some(known));
        }
        self.nodes.push(node);
        self.labels.push(Label::Allocation {
            member: member.to_owned(),
            nest: nest.name.clone(),
        });
        Ok(Some(self.nodes.len() - 1))
    }

    fn lower(
        &mut self,
        what: &str,
        nest: &str,
        expression: &logsum_expressions::Expression,
    ) -> Result<NodeId, SpecificationError> {
        lower_in_parameters(expression, self.specification, &mut self.graph).map_err(|reason| {
            NestError::Expression {
                what: format!("{what} nest \"{nest}\""),
                expression: expression.source().to_owned(),
                reason,
            }
            .into()
        })
    }
}

/// Nests with those in them before them.
fn from_below(nests: &Nests) -> Vec<&Nest> {
    let mut order: Vec<&Nest> = Vec::with_capacity(nests.nests.len());
    while order.len() < nests.nests.len() {
        let before = order.len();
        for nest in &nests.nests {
            let placed = |name: &str| order.iter().any(|placed| placed.name == name);
            let ready = |name: &str| nests.get(name).is_none() || placed(name);
            if !placed(&nest.name) && nest.members.iter().all(|member| ready(&member.name)) {
                order.push(nest);
            }
        }
        assert!(order.len() > before, "validated nests are in no circle");
    }
    order
}
