//! Where the columns of a table stand in text.

use super::{Align, Table};
use crate::text::{pad_left, pad_right, width};

/// Spaces between columns, the most that a table is stretched to, and the fewest that it gives way to.
const GAP: usize = 2;
const WIDEST_GAP: usize = 5;
const NARROWEST_GAP: usize = 1;

/// Below this width a first column is not narrowed any more.
const NARROWEST_NAMES: usize = 16;

/// Widths of the columns of a table's text, and of the gaps between them.
pub(super) struct Layout {
    widths: Vec<usize>,
    /// In front of each column but the first, whose own is 0.
    gaps: Vec<usize>,
    /// Width of a line without the indent.
    pub(super) total: usize,
}

impl Layout {
    pub(super) fn of(table: &Table, cells: &[Vec<String>]) -> Layout {
        let n = table.columns.len();
        let headers = table.headers();
        let mut widths: Vec<usize> = (0..n)
            .map(|j| {
                let cells = cells.iter().filter_map(|row| row.get(j)).map(|c| width(c));
                let header = if table.columns[j].span == 1 {
                    width(headers[j])
                } else {
                    0
                };
                cells.chain([header]).max().unwrap_or(0)
            })
            .collect();
        for (j, column) in table.columns.iter().enumerate() {
            if column.span > 1 {
                let below = &mut widths[j..j + column.span];
                let there = below.iter().sum::<usize>() + GAP * (column.span - 1);
                below[0] += width(&column.header).saturating_sub(there);
            }
        }
        let n_gaps = n.saturating_sub(1);
        let total = |widths: &[usize], gap: usize| widths.iter().sum::<usize>() + gap * n_gaps;
        let widest = table.widest.saturating_sub(table.indent);
        let narrowest = table.narrowest.saturating_sub(table.indent).min(widest);

        // Longer names get lines of their own, columns move together from the left: whichever first leaves more names beside
        // their numbers.
        let excess = total(&widths, GAP).saturating_sub(widest);
        let first = widths.first().copied().unwrap_or(0);
        let names = first.saturating_sub(NARROWEST_NAMES);
        let gaps = (GAP - NARROWEST_GAP) * n_gaps;
        let alone = |less: usize| {
            let name_widths = cells.iter().filter_map(|row| row.first()).map(|name| width(name));
            name_widths.filter(|name| *name > first - less).count()
        };
        let names_first = excess.min(names);
        let gaps_first = excess.saturating_sub(gaps).min(names);
        let less = if alone(gaps_first) < alone(names_first) {
            gaps_first
        } else {
            names_first
        };
        if let Some(first) = widths.first_mut() {
            *first -= less;
        }
        let closer = (excess - less).min(gaps);
        let slack = narrowest.saturating_sub(total(&widths, GAP));
        let gap = (GAP + slack.checked_div(n_gaps).unwrap_or(0)).min(WIDEST_GAP);
        let slack = narrowest.saturating_sub(total(&widths, gap));
        if let Some(first) = widths.first_mut() {
            *first += slack;
        }
        let gaps = (0..n).map(|j| match j {
            0 => 0,
            j if j <= closer => NARROWEST_GAP,
            _ => gap,
        });
        let gaps: Vec<usize> = gaps.collect();
        Layout {
            total: widths.iter().chain(&gaps).sum(),
            widths,
            gaps,
        }
    }

    pub(super) fn header(&self, table: &Table) -> String {
        let mut line = " ".repeat(table.indent);
        let mut j = 0;
        while j < table.columns.len() {
            let column = &table.columns[j];
            let below = j..j + column.span;
            let within = &self.gaps[j + 1..below.end];
            let room: usize = self.widths[below].iter().chain(within).sum();
            line.push_str(&" ".repeat(self.gaps[j]));
            if column.span > 1 {
                let lead = room.saturating_sub(width(&column.header)) / 2;
                line.push_str(&pad_right(
                    &pad_left(&column.header, width(&column.header) + lead),
                    room,
                ));
            } else if column.align == Align::Left {
                line.push_str(&pad_right(&column.header, room));
            } else {
                line.push_str(&pad_left(&column.header, room));
            }
            j += column.span;
        }
        line.trim_end().to_string()
    }

    pub(super) fn row(&self, table: &Table, cells: &[String], note: Option<&str>, lines: &mut Vec<String>) {
        let margin = " ".repeat(table.indent);
        let mut line = margin.clone();
        for (j, cell) in cells.iter().enumerate() {
            line.push_str(&" ".repeat(self.gaps[j]));
            if j == 0 && width(cell) > self.widths[0] {
                lines.push(format!("{margin}{cell}"));
                line.push_str(&" ".repeat(self.widths[0]));
                continue;
            }
            match table.columns[j].align {
                Align::Left => line.push_str(&pad_right(cell, self.widths[j])),
                _ => line.push_str(&pad_left(cell, self.widths[j])),
            }
        }
        if let Some(note) = note {
            line.push_str(&" ".repeat(self.gaps.get(cells.len()).copied().unwrap_or(GAP)));
            line.push_str(note);
        }
        lines.push(line.trim_end().to_string());
    }
}
