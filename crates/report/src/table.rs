//! Tables: columns of text and of numbers, written aligned, as Markdown or as LaTeX.

mod layout;

use crate::text::{one_line, pad_left, pad_right, width};
use crate::{Style, latex, markdown};
use layout::Layout;

/// How the cells of a column stand below each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Whole numbers and the like.
    Right,
    /// Numbers, on their decimal points.
    Decimal,
}

#[derive(Clone, Debug)]
struct Column {
    header: String,
    align: Align,
    /// How many columns, this one included, stand below the header.
    span: usize,
}

#[derive(Clone, Debug)]
enum Row {
    Cells {
        cells: Vec<String>,
        /// Text in place of the cells that are left.
        note: Option<String>,
    },
    Rule,
}

/// A table under construction: named columns first, then rows from top to bottom.
///
/// ```
/// use logsum_report::{Align, Table};
///
/// let mut table = Table::new([("Mode", Align::Left), ("Share", Align::Decimal)]);
/// table.row(["train", "13.4%"]);
/// table.row(["car", "9%"]);
/// assert_eq!(table.text(), "Mode   Share\n────────────\ntrain  13.4%\ncar     9%\n");
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
    indent: usize,
    narrowest: usize,
    widest: usize,
}

impl Table {
    /// A table with these columns and no rows. If no column has a header, none is written.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = (S, Align)>) -> Table {
        let columns = columns
            .into_iter()
            .map(|(header, align)| Column {
                header: one_line(&header.into()),
                align,
                span: 1,
            })
            .collect();
        Table {
            columns,
            rows: Vec::new(),
            indent: 0,
            narrowest: 0,
            widest: usize::MAX,
        }
    }

    /// Lets the header of column `first` stand above `n` columns; the headers of the others are
    /// not shown.
    pub fn span_header(mut self, first: usize, n: usize) -> Table {
        self.columns[first].span = n;
        self
    }

    /// Spaces in front of every line of text.
    pub fn indent(mut self, spaces: usize) -> Table {
        self.indent = spaces;
        self
    }

    /// Stretches the gaps of text towards a width, as far as that helps reading.
    pub fn at_least(mut self, width: usize) -> Table {
        self.narrowest = width;
        self
    }

    /// Keeps text within a width where the first column can give way: its longer entries then stand
    /// whole, on lines of their own.
    pub fn at_most(mut self, width: usize) -> Table {
        self.widest = width;
        self
    }

    /// Adds a row; cells that are left out at the end are blank.
    ///
    /// # Panics
    /// If there are more cells than columns.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.push(cells, None);
    }

    /// Adds a row whose last cells give way to a text.
    ///
    /// # Panics
    /// If the cells leave no column for the note.
    pub fn row_with_note<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>, note: impl Into<String>) {
        self.push(cells, Some(one_line(&note.into())));
    }

    /// Adds a line between rows (nothing in Markdown).
    pub fn rule(&mut self) {
        self.rows.push(Row::Rule);
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn push<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>, note: Option<String>) {
        let cells: Vec<String> = cells.into_iter().map(|c| one_line(&c.into())).collect();
        assert!(
            cells.len() + usize::from(note.is_some()) <= self.columns.len(),
            "a row has no more cells than the table has columns"
        );
        self.rows.push(Row::Cells { cells, note });
    }

    /// As aligned text, each line with its end.
    pub fn text(&self) -> String {
        self.styled(Style::Plain)
    }

    /// As aligned text, with header and rules in a style.
    pub fn styled(&self, style: Style) -> String {
        let cells = self.aligned();
        let layout = Layout::of(self, &cells);
        let rule = format!("{}{}", " ".repeat(self.indent), style.dim(&"─".repeat(layout.total)));
        let mut lines = Vec::new();
        if self.has_header() {
            lines.push(style.bold(&layout.header(self)));
            lines.push(rule.clone());
        }
        for (row, cells) in self.rows.iter().zip(&cells) {
            match row {
                Row::Rule => lines.push(rule.clone()),
                Row::Cells { note, .. } => layout.row(self, cells, note.as_deref(), &mut lines),
            }
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// As a Markdown table whose source is aligned too.
    pub fn markdown(&self) -> String {
        let body: Vec<Vec<String>> = self.cells_for(markdown::escape, str::to_string);
        let header: Vec<String> = self.headers().iter().map(|header| markdown::escape(header)).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|j| {
                let cells = body.iter().map(|row| width(&row[j]));
                cells.chain([width(&header[j]), 3]).max().unwrap_or(3)
            })
            .collect();
        let line = |cells: &[String]| {
            let cells: Vec<String> = (0..self.columns.len())
                .map(|j| match self.columns[j].align {
                    Align::Left => pad_right(&cells[j], widths[j]),
                    _ => pad_left(&cells[j], widths[j]),
                })
                .collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rules: Vec<String> = (0..self.columns.len())
            .map(|j| match self.columns[j].align {
                Align::Left => "-".repeat(widths[j]),
                _ => format!("{}:", "-".repeat(widths[j] - 1)),
            })
            .collect();
        let mut text = line(&header) + &line(&rules);
        text.extend(body.iter().map(|row| line(row)));
        text
    }

    /// As a LaTeX `tabular` with booktabs' rules.
    pub fn latex(&self) -> String {
        self.latex_above(&[])
    }

    /// As [`Table::latex`], with finished lines of LaTeX below the rows, a rule between.
    pub(crate) fn latex_above(&self, lines: &[String]) -> String {
        let alignment: String = self
            .columns
            .iter()
            .map(|column| match column.align {
                Align::Left => 'l',
                _ => 'r',
            })
            .collect();
        let mut text = format!("\\begin{{tabular}}{{@{{}}{alignment}@{{}}}}\n\\toprule\n");
        if self.has_header() {
            let mut header = Vec::new();
            let mut j = 0;
            while j < self.columns.len() {
                let column = &self.columns[j];
                let name = latex::escape(&column.header);
                header.push(match column.span {
                    1 => name,
                    n => format!("\\multicolumn{{{n}}}{{c}}{{{name}}}"),
                });
                j += column.span;
            }
            text.push_str(&format!("{} \\\\\n\\midrule\n", header.join(" & ")));
        }
        for row in &self.rows {
            let Row::Cells { cells, note } = row else {
                text.push_str("\\midrule\n");
                continue;
            };
            let mut line: Vec<String> = cells
                .iter()
                .zip(&self.columns)
                .map(|(cell, column)| match column.align {
                    Align::Left if cell.starts_with("  ") => format!("\\quad {}", latex::escape(cell.trim_start())),
                    Align::Left => latex::escape(cell),
                    _ if cell.is_empty() => String::new(),
                    _ => latex::cell(cell),
                })
                .collect();
            if let Some(note) = note {
                let n = self.columns.len() - cells.len();
                line.push(format!("\\multicolumn{{{n}}}{{l}}{{{}}}", latex::escape(note)));
            }
            text.push_str(&format!("{} \\\\\n", line.join(" & ")));
        }
        if !lines.is_empty() {
            text.push_str(&format!("\\midrule\n{}\n", lines.join("\n")));
        }
        text.push_str("\\bottomrule\n\\end{tabular}\n");
        text
    }

    fn has_header(&self) -> bool {
        self.columns.iter().any(|column| !column.header.is_empty())
    }

    /// Headers column by column; empty where another header spans.
    fn headers(&self) -> Vec<&str> {
        let mut covered = 0;
        self.columns
            .iter()
            .enumerate()
            .map(|(j, column)| {
                if j < covered {
                    return "";
                }
                covered = j + column.span;
                column.header.as_str()
            })
            .collect()
    }

    /// All cells of all rows, each by the function for its column, and notes as a cell.
    fn cells_for(&self, text: impl Fn(&str) -> String, number: impl Fn(&str) -> String) -> Vec<Vec<String>> {
        let rows = self.rows.iter().filter_map(|row| match row {
            Row::Rule => None,
            Row::Cells { cells, note } => Some((cells, note)),
        });
        rows.map(|(cells, note)| {
            let mut row: Vec<String> = cells
                .iter()
                .zip(&self.columns)
                .map(|(cell, column)| match column.align {
                    Align::Left => text(cell),
                    _ => number(cell),
                })
                .collect();
            row.extend(note.as_deref().map(&text));
            row.resize(self.columns.len(), String::new());
            row
        })
        .collect()
    }

    /// Cells by row, those of decimal columns padded so that their points stand below each other.
    fn aligned(&self) -> Vec<Vec<String>> {
        let mut rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| match row {
                Row::Rule => Vec::new(),
                Row::Cells { cells, .. } => cells.clone(),
            })
            .collect();
        for (j, column) in self.columns.iter().enumerate() {
            if column.align == Align::Decimal {
                let mut cells: Vec<&mut String> = rows.iter_mut().filter_map(|row| row.get_mut(j)).collect();
                let parts = |cell: &str| (width(integer_part(cell)), width(cell));
                let before = cells.iter().map(|c| parts(c).0).max().unwrap_or(0);
                let after = cells.iter().map(|c| parts(c).1 - parts(c).0).max().unwrap_or(0);
                for cell in &mut cells {
                    let (left, whole) = parts(cell);
                    let lead = " ".repeat(before - left);
                    let tail = " ".repeat(after - (whole - left));
                    **cell = format!("{lead}{cell}{tail}");
                }
            }
        }
        rows
    }
}

/// What stands left of a number's decimal point: all of a whole number, without a sign behind it.
fn integer_part(number: &str) -> &str {
    let end = number.find(['.', 'e', '%']).unwrap_or(number.len());
    &number[..end]
}

#[cfg(test)]
mod tests;
