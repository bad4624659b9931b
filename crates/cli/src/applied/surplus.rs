//! `logsum surplus`: what a scenario is worth to those who choose.

use logsum_report::applied::{SurplusReport, SurplusRow};
use logsum_utility::applied::{
    Multiplicand, ParameterFunction, ParameterFunctionError, columns_used, multiplicand, surplus,
};
use logsum_utility::{Fit, ModelFile};

use super::args::SurplusArgs;
use super::changes::Changes;
use super::print;
use super::subject::{self, Subject};
use crate::failure::Failure;
use crate::progress::Waiting;
use crate::{output, show};

/// Runs the command.
pub fn run(args: &SurplusArgs) -> Result<u8, Failure> {
    let changes = Changes::parse(&args.scenario)?;
    let fit = subject::fit(&args.subject)?;
    let file = show::model_of(&fit, &args.subject.fit)?;
    let money = Money::of(&args.cost, &fit, &file)?;
    let subject = Subject::load(&args.subject, fit, &changes.columns(&file), None)?;
    let scenario = changes.apply(&subject, &args.remove.remove)?;
    if money.value <= 0.0 && !args.subject.form.quiet {
        output::note(&format!(
            "warning: by \"{}\" money has no positive value ({:.4}): the signs of surpluses are turned round",
            args.cost, money.value
        ));
    }
    let models = (subject.bind(&subject.loaded.data)?, subject.bind(&scenario)?);
    let waiting = Waiting::new(args.subject.form.quiet, "surplus and its errors".to_owned());
    let found = surplus(&subject.fit, (&models.0, &models.1), &money.utility, &subject.breakdown);
    drop(waiting);
    let found = found.map_err(Failure::bad_input)?;
    let counts = subject.breakdown.n_cases();
    let row = |(group, of)| SurplusRow::new(subject.segment(group), counts[group], of);
    let report = SurplusReport {
        subject: subject.described(),
        cost: args.cost.clone(),
        marginal_utility: money.value,
        money: money.columns,
        scenario: args.scenario.clone(),
        remove: args.remove.remove.clone(),
        by: args.subject.by.clone(),
        surplus: found.iter().enumerate().map(row).collect(),
    };
    print(args.subject.form.format, subject.fit.converged, |format, style| {
        report.write(format, style)
    })
}

/// The marginal utility of money.
struct Money {
    utility: ParameterFunction,
    /// At the estimates.
    value: f64,
    /// Columns whose unit money is in.
    columns: Vec<String>,
}

impl Money {
    /// Minus the cost coefficient, a parameter or an expression of parameters.
    fn of(cost: &str, fit: &Fit, file: &ModelFile) -> Result<Money, Failure> {
        let cost = cost.trim();
        let function = ParameterFunction::parse(cost, fit).map_err(|error| explained(cost, &error, fit, file))?;
        let random = fit.tastes.iter().flat_map(|tastes| &tastes.coefficients);
        for taste in random {
            let varies = |&position: &usize| fit.parameters[position].term == taste.coefficient;
            if function.parameters().iter().any(varies) {
                return Err(Failure::bad_input(format!(
                    "surplus: \"{}\" varies over decision makers ({}), and a logsum in money needs a marginal utility of money \
                     that is the same for all; estimate with a fixed cost coefficient",
                    taste.coefficient, taste.distribution
                )));
            }
        }
        let (columns, factor) = match multiplicand(&file.specification, &file.schema, cost) {
            Some(Multiplicand::Columns { names, factor }) => (names, factor),
            _ => (Vec::new(), 1.0),
        };
        let utility = function.times(-factor);
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let value = utility.value(&theta);
        if !value.is_finite() || value == 0.0 {
            return Err(Failure::bad_input(format!(
                "surplus: the marginal utility of money is {value} at the estimates, by \"{cost}\""
            )));
        }
        Ok(Money {
            utility,
            value,
            columns,
        })
    }
}

/// Why a cost is no cost coefficient; of a column, the coefficients that it stands with.
fn explained(cost: &str, error: &ParameterFunctionError, fit: &Fit, file: &ModelFile) -> Failure {
    let is_column = columns_used(&file.specification, &file.schema)
        .iter()
        .any(|column| column == cost)
        || file.schema.derived.iter().any(|derived| derived.name == cost);
    if !is_column {
        let known = fit.parameters.iter().map(|parameter| parameter.term.as_str());
        let known = match error {
            ParameterFunctionError::NoParameter { suggestion: None, .. } => {
                format!("; there are {}", logsum_data::name_list(known))
            }
            _ => String::new(),
        };
        return Failure::bad_input(format!(
            "surplus: the cost is a parameter, or an expression of them: {error}{known}"
        ));
    }
    let behind = columns_behind(file, cost);
    let with = fit
        .parameters
        .iter()
        .map(|parameter| parameter.term.as_str())
        .filter(|term| {
            let known = multiplicand(&file.specification, &file.schema, term);
            matches!(known, Some(Multiplicand::Columns { names, .. }) if names.iter().any(|name| behind.contains(name)))
        });
    let with: Vec<&str> = with.collect();
    let hint = match with.as_slice() {
        [] => "the cost is a parameter".to_owned(),
        terms => format!(
            "the cost is the coefficient that it stands with: {}",
            logsum_data::name_list(terms.iter().copied())
        ),
    };
    Failure::bad_input(format!("surplus: \"{cost}\" is a column, not a parameter; {hint}"))
}

/// The columns that a column is made of, or it alone.
fn columns_behind(file: &ModelFile, column: &str) -> Vec<String> {
    match file.schema.derived.iter().find(|derived| derived.name == column) {
        Some(derived) => derived.expression.names().into_iter().map(str::to_owned).collect(),
        None => vec![column.to_owned()],
    }
}
