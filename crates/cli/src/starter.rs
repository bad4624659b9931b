//! A starter model file: what a look at a table suggests, as a model that can be estimated as it stands.

mod by_hand;
mod draft;
mod generic;
mod identified;
mod long;
mod missing;
mod multinomial;
#[cfg(test)]
mod tests;
mod wide;
mod writing;

use logsum_data::{Reading, Table, inspect};

/// The text of a starter model file for a table whose columns have all been read; `file` is the data file as the model
/// file is to name it.
///
/// Comments in it say what was seen and which guesses are to be checked.
///
/// # Errors
/// What was looked for and what was seen, with a model file to fill in by hand, if the table could not be read as choices.
pub fn starter(table: &Table, file: &str) -> Result<String, String> {
    let inspection = inspect(table);
    let draft = match &inspection.reading {
        Reading::Long(reading) => long::draft(table, &inspection, reading),
        Reading::Wide(reading) => wide::draft(table, &inspection, reading),
        Reading::Ranking(ranking) => return Err(by_hand::ranking(table, ranking)),
        Reading::Unknown(seen) => return Err(by_hand::unknown(table, seen, file)),
    };
    if draft.parameters.is_empty() {
        return Err(by_hand::nothing_varies(table, &draft, file));
    }
    Ok(draft.write(table, file))
}
