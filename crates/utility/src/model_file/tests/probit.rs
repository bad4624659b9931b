//! The table [probit].

use super::BASE;
use crate::model_file::ModelFile;
use crate::probit::{ErrorCovariance, Probabilities};

#[track_caller]
fn parse(table: &str) -> ModelFile {
    ModelFile::parse(&format!("{BASE}{table}"), "modes.toml").unwrap_or_else(|error| panic!("{error}"))
}

/// The first line of what is said, behind its place in line 20.
#[track_caller]
fn problem(entry: &str) -> String {
    let error = ModelFile::parse(&format!("{BASE}[probit]\n{entry}\n"), "modes.toml")
        .expect_err("it should not parse")
        .to_string();
    error.lines().next().unwrap().to_owned()
}

#[test]
fn every_covariance_there_and_back() {
    let covariances = [
        ("", ErrorCovariance::Full),
        ("covariance = \"full\"", ErrorCovariance::Full),
        ("covariance = \"diagonal\"", ErrorCovariance::Diagonal),
        ("covariance = \"independent\"", ErrorCovariance::Independent),
        ("factors = 2", ErrorCovariance::Factors(2)),
        ("covariance = \"factors\"", ErrorCovariance::Factors(1)),
    ];
    for (entry, expected) in covariances {
        let file = parse(&format!(
            "[probit]\n{entry}\nbase = \"car\"\nprobabilities = \"exact\"\n[draws]\nnumber = 64\n"
        ));
        let probit = file.specification.probit.clone().expect("a probit");
        assert_eq!((&probit.covariance, probit.base.as_deref()), (&expected, Some("car")));
        assert_eq!(probit.probabilities, Probabilities::Exact);
        assert_eq!(probit.alternatives, ["train", "car"]);
        assert_eq!(ModelFile::from_json(&file.to_json()).expect("reads its own"), file);
    }
    let file = parse("[probit.pattern]\ntrain.car = \"asc / 2\"\ntrain.train = \"1\"\n");
    let Some(ErrorCovariance::Pattern(elements)) = file.specification.probit.clone().map(|probit| probit.covariance)
    else {
        panic!("a pattern");
    };
    assert_eq!(
        (
            elements[0].row.as_str(),
            elements[0].column.as_str(),
            elements[0].value.source()
        ),
        ("train", "car", "asc / 2")
    );
    assert_eq!(ModelFile::from_json(&file.to_json()).expect("reads its own"), file);
}

#[test]
fn what_is_refused() {
    for (entry, said) in [
        (
            "covariance = \"ful\"",
            "no covariance \"ful\" of errors; there are \"full\", \"diagonal\", \"independent\", \"factors\", \"pattern\"; did you mean \"full\"?",
        ),
        (
            "covariance = \"full\"\nfactors = 1",
            "factors are for covariance = \"factors\", not \"full\"; remove one of the two",
        ),
        (
            "covariance = \"full\"\npattern.car.car = \"2\"",
            "[probit.pattern] is for covariance = \"pattern\", not \"full\"; remove one of the two",
        ),
        (
            "probabilities = \"gibbs\"",
            "no way \"gibbs\" to compute probabilities; there are \"ghk\", \"exact\", \"approximate\"",
        ),
        (
            "pattern.car = \"2\"",
            "\"car\" needs a second alternative, as in car.car = \"variance\" or car.other = \"covariance\", not a text",
        ),
        ("base = 1", "base is a text in quotes"),
        ("number = 100", "draws are set in [draws]"),
    ] {
        let found = problem(entry);
        assert!(found.contains(said), "{found}");
    }
}
