//! Data made of other data: cases taken again, other outcomes, and back to a table.

use std::sync::Arc;

use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::schema::{AlternativeCount, Code, Layout, WideChoice};
use crate::table::{Column, MISSING_TEXT, Source, Table, TextColumn, Values};

impl ChoiceData {
    /// These cases, in this order and as often as they stand here, with their outcomes.
    ///
    /// `decision_makers` names the decision maker of each, ascending from 0; without it every case is one of its own.
    /// The columns that identify cases and decision makers count from 1 again.
    ///
    /// # Panics
    /// If a case does not exist, or the decision makers do not ascend from 0 in steps of at most 1.
    pub fn resample(&self, cases: &[usize], decision_makers: Option<&[u32]>) -> ChoiceData {
        if let Some(makers) = decision_makers {
            assert_eq!(makers.len(), cases.len(), "every case has a decision maker");
            let steps = makers
                .windows(2)
                .all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1);
            assert!(
                steps && makers.first().is_none_or(|&first| first == 0),
                "decision makers ascend"
            );
        }
        let pairs: Vec<usize> = cases.iter().flat_map(|&case| self.pairs(case)).collect();
        let mut start = Vec::with_capacity(cases.len() + 1);
        start.push(0);
        for &case in cases {
            start.push(start[start.len() - 1] + self.pairs(case).len());
        }
        let case_of_pair: Vec<u32> = start
            .windows(2)
            .enumerate()
            .flat_map(|(case, bounds)| std::iter::repeat_n(case as u32, bounds[1] - bounds[0]))
            .collect();
        let wide = matches!(self.schema.layout, Layout::Wide { .. });
        let outcome = match &self.outcome {
            Outcome::Chosen(chosen) => Outcome::Chosen(cases.iter().map(|&case| chosen[case]).collect()),
            Outcome::Counts(counts) => Outcome::Counts(pairs.iter().map(|&pair| counts[pair]).collect()),
            Outcome::None => Outcome::None,
        };
        let mut columns: Vec<DataColumn> = self
            .columns
            .iter()
            .map(|column| DataColumn {
                values: match column.level {
                    Level::Case => taken(&column.values, cases),
                    Level::Pair => taken(&column.values, &pairs),
                },
                ..column.clone()
            })
            .collect();
        let mut number = |name: &str, values: Arc<[f64]>| {
            if let Some(column) = columns.iter_mut().find(|column| column.name == name) {
                column.level = Level::Case;
                column.values = Values::Number(values);
            }
        };
        if let (Some(name), Some(makers)) = (&self.schema.decision_maker, decision_makers) {
            number(name, makers.iter().map(|&maker| f64::from(maker) + 1.0).collect());
        }
        if let Layout::Long { case, .. } = &self.schema.layout {
            number(case, (1..=cases.len()).map(|case| case as f64).collect());
        }
        ChoiceData {
            source: Source {
                name: "simulated data".to_owned(),
                first_row: 2,
            },
            schema: self.schema.clone(),
            alternatives: self.alternatives.clone(),
            alternative: pairs.iter().map(|&pair| self.alternative[pair]).collect(),
            row: if wide {
                case_of_pair.clone()
            } else {
                (0..pairs.len() as u32).collect()
            },
            outcome,
            rankings: self.rankings.as_ref().map(|rankings| rankings.of_cases(cases)),
            weights: self
                .weights
                .as_ref()
                .map(|weights| cases.iter().map(|&case| weights[case]).collect()),
            decision_maker: decision_makers.map(<[u32]>::to_vec),
            n_decision_makers: match decision_makers {
                Some(makers) => makers.last().map_or(0, |&last| last as usize + 1),
                None => cases.len(),
            },
            columns,
            rows_read: if wide { cases.len() } else { pairs.len() },
            warnings: Vec::new(),
            start,
            case_of_pair,
        }
    }

    /// The same situations with other outcomes. Rankings are no more.
    ///
    /// # Panics
    /// If an outcome does not belong to its case, or there are too few or too many of them.
    pub fn with_outcome(mut self, outcome: Outcome) -> ChoiceData {
        match &outcome {
            Outcome::Chosen(chosen) => {
                assert_eq!(chosen.len(), self.n_cases(), "one choice per case");
                let inside = |(case, &slot): (usize, &u32)| (slot as usize) < self.pairs(case).len();
                assert!(
                    chosen.iter().enumerate().all(inside),
                    "choices lie in their choice sets"
                );
            }
            Outcome::Counts(counts) => assert_eq!(counts.len(), self.n_pairs(), "one count per pair"),
            Outcome::None => {}
        }
        self.outcome = outcome;
        self.rankings = None;
        self.schema.ranking = None;
        let level = self.row_level();
        for (name, values) in self.choice_columns() {
            if let Some(column) = self.columns.iter_mut().find(|column| column.name == name) {
                (column.level, column.values) = (level, values);
            }
        }
        self
    }

    /// The same data without sampling rates: for outcomes that were drawn whatever the rates.
    pub fn without_sampling_rates(mut self) -> ChoiceData {
        for alternative in &mut self.schema.alternatives {
            alternative.sampling_rate = None;
        }
        self
    }

    /// To what a row of the table belongs.
    fn row_level(&self) -> Level {
        match self.schema.layout {
            Layout::Wide { .. } => Level::Case,
            Layout::Long { .. } => Level::Pair,
        }
    }

    /// The rows that are used, as a table of the same layout: what [`ChoiceData::new`] reads with the same schema.
    /// Nothing in it says that choice sets were sampled.
    ///
    /// The choice column holds the outcomes; it stands last if the data were read without one. Where no outcomes are
    /// known, columns are as they were.
    pub fn to_table(&self) -> Table {
        let rows = self.row_level();
        let case_of_row: Vec<usize> = self.case_of_pair.iter().map(|&case| case as usize).collect();
        // The correction of sampled choice sets is last, and no column of a file.
        let n_columns = self.columns.len() - usize::from(self.correction_column().is_some());
        let mut order: Vec<&DataColumn> = self.columns[..n_columns].iter().collect();
        order.sort_by_key(|column| column.position);
        let mut columns: Vec<Column> = order
            .into_iter()
            .map(|column| Column {
                name: column.name.clone(),
                values: if column.level == rows {
                    column.values.clone()
                } else {
                    taken(&column.values, &case_of_row)
                },
            })
            .collect();
        for (name, values) in self.choice_columns() {
            if columns.iter().all(|column| column.name != name) {
                columns.push(Column { name, values });
            }
        }
        Table {
            source: self.source.clone(),
            n_rows: self.rows_used(),
            all_names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        }
    }

    /// The columns of the choice and their cells, a row per case or per pair as the layout says; none where they are not
    /// known, of rankings, whose columns are always those that were read, and of counts that are computed from columns.
    fn choice_columns(&self) -> Vec<(String, Values)> {
        if self.schema.ranking.is_some() {
            return Vec::new();
        }
        let (choice, values) = match (&self.schema.layout, &self.outcome) {
            (
                Layout::Wide {
                    choice: WideChoice::Code(choice),
                },
                Outcome::Chosen(chosen),
            ) => {
                let code = |(case, &slot): (usize, &u32)| {
                    let alternative = self.alternative[self.start[case] + slot as usize];
                    self.alternatives.codes[alternative as usize].as_str()
                };
                let codes: Vec<&str> = chosen.iter().enumerate().map(code).collect();
                let listed_numbers = || {
                    self.schema
                        .alternatives
                        .iter()
                        .all(|known| matches!(known.code, Code::Number(_)))
                };
                let numbers = match self.column(choice).map(|column| &column.values) {
                    Some(values) => matches!(values, Values::Number(_)),
                    None => listed_numbers(),
                };
                let number = |code: &str| code.parse().expect("a code of a column of numbers is a number");
                let values = if numbers {
                    Values::Number(codes.into_iter().map(number).collect())
                } else {
                    Values::Text(TextColumn::new(codes.into_iter().map(Some)))
                };
                (choice, values)
            }
            (
                Layout::Wide {
                    choice: WideChoice::Counts(_),
                },
                Outcome::Counts(counts),
            ) => return self.count_columns(counts),
            (Layout::Wide { .. }, Outcome::Chosen(_) | Outcome::Counts(_)) => {
                unreachable!("outcomes are what the choice of the layout can hold")
            }
            (Layout::Long { choice, .. }, Outcome::Chosen(chosen)) => {
                let mut cells = vec![0.0; self.n_pairs()];
                for (case, &slot) in chosen.iter().enumerate() {
                    cells[self.start[case] + slot as usize] = 1.0;
                }
                (choice, Values::Number(cells.into()))
            }
            (Layout::Long { choice, .. }, Outcome::Counts(counts)) => (choice, Values::Number(counts.clone().into())),
            (_, Outcome::None) => return Vec::new(),
        };
        vec![(choice.clone(), values)]
    }

    /// The columns of counts of alternatives, and their cells case by case.
    fn count_columns(&self, counts: &[f64]) -> Vec<(String, Values)> {
        let of_schema = self.schema.counts_of_alternatives().iter();
        let of = |alternative: usize| {
            let cell = |case: usize| {
                let mut pairs = self.pairs(case);
                let pair = pairs.find(|&pair| self.alternative[pair] as usize == alternative);
                pair.map_or(0.0, |pair| counts[pair])
            };
            Values::Number((0..self.n_cases()).map(cell).collect())
        };
        let one = |count: &AlternativeCount| {
            let column = count.expression.only_name()?;
            let alternative = self.alternatives.position(&count.alternative)?;
            Some((column.to_owned(), of(alternative)))
        };
        of_schema.filter_map(one).collect()
    }
}

/// Some cells of a column.
fn taken(values: &Values, rows: &[usize]) -> Values {
    match values {
        Values::Number(cells) => Values::Number(rows.iter().map(|&row| cells[row]).collect()),
        Values::Text(text) => {
            Values::Text(TextColumn::new(rows.iter().map(|&row| text.codes[row]).map(|code| {
                (code != MISSING_TEXT).then(|| text.dictionary[code as usize].as_str())
            })))
        }
    }
}
