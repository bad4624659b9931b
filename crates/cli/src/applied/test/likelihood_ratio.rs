//! The likelihood ratio of two fits.

use std::path::Path;

use logsum_data::ChoiceData;
use logsum_estimate::chi_squared_tail;
use logsum_report::applied::LikelihoodRatioReport;
use logsum_utility::comparison::{JointSample, nesting, no_restriction, outside_span};
use logsum_utility::{Fit, ModelFile};

use super::super::args::TestArgs;
use super::super::{not_converged, print};
use crate::failure::Failure;
use crate::load::Loaded;
use crate::output;
use crate::show;

/// Differences of ln L that are rounding, relative to their size.
const ROUNDING: f64 = 1e-9;

pub fn run(args: &TestArgs, paths: [&Path; 2]) -> Result<u8, Failure> {
    let asked = &args.covariance;
    if asked.covariance.is_some() || !asked.cluster.is_empty() || asked.confidence.is_some() {
        return Err(Failure::bad_input(
            "a likelihood ratio needs no covariance and no level; they belong to --wald",
        ));
    }
    let fits = [show::read(paths[0])?, show::read(paths[1])?];
    for (fit, path) in fits.iter().zip(paths) {
        show::at_its_estimates(fit, path)?;
    }
    let [restricted, full] = &fits;
    let name = |at: usize| paths[at].display();
    if restricted.n_parameters >= full.n_parameters {
        return Err(Failure::bad_input(format!(
            "\"{}\" has {} parameters and \"{}\" has {}: the restricted model comes first and has fewer",
            name(0),
            restricted.n_parameters,
            name(1),
            full.n_parameters
        )));
    }
    if fits.iter().any(|fit| fit.quasi_likelihood) {
        return Err(Failure::bad_input(
            "outcomes are shares, whose likelihood is a quasi-likelihood: its ratio has no chi-squared distribution; test the \
             restrictions with --wald and robust errors",
        ));
    }
    let files = [show::model_of(restricted, paths[0])?, show::model_of(full, paths[1])?];
    let loaded = same_choices(args, paths, &fits, &files)?;
    let (below, above) = (restricted.log_likelihood, full.log_likelihood);
    if below > above + ROUNDING * above.abs() {
        return Err(Failure::bad_input(format!(
            "the log-likelihood of \"{}\" ({below:.3}) is above that of \"{}\" ({above:.3}): a model is never better than one that it \
             restricts, so one of them is not at its maximum, or they are not nested",
            name(0),
            name(1)
        )));
    }
    let statistic = (2.0 * (above - below)).max(0.0);
    let degrees = full.n_parameters - restricted.n_parameters;
    let parts = |at: usize| (&fits[at], &files[at].specification, &files[at].schema);
    let nested = nesting(parts(0), parts(1)).is_some();
    let nested = nested
        || match restricts(args, paths, &fits, &files, loaded)? {
            Restricts::Yes => true,
            Restricts::Unknown => false,
            Restricts::No(why) => {
                return Err(Failure::bad_input(format!(
                    "\"{}\" does not restrict \"{}\": {why}; for models that are not nested there is --non-nested",
                    name(0),
                    name(1)
                )));
            }
        };
    let warnings: Vec<String> = fits
        .iter()
        .zip(paths)
        .filter_map(|(fit, path)| not_converged(fit, path))
        .collect();
    output::warnings(&warnings, args.form.quiet);
    let converged = fits.iter().all(|fit| fit.converged);
    let report = LikelihoodRatioReport {
        titles: [restricted.title.clone(), full.title.clone()],
        files: paths.map(|path| path.display().to_string()),
        converged,
        log_likelihoods: [below, above],
        n_parameters: [restricted.n_parameters, full.n_parameters],
        statistic,
        degrees,
        p_value: chi_squared_tail(statistic, degrees),
        nested,
        notes: notes(&fits, nested),
    };
    print(args.form.format, converged, |format, style| report.write(format, style))
}

fn notes(fits: &[Fit; 2], nested: bool) -> Vec<String> {
    let mut notes = vec![match nested {
        true => "The first model restricts the second.".to_owned(),
        false => "That the first model restricts the second was not seen from their utilities: the test holds only if it does."
            .to_owned(),
    }];
    let varies = |fit: &Fit| fit.tastes.as_ref().map_or(0, |tastes| tastes.coefficients.len());
    if varies(&fits[1]) > varies(&fits[0]) {
        notes.push(
            "A spread of zero lies at the bound of what a spread can be: there the statistic is stochastically smaller than the chi-squared \
             distribution says, and the test is conservative."
                .to_owned(),
        );
    }
    if fits.iter().any(|fit| fit.draws.is_some()) {
        notes.push("The likelihood is simulated; its own error is in the fits.".to_owned());
    }
    if fits
        .iter()
        .any(|fit| fit.covariance_kind == "robust" || fit.covariance_kind == "clustered")
    {
        notes.push(
            "The test takes the model for the truth: where robust or clustered errors are called for, a Wald test with them holds \
             and this one does not."
                .to_owned(),
        );
    }
    notes
}

/// Both data, as the models' likelihoods take them.
type Both = Option<[(Loaded, ChoiceData); 2]>;

/// Whether a model is another with restrictions.
enum Restricts {
    Yes,
    No(String),
    Unknown,
}

/// Whether the first model restricts the second: of two logits by what their utilities can be, else by family and
/// parameters, which only tell that it does not.
fn restricts(
    args: &TestArgs,
    paths: [&Path; 2],
    fits: &[Fit; 2],
    files: &[ModelFile; 2],
    loaded: Both,
) -> Result<Restricts, Failure> {
    let logits = fits.iter().all(|fit| fit.model.family == "logit");
    // Data that are not needed otherwise are looked at where they can be.
    let both = match loaded {
        None if logits => {
            let found = again(args, paths, fits, 0).and_then(|one| Ok([one, again(args, paths, fits, 1)?]));
            found.ok()
        }
        loaded => loaded,
    };
    if let Some(both) = both.filter(|_| logits) {
        let model = |at: usize| show::bind_again(&fits[at], paths[at], &both[at].0.model, &both[at].1);
        let outside = outside_span(&model(0)?, &model(1)?).map_err(Failure::bad_input)?;
        match outside.as_deref() {
            Some([]) => return Ok(Restricts::Yes),
            Some(outside) => {
                let terms = outside.iter().map(|&k| format!("\"{}\"", fits[0].parameters[k].term));
                let verb = if outside.len() == 1 { "stands" } else { "stand" };
                return Ok(Restricts::No(format!(
                    "{} of the first {verb} with what no combination of the second's columns gives",
                    terms.collect::<Vec<_>>().join(", ")
                )));
            }
            None => {}
        }
    }
    let complete = |at: usize| files[at].specification.clone().completed();
    let why = no_restriction((&fits[0], &complete(0)), (&fits[1], &complete(1)));
    Ok(why.map_or(Restricts::Unknown, Restricts::No))
}

/// Reads the data of a fit again.
fn again(args: &TestArgs, paths: [&Path; 2], fits: &[Fit; 2], at: usize) -> Result<(Loaded, ChoiceData), Failure> {
    let loaded = show::load_again(
        &fits[at],
        paths[at],
        args.data.as_deref(),
        &[],
        "give the right file with --data: whether the choices are the same must be seen where models use other columns",
    )?;
    let used = loaded
        .model
        .estimation_data(&loaded.data)
        .map_err(Failure::bad_input)?
        .into_owned();
    Ok((loaded, used))
}

/// Makes sure that two fits are of the same choices: by fingerprint, and where models use other columns, or alternatives are
/// sampled in other ways, by the data.
fn same_choices(args: &TestArgs, paths: [&Path; 2], fits: &[Fit; 2], files: &[ModelFile; 2]) -> Result<Both, Failure> {
    if fits[0].data.fingerprint == fits[1].data.fingerprint && files[0].sampling == files[1].sampling {
        return Ok(None);
    }
    let differ = |why: &str| {
        Failure::bad_input(format!(
            "\"{}\" and \"{}\" were not estimated on the same choices: {why}",
            paths[0].display(),
            paths[1].display()
        ))
    };
    let counts = [fits[0].n_cases, fits[1].n_cases];
    if counts[0] != counts[1] {
        return Err(differ(&format!("they use {} and {} cases", counts[0], counts[1])));
    }
    let both = [again(args, paths, fits, 0)?, again(args, paths, fits, 1)?];
    match JointSample::new(&both[0].1, &both[1].1) {
        Ok(_) => Ok(Some(both)),
        Err(difference) => Err(differ(&difference.to_string())),
    }
}
