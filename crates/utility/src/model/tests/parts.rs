//! Data that come part by part, in memory or on disk: the same bits as at once.

use logsum_data::{Source, Table, Values};

use super::*;
use crate::model::{BindError, Binder, Storage};
use crate::testing::*;

/// Rows of a table as a table.
pub(super) fn slice(table: &Table, rows: std::ops::Range<usize>) -> Table {
    let column = |column: &logsum_data::Column| logsum_data::Column {
        name: column.name.clone(),
        values: match &column.values {
            Values::Number(cells) => Values::Number(cells[rows.clone()].into()),
            Values::Text(text) => Values::Text(logsum_data::TextColumn::new(rows.clone().map(|row| text.get(row)))),
        },
    };
    Table {
        source: Source {
            name: table.source.name.clone(),
            first_row: table.source.first_row + rows.start,
        },
        n_rows: rows.len(),
        columns: table.columns.iter().map(column).collect(),
        all_names: table.all_names.clone(),
    }
}

fn binder(table: &Table, cuts: &[usize], storage: Option<Storage>) -> Result<Model<'static>, BindError> {
    let specification = specification(WIDE.0, WIDE.1);
    let mut binder = Binder::new(&specification);
    if let Some(storage) = storage {
        binder = binder.storage(storage);
    }
    for bounds in cuts.windows(2) {
        binder.add(data(slice(table, bounds[0]..bounds[1]), &wide_schema(), &specification))?;
    }
    binder.finish()
}

#[test]
fn parts_on_disk_or_not_give_the_same_bits_as_the_whole() {
    let table = wide_table(6000, 5);
    let specification = specification(WIDE.0, WIDE.1);
    let whole = data(table.clone(), &wide_schema(), &specification);
    let expected = bind(&specification, &whole).fit(&FitOptions::default(), None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let storage = |memory| Storage {
        memory,
        folder: folder.path().to_owned(),
    };
    let cuts: [&[usize]; 3] = [
        &[0, 6000],
        &[0, 1, 1023, 1024, 2600, 2601, 5999, 6000],
        &[0, 5000, 6000],
    ];
    for cuts in cuts {
        for memory in [None, Some(0), Some(200_000)] {
            let model = binder(&table, cuts, memory.map(storage)).unwrap();
            let (on_disk, all) = model.segments_on_disk();
            assert_eq!(all, 6);
            match memory {
                None => assert_eq!(on_disk, 0),
                Some(0) => assert_eq!(on_disk, 6),
                Some(_) => assert!(0 < on_disk && on_disk < 6, "some of both: {on_disk}"),
            }
            let mut fit = model.fit(&FitOptions::default(), None).unwrap();
            fit.elapsed_seconds = expected.elapsed_seconds.clone();
            assert_eq!(fit, expected);
        }
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "nothing stays behind: {left:?}");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage {
        memory: 0,
        folder: folder.path().join("missing"),
    };
    let error = binder(&wide_table(2000, 5), &[0, 2000], Some(storage)).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("missing\" cannot be written") && message.contains("--cache"),
        "{message}"
    );
}

/// A watch that fails stops the estimation where it stands.
#[test]
fn what_goes_wrong_meanwhile_is_told() {
    let table = wide_table(3000, 5);
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let model = binder(&table, &[0, 3000], None).unwrap().watched_by(move || {
        match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0..3 => Ok(()),
            _ => Err("survey.parquet has changed".to_owned()),
        }
    });
    let error = model.fit(&FitOptions::default(), None).unwrap_err().to_string();
    assert!(error.contains("survey.parquet has changed"), "{error}");
}
