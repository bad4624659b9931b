//! The table `[scale]`.

use super::BASE;
use crate::model_file::ModelFile;

/// [`BASE`] with the parameters and the table of scales.
fn text(parameters: &str, scale: &str) -> String {
    let text = BASE.replace(
        "[parameters]",
        &format!("[scale]\n{scale}\n\n[parameters]\n{parameters}"),
    );
    assert!(text.contains(parameters) && text.contains(scale));
    text
}

fn problem(parameters: &str, scale: &str) -> String {
    let error = ModelFile::parse(&text(parameters, scale), "modes.toml").unwrap_err();
    assert_eq!(error.problems.len(), 1, "{error}");
    let problem = &error.problems[0];
    format!("line {}, column {}: {}", problem.line, problem.column, problem.message)
}

#[test]
fn it_is_read_and_written() {
    let scale = "sp = { when = \"SP == 1\", parameter = \"mu\" }\nage = { expression = \"exp(g * age)\" }\n\
                 old = { when = \"wave < 2\", expression = \"1 + g\" }";
    let file = ModelFile::parse(&text("mu = { lower = 0.1 }\ng = 0", scale), "modes.toml").unwrap();
    let specification = &file.specification;
    assert_eq!(specification.validate(), Ok(()));
    let multipliers: Vec<&str> = specification
        .scales
        .iter()
        .map(|scale| scale.multiplier().source())
        .collect();
    assert_eq!(
        multipliers,
        ["if(SP == 1, mu, 1)", "exp(g * age)", "if(wave < 2, 1 + g, 1)"]
    );
    // What is declared for its bounds alone starts where all scales are the same.
    assert_eq!(specification.parameters[0].parameter.start, 1.0);
    for name in ["SP", "age", "wave"] {
        assert!(file.columns().contains(&name), "{name}");
    }
    let json = file.to_json();
    assert_eq!(
        json["scale"]["sp"],
        serde_json::json!({ "when": "SP == 1", "parameter": "mu" })
    );
    assert_eq!(
        json["scale"]["age"],
        serde_json::json!({ "expression": "exp(g * age)" })
    );
    assert_eq!(ModelFile::from_json(&json).unwrap(), file);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (scale, expected) in [
        (
            "sp = 2",
            "line 13, column 6: scale \"sp\" is a table such as { when = \"SP == 1\", parameter = \"mu_sp\" } or { expression \
             = \"exp(g_age * age)\" }, not a number",
        ),
        (
            "sp = { when = \"SP == 1\" }",
            "line 13, column 1: scale \"sp\" needs a parameter or an expression, as in { when = \"SP == 1\", parameter = \
             \"mu_sp\" } or { expression = \"exp(g_age * age)\" }",
        ),
        (
            "sp = { when = \"SP == 1\", parameter = \"mu_spp\" }",
            "line 13, column 38: scale \"sp\": \"mu_spp\" is not declared in [parameters]; did you mean \"mu_sp\"?",
        ),
        (
            "sp = { when = \"SP == 1\", parameter = \"exp(mu_sp * x)\" }",
            "line 13, column 38: scale \"sp\": \"exp(mu_sp * x)\" is not declared in [parameters]; what is computed is given \
             as \"expression\"",
        ),
        (
            "sp = { when = \"SP == 1\", parameter = 2 }",
            "line 13, column 38: parameter is a text in quotes, not a number",
        ),
        (
            "sp = { when = \"SP = 1\", parameter = \"mu_sp\" }",
            "line 13, column 19: scale \"sp\", when: use == to compare",
        ),
        (
            "sp = { wen = \"SP == 1\", expression = \"exp(mu_sp)\" }",
            "line 13, column 8: scale \"sp\" has no key \"wen\"; did you mean \"when\"?",
        ),
        (
            "sp = { parameter = \"mu_sp\", expression = \"mu_sp\" }",
            "line 13, column 42: scale \"sp\" has a parameter and an expression; keep one",
        ),
    ] {
        assert_eq!(problem("mu_sp = 1", scale), expected);
    }
}
