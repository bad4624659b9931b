//! What was read and dropped, counted so that parts of the data add up to the whole.

use crate::error::DataError;
use crate::schema::Schema;

/// Rows and cases counted while choice data are built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Rows of the table.
    pub rows_read: usize,
    /// Rows that the filter does not remove.
    pub rows_in: usize,
    /// Cases that are left.
    pub cases: usize,
    /// Cases dropped because of missing cells.
    pub cases_dropped: usize,
    /// Cases whose chosen row the filter removed.
    pub cases_lost: usize,
    /// Alternatives dropped because of missing cells, from choice sets that stay.
    pub alternatives_dropped: usize,
    /// Cases whose weight is not 0; all where there are no weights.
    pub cases_weighing: usize,
}

impl Counts {
    /// Adds those of another part.
    pub fn add(&mut self, other: &Counts) {
        let Counts {
            rows_read,
            rows_in,
            cases,
            cases_dropped,
            cases_lost,
            alternatives_dropped,
            cases_weighing,
        } = other;
        self.rows_read += rows_read;
        self.rows_in += rows_in;
        self.cases += cases;
        self.cases_dropped += cases_dropped;
        self.cases_lost += cases_lost;
        self.alternatives_dropped += alternatives_dropped;
        self.cases_weighing += cases_weighing;
    }

    /// What was dropped, in words.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        match self.cases_lost {
            0 => {}
            1 => warnings.push("the filter removed the chosen row of 1 case, which was dropped with it".to_owned()),
            many => warnings.push(format!(
                "the filter removed the chosen rows of {many} cases, which were dropped with them"
            )),
        }
        match self.cases_dropped {
            0 => {}
            1 => warnings.push("1 case dropped because of missing cells".to_owned()),
            many => warnings.push(format!("{many} cases dropped because of missing cells")),
        }
        match self.alternatives_dropped {
            0 => {}
            1 => warnings.push("1 alternative dropped from a choice set because of missing cells".to_owned()),
            many => warnings.push(format!(
                "{many} alternatives dropped from choice sets because of missing cells"
            )),
        }
        warnings
    }

    /// Why there is nothing to learn from the whole of the data, if so.
    pub fn problem(&self, file: &str, schema: &Schema) -> Option<DataError> {
        let file = file.to_owned();
        let filter = || schema.filter.as_ref().map_or(String::new(), ToString::to_string);
        if self.rows_read == 0 {
            Some(DataError::NoRows { file })
        } else if self.rows_in == 0 {
            Some(DataError::NothingLeft {
                file,
                filter: filter(),
                rows: self.rows_read,
            })
        } else if self.cases == 0 && self.cases_dropped == 0 {
            Some(DataError::NoChoiceLeft {
                file,
                filter: filter(),
                cases: self.cases_lost,
            })
        } else if self.cases == 0 {
            Some(DataError::AllDropped { file })
        } else if self.cases_weighing == 0 {
            Some(zero_weights(file, schema))
        } else {
            None
        }
    }
}

/// The error that no case counts.
pub(crate) fn zero_weights(file: String, schema: &Schema) -> DataError {
    DataError::ZeroWeights {
        file,
        weight: schema.weight.as_ref().map_or(String::new(), ToString::to_string),
    }
}
