use super::*;
use crate::testing::lowered;

#[test]
fn equal_expressions_share_a_node() {
    let same = [
        ("x + y", "y + x"),
        ("x * y", "y * x"),
        ("min(x, y)", "min(y, x)"),
        ("max(x, y)", "max(y, x)"),
        ("x < y", "y > x"),
        ("x <= y", "y >= x"),
        ("x == y", "y == x"),
        ("env == 'a'", "'a' == env"),
        ("env < 'a'", "'a' > env"),
        ("env < mode", "mode > env"),
        ("x > 1 and y > 1", "y > 1 and x > 1"),
        ("x > 1 or y > 1", "y > 1 or x > 1"),
        ("x in (1, 2)", "x == 1 or x == 2"),
        ("x not in (1, 2)", "not (2 == x or 1 == x)"),
    ];
    let mut graph = Graph::new();
    for (a, b) in same {
        assert_eq!(lowered(&mut graph, a), lowered(&mut graph, b), "{a}, {b}");
    }
    assert_ne!(lowered(&mut graph, "x - y"), lowered(&mut graph, "y - x"));
    assert_ne!(lowered(&mut graph, "env == 'a'"), lowered(&mut graph, "env == 'b'"));
}

#[test]
fn constructors_simplify() {
    let same = [
        ("x + 0", "x"),
        ("0 + x", "x"),
        ("x - 0", "x"),
        ("0 - x", "-x"),
        ("x * 1", "x"),
        ("1 * x", "x"),
        ("x * -1", "-x"),
        ("x / 1", "x"),
        ("x / -1", "-x"),
        ("x ^ 1", "x"),
        ("--x", "x"),
        ("x + -y", "x - y"),
        ("-x + y", "y - x"),
        ("x - -y", "x + y"),
        ("2 * 3 + 4 / 8 - 2 ^ 3", "-1.5"),
        ("if(1 < 2, x, y)", "x"),
        ("if(0, x, y)", "y"),
        ("abs(-3) + max(1, 2) + min(1, 2) + sqrt(4)", "8"),
        ("'a' == 'a'", "1"),
        ("'a' >= 'b'", "0"),
        ("x > 1 and 1", "x > 1"),
        ("x > 1 and 0", "0"),
        ("x > 1 or 0", "x > 1"),
        ("x > 1 or 3", "1"),
        ("not not (x > 1)", "x > 1"),
        ("boxcox(3, 1)", "2"),
        ("min(x, x)", "x"),
        ("abs(-x)", "abs(x)"),
    ];
    let mut graph = Graph::new();
    for (a, b) in same {
        assert_eq!(lowered(&mut graph, a), lowered(&mut graph, b), "{a}, {b}");
    }
}

#[test]
fn written_zeros_keep_a_missing_value_and_constructed_ones_do_not() {
    let mut graph = Graph::new();
    for source in ["x * 0", "0 * x", "x - x", "0 / x", "x ^ 0"] {
        let node = lowered(&mut graph, source);
        assert_eq!(graph.as_constant(node), None, "{source}");
    }
    let x = graph.column(ColumnId(0));
    let zero = graph.constant(0.0);
    assert_eq!(graph.multiply(x, zero), zero);
    assert_eq!(graph.multiply(zero, x), zero);
    assert_eq!(graph.subtract(x, x), zero);
    assert_eq!(graph.divide(zero, x), zero);
    let power = graph.power(x, zero);
    assert_eq!(graph.as_constant(power), Some(1.0));
}

#[test]
fn faults_are_not_folded() {
    let mut graph = Graph::new();
    for source in ["1 / 0", "log(0)", "exp(1000)", "sqrt(-1)", "0 ^ -1"] {
        let node = lowered(&mut graph, source);
        assert_eq!(graph.as_constant(node), None, "{source}");
    }
}

#[test]
fn constants_are_one_per_value() {
    let mut graph = Graph::new();
    assert_eq!(graph.constant(0.0), graph.constant(-0.0));
    assert_eq!(graph.constant(f64::NAN), graph.constant(-f64::NAN));
    assert_ne!(graph.constant(1.0), graph.constant(1.0 + f64::EPSILON));
}

#[test]
fn parameters_and_columns_are_found() {
    let mut graph = Graph::new();
    let source = "if(mode == env and x > 0, lambda * z, b) + (env in ('a', 'b')) * b";
    let node = lowered(&mut graph, source);
    let ids = |ids: &[u32]| ids.iter().copied().map(ColumnId).collect::<Vec<_>>();
    assert_eq!(graph.columns_of(node), ids(&[0, 2, 10, 11]));
    assert_eq!(graph.parameters_of(node), [ParameterId(0), ParameterId(2)]);
    assert!(!graph.is_parameter_free(node));
    let free = lowered(&mut graph, "x * 2 + (env == 'a')");
    assert!(graph.is_parameter_free(free));
    assert!(graph.parameters_of(free).is_empty());
}
