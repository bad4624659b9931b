//! What is said when no model can be written: what was seen, and a model file to fill in.

use logsum_data::{RankingReading, Table, name_list};

use super::draft::Draft;
use super::writing::quoted;

/// No reading of the table as choices was found.
pub(super) fn unknown(table: &Table, seen: &[String], file: &str) -> String {
    let mut text = format!(
        "it could not be told from {} what was chosen among what; this was seen:\n",
        table.source.name
    );
    for sentence in seen {
        text += &format!("  - {sentence}\n");
    }
    let names = table.columns.iter().map(|column| column.name.as_str());
    text + &format!("  - the columns are {}\n", name_list(names)) + &template(file)
}

/// The columns of choices are there, but nothing explains them.
pub(super) fn nothing_varies(table: &Table, draft: &Draft, file: &str) -> String {
    let mut text = format!(
        "no term of a utility was found in {}, although it looks like {} data; this was seen:\n",
        table.source.name, draft.layout.0
    );
    for (key, value, comment) in &draft.data {
        text += &format!("  - {key} = {value}: {comment}\n");
    }
    for sentence in &draft.afterwards {
        text += &format!("  - {sentence}\n");
    }
    text + &template(file)
}

/// How the model file of a ranking is written.
pub(super) fn ranking(table: &Table, ranking: &RankingReading) -> String {
    let names: Vec<&str> = ranking
        .columns
        .iter()
        .map(|&column| table.columns[column].name.as_str())
        .collect();
    let file = &table.source.name;
    let reason = &ranking.reason;
    let list = |names: &[&str]| names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let how = match (ranking.case, names.as_slice()) {
        (Some(case), [ranks]) => format!(
            "with layout = \"long\", case = {}, choice = {}",
            quoted(&table.columns[case].name),
            quoted(ranks)
        ),
        _ if ranking.by_rank => format!(
            "with layout = \"wide\", choice = [{}] (the best first; check the order), the codes under [alternatives]",
            list(&names)
        ),
        _ => "with layout = \"wide\" and choice = [...], once the table has a column for each rank with the alternative that \
              bears it (the best first)"
            .to_owned(),
    };
    format!(
        "{file} holds a ranking: {reason}; a starter is not written for rankings yet. Write the model file of a rank-ordered \
         logit by hand, {how} and the table [ranking]"
    )
}

/// A model file with every line to be filled in, for both layouts.
fn template(file: &str) -> String {
    format!(
        r#"write the model file by hand, in one of these two forms:

[data]
file   = {file}
layout = "wide"                # a row per case
choice = "CHOICE"              # the column with the code of the chosen alternative

[alternatives]
car = {{ code = 1 }}             # available = "CAR_AV == 1" where a column says so
bus = {{ code = 2 }}

[parameters]
asc_bus = 0.0
b_time  = 0.0

[utility]
car = "b_time * CAR_TIME"
bus = "asc_bus + b_time * BUS_TIME"

or

[data]
file        = {file}
layout      = "long"           # a row per alternative of a case
case        = "id"             # the column that identifies the case
alternative = "mode"           # the column that names the alternative, if there is one
choice      = "choice"         # the column that is 1 in the chosen row, else 0

[parameters]
b_time = 0.0

[utility]
all = "b_time * time""#,
        file = quoted(file)
    )
}
