//! Tables for the benches: generic attributes drawn from a fixed sequence, choices made with Gumbel noise.

use std::sync::Arc;

use logsum::data::{Column, Source, Table, Values};
use logsum::{Schema, Specification, Term, column, parameter};

/// Long data of `cases` × `alternatives` rows with `attributes` columns x0, x1, ...
pub fn table(cases: usize, alternatives: usize, attributes: usize) -> Table {
    let rows = cases * alternatives;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17
    };
    let columns: Vec<Vec<f64>> = (0..attributes)
        .map(|_| (0..rows).map(|_| uniform() * 2.0 - 1.0).collect())
        .collect();
    let mut chosen = vec![0.0; rows];
    for case in 0..cases {
        let utility = |row: usize| columns.iter().enumerate().map(|(k, x)| truth(k) * x[row]).sum::<f64>();
        let start = case * alternatives;
        let noisy: Vec<f64> = (start..start + alternatives)
            .map(|row| utility(row) - (-uniform().ln()).ln())
            .collect();
        let best = (0..alternatives)
            .max_by(|&a, &b| noisy[a].total_cmp(&noisy[b]))
            .expect("a case has alternatives");
        chosen[start + best] = 1.0;
    }
    let number = |name: String, values: Vec<f64>| Column {
        name,
        values: Values::Number(Arc::from(values)),
    };
    let mut all = vec![
        number(
            "case".to_owned(),
            (0..rows).map(|row| (row / alternatives) as f64).collect(),
        ),
        number(
            "alternative".to_owned(),
            (0..rows).map(|row| (row % alternatives) as f64).collect(),
        ),
        number("choice".to_owned(), chosen),
    ];
    all.extend(
        columns
            .into_iter()
            .enumerate()
            .map(|(k, values)| number(format!("x{k}"), values)),
    );
    Table {
        source: Source {
            name: "synthetic".to_owned(),
            first_row: 1,
        },
        n_rows: rows,
        all_names: all.iter().map(|column| column.name.clone()).collect(),
        columns: all,
    }
}

/// Coefficients of moderate size and either sign.
fn truth(k: usize) -> f64 {
    0.5 * ((k as f64 * 1.7).sin())
}

/// A generic coefficient for every attribute.
pub fn specification(attributes: usize) -> Specification {
    let term = |k: usize| parameter(&format!("b{k}")) * column(&format!("x{k}"));
    let utility: Term = (1..attributes).fold(term(0), |sum, k| sum + term(k));
    let declared = (0..attributes).fold(Specification::new(), |model, k| model.parameter(format!("b{k}"), 0.0));
    declared.utility_of_all(utility)
}

/// How such a table is read.
pub fn schema() -> Schema {
    Schema::long("case", "alternative", "choice")
}
