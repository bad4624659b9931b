//! Arbitrary bytes to the expression parser, the model file reader and the CSV path: an error or a result, never a panic.

use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, Expression, FitOptions, Model, ModelFile, Schema, Specification, Term};
use proptest::prelude::*;

/// Pieces that get further into a reader than random bytes do.
fn csv_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("case,alt,choice,x\n".to_owned()),
        Just("1,a,1,0.5\n".to_owned()),
        Just("1,b,0,1.5\n".to_owned()),
        Just("2,a,0,NA\n".to_owned()),
        Just("2,b,1,inf\n".to_owned()),
        Just("\"".to_owned()),
        Just(",".to_owned()),
        Just("\r\n".to_owned()),
        Just(";".to_owned()),
        Just("\u{feff}".to_owned()),
        "[0-9.,\\-a-z]{0,12}\n?",
    ];
    let text = proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![text, proptest::collection::vec(any::<u8>(), 0..200)]
}

fn toml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[data]\n".to_owned()),
        Just("file = \"x.csv\"\nlayout = \"long\"\ncase = \"case\"\nchoice = \"choice\"\n".to_owned()),
        Just("[utility]\nall = \"b * x\"\n".to_owned()),
        Just("[parameters]\nb = 0.0\n".to_owned()),
        Just("b = { start = 1, lower = 2 }\n".to_owned()),
        Just("[alternatives]\na = { code = 1, available = \"1 +\" }\n".to_owned()),
        Just("b = \"é\" # ü\n".to_owned()),
        Just("x = \"\"\"\nboxcox(x,\n\"\"\"\n".to_owned()),
        "[a-z\\[\\]=\"'{}0-9. \n]{0,20}",
    ];
    prop_oneof![
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
        any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn expressions(text in any::<String>()) {
        let _ = Expression::parse(&text).map(|expression| expression.names().len());
    }

    #[test]
    fn model_files(text in toml_like()) {
        if let Ok(file) = ModelFile::parse(&text, "model.toml") {
            let _ = file.specification.validate();
            prop_assert_eq!(ModelFile::from_json(&file.to_json()), Ok(file));
        }
    }

    #[test]
    fn tables(bytes in csv_like()) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.csv");
        std::fs::write(&path, bytes).expect("writes");
        let Ok(table) = logsum::tables::read(&path, Columns::All, &ReadOptions::default()) else { return Ok(()) };
        let utility = Term::parse("b * x").expect("parses");
        let specification = Specification::new().parameter("b", 0.0).utility_of_all(utility);
        let schema = Schema::long("case", "alt", "choice");
        if let Ok(data) = ChoiceData::new(table, &schema, &specification.uses()) {
            let _ = Model::bind(&specification, &data).expect("checked data bind").fit(&FitOptions::default(), None);
        }
    }
}
