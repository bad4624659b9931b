//! The table of effects case by case: a row for each case, changed alternative and alternative.

use logsum_data::{ChoiceData, Column, Source, Table, TextColumn, Values};
use logsum_utility::applied::CaseEffects;

use crate::predict::rows;

/// Effects of several attributes, in rows under each other.
pub struct Rows<'a> {
    data: &'a ChoiceData,
    /// Pairs in the order of the file, and their cases.
    pairs: Vec<usize>,
    cases: Vec<usize>,
    /// Probability of each pair.
    probabilities: &'a [f64],
    /// Attribute and changed alternative of each block of rows, and its effects.
    blocks: Vec<(String, Option<String>, Vec<f64>)>,
}

impl<'a> Rows<'a> {
    /// No effects yet.
    pub fn new(data: &'a ChoiceData, probabilities: &'a [f64]) -> Self {
        let first_row = |case: usize| data.pairs(case).map(|pair| data.row_number(pair)).min();
        let mut order: Vec<usize> = (0..data.n_cases()).collect();
        order.sort_by_key(|&case| first_row(case));
        let pairs: Vec<usize> = order.iter().flat_map(|&case| data.pairs(case)).collect();
        let cases = order
            .iter()
            .flat_map(|&case| std::iter::repeat_n(case, data.pairs(case).len()))
            .collect();
        Rows {
            data,
            pairs,
            cases,
            probabilities,
            blocks: Vec::new(),
        }
    }

    /// Adds those of an attribute.
    pub fn add(&mut self, attribute: &str, effects: &[CaseEffects]) {
        let names = &self.data.alternatives().names;
        for of in effects {
            let changed = of.changed.map(|changed| names[changed].clone());
            let values = self.pairs.iter().map(|&pair| of.values[pair]).collect();
            self.blocks.push((attribute.to_owned(), changed, values));
        }
    }

    /// The table, its last column named after the effect.
    pub fn table(&self, effect: &str) -> Table {
        let (data, n) = (self.data, self.blocks.len());
        let pairs: Vec<usize> = self.pairs.iter().copied().cycle().take(n * self.pairs.len()).collect();
        let cases: Vec<usize> = self.cases.iter().copied().cycle().take(n * self.cases.len()).collect();
        let text = |name: &str, cells: Vec<Option<&str>>| Column {
            name: name.to_owned(),
            values: Values::Text(TextColumn::new(cells)),
        };
        let each = || {
            self.blocks
                .iter()
                .flat_map(|block| self.pairs.iter().map(move |_| block))
        };
        let names = &data.alternatives().names;
        let alternative = |&pair: &usize| Some(names[data.pair_alternatives()[pair] as usize].as_str());
        let rows = pairs.iter().map(|&pair| data.row_number(pair) as f64);
        let mut columns = vec![rows::numbers("row", rows)];
        columns.extend(rows::identifiers(data, &cases));
        columns.push(text("attribute", each().map(|(of, ..)| Some(of.as_str())).collect()));
        columns.push(text(
            "changed",
            each().map(|(_, changed, _)| changed.as_deref()).collect(),
        ));
        columns.push(text("alternative", pairs.iter().map(alternative).collect()));
        let probabilities = pairs.iter().map(|&pair| self.probabilities[pair]);
        columns.push(rows::numbers("probability", probabilities));
        let values = self.blocks.iter().flat_map(|(.., values)| values.iter().copied());
        columns.push(rows::numbers(effect, values));
        Table {
            source: Source {
                name: data.source().name.clone(),
                first_row: 2,
            },
            n_rows: pairs.len(),
            all_names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        }
    }
}
