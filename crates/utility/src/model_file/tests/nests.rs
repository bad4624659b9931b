//! The table [nests].

use super::BASE;
use crate::model_file::ModelFile;

#[track_caller]
fn parse(table: &str) -> ModelFile {
    ModelFile::parse(&format!("{BASE}{table}"), "modes.toml").unwrap_or_else(|error| panic!("{error}"))
}

/// The first line of what is said.
#[track_caller]
fn problem(entry: &str) -> String {
    let error = ModelFile::parse(&format!("{BASE}[nests]\n{entry}\n"), "modes.toml")
        .expect_err("it should not parse")
        .to_string();
    assert_eq!(error.matches("modes.toml").count(), 1, "{error}");
    error.lines().next().unwrap().to_owned()
}

#[test]
fn every_form_there_and_back() {
    for table in [
        "[nests]\nx = { members = [\"train\", \"car\"], dissimilarity = \"b\" }\n",
        "[nests]\nx = { members = [\"train\"], dissimilarity = 0.5 }\ny = { members = [\"x\", \"car\"], dissimilarity = \"b ^ 2\" }\n",
        "[nests.x]\nmembers = { train = \"1 - b\", car = 1 }\ndissimilarity = \"exp(b)\"\nnormalised = false\n",
        "[nests]\nx = { pairs_of = \"all\", dissimilarity = \"b\" }\n",
        "[nests]\nx = { pairs_of = [\"train\", \"car\"], dissimilarity = { train_car = \"b\" } }\n",
    ] {
        let file = parse(table);
        assert!(file.specification.nests.is_some());
        assert_eq!(
            ModelFile::from_json(&file.to_json()).expect("reads its own"),
            file,
            "{table}"
        );
    }
    let pairs = parse("[nests]\nx = { pairs_of = [\"train\", \"car\"], dissimilarity = \"b\" }\n");
    let nests = pairs.specification.nests.unwrap().nests;
    assert_eq!(nests.len(), 1);
    assert_eq!(nests[0].name, "train_car");
    assert!(
        nests[0]
            .members
            .iter()
            .all(|member| member.allocation.as_ref().unwrap().source() == "1 / 1")
    );
}

#[test]
fn what_is_not_a_nest() {
    for (entry, expected) in [
        ("x = 1", "nest \"x\" is a table, as in x = {"),
        ("x = { dissimilarity = \"b\" }", "nest \"x\" needs \"members\""),
        ("x = { members = [\"train\"] }", "nest \"x\" needs \"dissimilarity\""),
        (
            "x = { members = \"train\", dissimilarity = \"b\" }",
            "members are a list of names, or a table of allocations",
        ),
        (
            "x = { members = [1], dissimilarity = \"b\" }",
            "a member is a text in quotes, not a number",
        ),
        (
            "x = { members = [\"car\"], dissimilarity = \"b *\" }",
            "dissimilarity: ",
        ),
        (
            "x = { members = [\"car\"], dissimilarity = \"b\", mu = 1 }",
            "a nest's parameter is its dissimilarity",
        ),
        (
            "x = { members = [\"car\"], lambda = \"b\" }",
            "a nest's parameter is its dissimilarity",
        ),
        (
            "x = { pairs_of = [\"car\"], dissimilarity = \"b\" }",
            "pairs_of needs two alternatives or more",
        ),
        (
            "x = { pairs_of = \"some\", dissimilarity = \"b\" }",
            "pairs_of is a list of alternatives, or \"all\"",
        ),
        (
            "x = { pairs_of = [\"train\", \"car\"], dissimilarity = { car_train = \"b\" } }",
            "\"car_train\" is no pair",
        ),
    ] {
        let found = problem(entry);
        assert!(found.contains(expected), "{entry}: {found}");
    }
}
