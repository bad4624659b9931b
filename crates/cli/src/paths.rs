//! Paths that stay right when a file is looked at from another folder.

use std::path::{Component, Path, PathBuf};

/// `path` as seen from `folder`; as it is if one of them cannot be found.
pub fn relative(path: &Path, folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let (Ok(target), Ok(base)) = (resolved(path), folder.canonicalize()) else {
        return path.to_string_lossy().into_owned();
    };
    let target_parts: Vec<Component<'_>> = target.components().collect();
    let base_parts: Vec<Component<'_>> = base.components().collect();
    let common = target_parts.iter().zip(&base_parts).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return target.to_string_lossy().into_owned();
    }
    let up = std::iter::repeat_n(Component::ParentDir, base_parts.len() - common);
    let seen: PathBuf = up.chain(target_parts[common..].iter().copied()).collect();
    seen.to_string_lossy().into_owned()
}

/// The absolute path; of a pattern, which is no file itself, its folder is resolved.
fn resolved(path: &Path) -> std::io::Result<PathBuf> {
    path.canonicalize().or_else(|error| {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let name = path.file_name().ok_or(error)?;
        Ok(folder.canonicalize()?.join(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_folder() {
        let root = std::env::temp_dir().join(format!("logsum-paths-{}", std::process::id()));
        std::fs::create_dir_all(root.join("models/fits")).expect("a folder");
        std::fs::create_dir_all(root.join("data")).expect("a folder");
        std::fs::write(root.join("data/choices.csv"), "a\n1\n").expect("a file");
        let file = root.join("models/../data/choices.csv");
        assert_eq!(relative(&file, &root.join("models/fits")), "../../data/choices.csv");
        assert_eq!(relative(&file, &root.join("data")), "choices.csv");
        assert_eq!(
            relative(&root.join("data/part-*.parquet"), &root),
            "data/part-*.parquet"
        );
        assert_eq!(relative(Path::new("nowhere/choices.csv"), &root), "nowhere/choices.csv");
        std::fs::remove_dir_all(&root).expect("ours to remove");
    }
}
