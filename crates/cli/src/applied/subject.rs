//! The fit that is applied and the cases that it is applied to, read and checked.

use logsum_data::{ChoiceData, Layout, Table, near_miss};
use logsum_report::applied;
use logsum_tables::Want;
use logsum_utility::applied::Breakdown;
use logsum_utility::{Fit, Model};

use super::args::SubjectArgs;
use super::segments::segments;
use super::{covariance_kind, not_converged};
use crate::args::StorageArgs;
use crate::failure::Failure;
use crate::load::{Extra, Loaded};
use crate::predict::{OTHER_DATA, new_data};
use crate::show::{self, Again};
use crate::{load, output};

/// The fit, with the covariance that was asked for.
pub fn fit(args: &SubjectArgs) -> Result<Fit, Failure> {
    let again = Again {
        data: None,
        remedy: "clusters are those of the data of the estimation",
        storage: &StorageArgs::default(),
        quiet: args.form.quiet,
    };
    show::inferred(&args.fit, &args.covariance, &again)
}

/// A fit and the cases that it is applied to.
pub struct Subject<'a> {
    pub args: &'a SubjectArgs,
    pub fit: Fit,
    pub loaded: Loaded,
    /// The table that the cases come from.
    pub table: Table,
    pub breakdown: Breakdown,
}

impl<'a> Subject<'a> {
    /// Reads fit and data, with these columns besides those of the model. `needs_labels` says what alternatives must have
    /// names for.
    pub fn load(
        args: &'a SubjectArgs,
        fit: Fit,
        extra: &[Extra<'_>],
        needs_labels: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut all = extra.to_vec();
        all.extend(args.by.iter().map(|column| Extra {
            column,
            purpose: "to break results down by",
            want: Want::Any,
        }));
        let (mut loaded, table, mut warnings) = match &args.cases.data {
            Some(path) => {
                let new = new_data::load((&fit, &args.fit), &args.cases, path, &all)?;
                (new.loaded, new.table, new.warnings)
            }
            None => {
                let (loaded, table) = show::load_again_with_table(&fit, &args.fit, None, &all, OTHER_DATA)?;
                (loaded, table, Vec::new())
            }
        };
        if loaded.data.rankings().is_some() {
            // Predicted is the best of all.
            loaded.data = loaded.data.first_choices();
        }
        if let Some(what) = needs_labels
            && !have_names(&loaded.data)
        {
            return Err(Failure::bad_input(format!(
                "{what}: no column names the alternatives, so that they have no shares over cases"
            )));
        }
        warnings.extend(load::choice_based(
            &loaded.model,
            "probabilities are those in the population, for cases as they were sampled",
        ));
        warnings.splice(0..0, not_converged(&fit, &args.fit));
        output::warnings(&warnings, args.form.quiet);
        let segments = args
            .by
            .as_deref()
            .map(|column| segments(&loaded.data, column))
            .transpose()?;
        Ok(Subject {
            breakdown: Breakdown::new(&loaded.data, segments),
            args,
            fit,
            loaded,
            table,
        })
    }

    /// The model bound to these cases or to those of a scenario.
    pub fn bind<'data>(&self, data: &'data ChoiceData) -> Result<Model<'data>, Failure> {
        show::bind_again(&self.fit, &self.args.fit, &self.loaded.model, data)
    }

    /// The position of an alternative.
    pub fn alternative(&self, name: &str) -> Result<usize, Failure> {
        let names = || self.loaded.data.alternatives().names.iter().map(String::as_str);
        names().position(|known| known == name).ok_or_else(|| {
            let near = near_miss(name, names()).map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
            let known = logsum_data::name_list(names());
            Failure::bad_input(format!("no alternative \"{name}\"{near}; there are {known}"))
        })
    }

    /// The name of a group of the breakdown; none of that of all cases.
    pub fn segment(&self, group: usize) -> Option<String> {
        group
            .checked_sub(1)
            .map(|segment| self.breakdown.names()[segment].clone())
    }

    /// What a report says of it.
    pub fn described(&self) -> applied::Subject {
        let data = &self.loaded.data;
        applied::Subject {
            title: self.fit.title.clone(),
            file: data.source().name.clone(),
            estimation_data: self.args.cases.data.is_none(),
            converged: self.fit.converged,
            n_cases: data.n_cases(),
            total_weight: data.weights().map(|weights| weights.iter().sum()),
            covariance_kind: covariance_kind(&self.fit),
            confidence: self.fit.confidence,
        }
    }
}

/// Whether alternatives can be told from case to case, be they labelled in the model or only named in the data.
fn have_names(data: &ChoiceData) -> bool {
    let named = matches!(&data.schema().layout, Layout::Long { alternative, .. } if alternative.is_some());
    data.alternatives().labelled || named
}
