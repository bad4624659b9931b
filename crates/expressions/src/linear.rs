//! The part of an expression that is linear in parameters.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::graph::{Graph, Node, NodeId, ParameterId};

/// An expression as `offset + Σ coefficient · parameter + rest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearForm {
    /// What has no parameter; the constant 0 if nothing.
    pub offset: NodeId,
    /// Each linear parameter, sorted, with its coefficient, which has no parameter and is not
    /// the constant 0.
    pub terms: Vec<(ParameterId, NodeId)>,
    /// The sum of the terms that are not linear in parameters.
    pub rest: Option<NodeId>,
}

impl Graph {
    /// Splits a node into what is linear in parameters and what is not.
    ///
    /// Goes through sums, differences, negation, multiplication and division by what has no
    /// parameter, and `if` whose condition has none. A parameter may be in `terms` and in `rest`.
    pub fn linear_form(&mut self, node: NodeId) -> LinearForm {
        // What a factor or a condition stands before is split on its own, innermost first, and its
        // parts are then multiplied, divided or chosen as the whole is: so that coefficients
        // come out as written (x / 100, not x * 0.01), and a branch not taken may be undefined.
        let mut known = HashMap::new();
        for id in self.factored(node) {
            let form = match self.node(id) {
                Node::Multiply(a, b) => {
                    let (factor, inner) = if self.is_parameter_free(a) { (a, b) } else { (b, a) };
                    let form = self.sweep(inner, &known);
                    self.map_form(form, |graph, part| graph.multiply(part, factor))
                }
                Node::Divide(a, divisor) => {
                    let form = self.sweep(a, &known);
                    self.map_form(form, |graph, part| graph.divide(part, divisor))
                }
                Node::If(condition, a, b) => {
                    let a = self.sweep(a, &known);
                    let b = self.sweep(b, &known);
                    self.choose_form(condition, a, b)
                }
                _ => unreachable!("only these are listed"),
            };
            known.insert(id, form);
        }
        self.sweep(node, &known)
    }

    /// The products, quotients and conditionals that can be split, operands first.
    fn factored(&self, root: NodeId) -> Vec<NodeId> {
        let mut seen = HashSet::new();
        let mut stack = vec![root];
        let mut factored = Vec::new();
        while let Some(id) = stack.pop() {
            if self.is_parameter_free(id) || !seen.insert(id) {
                continue;
            }
            let free = |id| self.is_parameter_free(id);
            match self.node(id) {
                Node::Negate(a) => stack.push(a),
                Node::Add(a, b) | Node::Subtract(a, b) => stack.extend([a, b]),
                Node::Multiply(a, b) if free(a) || free(b) => {
                    factored.push(id);
                    stack.extend([a, b]);
                }
                Node::Divide(a, b) if free(b) => {
                    factored.push(id);
                    stack.push(a);
                }
                Node::If(condition, a, b) if free(condition) => {
                    factored.push(id);
                    stack.extend([a, b]);
                }
                _ => {}
            }
        }
        // Operands have smaller ids.
        factored.sort_unstable();
        factored
    }

    /// Adds up a sum, in descending order of ids, so that a node comes after all that it stands
    /// in and is met once with its whole factor: linear in the size of the sum.
    fn sweep(&mut self, root: NodeId, known: &HashMap<NodeId, LinearForm>) -> LinearForm {
        let zero = self.constant(0.0);
        let one = self.constant(1.0);
        let mut offset = zero;
        let mut rest = zero;
        let mut terms = BTreeMap::new();
        let mut pending = BTreeMap::from([(root, one)]);
        while let Some((id, factor)) = pending.pop_last() {
            if self.is_parameter_free(id) {
                let term = self.multiply(factor, id);
                offset = self.add(term, offset);
                continue;
            }
            match self.node(id) {
                Node::Parameter(parameter) => {
                    terms.insert(parameter, factor);
                }
                Node::Negate(a) => {
                    let opposite = self.negate(factor);
                    self.gather(&mut pending, a, opposite);
                }
                Node::Add(a, b) => {
                    self.gather(&mut pending, a, factor);
                    self.gather(&mut pending, b, factor);
                }
                Node::Subtract(a, b) => {
                    self.gather(&mut pending, a, factor);
                    let opposite = self.negate(factor);
                    self.gather(&mut pending, b, opposite);
                }
                _ => match known.get(&id) {
                    Some(form) => {
                        let term = self.multiply(factor, form.offset);
                        offset = self.add(term, offset);
                        for &(parameter, coefficient) in &form.terms {
                            let parameter = self.parameter(parameter);
                            let coefficient = self.multiply(factor, coefficient);
                            self.gather(&mut pending, parameter, coefficient);
                        }
                        if let Some(inner) = form.rest {
                            let term = self.multiply(factor, inner);
                            rest = self.add(term, rest);
                        }
                    }
                    None => {
                        let term = self.multiply(factor, id);
                        rest = self.add(term, rest);
                    }
                },
            }
        }
        terms.retain(|_, coefficient| *coefficient != zero);
        LinearForm {
            offset,
            terms: terms.into_iter().collect(),
            rest: (rest != zero).then_some(rest),
        }
    }

    fn map_form(&mut self, form: LinearForm, map: impl Fn(&mut Graph, NodeId) -> NodeId) -> LinearForm {
        LinearForm {
            offset: map(self, form.offset),
            terms: form
                .terms
                .into_iter()
                .map(|(parameter, coefficient)| (parameter, map(self, coefficient)))
                .collect(),
            rest: form.rest.map(|rest| map(self, rest)),
        }
    }

    fn gather(&mut self, pending: &mut BTreeMap<NodeId, NodeId>, id: NodeId, factor: NodeId) {
        let sum = match pending.get(&id) {
            Some(&before) => self.add(before, factor),
            None => factor,
        };
        pending.insert(id, sum);
    }

    fn choose_form(&mut self, condition: NodeId, a: LinearForm, b: LinearForm) -> LinearForm {
        let zero = self.constant(0.0);
        let mut choose = |a: NodeId, b: NodeId| {
            if a == zero && b == zero {
                zero
            } else {
                self.if_else(condition, a, b)
            }
        };
        let mut terms: BTreeMap<ParameterId, (NodeId, NodeId)> = BTreeMap::new();
        for (parameter, coefficient) in a.terms {
            terms.entry(parameter).or_insert((zero, zero)).0 = coefficient;
        }
        for (parameter, coefficient) in b.terms {
            terms.entry(parameter).or_insert((zero, zero)).1 = coefficient;
        }
        LinearForm {
            offset: choose(a.offset, b.offset),
            terms: terms
                .into_iter()
                .map(|(parameter, (a, b))| (parameter, choose(a, b)))
                .collect(),
            rest: match (a.rest, b.rest) {
                (None, None) => None,
                (a, b) => Some(choose(a.unwrap_or(zero), b.unwrap_or(zero))),
            },
        }
    }
}

#[cfg(test)]
mod tests;
