//! Tables in memory and the data that come of them.

use logsum_data::{ChoiceData, Column, Schema, Source, Table, TextColumn, Values};
use logsum_expressions::Expression;

use super::Random;
use crate::specification::Specification;
use crate::term::Term;

pub(crate) fn table(columns: Vec<Column>) -> Table {
    Table {
        source: Source {
            name: "choices.csv".to_owned(),
            first_row: 2,
        },
        n_rows: columns[0].values.len(),
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    }
}

pub(crate) fn numbers(name: &str, values: impl IntoIterator<Item = f64>) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Number(values.into_iter().collect()),
    }
}

pub(crate) fn texts(name: &str, values: &[&str]) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Text(TextColumn::new(values.iter().map(|value| Some(*value)))),
    }
}

pub(crate) fn expression(source: &str) -> Expression {
    Expression::parse(source).expect("a test's expression parses")
}

/// A specification from parameters with starting values and utilities, "all" among them.
pub(crate) fn specification(parameters: &[(&str, f64)], utilities: &[(&str, &str)]) -> Specification {
    let mut specification = Specification::new();
    for (name, start) in parameters {
        specification = specification.parameter(*name, *start);
    }
    for (alternative, utility) in utilities {
        let utility = Term::from(expression(utility));
        specification = match *alternative {
            "all" => specification.utility_of_all(utility),
            own => specification.utility(own, utility),
        };
    }
    specification
}

pub(crate) fn data(table: Table, schema: &Schema, specification: &Specification) -> ChoiceData {
    ChoiceData::new(table, schema, &specification.uses()).unwrap_or_else(|error| panic!("{error}"))
}

/// The same without outcomes.
pub(crate) fn situations(table: Table, schema: &Schema, specification: &Specification) -> ChoiceData {
    ChoiceData::situations(table, schema, &specification.uses()).unwrap_or_else(|error| panic!("{error}"))
}

/// Rows of a table in another order, or some of them, or some twice.
pub(crate) fn subset(table: &Table, rows: &[usize]) -> Table {
    let mut result = table.clone();
    result.n_rows = rows.len();
    for column in &mut result.columns {
        column.values = match &column.values {
            Values::Number(cells) => Values::Number(rows.iter().map(|&row| cells[row]).collect()),
            Values::Text(text) => Values::Text(TextColumn::new(rows.iter().map(|&row| text.get(row)))),
        };
    }
    result
}

/// The same with other numbers in a column, each by its row and what was there.
pub(crate) fn changed(mut table: Table, name: &str, change: impl Fn(usize, f64) -> f64) -> Table {
    let column = table.columns.iter_mut().find(|column| column.name == name);
    let column = column.expect("a column of that name");
    let Values::Number(cells) = &column.values else {
        panic!("{name} holds texts");
    };
    column.values = Values::Number(cells.iter().enumerate().map(|(row, cell)| change(row, *cell)).collect());
    table
}

pub(crate) fn shuffled(table: &Table, seed: u64) -> Table {
    subset(table, &Random::new(seed).permutation(table.n_rows))
}

/// Schema of [`wide_table`].
pub(crate) fn wide_schema() -> Schema {
    Schema::wide("choice")
        .alternative("a", 0)
        .alternative_if("b", 1, expression("av_b == 1"))
        .alternative_if("c", 2, expression("av_c == 1"))
}

/// Parameters with starting values, and utilities by alternative.
type Linear = (&'static [(&'static str, f64)], &'static [(&'static str, &'static str)]);

/// Parameters and utilities for [`wide_table`] that are linear.
pub(crate) const WIDE: Linear = (
    &[
        ("asc_b", 0.0),
        ("asc_c", 0.0),
        ("b_time", 0.0),
        ("b_cost", 0.0),
        ("b_income", 0.0),
    ],
    &[
        ("a", "b_time * time_a / 10 + b_cost * cost_a"),
        (
            "b",
            "asc_b + b_time * time_b / 10 + b_cost * cost_b + b_income * income",
        ),
        ("c", "asc_c + b_time * time_c / 10 + b_cost * cost_c"),
    ],
);

/// A row per case of alternatives a, b, c with codes 0, 1, 2, of which b and c are not always available; persons make
/// one to four choices each.
pub(crate) fn wide_table(n_cases: usize, seed: u64) -> Table {
    let mut random = Random::new(seed);
    let names = [
        "choice", "av_b", "av_c", "time_a", "time_b", "time_c", "cost_a", "cost_b", "cost_c", "income", "person", "w",
        "region",
    ];
    let mut cells = vec![Vec::new(); names.len()];
    let mut person = 0;
    let mut left = 0;
    let mut income = 0.0;
    for _ in 0..n_cases {
        if left == 0 {
            (person, left, income) = (person + 1, 1 + random.below(4), random.between(-1.0, 2.0));
        }
        left -= 1;
        let (av_b, av_c) = [(1.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)][random.below(4)];
        let time: Vec<f64> = (0..3).map(|_| random.between(5.0, 40.0)).collect();
        let cost: Vec<f64> = (0..3).map(|_| random.between(0.5, 4.0)).collect();
        let bonus = [0.0, 0.4 + 0.3 * income, -0.3];
        let closed = [
            0.0,
            if av_b == 1.0 { 0.0 } else { -1e9 },
            if av_c == 1.0 { 0.0 } else { -1e9 },
        ];
        let utilities: Vec<f64> = (0..3)
            .map(|j| bonus[j] + closed[j] - 0.6 * time[j] / 10.0 - 0.5 * cost[j])
            .collect();
        let choice = random.choose(&utilities) as f64;
        let row = [
            choice,
            av_b,
            av_c,
            time[0],
            time[1],
            time[2],
            cost[0],
            cost[1],
            cost[2],
            income,
            f64::from(person),
            random.between(0.2, 2.0),
            random.below(12) as f64,
        ];
        cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
    }
    table(
        names
            .iter()
            .zip(cells)
            .map(|(name, cells)| numbers(name, cells))
            .collect(),
    )
}

/// Parameters and utilities for [`long_table`] that are linear.
pub(crate) const LONG: Linear = (
    &[
        ("b_x", 0.0),
        ("b_y", 0.0),
        ("asc_2", 0.0),
        ("asc_3", 0.0),
        ("b_z3", 0.0),
    ],
    &[("all", "b_x * x + b_y * y"), ("2", "asc_2"), ("3", "asc_3 + b_z3 * z")],
);

/// A row per alternative of ragged choice sets out of 1, ..., 5; `z` belongs to the case, `count` is for counts.
pub(crate) fn long_table(n_cases: usize, seed: u64) -> Table {
    let mut random = Random::new(seed);
    let names = ["case", "alt", "choice", "x", "y", "z", "count", "w", "person"];
    let mut cells = vec![Vec::new(); names.len()];
    for case in 0..n_cases {
        let mut offered: Vec<usize> = random.permutation(5)[..2 + random.below(4)].to_vec();
        offered.sort_unstable();
        let (z, w) = (random.normal(), random.between(0.2, 2.0));
        let attributes: Vec<[f64; 2]> = offered
            .iter()
            .map(|_| [random.normal(), random.between(0.1, 3.0)])
            .collect();
        let bonus = |alternative: usize| [0.0, 0.5, -0.4 + 0.5 * z, 0.0, 0.0][alternative];
        let utilities: Vec<f64> = offered
            .iter()
            .zip(&attributes)
            .map(|(&j, [x, y])| bonus(j) + 0.8 * x - 0.4 * y)
            .collect();
        let chosen = random.choose(&utilities);
        for (position, (&alternative, [x, y])) in offered.iter().zip(&attributes).enumerate() {
            let row = [
                case as f64,
                alternative as f64 + 1.0,
                f64::from(u8::from(position == chosen)),
                *x,
                *y,
                z,
                random.below(4) as f64 + f64::from(u8::from(position == chosen)),
                w,
                (case / 3) as f64,
            ];
            cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
    }
    table(
        names
            .iter()
            .zip(cells)
            .map(|(name, cells)| numbers(name, cells))
            .collect(),
    )
}
