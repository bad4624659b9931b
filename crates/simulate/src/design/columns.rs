//! Drawing the columns that a model file states.

use logsum_data::{ChoiceData, Code, Layout, Table, TextColumn, Values};
use logsum_draws::Seed;
use logsum_utility::{Distribution, Per, SyntheticColumn};
use rand::RngExt;
use rand_distr::{Distribution as _, LogNormal, Normal, Triangular, Uniform};

use super::DesignError;

/// To which case and decision maker each row of a table belongs.
pub(super) struct Units {
    pub case_of_row: Vec<u32>,
    pub maker_of_row: Option<Vec<u32>>,
}

impl Units {
    pub fn of(data: &ChoiceData) -> Self {
        let cases = 0..data.n_cases() as u32;
        let case_of_row: Vec<u32> = match data.schema().layout {
            Layout::Wide { .. } => cases.collect(),
            Layout::Long { .. } => cases
                .flat_map(|case| std::iter::repeat_n(case, data.pairs(case as usize).len()))
                .collect(),
        };
        let maker_of_row = data
            .decision_makers()
            .map(|makers| case_of_row.iter().map(|&case| makers[case as usize]).collect());
        Units {
            case_of_row,
            maker_of_row,
        }
    }

    /// The unit of a row for which values are drawn.
    fn unit(&self, per: Per, row: usize) -> u64 {
        match (per, &self.maker_of_row) {
            (Per::Alternative, _) => row as u64,
            (Per::DecisionMaker, Some(makers)) => u64::from(makers[row]),
            (Per::Case | Per::DecisionMaker, _) => u64::from(self.case_of_row[row]),
        }
    }
}

/// Draws a column: each unit's value comes from a stream of its own.
pub(super) fn draw(column: &SyntheticColumn, units: &Units, table: &Table, seed: Seed) -> Result<Values, DesignError> {
    let rows = 0..table.n_rows;
    let numbers = |value: &dyn Fn(u64) -> f64| -> Values {
        Values::Number(rows.clone().map(|row| value(units.unit(column.per, row))).collect())
    };
    let sound = "the model file was checked";
    Ok(match &column.values {
        Distribution::Expression(expression) => {
            let label = format!("simulated column \"{}\"", column.name);
            Values::Number(table.evaluate(&label, expression)?.into())
        }
        Distribution::Normal { mean, sd } => {
            let normal = Normal::new(*mean, *sd).expect(sound);
            numbers(&|unit| normal.sample(&mut seed.stream(unit)))
        }
        Distribution::Lognormal { mean, sd } => {
            let lognormal = LogNormal::new(*mean, *sd).expect(sound);
            numbers(&|unit| lognormal.sample(&mut seed.stream(unit)))
        }
        Distribution::Uniform { low, high } => {
            let uniform = Uniform::new(*low, *high).expect(sound);
            numbers(&|unit| uniform.sample(&mut seed.stream(unit)))
        }
        Distribution::Triangular { low, mode, high } => {
            let triangular = Triangular::new(*low, *high, *mode).expect(sound);
            numbers(&|unit| triangular.sample(&mut seed.stream(unit)))
        }
        Distribution::Bernoulli { probability } => {
            numbers(&|unit| f64::from(u8::from(seed.stream(unit).random::<f64>() < *probability)))
        }
        Distribution::Values { values, probabilities } => {
            let pick = |unit: u64| {
                let mut left: f64 = seed.stream(unit).random();
                let found = probabilities.iter().position(|probability| {
                    left -= probability;
                    left < 0.0
                });
                // Rounding can leave a little beyond the last of them.
                found.unwrap_or_else(|| {
                    probabilities
                        .iter()
                        .rposition(|probability| *probability > 0.0)
                        .unwrap_or(0)
                })
            };
            match &values[0] {
                Code::Text(_) => {
                    let written: Vec<String> = values.iter().map(Code::written).collect();
                    let texts = rows.map(|row| Some(written[pick(units.unit(column.per, row))].as_str()));
                    Values::Text(TextColumn::new(texts))
                }
                Code::Number(_) => numbers(&|unit| match values[pick(unit)] {
                    Code::Number(number) => number,
                    Code::Text(_) => unreachable!("values are of one kind"),
                }),
            }
        }
    })
}
