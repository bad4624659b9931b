//! What models are called in tables.

use std::path::{Path, PathBuf};

/// Longest name that stands above a column.
const LONGEST: usize = 14;

/// Names of fit files without folder and ending where these are short and differ, else numbers: `(1)`, `(2)`, ...
pub fn of(paths: &[PathBuf]) -> Vec<String> {
    let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let stems: Option<Vec<String>> = paths.iter().map(stem).collect();
    let numbered = || (1..=paths.len()).map(|at| format!("({at})")).collect();
    let Some(mut stems) = stems else {
        return numbered();
    };
    // fit.json in a folder for each model.
    let differ = |names: &[String]| names.iter().enumerate().all(|(at, name)| !names[..at].contains(name));
    if !differ(&stems) {
        let folder = |path: &PathBuf| {
            path.parent()
                .and_then(Path::file_name)
                .map(|name| name.to_string_lossy().into_owned())
        };
        match paths.iter().map(folder).collect::<Option<Vec<String>>>() {
            Some(folders) if differ(&folders) => stems = folders,
            _ => return numbered(),
        }
    }
    let short = stems.iter().all(|name| (1..=LONGEST).contains(&name.chars().count()));
    if short { stems } else { numbered() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_differ() {
        let named = |paths: &[&str]| of(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(named(&["a/logit.json", "mixed.json"]), ["logit", "mixed"]);
        assert_eq!(named(&["logit/fit.json", "mixed/fit.json"]), ["logit", "mixed"]);
        assert_eq!(named(&["fit.json", "fit.json"]), ["(1)", "(2)"]);
        assert_eq!(named(&["a.json", "a_very_long_name_indeed.json"]), ["(1)", "(2)"]);
    }
}
