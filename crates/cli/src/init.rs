//! `logsum init`: a starter model file for a table.

use std::path::Path;

use logsum_tables::Columns;

use crate::args::InitArgs;
use crate::failure::Failure;
use crate::load::{read_options, table_problems};
use crate::paths::relative;
use crate::{output, starter};

/// Runs the command.
pub fn run(args: &InitArgs) -> Result<u8, Failure> {
    let options = read_options(args.separator, args.decimal_comma);
    let table = logsum_tables::read(&args.data, Columns::All, &options)
        .map_err(|error| Failure::all(&table_problems(&error)))?;
    let folder = args.output.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let file = relative(&args.data, folder);
    let mut model = starter::starter(&table, &file).map_err(Failure::bad_input)?;
    let mut reading = String::new();
    if let Some(separator) = args.separator {
        // A text, not a character: TOML reads "\t" as a tab and '\t' as two characters.
        reading += &format!("separator = {:?}\n", separator.to_string());
    }
    if args.decimal_comma {
        reading += "decimal_mark = \",\"\n";
    }
    model = model.replacen("[data]\n", &format!("[data]\n{reading}"), 1);
    match &args.output {
        None => output::result(&model)?,
        Some(path) if path.exists() => {
            return Err(Failure::bad_input(format!(
                "\"{}\" exists already; choose another name or remove it",
                path.display()
            )));
        }
        Some(path) => {
            output::write_file(path, &model)?;
            output::note(&format!(
                "wrote \"{}\"; look it over, then: logsum estimate {0}",
                path.display()
            ));
        }
    }
    Ok(0)
}
