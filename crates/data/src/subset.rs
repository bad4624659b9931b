//! Some of the cases, as they stand in the file: those of a segment, or that chose among some alternatives.

use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::restrict::gather;

impl ChoiceData {
    /// The cases for which `keep` is true, with their outcomes, weights and places in the file. Decision makers of whom
    /// none is left are no more; the others keep their order and their keys, so that random numbers keyed by them stay.
    ///
    /// # Panics
    /// If there are too few or too many flags.
    pub fn only(&self, keep: &[bool]) -> ChoiceData {
        assert_eq!(keep.len(), self.n_cases(), "one flag per case");
        let cases: Vec<usize> = (0..keep.len()).filter(|&case| keep[case]).collect();
        let pairs: Vec<usize> = cases.iter().flat_map(|&case| self.pairs(case)).collect();
        let mut start = Vec::with_capacity(cases.len() + 1);
        start.push(0);
        for &case in &cases {
            start.push(start[start.len() - 1] + self.pairs(case).len());
        }
        let case_of_pair = start
            .windows(2)
            .enumerate()
            .flat_map(|(case, bounds)| std::iter::repeat_n(case as u32, bounds[1] - bounds[0]))
            .collect();
        let mut n_decision_makers = cases.len();
        let decision_maker = self.decision_maker.as_ref().map(|makers| {
            let mut renumbered: Vec<u32> = Vec::with_capacity(cases.len());
            let mut last = None;
            n_decision_makers = 0;
            for &case in &cases {
                if last != Some(makers[case]) {
                    last = Some(makers[case]);
                    n_decision_makers += 1;
                }
                renumbered.push(n_decision_makers as u32 - 1);
            }
            renumbered
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
            case_of_pair,
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
            decision_maker,
            n_decision_makers,
            columns: self.columns.iter().map(column).collect(),
            rows_read: self.rows_read,
            warnings: Vec::new(),
            start,
        }
    }

    /// The choices among the alternatives that are not `removed` (by position): the cases that chose one of the others,
    /// with those in their choice sets, and which cases of these data they are. Of counts those of the others are left.
    /// Cases to which fewer than two alternatives are left made no choice among them, and are left out.
    ///
    /// `None` for rankings, and where outcomes are not known.
    pub fn choices_without(&self, removed: &[usize]) -> Option<(ChoiceData, Vec<usize>)> {
        if self.rankings.is_some() || self.outcome == Outcome::None {
            return None;
        }
        let stays = |pair: usize| !removed.contains(&(self.alternative[pair] as usize));
        let chose = |case: usize| match &self.outcome {
            Outcome::Chosen(chosen) => stays(self.start[case] + chosen[case] as usize),
            Outcome::Counts(counts) => self.pairs(case).any(|pair| stays(pair) && counts[pair] > 0.0),
            Outcome::None => false,
        };
        let keep: Vec<bool> = (0..self.n_cases())
            .map(|case| chose(case) && self.pairs(case).filter(|&pair| stays(pair)).count() > 1)
            .collect();
        let cases = (0..keep.len()).filter(|&case| keep[case]).collect();
        let mut rest = self.only(&keep);
        let stays: Vec<bool> = rest
            .alternative
            .iter()
            .map(|&alternative| !removed.contains(&(alternative as usize)))
            .collect();
        if let Outcome::Counts(counts) = &mut rest.outcome {
            let others = counts.iter_mut().zip(&stays).filter(|(_, stays)| !**stays);
            others.for_each(|(count, _)| *count = 0.0);
        }
        Some((rest.restrict(&stays, None), cases))
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::{Layout, Schema};
    use crate::table::{Column, Source, Table, TextColumn, Values};
    use crate::{ChoiceData, Outcome, Uses};

    fn table() -> Table {
        let numbers = |name: &str, cells: Vec<f64>| Column {
            name: name.to_owned(),
            values: Values::Number(cells.into()),
        };
        let columns = vec![
            numbers("case", [1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4].map(f64::from).to_vec()),
            numbers("alt", [1, 2, 3, 1, 2, 3, 1, 2, 1, 2, 3].map(f64::from).to_vec()),
            numbers("choice", [1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0].map(f64::from).to_vec()),
            numbers("n", [2, 0, 1, 0, 0, 3, 1, 1, 0, 1, 0].map(f64::from).to_vec()),
            numbers("who", [7, 7, 7, 7, 7, 7, 8, 8, 9, 9, 9].map(f64::from).to_vec()),
            Column {
                name: "where".to_owned(),
                values: Values::Text(TextColumn::new(
                    ["n", "n", "n", "s", "s", "s", "n", "n", "s", "s", "s"].map(Some),
                )),
            },
        ];
        Table {
            source: Source {
                name: "trips.csv".to_owned(),
                first_row: 2,
            },
            n_rows: 11,
            all_names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        }
    }

    #[test]
    fn some_cases_are_those_cases() {
        let schema = Schema::long("case", "alt", "choice").decision_maker("who");
        let data = ChoiceData::new(table(), &schema, &Uses::default()).unwrap();
        let some = data.only(&[true, false, false, true]);
        assert_eq!((some.n_cases(), some.n_pairs(), some.n_decision_makers()), (2, 6, 2));
        assert_eq!(some.decision_makers(), Some([0, 1].as_slice()));
        assert_eq!(some.outcome(), &Outcome::Chosen(vec![0, 1]));
        assert_eq!(some.place(1), data.place(3));
        assert_eq!(some.case_keys(), [data.case_keys()[0], data.case_keys()[3]]);
        assert_eq!(some.segments("where").unwrap().names, ["n", "s"]);
        let all = data.only(&[true; 4]);
        assert_eq!(all.fingerprint(&["where"]), data.fingerprint(&["where"]));
    }

    #[test]
    fn choices_among_others_leave_out_who_chose_what_is_removed() {
        let schema = Schema::long("case", "alt", "choice");
        let data = ChoiceData::new(table(), &schema, &Uses::default()).unwrap();
        let position = |name: &str| {
            data.alternatives()
                .names
                .iter()
                .position(|known| known == name)
                .unwrap()
        };
        // Case 1 chose what is gone; case 3 has one alternative left.
        let (rest, cases) = data.choices_without(&[position("1")]).unwrap();
        assert_eq!(cases, [1, 3]);
        assert_eq!(rest.outcome(), &Outcome::Chosen(vec![1, 0]));
        assert_eq!(rest.n_pairs(), 4);

        let mut schema = Schema::long("case", "alt", "n");
        if let Layout::Long { counts, .. } = &mut schema.layout {
            *counts = true;
        }
        let data = ChoiceData::new(table(), &schema, &Uses::default()).unwrap();
        let (rest, cases) = data.choices_without(&[position("1")]).unwrap();
        assert_eq!(cases, [0, 1, 3]);
        assert_eq!(rest.outcome(), &Outcome::Counts(vec![0.0, 1.0, 0.0, 3.0, 1.0, 0.0]));
    }
}
