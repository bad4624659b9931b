//! Near-miss suggestions for misspelt names.

use strsim::{damerau_levenshtein, jaro_winkler};

/// The candidate that `name` was probably meant to be, if any is near enough.
///
/// A candidate that differs by case alone is taken at once. Otherwise the smallest
/// Damerau-Levenshtein distance (ignoring case) wins, ties going to the larger Jaro-Winkler
/// similarity; about one slip for every three characters is forgiven.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let allowed = lower.chars().count().div_ceil(3).min(4);
    let mut best: Option<(usize, f64, &str)> = None;
    for candidate in candidates {
        let other = candidate.to_lowercase();
        if other == lower {
            return Some(candidate);
        }
        let longer = lower.chars().count().max(other.chars().count());
        // Names of one or two characters are all alike.
        if longer < 3 || lower.len().abs_diff(other.len()) > 4 * allowed {
            continue;
        }
        let distance = damerau_levenshtein(&lower, &other);
        if distance > allowed || distance >= longer {
            continue;
        }
        let likeness = jaro_winkler(&lower, &other);
        let better = best.is_none_or(|(least, most, _)| distance < least || (distance == least && likeness > most));
        if better {
            best = Some((distance, likeness, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_near_misses() {
        let names = ["cost_train", "cost_car", "TRAIN_TT", "b_time", "x", "y"];
        let cases = [
            ("cost_trian", Some("cost_train")),
            ("train_tt", Some("TRAIN_TT")),
            ("b_tme", Some("b_time")),
            ("cost_cra", Some("cost_car")),
            ("income", None),
            ("z", None),
            ("X", Some("x")),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(suggest(name, names), expected, "{name}");
        }
    }
}
