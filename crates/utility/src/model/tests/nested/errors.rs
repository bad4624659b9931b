//! What is wrong with nests is said in one line.

use super::*;
use crate::error::SpecificationError;

fn problems(nests: Vec<Nest>, more: impl Fn(Specification) -> Specification) -> String {
    let specification = more(nested(logit(), nests));
    let data = choices(5, 1, &logit());
    match Model::bind(&specification, &data) {
        Err(error) => error
            .each()
            .iter()
            .map(SpecificationError::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
        Ok(_) => String::new(),
    }
}

#[track_caller]
fn assert_says(nests: Vec<Nest>, expected: &str) {
    let found = problems(nests, |specification| specification);
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains(expected), "{found}");
}

fn nest(name: &str, members: &[&str]) -> Nest {
    Nest::new(name, members.iter().copied(), expression("lambda_0"))
}

#[test]
fn trees() {
    assert_says(
        vec![nest("n", &["a", "q"])],
        "\"q\", a member of \"n\", is neither an alternative nor a nest",
    );
    assert_says(vec![nest("n", &["a", "a"])], "\"a\" stands twice in nest \"n\"");
    assert_says(vec![nest("n", &[])], "nest \"n\" has no members");
    assert_says(
        vec![nest("n", &["a", "b"]), nest("m", &["b", "c"])],
        "\"b\" is in nests \"n\" and \"m\"",
    );
    assert_says(
        vec![nest("n", &["a", "m"]), nest("m", &["b", "n"])],
        "\"n\", \"m\" contain each other in a circle",
    );
    assert_says(
        vec![nest("n", &["a", "b"]), nest("k", &["n", "c"]), nest("m", &["n", "d"])],
        "nest \"n\" is in nests \"k\" and \"m\"",
    );
    assert_says(
        vec![nest("a", &["b", "c"])],
        "nest \"a\" bears the name of an alternative",
    );
}

#[test]
fn numbers_and_names() {
    let of = |dissimilarity: &str| vec![Nest::new("n", ["a", "b"], expression(dissimilarity))];
    let undeclared = Specification {
        nests: Some(Nests { nests: of("lamda") }),
        ..logit().parameter("lambda", 1.0)
    };
    let found = undeclared.validate().unwrap_err().to_string();
    assert!(
        found.contains("\"lamda\" is no declared parameter (did you mean \"lambda\"?)"),
        "{found}"
    );
    assert_says(of("0 * lambda_0"), "starts at 0; a dissimilarity is positive");
    let parts = |parts: [(&str, &str); 2]| {
        let one = |(name, allocation): (&str, &str)| (name.to_owned(), expression(allocation));
        Nest::of_parts("n", parts.map(one), expression("lambda_0"))
    };
    assert_says(
        vec![parts([("a", "1.5"), ("b", "1")])],
        "allocation of \"a\" to nest \"n\" is 1.5",
    );
    assert_says(
        vec![parts([("a", "0.4"), ("b", "1")])],
        "the allocations of \"a\" add up to 0.4, not to 1; change one of them",
    );
    assert_says(
        vec![parts([("a", "lambda_0 / 0.7"), ("b", "1")])],
        "at other values of the parameters",
    );
}
