//! What a model file that is right says.

use logsum_data::{Code, Layout, Missing};

use super::BASE;
use crate::model_file::ModelFile;

fn parse(text: &str) -> ModelFile {
    ModelFile::parse(text, "modes.toml").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn everything_that_wide_data_may_say() {
    let text = BASE.replace(
        "choice = \"CHOICE\"",
        "choice = \"CHOICE\"\nfilter = \"x > 1\"\ndecision_maker = \"id\"\nweight = 2\nmissing = \"drop_case\"\n\
         separator = \"\\t\"\ndecimal_mark = \",\"",
    );
    let file = parse(&text);
    assert_eq!((file.title.as_str(), file.file.as_str()), ("Two modes", "modes.csv"));
    assert_eq!((file.separator, file.decimal_comma), (Some('\t'), true));
    let schema = &file.schema;
    assert_eq!(
        schema.layout,
        Layout::Wide {
            choice: logsum_data::WideChoice::Code("CHOICE".to_owned())
        }
    );
    assert_eq!(schema.filter.as_ref().unwrap().source(), "x > 1");
    assert_eq!(schema.decision_maker.as_deref(), Some("id"));
    assert_eq!(schema.weight.as_ref().unwrap().source(), "2");
    assert_eq!(schema.missing, Missing::DropCase);
    let alternatives: Vec<_> = schema
        .alternatives
        .iter()
        .map(|one| (one.name.as_str(), one.code.clone()))
        .collect();
    assert_eq!(alternatives, [("train", Code::Number(1.0)), ("car", Code::Number(2.0))]);
    assert_eq!(schema.alternatives[0].available.as_ref().unwrap().source(), "av == 1");
    let specification = &file.specification;
    assert_eq!(specification.symbols(), ["asc", "b"]);
    assert_eq!(specification.parameters[1].parameter.start, 0.5);
    assert_eq!(specification.parameters[1].parameter.lower, -1.0);
    assert_eq!(specification.parameters[1].parameter.upper, f64::INFINITY);
    assert!(specification.validate().is_ok());
    assert_eq!(file.columns(), ["CHOICE", "id", "x", "av", "tt", "co"]);
    assert_eq!(file.attribute_columns(), ["CHOICE", "x", "av", "tt", "co"]);
}

#[test]
fn long_data_derived_columns_and_labels() {
    let file = parse(
        r#"
[data]
file = "long.parquet"
layout = "long"
case = "id"
alternative = "mode"
choice = "n"
counts = true
missing = "drop_alternative"

[columns]
cost = "co / 100"
log_cost = "log(cost)"

[parameters]
b = { label = "cost (log)" }
c = { start = 0x10, fixed = true }
d = 1_000.5

[utility]
all = "b * log_cost + c * `travel time`"
"bus 2" = "d"
car = 0
"#,
    );
    assert_eq!(
        file.schema.layout,
        Layout::Long {
            case: "id".to_owned(),
            alternative: Some("mode".to_owned()),
            choice: "n".to_owned(),
            counts: true,
        }
    );
    assert_eq!(file.schema.missing, Missing::DropAlternative);
    let names: Vec<&str> = file
        .specification
        .parameters
        .iter()
        .map(|one| one.parameter.name.as_str())
        .collect();
    assert_eq!(names, ["cost (log)", "c", "d"]);
    assert_eq!(file.specification.symbols(), ["b", "c", "d"]);
    let c = &file.specification.parameters[1].parameter;
    assert!(c.fixed && c.start == 16.0);
    assert_eq!(file.specification.parameters[2].parameter.start, 1000.5);
    let own: Vec<(&str, &str)> = file
        .specification
        .own
        .iter()
        .map(|(name, own)| (name.as_str(), own.source()))
        .collect();
    assert_eq!(own, [("bus 2", "d"), ("car", "0")]);
    // Columns of the table: those in derived columns, not the derived ones themselves.
    assert_eq!(file.columns(), ["id", "mode", "n", "co", "travel time"]);
    assert_eq!(file.attribute_columns(), ["co", "travel time"]);
}

#[test]
fn numbers_that_no_start_can_be_are_left_to_the_specification() {
    let file = parse(&BASE.replace("asc = 0", "asc = nan"));
    assert_eq!(
        file.specification.validate().unwrap_err().to_string(),
        "parameter \"asc\": the start value NaN is not a finite number"
    );
}
