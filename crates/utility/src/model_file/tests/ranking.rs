//! Rankings in model files.

use logsum_data::{Layout, RankingSchema, Ties};

use super::BASE;
use crate::model_file::ModelFile;

const LONG: &str = "[data]\nfile = \"r.csv\"\nlayout = \"long\"\ncase = \"id\"\nchoice = \"rank\"\n\
    [parameters]\nb = 0\n[utility]\nall = \"b * x\"\n[ranking]\n";

/// [`BASE`] with the columns of a ranking, and a table `[ranking]`.
fn wide(choice: &str, table: &str) -> String {
    BASE.replacen("\"CHOICE\"", choice, 1) + table
}

#[track_caller]
fn parse(text: &str) -> ModelFile {
    ModelFile::parse(text, "modes.toml").unwrap_or_else(|error| panic!("{error}"))
}

/// The first line of what is said.
#[track_caller]
fn problem(text: &str) -> String {
    let error = ModelFile::parse(text, "modes.toml")
        .expect_err("it should not parse")
        .to_string();
    error.lines().next().unwrap().to_owned()
}

#[test]
fn columns_of_wide_data_the_best_first() {
    let file = parse(&wide(
        "[\"best\", \"second\", \"worst\"]",
        "[ranking]\nbest_worst = true\n",
    ));
    assert_eq!(
        file.schema.layout,
        Layout::Wide {
            choice: logsum_data::WideChoice::Code("best".to_owned())
        }
    );
    let ranking = RankingSchema {
        further: vec!["second".to_owned(), "worst".to_owned()],
        best_worst: true,
        ..RankingSchema::default()
    };
    assert_eq!(file.schema.ranking, Some(ranking));
    // All of them are read, and all of them are outcomes.
    assert_eq!(file.columns()[..3], ["best", "second", "worst"]);
    assert!(file.attribute_columns().contains(&"second"));
    let json = file.to_json();
    assert_eq!(json["data"]["choice"], serde_json::json!(["best", "second", "worst"]));
    assert_eq!(json["ranking"], serde_json::json!({ "best_worst": true }));
    assert_eq!(ModelFile::from_json(&json).unwrap(), file);
}

#[test]
fn a_column_of_ranks_in_long_data() {
    let file = parse(LONG);
    assert_eq!(file.schema.ranking, Some(RankingSchema::default()));
    assert_eq!(file.to_json()["ranking"], serde_json::json!({}));
    assert_eq!(ModelFile::from_json(&file.to_json()).unwrap(), file);
    assert!(
        parse(&(LONG.to_owned() + "best_worst = true\n"))
            .schema
            .ranking
            .unwrap()
            .best_worst
    );
}

#[test]
fn ranks_of_alternatives_and_how_several_are_taken() {
    let table = "{ train = \"r1\", car = \"r2 + 0\" }";
    let file = parse(&wide(table, "[ranking]\nties = \"exact\"\n"));
    assert_eq!(file.schema.ranking.as_ref().unwrap().ties, Some(Ties::Exact));
    assert!(!file.schema.has_counts());
    assert_eq!(file.schema.counts_of_alternatives().len(), 2);
    assert_eq!(file.to_json()["ranking"], serde_json::json!({ "ties": "exact" }));
    assert_eq!(ModelFile::from_json(&file.to_json()).unwrap(), file);
    let file = parse(&wide("[\"best\", \"worst\"]", "[ranking]\nmax_diff = true\n"));
    let ranking = file.schema.ranking.as_ref().unwrap();
    assert!(ranking.max_diff && ranking.best_worst);
    assert_eq!(ModelFile::from_json(&file.to_json()).unwrap(), file);
    assert_eq!(
        problem(&(LONG.to_owned() + "ties = \"breslow\"\n")),
        "modes.toml, line 11, column 8: ties is \"efron\" (an approximation) or \"exact\" (the sum over all orders of those that \
         share a rank), not \"breslow\"; without it no two alternatives may share a rank"
    );
    assert_eq!(
        problem(&(LONG.to_owned() + "max_diff = true\nties = \"exact\"\n")),
        "modes.toml, line 12, column 8: the best and the worst are one each and cannot tie; remove ties, or best_worst and \
         max_diff"
    );
    assert_eq!(
        problem(&(LONG.to_owned() + "max_diff = true\nbest_worst = false\n")),
        "modes.toml, line 10, column 2: max_diff = true takes the best and the worst as one choice of a pair; remove best_worst \
         = false"
    );
    assert_eq!(
        problem(&wide("[\"a\", \"b\", \"c\"]", "[ranking]\nmax_diff = true\n")),
        "modes.toml, line 6, column 10: max_diff = true takes the best and the worst as one choice of a pair: choice lists their \
         two columns; remove max_diff to take one after another"
    );
    assert_eq!(
        problem(&wide("{ trian = \"r1\" }", "[ranking]\n")),
        "modes.toml, line 6, column 12: choice names \"trian\", which is not in [alternatives]; did you mean \"train\"?"
    );
}

#[test]
fn what_is_wrong_with_it() {
    let table = "[ranking]\n";
    assert_eq!(
        problem(&wide("[\"a\", \"b\"]", "")),
        "modes.toml, line 6, column 10: a list of choices is a ranking: add the table [ranking], or name the column of the best \
         alone"
    );
    assert_eq!(
        problem(&wide("\"CHOICE\"", table)),
        "modes.toml, line 6, column 10: of a ranking in wide data choice lists the columns with the codes of the ranked \
         alternatives, the best first, such as [\"best\", \"second\", \"third\"], or names the rank of each alternative: { train = \
         \"rank_train\" }"
    );
    assert_eq!(
        problem(&wide("[\"best\"]", table)),
        "modes.toml, line 6, column 10: a ranking in wide data has at least two columns; with the best alone it is a choice: \
         write choice = \"best\" and remove [ranking]"
    );
    assert_eq!(
        problem(&wide("[\"best\", \"second\", \"best\"]", table)),
        "modes.toml, line 6, column 10: column \"best\" stands twice in choice; each holds another rank"
    );
    assert_eq!(
        problem(&wide("[\"best\", 2]", table)),
        "modes.toml, line 6, column 19: choice is a text in quotes, not a number"
    );
    assert_eq!(
        problem(
            &BASE
                .replace("choice = \"CHOICE\"\n", "")
                .replace("[parameters]", "[ranking]\n[parameters]")
        ),
        "modes.toml, line 3, column 2: [data] needs \"choice\", such as choice = [\"best\", \"second\"], the columns with the \
         codes of the ranked alternatives, the best first"
    );
    assert_eq!(
        problem(&LONG.replace("\"rank\"", "[\"a\", \"b\"]")),
        "modes.toml, line 5, column 10: choice is one column in long data; of a ranking ([ranking]) it is 1 for the best, 2 for \
         the second, ..."
    );
    assert_eq!(
        problem(&LONG.replace("choice =", "counts = true\nchoice =")),
        "modes.toml, line 5, column 10: \"counts\" does not go with [ranking]: choice holds either counts or ranks; remove one \
         of them"
    );
    assert_eq!(
        problem(&(LONG.to_owned() + "best_wrost = true\n")),
        "modes.toml, line 11, column 1: [ranking] has no key \"best_wrost\"; did you mean \"best_worst\"?"
    );
    assert_eq!(
        problem(&(LONG.to_owned() + "best_worst = 1\n")),
        "modes.toml, line 11, column 14: best_worst is true or false, not a number"
    );
    assert_eq!(
        problem(&(LONG.to_owned() + "choice = [\"a\"]\n")),
        "modes.toml, line 11, column 1: \"choice\" belongs to [data], also where it names the columns of a ranking"
    );
    assert_eq!(
        problem(&(LONG.to_owned() + "[sampling]\nmethod = \"uniform\"\nnumber = 3\n")),
        "modes.toml, line 10, column 2: [ranking] does not go with [sampling], whose correction does not hold for the stages of \
         a ranking; remove one of them"
    );
}
