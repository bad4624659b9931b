//! Groups of cases by the values of a column, for one table or its parts.

use std::collections::HashMap;

use crate::choice_data::{ChoiceData, DataColumn, Level};
use crate::error::{DataError, Places};
use crate::table::Values;

/// Numbers the distinct values of a column over the cases of one part of the data after the other, by first appearance.
#[derive(Clone, Debug)]
pub struct Grouping {
    column: String,
    numbers: HashMap<u64, u32>,
    texts: HashMap<String, u32>,
    groups: Vec<u32>,
}

impl Grouping {
    /// Of no cases yet.
    pub fn new(column: impl Into<String>) -> Self {
        Grouping {
            column: column.into(),
            numbers: HashMap::new(),
            texts: HashMap::new(),
            groups: Vec::new(),
        }
    }

    /// Adds the cases of the next part.
    ///
    /// # Errors
    /// An unknown column, missing cells, and values that change within a case.
    pub fn add(&mut self, data: &ChoiceData) -> Result<(), DataError> {
        let name = &self.column;
        let Some(column) = data.column(name) else {
            return Err(DataError::NoColumn {
                file: data.source.name.clone(),
                column: name.clone(),
                role: "the cluster".to_owned(),
                suggestion: crate::error::near_miss(name, data.columns.iter().map(|column| column.name.as_str())),
            });
        };
        check(data, column)?;
        // Codes of texts differ from part to part: each is looked up by its text once.
        let mut of_code = match &column.values {
            Values::Number(_) => Vec::new(),
            Values::Text(text) => vec![None; text.dictionary.len()],
        };
        let mut last: Option<(u64, u32)> = None;
        self.groups.reserve(data.n_cases());
        for case in 0..data.n_cases() {
            let at = match column.level {
                Level::Case => case,
                Level::Pair => data.start[case],
            };
            let identity = column.values.identity(at).expect("missing cells were reported");
            let group = match (last, &column.values) {
                (Some((known, group)), _) if known == identity => group,
                (_, Values::Number(_)) => {
                    let next = (self.numbers.len() + self.texts.len()) as u32;
                    *self.numbers.entry(identity).or_insert(next)
                }
                (_, Values::Text(text)) => *of_code[identity as usize].get_or_insert_with(|| {
                    let next = (self.numbers.len() + self.texts.len()) as u32;
                    let word = &text.dictionary[identity as usize];
                    *self.texts.entry(word.clone()).or_insert(next)
                }),
            };
            last = Some((identity, group));
            self.groups.push(group);
        }
        Ok(())
    }

    /// The group of each case, and how many groups there are.
    pub fn finish(self) -> (Vec<u32>, usize) {
        (self.groups, self.numbers.len() + self.texts.len())
    }
}

/// Reports missing cells, and values that change within a case.
fn check(data: &ChoiceData, column: &DataColumn) -> Result<(), DataError> {
    let identify = |at: usize| column.values.identity(at);
    let mut missing = Places::new(&data.source.name);
    let mut varying = Places::new(&data.source.name);
    for case in 0..data.n_cases() {
        let mut cells = match column.level {
            Level::Case => case..case + 1,
            Level::Pair => data.pairs(case),
        };
        let first = identify(cells.start);
        if cells.clone().any(|at| identify(at).is_none()) {
            missing.add(|| data.place(case));
        } else if cells.any(|at| identify(at) != first) {
            varying.add(|| data.place(case));
        }
    }
    let mut errors = Vec::new();
    if !missing.is_empty() {
        errors.push(DataError::MissingIdentifier {
            places: missing,
            column: column.name.clone(),
            role: "the cluster",
            droppable: false,
        });
    }
    if !varying.is_empty() {
        errors.push(DataError::ClusterVaries {
            places: varying,
            column: column.name.clone(),
        });
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(DataError::from_list(errors))
    }
}
