//! `logsum compare`: models side by side, nested or not, of one family or of several.

mod found;
mod names;

use std::path::Path;

use logsum_data::near_miss;
use logsum_report::{ComparedModel, ComparedPair, ComparisonReport, Format};
use logsum_utility::comparison::{Coefficient, coefficients};
use logsum_utility::{CovarianceKind, Fit, ModelFile};

use crate::args::{CompareArgs, OutputArgs};
use crate::failure::{Failure, NOT_CONVERGED};
use crate::load::Loaded;
use crate::{output, show};
use found::Found;

/// A model that is compared.
pub struct Compared<'a> {
    pub path: &'a Path,
    pub name: String,
    pub fit: Fit,
    pub file: ModelFile,
    /// Its data, or why they could not be read again.
    pub loaded: Result<Loaded, String>,
    pub coefficients: Vec<Coefficient>,
}

/// Runs the command; a comparison with a fit that has not converged comes with the exit code that says so.
pub fn run(args: &CompareArgs) -> Result<u8, Failure> {
    let models = read(args)?;
    costs(args, &models)?;
    let found = Found::of(args, &models)?;
    let mut compared = compared(&models);
    if found.same_choices {
        let lowest = |of: fn(&ComparedModel) -> f64| compared.iter().map(of).fold(f64::INFINITY, f64::min);
        let (aic, bic) = (lowest(|model| model.aic), lowest(|model| model.bic));
        for model in &mut compared {
            model.aic_difference = Some(model.aic - aic);
            model.bic_difference = Some(model.bic - bic);
        }
    }
    let report = ComparisonReport {
        models: compared,
        pairs: found.pairs,
        willingness_to_pay: found.willingness_to_pay,
        elasticities: found.elasticities,
        shares: found.shares,
        stars: args.stars,
        notes: found.notes,
    };
    output::warnings(&warnings(&models), args.form.quiet);
    output::result(&match args.form.format {
        Format::Text => logsum_report::comparison_text(&report, output::style()),
        other => logsum_report::comparison(&report, other),
    })?;
    let converged = models.iter().all(|model| model.fit.converged);
    Ok(if converged { 0 } else { NOT_CONVERGED })
}

/// Two models against each other.
pub struct Two {
    pub models: Vec<ComparedModel>,
    pub pair: ComparedPair,
    pub warnings: Vec<String>,
}

/// Reads two fits and compares them by the tests of models that are not nested.
pub fn two(paths: [&Path; 2], data: Option<&Path>) -> Result<Two, Failure> {
    let args = CompareArgs {
        fits: paths.map(Path::to_owned).to_vec(),
        data: data.map(Path::to_owned),
        cost: None,
        stars: false,
        attribute: Vec::new(),
        covariance: None,
        form: OutputArgs {
            format: Format::Json,
            quiet: true,
        },
        threads: None,
    };
    let models = read(&args)?;
    let pair = found::pair_of(&models)?;
    Ok(Two {
        pair,
        warnings: warnings(&models),
        models: compared(&models),
    })
}

/// What a report says of models.
fn compared(models: &[Compared<'_>]) -> Vec<ComparedModel> {
    let one = |model: &Compared<'_>| {
        let file = model.path.display().to_string();
        ComparedModel::new(&model.name, &file, &model.fit)
    };
    models.iter().map(one).collect()
}

/// Reads fits and their data; the problems of all of them are reported together.
fn read(args: &CompareArgs) -> Result<Vec<Compared<'_>>, Failure> {
    let kind = match args.covariance.as_deref() {
        Some("clustered") => {
            return Err(Failure::bad_input(
                "compare takes the covariances that fits have: hessian, opg, robust or bootstrap",
            ));
        }
        Some(kind) => Some(kind.parse::<CovarianceKind>().map_err(Failure::bad_input)?),
        None => None,
    };
    let mut problems = Vec::new();
    let mut fits = Vec::new();
    for path in &args.fits {
        let fit = show::read(path).and_then(|mut fit| {
            if let Some(kind) = &kind {
                if matches!(kind, CovarianceKind::Bootstrap(_)) && fit.covariance.bootstrap.is_none() {
                    return Err(Failure::bad_input(format!(
                        "\"{}\" has no bootstrapped covariance; estimate with --covariance bootstrap",
                        path.display()
                    )));
                }
                fit.choose_covariance(kind).map_err(Failure::bad_input)?;
            }
            show::at_its_estimates(&fit, path)?;
            let file = show::model_of(&fit, path)?;
            Ok((path, fit, file))
        });
        match fit {
            Ok(fit) => fits.push(fit),
            Err(failure) => problems.extend(failure.problems),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::all(&problems));
    }
    let names = names::of(&args.fits);
    let mut models = Vec::new();
    for ((path, fit, file), name) in fits.into_iter().zip(names) {
        let data = args.data.as_deref();
        // Without data some parts are left out; that is an error only where they were asked for.
        let wanted = data.is_some() || !args.attribute.is_empty();
        let place = show::data_of(&fit, path, data);
        let is_pattern = place.to_string_lossy().contains(['*', '?', '[']);
        let loaded = if wanted || is_pattern || place.exists() {
            match show::load_again(&fit, path, data, &[], show::OTHER_FILE) {
                Ok(loaded) => Ok(loaded),
                Err(failure) => {
                    problems.extend(failure.problems);
                    continue;
                }
            }
        } else {
            Err(format!("The data are not at \"{}\"", place.display()))
        };
        models.push(Compared {
            coefficients: coefficients(&fit, &file.specification, &file.schema),
            path,
            name,
            fit,
            file,
            loaded,
        });
    }
    problems.dedup();
    match problems.is_empty() {
        true => Ok(models),
        false => Err(Failure::all(&problems)),
    }
}

/// Makes sure that some model has the cost coefficient.
fn costs(args: &CompareArgs, models: &[Compared<'_>]) -> Result<(), Failure> {
    let Some(cost) = &args.cost else {
        return Ok(());
    };
    let terms = || {
        models
            .iter()
            .flat_map(|model| &model.coefficients)
            .map(|known| known.term.as_str())
    };
    if terms().any(|term| term == cost) {
        return Ok(());
    }
    let near = near_miss(cost, terms()).map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
    Err(Failure::bad_input(format!(
        "willingness to pay: no utility has the coefficient \"{cost}\"{near}"
    )))
}

fn warnings(models: &[Compared<'_>]) -> Vec<String> {
    let stopped = models.iter().filter(|model| !model.fit.converged);
    stopped
        .map(|model| {
            format!(
                "\"{}\" has not converged: {}",
                model.path.display(),
                model.fit.convergence.reason
            )
        })
        .collect()
}
