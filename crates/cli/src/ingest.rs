//! From a model file's data to a bound model: part by part where the file allows it, else at once.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use logsum_data::{ChoiceData, Grouping, PartsError, Totals};
use logsum_tables::{Columns, TableError};
use logsum_utility::{BindError, Binder, Model, ModelFile, Storage};

use crate::args::StorageArgs;
use crate::failure::Failure;
use crate::load::{self, Extra, Loaded, Wanted, load_data, table_problems};
use crate::memory::{self, PROGRAM};
use crate::progress::Counter;

/// A model bound to its data.
pub struct Bound<'data> {
    pub model: Model<'data>,
    pub fingerprint: String,
    /// Seconds spent on reading, checking and binding.
    pub seconds: f64,
}

/// What reading may take.
pub struct Limits {
    /// Bytes, if there is a limit.
    pub memory: Option<u64>,
    /// Whether the user has set it.
    pub told: bool,
    /// For what does not fit.
    pub folder: PathBuf,
}

impl Limits {
    /// As told, else what the machine has.
    pub fn of(args: &StorageArgs) -> Self {
        Limits {
            memory: memory::limit(args.memory),
            told: args.memory.is_some(),
            folder: memory::folder(args.cache.as_ref()),
        }
    }
}

/// Bytes of a part as it is read. Much smaller ones cost time, larger ones memory.
const PART: u64 = 24 << 20;

/// Rows of a part at least.
pub const FEWEST: u64 = 1024;

/// Times its bytes that a part takes while it becomes choice data and segments.
const PER_PART: u64 = 5;

/// Why a file was not read part by part.
pub enum Whole {
    /// It is text.
    Text,
    /// Alternatives are to be sampled.
    Sampled,
    /// Decision makers are to be held out.
    HeldOut,
    /// Rows that belong together stand apart.
    Scattered(String),
    /// Something is wrong with the data; all of it together tells best what.
    Faulty(Failure),
}

/// Binds a Parquet file part by part; otherwise says why not.
pub fn in_parts(
    file: &ModelFile,
    path: &Path,
    clusters: &[&str],
    limits: &Limits,
    quiet: bool,
) -> Result<Result<Bound<'static>, Whole>, Failure> {
    let started = Instant::now();
    if let Err(error) = file.specification.validate() {
        return Ok(Err(Whole::Faulty(Failure::all(error.each()))));
    }
    if file.sampling.is_some() {
        return Ok(Err(Whole::Sampled));
    }
    let wanted = Wanted::to_estimate(file, path, clusters)?;
    let Some(mut parts) = logsum_tables::Parts::open(path, Columns::Named(&wanted.columns)).map_err(refused)? else {
        return Ok(Err(Whole::Text));
    };
    let rows = Rows::of(&parts, limits)?;
    let counter = Counter::new(
        parts.n_rows() as u64,
        "rows read",
        quiet || rows.total <= rows.at_a_time,
    );
    let read = read(file, &mut parts, clusters, &rows, limits, &counter);
    counter.finish();
    let (mut model, totals) = match read {
        Ok(read) => read,
        Err(Stopped::Failed(failure)) => return Err(failure),
        Err(Stopped::Data(PartsError::Data(error))) => {
            let mut failure = Failure::all(error.each());
            if rows.total > rows.at_a_time {
                failure
                    .problems
                    .push("(rows after the first part with a problem were not looked at)".to_owned());
            }
            return Ok(Err(Whole::Faulty(failure)));
        }
        Err(Stopped::Data(error)) => return Ok(Err(Whole::Scattered(error.to_string()))),
    };
    let fingerprint = totals.fingerprint.clone();
    let on_disk = model.segments_on_disk().0 > 0;
    if on_disk {
        // What was read is what is estimated; but a file that changes meanwhile is not what the fit would claim.
        let parts = Mutex::new(parts);
        model = model.watched_by(move || {
            let parts = parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            parts.check_unchanged().map_err(|error| error.to_string())
        });
    }
    Ok(Ok(Bound {
        model,
        fingerprint,
        seconds: started.elapsed().as_secs_f64(),
    }))
}

/// Reads and checks the data at once, if there is room for that.
pub fn whole(
    file: ModelFile,
    path: PathBuf,
    clusters: &[&str],
    limits: &Limits,
    why: Whole,
) -> Result<Loaded, Failure> {
    has_room(&file, &path, clusters, limits, why)?;
    load_data(file, path, &Extra::clusters(clusters))
}

/// Makes sure that there is room to read data at once.
pub fn has_room(file: &ModelFile, path: &Path, clusters: &[&str], limits: &Limits, why: Whole) -> Result<(), Failure> {
    let advice = match &why {
        Whole::Text => "convert the file to Parquet, which is read part by part",
        Whole::Sampled => "of a model with [sampling] the data are read at once",
        Whole::HeldOut => "to hold out decision makers the data are read at once",
        Whole::Scattered(reason) => reason,
        Whole::Faulty(_) => "",
    };
    let bytes = load::table_bytes(file, path, clusters)?;
    let room = memory::check_room(path, bytes, limits.memory, limits.told, advice);
    match (room, why) {
        (Ok(()), _) => Ok(()),
        (Err(_), Whole::Faulty(failure)) => Err(failure),
        (Err(failure), _) => Err(failure),
    }
}

impl<'data> Bound<'data> {
    /// The model on `used`, which are the data that were read at once, or samples of their choice sets.
    pub fn of(loaded: &Loaded, used: &'data ChoiceData) -> Result<Self, Failure> {
        let started = Instant::now();
        let model = Model::bind(&loaded.model.specification, used).map_err(|error| Failure::all(error.each()))?;
        Ok(Bound {
            model,
            fingerprint: loaded.data.fingerprint(&loaded.model.attribute_columns()),
            seconds: loaded.seconds + started.elapsed().as_secs_f64(),
        })
    }
}

/// How many rows are read at a time.
struct Rows {
    total: usize,
    at_a_time: usize,
    storage: Option<u64>,
}

impl Rows {
    fn of(parts: &logsum_tables::Parts, limits: &Limits) -> Result<Rows, Failure> {
        // With what a row needs besides its cells.
        let per_row = (parts.bytes_per_row() as u64).max(8) + 16;
        let Some(limit) = limits.memory else {
            return Ok(Rows {
                total: parts.n_rows(),
                at_a_time: (PART / per_row).max(FEWEST) as usize,
                storage: None,
            });
        };
        let least = PROGRAM + 2 * PER_PART * FEWEST * per_row;
        if limit < least {
            return Err(Failure::bad_input(format!(
                "{} {} of memory are too little: even part by part it takes {} to read this file",
                if limits.told { "--memory:" } else { "the free" },
                memory::written(limit),
                memory::written(least.next_multiple_of(1_000_000)),
            )));
        }
        // One half for the parts while they are read, the other for what stays of them.
        let half = (limit - PROGRAM) / 2;
        let at_a_time = (PART.min(half / PER_PART) / per_row).max(FEWEST);
        Ok(Rows {
            total: parts.n_rows(),
            at_a_time: at_a_time as usize,
            storage: Some(limit - PROGRAM - PER_PART * at_a_time * per_row),
        })
    }
}

/// Why reading ended early.
enum Stopped {
    Failed(Failure),
    Data(PartsError),
}

impl From<TableError> for Stopped {
    fn from(error: TableError) -> Self {
        Stopped::Failed(refused(error))
    }
}

impl From<PartsError> for Stopped {
    fn from(error: PartsError) -> Self {
        Stopped::Data(error)
    }
}

impl From<BindError> for Stopped {
    fn from(error: BindError) -> Self {
        Stopped::Failed(match error {
            BindError::Specification(error) => Failure::all(error.each()),
            error => Failure::bad_input(error),
        })
    }
}

pub fn refused(error: TableError) -> Failure {
    Failure::all(&table_problems(&error))
}

fn read(
    file: &ModelFile,
    parts: &mut logsum_tables::Parts,
    clusters: &[&str],
    rows: &Rows,
    limits: &Limits,
    counter: &Counter,
) -> Result<(Model<'static>, Totals), Stopped> {
    let uses = file.specification.uses();
    let columns = file.attribute_columns();
    let mut data = logsum_data::Parts::new(&file.schema, &uses).fingerprint_of(&columns);
    if !data.first_pass().is_empty() {
        while let Some(table) = parts.next(0, rows.at_a_time)? {
            data.learn(&table).map_err(PartsError::Data)?;
        }
        parts.rewind();
    }
    let mut binder = Binder::new(&file.specification);
    if let Some(memory) = rows.storage {
        binder = binder.storage(Storage {
            memory: memory as usize,
            folder: limits.folder.clone(),
        });
    }
    let mut groupings: Vec<Grouping> = clusters.iter().map(|column| Grouping::new(*column)).collect();
    let mut keep = 0;
    let mut read = 0;
    while let Some(table) = parts.next(keep, rows.at_a_time)? {
        read += table.n_rows - keep;
        counter.set(read as u64);
        let added = data.add(table, read == rows.total)?;
        keep = added.keep;
        if let Some(choices) = added.data {
            for grouping in &mut groupings {
                grouping.add(&choices).map_err(PartsError::Data)?;
            }
            binder.add(choices)?;
        }
    }
    let totals = data.finish()?;
    parts.check_unchanged()?;
    let mut model = binder.finish()?.totalling(&totals);
    for (column, grouping) in clusters.iter().zip(groupings) {
        model = model.grouped_by(column, grouping);
    }
    Ok((model, totals))
}
