//! The table [simulate]: what it means, what it says of mistakes, and back to JSON.

use logsum_data::Code;

use super::BASE;
use crate::model_file::ModelFile;
use crate::synthetic::{Distribution, Per};

fn parse(table: &str) -> Result<ModelFile, String> {
    ModelFile::parse(&format!("{BASE}\n[simulate]\n{table}"), "modes.toml").map_err(|error| error.to_string())
}

/// What is said of a wrong table, without the place and the snippet.
fn message(table: &str) -> String {
    let whole = parse(table).expect_err("it should not parse");
    let first = whole.lines().next().unwrap_or_default();
    first.split_once(": ").map_or("", |(_, message)| message).to_owned()
}

#[test]
fn every_distribution_is_read_and_comes_back_from_json() {
    let file = parse(
        "tt = { distribution = \"lognormal\", mean = 3, sd = 0.5 }\n\
         co = { distribution = \"normal\", mean = 3, sd = 0.5, per = \"decision_maker\" }\n\
         u = { distribution = \"uniform\", low = -1, high = 1 }\n\
         t = { distribution = \"triangular\", low = 0, mode = 1, high = 4 }\n\
         av = { distribution = \"bernoulli\", probability = 0.25 }\n\
         sex = { distribution = \"values\", values = [\"m\", \"f\"], probabilities = [0.4, 0.6] }\n\
         n = { distribution = \"values\", values = [1, 2] }\n\
         half = \"tt / 2\"\n\
         one = 1\n",
    )
    .unwrap();
    let columns = &file.synthetic.as_ref().unwrap().columns;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["tt", "co", "u", "t", "av", "sex", "n", "half", "one"]);
    assert_eq!(columns[0].values, Distribution::Lognormal { mean: 3.0, sd: 0.5 });
    assert_eq!((columns[0].per, columns[1].per), (Per::Case, Per::DecisionMaker));
    assert_eq!(
        columns[6].values,
        Distribution::Values {
            values: vec![Code::Number(1.0), Code::Number(2.0)],
            probabilities: vec![0.5, 0.5]
        }
    );
    let text = serde_json::to_string(&file.to_json()).unwrap();
    let again = ModelFile::from_json(&serde_json::from_str(&text).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again, file);
}

#[test]
fn long_data_draw_by_row_unless_told_otherwise() {
    let text = "[data]\nfile = \"a.csv\"\nlayout = \"long\"\ncase = \"id\"\nchoice = \"y\"\n[parameters]\nb = 1\n\
                [utility]\nall = \"b * x\"\n[simulate]\nrows_per_case = 4\nx = { distribution = \"normal\", mean = 0, sd = 1 }\n\
                z = { distribution = \"normal\", mean = 0, sd = 1, per = \"case\" }\n";
    let synthetic = ModelFile::parse(text, "m").unwrap().synthetic.unwrap();
    assert_eq!(synthetic.rows_per_case, Some(4));
    assert_eq!(
        (synthetic.columns[0].per, synthetic.columns[1].per),
        (Per::Alternative, Per::Case)
    );
}

#[test]
fn mistakes_are_named() {
    let cases = [
        (
            "x = { distribution = \"norma\", mean = 0, sd = 1 }",
            "no distribution \"norma\"; there are \"normal\", \"lognormal\", \"uniform\", \"triangular\", \"bernoulli\", \"values\"; did you mean \"normal\"?",
        ),
        (
            "x = { distribution = \"normal\", mean = 0, sd = -1 }",
            "sd is -1; a standard deviation is positive",
        ),
        (
            "x = { distribution = \"normal\", mean = 0 }",
            "simulated column \"x\" needs \"sd\", such as sd = 1.0",
        ),
        (
            "x = { distribution = \"normal\", mean = inf, sd = 1 }",
            "mean is inf; it must be a finite number",
        ),
        (
            "x = { distribution = \"uniform\", low = 2, high = 1 }",
            "low 2 is not below high 1",
        ),
        (
            "x = { distribution = \"uniform\", low = -1e308, high = 1e308 }",
            &format!(
                "from {} to {} is farther than numbers reach; choose nearer ends",
                -1e308, 1e308
            ),
        ),
        (
            "x = { distribution = \"triangular\", low = 0, mode = 3, high = 1 }",
            "low 0, mode 3, high 1: they must ascend, low below high",
        ),
        (
            "x = { distribution = \"bernoulli\", probability = 2 }",
            "probability is 2; it lies between 0 and 1",
        ),
        (
            "x = { distribution = \"values\", values = [1, \"a\"] }",
            "values are finite numbers, or texts, at least one of them and all of one kind",
        ),
        (
            "x = { distribution = \"values\", values = [1, 2], probabilities = [0.5, 0.6] }",
            "probabilities are numbers from 0 to 1 that sum to 1, one for each of the 2 values",
        ),
        (
            "x = { distribution = \"values\", values = 3 }",
            "values is a list such as [1, 2, 3], not a number",
        ),
        (
            "x = { distribution = \"normal\", mean = 0, sd = 1, per = \"row\" }",
            "per is \"alternative\", \"case\" or \"decision_maker\", not \"row\"",
        ),
        (
            "x = { distribution = \"normal\", mean = 0, sd = 1, per = \"alternative\" }",
            "a column of wide data has one value per case; \"alternative\" is for long data",
        ),
        (
            "x = [1]",
            "simulated column \"x\" is a table such as { distribution = \"normal\", mean = 0, sd = 1 }, a number or an expression, not a list",
        ),
        (
            "x = { mean = 0 }",
            "simulated column \"x\" needs \"distribution\", such as distribution = \"normal\"",
        ),
        (
            "rows_per_case = 1",
            "rows_per_case is a whole number from 2, the alternatives of each case",
        ),
        (
            "rows_per_case = 3",
            "rows_per_case belongs to long data; in wide data a row is a case",
        ),
        (
            "x = { distribution = \"uniform\", low = 0, hihg = 1 }",
            "simulated column \"x\" has no key \"hihg\"; did you mean \"high\"?",
        ),
    ];
    for (table, expected) in cases {
        assert_eq!(message(table), expected, "{table}");
    }
}
