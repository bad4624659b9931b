//! The table [ordered].

use crate::model_file::ModelFile;
use crate::ordered::OrderedDistribution;

const RATINGS: &str = r#"
[data]
file = "ratings.csv"
layout = "wide"
choice = "rating"

[alternatives]
bad = 1
fair = 2
good = 3

[parameters]
b = 0
threshold_1 = { upper = 4, label = "between bad and fair" }

[utility]
all = "b * x"

[ordered]
"#;

#[track_caller]
fn parse(table: &str) -> ModelFile {
    ModelFile::parse(&format!("{RATINGS}{table}"), "ratings.toml").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn there_and_back() {
    for (entry, distribution) in [
        ("", OrderedDistribution::Logit),
        ("distribution = \"logit\"", OrderedDistribution::Logit),
        ("distribution = \"probit\"", OrderedDistribution::Probit),
    ] {
        let file = parse(entry);
        let ordered = file.specification.ordered.clone().expect("an ordered model");
        assert_eq!(ordered.distribution, distribution);
        assert_eq!(ordered.alternatives, ["bad", "fair", "good"]);
        assert_eq!(file.specification.symbols(), ["b", "threshold_1", "threshold_2"]);
        assert_eq!(file.specification.validate(), Ok(()));
        // A threshold declared without a start, for its label, starts where it would undeclared.
        let starts: Vec<f64> = file
            .specification
            .parameters
            .iter()
            .map(|declared| declared.parameter.start)
            .collect();
        assert!((starts[1] + starts[2]).abs() < 1e-15 && starts[2] > 0.4, "{starts:?}");
        let json = file.to_json();
        assert_eq!(ModelFile::from_json(&json).expect("reads its own"), file);
        let text = toml::to_string(&json).expect("a table");
        assert_eq!(ModelFile::parse(&text, "again.toml").expect("reads its own"), file);
    }
}

#[test]
fn messages() {
    let problem = |entry: &str| {
        let error = ModelFile::parse(&format!("{RATINGS}{entry}\n"), "ratings.toml").expect_err("it should not parse");
        assert_eq!(error.problems.len(), 1, "{error}");
        error.problems[0].message.clone()
    };
    assert_eq!(
        problem("distribution = \"logistic\""),
        "no distribution \"logistic\" in [ordered]; there are \"logit\", \"probit\"; did you mean \"logit\"?"
    );
    assert!(problem("distribution = 3").contains("distribution"));
    assert!(problem("thresholds = [0, 1]").contains("thresholds are parameters threshold_1, threshold_2, ..."));
    assert!(problem("link = \"logit\"").contains("the key is \"distribution\""));
}
