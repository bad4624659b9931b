//! Names of columns: near misses, repeats, and which columns are asked for.

use std::collections::HashMap;

use crate::error::TableError;
use crate::read::{Columns, Want};

/// The candidate that `name` was probably meant to be: the same but for capitals, or else the one
/// with the fewest edits, at most a third of its letters (at least one).
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.trim().to_lowercase();
    let length = wanted.chars().count();
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&wanted, &candidate.trim().to_lowercase());
            (distance, candidate)
        })
        .filter(|&(distance, _)| distance <= allowed && distance < length)
        // `min_by_key` keeps the first of equals: the order of the file decides.
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Reports every name that stands more than once. Unnamed columns cannot be asked for, so they may
/// repeat.
pub(crate) fn repeated(file: &str, names: &[String]) -> Vec<TableError> {
    let mut positions: HashMap<&str, Vec<usize>> = HashMap::new();
    for (position, name) in names.iter().enumerate() {
        positions.entry(name).or_default().push(position + 1);
    }
    let mut repeats: Vec<(&str, Vec<usize>)> = positions
        .into_iter()
        .filter(|(name, positions)| !name.is_empty() && positions.len() > 1)
        .collect();
    repeats.sort_by_key(|(_, positions)| positions[0]);
    repeats
        .into_iter()
        .map(|(name, positions)| TableError::RepeatedName {
            file: file.to_owned(),
            name: name.to_owned(),
            positions,
        })
        .collect()
}

/// Positions of the columns asked for, in the order of the file, with what is wanted of each;
/// a column asked for twice is a number if one of the two wants a number.
pub(crate) fn select(
    file: &str,
    names: &[String],
    columns: Columns<'_>,
) -> Result<Vec<(usize, Want)>, Vec<TableError>> {
    let Columns::Named(wanted) = columns else {
        return Ok((0..names.len())
            .filter(|&position| !names[position].is_empty())
            .map(|position| (position, Want::Any))
            .collect());
    };
    let positions: HashMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(position, name)| (name.as_str(), position))
        .collect();
    let mut selected: Vec<Option<Want>> = vec![None; names.len()];
    let mut missing = Vec::new();
    for &(name, want) in wanted {
        match positions.get(name).filter(|_| !name.is_empty()) {
            Some(&position) if selected[position] == Some(Want::Number) => {}
            Some(&position) => selected[position] = Some(want),
            None => {
                let error = TableError::NoColumn {
                    file: file.to_owned(),
                    name: name.to_owned(),
                    suggestion: nearest(name, names.iter().map(String::as_str)).map(str::to_owned),
                };
                if !missing.contains(&error) {
                    missing.push(error);
                }
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(selected
        .into_iter()
        .enumerate()
        .filter_map(|(position, want)| Some((position, want?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        let names = ["TRAIN_TT", "TRAIN_CO", "x", "choice"];
        let cases = [
            ("TRAIN_TTT", Some("TRAIN_TT")),
            ("train_tt", Some("TRAIN_TT")),
            ("TRIAN_CO", Some("TRAIN_CO")),
            ("Choice", Some("choice")),
            ("y", None),
            ("CAR_HE", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, names), expected, "{name}");
        }
    }

    #[test]
    fn selection_follows_the_file_and_number_wins() {
        let names: Vec<String> = ["", "a", "b", "c"].map(String::from).to_vec();
        assert_eq!(
            select("f.csv", &names, Columns::All).unwrap(),
            [(1, Want::Any), (2, Want::Any), (3, Want::Any)]
        );
        let wanted = [
            ("c", Want::Any),
            ("a", Want::Number),
            ("c", Want::Number),
            ("a", Want::Any),
        ];
        assert_eq!(
            select("f.csv", &names, Columns::Named(&wanted)).unwrap(),
            [(1, Want::Number), (3, Want::Number)]
        );
        let unnamed = select("f.csv", &names, Columns::Named(&[("", Want::Any)]));
        assert!(unnamed.is_err());
    }
}
