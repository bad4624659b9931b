//! Whatever is handed to the reader, it answers.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::BASE;
use crate::model_file::ModelFile;

/// Tables of mixed logit behind the others.
const MIXED: &str = r#"[random]
b = { distribution = "lognormal", sign = -1, start_sd = 0.5, mean_shift = "asc" }
asc = { transform = "asc + 0.5 * draw", varies = "case" }
[correlation]
groups = [["b", "asc"]]
[scale_heterogeneity]
tau = "b"
[draws]
number = 100
method = "sobol"
tolerance = 0.1
"#;

/// A text that does not parse has problems, each with a place inside it.
fn answer(text: &str) {
    match ModelFile::parse(text, "any.toml") {
        Ok(file) => {
            let _ = file.specification.validate();
            let _ = (file.columns(), file.attribute_columns());
            let again = ModelFile::from_json(&file.to_json());
            // JSON has no infinities and no NaN; any other file comes back.
            let finite = |parameter: &logsum_estimate::Parameter| {
                parameter.start.is_finite() && parameter.lower < f64::INFINITY && parameter.upper > f64::NEG_INFINITY
            };
            if file
                .specification
                .parameters
                .iter()
                .all(|declared| finite(&declared.parameter))
            {
                assert_eq!(again.as_ref(), Ok(&file));
            }
        }
        Err(error) => {
            assert!(!error.problems.is_empty());
            for problem in &error.problems {
                assert!(problem.line >= 1 && problem.column >= 1 && !problem.message.is_empty());
            }
            assert!(!error.to_string().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        answer(&text);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        answer(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn text_of_the_right_letters(text in "[\\[\\]{}=\"'#.,\\\\a-cé \n\r\t0-9+-]{0,80}") {
        answer(&text);
    }

    #[test]
    fn lines_of_a_model_file_in_any_order_and_number(lines in prop::collection::vec(0..18usize, 0..30)) {
        let all: Vec<&str> = BASE.lines().collect();
        answer(&lines.iter().map(|&line| all[line]).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_model_file_with_something_else_in_it(start in 0..BASE.len(), length in 0..12usize, text in "\\PC{0,6}|[\\[\\]{}=\"',\n]{0,4}") {
        // The file is ASCII, so that every offset is a boundary.
        let end = (start + length).min(BASE.len());
        answer(&format!("{}{text}{}", &BASE[..start], &BASE[end..]));
    }

    #[test]
    fn a_mixed_model_file_with_something_else_in_it(start in 0..MIXED.len(), length in 0..12usize, text in "\\PC{0,6}|[\\[\\]{}=\"',\n0-9]{0,4}") {
        let end = (start + length).min(MIXED.len());
        answer(&format!("{BASE}{}{text}{}", &MIXED[..start], &MIXED[end..]));
    }

    #[test]
    fn lines_of_a_mixed_model_file_in_any_order_and_number(lines in prop::collection::vec(0..11usize, 0..20)) {
        let all: Vec<&str> = MIXED.lines().collect();
        let lines = lines.iter().map(|&line| all[line]).collect::<Vec<_>>().join("\n");
        answer(&format!("{BASE}{lines}"));
    }
}
