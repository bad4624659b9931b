//! Sampled choice sets: data with some of the alternatives of each case, and what corrects for the sampling.

use logsum_expressions::ColumnId;
use xxhash_rust::xxh3::xxh3_64;

use crate::alternatives::key;
use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::schema::Layout;
use crate::table::{MISSING_TEXT, TextColumn, Values};

/// Name of the column that holds the correction. No expression can refer to it: none can spell a backtick.
pub(crate) const CORRECTION: &str = "`sampling correction`";

impl ChoiceData {
    /// The same cases with some of their alternatives: the pairs for which `keep` is true, of which `correction` holds,
    /// one per kept pair, what a likelihood adds to the utility (ln π_n(D | j) of a sampled choice set D; McFadden
    /// 1978). A correction that the data have already is kept and added to.
    ///
    /// Cases, decision makers, weights and places in the file stay what they were; outcomes stay with their pairs.
    ///
    /// # Panics
    /// If there are too few or too many flags or corrections, or a pair that was chosen or ranked is not kept.
    pub fn restrict(&self, keep: &[bool], correction: Option<Vec<f64>>) -> ChoiceData {
        assert_eq!(keep.len(), self.n_pairs(), "one flag per pair");
        let pairs: Vec<usize> = (0..keep.len()).filter(|&pair| keep[pair]).collect();
        let mut start = Vec::with_capacity(self.start.len());
        start.push(0);
        for case in 0..self.n_cases() {
            let kept = keep[self.pairs(case)].iter().filter(|kept| **kept).count();
            assert!(kept > 0, "every case keeps an alternative");
            start.push(start[case] + kept);
        }
        let position = |(case, &slot): (usize, &u32)| {
            let first = self.start[case];
            assert!(keep[first + slot as usize], "chosen alternatives are kept");
            let before = &keep[first..first + slot as usize];
            before.iter().filter(|kept| **kept).count() as u32
        };
        let rankings = self.rankings.as_ref().map(|rankings| rankings.moved(position));
        let outcome = match &self.outcome {
            Outcome::Chosen(chosen) => Outcome::Chosen(chosen.iter().enumerate().map(position).collect()),
            Outcome::Counts(counts) => {
                let lost = keep.iter().zip(counts).any(|(kept, count)| !kept && *count > 0.0);
                assert!(!lost, "chosen alternatives are kept");
                Outcome::Counts(pairs.iter().map(|&pair| counts[pair]).collect())
            }
            Outcome::None => Outcome::None,
        };
        let mut columns: Vec<DataColumn> = self
            .columns
            .iter()
            .map(|column| match column.level {
                Level::Case => column.clone(),
                Level::Pair => DataColumn {
                    values: gather(&column.values, &pairs),
                    ..column.clone()
                },
            })
            .collect();
        if let Some(mut correction) = correction {
            assert_eq!(correction.len(), pairs.len(), "one correction per kept pair");
            if let Some(earlier) = self.correction() {
                columns.pop();
                for (sum, &pair) in correction.iter_mut().zip(&pairs) {
                    *sum += earlier[pair];
                }
            }
            columns.push(DataColumn {
                name: CORRECTION.to_owned(),
                level: Level::Pair,
                values: Values::Number(correction.into()),
                position: usize::MAX,
            });
        }
        ChoiceData {
            source: self.source.clone(),
            schema: self.schema.clone(),
            alternatives: self.alternatives.clone(),
            alternative: pairs.iter().map(|&pair| self.alternative[pair]).collect(),
            row: pairs.iter().map(|&pair| self.row[pair]).collect(),
            case_of_pair: pairs.iter().map(|&pair| self.case_of_pair[pair]).collect(),
            outcome,
            rankings,
            weights: self.weights.clone(),
            decision_maker: self.decision_maker.clone(),
            n_decision_makers: self.n_decision_makers,
            columns,
            rows_read: self.rows_read,
            warnings: self.warnings.clone(),
            start,
        }
    }

    /// What a likelihood adds to the utility of each pair because choice sets were sampled; `None` where they were not,
    /// or nothing need be added.
    pub fn correction(&self) -> Option<&[f64]> {
        let column = self.correction_column()?;
        match &self.columns[column.0 as usize].values {
            Values::Number(correction) => Some(correction),
            Values::Text(_) => None,
        }
    }

    /// The correction as a column of an expression graph over these data.
    pub fn correction_column(&self) -> Option<ColumnId> {
        // Last, so that a column of the file that bears the same name is not taken for it.
        let last = self.columns.len().checked_sub(1)?;
        let column = &self.columns[last];
        (column.name == CORRECTION && column.position == usize::MAX).then_some(ColumnId(last as u32))
    }

    /// A number that tells each case from the others, to key random numbers: bits of the case's identifier where a
    /// column names it, else the number of its row as the file's reader shows it. It depends on the file alone, not on
    /// the order of cases here, on what else was read, or in how many parts.
    pub fn case_keys(&self) -> Vec<u64> {
        let named = match &self.schema.layout {
            Layout::Long { case, .. } => self.column(case),
            Layout::Wide { .. } => None,
        };
        (0..self.n_cases()).map(|case| self.key_of(case, named)).collect()
    }

    /// A number for each case that tells its decision maker from the others, to key random numbers: bits of the
    /// identifier as [`ChoiceData::case_keys`] takes them, and those of the case where every case is a decision maker of
    /// its own.
    pub fn decision_maker_keys(&self) -> Vec<u64> {
        match &self.schema.decision_maker {
            Some(name) if self.decision_maker.is_some() => {
                let named = self.column(name);
                (0..self.n_cases()).map(|case| self.key_of(case, named)).collect()
            }
            _ => self.case_keys(),
        }
    }

    /// Bits of the cell of `named` in which a case begins, or the number of its row if there is none.
    fn key_of(&self, case: usize, named: Option<&DataColumn>) -> u64 {
        let first = self.start[case];
        let identifier = named.and_then(|column| {
            let at = if column.level == Level::Case { case } else { first };
            match &column.values {
                Values::Number(cells) => (!cells[at].is_nan()).then(|| key(cells[at])),
                Values::Text(text) => text.get(at).map(|text| xxh3_64(text.as_bytes())),
            }
        });
        identifier.unwrap_or_else(|| self.row_number(first) as u64)
    }
}

/// Some cells of a column.
pub(crate) fn gather(values: &Values, rows: &[usize]) -> Values {
    match values {
        Values::Number(cells) => Values::Number(rows.iter().map(|&row| cells[row]).collect()),
        Values::Text(text) => {
            let codes: Vec<u32> = rows.iter().map(|&row| text.codes[row]).collect();
            // Words that no row uses any more are dropped; the order of those left is the same.
            let mut position = vec![MISSING_TEXT; text.dictionary.len()];
            for &code in codes.iter().filter(|code| **code != MISSING_TEXT) {
                position[code as usize] = 0;
            }
            let mut dictionary = Vec::new();
            for (word, position) in text.dictionary.iter().zip(&mut position) {
                if *position == 0 {
                    *position = dictionary.len() as u32;
                    dictionary.push(word.clone());
                }
            }
            let renumbered = codes.iter().map(|&code| match code {
                MISSING_TEXT => MISSING_TEXT,
                code => position[code as usize],
            });
            Values::Text(TextColumn {
                codes: renumbered.collect(),
                dictionary: dictionary.into(),
            })
        }
    }
}

#[cfg(test)]
mod tests;
