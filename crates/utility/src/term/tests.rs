use std::collections::HashMap;

use logsum_expressions::{Fault, Row, Value, interpret};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::estimation::FitOptions;
use crate::model::Model;
use crate::model_file::ModelFile;
use crate::specification::Specification;
use crate::testing::{data, wide_schema, wide_table};

struct Names(HashMap<&'static str, f64>);

impl Row for Names {
    fn value(&self, name: &str) -> Result<Value<'_>, Fault> {
        Ok(Value::Number(self.0[name]))
    }
}

const NAMES: [&str; 4] = ["x", "b_time", "travel time", "if"];

/// A sum of arithmetic, to be built as a term and computed by hand.
#[derive(Clone, Debug)]
enum Tree {
    Name(usize),
    Number(f64),
    Negate(Box<Tree>),
    Join(char, Box<Tree>, Box<Tree>),
    /// The number on the left by `f64`'s own operators.
    Left(char, f64, Box<Tree>),
    Exp(Box<Tree>),
    BoxCox(Box<Tree>, Box<Tree>),
}

impl Tree {
    fn term(&self) -> Term {
        match self {
            Tree::Name(at) => column(NAMES[*at]),
            Tree::Number(number) => Term::from(*number),
            Tree::Negate(inner) => -inner.term(),
            Tree::Join('+', left, right) => left.term() + right.term(),
            Tree::Join('-', left, right) => left.term() - right.term(),
            Tree::Join('*', left, right) => left.term() * right.term(),
            Tree::Join(_, left, right) => left.term() / right.term(),
            Tree::Left('+', left, right) => *left + right.term(),
            Tree::Left('-', left, right) => *left - right.term(),
            Tree::Left('*', left, right) => *left * right.term(),
            Tree::Left(_, left, right) => *left / right.term(),
            Tree::Exp(inner) => (inner.term() / 100.0).exp(),
            Tree::BoxCox(x, lambda) => boxcox((x.term() / 50.0).exp(), lambda.term() / 100.0),
        }
    }

    fn value(&self, names: &HashMap<&'static str, f64>) -> f64 {
        let join = |operator: char, left: f64, right: f64| match operator {
            '+' => left + right,
            '-' => left - right,
            '*' => left * right,
            _ => left / right,
        };
        match self {
            Tree::Name(at) => names[NAMES[*at]],
            Tree::Number(number) => *number,
            Tree::Negate(inner) => -inner.value(names),
            Tree::Join(operator, left, right) => join(*operator, left.value(names), right.value(names)),
            Tree::Left(operator, left, right) => join(*operator, *left, right.value(names)),
            Tree::Exp(inner) => (inner.value(names) / 100.0).exp(),
            Tree::BoxCox(x, lambda) => {
                logsum_expressions::boxcox(0, (x.value(names) / 50.0).exp(), lambda.value(names) / 100.0)
            }
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let number = prop_oneof![-9.0..9.0f64, Just(0.5), Just(-2.0), Just(1e-7), Just(3e20)];
    let operator = prop_oneof![Just('+'), Just('-'), Just('*'), Just('/')];
    let leaf = prop_oneof![
        (0..NAMES.len()).prop_map(Tree::Name),
        number.clone().prop_map(Tree::Number)
    ];
    leaf.prop_recursive(5, 40, 2, move |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            6 => (operator.clone(), boxed(), boxed()).prop_map(|(operator, left, right)| Tree::Join(operator, left, right)),
            2 => (operator.clone(), number.clone(), boxed()).prop_map(|(operator, left, right)| Tree::Left(operator, left, right)),
            2 => boxed().prop_map(Tree::Negate),
            1 => boxed().prop_map(Tree::Exp),
            1 => (boxed(), boxed()).prop_map(|(x, lambda)| Tree::BoxCox(x, lambda)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn a_term_is_the_arithmetic_that_was_written(tree in trees(), values in prop::array::uniform4(-5.0..5.0f64)) {
        let names: HashMap<&'static str, f64> = NAMES.into_iter().zip(values).collect();
        let expected = tree.value(&names);
        let expression = tree.term().into_expression();
        // The same operations in the same order: the same bits, where there are any.
        if let (true, Ok(found)) = (expected.is_finite(), interpret(&expression, &Names(names))) {
            prop_assert_eq!(found, expected, "{}", expression);
        }
    }
}

#[test]
fn terms_as_they_are_written() {
    let (a, b, x) = (parameter("a"), parameter("b"), column("travel time"));
    let cases = [
        (a.clone() + b.clone() * x.clone() / 100.0, "a + b * `travel time` / 100"),
        ((a.clone() + b.clone()) * x.clone(), "(a + b) * `travel time`"),
        (a.clone() - (b.clone() - x.clone()), "a - (b - `travel time`)"),
        (a.clone() / (b.clone() * x.clone()), "a / (b * `travel time`)"),
        (-(a.clone() + b.clone()), "-(a + b)"),
        (2.0 * -a.clone(), "2 * -a"),
        (-1.5 * a.clone(), "-1.5 * a"),
        (1.0 - a.clone().exp(), "1 - exp(a)"),
        ((x.clone() + 1.0).ln() * a.clone(), "log(`travel time` + 1) * a"),
        (x.clone().sqrt(), "sqrt(`travel time`)"),
        (
            boxcox(x.clone() / 60.0, parameter("lambda")),
            "boxcox(`travel time` / 60, lambda)",
        ),
        (a.clone() * 1e300, "a * 1e300"),
        (Term::parse("a + 1").unwrap() * b, "(a + 1) * b"),
        (
            column("and") + column("log") + column("1st") + column("é"),
            "`and` + log + `1st` + é",
        ),
    ];
    for (term, source) in cases {
        assert_eq!(term.to_string(), source);
        assert_eq!(term.into_expression().source(), source);
    }
    assert_eq!(
        Term::parse("a + ").unwrap_err().to_string(),
        "line 1, column 5: expected a number, a name or '(' but found the end of the expression"
    );
}

#[test]
#[should_panic(expected = "a name in a utility is not empty and holds no backtick: \"a`b\"")]
fn a_name_that_cannot_be_written() {
    column("a`b");
}

#[test]
#[should_panic(expected = "a number in a utility is finite, not NaN")]
fn a_number_that_cannot_be_written() {
    let _ = column("x") * f64::NAN;
}

#[test]
fn builder_and_model_file_give_the_same_bits() {
    let file = ModelFile::parse(
        r#"
[data]
file = "x.csv"
layout = "wide"
choice = "choice"
[parameters]
asc_b = 0
b_time = { start = -0.1 }
b_cost = { start = 0.0, upper = 5 }
vtt = 0.5
[utility]
all = "b_cost * income * 0"
a = "b_time * time_a / 10 + b_cost * cost_a"
b = "asc_b + b_time * time_b / 10 + b_cost * cost_b"
c = "b_cost * (cost_c + vtt * boxcox(time_c / 10, 0.5))"
"#,
        "model.toml",
    )
    .unwrap_or_else(|error| panic!("{error}"));
    let (b_time, b_cost) = (parameter("b_time"), parameter("b_cost"));
    let built = Specification::new()
        .parameter("asc_b", 0.0)
        .parameter("b_time", -0.1)
        .declare(logsum_estimate::Parameter {
            upper: 5.0,
            ..logsum_estimate::Parameter::new("b_cost", 0.0)
        })
        .parameter("vtt", 0.5)
        .utility_of_all(b_cost.clone() * column("income") * 0.0)
        .utility(
            "a",
            b_time.clone() * column("time_a") / 10.0 + b_cost.clone() * column("cost_a"),
        )
        .utility(
            "b",
            parameter("asc_b") + b_time * column("time_b") / 10.0 + b_cost.clone() * column("cost_b"),
        )
        .utility(
            "c",
            b_cost * (column("cost_c") + parameter("vtt") * boxcox(column("time_c") / 10.0, 0.5)),
        );
    assert_eq!(built, file.specification);
    let data = data(wide_table(400, 9), &wide_schema(), &built);
    let fit = |specification: &Specification| {
        let mut fit = Model::bind(specification, &data)
            .unwrap()
            .fit(&FitOptions::default(), None)
            .unwrap();
        fit.elapsed_seconds = Default::default();
        fit
    };
    let (left, right) = (fit(&built), fit(&file.specification));
    assert!(left.converged);
    assert_eq!(left, right);
}
