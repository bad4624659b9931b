//! The model file: what the data are and what the model is, in one TOML text.

mod counts;
mod json;
mod nests;
mod ordered;
mod probit;
mod random;
mod ranking;
mod reader;
mod sampling;
mod scale;
mod sections;
mod simulate;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use logsum_data::{ChoiceData, Layout, Schema, WideChoice};

use crate::sampling::{AlternativeSampling, SamplingError};
use crate::specification::Specification;
use crate::synthetic::Synthetic;

pub use reader::Problem;

/// Everything that a model file says.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// Heads reports.
    pub title: String,
    /// Data file as written: relative to the model file.
    pub file: String,
    /// Character between fields, if not the one that the file's extension implies.
    pub separator: Option<char>,
    /// Whether the decimal mark is a comma.
    pub decimal_comma: bool,
    /// How the table is read as choices.
    pub schema: Schema,
    /// The model.
    pub specification: Specification,
    /// How synthetic attributes are drawn, if it says.
    pub synthetic: Option<Synthetic>,
    /// How alternatives are sampled for the estimation, if it says.
    pub sampling: Option<AlternativeSampling>,
}

/// All problems of a model file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ModelFileError {
    /// In the order of the file; at least one.
    pub problems: Vec<Problem>,
}

impl ModelFile {
    /// Reads the text of a model file; `name` is for messages.
    ///
    /// # Errors
    /// All problems of form together, each with line, column and caret. Problems of the specification itself
    /// (parameters unused, bounds crossed) are left to [`Specification::validate`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ModelFileError> {
        sections::parse(text, name).map_err(|problems| ModelFileError { problems })
    }

    /// Columns of the table that the model needs: named outright or in an expression, derived ones resolved.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.schema.named_columns().into_iter().map(|(name, _)| name).collect();
        for (_, expression) in self.schema.expressions() {
            names.extend(expression.names());
        }
        let counts = self.schema.counts_of_alternatives().iter();
        names.extend(counts.flat_map(|count| count.expression.names()));
        names.extend(self.specification.column_names());
        names.extend(self.sampling.iter().flat_map(AlternativeSampling::column_names));
        let derived = |name: &&str| self.schema.derived.iter().any(|derived| derived.name == *name);
        names.retain(|name| !derived(name));
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(*name));
        names
    }

    /// The data on which the model's likelihood is that of its fit: `data` as they are, or with the alternatives that the
    /// first sample of `[sampling]` takes. For covariances after the fit; predictions belong to `data`.
    ///
    /// # Errors
    /// As [`AlternativeSampling::sample`].
    pub fn estimation_data<'data>(&self, data: &'data ChoiceData) -> Result<Cow<'data, ChoiceData>, SamplingError> {
        match &self.sampling {
            Some(sampling) => Ok(Cow::Owned(sampling.sample(data, 0)?)),
            None => Ok(Cow::Borrowed(data)),
        }
    }

    /// Columns whose values enter the model: attributes and characteristics, availability, weights.
    pub fn attribute_columns(&self) -> Vec<&str> {
        let mut identifying: Vec<&str> = self.schema.named_columns().into_iter().map(|(name, _)| name).collect();
        if let Layout::Wide {
            choice: WideChoice::Code(choice),
        } = &self.schema.layout
        {
            let further = self.schema.ranking.iter().flat_map(|ranking| &ranking.further);
            let outcomes: Vec<&String> = further.chain([choice]).collect();
            identifying.retain(|name| !outcomes.iter().any(|outcome| outcome == name));
        }
        self.columns()
            .into_iter()
            .filter(|name| !identifying.contains(name))
            .collect()
    }
}
