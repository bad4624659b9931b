//! The changes that make a scenario, from the command line to choice data.

use logsum_data::{Change, ChoiceData, ScenarioError, name_list, near_miss};
use logsum_tables::Want;
use logsum_utility::ModelFile;
use logsum_utility::applied::columns_used;

use super::subject::Subject;
use crate::failure::Failure;
use crate::load::Extra;

/// Changes of columns, parsed.
pub struct Changes(Vec<Change>);

impl Changes {
    /// Parses all; what is wrong with any of them is reported together.
    pub fn parse(texts: &[String]) -> Result<Changes, Failure> {
        let parsed: Vec<Result<Change, ScenarioError>> = texts.iter().map(|text| Change::parse(text)).collect();
        let problems: Vec<&ScenarioError> = parsed.iter().filter_map(|change| change.as_ref().err()).collect();
        match problems.is_empty() {
            true => Ok(Changes(parsed.into_iter().flatten().collect())),
            false => Err(Failure::all(&problems)),
        }
    }

    /// Columns of the file that they name, those that `model` derives left out.
    pub fn columns<'a>(&'a self, model: &ModelFile) -> Vec<Extra<'a>> {
        let mut extra: Vec<Extra<'a>> = Vec::new();
        for change in &self.0 {
            let numbers = change.expression.number_names();
            let named = change
                .expression
                .names()
                .into_iter()
                .map(|name| match numbers.contains(&name) {
                    true => (name, Want::Number),
                    false => (name, Want::Any),
                });
            for (column, want) in std::iter::once((change.column.as_str(), Want::Any)).chain(named) {
                let derived = model.schema.derived.iter().any(|derived| derived.name == column);
                match extra.iter_mut().find(|known| known.column == column) {
                    Some(known) if want == Want::Number => known.want = want,
                    Some(_) => {}
                    None if derived => {}
                    None => extra.push(Extra {
                        column,
                        purpose: "for the scenario",
                        want,
                    }),
                }
            }
        }
        extra
    }

    /// The situations of a subject after the changes, without these alternatives.
    pub fn apply(&self, subject: &Subject<'_>, remove: &[String]) -> Result<ChoiceData, Failure> {
        let (model, data) = (&subject.loaded.model, &subject.loaded.data);
        self.matter(model)?;
        let uses = model.specification.uses();
        let mut scenario = data.under(&subject.table, &self.0, &uses).map_err(Failure::bad_input)?;
        for alternative in remove {
            scenario = scenario.without_alternative(alternative).map_err(Failure::bad_input)?;
        }
        Ok(scenario)
    }

    /// Makes sure that the model, or a later change, depends on every column that changes.
    fn matter(&self, model: &ModelFile) -> Result<(), Failure> {
        let used = columns_used(&model.specification, &model.schema);
        for (at, change) in self.0.iter().enumerate() {
            let column = &change.column;
            // Of these the data say what is wrong.
            let derived = model.schema.derived.iter().any(|derived| derived.name == *column);
            let named = model.schema.named_columns().iter().any(|(name, _)| name == column);
            let later = self.0[at + 1..]
                .iter()
                .any(|later| later.expression.names().contains(&column.as_str()));
            if used.contains(column) || later || derived || named {
                continue;
            }
            let names = || used.iter().map(String::as_str);
            let near = near_miss(column, names()).map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
            return Err(Failure::bad_input(format!(
                "scenario: nothing in the model depends on column \"{column}\"{near}; it uses {}",
                name_list(names())
            )));
        }
        Ok(())
    }
}
