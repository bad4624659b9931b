//! Data with other cells in a column, to see what follows from them.

use crate::choice_data::{ChoiceData, Level};
use crate::table::Values;

impl ChoiceData {
    /// The same situations with `change` made to the cells of a column of numbers: those of one alternative, by its
    /// position, or all of them. Columns derived from it follow; choice sets, outcomes and weights stay as they were.
    ///
    /// `None` if there is no such column, if it holds texts, or if the cells of one alternative are asked for where a cell
    /// belongs to the whole case.
    pub fn with_cells(
        &self,
        column: &str,
        alternative: Option<usize>,
        change: impl Fn(f64) -> f64,
    ) -> Option<ChoiceData> {
        let position = self.columns.iter().position(|known| known.name == column)?;
        let Values::Number(cells) = &self.columns[position].values else {
            return None;
        };
        let values: Vec<f64> = match (alternative, self.columns[position].level) {
            (None, _) => cells.iter().map(|cell| change(*cell)).collect(),
            (Some(_), Level::Case) => return None,
            (Some(alternative), Level::Pair) => {
                let of_pair = |(cell, &of): (&f64, &u32)| {
                    if of as usize == alternative {
                        change(*cell)
                    } else {
                        *cell
                    }
                };
                cells.iter().zip(&self.alternative).map(of_pair).collect()
            }
        };
        let mut data = self.clone();
        data.columns[position].values = Values::Number(values.into());
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;
    use crate::table::{Column, Source, Table, TextColumn};
    use crate::{DataColumn, Uses};

    fn cells<'a>(data: &'a ChoiceData, name: &str) -> &'a [f64] {
        let column: &DataColumn = data
            .columns()
            .iter()
            .find(|column| column.name == name)
            .expect("it is there");
        match &column.values {
            Values::Number(cells) => cells,
            Values::Text(_) => panic!("{name} holds texts"),
        }
    }

    #[test]
    fn cells_of_one_alternative_or_of_all() {
        let numbers = |name: &str, values: &[f64]| Column {
            name: name.to_owned(),
            values: Values::Number(values.into()),
        };
        let columns = vec![
            numbers("case", &[1.0, 1.0, 2.0, 2.0]),
            numbers("alt", &[1.0, 2.0, 1.0, 2.0]),
            numbers("choice", &[1.0, 0.0, 0.0, 1.0]),
            numbers("price", &[1.0, 2.0, 3.0, 4.0]),
            numbers("income", &[5.0, 5.0, 6.0, 6.0]),
            Column {
                name: "colour".to_owned(),
                values: Values::Text(TextColumn::new(["red", "blue", "red", "red"].map(Some))),
            },
        ];
        let table = Table {
            source: Source {
                name: "choices.csv".to_owned(),
                first_row: 2,
            },
            n_rows: 4,
            all_names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        };
        let data = ChoiceData::new(table, &Schema::long("case", "alt", "choice"), &Uses::default()).unwrap();
        let twice = |cell: f64| 2.0 * cell;
        assert_eq!(
            cells(&data.with_cells("price", Some(1), twice).unwrap(), "price"),
            [1.0, 4.0, 3.0, 8.0]
        );
        assert_eq!(
            cells(&data.with_cells("price", None, twice).unwrap(), "price"),
            [2.0, 4.0, 6.0, 8.0]
        );
        assert_eq!(
            cells(&data.with_cells("income", None, |cell| 0.5 * cell).unwrap(), "income"),
            [2.5, 3.0]
        );
        assert_eq!(cells(&data, "price"), [1.0, 2.0, 3.0, 4.0]);
        for (column, alternative) in [("income", Some(0)), ("colour", None), ("weight", None)] {
            assert!(data.with_cells(column, alternative, twice).is_none(), "{column}");
        }
    }
}
