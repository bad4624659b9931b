//! What the data cannot tell of an ordered model.

use super::*;
use crate::testing::changed;

/// What a fit warns of, and what the diagnosis before one finds, which agree.
#[track_caller]
fn findings(table: Table, utility: &str) -> Vec<String> {
    let mut all = Vec::new();
    for distribution in BOTH {
        let specification = ordered(distribution, utility);
        let data = data(table.clone(), &schema(), &specification);
        let fit = fit(&specification, &data);
        let model = bind(&specification, &data);
        let mut before = model.not_identified(&model.start()).unwrap();
        if before.is_empty() {
            before = model.separated().unwrap();
        }
        let before: Vec<String> = before.into_iter().map(|finding| finding.message).collect();
        assert_eq!(fit.converged, before.is_empty(), "{before:?} {:?}", fit.warnings);
        let told = fit
            .warnings
            .iter()
            .filter(|warning| !warning.starts_with("proportional odds"));
        assert_eq!(told.cloned().collect::<Vec<_>>(), before);
        all = before;
    }
    all
}

#[track_caller]
fn assert_finds(table: Table, utility: &str, expected: &str) {
    let found = findings(table, utility);
    assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
}

#[test]
fn nothing_is_wrong_with_what_is_identified() {
    assert_eq!(
        findings(ratings(300), "b_x * x + b_z * z + b_g * g"),
        Vec::<String>::new()
    );
}

#[test]
fn constants_and_collinear_columns() {
    assert_finds(
        ratings(300),
        "asc + b_x * x",
        "\"asc\" is not identified: a constant in the utility moves with all thresholds, which changes no probability; remove \
         it, or fix a threshold",
    );
    let constant = changed(ratings(300), "z", |_, _| 2.0);
    assert_finds(
        constant,
        "b_x * x + b_z * z",
        "\"b_z\" is not identified: what it multiplies (\"z\") is the same",
    );
    let zero = changed(ratings(300), "z", |_, _| 0.0);
    assert_finds(
        zero,
        "b_x * x + b_z * z",
        "\"b_z\" is not identified: what it multiplies (\"z\") is 0 in every case",
    );
    assert_finds(
        ratings(300),
        "b_x * x + b_z * (2 * x)",
        "\"b_x\", \"b_z\" are not jointly identified: what they multiply",
    );
    assert_finds(
        ratings(300),
        "b_x * x + b_g * g + b_z * (1 - g)",
        "\"b_z\", \"b_g\" are not jointly identified: moving along",
    );
}

#[test]
fn separation() {
    let separated = changed(ratings(300), "x", |row, x| if row % 2 == 0 { x } else { 0.0 });
    // What is rated best alone has g.
    let ratings = match &separated.columns[0].values {
        logsum_data::Values::Number(cells) => cells.clone(),
        logsum_data::Values::Text(_) => panic!("numbers"),
    };
    let separated = changed(separated, "g", |row, _| {
        f64::from(u8::from(ratings[row] == 4.0 && row % 3 == 0))
    });
    assert_finds(
        separated,
        "b_x * x + b_g * g",
        "moving \"b_g\" to +∞ makes no choice less likely",
    );
}

#[test]
fn an_alternative_that_nobody_chose() {
    let never = |rating: f64| {
        changed(
            ratings(300),
            "rating",
            move |_, own| if own == rating { 4.0 } else { own },
        )
    };
    assert_finds(
        never(2.0),
        "b_x * x",
        "\"threshold_1\", \"threshold_2\" have no finite estimates of their own: alternative \"fair\" is never chosen in the 300 \
         cases; leave it out of [alternatives], or fix them",
    );
    assert_finds(
        never(1.0),
        "b_x * x",
        "\"threshold_1\" has no finite estimate of its own: alternative \"bad\" is never chosen",
    );
}
