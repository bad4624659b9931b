//! Every problem of form, with its whole message, its place and its caret.

use super::BASE;
use crate::model_file::ModelFile;

/// What is said of [`BASE`] with one part replaced.
fn message(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from}");
    problems(&BASE.replacen(from, to, 1))
}

fn problems(text: &str) -> String {
    ModelFile::parse(text, "modes.toml")
        .expect_err("it should not parse")
        .to_string()
}

#[test]
fn unknown_keys_with_what_was_meant() {
    let cases = [
        (
            ("choice = ", "fitler = \"x > 1\"\nchoice = "),
            "modes.toml, line 6, column 1: [data] has no key \"fitler\"; did you mean \"filter\"?\n\
             \x20 fitler = \"x > 1\"\n  ^^^^^^",
        ),
        (
            ("start = 0.5", "strat = 0.5"),
            "modes.toml, line 14, column 7: parameter \"b\" has no key \"strat\"; did you mean \"start\"?\n\
             \x20 b = { strat = 0.5, lower = -1 }\n        ^^^^^",
        ),
        (
            ("title", "zzz = 1\ntitle"),
            "modes.toml, line 1, column 1: the model file has no key \"zzz\"\n  zzz = 1\n  ^^^",
        ),
        (
            ("available", "availabel"),
            "modes.toml, line 9, column 21: alternative \"train\" has no key \"availabel\"; did you mean \"available\"?\n\
             \x20 train = { code = 1, availabel = \"av == 1\" }\n                      ^^^^^^^^^",
        ),
        // A slip for a key that must be there is one problem, not two.
        (
            ("[utility]", "[utilities]"),
            "modes.toml, line 16, column 2: the model file has no key \"utilities\"; did you mean \"utility\"?\n\
             \x20 [utilities]\n   ^^^^^^^^^",
        ),
        (
            ("code = 1", "cod = 1"),
            "modes.toml, line 9, column 11: alternative \"train\" has no key \"cod\"; did you mean \"code\"?\n\
             \x20 train = { cod = 1, available = \"av == 1\" }\n            ^^^",
        ),
        (
            ("layout =", "layuot ="),
            "modes.toml, line 5, column 1: [data] has no key \"layuot\"; did you mean \"layout\"?\n\
             \x20 layuot = \"wide\"\n  ^^^^^^",
        ),
    ];
    for ((from, to), expected) in cases {
        assert_eq!(message(from, to), expected);
    }
}

#[test]
fn what_must_be_there() {
    let cases = [
        (
            "file = \"modes.csv\"\n",
            "modes.toml, line 3, column 2: [data] needs \"file\", such as file = \"choices.csv\"\n  [data]\n   ^^^^",
        ),
        (
            "layout = \"wide\"\n",
            "modes.toml, line 3, column 2: [data] needs \"layout\", such as layout = \"wide\" (a row per case) or \
             \"long\" (a row per alternative)\n  [data]\n   ^^^^",
        ),
        (
            "choice = \"CHOICE\"\n",
            "modes.toml, line 3, column 2: [data] needs \"choice\", such as choice = \"CHOICE\", the column with the \
             code of the chosen alternative\n  [data]\n   ^^^^",
        ),
        (
            "code = 1, ",
            "modes.toml, line 9, column 1: alternative \"train\" needs \"code\", such as code = 1\n\
             \x20 train = { available = \"av == 1\" }\n  ^^^^^",
        ),
        (
            "[utility]\ntrain = \"asc + b * tt\"\ncar = \"b * co\"\n",
            "modes.toml, line 1, column 1: the model file needs [utility] with an expression for each alternative, or \
             \"all\"\n  title = \"Two modes\"\n  ^",
        ),
    ];
    for (part, expected) in cases {
        assert_eq!(message(part, ""), expected);
    }
    assert_eq!(
        problems("[utility]\nall = \"x\"\n"),
        "modes.toml, line 1, column 1: the model file needs [data] with the file and its layout\n  [utility]\n  ^"
    );
    assert_eq!(
        problems("[data]\nfile = \"x.csv\"\nlayout = \"long\"\n[utility]\nall = \"x\"\n"),
        "modes.toml, line 1, column 2: [data] needs \"case\", such as case = \"id\", the column that identifies the \
         case\n  [data]\n   ^^^^\n\
         modes.toml, line 1, column 2: [data] needs \"choice\", such as choice = \"choice\", the column that is 1 in the \
         chosen row\n  [data]\n   ^^^^"
    );
}

#[test]
fn an_expression_that_does_not_parse_is_marked_where_it_breaks() {
    let cases = [
        (
            "\"b * ) co\"",
            "modes.toml, line 18, column 12: utility of \"car\": expected a number, a name or '(' but found ')'\n\
             \x20 car = \"b * ) co\"\n             ^",
        ),
        (
            "\"\"\"\nb *\n  ) co\"\"\"",
            "modes.toml, line 20, column 3: utility of \"car\": expected a number, a name or '(' but found ')'\n\
             \x20   ) co\"\"\"\n    ^",
        ),
        // Where the text is written with escapes, the value as a whole is marked.
        (
            "\"b * \\t) co\"",
            "modes.toml, line 18, column 7: utility of \"car\": expected a number, a name or '(' but found ')'\n\
             \x20 car = \"b * \\t) co\"\n        ^^^^^^^^^^^^",
        ),
        (
            "'b * `co'",
            "modes.toml, line 18, column 12: utility of \"car\": the name that begins here is never closed by a \
             backtick\n  car = 'b * `co'\n             ^",
        ),
        (
            "inf",
            "modes.toml, line 18, column 7: utility of \"car\" is an expression, and inf is not a finite number\n\
             \x20 car = inf\n        ^^^",
        ),
    ];
    for (utility, expected) in cases {
        assert_eq!(message("\"b * co\"", utility), expected);
    }
    assert_eq!(
        message("\"av == 1\"", "\"av = 1\""),
        "modes.toml, line 9, column 37: available: use == to compare\n\
         \x20 train = { code = 1, available = \"av = 1\" }\n                                      ^"
    );
    assert_eq!(
        message("[parameters]", "[columns]\ncost = \"co *\"\n\n[parameters]"),
        "modes.toml, line 13, column 13: column \"cost\": expected a number, a name or '(' but found the end of the \
         expression\n  cost = \"co *\"\n              ^"
    );
}

#[test]
fn values_of_the_wrong_kind() {
    let cases = [
        (
            ("\"Two modes\"", "2"),
            "modes.toml, line 1, column 9: title is a text in quotes, not a number\n  title = 2\n          ^",
        ),
        (
            ("asc = 0", "asc = \"0\""),
            "modes.toml, line 13, column 7: parameter \"asc\" is a starting value, or a table such as { start = 0.0, \
             lower = 0.0 }, not a text\n  asc = \"0\"\n        ^^^",
        ),
        (
            ("lower = -1", "fixed = 1"),
            "modes.toml, line 14, column 28: fixed is true or false, not a number\n\
             \x20 b = { start = 0.5, fixed = 1 }\n                             ^",
        ),
        (
            ("lower = -1", "lower = []"),
            "modes.toml, line 14, column 28: lower is a number, not a list\n\
             \x20 b = { start = 0.5, lower = [] }\n                             ^^",
        ),
        (
            ("code = 1", "code = [1]"),
            "modes.toml, line 9, column 18: the code of \"train\" is a number or a text, not a list\n\
             \x20 train = { code = [1], available = \"av == 1\" }\n                   ^^^",
        ),
        (
            ("\"b * co\"", "true"),
            "modes.toml, line 18, column 7: utility of \"car\" is an expression in quotes, not true or false\n\
             \x20 car = true\n        ^^^^",
        ),
        (
            ("\"wide\"", "\"tall\""),
            "modes.toml, line 5, column 10: layout is \"wide\" or \"long\", not \"tall\"\n\
             \x20 layout = \"tall\"\n           ^^^^^^",
        ),
        (
            ("choice = \"CHOICE\"", "choice = \"CHOICE\"\nmissing = \"drop\""),
            "modes.toml, line 7, column 11: missing is \"error\", \"drop_case\" or \"drop_alternative\", not \"drop\"\n\
             \x20 missing = \"drop\"\n            ^^^^^^",
        ),
        (
            ("choice = \"CHOICE\"", "choice = \"CHOICE\"\nseparator = \"::\""),
            "modes.toml, line 7, column 13: separator is one ASCII character such as \";\", not \"::\"\n\
             \x20 separator = \"::\"\n              ^^^^",
        ),
        (
            ("choice = \"CHOICE\"", "choice = \"CHOICE\"\ndecimal_mark = \"'\""),
            "modes.toml, line 7, column 16: decimal_mark is \".\" or \",\", not \"'\"\n\
             \x20 decimal_mark = \"'\"\n                 ^^^",
        ),
        (
            (
                "[parameters]\nasc = 0\nb = { start = 0.5, lower = -1 }\n",
                "[[parameters]]\nasc = 0\nb = 0\n",
            ),
            "modes.toml, line 12, column 1: [parameters] is a table, not a list\n  [[parameters]]\n  ^^^^^^^^^^^^^^",
        ),
    ];
    for ((from, to), expected) in cases {
        assert_eq!(message(from, to), expected);
    }
}

#[test]
fn names_that_do_not_fit_together() {
    assert_eq!(
        message("car = \"b * co\"", "caar = \"b * co\""),
        "modes.toml, line 18, column 1: [utility] names \"caar\", which is not in [alternatives]; did you mean \"car\"?\n\
         \x20 caar = \"b * co\"\n  ^^^^"
    );
    assert_eq!(
        message("asc = 0", "asc = 0\nasc = 1"),
        "modes.toml, line 14, column 1: \"asc\" stands twice in its table; keep one\n  asc = 1\n  ^^^"
    );
    assert_eq!(
        message("car = 2", "all = 2").lines().next(),
        Some("modes.toml, line 10, column 1: \"all\" stands for every alternative; give this one another name")
    );
}

#[test]
fn what_later_versions_may_do() {
    assert_eq!(
        message("[parameters]", "[classes]\nx = 1\n\n[parameters]")
            .lines()
            .next(),
        Some(
            "modes.toml, line 12, column 2: [classes] belongs to a model family that this version of logsum does not estimate; \
             it estimates logit, nested, cross-nested, rank-ordered, ordered and mixed logit, and probit"
        )
    );
}

#[test]
fn sampling_rates_that_are_none() {
    for rate in ["0", "-0.5", "inf", "nan"] {
        let text = message("code = 1", &format!("code = 1, sampling_rate = {rate}"));
        let expected = format!(
            "modes.toml, line 9, column 37: the sampling_rate of \"train\" is {}; it is a positive number, the share of \
             those who chose the alternative that were sampled (only the ratios of the rates matter)",
            rate.replace("nan", "NaN")
        );
        assert_eq!(text.lines().next(), Some(expected.as_str()));
    }
    assert_eq!(
        message("code = 1", "code = 1, sampling_rate = \"half\"").lines().next(),
        Some("modes.toml, line 9, column 37: sampling_rate is a number, not a text")
    );
}

#[test]
fn text_that_is_not_toml_is_blamed_once() {
    for (from, to, line) in [
        ("asc = 0", "asc = ", "line 13, column 7"),
        ("\"modes.csv\"", "\"modes.csv", "line 4, column"),
    ] {
        let text = message(from, to);
        assert!(text.starts_with(&format!("modes.toml, {line}")), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
    }
    let text = message("[data]", "[data");
    assert!(
        text.starts_with("modes.toml, line 3, column 6: unclosed table"),
        "{text}"
    );
}

#[test]
fn independent_problems_stand_in_the_order_of_the_file() {
    let text = BASE
        .replace("layout = \"wide\"", "layout = \"wide\"\nweigth = \"w\"")
        .replace("asc = 0", "asc = true")
        .replace("asc + b * tt", "asc + * tt")
        .replace("b * co", "b * co * (");
    let error = ModelFile::parse(&text, "modes.toml").unwrap_err();
    let places: Vec<(usize, usize)> = error
        .problems
        .iter()
        .map(|problem| (problem.line, problem.column))
        .collect();
    assert_eq!(places, [(6, 1), (14, 7), (18, 16), (19, 18)]);
    assert_eq!(error.to_string().lines().count(), 12);
}
