//! The table of predictions: a row per case, or per alternative where these have no names.

use logsum_data::{ChoiceData, Column, Layout, Level, Source, Table, TextColumn, Values};
use logsum_utility::Prediction;

/// Predictions in the order of the file.
pub fn table(data: &ChoiceData, prediction: &Prediction) -> Table {
    let first_row = |case: usize| data.pairs(case).map(|pair| data.row_number(pair)).min();
    let mut cases: Vec<usize> = (0..data.n_cases()).collect();
    cases.sort_by_key(|&case| first_row(case));
    let columns = if data.alternatives().labelled {
        by_case(data, prediction, &cases)
    } else {
        by_alternative(data, prediction, &cases)
    };
    Table {
        source: Source {
            name: data.source().name.clone(),
            first_row: 2,
        },
        n_rows: columns[0].values.len(),
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    }
}

fn by_case(data: &ChoiceData, prediction: &Prediction, cases: &[usize]) -> Vec<Column> {
    let row = |&case: &usize| data.pairs(case).map(|pair| data.row_number(pair)).min().unwrap_or(0) as f64;
    let mut columns = vec![numbers("row", cases.iter().map(row))];
    columns.extend(identifiers(data, cases));
    for (alternative, name) in data.alternatives().names.iter().enumerate() {
        // Missing where it is not available.
        let mut of_case = vec![f64::NAN; data.n_cases()];
        for (case, of_case) in of_case.iter_mut().enumerate() {
            let mut pairs = data.pairs(case);
            let pair = pairs.find(|&pair| data.pair_alternatives()[pair] as usize == alternative);
            *of_case = pair.map_or(f64::NAN, |pair| prediction.probabilities[pair]);
        }
        let name = format!("probability_{name}");
        columns.push(numbers(&name, cases.iter().map(|&case| of_case[case])));
    }
    columns.extend(logsums(prediction, cases));
    columns
}

fn by_alternative(data: &ChoiceData, prediction: &Prediction, cases: &[usize]) -> Vec<Column> {
    let mut pairs: Vec<usize> = Vec::with_capacity(data.n_pairs());
    let mut of_pair: Vec<usize> = Vec::with_capacity(data.n_pairs());
    for &case in cases {
        let begin = pairs.len();
        pairs.extend(data.pairs(case));
        pairs[begin..].sort_by_key(|&pair| data.row_number(pair));
        of_pair.resize(pairs.len(), case);
    }
    let names = &data.alternatives().names;
    let name = |&pair: &usize| names[data.pair_alternatives()[pair] as usize].as_str();
    let codes: Result<Vec<f64>, _> = pairs.iter().map(|pair| name(pair).parse::<f64>()).collect();
    let alternative = match codes {
        Ok(codes) => numbers("alternative", codes),
        Err(_) => Column {
            name: "alternative".to_owned(),
            values: Values::Text(TextColumn::new(pairs.iter().map(|pair| Some(name(pair))))),
        },
    };
    let mut columns = identifiers(data, &of_pair);
    columns.push(alternative);
    columns.push(numbers("row", pairs.iter().map(|&pair| data.row_number(pair) as f64)));
    let probability = |&pair: &usize| prediction.probabilities[pair];
    columns.push(numbers("probability", pairs.iter().map(probability)));
    columns.extend(logsums(prediction, &of_pair));
    columns
}

/// What identifies the cases: the case itself in long data, and the decision maker where there is one.
pub fn identifiers(data: &ChoiceData, cases: &[usize]) -> Vec<Column> {
    let schema = data.schema();
    let case = match &schema.layout {
        Layout::Long { case, .. } => Some(("case", case)),
        Layout::Wide { .. } => None,
    };
    let decision_maker = schema.decision_maker.as_ref().map(|name| ("decision_maker", name));
    let columns = case.into_iter().chain(decision_maker);
    columns
        .filter_map(|(role, name)| of_cases(data, role, name, cases))
        .collect()
}

/// The cells of a column at cases, under another name; none if it was not read.
pub fn of_cases(data: &ChoiceData, role: &str, name: &str, cases: &[usize]) -> Option<Column> {
    let column = data.columns().iter().find(|column| column.name == name)?;
    let at = |&case: &usize| match column.level {
        Level::Case => case,
        Level::Pair => data.pairs(case).start,
    };
    Some(match &column.values {
        Values::Number(cells) => numbers(role, cases.iter().map(|case| cells[at(case)])),
        Values::Text(text) => Column {
            name: role.to_owned(),
            values: Values::Text(TextColumn::new(cases.iter().map(|case| text.get(at(case))))),
        },
    })
}

/// Logsum and energy of the case of each row.
fn logsums(prediction: &Prediction, cases: &[usize]) -> [Column; 2] {
    [
        numbers("logsum", cases.iter().map(|&case| prediction.logsums[case])),
        numbers("energy", cases.iter().map(|&case| prediction.energy(case))),
    ]
}

/// A column of numbers.
pub fn numbers(name: &str, values: impl IntoIterator<Item = f64>) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Number(values.into_iter().collect()),
    }
}
