//! Names of files with wildcards.

use std::io;
use std::path::{Component, Path, PathBuf};

/// Whether a path asks for several files.
pub(crate) fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

/// The files that a pattern names, sorted by their names. Wildcards may stand in folders too, and
/// do not reach across a separator of folders; a leading dot has to be written.
pub(crate) fn expand(pattern: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    let mut components = pattern.components().peekable();
    while let Some(component) = components.next() {
        let last = components.peek().is_none();
        let text = component.as_os_str().to_str().unwrap_or_default();
        let wild = matches!(component, Component::Normal(_)) && text.contains(['*', '?', '[']);
        if !wild {
            found.iter_mut().for_each(|path| path.push(component));
            continue;
        }
        let mut deeper = Vec::new();
        for folder in &found {
            let listed = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            let entries = match std::fs::read_dir(listed) {
                Ok(entries) => entries,
                // A file, or a folder that this branch of the pattern does not have.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
                Err(_) => continue,
            };
            for entry in entries {
                let name = entry?.file_name();
                let fits = name
                    .to_str()
                    .is_some_and(|name| (!name.starts_with('.') || text.starts_with('.')) && matches(text, name));
                let path = folder.join(&name);
                if fits && (if last { path.is_file() } else { path.is_dir() }) {
                    deeper.push(path);
                }
            }
        }
        found = deeper;
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

/// Whether a name fits a pattern of `*` (any letters), `?` (one letter), `[abc]`, `[a-z]`, `[!a-z]`
/// (one of, one not of these). A `[` that is never closed stands for itself.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on if what follows the last `*` does not fit: let it swallow one letter more.
    let mut retry = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            p += 1;
            retry = Some((p, n));
            continue;
        }
        match one(&pattern[p..], name[n]) {
            Some(used) => {
                p += used;
                n += 1;
            }
            None => match retry {
                Some((after_star, from)) => {
                    p = after_star;
                    n = from + 1;
                    retry = Some((after_star, n));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&letter| letter == '*')
}

/// How much of the pattern a letter takes, or `None` if it does not fit.
fn one(pattern: &[char], letter: char) -> Option<usize> {
    match *pattern.first()? {
        '?' => Some(1),
        '[' => {
            let negated = matches!(pattern.get(1), Some('!' | '^'));
            let start = if negated { 2 } else { 1 };
            // A bracket right at the start belongs to the set: `[]a]`.
            let Some(length) = pattern
                .get(start + 1..)
                .and_then(|rest| rest.iter().position(|&end| end == ']'))
            else {
                return (letter == '[').then_some(1);
            };
            let set = &pattern[start..=start + length];
            let mut inside = false;
            let mut i = 0;
            while i < set.len() {
                if i + 2 < set.len() && set[i + 1] == '-' {
                    inside |= (set[i]..=set[i + 2]).contains(&letter);
                    i += 3;
                } else {
                    inside |= set[i] == letter;
                    i += 1;
                }
            }
            (inside != negated).then_some(start + length + 2)
        }
        plain => (plain == letter).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        let cases = [
            ("*.parquet", "a.parquet", true),
            ("*.parquet", "a.csv", false),
            ("part-?.pq", "part-7.pq", true),
            ("part-?.pq", "part-17.pq", false),
            ("part-[0-3].pq", "part-2.pq", true),
            ("part-[0-3].pq", "part-4.pq", false),
            ("part-[!0-3].pq", "part-4.pq", true),
            ("part-[^0-3].pq", "part-3.pq", false),
            ("[]a]x", "]x", true),
            ("[ab", "[ab", true),
            ("[ab", "a", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xbxa", false),
            ("a*", "a", true),
            ("", "a", false),
            ("**", "", true),
            ("ü?*", "üéx", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn files_come_sorted_and_folders_are_searched() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["y=2/b.pq", "y=1/c.pq", "y=1/a.pq", "y=1/.hidden.pq", "z/d.pq"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        std::fs::create_dir(folder.path().join("y=1/folder.pq")).unwrap();
        let found = expand(&folder.path().join("y=*/*.pq")).unwrap();
        let expected: Vec<PathBuf> = ["y=1/a.pq", "y=1/c.pq", "y=2/b.pq"]
            .iter()
            .map(|name| folder.path().join(name))
            .collect();
        assert_eq!(found, expected);
        assert!(expand(&folder.path().join("none*/x.pq")).unwrap().is_empty());
    }
}
