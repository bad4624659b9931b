//! Where words go: results to standard output, everything else to standard error.

use std::io::{IsTerminal, Write};
use std::path::Path;

use logsum_report::Style;

use crate::failure::Failure;

/// Prints a result. A reader that has seen enough (`| head`) is no error.
pub fn result(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::bad_input(format!(
            "standard output cannot be written ({error})"
        ))),
        _ => Ok(()),
    }
}

/// Prints a line to standard error; if that is gone there is nobody to tell.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Whether both streams are the same reader's terminal, so that nothing need be said twice.
pub fn is_watched() -> bool {
    std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
}

/// Prints warnings, unless told to be quiet.
pub fn warnings(warnings: &[String], quiet: bool) {
    if !quiet {
        warnings.iter().for_each(|warning| note(&format!("warning: {warning}")));
    }
}

/// Bold and dim on terminals that show them, unless `NO_COLOR` is set.
pub fn style() -> Style {
    let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if coloured { Style::Ansi } else { Style::Plain }
}

/// Writes a file whole or not at all: a temporary file beside it, synced, renamed.
pub fn write_file(path: &Path, content: &str) -> Result<(), Failure> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".partial");
    let temporary = Path::new(&temporary);
    let write = || {
        let mut file = std::fs::File::create(temporary)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(temporary, path)
    };
    write().map_err(|error| {
        let _ = std::fs::remove_file(temporary);
        Failure::bad_input(format!(
            "\"{}\" cannot be written ({error}); check the folder and the disk",
            path.display()
        ))
    })
}

/// Reads a text file.
pub fn read_file(path: &Path, what: &str) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::bad_input(format!("no {what} \"{}\"{}", path.display(), neighbour(path)))
        }
        _ => Failure::bad_input(format!("{what} \"{}\" cannot be read ({error})", path.display())),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::bad_input(format!(
            "{what} \"{}\", line {line}: not UTF-8; save the file as UTF-8",
            path.display()
        ))
    })
}

/// A file of nearly that name in the same folder.
fn neighbour(path: &Path) -> String {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect()
        })
        .unwrap_or_default();
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    match logsum_data::near_miss(&name, names.iter().map(String::as_str)) {
        Some(near) => format!("; did you mean \"{near}\"?"),
        None => "; check its name and folder".to_owned(),
    }
}
