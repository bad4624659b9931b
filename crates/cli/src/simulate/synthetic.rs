//! `logsum simulate choices` and `logsum simulate recovery`: data with known parameters, and whether estimation finds
//! them.

use std::path::{Path, PathBuf};

use logsum_data::ChoiceData;
use logsum_draws::Seed;
use logsum_estimate::Parameter;
use logsum_report::simulation;
use logsum_simulate::{Design, DesignError, RecoveryError, RecoveryStudy, SimulationError};
use logsum_utility::{CovarianceKind, ModelFile, Specification, TasteDistribution, cholesky_name, second_name};

use super::args::{ChoicesArgs, RecoveryArgs, SyntheticArgs};
use super::{check_picture, write_picture};
use crate::destination::{self, Product};
use crate::failure::{Failure, NOT_CONVERGED};
use crate::progress::Counter;
use crate::{load, output, show};

/// A model, the data it resamples, and the true values of its parameters.
struct Source {
    model: ModelFile,
    data: Option<ChoiceData>,
    /// Where they were read from.
    path: Option<PathBuf>,
    truth: Vec<f64>,
    cases: usize,
    each: Option<usize>,
}

impl Source {
    fn read(args: &SyntheticArgs, quiet: bool) -> Result<Self, Failure> {
        let model = load::load_model(&args.model)?;
        if let Err(error) = model.specification.validate() {
            return Err(Failure::all(error.each()));
        }
        let (cases, each) = (args.cases as usize, args.per_decision_maker.map(|each| each as usize));
        let (model, data, path) = if Design::unstated(&model).is_empty() && model.synthetic.is_some() {
            (model, None, None)
        } else {
            let path = load::data_of(&model, &args.model);
            if model.synthetic.is_some() && !path.exists() {
                let missing: Vec<String> = Design::unstated(&model).into_iter().map(str::to_owned).collect();
                return Err(Failure::bad_input(DesignError::Unstated(missing)));
            }
            let loaded = load::load_data(model, path, &[])?;
            output::warnings(loaded.data.warnings(), quiet);
            (loaded.model, Some(loaded.data), Some(loaded.path))
        };
        let truth = truth(args.parameters.as_deref(), &model.specification, &args.model, quiet)?;
        Ok(Source {
            model,
            data,
            path,
            truth,
            cases,
            each,
        })
    }

    fn design(&self) -> Result<Design<'_>, Failure> {
        Design::new(&self.model, self.data.as_ref(), self.cases, self.each)
            .map_err(|error| Failure::all(&design(&error)))
    }
}

/// True values: the estimates of a fit by name, or the starting values.
fn truth(path: Option<&Path>, specification: &Specification, model: &Path, quiet: bool) -> Result<Vec<f64>, Failure> {
    let parameters = || specification.parameters.iter().map(|declared| &declared.parameter);
    let Some(path) = path else {
        let starts: Vec<f64> = parameters().map(|parameter| parameter.start).collect();
        let unstated = unstated(specification);
        let says_nothing =
            |parameter: &Parameter| parameter.fixed || parameter.start == 0.0 || unstated.contains(&parameter.name);
        if parameters().all(says_nothing) {
            let (but, start) = match unstated.as_slice() {
                [] => (String::new(), ""),
                names => (
                    format!(
                        " (but for {}, which nobody has chosen)",
                        logsum_data::name_list(names.iter().map(String::as_str))
                    ),
                    " (of random tastes by start_sd too)",
                ),
            };
            return Err(Failure::bad_input(format!(
                "the true values are the starting values in \"{}\", and all of them are 0{but}; state them there{start}, or give a fit with --parameters FIT.json",
                model.display()
            )));
        }
        if !unstated.is_empty() {
            let names = logsum_data::name_list(unstated.iter().map(String::as_str));
            let warning = format!(
                "\"{}\" does not say how much tastes vary by {names}: the usual starts are taken as true; state start_sd or \
                 start_spread",
                model.display()
            );
            output::warnings(&[warning], quiet);
        }
        return Ok(starts);
    };
    let fit = show::read(path)?;
    if !fit.converged {
        let warning = format!(
            "--parameters \"{}\" has not converged; its values are taken as true all the same",
            path.display()
        );
        output::warnings(&[warning], quiet);
    }
    let symbols: Vec<String> = ModelFile::from_json(&fit.model.specification)
        .map(|file| file.specification.symbols())
        .unwrap_or_default();
    let mut missing = Vec::new();
    let values = specification
        .parameters
        .iter()
        .map(|declared| {
            let by_term = fit
                .parameters
                .iter()
                .find(|estimate| estimate.term == declared.parameter.name);
            let by_symbol = || {
                symbols
                    .iter()
                    .position(|known| *known == declared.symbol)
                    .and_then(|at| fit.parameters.get(at))
            };
            match by_term.or_else(by_symbol) {
                Some(estimate) => estimate.estimate,
                None => {
                    missing.push(declared.parameter.name.as_str());
                    declared.parameter.start
                }
            }
        })
        .collect();
    if missing.is_empty() {
        Ok(values)
    } else {
        Err(Failure::bad_input(format!(
            "--parameters \"{}\" has no estimate of {}; give a fit of this model",
            path.display(),
            logsum_data::name_list(missing.iter().copied())
        )))
    }
}

/// Second estimates of random tastes that the model file leaves where they start if nobody says where.
fn unstated(specification: &Specification) -> Vec<String> {
    let Some(mixing) = &specification.mixing else {
        return Vec::new();
    };
    // Without its declarations a specification is completed with the usual starts.
    let mut bare = specification.clone();
    let seconds = mixing.random.iter().filter_map(|random| match &random.distribution {
        TasteDistribution::Named { shape, start: None, .. } => Some(match mixing.group_of(&random.symbol) {
            Some(_) => cholesky_name(&random.symbol, &random.symbol),
            None => second_name(&random.symbol, *shape),
        }),
        _ => None,
    });
    let seconds: Vec<String> = seconds.collect();
    bare.parameters.retain(|declared| !seconds.contains(&declared.symbol));
    let bare = bare.completed();
    let is_usual = |symbol: &String| {
        let of = |specification: &Specification| {
            let mut declared = specification.parameters.iter();
            declared
                .find(|declared| declared.symbol == *symbol)
                .map(|declared| declared.parameter.clone())
        };
        of(specification).is_some_and(|parameter| Some(parameter) == of(&bare))
    };
    seconds.into_iter().filter(is_usual).collect()
}

/// Draws synthetic choices and writes them.
pub fn choices(args: &ChoicesArgs) -> Result<u8, Failure> {
    let source = Source::read(&args.synthetic, args.common.output.quiet)?;
    let mut inputs = vec![args.synthetic.model.as_path()];
    inputs.extend(args.synthetic.parameters.as_deref());
    inputs.extend(source.path.as_deref());
    let product = Product::Choices {
        overwrite: args.overwrite,
    };
    destination::check_table(&args.output, &inputs, product)?;
    let design = source.design()?;
    let data = logsum_simulate::choices(
        &source.model.specification,
        &design,
        &source.truth,
        Seed::new(args.common.seed),
    )
    .map_err(|error| Failure::all(&simulation_problems(&error)))?;
    let form = load::read_options(source.model.separator, source.model.decimal_comma);
    destination::write_table(&args.output, &data.to_table(), &form)?;

    let form = &args.common.output;
    let mut description = data.describe(&source.model.attribute_columns());
    description.file = args.output.display().to_string();
    let seed = args.common.seed;
    let symbols = source.model.specification.parameters.iter();
    let terms = symbols.map(|declared| declared.parameter.name.clone());
    let truth: Vec<(String, f64)> = terms.zip(source.truth.iter().copied()).collect();
    output::result(&simulation::choices(
        &description,
        &truth,
        seed,
        form.format,
        output::style(),
    ))?;
    let mut warnings = data.warnings().to_vec();
    warnings.extend(load::choice_based(
        &source.model,
        "these choices are a plain sample of the population, to be estimated without them",
    ));
    output::warnings(&warnings, form.quiet);
    if data.n_cases() < source.cases && !form.quiet {
        output::note(&format!(
            "warning: {} of {} simulated cases are left: the model's filter or its rule for missing cells drops the others",
            data.n_cases(),
            source.cases
        ));
    }
    Ok(0)
}

/// Simulates and estimates many times.
pub fn recovery(args: &RecoveryArgs) -> Result<u8, Failure> {
    check_picture(args.picture.as_deref())?;
    let covariance: CovarianceKind = args
        .covariance
        .parse()
        .map_err(|error: String| Failure::bad_input(error))?;
    if matches!(covariance, CovarianceKind::Clustered(_)) {
        return Err(Failure::bad_input(
            "--covariance clustered: simulated data have no clusters but decision makers, by whom robust sums the scores; use robust",
        ));
    }
    let source = Source::read(&args.synthetic, args.common.output.quiet)?;
    let design = source.design()?;
    let study = RecoveryStudy {
        specification: &source.model.specification,
        design: &design,
        truth: &source.truth,
        replications: args.replications as usize,
        confidence: args.confidence,
        covariance: covariance.clone(),
        seed: args.common.seed,
    };
    let form = &args.common.output;
    let counter = Counter::new(args.replications, "replications", form.quiet);
    let found = study.run(&|| counter.add_one());
    counter.finish();
    let found = found.map_err(|error| match &error {
        RecoveryError::Simulation { replication, source } => {
            let problems = simulation_problems(source);
            let placed = problems
                .iter()
                .map(|problem| format!("replication {replication}: {problem}"));
            Failure::all(&placed.collect::<Vec<_>>())
        }
        _ => Failure::bad_input(error),
    })?;
    let title = &source.model.title;
    output::result(&simulation::recovery(&found, title, form.format, output::style()))?;
    write_picture(args.picture.as_deref(), || simulation::recovery_picture(&found, title))?;
    if source.model.schema.weight.is_some() && covariance == CovarianceKind::Hessian && !form.quiet {
        output::note(
            "warning: the model weighs its cases: classical standard errors do not hold then; use --covariance robust",
        );
    }
    let failed = found.replications - found.converged;
    if failed > 0 && !form.quiet {
        output::note(&format!(
            "warning: {failed} of {} replications did not converge and are left out",
            found.replications
        ));
    }
    Ok(if found.converged == 0 { NOT_CONVERGED } else { 0 })
}

/// The independent problems of a design.
fn design(error: &DesignError) -> Vec<String> {
    match error {
        DesignError::Data(error) => error.each().iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    }
}

fn simulation_problems(error: &SimulationError) -> Vec<String> {
    match error {
        SimulationError::Design(error) => design(error),
        SimulationError::Specification(error) => error.each().iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    }
}
