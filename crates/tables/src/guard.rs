//! A wall around the file reader: what it refuses, and what makes it panic, becomes an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_core::error::PolarsResult;

use crate::error::TableError;

/// Runs a piece of polars on `file`.
///
/// Damaged files make polars panic as well as fail. The panic's own message still goes to stderr:
/// to silence it would need the process-wide hook, which belongs to the program.
pub(crate) fn guarded<T>(file: &str, work: impl FnOnce() -> PolarsResult<T>) -> Result<T, TableError> {
    let unreadable = |detail: String| TableError::Unreadable {
        file: file.to_owned(),
        detail,
    };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(unreadable(first_line(&error.to_string()))),
        Err(panic) => {
            let message = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("the reader broke down");
            Err(unreadable(first_line(message)))
        }
    }
}

/// Messages of polars run over several lines of advice to Python users; the first says what it is.
fn first_line(message: &str) -> String {
    let line = message.trim().lines().next().unwrap_or_default();
    line.trim_end_matches(['.', ':']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars_core::error::PolarsError;

    fn message(work: impl FnOnce() -> PolarsResult<()>) -> String {
        guarded("a.parquet", work).unwrap_err().to_string()
    }

    #[test]
    fn errors_and_panics_name_the_file() {
        let rest = "; the file may be damaged, copy or write it again";
        assert_eq!(
            message(|| Err(PolarsError::ComputeError("page too long.\n\nadvice".into()))),
            format!("a.parquet cannot be read (page too long){rest}")
        );
        assert_eq!(
            message(|| panic!("index out of {}", "bounds")),
            format!("a.parquet cannot be read (index out of bounds){rest}")
        );
        assert_eq!(
            message(|| std::panic::panic_any(7)),
            format!("a.parquet cannot be read (the reader broke down){rest}")
        );
    }
}
