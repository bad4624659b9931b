//! What the data are: the report of `check`.

mod parts;

use logsum_data::describe::{ColumnDescription, Description, Summary};

use crate::{Format, Style, csv, json, latex as tex, markdown as md};

/// Alternatives and choice-set sizes that text lists before it only counts them.
const LISTED_ALTERNATIVES: usize = 20;
const LISTED_SIZES: usize = 8;

/// A description of data in a format.
///
/// Text, Markdown and LaTeX say how many cases and decision makers there are, how large the choice
/// sets, how often each alternative is available and chosen; the first two go on with the columns
/// used. CSV is the table of columns, JSON everything. Only text leaves alternatives out where there
/// are many, and says so.
pub fn description(description: &Description, format: Format) -> String {
    match format {
        Format::Text => description_text(description, Style::Plain),
        Format::Json => json::pretty(description),
        Format::Csv => comma_separated(description),
        Format::Latex => latex(description),
        Format::Markdown => markdown(description),
    }
}

/// A description of data as text in a style.
pub fn description_text(d: &Description, style: Style) -> String {
    let mut text = style.bold(&crate::text::one_line(&d.file)) + "\n";
    text.push_str(&format!("{}\n\n", parts::layout(d)));
    for (name, value) in parts::facts(d) {
        text.push_str(&crate::text::labelled(name, &value, 18));
    }
    let tables = [
        (parts::sizes(d, LISTED_SIZES), String::new()),
        parts::alternatives(d, LISTED_ALTERNATIVES),
        (parts::columns(d), String::new()),
    ];
    for (table, more) in tables {
        if !table.is_empty() {
            text.push_str(&format!("\n{}{more}", table.styled(style)));
        }
    }
    text
}

fn markdown(d: &Description) -> String {
    let mut text = format!("## {}\n\n{}\n\n", md::escape(&d.file), md::escape(&parts::layout(d)));
    for (name, value) in parts::facts(d) {
        text.push_str(&format!("- {name}: {}\n", md::escape(&value)));
    }
    let tables = [
        parts::sizes(d, usize::MAX),
        parts::alternatives(d, usize::MAX).0,
        parts::columns(d),
    ];
    for table in tables {
        if !table.is_empty() {
            text.push_str(&format!("\n{}", table.markdown()));
        }
    }
    text
}

fn latex(d: &Description) -> String {
    let facts: Vec<String> = parts::facts(d)
        .iter()
        .map(|(name, value)| format!("{name}: {}.", tex::escape(value)))
        .collect();
    tex::float(
        &format!("Alternatives in {}", tex::escape(&d.file)),
        &format!("alternatives {}", d.file),
        &parts::alternatives(d, usize::MAX).0.latex(),
        &[format!("{}.", tex::escape(&parts::layout(d))), facts.join(" ")],
    )
}

fn comma_separated(d: &Description) -> String {
    let mut text = csv::record([
        "column",
        "varies_within_cases",
        "missing",
        "min",
        "mean",
        "max",
        "distinct",
        "examples",
    ]);
    for column in &d.columns {
        let varies = column.varies_within_cases.map(|varies| varies.to_string());
        let mut record = vec![
            column.name.clone(),
            varies.unwrap_or_default(),
            column.missing.to_string(),
        ];
        record.extend(summary_fields(column));
        text.push_str(&csv::record(record));
    }
    text
}

/// Min, mean, max, distinct and examples, as far as they apply.
fn summary_fields(column: &ColumnDescription) -> [String; 5] {
    let mut fields = [const { String::new() }; 5];
    match &column.summary {
        Summary::Number { min, mean, max } => {
            for (field, value) in fields.iter_mut().zip([min, mean, max]) {
                *field = csv::number(Some(*value));
            }
        }
        Summary::Text { distinct, examples } => {
            fields[3] = distinct.to_string();
            fields[4] = examples.join("; ");
        }
        Summary::Empty => {}
    }
    fields
}

#[cfg(test)]
mod tests;
