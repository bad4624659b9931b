//! Choices among some of the alternatives.

use crate::choice_data::{ChoiceData, Outcome};

impl ChoiceData {
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
        let mut rest = self.select(&keep);
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
        let some = data.select(&[true, false, false, true]);
        assert_eq!((some.n_cases(), some.n_pairs(), some.n_decision_makers()), (2, 6, 2));
        assert_eq!(some.decision_makers(), Some([0, 1].as_slice()));
        assert_eq!(some.outcome(), &Outcome::Chosen(vec![0, 1]));
        assert_eq!(some.place(1), data.place(3));
        assert_eq!(some.case_keys(), [data.case_keys()[0], data.case_keys()[3]]);
        assert_eq!(some.segments("where").unwrap().names, ["n", "s"]);
        let all = data.select(&[true; 4]);
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
