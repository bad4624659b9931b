//! Plans: how the utility of an alternative is computed once names have become columns.

use logsum_expressions::{Graph, NodeId, ParameterId, Program, With};

/// How one utility depends on parameters: an offset, a linear part, and a program for the rest.
#[derive(Debug)]
pub(crate) struct UtilityPlan {
    /// Parameter-free part.
    pub offset: Source,
    /// V gains θ_k times the source.
    pub terms: Vec<(u32, Source)>,
    /// What is not linear.
    pub rest: Option<RestPlan>,
}

/// The non-linear part of a utility: a program whose outputs are the value, its first and its second derivatives.
#[derive(Debug)]
pub(crate) struct RestPlan {
    /// Outputs: the value, then ∂/∂θ_k for `parameters`, then ∂²/∂θ_k∂θ_l for `seconds`.
    pub program: Program,
    /// Where each input of the program comes from.
    pub inputs: Vec<Source>,
    /// Parameters in it, ascending.
    pub parameters: Vec<u32>,
    /// Pairs (position of k, position of l ≤ k in `parameters`) whose second derivative is not zero everywhere.
    pub seconds: Vec<(usize, usize)>,
    /// Program of the value and first derivatives alone.
    pub first_order: Program,
    /// Inputs of `first_order`.
    pub first_order_inputs: Vec<Source>,
    /// What the program computes, as nodes: the value, the derivatives with respect to `parameters`, and the second
    /// derivatives of `seconds`.
    pub value: NodeId,
    pub firsts: Vec<NodeId>,
    pub second_nodes: Vec<NodeId>,
}

/// Where the values of a parameter-free node come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    /// The same number everywhere.
    Constant(f64),
    /// Evaluated once over the data and stored.
    Node(NodeId),
}

impl Source {
    fn new(graph: &Graph, node: NodeId) -> Self {
        match graph.as_constant(node) {
            Some(number) => Source::Constant(number),
            None => Source::Node(node),
        }
    }
}

impl UtilityPlan {
    /// Plans the computation of `utility`.
    pub fn new(graph: &mut Graph, utility: NodeId) -> Self {
        let form = graph.linear_form(utility);
        let mut rest = form.rest;
        let in_rest: Vec<ParameterId> = rest.map_or(Vec::new(), |rest| graph.parameters_of(rest));
        let mut terms = Vec::new();
        for (parameter, coefficient) in form.terms {
            if let (Some(other), true) = (rest, in_rest.contains(&parameter)) {
                // One derivative per parameter and utility: a parameter that is linear here and not there is not linear.
                let factor = graph.parameter(parameter);
                let term = graph.multiply(factor, coefficient);
                rest = Some(graph.add(other, term));
            } else {
                terms.push((parameter.0, Source::new(graph, coefficient)));
            }
        }
        UtilityPlan {
            offset: Source::new(graph, form.offset),
            terms,
            rest: rest.map(|rest| RestPlan::new(graph, rest)),
        }
    }

    /// Parameters in it, ascending.
    pub fn parameters(&self) -> Vec<u32> {
        let linear = self.terms.iter().map(|(parameter, _)| *parameter);
        let rest = self.rest.iter().flat_map(|rest| rest.parameters.iter().copied());
        let mut parameters: Vec<u32> = linear.chain(rest).collect();
        parameters.sort_unstable();
        parameters
    }

    /// Every source that must be evaluated over the data.
    pub fn sources(&self) -> impl Iterator<Item = Source> + '_ {
        let linear = self.terms.iter().map(|(_, source)| *source);
        let rest = self
            .rest
            .iter()
            .flat_map(|rest| rest.inputs.iter().chain(&rest.first_order_inputs).copied());
        std::iter::once(self.offset).chain(linear).chain(rest)
    }
}

impl RestPlan {
    fn new(graph: &mut Graph, rest: NodeId) -> Self {
        let parameters = graph.parameters_of(rest);
        let firsts: Vec<NodeId> = parameters
            .iter()
            .map(|&k| graph.derivative(rest, With::Parameter(k)))
            .collect();
        let mut seconds = Vec::new();
        let mut outputs = vec![rest];
        outputs.extend(&firsts);
        let n_first_order = outputs.len();
        for (row, &first) in firsts.iter().enumerate() {
            for (column, &parameter) in parameters.iter().enumerate().take(row + 1) {
                let second = graph.derivative(first, With::Parameter(parameter));
                if graph.as_constant(second) != Some(0.0) {
                    seconds.push((row, column));
                    outputs.push(second);
                }
            }
        }
        let compile = |outputs: &[NodeId]| {
            let hoisted = |id: NodeId| graph.is_parameter_free(id) && graph.as_constant(id).is_none();
            let program = Program::new(graph, outputs, &hoisted);
            let inputs = program
                .inputs()
                .iter()
                .map(|&input| Source::new(graph, input))
                .collect();
            (program, inputs)
        };
        let (program, inputs) = compile(&outputs);
        let (first_order, first_order_inputs) = compile(&outputs[..n_first_order]);
        RestPlan {
            program,
            inputs,
            parameters: parameters.iter().map(|parameter| parameter.0).collect(),
            seconds,
            first_order,
            first_order_inputs,
            value: rest,
            second_nodes: outputs.split_off(n_first_order),
            firsts,
        }
    }
}
