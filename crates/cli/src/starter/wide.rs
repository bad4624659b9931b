//! A starter for wide data: the choice, what is filtered out, alternatives with their codes and availability.

use std::collections::HashSet;

use logsum_data::{Code, Inspection, Table, Values, WideAlternative, WideReading, name_list};

use super::draft::{Draft, because};
use super::long::{cell, panel, say_filter, say_missing};
use super::missing::{Missing, plural};
use super::writing::{plain, quoted, reference, text};
use super::{generic, multinomial};

/// Rows that are looked at to see what is identified.
const SAMPLE: usize = 2000;

/// What the parts of a draft need to know.
pub(super) struct Wide<'a> {
    pub table: &'a Table,
    pub inspection: &'a Inspection,
    pub reading: &'a WideReading,
    /// Names of the alternatives in the model file.
    pub names: Vec<String>,
    /// Position of the chosen alternative by row; `None` where the row is filtered out.
    pub chosen: Vec<Option<usize>>,
}

pub(super) fn draft(table: &Table, inspection: &Inspection, reading: &WideReading) -> Draft {
    let mut draft = Draft {
        layout: ("wide", "a row per case".to_owned()),
        ..Draft::default()
    };
    let mut wide = Wide {
        table,
        inspection,
        reading,
        names: names(reading),
        chosen: chosen(table, reading),
    };
    let column = |column: usize| table.columns[column].name.as_str();
    draft.entry("choice", column(reading.choice.value), because(&reading.choice));
    filter(&mut draft, &mut wide);
    panel(
        &mut draft,
        table,
        reading.decision_maker.as_ref(),
        reading.weight.as_ref(),
    );
    alternatives(&mut draft, &wide);
    if !reading.other_choices.is_empty() {
        let others = name_list(reading.other_choices.iter().map(|&other| column(other)));
        draft
            .afterwards
            .push(format!("Other columns that could be the choice: {others}."));
    }
    if reading.attributes.is_empty() {
        multinomial::utilities(&mut draft, &wide);
    } else {
        generic::utilities(&mut draft, &wide);
        generic::suggestions(&mut draft, &wide);
    }
    draft
}

impl Wide<'_> {
    /// Whether an alternative can be chosen in a row.
    pub fn available(&self, row: usize, alternative: usize) -> bool {
        self.reading.alternatives[alternative]
            .available
            .is_none_or(|flag| cell(self.table, flag, row) == 1.0)
    }

    /// Rows that the filter keeps.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.chosen
            .iter()
            .enumerate()
            .filter_map(|(row, chosen)| chosen.map(|chosen| (row, chosen)))
    }

    /// Some of the rows that the filter keeps, evenly spaced.
    pub fn sample(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.rows().step_by(self.table.n_rows.div_ceil(SAMPLE).max(1))
    }

    /// Alternatives.
    pub fn n(&self) -> usize {
        self.names.len()
    }
}

/// Names for `[alternatives]`: codes that are texts as they are, other labels in small letters, numbers with a word
/// before them.
fn names(reading: &WideReading) -> Vec<String> {
    let mut taken = HashSet::new();
    let name = |alternative: &WideAlternative| {
        let label = alternative.label.trim();
        let bare = label.chars().all(|c| !c.is_alphabetic()) || label == "all";
        match &alternative.code {
            _ if bare => format!("alt_{}", plain(label)),
            Code::Number(_) => label.to_lowercase(),
            Code::Text(_) => label.to_owned(),
        }
    };
    let mut unique = |name: String| {
        let mut free = name.clone();
        let mut number = 2;
        while !taken.insert(free.clone()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        free
    };
    reading
        .alternatives
        .iter()
        .map(|alternative| unique(name(alternative)))
        .collect()
}

fn chosen(table: &Table, reading: &WideReading) -> Vec<Option<usize>> {
    let position = |code: Code| {
        reading
            .alternatives
            .iter()
            .position(|alternative| alternative.code == code)
    };
    match &table.columns[reading.choice.value].values {
        Values::Number(cells) => cells
            .iter()
            .map(|cell| (!cell.is_nan()).then(|| position(Code::Number(*cell + 0.0))).flatten())
            .collect(),
        Values::Text(words) => {
            let of_word: Vec<Option<usize>> = words
                .dictionary
                .iter()
                .map(|word| position(Code::Text(word.clone())))
                .collect();
            words
                .codes
                .iter()
                .map(|&code| of_word.get(code as usize).copied().flatten())
                .collect()
        }
    }
}

/// Leaves out codes that are no alternatives, and rows without a choice to make.
fn filter(draft: &mut Draft, wide: &mut Wide<'_>) {
    let (table, reading) = (wide.table, wide.reading);
    let mut parts = Vec::new();
    let mut said = Vec::new();
    let choice = reference(&table.columns[reading.choice.value].name);
    for (code, rows) in &reading.dropped {
        let (comparison, shown) = match code {
            Code::Number(number) => (number.to_string(), number.to_string()),
            Code::Text(word) => (text(word), word.clone()),
        };
        parts.extend(choice.as_ref().map(|choice| format!("{choice} != {comparison}")));
        let unsayable = if choice.is_none() {
            "; rename the column, so that a filter can name it"
        } else {
            ""
        };
        said.push(format!(
            "CHECK: code {shown} ({rows} {}) looks like \"unknown\" or \"no answer\"{unsayable}",
            plural(*rows, "row")
        ));
    }
    let alone: Vec<usize> = wide
        .rows()
        .map(|(row, _)| row)
        .filter(|&row| (0..wide.n()).filter(|&at| wide.available(row, at)).count() < 2)
        .collect();
    let flags: Option<Vec<String>> = reading
        .alternatives
        .iter()
        .map(|alternative| match alternative.available {
            Some(flag) => reference(&table.columns[flag].name).map(|name| format!("({name} == 1)")),
            None => Some("1".to_owned()),
        })
        .collect();
    if let Some(flags) = flags.filter(|_| !alone.is_empty()) {
        parts.push(format!("{} >= 2", flags.join(" + ")));
        said.push(format!(
            "leaves out {} {} with a single alternative",
            alone.len(),
            plural(alone.len(), "row")
        ));
        alone.into_iter().for_each(|row| wide.chosen[row] = None);
    }
    say_filter(draft, &parts, &said);
}

fn alternatives(draft: &mut Draft, wide: &Wide<'_>) {
    let Wide { table, reading, .. } = wide;
    draft.about_alternatives.push(match reading.matched.value {
        true => format!("Which code is which: {}.", because(&reading.matched)),
        false => "Names for the codes are yours to give.".to_owned(),
    });
    for (column, rows) in &reading.contradicted {
        let name = &table.columns[*column].name;
        let said = format!(
            "\"{name}\" looks like availability, but {rows} {} chose the alternative where it is not 1; it is not used.",
            plural(*rows, "row")
        );
        draft.about_alternatives.push(said);
    }
    for (alternative, name) in reading.alternatives.iter().zip(&wide.names) {
        let code = match &alternative.code {
            Code::Number(number) => number.to_string(),
            Code::Text(word) => quoted(word),
        };
        let available = alternative
            .available
            .and_then(|flag| reference(&table.columns[flag].name));
        let available = available.map_or(String::new(), |flag| {
            format!(", available = {}", quoted(&format!("{flag} == 1")))
        });
        let mut said = format!("chosen in {} {}", alternative.chosen, plural(alternative.chosen, "row"));
        if reading.matched.value && !alternative.has_columns {
            said += "; CHECK: no columns go with this code (an opt-out, or not an alternative?)";
        }
        draft
            .alternatives
            .push((name.clone(), format!("{{ code = {code}{available} }}"), said));
    }
}

/// `missing`, where cells of the choice or of columns that the model uses are missing.
pub(super) fn unanswered(draft: &mut Draft, wide: &Wide<'_>, missing: &Missing) {
    let empty = wide.inspection.columns[wide.reading.choice.value].missing;
    if empty > 0 && missing.entry().is_none() {
        let said = format!("drops {empty} {} without a choice", plural(empty, "row"));
        draft.entry("missing", "drop_case", said);
    } else {
        say_missing(draft, missing);
    }
}
