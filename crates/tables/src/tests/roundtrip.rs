//! What is written is read back.

use logsum_data::TextColumn;
use proptest::prelude::*;

use super::*;
use crate::write;

#[test]
fn csv_to_parquet_and_back_keeps_every_bit() {
    let folder = Folder::new().with(
        "a.csv",
        "id,x,mode,big,none\n\
         1,0.1,\"a,b\",9007199254740993,\n\
         2,-0,NA,1,NA\n\
         3,1e-320,\"say \"\"hi\"\"\",,\n\
         4,1.7976931348623157e308,\" x \",-9007199254740993,\n\
         5,,\"two\nlines\",7,\n\
         6,-inf,é,8,\n\
         7,123456789012345.6,\"\",9,\n",
    );
    let original = folder.read("a.csv").unwrap();
    assert!(matches!(original.column("big").unwrap().values, Values::Text(_)));
    let mut previous = original.clone();
    for name in ["b.parquet", "c.csv", "d.tsv", "e.pq", "f.txt"] {
        write(&folder.path(name), &previous).unwrap();
        previous = folder.read(name).unwrap();
        assert_same_cells(&previous, &original);
    }
    let again = std::fs::read(folder.path("c.csv")).unwrap();
    assert_eq!(
        String::from_utf8(again).unwrap(),
        "id,x,mode,big,none\n\
         1,0.1,\"a,b\",9007199254740993,\n\
         2,-0,,1,\n\
         3,1e-320,\"say \"\"hi\"\"\",,\n\
         4,1.7976931348623157e308, x ,-9007199254740993,\n\
         5,,\"two\nlines\",7,\n\
         6,-inf,é,8,\n\
         7,123456789012345.6,,9,\n"
    );
}

#[test]
fn a_lone_column_keeps_its_missing_cells() {
    let folder = Folder::new();
    for values in [
        Values::Number([f64::NAN, 1.0, f64::NAN].into()),
        Values::Text(TextColumn::new([None, Some("a"), None])),
    ] {
        let original = table(3, vec![("x", values)]);
        for name in ["f.csv", "f.tsv", "f.parquet"] {
            write(&folder.path(name), &original).unwrap();
            assert_same_cells(&folder.read(name).unwrap(), &original);
        }
    }
}

fn texts() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        // Never a number, whatever follows, so that the column stays text in CSV.
        6 => "x[a-z ,;\"\\n\\r\\té]{0,6}".prop_map(Some),
    ]
}

fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        3 => (-1000..1000_i32).prop_map(f64::from),
        6 => any::<u64>().prop_map(f64::from_bits),
    ]
    .prop_map(|value| if value.is_nan() { f64::NAN } else { value })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_survives(rows in prop::collection::vec((values(), texts(), values()), 1..40)) {
        let mut modes: Vec<Option<&str>> = rows.iter().map(|row| row.1.as_deref()).collect();
        // A column of nothing is read from CSV as numbers.
        modes[0] = Some("car");
        let original = table(rows.len(), vec![
            ("x", Values::Number(rows.iter().map(|row| row.0).collect())),
            ("mode", Values::Text(TextColumn::new(modes))),
            ("y", Values::Number(rows.iter().map(|row| row.2).collect())),
        ]);
        let folder = Folder::new();
        for name in ["f.csv", "f.tsv", "f.parquet"] {
            write(&folder.path(name), &original).unwrap();
            assert_same_cells(&folder.read(name).unwrap(), &original);
        }
    }
}

#[test]
fn a_european_table_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("europe.csv");
    let source = folder.path().join("source.csv");
    std::fs::write(&source, "x,name,y\n1.5,\"a;b\",2\n-0.25,\"c,d\",1e-7\n").unwrap();
    let table = crate::read(&source, Columns::All, &ReadOptions::default()).unwrap();
    for separator in [None, Some(b';')] {
        let options = ReadOptions {
            separator,
            decimal_comma: true,
        };
        crate::write_as(&path, &table, &options).unwrap();
        let again = crate::read(&path, Columns::All, &options).unwrap();
        assert_eq!(again.columns, table.columns);
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.starts_with("x;name;y\n1,5;\"a;b\";2\n"), "{written}");
}

/// Parts that begin and end anywhere, also across the groups of a Parquet file.
#[test]
fn what_is_written_part_by_part_is_what_is_written_at_once() {
    let n = 300_000;
    let cells: Vec<f64> = (0..n)
        .map(|row| if row % 7 == 0 { f64::NAN } else { row as f64 / 3.0 })
        .collect();
    let words: Vec<Option<String>> = (0..n)
        .map(|row| (row % 5 != 0).then(|| format!("w{}", row % 1000)))
        .collect();
    let rows = |range: std::ops::Range<usize>| {
        let columns = vec![
            Column {
                name: "x".to_owned(),
                values: Values::Number(cells[range.clone()].into()),
            },
            Column {
                name: "word".to_owned(),
                values: Values::Text(TextColumn::new(words[range.clone()].iter().map(Option::as_deref))),
            },
        ];
        Table {
            source: logsum_data::Source {
                name: "rows".to_owned(),
                first_row: 1,
            },
            n_rows: range.len(),
            all_names: vec!["x".to_owned(), "word".to_owned()],
            columns,
        }
    };
    let folder = Folder::new();
    let options = ReadOptions::default();
    for ending in ["csv", "parquet"] {
        let (whole, parts) = (
            folder.path(&format!("whole.{ending}")),
            folder.path(&format!("parts.{ending}")),
        );
        write(&whole, &rows(0..n)).unwrap();
        let mut writer = crate::Writer::create(&parts, &rows(0..0), &options).unwrap();
        for range in [0..1, 1..1, 1..131_072, 131_072..290_000, 290_000..n] {
            writer.append(&rows(range)).unwrap();
        }
        assert!(!writer.takes(&logsum_data::Table {
            columns: Vec::new(),
            ..rows(0..0)
        }));
        writer.finish().unwrap();
        assert!(
            std::fs::read(&whole).unwrap() == std::fs::read(&parts).unwrap(),
            "{ending}"
        );
        assert_eq!(folder.read(&format!("parts.{ending}")).unwrap().n_rows, n);
        // Nothing but names.
        crate::Writer::create(&parts, &rows(0..0), &options)
            .unwrap()
            .finish()
            .unwrap();
        let empty = folder.read(&format!("parts.{ending}")).unwrap();
        assert_eq!((empty.n_rows, empty.all_names.len()), (0, 2));
    }
}
