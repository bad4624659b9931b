//! From a model file's path to checked choice data.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use logsum_data::{ChoiceData, Layout, Table, Uses};
use logsum_tables::{Columns, Header, ReadOptions, Want};
use logsum_utility::{ModelFile, SamplingMethod};

use crate::failure::Failure;
use crate::{memory, output};

/// A model and the data it was checked on.
pub struct Loaded {
    pub model: ModelFile,
    pub data: ChoiceData,
    /// Where the data file was found.
    pub path: PathBuf,
    /// Seconds spent on reading and checking.
    pub seconds: f64,
}

/// A column that is read besides those of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extra<'a> {
    pub column: &'a str,
    /// What for, behind "no column ... in ...".
    pub purpose: &'static str,
    pub want: Want,
}

impl<'a> Extra<'a> {
    /// Columns to cluster on.
    pub fn clusters(columns: &[&'a str]) -> Vec<Self> {
        let extra = |column: &&'a str| Extra {
            column,
            purpose: "to cluster on",
            want: Want::Any,
        };
        columns.iter().map(extra).collect()
    }
}

/// Reads a model file and its data, or those in `data`. `extra` columns are read too (to cluster on).
pub fn load(path: &Path, data: Option<&Path>, extra: &[&str]) -> Result<Loaded, Failure> {
    let model = load_model(path)?;
    let data = match data {
        Some(data) => data.to_owned(),
        None => data_of(&model, path),
    };
    check_room(&model, &data)?;
    load_data(model, data, &Extra::clusters(extra))
}

/// Makes sure that there is room for the data before they are read at once.
pub fn check_room(model: &ModelFile, path: &Path) -> Result<(), Failure> {
    // What is wrong with the file is told by those who read it.
    let bytes = table_bytes(model, path, &[]).unwrap_or(0);
    let advice = "only estimate and predict read data part by part, and Parquet alone";
    memory::check_room(path, bytes, memory::limit(None), false, advice)
}

/// The data file that a model file names, relative to it.
pub fn data_of(model: &ModelFile, path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(&model.file)
}

/// Reads a model file.
pub fn load_model(path: &Path) -> Result<ModelFile, Failure> {
    if let Some(what) = not_a_model(path) {
        return Err(Failure::bad_input(format!("\"{}\" is {what}", path.display())));
    }
    let text = output::read_file(path, "model file")?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    ModelFile::parse(&text, &name).map_err(|error| Failure::all(&error.problems))
}

/// What a file is that, by its ending, is no model file.
fn not_a_model(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "csv" | "tsv" | "tab" | "parquet" | "pq" => Some(format!(
            "a table, not a model file; \"logsum init {}\" writes a model file for it, and estimate takes it with --formula",
            path.display()
        )),
        "json" => Some(format!(
            "not a model file; \"logsum show {}\" prints a fit",
            path.display()
        )),
        _ => None,
    }
}

/// Reads the data of a model from `path`; all problems of model and data are reported together.
pub fn load_data(model: ModelFile, path: PathBuf, extra: &[Extra<'_>]) -> Result<Loaded, Failure> {
    load_with_table(model, path, extra).map(|(loaded, _)| loaded)
}

/// The same with the table that the data come from.
pub fn load_with_table(mut model: ModelFile, path: PathBuf, extra: &[Extra<'_>]) -> Result<(Loaded, Table), Failure> {
    let started = Instant::now();
    let mut problems: Vec<String> = Vec::new();
    if let Err(error) = model.specification.validate() {
        problems.extend(error.each().iter().map(ToString::to_string));
    }
    let table = match read(&model, &path, extra) {
        Ok(table) => table,
        Err(failure) => {
            problems.extend(failure.problems);
            return Err(Failure::all(&problems));
        }
    };
    // The cells are shared, not copied.
    let data = match ChoiceData::new(table.clone(), &model.schema, &model.specification.uses()) {
        Ok(data) if problems.is_empty() => data,
        Ok(_) => return Err(Failure::all(&problems)),
        Err(error) => {
            problems.extend(error.each().iter().map(ToString::to_string));
            return Err(Failure::all(&problems));
        }
    };
    if data.alternatives().labelled {
        // Parameters of the errors are named after alternatives that only the data may know.
        model.specification = model.specification.completed_for(&data.alternatives().names);
    }
    let loaded = Loaded {
        model,
        data,
        path,
        seconds: started.elapsed().as_secs_f64(),
    };
    Ok((loaded, table))
}

/// Reads the columns that a model needs, of those that are there: the data checks know best what to say of others.
pub fn read(model: &ModelFile, path: &Path, extra: &[Extra<'_>]) -> Result<Table, Failure> {
    Wanted::of_choices(model, path, extra)?.read(model, path)
}

/// The same for situations: whatever stands in the choice column will do.
pub fn read_situations(model: &ModelFile, path: &Path, extra: &[Extra<'_>]) -> Result<Table, Failure> {
    Wanted::of_situations(model, path, extra)?.read(model, path)
}

/// The columns of a file that a model needs.
pub struct Wanted<'a> {
    pub columns: Vec<(&'a str, Want)>,
    /// Of the file.
    all_names: Vec<String>,
}

impl<'a> Wanted<'a> {
    /// Those to estimate the model, and those to cluster on.
    pub fn to_estimate(model: &'a ModelFile, path: &Path, clusters: &[&'a str]) -> Result<Self, Failure> {
        Wanted::of_choices(model, path, &Extra::clusters(clusters))
    }

    /// Those of choices, and these besides.
    pub fn of_choices(model: &'a ModelFile, path: &Path, extra: &[Extra<'a>]) -> Result<Self, Failure> {
        Wanted::of(model, path, extra, &numbers_with_choice(model))
    }

    /// Those of situations: whatever stands in the choice column will do.
    pub fn of_situations(model: &'a ModelFile, path: &Path, extra: &[Extra<'a>]) -> Result<Self, Failure> {
        Wanted::of(model, path, extra, &number_columns(model))
    }

    fn of(model: &'a ModelFile, path: &Path, extra: &[Extra<'a>], numbers: &HashSet<&str>) -> Result<Self, Failure> {
        let header = column_names(model, path)?;
        let present = |name: &&str| header.names.iter().any(|known| known == name);
        let want = |name: &str| {
            if numbers.contains(name) {
                Want::Number
            } else {
                Want::Any
            }
        };
        let used = model.columns().into_iter().filter(present);
        let mut columns: Vec<(&str, Want)> = used.map(|name| (name, want(name))).collect();
        for &Extra {
            column: name,
            purpose,
            want,
        } in extra
        {
            if !present(&name) {
                let near = logsum_data::near_miss(name, header.names.iter().map(String::as_str));
                let near = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
                return Err(Failure::bad_input(format!(
                    "no column \"{name}\" in {} {purpose}{near}",
                    header.file
                )));
            }
            match columns.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) if want == Want::Number => *known = want,
                Some(_) => {}
                None => columns.push((name, want)),
            }
        }
        Ok(Wanted {
            columns,
            all_names: header.names,
        })
    }

    fn read(self, model: &ModelFile, path: &Path) -> Result<Table, Failure> {
        let options = read_options(model.separator, model.decimal_comma);
        let mut table = logsum_tables::read(path, Columns::Named(&self.columns), &options)
            .map_err(|error| Failure::all(&table_problems(&error)))?;
        table.all_names = self.all_names;
        Ok(table)
    }
}

/// The names of the columns of a file.
pub fn column_names(model: &ModelFile, path: &Path) -> Result<Header, Failure> {
    let options = read_options(model.separator, model.decimal_comma);
    logsum_tables::column_names(path, &options).map_err(|error| Failure::all(&table_problems(&error)))
}

/// Bytes that the columns of a model take once they are read, about.
pub fn table_bytes(model: &ModelFile, path: &Path, clusters: &[&str]) -> Result<u64, Failure> {
    let wanted = Wanted::to_estimate(model, path, clusters)?;
    let fail = |error: logsum_tables::TableError| Failure::all(&table_problems(&error));
    if let Some(parts) = logsum_tables::Parts::open(path, Columns::Named(&wanted.columns)).map_err(fail)? {
        return Ok((parts.n_rows() as u64).saturating_mul(parts.bytes_per_row() as u64));
    }
    // Text: as many rows as there are line ends, at the rate of the first ones.
    let Ok(file) = std::fs::File::open(path) else {
        return Ok(0);
    };
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut head = Vec::new();
    let _ = file.take(1 << 20).read_to_end(&mut head);
    let lines = head.iter().filter(|byte| **byte == b'\n').count().max(1);
    let rows = length as f64 * lines as f64 / head.len().max(1) as f64;
    Ok((rows * 8.0 * wanted.columns.len() as f64) as u64)
}

fn numbers_with_choice(model: &ModelFile) -> HashSet<&str> {
    let mut numbers = number_columns(model);
    if let Layout::Long { choice, .. } = &model.schema.layout {
        numbers.insert(choice);
    }
    for count in model.schema.counts_of_alternatives() {
        numbers.extend(count.expression.number_names());
    }
    numbers
}

/// What must be known of choices that are predicted or drawn where the model corrects for a choice-based sample.
pub fn choice_based(model: &ModelFile, what: &str) -> Option<String> {
    let rated = |alternative: &logsum_data::AlternativeSchema| alternative.sampling_rate.is_some();
    let any = model.schema.alternatives.iter().any(rated);
    any.then(|| format!("the model has sampling rates: {what}"))
}

/// How a file is to be read.
pub fn read_options(separator: Option<char>, decimal_comma: bool) -> ReadOptions {
    ReadOptions {
        separator: separator.and_then(|separator| u8::try_from(separator).ok()),
        decimal_comma,
    }
}

/// The independent problems of a file.
pub fn table_problems(error: &logsum_tables::TableError) -> Vec<String> {
    error.to_string().lines().map(str::to_owned).collect()
}

/// Columns that must be numbers by their place in an expression.
fn number_columns(model: &ModelFile) -> HashSet<&str> {
    let uses: Uses<'_> = model.specification.uses();
    let mut names: HashSet<&str> = HashSet::new();
    for (_, expression) in model.schema.expressions() {
        names.extend(expression.number_names());
    }
    for utility in &uses.utilities {
        names.extend(utility.expression.number_names());
    }
    if let Some(SamplingMethod::Importance { weight }) = model.sampling.as_ref().map(|sampling| &sampling.method) {
        names.extend(weight.number_names());
    }
    names
}
