use proptest::prelude::*;

use super::*;
use crate::Expression;
use crate::testing::config;

fn tree(source: &str) -> String {
    let ast = parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    format!("{ast:?}")
}

#[test]
fn precedence() {
    let cases = [
        ("a + b * c", "(+ a (* b c))"),
        ("a * b + c", "(+ (* a b) c)"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b / c", "(/ (/ a b) c)"),
        ("a / b * c", "(* (/ a b) c)"),
        ("a - (b - c)", "(- a (- b c))"),
        ("a ^ b ^ c", "(^ a (^ b c))"),
        ("-x^2", "(- (^ x 2))"),
        ("(-x)^2", "(^ (- x) 2)"),
        ("2^-1", "(^ 2 (- 1))"),
        ("2^-x^2", "(^ 2 (- (^ x 2)))"),
        ("2^-x*y", "(* (^ 2 (- x)) y)"),
        ("-x * y", "(* (- x) y)"),
        ("x * -y", "(* x (- y))"),
        ("--x", "(- (- x))"),
        ("+x - +y", "(- x y)"),
        ("a + b < c * d", "(< (+ a b) (* c d))"),
        ("not a == b", "(not (== a b))"),
        ("not a and b", "(and (not a) b)"),
        ("not not a", "(not (not a))"),
        ("a or b and c", "(or a (and b c))"),
        ("a and b or c", "(or (and a b) c)"),
        ("a and not b", "(and a (not b))"),
        ("a == b and c != d", "(and (== a b) (!= c d))"),
        (
            "a < 1 or b <= 2 or c > 3 or d >= 4",
            "(or (or (or (< a 1) (<= b 2)) (> c 3)) (>= d 4))",
        ),
        ("a + 1 in (1, b * 2)", "(in (+ a 1) 1 (* b 2))"),
        ("a not in (1)", "(not (in a 1))"),
        ("not a in (1)", "(not (in a 1))"),
        ("a in (1) and b in (2)", "(and (in a 1) (in b 2))"),
        ("(a < b) == (c < d)", "(== (< a b) (< c d))"),
        ("if(a > 0, log(a), 0)", "(if (> a 0) (log a) 0)"),
        ("min(a, b, c)", "(min a b c)"),
        ("max(a, max(b, c))", "(max a (max b c))"),
        ("boxcox(x, lambda)^2", "(^ (boxcox x lambda) 2)"),
        ("exp (x)", "(exp x)"),
        // A function's name is a name where no parenthesis follows.
        ("exp + if * max", "(+ exp (* if max))"),
        ("android + order + inn", "(+ (+ android order) inn)"),
    ];
    for (source, expected) in cases {
        assert_eq!(tree(source), expected, "{source}");
    }
}

#[test]
fn literals_and_names() {
    let cases = [
        ("1", "1"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("1.", "1"),
        ("1e-3", "0.001"),
        ("2E+3", "2000"),
        ("1e-999", "0"),
        ("'public'", "'public'"),
        ("'it''s'", "'it''s'"),
        ("''", "''"),
        ("`travel time`", "travel time"),
        ("`and`", "and"),
        ("größe_2", "größe_2"),
        ("_x", "_x"),
        ("時間", "時間"),
        ("\n\ta\r\n", "a"),
        ("1-1", "(- 1 1)"),
        ("x-1", "(- x 1)"),
    ];
    for (source, expected) in cases {
        assert_eq!(tree(source), expected, "{source}");
    }
}

#[test]
fn spans_cover_the_source() {
    let source = " a + (b * `c d`) / exp( 2 )";
    let ast = parse(source).unwrap();
    let mut parts = Vec::new();
    ast.visit(|part| parts.push(part.span.text(source)));
    assert_eq!(
        parts,
        [
            "a + (b * `c d`) / exp( 2 )",
            "a",
            "(b * `c d`) / exp( 2 )",
            "(b * `c d`)",
            "b",
            "`c d`",
            "exp( 2 )",
            "2"
        ]
    );
}

#[test]
fn every_error_says_what_to_do() {
    let cases = [
        ("", "line 1, column 1: the expression is empty"),
        (" \n ", "line 2, column 2: the expression is empty"),
        (
            "a + b * )",
            "line 1, column 9: expected a number, a name or '(' but found ')'",
        ),
        (
            "a +",
            "line 1, column 4: expected a number, a name or '(' but found the end of the expression",
        ),
        (
            "a *\n  / b",
            "line 2, column 3: expected a number, a name or '(' but found '/'",
        ),
        (
            "a + and",
            "line 1, column 5: expected a number, a name or '(' but found 'and'",
        ),
        ("a b", "line 1, column 3: expected an operator but found 'b'"),
        ("a 'b'", "line 1, column 3: expected an operator but found the text 'b'"),
        ("a `b c`", "line 1, column 3: expected an operator but found `b c`"),
        ("`exp`(x)", "line 1, column 6: expected an operator but found '('"),
        ("x not 3", "line 1, column 3: expected an operator but found 'not'"),
        ("a + b)", "line 1, column 6: ')' closes nothing"),
        ("2 * (a + b", "line 1, column 5: '(' is never closed"),
        ("exp(a", "line 1, column 4: '(' is never closed"),
        ("min(a,", "line 1, column 4: '(' is never closed"),
        ("exp(", "line 1, column 4: '(' is never closed"),
        ("(a b)", "line 1, column 4: expected an operator or ')' but found 'b'"),
        ("(a, b)", "line 1, column 3: expected an operator or ')' but found ','"),
        (
            "min(a b)",
            "line 1, column 7: expected an operator, ',' or ')' but found 'b'",
        ),
        (
            "min(a,)",
            "line 1, column 7: expected a number, a name or '(' but found ')'",
        ),
        (
            "1,5 * x",
            "line 1, column 2: ',' stands between the arguments of a function and in the list after 'in' only; the decimal mark is '.'",
        ),
        (
            "a < b < c",
            "line 1, column 7: comparisons do not chain; write a < b and b < c",
        ),
        (
            "a == b in (1)",
            "line 1, column 8: comparisons do not chain; write a < b and b < c",
        ),
        (
            "a in (1) not in (2)",
            "line 1, column 10: comparisons do not chain; write a < b and b < c",
        ),
        (
            "a in 1",
            "line 1, column 6: expected '(' and a list after 'in' but found '1'",
        ),
        ("a in ()", "line 1, column 6: the list after 'in' is empty"),
        (
            "a == not b",
            "line 1, column 6: 'not' binds looser than the operator before it; put it in parentheses: (not …)",
        ),
        ("x = 1", "line 1, column 3: use == to compare"),
        ("x =< 1", "line 1, column 3: use <= for \"at most\""),
        ("x => 1", "line 1, column 3: use >= for \"at least\""),
        ("x <> 1", "line 1, column 3: use != for \"differs from\""),
        ("a && b", "line 1, column 3: use 'and' instead of '&&'"),
        ("a & b", "line 1, column 3: use 'and' instead of '&'"),
        ("a || b", "line 1, column 3: use 'or' instead of '||'"),
        ("a | b", "line 1, column 3: use 'or' instead of '|'"),
        ("!a", "line 1, column 1: use 'not' instead of '!'"),
        ("~a", "line 1, column 1: use 'not' instead of '~'"),
        ("a % b", "line 1, column 3: there is no operator '%'"),
        ("a ** b", "line 1, column 3: use ^ for powers"),
        (
            "env == \"public\"",
            "line 1, column 8: text stands in single quotes, as 'public', and a name with special characters in backticks",
        ),
        (
            "env == ‘a’",
            "line 1, column 8: text stands in straight single quotes, as 'public'",
        ),
        (
            "a − b",
            "line 1, column 3: use the plain '-' instead of the typographic minus",
        ),
        ("a – b", "line 1, column 3: use the plain '-' instead of the dash"),
        ("a × b", "line 1, column 3: use * to multiply"),
        ("a ÷ b", "line 1, column 3: use / to divide"),
        ("a ≤ b", "line 1, column 3: use <= for \"at most\""),
        ("a ≥ b", "line 1, column 3: use >= for \"at least\""),
        ("a ≠ b", "line 1, column 3: use != for \"differs from\""),
        ("[a]", "line 1, column 1: use round parentheses"),
        (
            "é + $x",
            "line 1, column 5: unexpected character '$'; a name with special characters stands in backticks",
        ),
        (
            "a \u{1b}",
            "line 1, column 3: unexpected character '\\u{1b}'; a name with special characters stands in backticks",
        ),
        (
            "env == 'public",
            "line 1, column 8: the text that begins here is never closed by a single quote",
        ),
        (
            "`travel time + 1",
            "line 1, column 1: the name that begins here is never closed by a backtick",
        ),
        ("1 + ``", "line 1, column 5: the name in backticks is empty"),
        (
            "2x",
            "line 1, column 1: '2x' is not a number; write 2 * x to multiply, or `2x` in backticks if it is a name",
        ),
        ("1.2.3", "line 1, column 1: '1.2.3' is not a number"),
        (
            "1e999",
            "line 1, column 1: 1e999 is too large; the largest number is about 1.8e308",
        ),
        (
            "train.cost * 2",
            "line 1, column 1: a name with '.' in it stands in backticks: `train.cost`",
        ),
        (
            "income:air",
            "line 1, column 1: a name with ':' in it stands in backticks: `income:air`",
        ),
        (
            "sqr(x)",
            "line 1, column 1: unknown function 'sqr'; did you mean 'sqrt'?",
        ),
        (
            "EXP(x)",
            "line 1, column 1: unknown function 'EXP'; did you mean 'exp'?",
        ),
        ("ln(x)", "line 1, column 1: unknown function 'ln'; did you mean 'log'?"),
        (
            "pow(x, 2)",
            "line 1, column 1: unknown function 'pow'; use ^ for powers",
        ),
        (
            "gamma(x)",
            "line 1, column 1: unknown function 'gamma'; there are exp, log, sqrt, abs, min, max, if, boxcox",
        ),
        ("exp()", "line 1, column 1: exp takes 1 argument, not 0"),
        ("1 + log(x, 10)", "line 1, column 5: log takes 1 argument, not 2"),
        ("min(x)", "line 1, column 1: min takes 2 or more arguments, not 1"),
        (
            "if(x, 1)",
            "line 1, column 1: if takes 3 arguments (condition, value if true, value if false), not 2",
        ),
        (
            "boxcox(x)",
            "line 1, column 1: boxcox takes 2 arguments (x, lambda), not 1",
        ),
    ];
    for (source, expected) in cases {
        let error = parse(source).expect_err(source);
        assert_eq!(error.to_string(), expected, "{source}");
    }
}

#[test]
fn the_first_error_from_the_left_is_reported() {
    let error = parse("a b % c").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1, column 3: expected an operator but found 'b'"
    );
}

#[test]
fn the_caret_marks_the_culprit() {
    let error = parse("asc +\n  2 * exq(x)").unwrap_err();
    assert_eq!(error.caret(), "    2 * exq(x)\n        ^^^");
    assert_eq!((error.span.start, error.span.end), (12, 15));
    assert_eq!(error.source, "asc +\n  2 * exq(x)");
}

#[test]
fn nesting_is_limited_and_length_is_not() {
    let message = "the expression is nested more than 200 levels deep";
    let hostile = [
        "(".repeat(10_000),
        "-".repeat(10_000),
        "not ".repeat(10_000),
        "exp(".repeat(10_000),
        "x ^ ".repeat(10_000),
        "1 + (".repeat(10_000),
        "x in (".repeat(10_000),
    ];
    for source in hostile {
        assert_eq!(parse(&source).unwrap_err().message, message);
    }
    let within = format!("{}x{}", "(".repeat(199), ")".repeat(199));
    assert_eq!(tree(&within), "x");
    let beyond = format!("{}x{}", "(".repeat(200), ")".repeat(200));
    assert_eq!(parse(&beyond).unwrap_err().message, message);

    // Long chains to the left of every kind, far deeper than any stack: parse, copy, print, drop.
    for operator in ["+", "-", "*", "/", "and", "or"] {
        let source = vec!["x"; 200_000].join(&format!(" {operator} "));
        let expression = Expression::parse(&source).unwrap();
        let copy = expression.clone();
        assert_eq!(expression.names(), ["x"]);
        drop(expression);
        let printed = format!("{:?}", copy.ast());
        assert!(printed.starts_with(&format!("({operator} ({operator} ")));
        assert!(printed.ends_with(" x) x)"));
    }
}

proptest! {
    #![proptest_config(config(3000, 1))]

    #[test]
    fn arbitrary_text_never_panics(source in any::<String>()) {
        if let Err(error) = parse(&source) {
            prop_assert!(!error.to_string().contains('\n'));
            let _ = error.caret();
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let source = String::from_utf8_lossy(&bytes);
        if let Err(error) = parse(&source) {
            prop_assert!(!error.to_string().contains('\n'));
            let _ = error.caret();
        }
    }

    /// Shuffled words of the language get further into the parser than arbitrary text.
    #[test]
    fn arbitrary_words_never_panic(
        words in prop::collection::vec(
            prop::sample::select(&[
                "x", "`y z`", "'t'", "1", ".5", "1e", "+", "-", "*", "/", "^", "==", "<", "(", ")",
                ",", "and", "or", "not", "in", "exp(", "if(", "min(", "boxcox(", "=", "'", "`",
                "\n", "é", "\u{1f600}", "&&",
            ][..]),
            0..20,
        ),
    ) {
        let source = words.join(" ");
        match parse(&source) {
            Ok(ast) => prop_assert_eq!(ast.span.text(&source), source.trim()),
            Err(error) => {
                prop_assert!(!error.to_string().contains('\n'));
                let _ = error.caret();
            }
        }
    }

    /// Every stretch between characters or not: a caret is drawn, or something close to it.
    #[test]
    fn arbitrary_spans_never_panic(source in any::<String>(), start in 0..40_usize, end in 0..40_usize) {
        let _ = crate::caret(&source, Span::new(start, end));
    }
}
