//! Counts and shares in `[data]`.

use logsum_data::{Layout, WideChoice};

use super::BASE;
use crate::model_file::ModelFile;

/// [`BASE`] with another choice, and alternatives without codes.
fn wide(choice: &str) -> String {
    BASE.replace("choice = \"CHOICE\"", choice).replace(
        "train = { code = 1, available = \"av == 1\" }\ncar = 2",
        "train = { available = \"av == 1\" }\ncar = {}",
    )
}

fn long(more: &str) -> String {
    let data = format!("layout = \"long\"\ncase = \"id\"\nalternative = \"mode\"\nchoice = \"n\"\n{more}");
    BASE.replace("layout = \"wide\"\nchoice = \"CHOICE\"", &data)
}

fn read(text: &str) -> ModelFile {
    ModelFile::parse(text, "modes.toml").unwrap_or_else(|error| panic!("{error}"))
}

fn problem(text: &str) -> String {
    let error = ModelFile::parse(text, "modes.toml").unwrap_err();
    assert_eq!(error.problems.len(), 1, "{error}");
    let problem = &error.problems[0];
    format!("line {}, column {}: {}", problem.line, problem.column, problem.message)
}

#[test]
fn they_are_read_and_written() {
    let file = read(&wide(
        "choice = { train = \"n_train\", car = \"all - n_train\" }\ncounts = true",
    ));
    let Layout::Wide {
        choice: WideChoice::Counts(counts),
    } = &file.schema.layout
    else {
        panic!("counts")
    };
    let told: Vec<(&str, &str)> = counts
        .iter()
        .map(|count| (count.alternative.as_str(), count.expression.source()))
        .collect();
    assert_eq!(told, [("train", "n_train"), ("car", "all - n_train")]);
    assert!(file.schema.has_counts() && !file.schema.shares);
    assert_eq!(file.schema.alternatives[1].code.written(), "car");
    for name in ["n_train", "all"] {
        assert!(file.columns().contains(&name), "{name}");
    }
    let data = &file.to_json()["data"];
    assert_eq!(
        (&data["choice"], &data["counts"]),
        (
            &serde_json::json!({ "train": "n_train", "car": "all - n_train" }),
            &serde_json::json!(true)
        )
    );
    let shares = read(&wide("choice = { car = \"s\" }\nshares = true"));
    let long = [
        read(&long("shares = true")),
        read(&long("counts = true")),
        read(&long("shares = false")),
    ];
    let kinds = long
        .each_ref()
        .map(|file| (file.schema.has_counts(), file.schema.shares));
    assert_eq!(kinds, [(true, true), (true, false), (false, false)]);
    assert!(shares.schema.shares);
    for file in [file, shares].iter().chain(&long) {
        assert_eq!(ModelFile::from_json(&file.to_json()).unwrap(), *file);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let table = "choice = { train = \"n_train\", car = \"n_car\" }, the column (or an expression) with the count of each \
                 alternative";
    for (text, expected) in [
        (
            wide("choice = \"n\"\ncounts = true"),
            format!("line 6, column 10: with counts = true wide data need {table}"),
        ),
        (
            wide("counts = true"),
            format!("line 3, column 2: [data] needs \"choice\", such as {table}"),
        ),
        (
            wide("choice = {}\ncounts = true"),
            format!("line 6, column 10: choice names no alternative; write {table}"),
        ),
        (
            wide("choice = { train = \"n_train\", cra = \"n_car\" }\ncounts = true"),
            "line 6, column 31: choice names \"cra\", which is not in [alternatives]; did you mean \"car\"?".to_owned(),
        ),
        (
            wide("choice = { train = \"n_train +\" }\nshares = true"),
            "line 6, column 30: share of \"train\": expected a number, a name or '(' but found the end of the expression".to_owned(),
        ),
        (
            wide("choice = { train = \"a\" }\nshares = true\ncounts = true"),
            "line 7, column 10: choice holds either counts or shares; keep one of counts = true and shares = true".to_owned(),
        ),
        (
            BASE.replace("\"CHOICE\"", "{ train = \"n\" }"),
            "line 6, column 10: choice is a table where alternatives are counted: add counts = true or shares = true, or, if \
             they are ranked, [ranking]; or name the column with the code of the chosen alternative"
                .to_owned(),
        ),
        (
            BASE.replace("[alternatives]", "[ranking]\n\n[alternatives]").replace("\"CHOICE\"", "{}"),
            "line 6, column 10: choice names no alternative; write choice = { train = \"rank_train\", car = \"rank_car\" }, the \
             column (or an expression) with the rank of each alternative"
                .to_owned(),
        ),
        (
            long("shares = true").replace("[alternatives]", "[ranking]\n\n[alternatives]"),
            "line 9, column 10: \"shares\" does not go with [ranking]: choice holds either shares or ranks; remove one of them"
                .to_owned(),
        ),
    ] {
        assert_eq!(problem(&text), expected);
    }
}
