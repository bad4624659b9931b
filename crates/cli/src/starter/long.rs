//! A starter for long data: constants where alternatives have a meaning, a generic coefficient per attribute.

use logsum_data::{ColumnKind, Guess, Inspection, LongReading, Table, Values, name_list};

use super::draft::{Draft, because};
use super::identified::Differences;
use super::missing::{Missing, plural};
use super::writing::{Namer, divisor, plain, reference, text};

/// Attributes that a starter has at most.
const MOST_ATTRIBUTES: usize = 20;
/// Share of missing cells above which a column is left out.
const MOSTLY_THERE: f64 = 0.2;

pub(super) fn draft(table: &Table, inspection: &Inspection, reading: &LongReading) -> Draft {
    let name = |column: usize| table.columns[column].name.as_str();
    let mut draft = Draft {
        layout: ("long", "a row per alternative of a case".to_owned()),
        ..Draft::default()
    };
    data(&mut draft, table, reading);

    // Candidates for terms: constants, then attributes, in the order in which the first of two alike is kept.
    let mut namer = Namer::new(table);
    let base = reading.contested.iter().position(|contested| *contested);
    let constants: Vec<usize> = base.map_or(Vec::new(), |base| {
        (base + 1..reading.codes.len())
            .filter(|code| reading.contested[*code])
            .collect()
    });
    let attributes = attributes(&mut draft, table, inspection, reading);
    let usable = |row: usize| {
        reading
            .available
            .as_ref()
            .is_none_or(|flag| cell(table, flag.value, row) == 1.0)
    };
    let mut differences = Differences::new(constants.len() + attributes.len());
    for rows in &reading.sample {
        let terms = |row: &usize| {
            let code = reading
                .alternative
                .as_ref()
                .map(|alternative| written(table, alternative.value, *row));
            let constant = |at: &usize| f64::from(u8::from(code.as_deref() == Some(reading.codes[*at].as_str())));
            let attribute = |column: &usize| cell(table, *column, *row);
            constants
                .iter()
                .map(constant)
                .chain(attributes.iter().map(attribute))
                .collect()
        };
        let alternatives: Vec<Vec<f64>> = rows.iter().filter(|row| usable(**row)).map(terms).collect();
        differences.add(&alternatives);
    }
    let identified = differences.identified();
    let (of_constants, of_attributes) = identified.split_at(constants.len());

    let mut own = Vec::new();
    for (&code, _) in constants
        .iter()
        .zip(of_constants)
        .filter(|(_, identified)| **identified)
    {
        let parameter = namer.name("asc", &[&reading.codes[code]]);
        let against = format!(
            "constant of {}, relative to {}",
            reading.codes[code],
            reading.codes[base.unwrap_or(0)]
        );
        draft.parameter(&parameter, against);
        own.push((reading.codes[code].clone(), parameter));
    }
    let mut all = Vec::new();
    let mut used = Vec::new();
    let mut dependent = Vec::new();
    for (&column, identified) in attributes.iter().zip(of_attributes) {
        if !identified {
            dependent.push(name(column));
            continue;
        }
        let parameter = namer.name("b", &[name(column)]);
        let reference = reference(name(column)).expect("attributes that cannot be named were left out");
        draft.parameter(&parameter, about(inspection, column, &parameter, &reference));
        all.push(format!("{parameter} * {reference}"));
        used.push(column);
    }
    if !dependent.is_empty() {
        draft.afterwards.push(format!(
            "Left out, because within cases they are combinations of what stands above, constants included: {}.",
            name_list(dependent)
        ));
    }
    missing(&mut draft, table, reading, &used);
    if !all.is_empty() {
        draft.utility.push(("all".to_owned(), all.join(" + ")));
    }
    draft.utility.extend(own);
    draft
        .about_utility
        .push(format!("Alternatives: {}.", because(&reading.labelled)));
    suggestions(&mut draft, table, inspection, reading);
    draft
}

/// `[data]` and its options.
fn data(draft: &mut Draft, table: &Table, reading: &LongReading) {
    let name = |guess: &Guess<usize>| table.columns[guess.value].name.clone();
    let (least, most) = reading.sizes;
    let sizes = if least == most {
        format!("{least}")
    } else {
        format!("{least} to {most}")
    };
    draft.layout.1 = format!(
        "a row per alternative of a case: {} cases of {sizes} alternatives",
        reading.n_cases
    );
    draft.entry("case", &name(&reading.case), because(&reading.case));
    if let Some(alternative) = &reading.alternative {
        draft.entry("alternative", &name(alternative), because(alternative));
    }
    draft.entry("choice", &name(&reading.choice), because(&reading.choice));
    if reading.counts {
        let said = "the choice column holds how often each alternative was chosen".to_owned();
        draft.data.push(("counts".to_owned(), "true".to_owned(), said));
    }
    filter(draft, table, reading);
    panel(draft, table, reading.decision_maker.as_ref(), reading.weight.as_ref());
}

/// Options that wide data have too.
pub(super) fn panel(
    draft: &mut Draft,
    table: &Table,
    decision_maker: Option<&Guess<usize>>,
    weight: Option<&Guess<usize>>,
) {
    let name = |guess: &Guess<usize>| super::writing::quoted(&table.columns[guess.value].name);
    if let Some(decision_maker) = decision_maker {
        let said = format!(
            "who decides (robust standard errors then cluster on it): {}",
            because(decision_maker)
        );
        draft
            .options
            .push((format!("decision_maker = {}", name(decision_maker)), said));
    }
    if let Some((weight, reference)) =
        weight.and_then(|weight| Some((weight, reference(&table.columns[weight.value].name)?)))
    {
        let said = format!("weight of a case: {}", because(weight));
        draft
            .options
            .push((format!("weight = {}", super::writing::quoted(&reference)), said));
    }
}

/// Leaves out unavailable alternatives, and cases without a choice to make.
fn filter(draft: &mut Draft, table: &Table, reading: &LongReading) {
    let reference = |column: usize| reference(&table.columns[column].name);
    let mut parts = Vec::new();
    let mut said = Vec::new();
    if let Some((flag, name)) = reading
        .available
        .as_ref()
        .and_then(|flag| Some((flag, reference(flag.value)?)))
    {
        parts.push(format!("{name} == 1"));
        said.push(format!("rows whose alternative is available: {}", because(flag)));
    }
    if reading.singles > 0 {
        let cases = format!(
            "{} {} with a single alternative",
            reading.singles,
            plural(reading.singles, "case")
        );
        match reading
            .size_column
            .and_then(reference)
            .filter(|_| reading.available.is_none())
        {
            Some(size) => {
                parts.push(format!("{size} >= 2"));
                said.push(format!("leaves out {cases}"));
            }
            None => said.push(format!("CHECK: {cases} must be left out, and no column tells which")),
        }
    }
    say_filter(draft, &parts, &said);
}

/// `filter`, as an entry or as an option.
pub(super) fn say_filter(draft: &mut Draft, parts: &[String], said: &[String]) {
    let said = said.join("; ");
    match (parts.is_empty(), said.is_empty()) {
        (false, _) => draft.entry("filter", &parts.join(" and "), said),
        (true, false) => draft.options.push(("filter = \"...\"".to_owned(), said)),
        (true, true) => draft.options.push((
            "filter = \"...\"".to_owned(),
            "an expression; keeps the rows for which it is true".to_owned(),
        )),
    }
}

/// The attributes that may have a coefficient; of the others the draft says why not.
fn attributes(draft: &mut Draft, table: &Table, inspection: &Inspection, reading: &LongReading) -> Vec<usize> {
    let facts = &inspection.columns;
    let names = |columns: &[usize]| name_list(columns.iter().map(|column| facts[*column].name.as_str()));
    let mut attributes = Vec::new();
    let mut left_out: [(Vec<usize>, &str); 5] = [
        (
            Vec::new(),
            "because the chosen row always has the largest or always the smallest value of its case, so that no finite coefficient is best",
        ),
        (Vec::new(), "because many cells are missing"),
        (Vec::new(), "because no expression can name them"),
        (Vec::new(), "to keep the model small"),
        (
            reading.identifiers.clone(),
            "because they look like numbers or other names of rows and alternatives",
        ),
    ];
    for &column in &reading.attributes {
        let reasons = [
            reading.predictors.contains(&column),
            facts[column].missing as f64 > MOSTLY_THERE * table.n_rows as f64,
            reference(&facts[column].name).is_none(),
            attributes.len() == MOST_ATTRIBUTES,
        ];
        match reasons.iter().position(|holds| *holds) {
            Some(reason) => left_out[reason].0.push(column),
            None => attributes.push(column),
        }
    }
    for (columns, why) in left_out.iter().filter(|(columns, _)| !columns.is_empty()) {
        draft.afterwards.push(format!("Left out, {why}: {}.", names(columns)));
    }
    attributes
}

/// `missing` where columns that the model uses have missing cells.
fn missing(draft: &mut Draft, table: &Table, reading: &LongReading, used: &[usize]) {
    let usable = |row: usize| {
        reading
            .available
            .as_ref()
            .is_none_or(|flag| cell(table, flag.value, row) == 1.0)
    };
    let mut missing = Missing::default();
    for rows in &reading.incomplete {
        missing.add(rows.iter().filter(|row| usable(**row)).map(|&row| {
            let cells = used.iter().filter(|column| cell(table, **column, row).is_nan()).count();
            (cell(table, reading.choice.value, row) > 0.0, cells)
        }));
    }
    say_missing(draft, &missing);
}

pub(super) fn say_missing(draft: &mut Draft, missing: &Missing) {
    match missing.entry() {
        Some((what, said)) => draft.entry("missing", what, said),
        None => draft.options.push((
            "missing = \"drop_case\"".to_owned(),
            "what a missing cell does: \"error\" unless given, or \"drop_alternative\"".to_owned(),
        )),
    }
}

/// What could be added.
fn suggestions(draft: &mut Draft, table: &Table, inspection: &Inspection, reading: &LongReading) {
    let facts = &inspection.columns;
    for &column in reading.text_attributes.iter().take(5) {
        let (Values::Text(words), Some(reference)) = (&table.columns[column].values, reference(&facts[column].name))
        else {
            continue;
        };
        let word = &words.dictionary[words.dictionary.len() - 1];
        let parameter = format!("b_{}_{}", plain(&facts[column].name), plain(word));
        draft.afterwards.push(format!(
            "\"{}\" is text with {} values and varies within cases; it enters value by value: {parameter} * ({reference} == {}).",
            facts[column].name,
            facts[column].distinct,
            text(word)
        ));
    }
    let describes: Vec<&str> = reading
        .characteristics
        .iter()
        .map(|&column| facts[column].name.as_str())
        .collect();
    let Some(first) = example(inspection, &reading.characteristics) else {
        return;
    };
    let first_reference = reference(&facts[first].name).expect("filtered just before");
    let list = name_list(describes);
    draft.afterwards.push(match reading.codes.as_slice() {
        [_, code, ..] if reading.labelled.value => {
            let parameter = format!("b_{}_{}", plain(&facts[first].name), plain(code));
            format!(
                "Constant within cases, so with a coefficient per alternative but one: {list}. Declare {parameter} = 0.0 and add \"{parameter} * {first_reference}\" to the utility of {code}, and so on."
            )
        }
        _ => format!("Constant within cases, so of use only in products with what varies, such as b * price * {first_reference}: {list}."),
    });
}

/// A characteristic to show how one is used: one that people often use, else the first of numbers.
pub(super) fn example(inspection: &Inspection, characteristics: &[usize]) -> Option<usize> {
    let name = |column: usize| inspection.columns[column].name.as_str();
    let usable = || {
        characteristics
            .iter()
            .copied()
            .filter(|&column| inspection.columns[column].is_numeric() && reference(name(column)).is_some())
    };
    let usual = |column: &usize| {
        ["income", "inc", "hinc", "hhinc", "age", "male", "female"].contains(&plain(name(*column)).as_str())
    };
    usable().find(usual).or_else(|| usable().next())
}

/// What there is to say of an attribute's parameter.
fn about(inspection: &Inspection, column: usize, parameter: &str, reference: &str) -> String {
    let facts = &inspection.columns[column];
    let greatest = facts.least.abs().max(facts.greatest.abs());
    if let Some(divisor) = divisor(greatest) {
        return format!(
            "values up to {greatest}; \"{parameter} * {reference} / {divisor}\" would give a handier coefficient"
        );
    }
    match facts.kind {
        ColumnKind::Integer if (3..=12).contains(&facts.distinct) => {
            format!(
                "{} whole numbers; if they are codes of kinds, take one \"b * ({reference} == {})\" for each kind but one",
                facts.distinct, facts.greatest
            )
        }
        _ => String::new(),
    }
}

/// A cell of a column of numbers; NaN if it is missing or text.
pub(super) fn cell(table: &Table, column: usize, row: usize) -> f64 {
    match &table.columns[column].values {
        Values::Number(cells) => cells[row],
        Values::Text(_) => f64::NAN,
    }
}

/// A code as written.
fn written(table: &Table, column: usize, row: usize) -> String {
    match &table.columns[column].values {
        Values::Number(cells) => (cells[row] + 0.0).to_string(),
        Values::Text(text) => text.get(row).unwrap_or_default().to_owned(),
    }
}
