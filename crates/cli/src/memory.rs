//! How much memory an estimation may take.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Memory of the program itself before it has read anything.
pub const PROGRAM: u64 = 64 << 20;

/// Times the bytes of a table that it takes to read and bind it whole.
const PER_TABLE: u64 = 3;

/// Reads an amount of memory: `800MB`, `1.5 GB`, `2GiB`.
pub fn parse(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024f64.powi(2),
        "gib" => 1024f64.powi(3),
        "tib" => 1024f64.powi(4),
        _ => return Err("an amount of memory is a number with a unit, such as 800MB, 1.5GB or 2GiB".to_owned()),
    };
    match digits.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number * unit >= 1.0 => Ok((number * unit) as u64),
        _ => Err("an amount of memory is a positive number with a unit, such as 800MB, 1.5GB or 2GiB".to_owned()),
    }
}

/// Writes it as people do.
pub fn written(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        1e9.. => format!("{:.1} GB", bytes / 1e9),
        1e6.. => format!("{:.0} MB", bytes / 1e6),
        _ => format!("{:.0} kB", bytes / 1e3),
    }
}

/// Of what is free, the part that may be taken unless a limit is given: others want to live.
const SHARE: f64 = 0.8;

/// What may be taken: as told, else most of what is free, where the system says how much that is.
pub fn limit(told: Option<u64>) -> Option<u64> {
    told.or_else(|| available().map(|bytes| (SHARE * bytes as f64) as u64))
}

/// Makes sure that a table of so many bytes can be read whole; `told` says whether the user has set the limit.
pub fn check_room(path: &Path, bytes: u64, limit: Option<u64>, told: bool, advice: &str) -> Result<(), Failure> {
    let needed = PROGRAM.saturating_add(bytes.saturating_mul(PER_TABLE));
    match limit {
        Some(limit) if needed > limit => Err(Failure::bad_input(format!(
            "to read \"{}\" at once takes about {} of memory, and {} {}; {advice}",
            path.display(),
            written(needed),
            if told { "--memory allows" } else { "there are" },
            written(limit),
        ))),
        _ => Ok(()),
    }
}

/// Memory that programs can have without others being pushed out, in the whole machine and in the container.
fn available() -> Option<u64> {
    [of_machine(), of_container()].into_iter().flatten().min()
}

/// What the control group leaves, where the program runs in one that has a limit.
fn of_container() -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok();
    let most: u64 = read("memory.max")?.trim().parse().ok()?;
    let taken: u64 = read("memory.current")?.trim().parse().ok()?;
    Some(most.saturating_sub(taken))
}

fn of_machine() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(1024 * kibibytes)
}

/// Folder for what does not fit: as told, else where the system keeps large temporary files. `/tmp` is the last resort,
/// as it often lies in memory.
pub fn folder(told: Option<&PathBuf>) -> PathBuf {
    if let Some(told) = told {
        return told.clone();
    }
    let large = PathBuf::from("/var/tmp");
    if std::env::var_os("TMPDIR").is_none() && large.is_dir() {
        return large;
    }
    std::env::temp_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_memory() {
        for (text, bytes) in [
            ("1GB", 1_000_000_000),
            ("1.5 gb", 1_500_000_000),
            ("800m", 800_000_000),
            ("2GiB", 2_147_483_648),
            ("4096b", 4096),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in ["", "GB", "-1GB", "0GB", "70", "1 parsec", "nanGB", "1e999GB"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(written(1_234_000_000), "1.2 GB");
        assert_eq!(written(56_700_000), "57 MB");
    }
}
