//! A Parquet file that grows by groups of rows.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use logsum_data::{Table, Values};
use polars_core::prelude::{
    Column as Series, DataFrame, DataType, Field, Float64Chunked, IntoColumn, NewChunkedArray, PlSmallStr,
    PolarsResult, Schema, StringChunked,
};
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use super::GROUP;

pub(super) struct ParquetSink {
    writer: BatchedWriter<BufWriter<File>>,
    /// Cells of the group that is not full yet, column by column.
    waiting: Vec<Waiting>,
}

enum Waiting {
    Numbers(Vec<f64>),
    Texts(Vec<Option<String>>),
}

impl Waiting {
    fn new(text: bool) -> Self {
        match text {
            true => Waiting::Texts(Vec::new()),
            false => Waiting::Numbers(Vec::new()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Waiting::Numbers(cells) => cells.len(),
            Waiting::Texts(cells) => cells.len(),
        }
    }

    fn take(&mut self, values: &Values, rows: std::ops::Range<usize>) {
        match (self, values) {
            (Waiting::Numbers(cells), Values::Number(values)) => cells.extend_from_slice(&values[rows]),
            (Waiting::Texts(cells), Values::Text(text)) => {
                cells.extend(rows.map(|row| text.get(row).map(str::to_owned)))
            }
            _ => unreachable!("columns keep their kind"),
        }
    }

    fn series(&self, name: &str) -> Series {
        let name = PlSmallStr::from_str(name);
        match self {
            Waiting::Numbers(values) => {
                let cells = values.iter().map(|&value| (!value.is_nan()).then_some(value));
                Float64Chunked::from_iter_options(name, cells).into_column()
            }
            Waiting::Texts(cells) => {
                StringChunked::from_iter_options(name, cells.iter().map(Option::as_deref)).into_column()
            }
        }
    }
}

impl ParquetSink {
    pub fn create(path: &Path, columns: &[(String, bool)]) -> PolarsResult<Self> {
        let field = |(name, text): &(String, bool)| {
            let kind = if *text { DataType::String } else { DataType::Float64 };
            Field::new(PlSmallStr::from_str(name), kind)
        };
        let schema: Schema = columns.iter().map(field).collect();
        let out = BufWriter::new(File::create(path)?);
        Ok(ParquetSink {
            writer: ParquetWriter::new(out).batched(&schema)?,
            waiting: columns.iter().map(|(_, text)| Waiting::new(*text)).collect(),
        })
    }

    pub fn append(&mut self, table: &Table) -> PolarsResult<()> {
        let mut taken = 0;
        while taken < table.n_rows {
            let room = GROUP - self.waiting.first().map_or(0, Waiting::len);
            let rows = taken..table.n_rows.min(taken + room);
            taken = rows.end;
            for (waiting, column) in self.waiting.iter_mut().zip(&table.columns) {
                waiting.take(&column.values, rows.clone());
            }
            if rows.len() == room {
                self.write_group(table.columns.iter().map(|column| column.name.as_str()))?;
            }
        }
        Ok(())
    }

    fn write_group<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> PolarsResult<()> {
        let height = self.waiting.first().map_or(0, Waiting::len);
        let series = self.waiting.iter().zip(names).map(|(cells, name)| cells.series(name));
        let frame = DataFrame::new(height, series.collect())?;
        self.writer.write_batch(&frame)?;
        for waiting in &mut self.waiting {
            match waiting {
                Waiting::Numbers(cells) => cells.clear(),
                Waiting::Texts(cells) => cells.clear(),
            }
        }
        Ok(())
    }

    pub fn finish(mut self, columns: &[(String, bool)]) -> PolarsResult<()> {
        if self.waiting.first().is_some_and(|waiting| waiting.len() > 0) {
            self.write_group(columns.iter().map(|(name, _)| name.as_str()))?;
        }
        // This flushes too: a writer that is only dropped keeps silent about a full disk.
        self.writer.finish()?;
        Ok(())
    }
}
