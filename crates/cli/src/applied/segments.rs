//! The groups of cases that results are broken down by.

use logsum_data::{ChoiceData, Segments};

use crate::failure::Failure;

/// Segments that are worth printing.
pub const MOST_SEGMENTS: usize = 100;

/// Cases by the values of the column of `--by`.
pub fn segments(data: &ChoiceData, column: &str) -> Result<Segments, Failure> {
    let segments = data.segments(column).map_err(|error| {
        // Reasons are those of groups in general; their purpose is another.
        let problems: Vec<String> = error.each().iter().map(ToString::to_string).collect();
        let first = problems
            .first()
            .map(|problem| problem.split(';').next().unwrap_or_default().to_owned());
        Failure::bad_input(format!("--by: {}", first.unwrap_or_default()))
    })?;
    match segments.names.len() > MOST_SEGMENTS {
        true => Err(too_many(column)),
        false => Ok(segments),
    }
}

/// A column that makes more segments than anybody reads.
pub fn too_many(column: &str) -> Failure {
    Failure::bad_input(format!(
        "--by: column \"{column}\" has more than {MOST_SEGMENTS} values, which are the most segments there can be; a column \
         of groups is meant"
    ))
}
