use super::*;
use crate::ast::Comparison;
use crate::derive::With;
use crate::graph::{ColumnId, ParameterId};
use crate::testing::lowered;

#[test]
fn lanes_of_any_number_are_evaluated() {
    let mut graph = Graph::new();
    let sum = lowered(&mut graph, "exp(b) * x + y / 2");
    let slope = graph.derivative(sum, With::Parameter(ParameterId(0)));
    let column = graph.column(ColumnId(1));
    let scalar = lowered(&mut graph, "b ^ 2");
    let outputs = [sum, slope, column, scalar, sum];
    let program = Program::new(&graph, &outputs, &|_| false);
    assert_eq!(program.n_outputs(), 5);

    // One workspace for all sizes, growing and shrinking, on both sides of the block length.
    let mut workspace = Workspace::new();
    for n in [1, 0, 255, 256, 257, 1000, 3] {
        let x: Vec<f64> = (0..n).map(f64::from).collect();
        let y: Vec<f64> = (0..=n).map(|lane| f64::from(lane) * 10.0).collect();
        let inputs: Vec<&[f64]> = program
            .inputs()
            .iter()
            .map(|&input| match graph.node(input) {
                Node::Column(ColumnId(0)) => x.as_slice(),
                _ => y.as_slice(),
            })
            .collect();
        let n = x.len();
        program.run(&inputs, &[0.5], n, &mut workspace);
        let factor = 0.5_f64.exp();
        for output in 0..5 {
            assert_eq!(workspace.output(output).len(), n);
        }
        for lane in 0..n {
            assert_eq!(workspace.output(0)[lane], factor * x[lane] + y[lane] / 2.0);
            assert_eq!(workspace.output(1)[lane], factor * x[lane]);
            assert_eq!(workspace.output(2)[lane], y[lane]);
            assert_eq!(workspace.output(3)[lane], 0.25);
            assert_eq!(workspace.output(4)[lane], workspace.output(0)[lane]);
        }
    }
}

#[test]
fn leaves_are_the_callers() {
    let mut graph = Graph::new();
    let cost = lowered(&mut graph, "log(x) + (env == 'a') - (env == mode)");
    let b = graph.parameter(ParameterId(0));
    let node = graph.multiply(b, cost);
    let leaves = Program::new(&graph, &[node], &|_| false);
    let kinds: Vec<Node> = leaves.inputs().iter().map(|&id| graph.node(id)).collect();
    assert!(matches!(
        kinds[..],
        [
            Node::Column(ColumnId(0)),
            Node::TextCompare {
                operator: Comparison::Equal,
                column: ColumnId(10),
                ..
            },
            Node::TextCompareColumns {
                left: ColumnId(10),
                right: ColumnId(11),
                ..
            }
        ]
    ));

    let cached = Program::new(&graph, &[node], &|id| id == cost);
    assert_eq!(cached.inputs(), [cost]);
    let mut workspace = Workspace::new();
    cached.run(&[&[1.0, 2.0]], &[3.0], 2, &mut workspace);
    assert_eq!(workspace.output(0), [3.0, 6.0]);

    // An input may be an output, and a parameter may be supplied lane by lane, as a draw is.
    let random = Program::new(&graph, &[cost, node], &|id| id == cost || id == b);
    assert_eq!(random.inputs().len(), 2);
    let lanes: [&[f64]; 2] = match random.inputs()[0] == b {
        true => [&[5.0, 7.0], &[1.0, 2.0]],
        false => [&[1.0, 2.0], &[5.0, 7.0]],
    };
    random.run(&lanes, &[], 2, &mut workspace);
    assert_eq!(workspace.output(0), [1.0, 2.0]);
    assert_eq!(workspace.output(1), [5.0, 14.0]);
}

#[test]
fn registers_are_used_again() {
    let mut graph = Graph::new();
    let terms: Vec<String> = (0..5000).map(|k| format!("exp(x * {k} / b)")).collect();
    let sum = lowered(&mut graph, &terms.join(" + "));
    let program = Program::new(&graph, &[sum], &|_| false);
    assert!(program.n_registers() <= 4, "{}", program.n_registers());
    // Many outputs that are needed no more once they are written.
    let outputs: Vec<NodeId> = terms.iter().map(|term| lowered(&mut graph, term)).collect();
    let program = Program::new(&graph, &outputs, &|_| false);
    assert!(program.n_registers() <= 4, "{}", program.n_registers());

    let mut workspace = Workspace::new();
    program.run(&[&[0.001]], &[2.0], 1, &mut workspace);
    for (k, output) in (0..5000).zip([0, 1, 2, 3]) {
        let expected = (0.001 * f64::from(k) / 2.0).exp();
        assert_eq!(workspace.output(output), [expected]);
    }
}

#[test]
fn what_is_the_same_in_all_lanes_is_computed_once() {
    let mut graph = Graph::new();
    let node = lowered(&mut graph, "exp(b) / (1 + exp(c)) * x");
    let program = Program::new(&graph, &[node], &|_| false);
    // One product over lanes, and its copy to the output.
    assert_eq!(program.instructions.len(), 2);
}

#[test]
#[should_panic(expected = "2 parameters are used, 1 are given")]
fn too_few_parameters_are_noticed() {
    let mut graph = Graph::new();
    let node = lowered(&mut graph, "b + c");
    let program = Program::new(&graph, &[node], &|_| false);
    program.run(&[], &[1.0], 1, &mut Workspace::new());
}
