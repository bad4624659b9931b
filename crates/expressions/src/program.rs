//! Nodes compiled to a straight line of instructions over lanes.

use std::collections::HashMap;

use crate::graph::{Graph, Node, NodeId};
use crate::operation::{Lanes, Operation};

/// Lanes evaluated at a time, so that registers stay in the innermost caches.
const BLOCK: usize = 256;

/// A program that computes some nodes of a graph, its outputs, from the columns under them.
///
/// What depends on parameters and constants alone is computed once per run; the rest lane by
/// lane (a lane is a row, an alternative of a case, a draw: the program cannot tell).
#[derive(Clone, Debug)]
pub struct Program {
    inputs: Vec<NodeId>,
    scalars: Vec<Scalar>,
    instructions: Vec<Instruction>,
    n_registers: usize,
    n_outputs: usize,
    n_parameters: usize,
}

/// A value that is the same in all lanes; operands are places among the scalars.
#[derive(Clone, Debug)]
enum Scalar {
    Constant(f64),
    Parameter(usize),
    Compute(Operation, [usize; 3]),
}

#[derive(Clone, Debug)]
enum Instruction {
    Compute {
        operation: Operation,
        operands: [Operand; 3],
        destination: usize,
    },
    Output {
        output: usize,
        value: Operand,
    },
}

#[derive(Clone, Copy, Debug)]
enum Operand {
    Register(usize),
    Input(usize),
    Scalar(usize),
}

/// The memory of a run, to be used again: a few blocks of lanes, and the outputs.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    registers: Vec<Vec<f64>>,
    scalars: Vec<f64>,
    outputs: Vec<f64>,
    n: usize,
}

impl Workspace {
    /// An empty workspace, which grows in the first run.
    pub fn new() -> Self {
        Self::default()
    }

    /// An output of the last run: one value for each of its lanes.
    ///
    /// # Panics
    /// If the program of the last run has no such output.
    pub fn output(&self, output: usize) -> &[f64] {
        &self.outputs[output * self.n..(output + 1) * self.n]
    }
}

impl Program {
    /// Compiles nodes of a graph.
    ///
    /// Columns and text comparisons are inputs, whose values the caller supplies; so is every
    /// node of which `is_input` says so.
    pub fn new(graph: &Graph, outputs: &[NodeId], is_input: &dyn Fn(NodeId) -> bool) -> Program {
        Compiler::new(graph, outputs, is_input).compile()
    }

    /// The nodes whose values the caller supplies, sorted.
    pub fn inputs(&self) -> &[NodeId] {
        &self.inputs
    }

    /// How many outputs there are.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// How many blocks of lanes a workspace holds besides the outputs.
    pub fn n_registers(&self) -> usize {
        self.n_registers
    }

    /// Evaluates n lanes.
    ///
    /// `inputs`: the values of [`inputs`](Self::inputs), in that order, each of n lanes or more.
    /// `parameters`: by [`ParameterId`](crate::ParameterId).
    ///
    /// # Panics
    /// If inputs, lanes or parameters are fewer than the program uses.
    pub fn run(&self, inputs: &[&[f64]], parameters: &[f64], n: usize, workspace: &mut Workspace) {
        assert_eq!(inputs.len(), self.inputs.len(), "one slice for each input");
        assert!(inputs.iter().all(|input| input.len() >= n), "each input has {n} lanes");
        assert!(
            parameters.len() >= self.n_parameters,
            "{} parameters are used, {} are given",
            self.n_parameters,
            parameters.len()
        );
        workspace.n = n;
        workspace.outputs.resize(self.n_outputs * n, 0.0);
        if workspace.registers.len() < self.n_registers {
            let blocks = self.n_registers;
            workspace.registers.resize_with(blocks, || vec![0.0; BLOCK]);
        }
        self.compute_scalars(parameters, &mut workspace.scalars);
        for start in (0..n).step_by(BLOCK) {
            self.run_block(inputs, start, BLOCK.min(n - start), workspace);
        }
    }

    fn compute_scalars(&self, parameters: &[f64], values: &mut Vec<f64>) {
        values.clear();
        for scalar in &self.scalars {
            let value = match *scalar {
                Scalar::Constant(value) => value,
                Scalar::Parameter(parameter) => parameters[parameter],
                Scalar::Compute(operation, operands) => operation.scalar(operands.map(|operand| values[operand])),
            };
            values.push(value);
        }
    }

    fn run_block(&self, inputs: &[&[f64]], start: usize, len: usize, workspace: &mut Workspace) {
        let Workspace {
            registers,
            scalars,
            outputs,
            n,
        } = workspace;
        for instruction in &self.instructions {
            match *instruction {
                Instruction::Compute {
                    operation,
                    operands,
                    destination,
                } => {
                    // The destination is never an operand, so it can be taken out meanwhile.
                    let mut result = std::mem::take(&mut registers[destination]);
                    let operands = operands.map(|operand| match operand {
                        Operand::Register(register) => Lanes::Each(&registers[register][..len]),
                        Operand::Input(input) => Lanes::Each(&inputs[input][start..start + len]),
                        Operand::Scalar(scalar) => Lanes::All(scalars[scalar]),
                    });
                    operation.apply(&mut result[..len], operands);
                    registers[destination] = result;
                }
                Instruction::Output { output, value } => {
                    let first = output * *n + start;
                    let target = &mut outputs[first..first + len];
                    match value {
                        Operand::Register(register) => {
                            target.copy_from_slice(&registers[register][..len]);
                        }
                        Operand::Input(input) => {
                            target.copy_from_slice(&inputs[input][start..start + len]);
                        }
                        Operand::Scalar(scalar) => target.fill(scalars[scalar]),
                    }
                }
            }
        }
    }
}

struct Compiler<'g> {
    graph: &'g Graph,
    /// Nodes in the order in which they are computed, operands first.
    order: Vec<NodeId>,
    /// For each node to compute, its outputs.
    outputs: HashMap<NodeId, Vec<usize>>,
    /// How often a node is yet to be an operand.
    uses: HashMap<NodeId, usize>,
    values: HashMap<NodeId, Operand>,
    free_registers: Vec<usize>,
    program: Program,
}

impl<'g> Compiler<'g> {
    fn new(graph: &'g Graph, outputs: &[NodeId], is_input: &dyn Fn(NodeId) -> bool) -> Self {
        let is_input = |id: NodeId| {
            let leaf = matches!(
                graph.node(id),
                Node::Column(_) | Node::TextCompare { .. } | Node::TextCompareColumns { .. }
            );
            leaf || is_input(id)
        };
        let order = order(graph, outputs, &is_input);
        let mut inputs: Vec<NodeId> = order.iter().copied().filter(|&id| is_input(id)).collect();
        inputs.sort_unstable();
        let values: HashMap<_, _> = inputs
            .iter()
            .enumerate()
            .map(|(place, &id)| (id, Operand::Input(place)))
            .collect();
        let mut uses = HashMap::new();
        for &id in &order {
            if !values.contains_key(&id) {
                for operand in graph.node(id).operands() {
                    *uses.entry(operand).or_insert(0) += 1;
                }
            }
        }
        let mut places: HashMap<NodeId, Vec<usize>> = HashMap::new();
        for (place, &id) in outputs.iter().enumerate() {
            places.entry(id).or_default().push(place);
        }
        Self {
            graph,
            order,
            outputs: places,
            uses,
            values,
            free_registers: Vec::new(),
            program: Program {
                inputs,
                scalars: Vec::new(),
                instructions: Vec::new(),
                n_registers: 0,
                n_outputs: outputs.len(),
                n_parameters: 0,
            },
        }
    }

    fn compile(mut self) -> Program {
        for id in std::mem::take(&mut self.order) {
            let value = match self.values.get(&id) {
                Some(&input) => input,
                None => self.compute(id),
            };
            self.values.insert(id, value);
            // Outputs are written at once, so that their registers are free again.
            for &output in self.outputs.get(&id).into_iter().flatten() {
                self.program.instructions.push(Instruction::Output { output, value });
            }
            if !self.uses.contains_key(&id) {
                self.release(value);
            }
        }
        self.program
    }

    fn compute(&mut self, id: NodeId) -> Operand {
        let node = self.graph.node(id);
        let Some(operation) = node.operation() else {
            let scalar = match node {
                Node::Constant(real) => Scalar::Constant(real.value()),
                Node::Parameter(parameter) => {
                    let place = parameter.0 as usize;
                    self.program.n_parameters = self.program.n_parameters.max(place + 1);
                    Scalar::Parameter(place)
                }
                _ => unreachable!("columns and text comparisons are inputs"),
            };
            return self.scalar(scalar);
        };
        // Places beyond the number of operands repeat the first, which always exists.
        let ids = node.operand_array();
        let first = ids[0].expect("an operation has an operand");
        let operands = ids.map(|operand| self.values[&operand.unwrap_or(first)]);
        let scalars = operands.map(|operand| match operand {
            Operand::Scalar(place) => Some(place),
            _ => None,
        });
        if let [Some(a), Some(b), Some(c)] = scalars {
            return self.scalar(Scalar::Compute(operation, [a, b, c]));
        }
        let destination = self.free_registers.pop().unwrap_or_else(|| {
            self.program.n_registers += 1;
            self.program.n_registers - 1
        });
        self.program.instructions.push(Instruction::Compute {
            operation,
            operands,
            destination,
        });
        for operand in ids.into_iter().flatten() {
            let left = self.uses.get_mut(&operand).expect("operands are counted");
            *left -= 1;
            if *left == 0 {
                self.release(self.values[&operand]);
            }
        }
        Operand::Register(destination)
    }

    fn scalar(&mut self, scalar: Scalar) -> Operand {
        self.program.scalars.push(scalar);
        Operand::Scalar(self.program.scalars.len() - 1)
    }

    fn release(&mut self, value: Operand) {
        if let Operand::Register(register) = value {
            self.free_registers.push(register);
        }
    }
}

/// The nodes under the outputs, down to the inputs, operands first: depth first, so that a value
/// is used soon after it is computed and few registers are live.
fn order(graph: &Graph, outputs: &[NodeId], is_input: &dyn Fn(NodeId) -> bool) -> Vec<NodeId> {
    let mut order = Vec::new();
    // Whether a node has been put into the order, or only been entered.
    let mut done: HashMap<NodeId, bool> = HashMap::new();
    for &output in outputs {
        let mut stack = vec![output];
        while let Some(&id) = stack.last() {
            match done.get(&id) {
                Some(true) => {
                    stack.pop();
                }
                Some(false) => {
                    stack.pop();
                    done.insert(id, true);
                    order.push(id);
                }
                None => {
                    done.insert(id, false);
                    if !is_input(id) {
                        let operands = graph.node(id).operand_array();
                        stack.extend(operands.into_iter().rev().flatten());
                    }
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests;
