//! Tables read part by part.

use logsum_data::{MISSING_TEXT, TextColumn};

use super::parquet::fixture;
use super::*;
use crate::{Parts, write};

/// The same cells in different layouts, written by `fixtures/make_encodings.py`.
pub(super) const LAYOUTS: [&str; 6] = ["dictionary", "plain", "second", "rare", "brotli", "lz4"];
const ROWS: usize = 300;

pub(super) fn layout(name: &str) -> PathBuf {
    fixture(&format!("encodings-{name}.parquet"))
}

fn open(path: &Path) -> Parts {
    Parts::open(path, Columns::All).unwrap().unwrap()
}

fn whole(path: &Path) -> Table {
    read(path, Columns::All, &ReadOptions::default()).unwrap()
}

/// Rows of a table, as a part has them.
fn rows(table: &Table, range: std::ops::Range<usize>) -> Table {
    let mut rows = table.clone();
    rows.n_rows = range.len();
    rows.source.first_row += range.start;
    for column in &mut rows.columns {
        column.values = match &column.values {
            Values::Number(values) => Values::Number(values[range.clone()].into()),
            Values::Text(texts) => Values::Text(TextColumn::new(range.clone().map(|row| texts.get(row)))),
        };
    }
    rows
}

/// Reads a table in parts and compares each with the rows of the whole.
fn assert_parts(parts: &mut Parts, whole: &Table, keep: usize, count: usize) {
    assert_eq!(parts.n_rows(), whole.n_rows);
    assert_eq!(parts.names(), whole.all_names);
    let mut reached = 0;
    let mut n_previous = 0;
    while let Some(part) = parts.next(keep, count).unwrap() {
        let kept = keep.min(n_previous);
        let end = (reached + count).min(whole.n_rows);
        let expected = rows(whole, reached - kept..end);
        assert_same_cells(&part, &expected);
        assert_eq!(part.source, expected.source);
        (reached, n_previous) = (end, part.n_rows);
    }
    assert_eq!(reached, whole.n_rows);
    assert!(parts.next(keep, count).unwrap().is_none());
}

#[test]
fn cells_of_all_layouts() {
    let number = |hole: Option<usize>, value: &dyn Fn(usize) -> f64| -> Vec<u64> {
        let cells = (0..ROWS).map(|row| if Some(row % 10) == hole { f64::NAN } else { value(row) });
        cells.map(f64::to_bits).collect()
    };
    let text = |hole: Option<usize>, value: &dyn Fn(usize) -> String| -> Vec<Option<String>> {
        let cells = (0..ROWS).map(|row| (Some(row % 10) != hole).then(|| value(row)));
        cells.collect()
    };
    let small = |row: usize| (row * 37 % 101) as f64 - 50.0;
    for name in LAYOUTS {
        let table = whole(&layout(name));
        let numbers = |column: &str| match &table.column(column).unwrap().values {
            Values::Number(values) => values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>(),
            Values::Text(_) => panic!("{name} {column}"),
        };
        let texts = |column: &str| match &table.column(column).unwrap().values {
            Values::Text(texts) => (0..ROWS)
                .map(|row| texts.get(row).map(str::to_owned))
                .collect::<Vec<_>>(),
            Values::Number(_) => panic!("{name} {column}"),
        };
        assert_eq!(numbers("i8"), number(Some(3), &small), "{name}");
        assert_eq!(numbers("i32"), number(Some(4), &small), "{name}");
        assert_eq!(numbers("i64"), number(None, &small), "{name}");
        let value = |row| 4_294_967_295.0 - row as f64;
        assert_eq!(numbers("u32"), number(Some(5), &value), "{name}");
        let value = |row| row as f64 * 1_000_003.0;
        assert_eq!(numbers("u64"), number(Some(6), &value), "{name}");
        let value = |row| (9_007_199_254_740_000 + 5 * row as u64).to_string();
        assert_eq!(texts("large"), text(Some(7), &value), "{name}");
        assert_eq!(numbers("f32"), number(Some(8), &|row| small(row) / 4.0), "{name}");
        assert_eq!(numbers("f64"), number(Some(9), &|row| row as f64 / 3.0), "{name}");
        assert_eq!(numbers("few"), number(None, &|row| small(row) / 8.0), "{name}");
        let value = |row| f64::from(u8::from(row % 3 == 0));
        assert_eq!(numbers("truth"), number(Some(1), &value), "{name}");
        assert_eq!(numbers("decimal"), number(Some(2), &|row| small(row) / 100.0), "{name}");
        let value = |row| format!("mode {}", row % 13);
        assert_eq!(texts("mode"), text(Some(3), &value), "{name}");
        assert_eq!(texts("name"), text(None, &|row| format!("é{row}")), "{name}");
        let value = |row| format!("c{}", row * 7 % 5);
        assert_eq!(texts("category"), text(Some(4), &value), "{name}");
        assert_eq!(texts("digits"), text(Some(5), &|row| small(row).to_string()), "{name}");
        assert_eq!(numbers("nothing"), number(None, &|_| f64::NAN), "{name}");
    }
}

#[test]
fn parts_are_the_rows_of_the_whole() {
    for name in LAYOUTS {
        let path = layout(name);
        let whole = whole(&path);
        let mut parts = open(&path);
        for (keep, count) in [
            (0, 1),
            (0, 7),
            (2, 3),
            (64, 10),
            (5, 130),
            (0, 299),
            (9, 300),
            (0, 5000),
        ] {
            assert_parts(&mut parts, &whole, keep, count);
            parts.rewind();
        }
        // In the midst of a part.
        parts.next(0, 133).unwrap();
        parts.rewind();
        assert_parts(&mut parts, &whole, 1, 50);
    }
}

#[test]
fn parts_across_files() {
    let folder = Folder::new();
    for (file, name) in ["a", "b", "d", "e"].iter().zip(LAYOUTS) {
        std::fs::copy(layout(name), folder.path(&format!("{file}.parquet"))).unwrap();
    }
    // A file without rows among them.
    std::fs::copy(layout("empty"), folder.path("c.parquet")).unwrap();
    let path = folder.path("*.parquet");
    let whole = whole(&path);
    assert_eq!(whole.n_rows, 4 * ROWS);
    let mut parts = open(&path);
    for (keep, count) in [(0, 64), (100, 7), (350, 299), (0, 301), (1, 100_000)] {
        assert_parts(&mut parts, &whole, keep, count);
        parts.rewind();
    }
}

#[test]
fn columns_are_decided_for_all_parts() {
    let path = layout("dictionary");
    // The first numbers would be small enough, and all digits are numbers.
    let wanted = [("large", Want::Any), ("digits", Want::Any), ("u64", Want::Any)];
    let mut parts = Parts::open(&path, Columns::Named(&wanted)).unwrap().unwrap();
    assert_eq!(parts.bytes_per_row(), 4 + 4 + 8);
    let part = parts.next(0, 20).unwrap().unwrap();
    let codes = |column: &str| match &part.column(column).unwrap().values {
        Values::Text(texts) => texts.codes.iter().filter(|&&code| code != MISSING_TEXT).count(),
        Values::Number(_) => panic!("{column}"),
    };
    assert_eq!((codes("large"), codes("digits")), (18, 18));
    let wanted = [("digits", Want::Number)];
    let whole = read(&path, Columns::Named(&wanted), &ReadOptions::default()).unwrap();
    let mut parts = Parts::open(&path, Columns::Named(&wanted)).unwrap().unwrap();
    assert_eq!(parts.bytes_per_row(), 8);
    assert_parts(&mut parts, &whole, 4, 33);
}

#[test]
fn cells_that_are_no_numbers_are_told_at_opening() {
    let folder = Folder::new();
    for (file, name) in ["a.parquet", "b.parquet"].into_iter().zip(["plain", "second"]) {
        std::fs::copy(layout(name), folder.path(file)).unwrap();
    }
    let path = folder.path("?.parquet");
    let wanted = ["mode", "large", "digits"].map(|name| (name, Want::Number));
    let error = Parts::open(&path, Columns::Named(&wanted)).err().unwrap();
    // From row 200 of each file on, one cell of ten missing.
    assert_eq!(
        error.to_string(),
        "?.parquet, row 200, column \"large\": 9007199254740995 is too large to be held exactly as \
         a number (and 181 more rows); use it as an identifier only, or rescale it\n\
         ?.parquet, column \"mode\" holds text (\"mode 0\", \"mode 1\", \"mode 2\", …) where numbers \
         are needed; compare it with a text, as in mode == 'mode 0', or recode it"
    );
    assert_eq!(
        read(&path, Columns::Named(&wanted), &ReadOptions::default()).unwrap_err(),
        error
    );
}

#[test]
fn files_that_change_while_they_are_read() {
    let original = std::fs::read(layout("plain")).unwrap();
    let folder = Folder::new().with("f.parquet", &original);
    let path = folder.path("f.parquet");
    let begun = || {
        std::fs::write(&path, &original).unwrap();
        let mut parts = open(&path);
        parts.check_unchanged().unwrap();
        parts.next(0, 10).unwrap();
        parts
    };
    let changed = "f.parquet has changed since it was opened; let it be while it is read, and start again";

    let mut parts = begun();
    std::fs::write(&path, &original[..original.len() / 2]).unwrap();
    assert_eq!(parts.next(0, 200).unwrap_err().to_string(), changed);
    assert_eq!(parts.check_unchanged().unwrap_err().to_string(), changed);
    // Once broken it stays so, until it is read anew.
    std::fs::write(&path, &original).unwrap();
    assert_eq!(parts.next(0, 200).unwrap_err().to_string(), changed);

    // The same length, another time.
    let mut parts = begun();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    file.set_modified(long_ago).unwrap();
    assert_eq!(parts.check_unchanged().unwrap_err().to_string(), changed);
    assert_eq!(parts.next(3, 1).unwrap_err().to_string(), changed);

    let mut parts = begun();
    std::fs::remove_file(&path).unwrap();
    let gone = format!("no file \"{}\"; check its name and folder", path.display());
    assert_eq!(parts.check_unchanged().unwrap_err().to_string(), gone);
    assert_eq!(parts.next(0, 200).unwrap_err().to_string(), gone);

    // After a rewind a sound file is read again.
    let mut parts = begun();
    std::fs::remove_file(&path).unwrap();
    parts.next(0, 200).unwrap_err();
    std::fs::write(&path, &original).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(long_ago).unwrap();
    let mut again = open(&path);
    parts.rewind();
    assert_eq!(parts.next(0, 5).unwrap_err().to_string(), changed);
    assert!(again.next(0, 5).unwrap().is_some());
}

#[test]
fn tables_without_parts_rows_or_columns() {
    let folder = Folder::new().with("f.csv", "a\n1\n");
    assert!(Parts::open(&folder.path("f.csv"), Columns::All).unwrap().is_none());
    let path = folder.path("f.parquet");
    write(&path, &table(0, vec![("x", Values::Number([].into()))])).unwrap();
    let mut parts = open(&path);
    assert_eq!((parts.n_rows(), parts.bytes_per_row()), (0, 8));
    assert!(parts.next(0, 10).unwrap().is_none());
    let mut parts = Parts::open(&layout("plain"), Columns::Named(&[])).unwrap().unwrap();
    let mut lengths = Vec::new();
    while let Some(part) = parts.next(10, 200).unwrap() {
        lengths.push((part.n_rows, part.source.first_row));
    }
    assert_eq!(lengths, [(200, 1), (110, 191)]);
}
