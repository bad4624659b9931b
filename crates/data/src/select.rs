//! Some of the cases of data: samples to estimate on, and what was held out of them.

use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::restrict::gather;

impl ChoiceData {
    /// The cases for which `keep` is true, in their order and with all their alternatives.
    ///
    /// Outcomes, weights, columns and places in the file stay what they were, so that a row is reported and a random
    /// number is drawn as for the same case of the whole. Decision makers who keep a case are numbered anew; one who
    /// loses only some of them keeps the others.
    ///
    /// # Panics
    /// If there are too few or too many flags.
    pub fn select(&self, keep: &[bool]) -> ChoiceData {
        assert_eq!(keep.len(), self.n_cases(), "one flag per case");
        let cases: Vec<usize> = (0..keep.len()).filter(|&case| keep[case]).collect();
        let pairs: Vec<usize> = cases.iter().flat_map(|&case| self.pairs(case)).collect();
        let mut start = Vec::with_capacity(cases.len() + 1);
        let mut case_of_pair = Vec::with_capacity(pairs.len());
        start.push(0);
        for (position, &case) in cases.iter().enumerate() {
            let end = start[position] + self.pairs(case).len();
            case_of_pair.resize(end, position as u32);
            start.push(end);
        }
        let decision_maker: Option<Vec<u32>> = self.decision_maker.as_ref().map(|makers| {
            let mut number = 0;
            let renumbered = cases.iter().enumerate().map(|(position, &case)| {
                if position > 0 && makers[case] != makers[cases[position - 1]] {
                    number += 1;
                }
                number
            });
            renumbered.collect()
        });
        let column = |column: &DataColumn| DataColumn {
            values: match column.level {
                Level::Case => gather(&column.values, &cases),
                Level::Pair => gather(&column.values, &pairs),
            },
            ..column.clone()
        };
        ChoiceData {
            source: self.source.clone(),
            schema: self.schema.clone(),
            alternatives: self.alternatives.clone(),
            alternative: pairs.iter().map(|&pair| self.alternative[pair]).collect(),
            row: pairs.iter().map(|&pair| self.row[pair]).collect(),
            outcome: match &self.outcome {
                Outcome::Chosen(chosen) => Outcome::Chosen(cases.iter().map(|&case| chosen[case]).collect()),
                Outcome::Counts(counts) => Outcome::Counts(pairs.iter().map(|&pair| counts[pair]).collect()),
                Outcome::None => Outcome::None,
            },
            rankings: self.rankings.as_ref().map(|rankings| rankings.of_cases(&cases)),
            weights: self
                .weights
                .as_ref()
                .map(|weights| cases.iter().map(|&case| weights[case]).collect()),
            n_decision_makers: match &decision_maker {
                Some(makers) => makers.last().map_or(0, |&last| last as usize + 1),
                None => cases.len(),
            },
            decision_maker,
            columns: self.columns.iter().map(column).collect(),
            rows_read: self.rows_read,
            warnings: self.warnings.clone(),
            start,
            case_of_pair,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::choice_data::{ChoiceData, Outcome, Uses};
    use crate::schema::Schema;
    use crate::table::{Column, Source, Table, TextColumn, Values};

    /// Three persons in five cases of two or three alternatives.
    fn data() -> ChoiceData {
        let number = |name: &str, cells: &[f64]| Column {
            name: name.to_owned(),
            values: Values::Number(cells.into()),
        };
        let columns = vec![
            Column {
                name: "who".to_owned(),
                values: Values::Text(TextColumn::new(["ann", "bob", "bob", "cat", "cat"].map(Some))),
            },
            number("choice", &[1.0, 2.0, 1.0, 3.0, 2.0]),
            number("open", &[1.0, 0.0, 1.0, 1.0, 1.0]),
            number("w", &[1.0, 2.0, 3.0, 4.0, 5.0]),
        ];
        let table = Table {
            source: Source {
                name: "trips.csv".to_owned(),
                first_row: 2,
            },
            n_rows: 5,
            all_names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        };
        let open = logsum_expressions::Expression::parse("open == 1").unwrap();
        let weight = logsum_expressions::Expression::parse("w").unwrap();
        let mut schema = Schema::wide("choice")
            .alternative("a", 1)
            .alternative("b", 2)
            .alternative("c", 3);
        schema.alternatives[2].available = Some(open);
        schema.decision_maker = Some("who".to_owned());
        schema.weight = Some(weight);
        ChoiceData::new(table, &schema, &Uses::default()).unwrap()
    }

    #[test]
    fn what_is_kept_is_as_it_was() {
        let data = data();
        let some = data.select(&[false, true, false, true, true]);
        assert_eq!((some.n_cases(), some.n_pairs(), some.n_decision_makers()), (3, 8, 2));
        assert_eq!(some.decision_makers(), Some(&[0, 1, 1][..]));
        assert_eq!(some.outcome(), &Outcome::Chosen(vec![1, 2, 1]));
        assert_eq!(some.weights(), Some(&[2.0, 4.0, 5.0][..]));
        let rows: Vec<usize> = (0..3).map(|case| some.place(case).row).collect();
        assert_eq!(rows, [3, 5, 6]);
        let keys = data.decision_maker_keys();
        assert_eq!(some.decision_maker_keys(), [keys[1], keys[3], keys[4]]);
    }

    #[test]
    fn all_of_them_are_the_data_and_none_are_none() {
        let data = data();
        let all = data.select(&[true; 5]);
        assert_eq!(all.fingerprint(&["w"]), data.fingerprint(&["w"]));
        assert_eq!(all.case_keys(), data.case_keys());
        assert_eq!(data.select(&[false; 5]).n_pairs(), 0);
    }
}
