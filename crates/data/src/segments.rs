//! Groups of cases by the values of a column, with their names: what results are broken down by.

use crate::choice_data::{ChoiceData, Level};
use crate::draft::present;
use crate::error::DataError;
use crate::table::Values;

/// Cases by the values of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    /// The column.
    pub column: String,
    /// Its values as written, in ascending order.
    pub names: Vec<String>,
    /// Segment of each case.
    pub of_case: Vec<u32>,
}

impl ChoiceData {
    /// The segments that a column makes, in the order of its values.
    ///
    /// # Errors
    /// As [`ChoiceData::group_by`].
    pub fn segments(&self, column: &str) -> Result<Segments, DataError> {
        let (groups, n) = self.group_by(column)?;
        let known = self.column(column).expect("a column that groups were made by");
        let mut first: Vec<Option<usize>> = vec![None; n];
        for (case, &group) in groups.iter().enumerate() {
            first[group as usize].get_or_insert(match known.level {
                Level::Case => case,
                Level::Pair => self.start[case],
            });
        }
        let first: Vec<usize> = first.into_iter().flatten().collect();
        let mut order: Vec<usize> = (0..n).collect();
        match &known.values {
            Values::Number(cells) => order.sort_by(|&a, &b| cells[first[a]].total_cmp(&cells[first[b]])),
            Values::Text(text) => order.sort_by_key(|&group| text.codes[first[group]]),
        }
        let mut place = vec![0; n];
        for (at, &group) in order.iter().enumerate() {
            place[group] = at as u32;
        }
        let name = |&group: &usize| {
            let written = present(&known.values, first[group]).unwrap_or_default();
            written.trim_matches('"').to_owned()
        };
        Ok(Segments {
            column: column.to_owned(),
            names: order.iter().map(name).collect(),
            of_case: groups.iter().map(|&group| place[group as usize]).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::Schema;
    use crate::table::{Column, Source, Table, TextColumn, Values};
    use crate::{ChoiceData, Uses};

    #[test]
    fn segments_are_in_the_order_of_their_values() {
        let columns = vec![
            Column {
                name: "choice".to_owned(),
                values: Values::Number([1.0, 2.0, 1.0, 2.0].into()),
            },
            Column {
                name: "age".to_owned(),
                values: Values::Number([60.0, 9.5, 60.0, 20.0].into()),
            },
            Column {
                name: "purpose".to_owned(),
                values: Values::Text(TextColumn::new(["work", "fun", "fun", "work"].map(Some))),
            },
        ];
        let table = Table {
            source: Source {
                name: "trips.csv".to_owned(),
                first_row: 2,
            },
            n_rows: 4,
            all_names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        };
        let schema = Schema::wide("choice").alternative("a", 1).alternative("b", 2);
        let data = ChoiceData::new(table, &schema, &Uses::default()).unwrap();
        let ages = data.segments("age").unwrap();
        assert_eq!(ages.names, ["9.5", "20", "60"]);
        assert_eq!(ages.of_case, [2, 0, 2, 1]);
        let purposes = data.segments("purpose").unwrap();
        assert_eq!(purposes.names, ["fun", "work"]);
        assert_eq!(purposes.of_case, [1, 0, 0, 1]);
        assert!(data.segments("ages").is_err());
    }
}
