//! Whatever the bytes, an error or a table, never a panic.

use logsum_data::TextColumn;
use proptest::prelude::*;

use super::parts::LAYOUTS;
use super::*;
use crate::{Parts, column_names, write};

/// Reads a file in all ways; the outcome does not matter, only that there is one.
fn survives(name: &str, content: &[u8]) {
    let folder = Folder::new().with(name, content);
    let path = folder.path(name);
    for decimal_comma in [false, true] {
        let options = ReadOptions {
            separator: None,
            decimal_comma,
        };
        let Ok(header) = column_names(&path, &options) else {
            assert!(read(&path, Columns::All, &options).is_err());
            continue;
        };
        let names: Vec<&str> = header.names.iter().map(String::as_str).collect();
        if let Ok(Some(mut parts)) = Parts::open(&path, Columns::All) {
            let mut n_rows = 0;
            while let Ok(Some(part)) = parts.next(0, 7) {
                n_rows += part.n_rows;
            }
            assert!(n_rows <= parts.n_rows());
        }
        if let Ok(table) = read(&path, Columns::All, &options) {
            for column in &table.columns {
                assert_eq!(column.values.len(), table.n_rows);
            }
            // What can be read as text or numbers has as many rows when read as numbers.
            if let Ok(again) = numbers(&path, &names, &options) {
                assert_eq!(again.n_rows, table.n_rows);
            }
        }
    }
}

fn parquet_file() -> Vec<u8> {
    let folder = Folder::new();
    let modes = (0..60).map(|row| [Some("car"), None, Some("bus")][row % 3]);
    let made = table(
        60,
        vec![
            ("x", Values::Number((0..60).map(f64::from).collect())),
            ("mode", Values::Text(TextColumn::new(modes))),
        ],
    );
    let path = folder.path("f.parquet");
    write(&path, &made).unwrap();
    std::fs::read(path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_as_text(content in prop::collection::vec(any::<u8>(), 0..200)) {
        survives("f.csv", &content);
    }

    #[test]
    fn any_letters_that_matter(content in "[a1,;\\t\"\\r\\n .é-]{0,120}") {
        survives("f.csv", content.as_bytes());
        survives("f.txt", content.as_bytes());
    }

    #[test]
    fn rows_under_a_sound_header(content in "a,b\n([01.,\"\\r\\n x]{0,6},[01.,\"\\r\\n x]{0,6}\n){0,9}") {
        survives("f.csv", content.as_bytes());
    }

    #[test]
    fn any_bytes_as_parquet(content in prop::collection::vec(any::<u8>(), 0..200)) {
        survives("f.parquet", &content);
        let framed = [b"PAR1", content.as_slice(), b"PAR1"].concat();
        survives("f.parquet", &framed);
    }

    #[test]
    fn damaged_parquet(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5)) {
        let mut content = parquet_file();
        for (place, byte) in damage {
            let place = place.index(content.len());
            content[place] = byte;
        }
        survives("f.parquet", &content);
    }

    #[test]
    fn damaged_parquet_of_other_programs(
        layout in 0..LAYOUTS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut content = std::fs::read(super::parts::layout(LAYOUTS[layout])).unwrap();
        for (place, byte) in damage {
            let place = place.index(content.len());
            content[place] = byte;
        }
        survives("f.parquet", &content);
    }
}
